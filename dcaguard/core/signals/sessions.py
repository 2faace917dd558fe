"""Exchange sessions: which days New York trades, so that a holiday is closed, not stale."""

from datetime import date, timedelta
from functools import cache

import numpy as np

from dcaguard.core.history import DAY, I64, Bools, Column

_FIRST_YEAR, _LAST_YEAR = 1998, 2100
# Days of mourning, storm and attack: no rule foretells them.
_CLOSED_ONCE = (
    *(date(2001, 9, day) for day in (11, 12, 13, 14)),
    date(2004, 6, 11),
    date(2007, 1, 2),
    date(2012, 10, 29),
    date(2012, 10, 30),
    date(2018, 12, 5),
    date(2025, 1, 9),
)
_MONDAY, _THURSDAY, _SATURDAY, _SUNDAY = 0, 3, 5, 6
_JUNETEENTH_FROM = 2022
# Chinese shares close for up to eight weekdays at the New Year and in October, Tokyo for six.
CLOSED_WEEKDAYS_MAX = 8


def _nth(year: int, month: int, weekday: int, n: int) -> date:
    """Return the n-th such weekday of a month; n = -1 is the last."""
    if n > 0:
        first = date(year, month, 1)
        return first + timedelta((weekday - first.weekday()) % 7 + 7 * (n - 1))
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(1)
    return last - timedelta((last.weekday() - weekday) % 7)


def _easter(year: int) -> date:
    """Return Easter Sunday by the Gregorian computus."""
    century, golden = divmod(year, 100)[0], year % 19
    epact = (19 * golden + century - century // 4 - (8 * century + 13) // 25 + 15) % 30
    epact -= (epact // 28) * (1 - (epact // 28) * (29 // (epact + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + epact + 2 - century + century // 4) % 7
    offset = epact - weekday
    month = 3 + (offset + 40) // 44
    return date(year, month, offset + 28 - 31 * (month // 4))


def _observed(day: date) -> date:
    """Return when a fixed holiday is kept: Friday for a Saturday, Monday for a Sunday."""
    shift = {_SATURDAY: -1, _SUNDAY: 1}.get(day.weekday(), 0)
    return day + timedelta(shift)


def new_york_holidays(year: int) -> list[date]:
    """Return the full-day closures of the New York Stock Exchange that rules foretell."""
    new_year = date(year, 1, 1)
    days = [
        # A New Year's Day on a Saturday is not made up on the Friday: that is the old year.
        new_year if new_year.weekday() == _SATURDAY else _observed(new_year),
        _nth(year, 1, _MONDAY, 3),
        _nth(year, 2, _MONDAY, 3),
        _easter(year) - timedelta(2),
        _nth(year, 5, _MONDAY, -1),
        _observed(date(year, 7, 4)),
        _nth(year, 9, _MONDAY, 1),
        _nth(year, 11, _THURSDAY, 4),
        _observed(date(year, 12, 25)),
    ]
    if year >= _JUNETEENTH_FROM:
        days.append(_observed(date(year, 6, 19)))
    return days


@cache
def _calendar() -> np.busdaycalendar:
    days = [d for year in range(_FIRST_YEAR, _LAST_YEAR) for d in new_york_holidays(year)]
    return np.busdaycalendar(holidays=np.array([*days, *_CLOSED_ONCE], "datetime64[D]"))


@cache
def _weekdays() -> np.busdaycalendar:
    return np.busdaycalendar()


def _days(at: I64) -> "np.typing.NDArray[np.datetime64]":
    return (at // DAY).astype("datetime64[D]")


def is_session(at: I64) -> Bools:
    """Tell for each instant (microseconds) whether New York has a session on its UTC day."""
    return np.is_busday(_days(at), busdaycal=_calendar())


def on_sessions(source: Column) -> Column:
    """Return only the rows of New York sessions: what was carried into closed days is no news."""
    return source.keep(is_session(source.as_of))


def on_weekdays(source: Column) -> Column:
    """Return only the rows of Monday to Friday, for exchanges with holidays of their own."""
    return source.keep(is_weekday(source.as_of))


def is_weekday(at: I64) -> Bools:
    """Tell for each instant (microseconds) whether its UTC day is Monday to Friday."""
    return np.is_busday(_days(at), busdaycal=_weekdays())


def session_number(at: I64) -> I64:
    """Return a number that grows by one with each New York session, for counting sessions."""
    start = np.datetime64("1970-01-01", "D")
    count = np.busday_count(start, _days(at) + np.timedelta64(1, "D"), busdaycal=_calendar())
    return np.asarray(count, np.int64)


def weekday_number(at: I64) -> I64:
    """Return a number that grows by one with each Monday to Friday."""
    start = np.datetime64("1970-01-01", "D")
    count = np.busday_count(start, _days(at) + np.timedelta64(1, "D"), busdaycal=_weekdays())
    return np.asarray(count, np.int64)


def sessions_between(as_of: I64, at: I64, *, weekdays: bool = False) -> I64:
    """Return how many sessions lie wholly between the day of `as_of` and the UTC day of `at`."""
    calendar = _weekdays() if weekdays else _calendar()
    begin, end = _days(as_of) + np.timedelta64(1, "D"), _days(at)
    count = np.busday_count(begin, np.maximum(begin, end), busdaycal=calendar)
    return np.asarray(count, np.int64)
