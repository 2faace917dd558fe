"""Silence ends no pause before its time: what fell silent in it keeps its last word."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dcaguard.core.gate import GateState, Regime, Transition, advance, fold
from dcaguard.core.gate_explain import explain
from dcaguard.core.gate_facts import Facts, facts, instants
from dcaguard.core.gate_silence import ceiling, may_end, recovered, stays_cautious
from dcaguard.core.history import DAY, F64, HOUR, History, micros, moment
from dcaguard.core.signals.board import Sample, sample, tracks
from dcaguard.core.signals.heard import block_weights
from dcaguard.core.signals.params import GateConfig, Recovery, SignalsConfig
from dcaguard.core.signals.recovery import Legs, Liquidity, liquidity
from dcaguard.core.signals.state import SCORED_BLOCKS
from dcaguard.core.signals.track import Rows
from tests.core.signals.synthetic import START, Market, daily, only, sessions

DAYS = 420
END = moment(START + DAYS * DAY)
SIGNALS, GATE = SignalsConfig(), GateConfig()
HISTORIES = [Market(seed, DAYS).history() for seed in range(8)]
SERIES = sorted(set(HISTORIES[0].columns))
SEED = st.integers(0, len(HISTORIES) - 1)
GONE = st.sets(st.sampled_from(SERIES), min_size=1, max_size=12)
UNKNOWN = float("nan")


def without(history: History, names: set[str], after: int) -> History:
    """Return the history in which `names` fall silent after an instant."""
    columns = {
        n: c.keep(c.observed_at <= after) if n in names else c for n, c in history.columns.items()
    }
    return History({n: c for n, c in columns.items() if c.as_of.size})


def market_moves(history: History) -> list[Transition]:
    return [t for t in fold(history, END, SIGNALS, GATE)[1] if not t.subject]


@cache
def whole_moves(seed: int) -> list[Transition]:
    return market_moves(HISTORIES[seed])


def spells(moves: list[Transition], regime: Regime) -> list[tuple[Transition, Transition]]:
    return [(a, b) for a, b in pairwise(moves) if a.regime is regime]


def last_words(history: History, since: datetime, at: datetime) -> tuple[float, list[float]]:
    """Return (composite, blocks) at `at` with the last scores since `since`, one by one."""
    known = history.until(at)
    when = instants(known, SIGNALS, (), micros(since) - 1, micros(at))
    said: dict[object, list[tuple[float, float]]] = {}
    relief = 0.0
    for track in tracks(known, SIGNALS):
        s = sample(track, when)
        scores = [x for x in s.score.tolist() if not np.isnan(x)]
        if s.counted[-1] and scores:
            said.setdefault(track.spec.block, []).append((track.spec.weight, scores[-1]))
        if track.spec.name == "altcoin-breadth" and s.detail("relief")[-1] > 0:
            relief = SIGNALS.altcoin_breadth.relief
    blocks = {b: sum(w * x for w, x in m) / sum(w for w, _ in m) for b, m in said.items()}
    weights = dict(zip(SCORED_BLOCKS, block_weights(GATE.weights).tolist(), strict=True))
    total = sum(weights[b] * x for b, x in blocks.items()) / sum(weights[b] for b in blocks)
    return max(0.0, total - relief), list(blocks.values())


def legs_by_hand(history: History, since: datetime, at: datetime) -> tuple[int, int]:
    """Return (legs known at any instant since `since`, legs true at `at`)."""
    known = history.until(at)
    when = instants(known, SIGNALS, (), micros(since) - 1, micros(at))
    named = {t.spec.name: sample(t, when) for t in tracks(known, SIGNALS)}
    leg = liquidity(known, SIGNALS.recovery, when).leg
    rows: list[tuple[bool, bool]] = [(not bool(np.isnan(leg).all()), bool(leg[-1] == 1.0))]
    for name in ("etf-outflow", "whale-selling"):
        s: Sample = named[name]
        healed = bool(s.known[-1] and (not s.elevated[-1] or s.resumed[-1]))
        rows.append((bool(s.known.any()), healed))
    return sum(k for k, _ in rows), sum(t for _, t in rows)


@settings(max_examples=10)
@example(seed=0, which=1, hours=30, gone={"px.GOLD"})  # 11 days instead of 30
@example(seed=4, which=0, hours=90, gone={"ex.btc.inflow"})  # 13 days instead of 16
@given(seed=SEED, which=st.integers(0, 99), hours=st.integers(1, 20 * 24), gone=GONE)
def test_whatever_falls_silent_in_a_pause_its_earned_end_holds_with_the_last_words(
    seed: int, which: int, hours: int, gone: set[str]
) -> None:
    pauses = spells(whole_moves(seed), Regime.PAUSED)
    began = pauses[which % len(pauses)][0].at
    cut = without(HISTORIES[seed], gone, micros(began) + hours * HOUR)
    for entry, leave in spells(market_moves(cut), Regime.PAUSED):
        assert leave.at - entry.at < timedelta(days=GATE.max_pause_days + 1)
        if entry.at < began or leave.at - entry.at >= timedelta(days=GATE.max_pause_days):
            continue
        for days in range(GATE.exit_days):
            close = leave.at - timedelta(days=days)
            assert last_words(cut, entry.at, close)[0] <= GATE.exit + 1e-9
            known, true = legs_by_hand(cut, entry.at, close)
            assert known < SIGNALS.recovery.legs_min or true >= SIGNALS.recovery.legs_min


@settings(max_examples=10)
@example(seed=5, which=4, hours=542, gone={"px.SPX"})  # 26 days, and 24 without
@example(seed=5, which=4, hours=507, gone={"px.GOLD"})
@example(seed=4, which=1, hours=335, gone={"ofr.fsi"})  # over a weekend without one
@given(seed=SEED, which=st.integers(0, 99), hours=st.integers(1, 20 * 24), gone=GONE)
def test_whatever_falls_silent_in_a_pause_it_ends_no_earlier_than_with_the_data_there(
    seed: int, which: int, hours: int, gone: set[str]
) -> None:
    pauses = spells(whole_moves(seed), Regime.PAUSED)
    began, ended = (move.at for move in pauses[which % len(pauses)])
    cut = without(HISTORIES[seed], gone, micros(began) + hours * HOUR)
    entry, leave = next(p for p in [*spells(market_moves(cut), Regime.PAUSED)] if p[0].at >= began)
    assert entry.at == began
    assert leave.at >= ended


@settings(max_examples=6)
@given(seed=SEED, which=st.integers(0, 99), hours=st.integers(1, 10 * 24), gone=GONE)
def test_whatever_falls_silent_in_caution_its_end_holds_with_the_last_words(
    seed: int, which: int, hours: int, gone: set[str]
) -> None:
    times = spells(whole_moves(seed), Regime.CAUTION)
    began = times[which % len(times)][0].at
    cut = without(HISTORIES[seed], gone, micros(began) + hours * HOUR)
    for entry, leave in spells(market_moves(cut), Regime.CAUTION):
        if leave.regime is not Regime.NORMAL or entry.at < began:
            continue
        for days in range(GATE.caution_exit_days):
            close = leave.at - timedelta(days=days)
            if close - entry.at < timedelta(days=GATE.max_pause_days):
                total, blocks = last_words(cut, entry.at, close)
                assert total < GATE.caution_enter + 1e-9
                assert max(blocks) < GATE.caution_block + 1e-9


@settings(max_examples=6)
@given(
    seed=SEED,
    days=st.integers(130, DAYS - 40),
    gone=GONE,
    cuts=st.lists(st.integers(1, 900), max_size=3),
)
def test_with_silence_too_the_answer_is_the_same_however_the_time_is_cut(
    seed: int, days: int, gone: set[str], cuts: list[int]
) -> None:
    history = without(HISTORIES[seed], gone, START + days * DAY)
    whole, moves = fold(history, END, SIGNALS, GATE)
    state, found = GateState(), []  # type: ignore[var-annotated]
    for hours in [*sorted(START // HOUR + days * 24 + c for c in cuts), micros(END) // HOUR]:
        until = moment(hours * HOUR)
        state = GateState.from_json(state.to_json())
        state, more = advance(state, history.until(until), until, SIGNALS, GATE)
        found.extend(more)
    assert state == whole
    assert tuple(found) == moves


# --- the parts, one at a time ------------------------------------------------------------------

SINCE = moment(START)
AT = START + DAY * np.arange(4, dtype=np.int64)


def known_with(**changed: object) -> Facts:
    """Return facts at four midnights that know nothing but what is given."""
    bare = facts(History({}), SIGNALS, GATE, (), AT)
    return replace(bare, eased=np.ones(4, bool), **changed)  # type: ignore[arg-type]


def leg(*values: float) -> F64:
    return np.array(values)


NEVER_KNOWN = leg(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)


def liquid(found: F64, book: F64 = NEVER_KNOWN) -> Liquidity:
    """Return the leg of liquidity as given, of which no row was missed."""
    nothing = replace(liquidity(History({}), SIGNALS.recovery, AT), leg=found, book=book)
    assert not nothing.missed(3, int(AT[3]))
    return nothing


@pytest.mark.parametrize(
    ("flows", "whales", "ends"),
    [
        (leg(1, 1, 1, 1), leg(0, 0, 0, 0), False),
        (leg(1, 1, 1, 1), leg(0, 0, 0, UNKNOWN), False),  # a false leg that fell silent
        (leg(1, 1, 1, 1), leg(1, 1, 1, UNKNOWN), False),  # nor is a true one true for ever
        (leg(1, 1, 1, 1), leg(UNKNOWN, 0, UNKNOWN, UNKNOWN), False),  # known only in between
        (leg(1, 1, 1, 1), NEVER_KNOWN, True),  # one leg alone does not bind
        (leg(0, 0, 0, 0), NEVER_KNOWN, True),
        (leg(0, 0, 0, 1), leg(0, 0, 0, 1), True),
    ],
)
def test_a_leg_that_was_known_in_the_pause_binds_after_it_fell_silent(
    flows: F64, whales: F64, *, ends: bool
) -> None:
    known = known_with(legs=Legs(flows, whales, liquid(NEVER_KNOWN)))
    assert may_end(known, SINCE, 3, GATE, SIGNALS.recovery) == ends
    assert may_end(known, SINCE, 3, GATE, Recovery(enabled=False))


def test_a_leg_that_fell_silent_before_the_pause_does_not_bind() -> None:
    legs = Legs(leg(1, 1, 1, 1), leg(0, UNKNOWN, UNKNOWN, UNKNOWN), liquid(NEVER_KNOWN))
    known = known_with(legs=legs)
    assert recovered(known, SINCE, 3).known == 2
    assert recovered(known, moment(START + DAY), 3).known == 1
    assert may_end(known, moment(START + DAY), 3, GATE, SIGNALS.recovery)


def test_a_book_that_fell_silent_is_not_replaced_by_another_measure() -> None:
    healed = leg(0, 0, 1, 1)
    sampled = Legs(leg(1, 1, 1, 1), NEVER_KNOWN, liquid(healed, leg(0, 0, UNKNOWN, UNKNOWN)))
    never = Legs(leg(1, 1, 1, 1), NEVER_KNOWN, liquid(healed))
    assert not may_end(known_with(legs=sampled), SINCE, 3, GATE, SIGNALS.recovery)
    assert may_end(known_with(legs=never), SINCE, 3, GATE, SIGNALS.recovery)


def test_liquidity_of_which_a_day_was_missed_is_not_healed_on_it() -> None:
    rows = Rows(AT + DAY, AT, {"x": leg(1, 1, 1, 1)})
    healed = replace(liquid(leg(1, 1, 1, 1)), money=rows)
    legs = Legs(leg(1, 1, 1, 1), NEVER_KNOWN, healed)
    known = known_with(legs=legs, at=AT + 3 * DAY)
    assert [recovered(known, SINCE, n).true for n in range(4)] == [2, 2, 1, 1]


@pytest.mark.parametrize(
    ("breaker", "ends"),
    [
        (leg(1, 0, UNKNOWN, UNKNOWN), True),
        (leg(0, 1, UNKNOWN, UNKNOWN), False),
        (leg(0, 0, 0, 1), False),
        (NEVER_KNOWN, True),
    ],
)
def test_a_breaker_that_fell_silent_while_it_was_true_still_stands(
    breaker: F64, *, ends: bool
) -> None:
    known = known_with(breaks=(NEVER_KNOWN, breaker))
    assert may_end(known, SINCE, 3, GATE, SIGNALS.recovery) == ends


def frightened(last: float, silent_after: int) -> History:
    """Return VIX calming for a year, then at `last`; beside it the OFR's index, calming on."""
    vix = 24 - 0.01 * np.arange(400.0)
    vix[380:] = last
    ofr = -0.01 * np.arange(480.0)
    columns = {"vix": sessions(vix, 22 * HOUR), "ofr.fsi": sessions(ofr, 22 * HOUR)}
    return without(History(columns), {"vix"}, START + silent_after * DAY)


