"""A journal file with changed or missing bytes: it opens whole, or says how it is broken."""

import shutil
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

from dcaguard.adapters.journal import open_journal
from dcaguard.core.errors import DcaguardError, ExitCode, IntegrityError, gravest
from dcaguard.core.order import Fill, Order, Status
from tests.fuzz.limits import in_time

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
KNOWN = {ExitCode.INTEGRITY, ExitCode.IO, ExitCode.CONFIG, ExitCode.TEMPFAIL}


def made(folder: Path) -> Path:
    """Write a small journal with an order, a fill and notes; return its path."""
    path = folder / "dcaguard.db"
    order = Order(
        client_order_id=f"{1:032x}", run_id="run-1", strategy="weekly",
        slot="2025-03-03T09:00+01:00[Europe/Berlin]", symbol="BTC/USDT", account="main",
        type="limit-ioc", amount=Decimal("0.00123"), limit_price=Decimal("81000.5"),
        max_quote=Decimal(100), created_at=NOON,
    )  # fmt: skip
    fill = Fill(
        account="main", symbol="BTC/USDT", trade_id="t1", client_order_id=f"{1:032x}", side="BUY",
        amount=Decimal("0.00123"), price=Decimal(80000), cost=Decimal("98.4"),
        fee_amount=Decimal("0.1"), fee_currency="USDT", filled_at=NOON,
    )  # fmt: skip
    with open_journal(path, clock_now=NOON) as journal:
        for number in range(20):
            journal.append("note", "", {"n": number}, NOON)
        journal.add_order(order, "2025-03-03T09:00[Europe/Berlin]", "d" * 64, NOON)
        journal.move_order(order.client_order_id, Status.SENDING, NOON)
        journal.add_fill(fill, NOON)
    return path


def broken(whole: Path, folder: Path, cuts: int, flips: tuple[tuple[int, int], ...]) -> Path:
    """Return a copy with `cuts` bytes left away at the end (0: none) and some bytes changed."""
    for file in folder.iterdir():
        file.unlink()
    for file in whole.parent.iterdir():
        shutil.copy(file, folder / file.name)
    path = folder / whole.name
    content = bytearray(path.read_bytes())
    for at, value in flips:
        content[at % len(content)] ^= 1 + value % 255
    path.write_bytes(bytes(content[: len(content) - cuts % len(content)] if cuts else content))
    return path


def tried(path: Path) -> ExitCode:
    """Open for reading, verify all, open for writing; return the gravest code met."""
    found = [in_time(partial(_opened, path, read_only=read_only)) for read_only in (True, False)]
    for error in found:
        assert error is None or error.exit_code in KNOWN, repr(error)
    return gravest([error.exit_code for error in found if error is not None])


def _opened(path: Path, *, read_only: bool) -> DcaguardError | None:
    try:
        with open_journal(path, clock_now=NOON, read_only=read_only) as journal:
            whole = journal.verify_all().ok
            journal.orders()
            journal.fills()
    except DcaguardError as error:
        return error
    return None if whole else IntegrityError("verify found something")
