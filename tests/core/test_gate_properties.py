"""What must hold for every history: the fold, hysteresis, and absence of data."""

from datetime import timedelta
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dcaguard.core.event import Acknowledgement, OperatorEvent, Severity
from dcaguard.core.gate import GateState, Regime, Transition, advance, effective, fold
from dcaguard.core.gate_explain import explain
from dcaguard.core.gate_facts import facts, instants
from dcaguard.core.history import DAY, HOUR, Column, History, column, micros, moment
from dcaguard.core.signals.board import tracks
from dcaguard.core.signals.params import GateConfig, SignalsConfig
from dcaguard.core.signals.state import SCORED_BLOCKS
from tests.core.signals.synthetic import START, Market, daily, only, revised

DAYS = 420
END = moment(START + DAYS * DAY)
SIGNALS, GATE = SignalsConfig(), GateConfig()
EVENTS = (OperatorEvent(Severity.HIGH, moment(START + 200 * DAY), None, "exchange raided"),)
HISTORIES = [
    revised(Market(seed, DAYS).history(), ("px.BTC", "etf.btc.flow_usd"), seed)
    for seed in (0, 1, 5, 8, 13, 14)  # among them each way into a pause alone
]
SEED = st.integers(0, len(HISTORIES) - 1)


def regime_at(moves: tuple[Transition, ...], at: int) -> Regime:
    found = [t.regime for t in moves if micros(t.at) <= at and not t.subject]
    return found[-1] if found else Regime.NORMAL


def without(history: History, names: set[str], after: int) -> History:
    """Return the history in which `names` fall silent after an instant."""
    columns = {
        n: c.keep(c.observed_at <= after) if n in names else c for n, c in history.columns.items()
    }
    return History({n: c for n, c in columns.items() if c.as_of.size})


def test_the_made_up_histories_visit_every_regime() -> None:
    seen = {t.regime for h in HISTORIES for t in fold(h, END, SIGNALS, GATE, EVENTS)[1]}
    assert seen == set(Regime) - {Regime.LOCKED}


@settings(max_examples=25)
@given(seed=SEED, cuts=st.lists(st.integers(0, DAYS * 24), max_size=4))
def test_the_answer_is_the_same_however_the_time_is_cut(seed: int, cuts: list[int]) -> None:
    history = HISTORIES[seed]
    whole, moves = fold(history, END, SIGNALS, GATE, EVENTS)
    state, found = GateState(), []  # type: ignore[var-annotated]
    for hours in [*sorted(cuts), DAYS * 24]:
        until = moment(START + hours * HOUR)
        # A run at `until` holds only what was known by then, and the state went through JSON.
        known = history.until(until)
        state = GateState.from_json(state.to_json())
        state, more = advance(state, known, until, SIGNALS, GATE, EVENTS)
        found.extend(more)
    assert state == whole
    assert tuple(found) == moves


@settings(max_examples=10)
@given(seed=SEED, hours=st.integers(24, DAYS * 24))
def test_running_again_changes_nothing(seed: int, hours: int) -> None:
    until = moment(START + hours * HOUR)
    state, _ = fold(HISTORIES[seed], until, SIGNALS, GATE, EVENTS)
    assert advance(state, HISTORIES[seed], until, SIGNALS, GATE, EVENTS) == (state, ())


def test_a_pause_never_ends_inside_its_hold_and_never_lasts_beyond_its_limit() -> None:
    pauses = 0
    for history in HISTORIES:
        moves = fold(history, END, SIGNALS, GATE, EVENTS)[1]
        for entry, leave in pairwise(moves):
            if entry.regime is Regime.PAUSED:
                pauses += 1
                length = leave.at - entry.at
                assert timedelta(days=GATE.hold_days) <= length
                assert length < timedelta(days=GATE.max_pause_days + 1)
                assert leave.regime is Regime.PROBE
                assert leave.at.hour == leave.at.minute == 0
    assert pauses > 10


@settings(max_examples=25)
@given(seed=SEED, silent=st.integers(40, DAYS - 40))
def test_falling_silent_never_pauses_and_never_ends_a_pause_early(seed: int, silent: int) -> None:
    history, after = HISTORIES[seed], START + silent * DAY
    dark = history.until(moment(after))
    then = regime_at(fold(dark, moment(after), SIGNALS, GATE)[1], after)
    moves = [t for t in fold(dark, END, SIGNALS, GATE)[1] if micros(t.at) > after + 5 * DAY]
    assert all(t.regime is not Regime.PAUSED or then is Regime.PAUSED for t in moves)
    # Five days: what was known when the silence fell may still be acted on while it is fresh.
    ends = [t for t in moves if t.previous is Regime.PAUSED]
    assert all("paused for 30 days" in t.reasons[-1] for t in ends)


SERIES = sorted(set(HISTORIES[0].columns) - {"px.BTC"})


@settings(max_examples=5)
@given(seed=SEED, silent=st.integers(130, DAYS - 40), gone=st.sets(st.sampled_from(SERIES)))
def test_whatever_falls_silent_the_pause_rule_hears_the_last_scores(
    seed: int, silent: int, gone: set[str]
) -> None:
    """Silence alone moves nothing: neither a calm member's nor an alarmed one's."""
    after = START + silent * DAY
    at = after + np.arange(0, 29, dtype=np.int64) * DAY
    known = facts(without(HISTORIES[seed], gone, after), SIGNALS, GATE, (), at)
    assert not known.gone.any()
    for position in range(0, at.size, 4):
        said: dict[int, list[tuple[float, float]]] = {}
        for s in known.samples:
            scores = s.track.score(np.arange(s.index[position] + 1))
            spoken = scores[~np.isnan(scores)]
            if s.counted[position] and spoken.size:
                row = SCORED_BLOCKS.index(s.track.spec.block)
                said.setdefault(row, []).append((s.track.spec.weight, float(spoken[-1])))
        blocks = {r: sum(w * x for w, x in m) / sum(w for w, _ in m) for r, m in said.items()}
        heard = known.composite.heard.blocks[:, position]
        assert [r for r in range(4) if not np.isnan(heard[r])] == sorted(blocks)
        assert all(abs(heard[r] - x) < 1e-9 for r, x in blocks.items())


