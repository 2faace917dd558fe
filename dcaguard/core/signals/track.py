"""A signal's whole life as arrays: one row for each time something became known, causal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np

from dcaguard.core.history import DAY, F64, I64, NEVER, Bools, Column, vintage
from dcaguard.core.signals.memory import (
    Memory,
    Scores,
    plain_score,
    ranked_score,
    short_past,
    silent,
)
from dcaguard.core.signals.params_base import Ranked
from dcaguard.core.signals.sessions import sessions_between
from dcaguard.core.signals.state import Block

# A revised row is derived again from this many rows before it: more than any window looks back.
LOOKBACK_ROWS = 1200

Derive = Callable[[I64, F64], dict[str, F64]]


class Calendar(StrEnum):
    """What a row's age is counted in."""

    DAYS = "days"
    NEW_YORK = "NYSE sessions"
    WEEKDAYS = "weekdays"


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old the newest row may be: beyond `stale` it is marked, beyond `unknown` it is no data.

    Age counts the whole days (or sessions) between the row's day and today, both left out: a row
    of Monday is 0 old on Tuesday, when it is as new as it can be.
    """

    calendar: Calendar
    stale: int
    unknown: int
    rests: int = 0  # holidays of its own, in a row, that its calendar does not know

    def age(self, as_of: I64, at: I64) -> I64:
        """Return the age of rows `as_of` at the instants `at`, in the calendar's own unit."""
        if self.calendar is Calendar.DAYS:
            return at // DAY - as_of // DAY - 1
        return sessions_between(as_of, at, weekdays=self.calendar is Calendar.WEEKDAYS)


@dataclass(frozen=True, slots=True)
class Rows:
    """The newest row of some series each time something about it became known."""

    known_at: I64
    as_of: I64
    columns: Mapping[str, F64]

    def index_at(self, at: I64) -> I64:
        """Return which row is the newest known at each instant; -1 for none."""
        return np.asarray(np.searchsorted(self.known_at, at, "right") - 1)

    def keep(self, mask: Bools) -> "Rows":
        """Return only the rows where `mask` is true."""
        columns = {name: x[mask] for name, x in self.columns.items()}
        return Rows(self.known_at[mask], self.as_of[mask], columns)

    def at(self, name: str, at: I64, fresh: Freshness | None = None) -> F64:
        """Return one column at each instant; NaN where nothing was known, or it was too old."""
        return self.several((name,), at, fresh)[0]

    def several(self, names: Sequence[str], at: I64, fresh: Freshness | None = None) -> list[F64]:
        """Return some columns at each instant; what is known of one is known of all."""
        index = self.index_at(at)
        known = index >= 0
        if fresh is not None and self.as_of.size:
            known &= fresh.age(self.as_of[index], at) <= fresh.unknown
        return [pick(self.columns[name], index, known) for name in names]


def pick(values: F64, index: I64, known: Bools) -> F64:
    """Return values[index] where `known`, else NaN."""
    if not values.size:
        return np.full(index.size, np.nan)
    return np.where(known, values[index], np.nan)


def derive(source: Column, derivation: Derive) -> Rows:
    """Apply `derivation` (rows in order of as_of -> columns, causal) to each vintage of `source`.

    Without revisions that is one call. Each revision or late row makes a new vintage: from then
    on the newest row is derived again from what was known by then, and the past stays as it was.
    """
    if source.in_order:
        return Rows(source.observed_at, source.as_of, derivation(source.as_of, source.value))
    pieces = list(_vintages(source, derivation))
    names = pieces[0][2]
    return Rows(
        np.concatenate([p[0] for p in pieces]),
        np.concatenate([p[1] for p in pieces]),
        {n: np.concatenate([p[2][n] for p in pieces]) for n in names},
    )


