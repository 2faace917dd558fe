"""A day of a daily series is one reading: dated at another hour it is the same, or a conflict."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time

from dcaguard.core.reading import Reading
from dcaguard.core.series import lookup

Day = tuple[str, datetime]


@dataclass(frozen=True, slots=True)
class ByDay:
    """Readings beside what is known of their days."""

    fitting: tuple[Reading, ...]  # each dated as its day is known
    same: int  # said again at another hour: nothing new
    conflicts: tuple[tuple[Reading, Reading], ...]  # (given, known): another value, another hour


def day_key(reading: Reading) -> Day:
    """Return the series and the time that a reading alone may have: a daily series its day."""
    about = lookup(reading.series)
    if about is None or not about.one_a_day:
        return reading.series, reading.as_of
    return reading.series, datetime.combine(reading.as_of.astimezone(UTC).date(), time(), UTC)


def by_day(
    readings: Sequence[Reading],
    known: Iterable[Reading],
    guessed: AbstractSet[Reading] = frozenset(),
    *,
    revision: bool,
) -> ByDay:
    """Return `readings` dated as their days are known, and what contradicts a known day.

    With `revision` a row of another hour and value is a later word on its day, no conflict. Of
    those `guessed` nobody said when they became known: each is a word on the newest one.
    """
    days: dict[Day, list[Reading]] = {}
    for one in known:
        days.setdefault(day_key(one), []).append(one)
    fitting: list[Reading] = []
    conflicts: list[tuple[Reading, Reading]] = []
    same = 0
    for given in readings:
        told = days.setdefault(day_key(given), [])
        dated = dated_as(told[0], given) if told else given
        if told and given in guessed:
            dated = _beside_the_newest(dated, told, revision=revision)
        if dated.as_of == given.as_of or revision:
            fitting.append(dated)
            told.append(dated)
        elif any(one.value == given.value for one in told):
            same += 1
        else:
            conflicts.append((given, told[-1]))
    return ByDay(tuple(fitting), same, tuple(conflicts))


def _beside_the_newest(given: Reading, told: Sequence[Reading], *, revision: bool) -> Reading:
    """Return `given` as said again where the same was said, else at the newest word's hour."""
    said = (given.as_of, given.observed_at, given.value)
    if not revision and any((one.as_of, one.observed_at, one.value) == said for one in told):
        return given
    return replace(given, observed_at=max(one.observed_at for one in told))


def dated_as(known: Reading, given: Reading) -> Reading:
    """Return `given` under the time that its day has in `known`."""
    observed_at = max(given.observed_at, known.as_of)  # nothing is known before it was true
    return replace(given, as_of=known.as_of, observed_at=observed_at)
