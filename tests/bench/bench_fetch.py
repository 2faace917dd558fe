"""How long a fetch of all sources lasts at 300 ms a request: the longest chain, not the sum.

Run: python tests/bench/bench_fetch.py. The other side is the longest chain of requests that one
source makes, asked by the same command alone.
"""

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from timing import HEADER, seconds, side_by_side

from tests.sources.goldens_more import GOLDENS
from tests.sources.stand import Page, Stand

DELAY_SECONDS = 0.3
RUNS = 3


def slow(page: Page) -> Mapping[str, object]:
    """Return the page, 300 ms late."""
    if callable(page):
        return {"write": page, "delay_seconds": DELAY_SECONDS}
    if isinstance(page, Mapping):
        return {**page, "delay_seconds": DELAY_SECONDS}
    return {"body": page, "delay_seconds": DELAY_SECONDS}


def requests_of(stand: Stand, name: str) -> int:
    """Return how many requests a source made so far."""
    return len(stand.servers[name].requests)


def main() -> None:
    names = [name for name in GOLDENS if name != "okx"]  # CoinGlass tells of the same
    stands = []

    def fetch(chosen: list[str]) -> Stand:
        stand = Stand(Path(tempfile.mkdtemp(dir=room)))
        for name in chosen:
            pages = {path: slow(page) for path, page in GOLDENS[name].pages.items()}
            stand.serve(name, pages, GOLDENS[name].table)
        stands.append(stand)
        return stand

    def timed(chosen: list[str]) -> float:
        stand = fetch(chosen)
        taken = seconds(stand.fetch)
        stand.stop()
        return taken

    with tempfile.TemporaryDirectory() as room:
        first = fetch(names)
        first.fetch()
        first.stop()
        counts = {name: requests_of(first, name) for name in names}
        longest = max(counts, key=lambda name: counts[name])
        print(f"{len(names)} sources, {sum(counts.values())} requests; {longest} alone makes "
              f"{counts[longest]}: {counts[longest] * DELAY_SECONDS:.1f} s of waiting of "
              f"{sum(counts.values()) * DELAY_SECONDS:.1f} s in all\n")  # fmt: skip
        print(HEADER)
        found = side_by_side(
            f"fetch of {len(names)} sources at 300 ms a request / of {longest} alone",
            lambda: timed(names),
            lambda: timed([longest]),
            RUNS,
            1,
        )
        print(found.row("s", 1.0))


if __name__ == "__main__":
    main()
