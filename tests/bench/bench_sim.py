"""How many simulated years, passes and orders one core does in a second."""

import time
from collections import Counter

from tests.sim.seams import seams
from tests.sim.year import simulate

YEARS = 40


def main() -> None:
    began, total = time.perf_counter(), Counter[str]()
    with seams():
        for seed in range(YEARS):
            total += simulate(seed)
    spent = time.perf_counter() - began
    for name, count in (("years", YEARS), ("passes", total["passes"]), ("orders", total["orders"])):
        print(f"{name} per second: {count / spent:.1f}")


if __name__ == "__main__":
    main()
