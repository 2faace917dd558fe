"""Whatever happens to the machine, the files or the folder: one order, and no key anywhere."""

import shutil
import signal
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.live.conftest import Live, Open
from tests.live.workspace import Workspace


def _tree(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("how", ["file", "folder", "dangling link", "command"])
def test_a_halt_stops_buying(opened: Open, how: str) -> None:
    live = opened("binance")
    halt = live.space.folder / "HALT"
    match how:
        case "file":
            halt.write_text("")
        case "folder":
            halt.mkdir()
        case "dangling link":
            halt.symlink_to("nowhere")
        case _:
            assert live.space.call("halt", "--reason", "enough").code == 0
    assert live.run().code == 82
    assert live.posts == 0
    assert live.space.call("resume").code == 2
    assert live.run().code == 82


def test_a_halt_never_stops_look_ups(binance: Live) -> None:
    binance.fault_on_order("close", times=1)
    binance.fault_on_look_ups("close", after=1)
    assert binance.run().code == 80
    binance.server.clear_faults()
    assert binance.space.call("halt").code == 0
    assert binance.run().code == 82
    assert (binance.statuses, binance.posts) == (["FILLED"], 1)


def test_a_deleted_database_is_missed(binance: Live) -> None:
    assert binance.run().code == 0
    binance.space.journal.unlink()
    found = binance.run()
    assert found.code == 83
    assert binance.posts == 1


def test_everything_deleted_and_armed_again_imports_the_order(live: Live) -> None:
    assert live.run().code == 0
    for path in live.space.folder.glob("dcaguard.*"):
        path.unlink()
    assert live.space.call("arm", "plan", "--yes").code == 0
    found = live.run()
    assert found.code == 0, found.out
    assert (live.posts, live.statuses) == (1, ["FILLED"])
    assert live.books_agree()


def test_a_restored_backup_imports_the_order(live: Live, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    shutil.copytree(live.space.folder, kept)
    assert live.run().code == 0
    for path in live.space.folder.glob("dcaguard.*"):
        path.unlink()
    for path in kept.glob("dcaguard.*"):
        shutil.copy2(path, live.space.folder / path.name)
    found = live.run()
    assert found.code == 0, found.out
    assert live.posts == 1
    assert live.books_agree()


def test_an_order_imported_after_all_was_lost_counts_as_large_as_it_stands_at_the_venue(
    opened: Open,
) -> None:
    live = opened("binance", plan='[order]\ntype = "post-only"\nttl = "3h"\n')
    assert live.run().code == 0
    (sent,) = live.space.rows("SELECT amount, limit_price, max_quote FROM orders")
    for path in live.space.folder.glob("dcaguard.*"):
        path.unlink()
    plan = live.space.folder / "strategies/plan.toml"
    plan.write_text(plan.read_text().replace("per_slot = 100", "per_slot = 50"))
    assert live.space.call("arm", "plan", "--yes").code == 0
    assert live.run().code == 0
    (found,) = live.space.rows("SELECT amount, limit_price, max_quote FROM orders")
    assert (live.posts, live.statuses) == (1, ["OPEN"])
    assert [float(x) for x in found] == pytest.approx([float(x) for x in sent], rel=1e-9)


def test_a_backup_older_than_the_head_is_noticed(binance: Live) -> None:
    kept = binance.space.journal.read_bytes()
    assert binance.run().code == 0
    binance.space.journal.write_bytes(kept)
    assert binance.run().code == 83
    assert binance.posts == 1


def test_two_machines_a_second_apart_make_one_order(live: Live, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(live.space.folder, other)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(live.run)
        time.sleep(1)
        second = pool.submit(Workspace(other).run)
        codes = [first.result().code, second.result().code]
    assert codes == [0, 0]
    assert live.posts == 1


def test_fifty_processes_at_once_make_one_order(binance: Live) -> None:
    children = [binance.space.start() for _ in range(50)]
    for child in children:
        child.communicate(timeout=200)
    codes = [child.returncode for child in children]
    assert set(codes) <= {0, 75}
    assert codes.count(0) >= 1
    assert (binance.posts, binance.statuses) == (1, ["FILLED"])


@pytest.mark.parametrize("after", [0.2, 0.4, 0.6])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_run_leaves_one_order_at_most(
    opened: Open, after: float, how: signal.Signals
) -> None:
    live = opened("binance")
    child = live.space.start()
    time.sleep(after)
    child.send_signal(how)
    child.communicate(timeout=60)
    if how is signal.SIGINT:
        # Before Python has started, a Ctrl-C ends it by the signal itself.
        assert child.returncode in {0, 130, -signal.SIGINT}
    codes = [live.run().code for _ in range(2)]
    assert set(codes) <= {0, 80}
    assert live.posts == 1
    if codes[-1] == 0:
        assert live.statuses == ["FILLED"]
        assert live.books_agree()


def test_files_that_others_can_read_are_refused_before_any_request(binance: Live) -> None:
    keys = binance.space.folder / "main.keys.toml"
    keys.chmod(0o644)
    before = len(binance.server.requests)
    found = binance.run()
    assert found.code == 77
    assert "chmod" in found.out
    assert len(binance.server.requests) == before


def test_what_a_run_leaves_behind_is_its_owners_alone(binance: Live) -> None:
    assert binance.run().code == 0
    ours = [path for path in binance.space.folder.iterdir() if path.name.startswith("dcaguard")]
    ours.append(binance.space.folder / "cache.db")
    assert len(ours) > 3
    assert [path.name for path in ours if path.stat().st_mode & 0o077] == []


@pytest.mark.parametrize("kind", ["none", "close", "status", "redirect", "html"])
def test_no_key_leaves_the_credentials_file(opened: Open, kind: str) -> None:
    live = opened("binance")
    if kind != "none":
        live.fault_on_order(kind, status=503 if kind == "status" else 0)
        live.fault_on_look_ups(kind, status=503 if kind == "status" else 0, after=1)
    child = live.space.start("--verbose")
    lines = set()
    while child.poll() is None:
        try:
            lines.add(Path(f"/proc/{child.pid}/cmdline").read_bytes())
        except OSError:
            break
    out, err = child.communicate(timeout=60)
    seen = [out.encode(), err.encode(), *lines]
    seen += [
        path.read_bytes()
        for path in _tree(live.space.folder)
        if not path.name.endswith("keys.toml")
    ]
    for secret in live.server.credentials.values():
        assert not [text for text in seen if secret.encode() in text]


def test_a_dry_run_sends_nothing_and_decides_the_same(binance: Live) -> None:
    dry = binance.run("--dry-run")
    assert dry.code == 0
    assert binance.posts == 0
    real = binance.run()
    assert binance.posts == 1
    told = [
        [
            (d["verdict"], d["buy_quote"], [r["code"] for r in d["reasons"]])
            for d in one.json["decisions"]
        ]
        for one in (dry, real)
    ]
    assert told[0] == told[1]


def test_an_edited_plan_needs_a_person_and_begins_with_the_next_slot(binance: Live) -> None:
    plan = binance.space.folder / "strategies/plan.toml"
    plan.write_text(plan.read_text().replace("per_slot = 100", "per_slot = 120"))
    assert binance.run().code == 78
    assert binance.posts == 0
    assert binance.space.call("arm", "plan", "--yes").code == 0
    assert binance.run().code == 0
    assert binance.posts == 0


def test_a_newer_database_is_left_untouched(binance: Live) -> None:
    connection = sqlite3.connect(binance.space.journal)
    connection.execute("PRAGMA user_version = 9999")
    connection.close()
    before = binance.space.journal.read_bytes()
    assert binance.run().code == 78
    assert binance.space.journal.read_bytes() == before
    assert binance.posts == 0


def test_a_flipped_byte_in_the_journal_is_noticed(binance: Live) -> None:
    assert binance.run().code == 0
    data = bytearray(binance.space.journal.read_bytes())
    at = data.find(b'"kind":"order"')
    data[at + 9] ^= 1
    binance.space.journal.write_bytes(bytes(data))
    assert binance.space.call("audit", "verify").code == 83


def test_a_locked_database_is_tried_again_later(binance: Live) -> None:
    connection = sqlite3.connect(binance.space.journal, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        assert binance.run(timeout=120).code == 75
    finally:
        connection.execute("ROLLBACK")
        connection.close()
    assert binance.posts == 0
    assert binance.run().code == 0
    assert binance.posts == 1


def test_an_account_named_twice_is_looked_into_once(binance: Live) -> None:
    def told(*accounts: str) -> tuple[int, int, int]:
        before = len(binance.server.requests)
        words = [word for name in accounts for word in ("--account", name)]
        ran = binance.space.call("balances", "--json", *words)
        asked = [r for r in binance.server.requests[before:] if r["path"] == "/api/v3/account"]
        return ran.code, len(ran.json["accounts"]), len(asked)

    assert told("main", "main") == told("main") == (0, 1, 1)
