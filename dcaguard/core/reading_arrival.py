"""What a source brings, beside what is known: a day's value at its usual hour, another one later.

When it came is the journal's to say (a batch's row): a look back leaves out what came after it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dcaguard.core.reading import Reading
from dcaguard.core.reading_days import Day, dated_as, day_key

_NEXT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Arrived:
    """Readings as the journal takes them, and how many of them said nothing new."""

    readings: tuple[Reading, ...]
    same: int


class Arrivals:
    """What the journal knew before a fetch, and what came since."""

    def __init__(self, known: Iterable[Reading]) -> None:
        """Take every reading that the journal has of the series."""
        self._newest: dict[Day, Reading] = {}
        for one in known:
            self._take(one)

    def dated(self, readings: Sequence[Reading], now: datetime) -> Arrived:
        """Return what is new of `readings`; another value for a known day is a revision from `now`.

        A value that comes late was public at its usual hour all the same: what holds now must not
        depend on when somebody looked.
        """
        found: list[Reading] = []
        same = 0
        for given in readings:
            newest = self._newest.get(day_key(given))
            if newest is not None and newest.value == given.value:
                same += 1
                continue
            one = given if newest is None else _revised(newest, given, now)
            self._take(one)
            found.append(one)
        return Arrived(tuple(found), same)

    def _take(self, one: Reading) -> None:
        """Remember the newest word on a day, under the time of the day's first one."""
        before = self._newest.get(day_key(one))
        if before is None or one.observed_at >= before.observed_at:
            self._newest[day_key(one)] = one if before is None else dated_as(before, one)


def _revised(newest: Reading, given: Reading, now: datetime) -> Reading:
    later = max(now, newest.observed_at + _NEXT)
    return replace(dated_as(newest, given), observed_at=later)
