"""What would change the regime is told with its true end, and with the ways that no score shows."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from dcaguard.core.event import Event, OperatorEvent, Severity
from dcaguard.core.explain import Age, Watched
from dcaguard.core.explain import told as shown
from dcaguard.core.explain_custody import custody_told
from dcaguard.core.gate import GateState, Regime
from dcaguard.core.gate_explain import explain
from dcaguard.core.history import DAY, History, column, moment
from dcaguard.core.signals.evaluate import evaluate
from dcaguard.core.signals.params import GateConfig, SignalsConfig
from tests.core.signals.synthetic import START, daily, only

AT = moment(START + 100 * DAY)
CALM = History({"px.BTC": daily(100.0 + np.arange(100.0) % 2)})
GATE = GateConfig()


def told(state: GateState, *events: Event, config: SignalsConfig | None = None) -> str:
    return "\n".join(explain(state, CALM, config or SignalsConfig(), GATE, events, AT).next)


@pytest.mark.parametrize(("forced", "share"), [(True, "25%"), (False, "50%")])
def test_a_probe_says_how_much_it_buys_and_that_its_end_may_pause(
    *, forced: bool, share: str
) -> None:
    until = AT + timedelta(days=3)
    found = told(
        GateState(Regime.PROBE, AT, AT, forced=forced, armed=not forced, probe_until=until)
    )
    assert f"PROBE buys {share}" in found
    assert ("forced by the longest pause" in found) == forced
    assert "then PAUSED or CAUTION if their conditions hold, else NORMAL" in found
    assert ("an alarm that never stopped" in found) == forced


def test_a_cooloff_says_what_further_shocks_can_do_to_its_end_and_what_they_can_not() -> None:
    ends, begun = AT + timedelta(hours=20), AT - timedelta(hours=28)
    found = told(GateState(Regime.COOLOFF, begun, AT, cooloff_until=ends))
    assert f"ends {ends:%Y-%m-%d %H:%M} UTC" in found
    latest = begun + timedelta(days=5)
    assert f"begins its 48 hours again, to {latest:%Y-%m-%d %H:%M} UTC at the latest" in found
    begun = ends - timedelta(days=5)
    found = told(GateState(Regime.COOLOFF, begun, AT, cooloff_until=ends))
    assert "further shocks do not lengthen it: 5 days are its most" in found


def test_caution_names_the_persons_event_and_its_end() -> None:
    state = GateState(Regime.CAUTION, AT - timedelta(days=2), AT)
    event = OperatorEvent(Severity.HIGH, AT - timedelta(days=2), None, "my bank froze")
    end = AT + timedelta(days=12)
    assert f"my bank froze) lasts until {end:%Y-%m-%d %H:%M}" in told(state, event)
    over = OperatorEvent(Severity.HIGH, AT - timedelta(days=20), None, "my bank froze")
    assert "my bank froze" not in told(state, over)
    assert "my bank froze" not in told(state, event, config=only("liquidation_spike"))


@pytest.mark.parametrize("regime", [Regime.NORMAL, Regime.CAUTION])
def test_shock_and_breaker_are_named_as_ways_in_while_they_are_on(regime: Regime) -> None:
    found = told(GateState(regime, AT, AT))
    assert "COOLOFF for 48 hours" in found
    assert "5 days at most, however many shocks follow" in found
    assert "PAUSED at once on a breaker" in found
    found = told(GateState(regime, AT, AT), config=only("regulation"))
    assert "COOLOFF" not in found
    assert "breaker" not in found


def states_at(history: History, day: int) -> dict[str, Any]:
    found = evaluate(history, moment(START + day * DAY), SignalsConfig(), GATE)
    return {s.name: shown(s) for s in found}


def test_fresh_readings_that_are_too_few_are_short_and_not_expired() -> None:
    wave = 100.0 + np.arange(45.0) % 3
    series = ("px.BTC", "px.SPX", "px.GOLD", "news.regulation")
    few = History({name: daily(wave) for name in series})
    found = states_at(few, 45)
    spike = found["liquidation-spike"]
    assert spike.age is Age.SHORT_HISTORY
    assert "45 of 91" in spike.reason
    assert "newest row" not in spike.reason
    assert found["regulation"].age is Age.SHORT_HISTORY
    assert "no news" not in found["regulation"].reason
    assert "3 of 5 markets read, 0 of them fresh" in found["everything-sold"].reason
    assert states_at(few, 60)["liquidation-spike"].age is Age.EXPIRED
    assert (
        states_at(History({"px.BTC": daily(100.0 + np.arange(200.0) % 3)}), 200)[
            "liquidation-spike"
        ].age
        is Age.FRESH
    )


def test_no_sentence_shows_a_number_that_is_not_known() -> None:
    closes = daily(100.0 + np.arange(70.0) % 3)
    series = ("px.NVDA", "px.MSFT", "px.AAPL", "ex.btc.inflow", "ex.btc.outflow", "ex.btc.supply")
    for day in (20, 70):
        for state in states_at(History(dict.fromkeys(series, closes)), day).values():
            assert "nan" not in state.reason


def test_a_peg_of_long_ago_is_not_fresh() -> None:
    at = np.array([START], np.int64)
    history = History({"peg.USDC": column(at, at, np.array([1.0]))})

    def age(hours: float) -> Age:
        when = START + round(hours * 3_600_000_000)
        return custody_told(Watched(), history, moment(when), SignalsConfig().venue_custody).age

    assert age(20) is Age.FRESH
    assert age(40 * 24) is Age.EXPIRED
