"""Does a journal of a million rows open, answer and append as fast as one of a thousand?

Run by hand: `python tests/bench/bench_journal.py [ROWS]`. Exits 1 when the ratio is above 1.2.
"""

import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from dcaguard.adapters.journal import SqliteJournal, open_journal
from dcaguard.core.order import UNRESOLVED

RATIO_MAX = 1.2
SMALL_ROWS = 1_000
ROUNDS = 41
START = datetime(2020, 1, 1, tzinfo=UTC)


def fill(path: Path, rows: int) -> None:
    """Write `rows` rows of the usual mixture: what a pass that runs every five minutes leaves."""
    with open_journal(path, clock_now=START) as journal, journal.transaction():
        while journal.head()[0] < rows:
            number = journal.head()[0]
            one_pass(journal, number, START + timedelta(seconds=number))


def one_pass(journal: SqliteJournal, number: int, at: datetime) -> None:
    journal.begin_run(f"run-{number}", "live", "1.0", "d" * 64, at)
    holding = {"wallet": "spot", "asset": "BTC", "free": Decimal("0.1"), "total": Decimal("0.1")}
    journal.append("balances", "main", {"account": "main", "rows": [holding]}, at)
    journal.append("look", f"main-{number % 7}", {"n": number}, at)
    journal.end_run(0, "OK", at)


def one_look(path: Path) -> None:
    """Do what each run does with the journal, but for its own rows."""
    with open_journal(path, clock_now=START) as journal:
        journal.latest("look", "main-3")
        journal.latest("regime", "")
        journal.orders(status=UNRESOLVED)
        journal.fills(since=START + timedelta(days=9000))
        journal.readings_mark()
        journal.last_at()
        journal.append("look", "main-3", {"n": 0}, START)


def median_seconds(paths: list[Path]) -> list[float]:
    """Take turns, so that a slow moment of the machine hits both."""
    taken: list[list[float]] = [[] for _ in paths]
    for _ in range(ROUNDS):
        for path, seconds in zip(paths, taken, strict=True):
            started = time.perf_counter()
            one_look(path)
            seconds.append(time.perf_counter() - started)
    return [statistics.median(seconds) for seconds in taken]


def main() -> int:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small.db", Path(folder) / "large.db"
        fill(small, SMALL_ROWS)
        started = time.perf_counter()
        fill(large, rows)
        print(f"{rows} rows written in {time.perf_counter() - started:.1f} s")
        small_s, large_s = median_seconds([small, large])
        size_mib = large.stat().st_size / 2**20
    print(f"open, look and append: {small_s * 1000:.2f} ms with {SMALL_ROWS} rows,")
    print(f"{large_s * 1000:.2f} ms with {rows} rows ({size_mib:.0f} MiB)")
    print(f"ratio {large_s / small_s:.2f} (at most {RATIO_MAX})")
    return 0 if large_s / small_s <= RATIO_MAX else 1


if __name__ == "__main__":
    sys.exit(main())
