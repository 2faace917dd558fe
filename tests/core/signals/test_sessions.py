"""New York's sessions: closed is not stale."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import holidays
import numpy as np
import pytest

from dcaguard.core.history import DAY, I64, Bools, Column, History, column, micros
from dcaguard.core.signals.board import sample, tracks
from dcaguard.core.signals.params import SignalsConfig
from dcaguard.core.signals.sessions import (
    is_session,
    is_weekday,
    session_number,
    sessions_between,
)
from dcaguard.core.signals.track import Calendar, Freshness
from tests.core.signals.synthetic import Market, grid


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


SHARES = ("px.SPX", "px.NVDA", "px.MSFT", "px.AAPL", "vix", "ofr.fsi", "us2y", "effr")
# Exchanges with holidays of their own: only a weekend is surely closed.
ABROAD = ("px.GOLD", "px.CSI300", "px.HSI", "dat.MSTR.price_usd", "dat.BMNR.price_usd")


def carried(source: Column, closed: Callable[[I64], Bools]) -> Column:
    """Return the series as tables write it that repeat the last value on each closed day."""
    days = np.arange(source.as_of[0], source.as_of[-1] + DAY, DAY, dtype=np.int64)
    days = days[closed(days)]
    before = np.searchsorted(source.as_of, days) - 1
    lag = source.observed_at[0] - source.as_of[0]
    return column(
        np.concatenate([source.as_of, days]),
        np.concatenate([source.observed_at, days + lag]),
        np.concatenate([source.value, source.value[before]]),
    )


def test_values_carried_into_closed_days_change_no_signal_at_any_instant() -> None:
    plain = Market(3, 420).history()
    columns = dict(plain.columns)
    for name in SHARES:
        columns[name] = carried(columns[name], lambda at: ~is_session(at))
    for name in ABROAD:
        columns[name] = carried(columns[name], lambda at: ~is_weekday(at))
    flows = columns["etf.btc.flow_usd"]
    whole = carried(flows, lambda at: ~is_session(at))
    # A table of flows does not repeat: it writes zero.
    values = np.where(is_session(whole.as_of), whole.value, 0.0)
    columns["etf.btc.flow_usd"] = Column(whole.as_of, whole.observed_at, values)
    assert sum(c.as_of.size for c in columns.values()) > 1000 + sum(
        c.as_of.size for c in plain.columns.values()
    )
    instants = grid(420)
    without = tracks(plain, SignalsConfig())
    for one, other in zip(without, tracks(History(columns), SignalsConfig()), strict=True):
        left, right = sample(one, instants), sample(other, instants)
        for part in ("known", "stale", "score", "vote", "counts", "breaker", "resumed"):
            name = f"{one.spec.name}.{part}"
            np.testing.assert_array_equal(getattr(left, part), getattr(right, part), name)
