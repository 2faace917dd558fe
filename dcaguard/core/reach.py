"""How far what was read of a series reaches, and how much of it was corrected later."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from dcaguard.core.history import History, moment
from dcaguard.core.observed import default_observed_at
from dcaguard.core.reading import IMPORTED, Reading
from dcaguard.core.series import lookup


@dataclass(frozen=True, slots=True)
class Reach:
    """The first and the last day of a series, and on how many days a later value was read."""

    series: str
    first: datetime
    last: datetime
    revised: int


@dataclass(frozen=True, slots=True)
class Import:
    """The readings of one series that came from one file."""

    series: str
    file: str
    count: int
    first: datetime
    last: datetime
    by_rule: int  # known at the usual hour: the file does not say when


def reach(history: History, series: str) -> Reach | None:
    """Return how far a series reaches; None when it was never read."""
    column = history.series(series)
    if not column.as_of.size:
        return None
    days, counts = np.unique(column.as_of, return_counts=True)
    revised = int(np.count_nonzero(counts > 1))
    return Reach(series, moment(int(days[0])), moment(int(days[-1])), revised)


def imports(readings: Iterable[Reading]) -> tuple[Import, ...]:
    """Return what was imported, by series and file."""
    files: dict[tuple[str, str], list[Reading]] = {}
    for one in readings:
        if one.source.startswith(IMPORTED):
            files.setdefault((one.series, one.source.removeprefix(IMPORTED)), []).append(one)
    found = []
    for (series, file), rows in sorted(files.items()):
        days, by_rule = [one.as_of for one in rows], sum(_by_rule(one) for one in rows)
        found.append(Import(series, file, len(rows), min(days), max(days), by_rule))
    return tuple(found)


def _by_rule(reading: Reading) -> bool:
    about = lookup(reading.series)
    return about is not None and reading.observed_at == default_observed_at(about, reading.as_of)
