"""Readings as arrays in the order in which they became known; nothing is seen before its time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

import numpy as np
import numpy.typing as npt

from dcaguard.core.reading import Reading
from dcaguard.core.series import lookup

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
HOUR = 3_600_000_000  # microseconds
DAY = 24 * HOUR
NEVER = 2**62  # an instant after every other


def micros(at: datetime) -> int:
    """Return an aware datetime as whole microseconds since 1970, UTC."""
    return (at - EPOCH) // MICROSECOND


def moment(at: int) -> datetime:
    """Return the UTC datetime of `micros`."""
    return EPOCH + at * MICROSECOND


def distinct(*times: I64) -> I64:
    """Return the distinct instants of all `times`, ascending."""
    every = np.sort(np.concatenate(times))
    first = np.append(True, every[1:] != every[:-1])[: every.size]
    return np.asarray(every[first], np.int64)


@dataclass(frozen=True, slots=True)
class Column:
    """One series in order of (observed_at, as_of); times in microseconds.

    `value` has one row per reading: shape (n,), or (n, k) for k series joined by as_of.
    """

    as_of: I64
    observed_at: I64
    value: F64

    @property
    def in_order(self) -> bool:
        """Tell whether every reading is newer than all before it: nothing was ever revised."""
        return bool(np.all(self.as_of[1:] > self.as_of[:-1]))

    def first(self, count: int | np.intp) -> "Column":
        """Return the `count` readings that became known first, without copying them."""
        return Column(self.as_of[:count], self.observed_at[:count], self.value[:count])

    def keep(self, mask: Bools) -> "Column":
        """Return only the readings where `mask` is true."""
        return Column(self.as_of[mask], self.observed_at[mask], self.value[mask])


NOTHING = Column(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64))


def column(as_of: I64, observed_at: I64, value: F64) -> Column:
    """Return the readings sorted by (observed_at, as_of); equal pairs keep their given order."""
    order = np.lexsort((as_of, observed_at))
    return Column(as_of[order], observed_at[order], value[order])


def _by_day(name: str, found: Column) -> Column:
    """Return a daily series with its days as times, so that a day's second row revises it.

    Of rows that became known together the day's last one stands: the close, not the opening.
    """
    about = lookup(name)
    day = found.as_of // DAY * DAY
    if about is None or not about.one_a_day or bool(np.all(day == found.as_of)):
        return found
    known = found.observed_at
    last = np.append((day[1:] != day[:-1]) | (known[1:] != known[:-1]), True)
    return Column(day, known, found.value).keep(last)


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Every reading of every series, bitemporal. Values are floats: statistics, never money."""

    columns: Mapping[str, Column]

    @classmethod
    def of(cls, readings: Iterable[Reading]) -> Self:
        """Return the history of `readings`, in whatever order they come."""
        lists: dict[str, tuple[list[int], list[int], list[float]]] = {}
        for reading in readings:
            entry = lists.get(reading.series)
            if entry is None:
                entry = lists[reading.series] = ([], [], [])
            entry[0].append((reading.as_of - EPOCH) // MICROSECOND)
            entry[1].append((reading.observed_at - EPOCH) // MICROSECOND)
            entry[2].append(float(reading.value))
        return cls(
            {
                name: _by_day(
                    name,
                    column(np.array(a, np.int64), np.array(o, np.int64), np.array(v, float)),
                )
                for name, (a, o, v) in lists.items()
            }
        )

    def series(self, name: str) -> Column:
        """Return one series; an empty column when it was never read."""
        return self.columns.get(name, NOTHING)

    def visible(self, name: str, at: datetime) -> tuple[I64, F64]:
        """Return (as_of, value) as known at `at`: for each as_of the newest observation by then."""
        found = self.series(name)
        count = int(np.searchsorted(found.observed_at, micros(at), "right"))
        return vintage(found.as_of[:count], found.value[:count])

    def until(self, at: datetime) -> "History":
        """Return what was known at `at`: the same readings without the later ones."""
        limit = micros(at)
        kept = {
            n: c.first(c.observed_at.searchsorted(limit, "right")) for n, c in self.columns.items()
        }
        return History({n: c for n, c in kept.items() if c.as_of.size})

    def first_observed(self) -> int | None:
        """Return when the first reading became known (microseconds); None without readings."""
        firsts = [int(c.observed_at[0]) for c in self.columns.values() if c.as_of.size]
        return min(firsts, default=None)

    def arrivals(self, names: Iterable[str], after: int, until: int) -> I64:
        """Return the distinct instants in (after, until] at which one of `names` became known."""
        found = [NOTHING.observed_at]
        for name in names:
            times = self.series(name).observed_at
            first, last = np.searchsorted(times, [after, until], "right")
            found.append(times[first:last])
        return distinct(*found)


def vintage(as_of: I64, value: F64) -> tuple[I64, F64]:
    """Return the newest value of each as_of, sorted; the input is in order of observation."""
    order = np.argsort(as_of, kind="stable")
    ordered = as_of[order]
    last = np.append(ordered[1:] != ordered[:-1], True)[: ordered.size]
    return ordered[last], value[order][last]


def joined(columns: Sequence[Column]) -> Column:
    """Return the rows that all `columns` have, values side by side in shape (n, k).

    A row is known when its last part is; a revision of any part is a later observation of the row.
    """
    if len(columns) == 1:
        return Column(columns[0].as_of, columns[0].observed_at, columns[0].value[:, None])
    if all(c.in_order for c in columns):
        return _joined_in_order(columns)
    return _joined_revised(columns)


def _joined_in_order(columns: Sequence[Column]) -> Column:
    shared = columns[0].as_of
    for other in columns[1:]:
        shared = np.intersect1d(shared, other.as_of, assume_unique=True)
    rows = [np.searchsorted(c.as_of, shared) for c in columns]
    observed = [c.observed_at[r] for c, r in zip(columns, rows, strict=True)]
    values = [c.value[r] for c, r in zip(columns, rows, strict=True)]
    return column(shared, np.max(observed, axis=0), np.stack(values, axis=1))


def _joined_revised(columns: Sequence[Column]) -> Column:
    """Walk all observations in order; slower, but exact for series that are revised."""
    events = sorted(
        (int(observed), int(as_of), part, float(value))
        for part, c in enumerate(columns)
        for observed, as_of, value in zip(c.observed_at, c.as_of, c.value, strict=True)
    )
    parts: dict[int, list[float | None]] = {}
    rows: dict[tuple[int, int], tuple[float, ...]] = {}
    for observed, as_of, part, value in events:
        row = parts.setdefault(as_of, [None] * len(columns))
        row[part] = value
        complete = tuple(v for v in row if v is not None)
        if len(complete) == len(columns):
            rows[observed, as_of] = complete
    as_ofs = np.array([a for _, a in rows], np.int64)
    observed_ats = np.array([o for o, _ in rows], np.int64)
    values = np.array(list(rows.values()), float).reshape(len(rows), len(columns))
    return column(as_ofs, observed_ats, values)
