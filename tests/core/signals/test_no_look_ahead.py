"""What a signal says at an instant never depends on what became known after it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcaguard.core.gate import fold
from dcaguard.core.gate_facts import Facts, facts
from dcaguard.core.gate_venues import coin_states
from dcaguard.core.history import DAY, HOUR, I64, History, column, moment
from dcaguard.core.signals.board import sample, tracks
from dcaguard.core.signals.evaluate import evaluate
from dcaguard.core.signals.params import GateConfig, SignalsConfig
from dcaguard.core.signals.recovery import liquidity
from dcaguard.core.signals.venue_custody import expiries, venue_trips
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
        "legs": np.stack([found.legs.flows, found.legs.whales, found.legs.liquidity.leg]).T,
        "breaks": np.stack(found.breaks).T,
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


@given(seed=st.integers(0, 1000), days=st.integers(5, 60))
def test_the_book_at_one_instant_is_what_all_instants_together_say(seed: int, days: int) -> None:
    rng = np.random.default_rng(seed)
    when = START + HOUR * np.flatnonzero(rng.random(24 * days) < rng.choice([0.7, 1.0]))
    depth = column(when, when + HOUR // 2, rng.lognormal(0, 0.5, when.size))
    spread = column(when, when + HOUR // 2, rng.lognormal(0, 0.5, when.size))
    history = History({"depth.BTC": depth, "spread.BTC": spread})
    at = START + HOUR * np.sort(rng.integers(0, 24 * days + 100, 30))
    book = liquidity(history, SIGNALS.recovery, at).book
    alone = [liquidity(history, SIGNALS.recovery, at[n : n + 1]).book[0] for n in range(at.size)]
    np.testing.assert_array_equal(book, alone)


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


SAFE = ("peg.USDC", "cex.okx.tvl_usd", "cex.okx.inflow_24h_usd", "venue.okx.failures",
        "venue.okx.withdraw.BTC")  # fmt: skip


def watched(seed: int) -> History:
    """Return safety data at odd hours: broken pegs, leaving coins, flags fallen silent."""
    rng = np.random.default_rng(seed)
    columns = {}
    for name, values in zip(
        SAFE,
        (
            1 - 0.03 * (rng.random(60) < 0.1),
            np.full(60, 1e9),
            -1e8 * (rng.random(60) < 0.1),
            rng.integers(0, 4, 60).astype(float),
            (rng.random(60) < 0.8).astype(float),
        ),
        strict=True,
    ):
        seen = START + np.sort(rng.integers(0, 20 * 24, 60)) * HOUR
        columns[name] = column(seen, seen, values)
    return History(columns)


@given(seed=st.integers(0, 10_000), cut=st.integers(1, 20 * 24))
def test_forgetting_the_future_changes_nothing_that_safety_says(seed: int, cut: int) -> None:
    history, until = watched(seed), moment(START + cut * HOUR)
    at, known = np.array([START + cut * HOUR], np.int64), history.until(until)
    params = SIGNALS.venue_custody
    whole = (coin_states(history, params, at), expiries(history, params, int(at[0])))
    assert whole == (coin_states(known, params, at), expiries(known, params, int(at[0])))
    trips = venue_trips(history, "okx", params, at)
    for why, rings in venue_trips(known, "okx", params, at).items():
        assert np.array_equal(rings, trips[why]), why
    folded = fold(history, until, SIGNALS, GATE)
    assert folded == fold(known, until, SIGNALS, GATE)


@pytest.mark.parametrize(
    ("series", "signal", "worse"),
    [
        ("etf.btc.flow_usd", "etf-outflow", -1e8),
        ("px.BTC", "liquidation-spike", -200.0),
        ("px.BTC", "dd90", -200.0),
        ("px.BTC", "ret5", -200.0),
        ("vix", "vix", 5.0),
        ("ofr.fsi", "ofr-fsi", 0.5),
        ("us2y", "rate-repricing", 0.1),
        ("px.SPX", "everything-sold", -20.0),
        ("px.NVDA", "megacap-drawdown", -30.0),
        ("ex.btc.inflow", "whale-selling", 4000.0),
        ("stable.supply_usd", "stablecoin-supply", -1e9),
        ("breadth.above_50dma", "altcoin-breadth", -0.05),
        ("px.ZEC", "privacy-rotation", 10.0),
        ("news.regulation", "regulation", 0.5),
        ("dat.MSTR.mnav", "treasury-spiral", -0.3),
    ],
)
def test_a_worse_newest_value_never_lowers_the_score_of_its_signal(
    series: str, signal: str, worse: float
) -> None:
    moved = 0
    for seed in range(3):
        history, scores = Market(seed, DAYS).history(), []
        at = moment(START + (DAYS + 2) * DAY)
        for steps in range(4):
            columns = dict(history.columns)
            values = columns[series].value.copy()
            values[-1] += steps * worse
            columns[series] = replace(columns[series], value=values)
            found = {s.name: s for s in evaluate(History(columns), at, SIGNALS, GATE)}
            scores.append(found[signal].score)
        assert None not in scores
        assert scores == sorted(scores)  # type: ignore[type-var]
        moved += scores[-1] != scores[0]
    assert moved
