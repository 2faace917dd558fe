"""New York's sessions: closed is not stale."""

from datetime import UTC, date, datetime, timedelta

import holidays
import numpy as np
import pytest

from dcaguard.core.history import DAY, micros
from dcaguard.core.signals.sessions import is_session, session_number, sessions_between
from dcaguard.core.signals.track import Calendar, Freshness


def at(text: str) -> int:
    return micros(datetime.fromisoformat(text).replace(tzinfo=UTC))


@pytest.mark.parametrize("year", range(2000, 2031))
def test_closures_agree_with_an_independent_calendar(year: int) -> None:
    theirs = holidays.financial_holidays("XNYS", years=year)
    day = date(year, 1, 1)
    while day.year == year:
        open_there = day.weekday() < 5 and day not in theirs
        instant = np.array([at(day.isoformat())])
        assert bool(is_session(instant)[0]) == open_there, day
        day += timedelta(1)


def test_a_long_weekend_ages_a_row_by_no_session() -> None:
    friday, tuesday = np.array([at("2025-02-14")]), np.array([at("2025-02-18T10:00")])
    assert sessions_between(friday, tuesday)[0] == 0
    assert sessions_between(friday, tuesday + DAY)[0] == 1
    assert session_number(tuesday)[0] - session_number(friday)[0] == 1


def test_a_row_is_fresh_up_to_its_limit_and_not_beyond() -> None:
    fresh = Freshness(Calendar.NEW_YORK, 2, 3)
    monday = np.array([at("2025-03-03")])
    ages = [int(fresh.age(monday, np.array([at(f"2025-03-{d:02}T09:00")]))[0]) for d in (4, 6, 7)]
    assert ages == [0, 2, 3]
    assert Freshness(Calendar.DAYS, 2, 2).age(monday, monday + DAY)[0] == 0
