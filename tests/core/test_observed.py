from datetime import UTC, date, datetime

import pytest

from dcaguard.core.observed import (
    default_observed_at,
    is_closed,
    is_nyse_session,
    next_business_day,
    nyse_sessions_between,
)
from dcaguard.core.series import Series, lookup


def about(name: str) -> Series:
    found = lookup(name)
    assert found is not None
    return found


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("series", "as_of", "known"),
    [
        ("px.BTC", "2025-03-01", "2025-03-02T00:00"),
        ("px.BTC.low", "2025-12-31", "2026-01-01T00:00"),
        ("etf.btc.flow_usd", "2025-02-25", "2025-02-26T12:30"),
        ("etf.eth.flow_usd", "2025-02-28", "2025-03-01T12:30"),
        ("px.SPX", "2025-02-25", "2025-02-25T22:30"),
        ("px.GOLD", "2025-02-25", "2025-02-25T22:30"),
        ("px.HSI", "2025-02-25", "2025-02-25T22:30"),
        ("dat.MSTR.price_usd", "2025-02-25", "2025-02-25T22:30"),
        ("vix", "2025-02-25", "2025-02-25T22:30"),
        ("us2y", "2025-02-25", "2025-02-26T13:30"),
        ("us2y", "2025-02-28", "2025-03-03T13:30"),
        ("us2y", "2025-01-17", "2025-01-21T13:30"),  # Monday is a federal holiday
        ("effr.month", "2025-12-01", "2026-01-05T00:00"),
        ("ex.btc.inflow", "2025-02-25", "2025-02-26T00:00"),
        ("fng", "2025-02-25", "2025-02-26T00:00"),
    ],
)
def test_a_value_is_known_when_its_kind_is_published(series: str, as_of: str, known: str) -> None:
    assert default_observed_at(about(series), day(as_of)) == day(known)


def test_a_monthly_mean_is_known_on_the_fifth_of_the_next_month() -> None:
    known = default_observed_at(about("effr"), day("2025-01-01"), monthly=True)
    assert known == day("2025-02-05")


def test_new_york_rests_on_its_own_holidays_and_on_days_of_mourning() -> None:
    assert not is_nyse_session(date(2025, 1, 9))
    assert not is_nyse_session(date(2025, 4, 18))  # Good Friday, no federal holiday
    assert is_nyse_session(date(2025, 11, 11))  # Veterans Day, a federal holiday
    assert not is_nyse_session(date(2025, 3, 1))


def test_sessions_between_leave_out_the_first_day_and_count_the_last() -> None:
    assert nyse_sessions_between(date(2025, 1, 8), date(2025, 1, 13)) == 2
    assert nyse_sessions_between(date(2025, 1, 8), date(2025, 1, 8)) == 0


def test_a_federal_holiday_on_a_saturday_is_observed_the_day_before() -> None:
    # New Year's Day 2022 fell on a Saturday.
    assert next_business_day(date(2021, 12, 30)) == date(2022, 1, 3)


def test_a_holiday_is_closed_and_a_coin_never_is() -> None:
    assert is_closed(about("vix"), date(2025, 1, 9))
    assert is_closed(about("us2y"), date(2025, 11, 11))
    assert not is_closed(about("vix"), date(2025, 11, 11))
    assert not is_closed(about("px.BTC"), date(2025, 12, 25))
    assert is_closed(about("px.HSI"), date(2025, 3, 1))
