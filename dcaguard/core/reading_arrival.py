"""What a source brings counts from when it came: it never changes what an earlier decision knew."""

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
        self._first: dict[str, datetime] = {}
        for one in known:
            self._take(one)
            self._first[one.series] = min(one.as_of, self._first.get(one.series, one.as_of))

    def dated(self, readings: Sequence[Reading], now: datetime) -> Arrived:
        """Return what is new of `readings`, observed at `now` or later.

        Only what lies before all that is known of a series keeps its usual hour: no decision was
        taken on that series then, and history would otherwise begin on the day of the first fetch.
        """
        found: list[Reading] = []
        same = 0
        for given in readings:
            newest = self._newest.get(day_key(given))
            if newest is not None and newest.value == given.value:
                same += 1
                continue
            one = self._observed(given, newest, now)
            self._take(one)
            found.append(one)
        return Arrived(tuple(found), same)

    def _observed(self, given: Reading, newest: Reading | None, now: datetime) -> Reading:
        if newest is not None:
            later = max(now, newest.observed_at + _NEXT)
            return replace(dated_as(newest, given), observed_at=later)
        first = self._first.get(given.series)
        if first is None or given.as_of < first:
            return given
        return replace(given, observed_at=max(now, given.observed_at))

    def _take(self, one: Reading) -> None:
        """Remember the newest word on a day, under the time of the day's first one."""
        before = self._newest.get(day_key(one))
        if before is None or one.observed_at >= before.observed_at:
            self._newest[day_key(one)] = one if before is None else dated_as(before, one)
