"""A day that brought no row is seen as one, a weekend or a holiday is not."""

from datetime import UTC, datetime

import numpy as np
import pytest

from dcaguard.core.history import DAY, HOUR, Column, History, micros
from dcaguard.core.signals.due import overdue
from dcaguard.core.signals.params import RateRepricing, Recovery
from dcaguard.core.signals.rate_repricing import rate_repricing
from dcaguard.core.signals.recovery import liquidity
from dcaguard.core.signals.track import Calendar, Freshness
from tests.core.signals.synthetic import FLOWS_LAG, START, daily, sessions

DAYS = 60
EVERY_DAY = Freshness(Calendar.DAYS, 2, 2)
SESSIONS = Freshness(Calendar.NEW_YORK, 2, 3)
MIDNIGHTS = range(10, DAYS + 1)  # of the days since START, a Monday


def missed(source: Column, fresh: Freshness) -> list[int]:
    """Return the midnights, in days since START, at which a row is missing."""
    return [
        day
        for day in MIDNIGHTS
        if overdue(source.observed_at, source.as_of, fresh, START + day * DAY)
    ]


def without(source: Column, first: int, last: int) -> Column:
    """Return the rows but those of the days from `first` to before `last`."""
    inside = (source.as_of >= START + first * DAY) & (source.as_of < START + last * DAY)
    return source.keep(~inside)


@pytest.mark.parametrize("lag", [DAY, DAY + HOUR, 2 * DAY + 5 * HOUR])
def test_a_daily_row_is_missed_on_the_midnight_that_it_does_not_come_by(lag: int) -> None:
    source = daily(np.ones(DAYS), lag)
    assert not missed(source, EVERY_DAY)
    first_unseen = 30 + -(-lag // DAY)
    assert missed(without(source, 30, 33), EVERY_DAY) == [first_unseen + n for n in range(3)]


@pytest.mark.parametrize("lag", [22 * HOUR, FLOWS_LAG, 2 * DAY + 22 * HOUR])
def test_no_session_is_missed_over_a_weekend_or_a_holiday_of_the_exchange(lag: int) -> None:
    source = sessions(np.ones(DAYS), lag)
    assert not missed(source, SESSIONS)
    monday = 28
    late = missed(without(source, monday, DAYS), SESSIONS)
    assert late[0] == monday + -(-lag // DAY)
    assert late == list(range(late[0], DAYS + 1))


def test_one_row_that_came_late_makes_no_later_one_expected_so() -> None:
    source = daily(np.ones(DAYS))
    late = Column(source.as_of, source.observed_at.copy(), source.value)
    late.observed_at[30] += DAY
    order = np.argsort(late.observed_at, kind="stable")
    late = Column(late.as_of[order], late.observed_at[order], late.value[order])
    assert missed(late, EVERY_DAY) == [31]
    assert missed(without(late, 33, 35), EVERY_DAY) == [31, 34, 35]


def test_days_that_were_read_together_make_no_later_one_expected_late() -> None:
    source = daily(np.ones(DAYS))
    together = np.where(np.arange(DAYS) < 40, START + 40 * DAY, source.observed_at)
    late = missed(without(Column(source.as_of, together, source.value), 42, 43), EVERY_DAY)
    assert late == [43]


def test_many_looks_at_one_day_are_one_row() -> None:
    source = daily(np.ones(DAYS))
    looks = np.repeat(source.as_of, 24)
    seen = np.repeat(source.observed_at, 24) + np.tile(np.arange(24) * HOUR, DAYS)
    hourly = Column(looks, seen, np.ones(looks.size))
    assert not missed(hourly, EVERY_DAY)
    assert missed(without(hourly, 30, 32), EVERY_DAY) == [31, 32]


def test_nothing_is_missed_of_what_was_never_read() -> None:
    nothing = np.empty(0, np.int64)
    assert not overdue(nothing, nothing, EVERY_DAY, START)


def test_a_holiday_of_bonds_is_no_missing_day() -> None:
    columbus = (micros(datetime(2021, 10, 11, tzinfo=UTC)) - START) // DAY
    rates = sessions(4 + 0.001 * np.arange(300.0), 37 * HOUR)
    policy = sessions(np.full(300, 4.0), 37 * HOUR)
    columns = {"us2y": without(rates, columbus, columbus + 1), "effr": policy}
    track = rate_repricing(History(columns), RateRepricing())
    late = [
        overdue(track.known_at, track.as_of, track.spec.fresh, START + day * DAY)
        for day in range(columbus - 10, columbus + 10)
    ]
    assert not any(late)


@pytest.mark.parametrize("name", ["vol.BTC", "px.BTC", "stable.supply_usd"])
def test_liquidity_that_is_carried_over_a_day_is_not_heard_on_it(name: str) -> None:
    days, rng = 200, np.random.default_rng(1)
    columns = {n: daily(100 + rng.random(days)) for n in ("px.BTC", "vol.BTC", "stable.supply_usd")}
    at = START + DAY * np.arange(days - 2, days + 2, dtype=np.int64)
    known = liquidity(History(columns), Recovery(), at)
    assert [known.missed(n, int(at[n])) for n in range(4)] == [False, False, False, True]
    columns[name] = columns[name].first(days - 2)
    known = liquidity(History(columns), Recovery(), at)
    assert not np.isnan(known.leg).any()
    assert [known.missed(n, int(at[n])) for n in range(4)] == [False, True, True, True]
