"""Trailing statistics equal their definition, row by row."""

import statistics

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dcaguard.core.signals.memory import remember
from dcaguard.core.signals.rolling import (
    in_a_row,
    order_statistics,
    points_of,
    rank,
    robust_z,
    score_of_rank,
    sigma,
    trailing_median,
)

NUMBERS = st.lists(st.one_of(st.integers(-5, 5), st.just(None)), min_size=1, max_size=60)
STEPS = st.lists(st.integers(0, 2), min_size=60, max_size=60)


def floats(values: list[int | None]) -> np.ndarray:
    return np.array([np.nan if v is None else float(v) for v in values])


@given(values=NUMBERS, steps=STEPS, window=st.integers(1, 9), minimum=st.integers(1, 4))
def test_rank_is_the_share_of_earlier_days_final_values_at_or_below(
    values: list[int | None], steps: list[int], window: int, minimum: int
) -> None:
    x, key = floats(values), np.cumsum(steps[: len(values)]).astype(np.int64)
    found, points = rank(x, key, window, minimum)
    for row in range(x.size):
        finals: dict[int, float] = {}
        for past in range(row):
            if key[past] < key[row]:
                finals[int(key[past])] = float(x[past])
        known = [v for v in finals.values() if not np.isnan(v)]
        past_values = known[-(window - 1) :] if window > 1 else []
        count = len(past_values) + 1
        assert points[row] == count
        if np.isnan(x[row]) or count < minimum:
            assert np.isnan(found[row])
        else:
            equal = all(v == x[row] for v in past_values)
            share = (sum(v <= x[row] for v in past_values) + 1) / count
            assert found[row] == (0.5 if equal else share)


@given(low=st.integers(-50, 50), more=st.integers(0, 50))
def test_a_worse_value_never_scores_lower(low: int, more: int) -> None:
    past = np.random.default_rng(7).normal(0, 20, 200)
    key = np.arange(201)
    scores = [
        score_of_rank(rank(np.append(past, x), key, 365, 120)[0])[-1] for x in (low, low + more)
    ]
    assert scores[0] <= scores[1]


def test_the_calmer_half_scores_nothing_and_the_worst_scores_one() -> None:
    x, key = np.arange(200.0), np.arange(200)
    assert score_of_rank(rank(x, key, 365, 120)[0])[-1] == 1.0
    x[-1] = 99.0
    assert score_of_rank(rank(x, key, 365, 120)[0])[-1] < 0.02


def test_where_nothing_ever_differed_the_rank_says_nothing_and_scores_nothing() -> None:
    x, key = np.full(200, 7.0), np.arange(200)
    assert score_of_rank(rank(x, key, 365, 120)[0])[119:].tolist() == [0.0] * 81
    x[150] = 6.0  # one calmer day, and the others are the worst again
    assert score_of_rank(rank(x, key, 365, 120)[0])[[149, 150, 151]].tolist() == [0.0, 0.0, 1.0]


@given(conditions=st.lists(st.booleans(), min_size=1, max_size=40), steps=STEPS)
def test_in_a_row_counts_days_not_looks(conditions: list[bool], steps: list[int]) -> None:
    condition, key = np.array(conditions), np.cumsum(steps[: len(conditions)]).astype(np.int64)
    found = in_a_row(condition, key)
    for row in range(condition.size):
        finals: dict[int, bool] = {int(key[p]): bool(condition[p]) for p in range(row)}
        finals[int(key[row])] = bool(condition[row])
        run = 0
        for day in range(int(key[row]), -1, -1):
            if not finals.get(day):
                break
            run += 1
        assert found[row] == run


@given(values=NUMBERS, window=st.integers(1, 12))
def test_order_statistics_equal_sorting_each_window(values: list[int | None], window: int) -> None:
    x = floats(values)
    found = order_statistics(x, window, (0.0, 0.5, 1.0))
    for row in range(x.size):
        known = [v for v in x[:row] if not np.isnan(v)][-window:]
        if not known:
            assert np.isnan(found[row]).all()
            continue
        ordered, top = sorted(known), len(known) - 1
        assert found[row].tolist() == [ordered[0], ordered[round(top / 2)], ordered[-1]]


def test_sigma_is_the_sample_deviation_and_needs_its_whole_window() -> None:
    found = sigma(np.array([1.0, 2.0, 4.0, 8.0]), 3)
    assert np.isnan(found[:2]).all()
    assert found[3] == np.std([2.0, 4.0, 8.0], ddof=1)


@given(
    votes=st.lists(st.integers(0, 9), min_size=1, max_size=60),
    heals=st.lists(st.booleans(), min_size=60, max_size=60),
    steps=STEPS,
    hold=st.integers(0, 5),
)
def test_memory_equals_walking_through_the_rows(
    votes: list[int], heals: list[bool], steps: list[int], hold: int
) -> None:
    vote = np.array([v == 0 for v in votes])
    heal, clock = np.array(heals[: vote.size]), np.cumsum(steps[: vote.size]).astype(np.int64)
    memory = remember(vote, heal, clock, hold)
    elevated, last, first = False, None, -1
    for row in range(vote.size):
        if vote[row]:
            first = row if not elevated else first
            elevated, last = True, int(clock[row])
        held = last is not None and clock[row] - last < hold
        if elevated and heal[row] and not vote[row] and not held:
            elevated = False
        assert memory.elevated[row] == elevated
        assert memory.counts[row] == (bool(vote[row]) or held)
        assert memory.first_vote[row] == (first if elevated else -1)


@given(
    values=st.lists(st.none() | st.integers(-5, 5), min_size=1, max_size=40),
    window=st.integers(1, 12),
    minimum=st.integers(1, 4),
)
def test_medians_and_ranks_of_single_rows_equal_doing_it_by_hand(
    values: list[int | None], window: int, minimum: int
) -> None:
    x = np.array([np.nan if v is None else float(v) for v in values])
    key = np.arange(x.size)
    ranks, points = rank(x, key, window, minimum)
    assert points.tolist() == points_of(x, key, window).tolist()
    z, middles = robust_z(x, window, minimum), trailing_median(x, window, minimum)
    for row in range(x.size):
        one, of = rank(x, key, window, minimum, np.array([row]))
        np.testing.assert_array_equal((one[0], of[0]), (ranks[row], points[row]))
        known = [v for v in x[:row].tolist() if not np.isnan(v)][-window:]
        by_hand = statistics.median(known) if len(known) >= minimum else np.nan
        np.testing.assert_array_equal(middles[row], by_hand)
        later = trailing_median(x, window, minimum, first=row)
        np.testing.assert_array_equal(later[row:], middles[row:])
        assert np.isnan(later[:row]).all()
        past = [v for v in x[max(0, row - window) : row].tolist() if not np.isnan(v)]
        if len(past) < minimum:
            assert np.isnan(z[row])
            continue
        middle = statistics.median(past)
        spread = 1.4826 * statistics.median(abs(v - middle) for v in past)
        expected = (x[row] - middle) / spread if spread else np.nan
        np.testing.assert_allclose(z[row], expected, rtol=1e-12)


def test_one_value_has_no_deviation() -> None:
    with np.errstate(all="raise"):
        assert np.isnan(sigma(np.array([1.0, 2.0]), 1)).all()