def test_a_member_that_fell_silent_keeps_its_last_score_for_the_end_alone() -> None:
    at = START + DAY * np.array([384, 398], np.int64)
    known = facts(frightened(35.0, 384), only("everything_sold"), GATE, (), at)
    vix = next(s for s in known.samples if s.track.spec.name == "vix")
    ofr = next(s for s in known.samples if s.track.spec.name == "ofr-fsi")
    assert vix.score[0] == 1.0
    assert np.isnan(vix.score[1])
    held = ceiling(known, moment(int(at[0])), 1, GATE)
    assert held.held == ("vix",)
    assert held.total == pytest.approx((0.75 * 1.0 + 0.75 * ofr.score[1]) / 1.5)
    # It had fallen silent before the later spell began, so there it says nothing.
    later = ceiling(known, moment(int(at[1])), 1, GATE)
    assert not later.held
    assert later.total == pytest.approx(ofr.score[1])
    assert known.composite.total[1] == pytest.approx(ofr.score[1])


LOUD = GateConfig(blocks_min=1)  # one block pauses, so that one block's members decide


def alarmed(dip: slice = slice(0)) -> History:
    """Return VIX calm until it dies on day 384, OFR's index at its worst since, but for a dip."""
    vix = 24 - 0.01 * np.arange(400.0)
    ofr = -0.01 * np.arange(480.0)
    ofr[384:] = 1 + 0.01 * np.arange(96.0)
    ofr[dip] = -9 - 0.01 * np.arange(96.0)[: ofr[dip].size]
    columns = {"vix": sessions(vix, 22 * HOUR), "ofr.fsi": sessions(ofr, 22 * HOUR)}
    return without(History(columns), {"vix"}, START + 384 * DAY)