def test_each_pause_has_two_blocks_or_three_votes_of_two_blocks_or_a_breaker() -> None:
    block_of = {t.spec.name: t.spec.block.value for t in tracks(HISTORIES[0], SIGNALS)}
    ways = set()
    for history in HISTORIES:
        for move in fold(history, END, SIGNALS, GATE)[1]:
            if move.regime is Regime.PAUSED:
                high = [
                    b for b, x in move.blocks.items() if x is not None and x >= GATE.block_enter
                ]
                blocks = {block_of[name] for name in move.votes}
                two = len(high) >= 2 and (move.composite or 0) >= GATE.enter
                three = len(move.votes) >= 3 and len(blocks) >= 2
                broke = any(reason.startswith("breaker: ") for reason in move.reasons)
                assert two or three or broke
                ways.add((two, three, broke))
    assert ways > {(True, False, False), (False, True, False), (False, False, True)}


def test_one_block_alone_never_pauses() -> None:
    """Bitcoin crashes again and again; with LEVERAGE alone there is no second block."""
    visited = set()
    for history in HISTORIES:
        moves = fold(history, END, only("liquidation_spike"), GATE)[1]
        visited |= {t.regime for t in moves}
    assert Regime.CAUTION in visited
    assert Regime.COOLOFF in visited
    assert Regime.PAUSED not in visited


def test_series_that_were_never_read_leave_the_gate_open() -> None:
    calm = History({"px.BTC": daily(100 + np.sin(np.arange(300.0)))})
    state, _ = fold(calm, moment(START + 300 * DAY), only("etf_outflow", "treasury_spiral"), GATE)
    assert state.regime is Regime.NORMAL
    told = explain(state, calm, only("etf_outflow", "treasury_spiral"), GATE)
    assert told.never_read == ("etf-outflow", "treasury-spiral")
    assert told.blocks == {}


def test_a_disabled_gate_is_always_normal() -> None:
    gate = GateConfig(enabled=False)
    state, moves = fold(HISTORIES[0], END, SIGNALS, gate)
    assert (state.regime, moves) == (Regime.NORMAL, ())


def test_instants_are_the_fixed_ones_and_the_arrivals_of_s2_and_safety() -> None:
    columns = {"px.BTC": daily(np.ones(3)), "vix": daily(np.ones(3), lag=9 * HOUR)}
    columns["peg.USDC"] = pegs((12, 1.0))
    at = instants(History(columns), SIGNALS, (), None, START + DAY)
    # The first reading (VIX, 09:00) begins it but is itself no instant: it waits for 12:30.
    assert ((at - START) / HOUR).tolist() == [12, 12.5, 13.5, 22.5, 24]
    assert instants(History(columns), SIGNALS, (), START + DAY, START + DAY).size == 0


def pegs(*values: tuple[float, float]) -> Column:
    hours = np.array([START + round(h * HOUR) for h, _ in values], np.int64)
    return column(hours, hours, np.array([v for _, v in values]))


def test_a_broken_peg_stops_its_coin_at_once_and_a_small_break_halves_it_after_an_hour() -> None:
    history = History({"peg.USDC": pegs((0, 1.0), (5, 0.993), (7, 0.96), (8, 0.999), (40, 1.0))})

    def at(hours: float) -> tuple[tuple[str, object], ...]:
        until = moment(START + round(hours * HOUR))
        return fold(history.until(until), until, SIGNALS, GATE)[0].quote_coins

    found = [str(dict(at(h))["USDC"]) for h in (1, 5, 7, 8, 30, 41)]
    assert found == ["SAFE", "SAFE", "STOP", "STOP", "STOP", "SAFE"]


def test_a_peg_that_was_read_and_then_fell_silent_fails_closed() -> None:
    history = History({"peg.USDC": pegs((0, 1.0))})
    state, _ = fold(history, moment(START + 3 * DAY), SIGNALS, GATE)
    assert dict(state.quote_coins)["USDC"] == "UNKNOWN"
    assert effective(state, moment(START + 3 * DAY), None, "USDC") is Regime.LOCKED


def test_a_venue_locks_by_itself_and_only_a_person_opens_it_once_the_alarm_is_quiet() -> None:
    worth, leaving = pegs((0, 1e9), (24, 1e9), (48, 1e9)), pegs((0, 0.0), (24, -8e7), (48, -1e6))
    history = History({"cex.acme.tvl_usd": worth, "cex.acme.inflow_24h_usd": leaving})

    def at(hours: int, *acknowledged: int) -> Regime:
        until = moment(START + hours * HOUR)
        people = [Acknowledgement("acme", moment(START + h * HOUR)) for h in acknowledged]
        state, _ = fold(history.until(until), until, SIGNALS, GATE, people)
        return effective(state, until, "acme")

    assert at(23) is Regime.NORMAL
    assert at(24) is Regime.LOCKED
    assert at(60) is Regime.LOCKED
    assert at(60, 30) is Regime.LOCKED  # it still rang at 30 h
    assert at(60, 50) is Regime.NORMAL
