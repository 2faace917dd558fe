"""Power goes at any moment of the journal's work: what was promised is there, the chain whole."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from unittest import mock

import pytest

from dcaguard.adapters import files
from dcaguard.adapters.journal.book import Book
from dcaguard.adapters.journal.opening import open_journal
from dcaguard.adapters.journal.store import SqliteJournal
from dcaguard.core.order import Fill, Order, Status
from dcaguard.ports import Journal

apsw = pytest.importorskip("apsw", reason="apsw is not installed: no disk to lose power")
from tests.sim.power import VFS_NAME, Op, RecordingVFS, after_cut  # noqa: E402

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
CUTS = int(os.environ.get("DCAGUARD_POWER_CUTS", "5000"))
PARTS = 5  # so that all cores share them


@contextmanager
def recorded(path: Path, log: list[Op]) -> Iterator[SqliteJournal]:
    """Open the journal at `path` on the disk that writes everything down."""
    vfs = RecordingVFS(log)
    real = files.write_atomic

    def write_atomic(to: Path, content: bytes) -> None:
        real(to, content)
        log.append(Op("head", to.name, data=content))

    connection = apsw.Connection(str(path), vfs=VFS_NAME)
    for pragma in ("recursive_triggers = ON", "foreign_keys = ON", "synchronous = EXTRA"):
        connection.execute(f"PRAGMA {pragma}")
    with mock.patch("dcaguard.adapters.journal.head.write_atomic", write_atomic):
        yield SqliteJournal(Book(connection, path, path.with_suffix(".head")))
    connection.close()
    vfs.unregister()


def order(number: int) -> Order:
    return Order(
        client_order_id=f"{number:032x}",
        run_id="run",
        strategy="weekly",
        slot=f"2025-03-{number + 1:02d}T09:00+01:00[Europe/Berlin]",
        symbol="BTC/USDT",
        account="main",
        type="limit-ioc",
        amount=Decimal("0.002"),
        limit_price=Decimal(50000),
        max_quote=Decimal(100),
        created_at=NOON,
    )


def work(journal: Journal, log: list[Op]) -> None:
    """Do what runs do, and write down what has been promised after each commit."""

    def promised() -> None:
        log.append(Op("ack", offset=journal.head()[0]))

    for number in range(3):
        one, at = order(number), NOON + timedelta(minutes=number)
        journal.begin_run(f"run{number}", "live", "1", "c", at)
        promised()
        with journal.transaction():
            journal.append("slot", "weekly", {"newest": one.slot, "pad": "x" * 3000}, at)
            journal.add_order(one, one.slot.partition("+")[0], "d" * 64, at)
        promised()
        journal.move_order(one.client_order_id, Status.SENDING, at)
        promised()
        with journal.transaction():
            journal.add_fill(fill(one, at), at)
            facts = {"venue_order_id": str(number), "filled": one.amount, "cost": Decimal(100)}
            journal.move_order(one.client_order_id, Status.FILLED, at, facts)
        promised()
        journal.end_run(0, "OK", at)
        promised()


def fill(one: Order, at: datetime) -> Fill:
    return Fill(
        account="main",
        symbol=one.symbol,
        trade_id=one.client_order_id[-4:],
        client_order_id=one.client_order_id,
        side="BUY",
        amount=one.amount,
        price=Decimal(50000),
        cost=Decimal(100),
        fee_amount=Decimal("0.1"),
        fee_currency="USDT",
        filled_at=at,
    )


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], list[Op]]:
    """Return the files before the work, and everything the disk was then asked for."""
    folder = tmp_path_factory.mktemp("power")
    path = folder / "dcaguard.db"
    open_journal(path, clock_now=NOON, create=True).close()
    start = {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file()}
    start = {name: data for name, data in start.items() if name.endswith((".db", ".head"))}
    log: list[Op] = []
    with recorded(path, log) as journal:
        work(journal, log)
    return start, log


def check_cut(
    folder: Path, recording: tuple[dict[str, bytes], list[Op]], cut: int, seed: int
) -> None:
    """Open what a cut left behind; everything promised before it must be there."""
    start, log = recording
    promised = max((op.offset for op in log[:cut] if op.kind == "ack"), default=0)
    for name, data in after_cut(start, log, cut, Random(seed)).items():
        (folder / name).write_bytes(data)
        (folder / name).chmod(0o600)
    told = f"cut {cut}, seed {seed}"
    with open_journal(folder / "dcaguard.db", clock_now=NOON, create=False) as journal:
        assert journal.head()[0] >= promised, told
        assert journal.verify_all().ok, told


def test_the_disk_that_writes_down_misses_nothing(
    recording: tuple[dict[str, bytes], list[Op]], tmp_path: Path
) -> None:
    start, log = recording
    whole = after_cut(start, log, len(log), Random(0))
    assert {"write", "sync", "create", "delete", "head", "ack"} <= {op.kind for op in log}
    assert set(whole) == set(start)
    check_cut(tmp_path, recording, len(log), 0)


def test_without_syncs_the_same_cuts_do_harm(
    recording: tuple[dict[str, bytes], list[Op]], tmp_path: Path
) -> None:
    """The disk is tested by a journal that never syncs: some cut must lose what was promised."""
    start, log = recording
    careless = [op for op in log if op.kind != "sync"]
    harmed = 0
    for seed in range(60):
        folder = tmp_path / str(seed)
        folder.mkdir()
        try:
            cut = Random(seed).randrange(len(careless) // 2, len(careless))
            check_cut(folder, (start, careless), cut, seed)
        except Exception:  # noqa: BLE001 - any kind of harm
            harmed += 1
    assert harmed > 10


def cuts(folder: Path, recording: tuple[dict[str, bytes], list[Op]], seeds: range) -> None:
    _, log = recording
    for seed in seeds:
        below = folder / str(seed)
        below.mkdir()
        check_cut(below, recording, Random(seed).randrange(len(log) + 1), seed)
        for one in below.iterdir():
            one.unlink()


def test_power_lost_at_some_moments_loses_no_promise(
    recording: tuple[dict[str, bytes], list[Op]], tmp_path: Path
) -> None:
    cuts(tmp_path, recording, range(80))


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", range(PARTS))
def test_power_lost_at_any_moment_loses_no_promise(
    recording: tuple[dict[str, bytes], list[Op]], tmp_path: Path, part: int
) -> None:
    cuts(tmp_path, recording, range(part, CUTS, PARTS))
