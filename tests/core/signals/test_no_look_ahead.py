"""What a signal says at an instant never depends on what became known after it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcaguard.core.gate_facts import Facts, facts
from dcaguard.core.history import DAY, I64, History, moment
from dcaguard.core.signals.board import sample, tracks
from dcaguard.core.signals.evaluate import evaluate
from dcaguard.core.signals.params import GateConfig, SignalsConfig
from tests.core.signals.synthetic import START, Market, grid, revised, staggered

DAYS = 420
SIGNALS, GATE = SignalsConfig(), GateConfig()
REVISED = ("etf.btc.flow_usd", "ex.btc.inflow", "px.SPX", "stable.supply_usd")


def made(seed: int, *, corrected: bool) -> History:
    history = staggered(Market(seed, DAYS).history(), seed)
    return revised(history, REVISED, seed) if corrected else history


def arrays(found: Facts) -> dict[str, np.ndarray]:
    """Return everything the gate sees, as arrays that can be compared."""
    named = {
        f"{s.track.spec.name}.{part}": getattr(s, part)
        for s in found.samples
        for part in ("known", "stale", "score", "vote", "counts", "breaker", "elevated", "resumed")
    }
    mix = found.composite
    return {
        **named,
        "blocks": mix.blocks.T,
        "total": mix.total,
        "pause": found.pause,
        "cautious": found.cautious,
        "eased": found.eased,
        "shock": found.shock,
        "unknown": found.unknown,
        "high": found.high,
    }


@pytest.mark.parametrize("corrected", [False, True])
@given(seed=st.integers(0, 10_000), cut=st.integers(30, DAYS * 24))
def test_forgetting_the_future_changes_no_signal(seed: int, cut: int, *, corrected: bool) -> None:
    history = made(seed % 5, corrected=corrected)
    until = START + cut * DAY // 24
    at = grid(DAYS)
    at = at[at <= until][-40:]
    if not at.size:
        at = np.array([until], np.int64)
    whole = arrays(facts(history, SIGNALS, GATE, (), at))
    cut_off = arrays(facts(history.until(moment(until)), SIGNALS, GATE, (), at))
    for name, values in cut_off.items():
        np.testing.assert_array_equal(values, whole[name], err_msg=name)


@pytest.mark.parametrize("corrected", [False, True])
def test_the_timeline_equals_the_evaluation_of_every_single_instant(*, corrected: bool) -> None:
    history = made(3, corrected=corrected)
    at = grid(DAYS, every=DAY * 3 + DAY // 7)
    found = [sample(track, at) for track in tracks(history, SIGNALS)]
    by_name = {s.track.spec.name: s for s in found}
    assert at.size > 100
    for position, instant in enumerate(at):
        for state in evaluate(history, moment(int(instant)), SIGNALS, GATE):
            s = by_name[state.name]
            score = s.score[position]
            assert (state.score is None) == (np.isnan(score) or not s.known[position])
            assert state.score is None or state.score == score
            assert state.vote == s.vote[position]
            assert (state.state == "UNKNOWN") == (not s.known[position])


def test_the_synthetic_markets_make_every_signal_vote_somewhere() -> None:
    """Otherwise the properties above would be about silence."""
    voted: set[str] = set()
    for seed in range(5):
        for track in tracks(made(seed, corrected=False), SIGNALS):
            if track.vote.any():
                voted.add(track.spec.number)
    assert {"S1", "S2", "S4", "S5", "S6", "S7", "S8", "S9", "S10"} <= voted


def test_a_score_stays_between_zero_and_one() -> None:
    at: I64 = grid(DAYS)
    for track in tracks(made(1, corrected=True), SIGNALS):
        score = sample(track, at).score
        known = score[~np.isnan(score)]
        assert known.size
        assert known.min() >= 0
        assert known.max() <= 1
