"""The history shows each value from the instant at which it could be known, never before."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dcaguard.core.history import DAY, HOUR, History, column, joined, micros, moment
from dcaguard.core.reading import Reading
from dcaguard.core.signals.rolling import total
from dcaguard.core.signals.track import derive, lookup

MONDAY = datetime(2025, 3, 3, tzinfo=UTC)
READINGS = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 20), st.integers(-9, 9)), min_size=1, max_size=40
)


def reading(day: int, seen: int, value: int, series: str = "x") -> Reading:
    as_of = MONDAY + timedelta(days=day)
    seen_at = MONDAY + timedelta(days=seen)
    return Reading(series, as_of, max(as_of, seen_at), Decimal(value), "test", "")


@given(rows=READINGS, looked=st.integers(0, 22))
def test_for_each_day_the_newest_observation_by_then_is_visible(
    rows: list[tuple[int, int, int]], looked: int
) -> None:
    unique = {(r.as_of, r.observed_at): r for r in (reading(*row) for row in rows)}
    at = MONDAY + timedelta(days=looked)
    expected: dict[datetime, tuple[datetime, float]] = {}
    for r in unique.values():
        if r.observed_at <= at and expected.get(r.as_of, (r.observed_at, 0.0))[0] <= r.observed_at:
            expected[r.as_of] = (r.observed_at, float(r.value))
    as_of, values = History.of(unique.values()).visible("x", at)
    assert [moment(int(t)) for t in as_of] == sorted(expected)
    assert values.tolist() == [expected[t][1] for t in sorted(expected)]


@given(rows=READINGS)
def test_a_derived_row_equals_deriving_what_was_visible_then(
    rows: list[tuple[int, int, int]],
) -> None:
    unique = {(r.as_of, r.observed_at): r for r in (reading(*row) for row in rows)}
    history = History.of(unique.values())
    found = derive(history.series("x"), lambda _, x: {"sum": np.cumsum(x), "now": x})
    for seen in range(22):
        at = MONDAY + timedelta(days=seen)
        as_of, values = history.visible("x", at)
        instant = np.array([micros(at)])
        if not as_of.size:
            assert found.index_at(instant)[0] == -1
            continue
        assert found.at("now", instant)[0] == values[-1]
        assert found.at("sum", instant)[0] == values.sum()


@given(left=READINGS, right=READINGS)
def test_joined_rows_hold_both_values_as_they_were_visible(
    left: list[tuple[int, int, int]], right: list[tuple[int, int, int]]
) -> None:
    both = [reading(*r, series="a") for r in left] + [reading(*r, series="b") for r in right]
    unique = {(r.series, r.as_of, r.observed_at): r for r in both}
    history = History.of(unique.values())
    pair = joined([history.series("a"), history.series("b")])
    rows = derive(pair, lambda _, x: {"a": x[:, 0], "b": x[:, 1]})
    for seen in range(22):
        at = MONDAY + timedelta(days=seen)
        seen_a, seen_b = (dict(zip(*map(list, history.visible(s, at)), strict=True)) for s in "ab")
        shared = sorted(set(seen_a) & set(seen_b))
        instant = np.array([micros(at)])
        if not shared:
            assert rows.index_at(instant)[0] == -1
            continue
        assert rows.at("a", instant)[0] == seen_a[shared[-1]]
        assert rows.at("b", instant)[0] == seen_b[shared[-1]]


def test_forgetting_keeps_exactly_what_was_observed_by_then() -> None:
    history = History.of([reading(0, 1, 1), reading(1, 2, 2), reading(2, 3, 3, "late")])
    kept = history.until(MONDAY + timedelta(days=2))
    assert kept.series("x").value.tolist() == [1.0, 2.0]
    assert "late" not in kept.columns


def test_arrivals_are_distinct_and_leave_out_the_first_bound() -> None:
    history = History.of([reading(0, 1, 1), reading(1, 2, 2), reading(0, 2, 5, "y")])
    first, last = micros(MONDAY + timedelta(days=1)), micros(MONDAY + timedelta(days=2))
    assert history.arrivals(("x", "y"), first, last).tolist() == [last]
    assert history.arrivals(("x", "y"), first - 1, last).tolist() == [first, last]


def test_a_lookup_needs_both_the_day_and_the_knowledge() -> None:
    days = DAY * np.arange(3, dtype=np.int64)
    prices = column(days, days + DAY, np.array([10.0, 11.0, 12.0]))
    as_of, known_at = days + HOUR, days + DAY + HOUR
    assert lookup(prices, as_of, known_at).tolist() == [10.0, 11.0, 12.0]
    assert np.isnan(lookup(prices, as_of, days + HOUR)[0])


# --- days -----------------------------------------------------------------------------------------
def hourly(series: str, days: int, *, told_at_once: bool) -> list[Reading]:
    """Return a rising value of each hour, known at the day's end or hour by hour."""
    found = []
    for hour in range(24 * days):
        as_of = MONDAY + timedelta(hours=hour)
        midnight = MONDAY + timedelta(days=hour // 24 + 1)
        known = midnight if told_at_once else as_of + timedelta(hours=1)
        found.append(Reading(series, as_of, known, Decimal(hour + 1), "test", ""))
    return found


def daily_closes(days: int) -> History:
    return History.of(
        Reading("px.BTC", MONDAY + timedelta(days=n), MONDAY + timedelta(days=n + 1),
                Decimal(24 * (n + 1)), "test", "")
        for n in range(days)
    )  # fmt: skip


@given(days=st.integers(1, 4), told_at_once=st.booleans(), size=st.integers(1, 5))
def test_the_hours_of_a_daily_series_count_as_its_days_in_every_window(
    days: int, told_at_once: bool, size: int
) -> None:
    hours = History.of(hourly("px.BTC", days, told_at_once=told_at_once))
    at = MONDAY + timedelta(days=days)
    assert [v.tolist() for v in hours.visible("px.BTC", at)] == [
        v.tolist() for v in daily_closes(days).visible("px.BTC", at)
    ]
    ends = np.array([micros(MONDAY + timedelta(days=n + 1)) for n in range(days)])
    by_hours, by_days = (
        derive(found.series("px.BTC"), lambda _, x: {"sum": total(x, size)}).at("sum", ends)
        for found in (hours, daily_closes(days))
    )
    np.testing.assert_array_equal(by_hours, by_days)


def test_of_hours_that_became_known_together_the_close_is_the_days_first_word() -> None:
    prices = History.of(hourly("px.BTC", 3, told_at_once=True)).series("px.BTC")
    days = micros(MONDAY) + DAY * np.arange(3, dtype=np.int64)
    assert lookup(prices, days + DAY - 1, days + DAY).tolist() == [24.0, 48.0, 72.0]


def test_a_later_word_on_a_day_at_another_hour_is_not_seen_before_it_was_said() -> None:
    first = Reading("vix", MONDAY, MONDAY + timedelta(hours=22), Decimal(20), "test", "")
    later = Reading("vix", MONDAY + timedelta(hours=21), MONDAY + timedelta(days=3), Decimal(30),
                    "test", "")  # fmt: skip
    history = History.of([first, later])
    for days, value in ((1, 20.0), (3, 30.0)):
        as_of, values = history.visible("vix", MONDAY + timedelta(days=days))
        assert (as_of.tolist(), values.tolist()) == ([micros(MONDAY)], [value])


def test_the_hours_of_a_series_without_days_are_all_kept() -> None:
    found = History.of(hourly("oi.btc_usd", 2, told_at_once=False)).series("oi.btc_usd")
    assert found.value.tolist() == [float(n + 1) for n in range(48)]
    assert found.as_of[1] - found.as_of[0] == HOUR
