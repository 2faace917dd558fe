"""Two ways of doing one thing, measured in turns in one run, so that only their ratio is claimed.

A machine's speed drifts while one measures; taking turns lets both sides drift together.
"""

import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

HEADER = (
    "| what | ours, median | ours, p95 | other, median | other, p95 | ratio |\n"
    "|---|--:|--:|--:|--:|--:|"
)


@dataclass(frozen=True, slots=True)
class Sample:
    """What one side took, in the unit that was measured."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def p95(self) -> float:
        """Return the smallest value that 95 % of the runs do not pass."""
        ordered = sorted(self.values)
        return ordered[min(len(ordered) - 1, -(-95 * len(ordered) // 100) - 1)]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ours beside another's."""

    what: str
    ours: Sample
    other: Sample

    @property
    def ratio(self) -> float:
        """Return the median of ours over the median of the other; below 1 we need less."""
        return self.ours.median / self.other.median

    def row(self, unit: str = "ms", factor: float = 1000.0) -> str:
        """Return one row under HEADER; values are multiplied by `factor` and end in `unit`."""
        sides = (self.ours.median, self.ours.p95, self.other.median, self.other.p95)
        cells = " | ".join(f"{value * factor:.3g} {unit}" for value in sides)
        return f"| {self.what} | {cells} | {self.ratio:.2f} |"


def seconds(call: Callable[[], object]) -> float:
    """Return how many seconds one call took."""
    start = perf_counter()
    call()
    return perf_counter() - start


def side_by_side(
    what: str,
    ours: Callable[[], float],
    other: Callable[[], float],
    runs: int = 21,
    warm_up: int = 2,
) -> Comparison:
    """Measure both sides `runs` times, in turns, each turn beginning with the other side.

    `ours` and `other` return what they measured (`lambda: seconds(work)` for time).
    """
    taken: tuple[list[float], list[float]] = ([], [])
    for turn in range(warm_up + runs):
        order = ((0, ours), (1, other)) if turn % 2 else ((1, other), (0, ours))
        for side, measure in order:
            value = measure()
            if turn >= warm_up:
                taken[side].append(value)
        if sys.stderr.isatty():
            print(f"\r{what}: {turn + 1}/{warm_up + runs}", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return Comparison(what, Sample(tuple(taken[0])), Sample(tuple(taken[1])))


def show(comparisons: Sequence[Comparison], unit: str = "ms", factor: float = 1000.0) -> None:
    """Print a markdown table."""
    print(HEADER)
    for comparison in comparisons:
        print(comparison.row(unit, factor))
