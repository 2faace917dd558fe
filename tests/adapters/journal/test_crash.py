"""A process may die at any point: what it was told is kept, and nothing is half there."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest

from dcaguard.adapters.journal import SqliteJournal, book, chain, head, open_journal
from dcaguard.core.order import Order, Status

Opened = Callable[..., SqliteJournal]

WRITER = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from dcaguard.adapters.journal import open_journal
at = datetime(2025, 3, 3, tzinfo=UTC)
with open_journal(Path(sys.argv[1]), clock_now=at) as journal:
    print("open", flush=True)
    while True:
        with journal.transaction():
            first = journal.append("note", "a", {"pad": "x" * 3000}, at)
            journal.append("balances", "main", {"account": "main", "rows": [
                {"wallet": "spot", "asset": "BTC", "free": str(first)}] * 5}, at)
        print(journal.head()[0], flush=True)
"""


def test_thirty_kills_of_a_real_writer_lose_nothing_that_was_acknowledged(
    path: Path, noon: datetime
) -> None:
    chance, acknowledged = random.Random(7), 0
    for _ in range(30):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == "open\n"
        for _ in range(chance.randrange(12)):
            acknowledged = int(writer.stdout.readline())
        with suppress(subprocess.TimeoutExpired):
            writer.wait(chance.random() * 0.01)
        writer.send_signal(signal.SIGKILL)
        rest, _ = writer.communicate()
        acknowledged = int((rest.split("\n")[:-1] or [str(acknowledged)])[-1])
        with open_journal(path, clock_now=noon, read_only=True) as journal:
            assert journal.head()[0] >= acknowledged
            assert journal.verify_all().findings == ()
    assert acknowledged > 100


EDGES = [
    (book, "begin"),
    (book, "insert_typed"),
    (book, "commit"),
    (chain, "insert_row"),
    (book, "write_head"),
    (head, "write_atomic"),
]


@pytest.mark.parametrize(("module", "name"), EDGES)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_death_at_every_write_edge_leaves_the_old_or_the_new(
    path: Path,
    noon: datetime,
    an_order: Callable[..., Order],
    module: object,
    name: str,
    when: str,
) -> None:
    """Fork, die at the edge without any clean-up, and look at what is there."""
    with open_journal(path, clock_now=noon) as journal:
        journal.add_order(an_order(), "key", "digest", noon)
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            _die_at(path, noon, module, name, before=when == "before")
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9, "the edge was never reached"
    with open_journal(path, clock_now=noon) as journal:
        found = journal.order(f"{1:032x}")
        assert found is not None
        committed = name in {"write_head", "write_atomic"} or (name, when) == ("commit", "after")
        assert found.status is (Status.SENDING if committed else Status.INTENT)
        assert journal.notes == ()
        assert journal.verify_all().ok
        if not committed:
            journal.move_order(f"{1:032x}", Status.SENDING, noon)


def _die_at(path: Path, noon: datetime, module: object, name: str, *, before: bool) -> None:
    journal = open_journal(path, clock_now=noon)
    real = getattr(module, name)

    def edge(*arguments: object) -> object:
        if before:
            os._exit(9)
        real(*arguments)
        os._exit(9)

    setattr(module, name, edge)
    journal.move_order(f"{1:032x}", Status.SENDING, noon)


def test_a_reader_lets_sqlite_undo_a_write_that_was_cut_off(
    opened: Opened, path: Path, noon: datetime
) -> None:
    opened().append("note", "", {}, noon)
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            journal = open_journal(path, clock_now=noon)
            journal._book.connection.execute("PRAGMA cache_size = 1")  # spill before COMMIT
            with journal.transaction():
                for _ in range(50):
                    journal.append("note", "", {"pad": "x" * 9000}, noon)
                os._exit(9)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert path.with_name("dcaguard.db-journal").stat().st_size > 0
    journal = opened(read_only=True)
    assert journal.head()[0] == 1
    assert journal.verify_all().ok
    assert not path.with_name("dcaguard.db-journal").exists()


COUNTER = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from dcaguard.adapters.journal import open_journal
at = datetime(2025, 3, 3, tzinfo=UTC)
with open_journal(Path(sys.argv[1]), clock_now=at) as journal:
    for number in range(60):
        journal.append("note", sys.argv[2], {"n": number}, at)
"""


def test_two_processes_without_the_lock_still_make_one_chain(path: Path, noon: datetime) -> None:
    """A person's `signals import` may meet a run: SQLite's own lock is the second fence."""
    open_journal(path, clock_now=noon).close()
    both = [subprocess.Popen([sys.executable, "-c", COUNTER, str(path), name]) for name in "ab"]
    assert [one.wait(60) for one in both] == [0, 0]
    with open_journal(path, clock_now=noon) as journal:
        assert journal.head()[0] == 120
        for name in "ab":
            assert [e.body["n"] for e in journal.entries("note", name)] == list(range(60))
        assert journal.notes == ()
        assert journal.verify_all().ok
