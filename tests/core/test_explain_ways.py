"""What would change the regime is told with its true end, and with the ways that no score shows."""

from datetime import timedelta

import numpy as np
import pytest

from dcaguard.core.event import Event, OperatorEvent, Severity
from dcaguard.core.gate import GateState, Regime
from dcaguard.core.gate_explain import explain
from dcaguard.core.history import DAY, History, moment
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
    assert "PAUSED at once on a breaker" in found
    found = told(GateState(regime, AT, AT), config=only("regulation"))
    assert "COOLOFF" not in found
    assert "breaker" not in found
