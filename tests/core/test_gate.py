"""The table of moves, one row at a time, and what each regime lets through."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from dcaguard.core.canonical import canonical_json
from dcaguard.core.event import OperatorEvent, Severity
from dcaguard.core.gate import GateState, Regime, effective, fold, share
from dcaguard.core.gate_locks import Lock
from dcaguard.core.gate_moves import MOVES, Now, step
from dcaguard.core.history import History
from dcaguard.core.signals.params import GateConfig, SignalsConfig
from dcaguard.core.signals.venue_custody import Safety

GATE = GateConfig()
SIGNALS = SignalsConfig()
MIDNIGHT = datetime(2025, 3, 3, tzinfo=UTC)
CALM = Now(MIDNIGHT, True, False, False, 0, True, 0, 0)
START = GateState(since=MIDNIGHT - timedelta(days=9))


def at(days: float, **changed: object) -> Now:
    when = MIDNIGHT + timedelta(days=days)
    daily = when.hour == 0 and when.minute == 0
    return replace(CALM, at=when, **{"daily": daily, **changed})  # type: ignore[arg-type]


def walk(state: GateState, *nows: Now) -> GateState:
    for now in nows:
        state = step(state, now, GATE)
    return state


def paused(**changed: object) -> GateState:
    return replace(step(START, at(0, pause=True, high=5), GATE), **changed)  # type: ignore[arg-type]


def test_every_regime_can_be_left_and_every_regime_of_the_market_can_be_reached() -> None:
    market = set(Regime) - {Regime.LOCKED}
    assert {m.before for m in MOVES} == market
    assert {m.after for m in MOVES} == market


@pytest.mark.parametrize("regime", [Regime.NORMAL, Regime.CAUTION, Regime.COOLOFF])
def test_the_pause_rule_pauses_at_any_instant(regime: Regime) -> None:
    state = replace(START, regime=regime, cooloff_until=MIDNIGHT + timedelta(days=2))
    assert walk(state, at(0.52, pause=True)).regime is Regime.PAUSED


def test_a_shock_cools_off_for_two_days_and_then_the_rules_decide() -> None:
    shocked = walk(START, at(0, shock=7))
    assert shocked.regime is Regime.COOLOFF
    assert walk(shocked, at(1.9375, shock=7)).regime is Regime.COOLOFF
    assert walk(shocked, at(2)).regime is Regime.NORMAL
    assert walk(shocked, at(2, cautious=True)).regime is Regime.CAUTION
    assert walk(shocked, at(2, pause=True)).regime is Regime.PAUSED


def test_a_new_shock_begins_the_hours_again_but_not_beyond_five_days() -> None:
    state = walk(START, at(0, shock=1), at(1, shock=2), at(2, shock=3), at(3, shock=4))
    assert state.cooloff_until == MIDNIGHT + timedelta(days=5)
    state = walk(state, at(4, shock=5))
    assert state.cooloff_until == MIDNIGHT + timedelta(days=5)
    assert walk(state, at(5)).regime is Regime.NORMAL


def test_a_shock_while_paused_does_not_end_the_pause() -> None:
    assert walk(paused(), at(1, shock=9)).regime is Regime.PAUSED


def test_caution_ends_after_three_daily_closes_without_its_condition() -> None:
    state = walk(START, at(0.5, cautious=True))
    assert state.regime is Regime.CAUTION
    state = walk(state, at(1), at(1.5), at(2), at(2.5))
    assert state.regime is Regime.CAUTION
    assert walk(state, at(3)).regime is Regime.NORMAL
    assert walk(state, at(3, cautious=True), at(4), at(5)).regime is Regime.CAUTION


def test_a_pause_ends_after_its_hold_and_three_easy_closes_in_a_row() -> None:
    state = paused()
    assert walk(state, at(1), at(2)).regime is Regime.PAUSED
    assert walk(state, at(1), at(2), at(3)).regime is Regime.PROBE
    assert walk(state, at(1), at(2, eased=False), at(3), at(4)).regime is Regime.PAUSED
    assert walk(state, at(1), at(2, eased=False), at(3), at(4), at(5)).regime is Regime.PROBE


def test_a_pause_does_not_end_between_two_midnights() -> None:
    state = walk(paused(), at(1), at(2))
    late = replace(state, since=MIDNIGHT - timedelta(days=5), calm_days=9)
    assert walk(late, at(2.5)).regime is Regime.PAUSED


def test_a_pause_does_not_end_while_the_block_that_brought_it_is_dark() -> None:
    state = paused()
    assert state.tripped == 5
    dark = [at(n, unknown=4) for n in range(1, 12)]
    assert walk(state, *dark).regime is Regime.PAUSED
    other = [at(n, unknown=2) for n in range(1, 4)]
    assert walk(state, *other).regime is Regime.PROBE


def test_the_longest_pause_ends_in_a_quarter_probe_that_an_old_alarm_does_not_end() -> None:
    ringing = [at(n, pause=True, eased=False) for n in range(1, 31)]
    state = walk(paused(), *ringing)
    assert (state.regime, state.forced) == (Regime.PROBE, True)
    assert share(state, GATE, MIDNIGHT) == Decimal("0.25")
    still = walk(state, *[at(30 + n, pause=True) for n in range(1, 7)])
    assert still.regime is Regime.PROBE
    assert walk(still, at(37, pause=True)).regime is Regime.PAUSED
    assert walk(still, at(36.5), at(36.6, pause=True)).regime is Regime.PAUSED


def test_a_probe_that_breaks_again_holds_twice_as_long_up_to_the_limit() -> None:
    state, day, holds = paused(), 0, []
    for _ in range(4):
        holds.append(state.hold_days)
        while state.regime is not Regime.PROBE:
            day += 1
            state = walk(state, at(day))
        state = walk(state, at(day + 0.5, pause=True))
        assert state.regime is Regime.PAUSED
    assert [*holds, state.hold_days] == [3, 6, 12, 14, 14]


def test_a_quiet_probe_ends_after_seven_days_and_forgets_the_longer_hold() -> None:
    state = walk(paused(hold_days=6), *[at(n) for n in range(1, 7)])
    assert state.regime is Regime.PROBE
    assert share(state, GATE, MIDNIGHT) == Decimal("0.5")
    assert walk(state, *[at(n) for n in range(7, 13)]).regime is Regime.PROBE
    ended = walk(state, at(13))
    assert (ended.regime, ended.hold_days) == (Regime.NORMAL, 0)
    assert walk(state, at(13, cautious=True)).regime is Regime.CAUTION


def test_a_probe_goes_on_after_a_shock_for_the_rest_of_its_days() -> None:
    state = walk(paused(), at(1), at(2), at(3), at(4, shock=3))
    assert state.regime is Regime.COOLOFF
    assert walk(state, at(6)).regime is Regime.PROBE
    assert walk(state, at(6), at(10)).regime is Regime.NORMAL


@pytest.mark.parametrize(
    ("regime", "expected"),
    [
        (Regime.NORMAL, "1"),
        (Regime.CAUTION, "0.5"),
        (Regime.PAUSED, "0"),
        (Regime.PROBE, "0.5"),
        (Regime.COOLOFF, "0"),
    ],
)
def test_each_regime_lets_its_share_through(regime: Regime, expected: str) -> None:
    assert share(replace(START, regime=regime), GATE, MIDNIGHT) == Decimal(expected)


def test_a_disabled_gate_lets_everything_through() -> None:
    gate = GateConfig(enabled=False)
    assert share(replace(START, regime=Regime.PAUSED), gate, MIDNIGHT) == 1


def test_a_locked_venue_stops_only_that_venue_and_probes_after_it_was_acknowledged() -> None:
    lock = Lock("kraken", MIDNIGHT, MIDNIGHT, "withdrawals are off")
    state = replace(START, locks=(lock,))
    assert effective(state, MIDNIGHT, "kraken") is Regime.LOCKED
    assert share(state, GATE, MIDNIGHT, "kraken") == 0
    assert share(state, GATE, MIDNIGHT, "binance") == 1
    lifted = replace(lock, lifted_at=MIDNIGHT, probe_until=MIDNIGHT + timedelta(days=7))
    state = replace(START, locks=(lifted,))
    assert share(state, GATE, MIDNIGHT + timedelta(days=6), "kraken") == Decimal("0.5")
    assert share(state, GATE, MIDNIGHT + timedelta(days=7), "kraken") == 1


@pytest.mark.parametrize(
    ("safety", "expected"),
    [(Safety.SAFE, "1"), (Safety.CAUTION, "0.5"), (Safety.STOP, "0"), (Safety.UNKNOWN, "0")],
)
def test_a_quote_coin_off_its_peg_stops_buys_with_it_alone(safety: Safety, expected: str) -> None:
    state = replace(START, quote_coins=(("USDC", safety),))
    assert share(state, GATE, MIDNIGHT, None, "USDC") == Decimal(expected)
    assert share(state, GATE, MIDNIGHT, None, "USDT") == 1


def test_a_state_survives_its_own_json() -> None:
    lock = Lock("kraken", MIDNIGHT, MIDNIGHT, "why", MIDNIGHT, None)
    state = paused(locks=(lock,), quote_coins=(("USDC", Safety.STOP),), why=("a", "b"))
    body = state.to_json()
    assert GateState.from_json(body) == state
    assert canonical_json(GateState.from_json(body)) == canonical_json(state)


def test_a_state_that_was_tampered_with_is_refused() -> None:
    body = {**START.to_json(), "hold_days": "3"}
    with pytest.raises(ValueError, match="not a whole number"):
        GateState.from_json(body)


def test_an_event_acts_at_once_and_without_any_reading() -> None:
    said = datetime(2026, 3, 2, 9, 17, tzinfo=UTC)
    event = OperatorEvent(Severity.HIGH, said, None, "bridge hack")
    before, _ = fold(History.of([]), said - timedelta(minutes=1), SIGNALS, GATE, (event,))
    after, _ = fold(History.of([]), said, SIGNALS, GATE, (event,))
    assert before.regime is Regime.NORMAL
    assert after.regime is Regime.CAUTION
