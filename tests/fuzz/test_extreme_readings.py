"""Readings at the ends of what a number can be: no exception, no score that is no number."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dcaguard.core.gate import Regime, fold, share
from dcaguard.core.gate_explain import explain
from dcaguard.core.history import DAY, History, column, moment
from dcaguard.core.signals.params import GateConfig, SignalsConfig
from tests.core.signals.synthetic import START, Market
from tests.fuzz.limits import in_time

DAYS = 160
HISTORY = Market(3, DAYS).history()
SIGNALS, GATE = SignalsConfig(), GateConfig()
NAMES = sorted(HISTORY.columns)
EXTREMES = [0.0, -0.0, 1e-300, -1e-300, 5e-324, 1e20, -1e20, 1e100, -1e100, 1.7e308, -1.7e308, 1.0]
# (series, first row, rows, value)
Change = tuple[str, int, int, float]
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(NAMES), st.integers(0, DAYS), st.integers(1, DAYS),
        st.one_of(st.sampled_from(EXTREMES), st.floats(allow_nan=False, allow_infinity=False)),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


def changed(changes: list[Change]) -> History:
    columns = dict(HISTORY.columns)
    for name, first, rows, value in changes:
        old = columns[name]
        values = old.value.copy()
        values[first : first + rows] = value
        columns[name] = column(old.as_of, old.observed_at, values)
    return History(columns)


def judged(history: History) -> None:
    until = moment(START + DAYS * DAY)
    with np.errstate(all="ignore"):
        state, moves = in_time(lambda: fold(history, until, SIGNALS, GATE), 2.0)
        told = explain(state, history, SIGNALS, GATE)
    assert all(isinstance(regime, Regime) for regime in [state.regime, *(m.regime for m in moves)])
    assert 0 <= share(state, GATE, until) <= 1
    numbers = [told.composite, *told.blocks.values(), *(one.score for one in told.signals)]
    for number in numbers:
        assert number is None or (math.isfinite(number) and -1e-9 <= number <= 1 + 1e-9), number


@settings(derandomize=True, max_examples=20, suppress_health_check=list(HealthCheck), database=None)
@given(changes=CHANGES)
def test_extreme_readings_give_a_regime_and_scores_from_0_to_1(changes: list[Change]) -> None:
    judged(changed(changes))


@pytest.mark.parametrize("value", EXTREMES)
def test_every_series_at_one_extreme(value: float) -> None:
    judged(changed([(name, 0, DAYS, value) for name in NAMES]))
