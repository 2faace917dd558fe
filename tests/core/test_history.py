"""The history shows each value from the instant at which it could be known, never before."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dcaguard.core.history import DAY, HOUR, History, column, joined, micros, moment
from dcaguard.core.reading import Reading
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
