"""Run simulated years by seed: `python -m tests.sim 7` or `python -m tests.sim 0 1000`."""

import sys
import time
from collections import Counter

from tests.sim.seams import seams
from tests.sim.year import simulate

PROGRESS = 100  # years


def main(words: list[str]) -> None:
    first = int(words[0]) if words else 0
    last = int(words[1]) if len(words) > 1 else first + 1
    began, total = time.perf_counter(), Counter[str]()
    with seams():
        for seed in range(first, last):
            total += simulate(seed)
            if (seed + 1) % PROGRESS == 0:
                rate = (seed + 1 - first) / (time.perf_counter() - began)
                print(f"{first}..{seed}: clean, {rate:.1f} years/s", flush=True)  # noqa: T201
    spent = time.perf_counter() - began
    print(f"{last - first} years in {spent:.1f} s; {dict(sorted(total.items()))}")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