def test_a_silent_member_keeps_its_last_score_in_the_pause_rule_and_then_leaves_it() -> None:
    at = START + DAY * np.array([383, 398, 410, 470], np.int64)
    known = facts(alarmed(), only("everything_sold"), GATE, (), at)
    macro = known.composite.heard.blocks[2]
    assert macro[[1, 2]] == pytest.approx([0.5, 0.5])  # a calm one beside one at its worst
    assert macro[3] == pytest.approx(1.0)
    assert known.gone.astype(bool).tolist() == [False, False, False, True]
    # CAUTION looks at what is known now, so there the calm one has left at once.
    assert known.composite.blocks[2, 1:] == pytest.approx([1.0, 1.0, 1.0])


def pauses_in(history: History) -> list[datetime]:
    moves = fold(history, moment(START + 478 * DAY), only("everything_sold"), LOUD)[1]
    return [t.at for t in moves if t.regime is Regime.PAUSED]


def test_a_calm_member_that_leaves_begins_no_pause_by_that_but_weighs_no_longer() -> None:
    assert pauses_in(alarmed()) == []
    (begins,) = pauses_in(alarmed(slice(445, 452)))
    assert moment(START + 452 * DAY) <= begins <= moment(START + 457 * DAY)


def test_a_member_that_is_silent_for_too_long_is_listed_as_never_read() -> None:
    def told(days: int) -> tuple[tuple[str, ...], float]:
        at = moment(START + days * DAY)
        config = only("everything_sold")
        found = explain(GateState(), alarmed(), config, GATE, (), at)
        return found.never_read, next(s.weight for s in found.signals if s.name == "vix")

    assert told(400) == ((), 0.75)
    assert told(470) == (("vix",), 0.0)
    at = moment(START + 400 * DAY)
    (into,) = [
        x
        for x in explain(GateState(), alarmed(), only("everything_sold"), GATE, (), at).next
        if x.startswith("PAUSED at composite")
    ]
    assert "vix: 0.50" in into


