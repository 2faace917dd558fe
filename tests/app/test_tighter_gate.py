"""A strategy's own thresholds may hold back more than the policy's gate, never less."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from dcaguard.app.folding import gate_key
from dcaguard.app.sight import Sight
from dcaguard.core.config import PAPER, Account
from dcaguard.core.gate import GateState, Regime, Transition, fold, share
from dcaguard.core.history import DAY, History, moment
from dcaguard.core.signals.params import GateConfig, SignalsConfig
from dcaguard.core.strategy import Strategy
from tests.core.signals.synthetic import START, Market

DAYS = 420
HISTORIES = [Market(seed, DAYS).history() for seed in range(6)]
POLICY, SIGNALS = GateConfig(), SignalsConfig()
ACCOUNT = Account(exchange=PAPER)
PLAN: Mapping[str, Any] = {
    "name": "plan",
    "account": "paper",
    "quote": "USDT",
    "schedule": {"cron": "0 9 * * *", "start": "2024-01-01"},
    "budget": {"per_slot": 100},
    "buy": [{"symbol": "BTC/USDT", "weight": 1}],
}


def strategy(**pause: float) -> Strategy:
    asked = {name: Decimal(str(value)) for name, value in pause.items()}
    return Strategy.model_validate({**PLAN, "pause": asked})


def states(history: History, gate: GateConfig) -> list[tuple[datetime, GateState]]:
    """Return the state from each move on."""
    moves = fold(history, moment(START + DAYS * DAY), SIGNALS, gate)[1]
    return [(moment(START), GateState()), *((m.at, state_of(m)) for m in moves if not m.subject)]


def state_of(move: Transition) -> GateState:
    forced = move.regime is Regime.PROBE and "nothing healed" in move.reasons[-1]
    return GateState(move.regime, move.at, move.at, forced=forced, why=move.reasons)


def at_instant(found: list[tuple[datetime, GateState]], at: datetime) -> GateState:
    return [state for since, state in found if since <= at][-1]


@settings(max_examples=4)
@example(seed=5, enter=0.55, leave=0.3)  # the longest pause ends earlier
@example(seed=4, enter=0.4, leave=0.35)
@given(
    seed=st.integers(0, len(HISTORIES) - 1),
    enter=st.floats(0.35, 0.6).map(lambda x: round(x, 2)),
    leave=st.floats(0.05, 0.4).map(lambda x: round(x, 2)),
)
def test_a_tighter_strategy_never_buys_more_than_the_policy_lets_through(
    seed: int, enter: float, leave: float
) -> None:
    history, plan = HISTORIES[seed], strategy(enter=enter, exit=min(leave, enter - 0.01))
    config = SimpleNamespace(gate=POLICY, signals=SIGNALS)
    world: Any = SimpleNamespace(config=config)
    bare = Sight(world, moment(START), _events=())
    own = bare.gate_for(plan)
    paths = {gate: states(history, gate) for gate in (POLICY, own)}
    instants = sorted({at for path in paths.values() for at, _ in path})
    for at in instants:
        now = {gate: at_instant(path, at) for gate, path in paths.items()}
        kept = {gate_key(bare.ground, gate): state for gate, state in now.items()}
        said = dict.fromkeys(kept, "0.50")
        sight = Sight(world, at, _events=(), _states=kept, _composites=said)
        view = sight.gate_view(plan, ACCOUNT)
        shares = {gate: share(state, gate, at) for gate, state in now.items()}
        assert view.share == min(shares.values())
        held = [(gate, state) for gate, state in now.items() if shares[gate] == view.share]
        assert (view.regime, view.since) in [(s.regime.value, s.since) for _, s in held]
        assert sight.since(plan) == view.since
        assert view.detail["enter"] in {f"{gate.enter:g}" for gate, _ in held}
