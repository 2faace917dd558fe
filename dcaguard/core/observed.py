"""When a value of a day could first be known: never earlier than its provider publishes it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from dcaguard.core.series import Calendar, Lag, Series

_DAY = timedelta(days=1)


def default_observed_at(series: Series, as_of: datetime, *, monthly: bool = False) -> datetime:
    """Return the UTC instant at which the value of `as_of`'s UTC day is first known.

    `monthly` marks a file of monthly means, which are known on the fifth day of the next month.
    """
    day = as_of.astimezone(UTC).date()
    match Lag.FIFTH_OF_NEXT_MONTH if monthly else series.lag:
        case Lag.NEXT_MIDNIGHT:
            return _at(day + _DAY, time())
        case Lag.NEXT_DAY_1230:
            return _at(day + _DAY, time(12, 30))
        case Lag.SAME_DAY_2230:
            return _at(day, time(22, 30))
        case Lag.NEXT_BUSINESS_DAY_1330:
            return _at(next_business_day(day), time(13, 30))
        case Lag.FIFTH_OF_NEXT_MONTH:
            return _at((day.replace(day=1) + timedelta(days=32)).replace(day=5), time())


def is_nyse_session(day: date) -> bool:
    """Return whether New York trades on `day` (half days count)."""
    return day.weekday() < 5 and day not in _nyse_holidays(day.year)


def is_business_day(day: date) -> bool:
    """Return whether US federal offices work on `day`."""
    return day.weekday() < 5 and day not in _federal_holidays(day.year)


def next_business_day(day: date) -> date:
    """Return the first US business day after `day`."""
    day += _DAY
    while not is_business_day(day):
        day += _DAY
    return day


def nyse_sessions_between(first: date, last: date) -> int:
    """Return how many New York sessions lie after `first`, up to and including `last`."""
    return sum(1 for day in _days(first + _DAY, last) if is_nyse_session(day))


def expected_days(series: Series, first: date, last: date) -> list[date]:
    """Return the days from `first` to `last` on which the series must have a value.

    Of calendars that we do not know in full the weekdays are expected, holidays included.
    """
    match series.calendar:
        case Calendar.DAILY:
            return list(_days(first, last))
        case Calendar.NYSE:
            return [day for day in _days(first, last) if is_nyse_session(day)]
        case Calendar.BUSINESS:
            # Where offices work but no bond trades (Good Friday), nothing is published either.
            days = _days(first, last)
            return [day for day in days if is_business_day(day) and is_nyse_session(day)]
        case Calendar.SESSIONS:
            return [day for day in _days(first, last) if day.weekday() < 5]
        case Calendar.IRREGULAR:
            return []


def is_closed(series: Series, day: date) -> bool:
    """Return whether the absence of a value on `day` is a holiday, not a gap."""
    match series.calendar:
        case Calendar.NYSE:
            return not is_nyse_session(day)
        case Calendar.SESSIONS:
            return day.weekday() >= 5
        case Calendar.BUSINESS:
            return not is_business_day(day)
        case Calendar.DAILY | Calendar.IRREGULAR:
            return False


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, UTC)


def _days(first: date, last: date) -> Iterator[date]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal)


@lru_cache(maxsize=128)
def _nyse_holidays(year: int) -> frozenset[date]:
    # Imported here because the catalogue of all countries costs start-up time.
    from holidays import financial_holidays

    return frozenset(financial_holidays("NYSE", years=[year]))


@lru_cache(maxsize=128)
def _federal_holidays(year: int) -> frozenset[date]:
    from holidays import country_holidays

    # New Year's Day on a Saturday is observed in the year before, so both years are asked.
    return frozenset(country_holidays("US", years=[year, year + 1]))