def test_a_block_of_which_little_is_known_now_is_not_high_by_its_last_words() -> None:
    at = START + DAY * np.array([386, 400], np.int64)
    history = without(alarmed(), {"ofr.fsi"}, START + 387 * DAY)
    by = facts(history, only("everything_sold"), LOUD, (), at).composite.heard
    assert by.supported[2].tolist() == [True, False]
    assert by.blocks[2, 1] == pytest.approx(by.blocks[2, 0])


def test_caution_stands_while_its_condition_may_stand_in_what_fell_silent() -> None:
    at = START + DAY * np.array([384, 398], np.int64)
    known = facts(frightened(35.0, 384), only("everything_sold"), GATE, (), at)
    assert not known.cautious[1]
    assert stays_cautious(known, moment(int(at[0])), 1, GATE)
    assert not stays_cautious(known, moment(int(at[1])), 1, GATE)


def test_caution_that_only_silence_keeps_up_ends_after_the_longest_pause() -> None:
    # The other member goes on and is as calm as it can be: alone it would end CAUTION in days.
    until, config = moment(START + 470 * DAY), only("everything_sold")
    entry, leave = fold(frightened(35.0, 384), until, config, GATE)[1]
    assert (entry.regime, leave.regime) == (Regime.CAUTION, Regime.NORMAL)
    assert timedelta(days=30) <= leave.at - entry.at <= timedelta(days=33)