def _vintages(source: Column, derivation: Derive) -> list[tuple[I64, I64, dict[str, F64]]]:
    newest = np.maximum.accumulate(source.as_of)
    late = np.append(False, source.as_of[1:] <= newest[:-1])
    cuts = np.flatnonzero(late & ~np.append(False, late[:-1] & _same_instant(source.observed_at)))
    bounds = [0, *cuts.tolist(), source.as_of.size]
    as_of, value = source.as_of[:0], source.value[:0]
    pieces = []
    for start, end in pairwise(bounds):
        known = as_of.size
        as_of = np.concatenate([as_of, source.as_of[start:end]])
        value = np.concatenate([value, source.value[start:end]])
        added = int(np.count_nonzero(~late[start:end]))
        revised = int(bool(late[start]) and known > 0)
        as_of, value = vintage(as_of, value)
        fresh = added + revised
        tail = slice(max(0, as_of.size - LOOKBACK_ROWS - fresh), None)
        columns = derivation(as_of[tail], value[tail])
        seen = source.observed_at[start:end][~late[start:end]]
        known_at = np.concatenate([source.observed_at[start : start + revised], seen])
        pieces.append((known_at, as_of[as_of.size - fresh :], _last(columns, fresh)))
    return pieces


def _same_instant(observed_at: I64) -> Bools:
    return np.asarray(observed_at[1:] == observed_at[:-1])


def _last(columns: Mapping[str, F64], count: int) -> dict[str, F64]:
    return {name: values[values.size - count :] for name, values in columns.items()}


def lookup(source: Column, as_of_max: I64, known_at: I64, reach: int = NEVER) -> F64:
    """Return, for each row, the newest value with as_of <= as_of_max that was known at known_at.

    A series that is revised answers with what was seen first. A value older than `reach`
    (microseconds) before as_of_max is not of that time: NaN.
    """
    if not source.as_of.size:
        return np.full(as_of_max.size, np.nan)
    if not source.in_order:
        ahead = np.append(True, source.as_of[1:] > np.maximum.accumulate(source.as_of)[:-1])
        source = source.keep(ahead)
    index = np.minimum(
        np.searchsorted(source.as_of, as_of_max, "right"),
        np.searchsorted(source.observed_at, known_at, "right"),
    )
    near = as_of_max - source.as_of[index - 1] <= reach
    return pick(source.value, index - 1, (index > 0) & near)


@dataclass(frozen=True, slots=True)
class Spec:
    """What is fixed about a signal, or about a plain member of a block."""

    name: str
    number: str
    block: Block
    weight: float
    unit: str
    fresh: Freshness
    rows_min: int = 0  # days or sessions before anything can be said; 0: not one number


Reason = Callable[[Mapping[str, float]], str]


@dataclass(frozen=True, slots=True)
class Track:
    """A signal at every instant at which something about it became known.

    `counted` is false while the series that it needs were never read: it then counts as disabled.
    """

    spec: Spec
    known_at: I64
    as_of: I64
    value: F64  # NaN: not known
    score: Scores
    short: Bools
    vote: Bools
    resumed: Bools
    breaker: Bools
    counted: Bools
    memory: Memory
    expires: I64  # when elevation ends by itself
    detail: Mapping[str, F64]
    reason: Reason
    missing: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()  # of them those without one of which nothing can be said
    parts: tuple[tuple[Rows, Freshness], ...] = ()  # what each row is put together from, if several


def never_read(spec: Spec, missing: tuple[str, ...]) -> Track:
    """Return the track of a signal whose series were never read."""
    none, nothing = np.empty(0, np.int64), np.empty(0)
    no = np.empty(0, bool)
    return Track(
        spec=spec,
        known_at=none,
        as_of=none,
        value=nothing,
        score=plain_score(nothing),
        short=no,
        vote=no,
        resumed=no,
        breaker=no,
        counted=no,
        memory=silent(0),
        expires=none,
        detail={},
        reason=lambda _: f"never read: {', '.join(missing)}",
        missing=missing,
    )


def member(spec: Spec, rows: Rows, x: F64, params: Ranked, reason: Reason) -> Track:
    """Return a plain member of a block: ranked, without a vote. `x` grows with stress."""
    count = rows.known_at.size
    no, day = np.zeros(count, bool), rows.as_of // DAY
    return Track(
        spec=spec,
        known_at=rows.known_at,
        as_of=rows.as_of,
        value=rows.columns["value"],
        score=ranked_score(x, day, no, params),
        short=short_past(x, day, params),
        vote=no,
        resumed=no,
        breaker=no,
        counted=~no,
        memory=silent(count),
        expires=np.full(count, NEVER),
        detail=rows.columns,
        reason=reason,
    )