def test_the_explanation_names_what_fell_silent_and_what_its_last_scores_make() -> None:
    state = GateState(regime=Regime.PAUSED, since=moment(START + 384 * DAY))
    at = moment(START + 398 * DAY)
    told = explain(state, frightened(35.0, 384), only("everything_sold"), GATE, (), at)
    sentence = next(line for line in told.next if line.startswith("silent"))
    assert sentence == (
        "silent: vix; no day without them counts towards the end, at most 30 days: `signals "
        "sources` says why, `signals fetch` asks again, `signals import` brings them by hand"
    )
    # What has passed is no "not before".
    assert "not before" not in told.next[0]
    begun = explain(
        state, frightened(35.0, 384), only("everything_sold"), GATE, (), moment(START + 386 * DAY)
    )
    assert "not before" in begun.next[0]
    # From the first midnight on that its row was due by, not only when it is no data any more.
    late = moment(START + 387 * DAY)
    told = explain(state, frightened(35.0, 384), only("everything_sold"), GATE, (), late)
    assert sentence in told.next
    cautious = replace(state, regime=Regime.CAUTION)
    told = explain(cautious, frightened(35.0, 384), only("everything_sold"), GATE, (), at)
    assert [x for x in told.next if x.startswith("silent since this began: vix; for its end")]
    calm = History({"px.BTC": daily(np.full(400, 100.0))})
    assert not [x for x in explain(state, calm, SIGNALS, GATE, (), at).next if "silent" in x]
