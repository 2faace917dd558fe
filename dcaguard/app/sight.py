"""What the readings say at this instant: regime, drawdown, valuation, eligibility."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from dcaguard.app.folding import Ground, composite_at, events_of, folded, gate_key
from dcaguard.app.world import World
from dcaguard.core.config import PAPER, Account
from dcaguard.core.event import Event
from dcaguard.core.gate import (
    RULE_VERSION,
    GateState,
    Regime,
    Transition,
    binding,
    effective,
    expired,
    share,
)
from dcaguard.core.gate_locks import Trust, venue_trust
from dcaguard.core.history import History
from dcaguard.core.money import ONE, plain
from dcaguard.core.portfolio import Portfolio, coins_share
from dcaguard.core.signals.eligibility import eligible
from dcaguard.core.signals.params import GateConfig
from dcaguard.core.signals.valuation import (
    ahr999,
    drawdown_from_all_time_high,
    drawdown_from_high,
    mayer,
)
from dcaguard.core.situation import GateView
from dcaguard.core.strategy import Strategy


@dataclass(slots=True)
class Sight:
    """Lazily computed answers about one instant; nothing is loaded before it is asked for."""

    world: World
    at: datetime
    rule_version: str = RULE_VERSION
    transitions: tuple[Transition, ...] = ()
    _history: History | None = None
    _mark: str | None = None
    _events: tuple[Event, ...] | None = None
    _states: dict[str, GateState] = field(default_factory=dict)
    _composites: dict[str, str] = field(default_factory=dict)

    @property
    def history(self) -> History:
        """Every reading that was known at this instant."""
        if self._history is None:
            self.mark()  # before, so that it never pins more than was read
            self._history = History.of(self.world.journal.readings(until=self.at))
        return self._history

    def mark(self) -> str:
        """Return what pins the readings that this looks at."""
        if self._mark is None:
            self._mark = self.world.journal.readings_mark()
        return self._mark

    @property
    def events(self) -> tuple[Event, ...]:
        """What persons told the gate until this instant."""
        if self._events is None:
            self._events = events_of(self.world.journal, self.at)
        return self._events

    @property
    def ground(self) -> Ground:
        """What states of this instant are folded from."""
        return Ground(self.world, self.at, self.mark, lambda: self.history, self.events)

    @property
    def regime(self) -> str:
        """The market's regime under the policy's own gate."""
        return self.state().regime.value

    @property
    def composite(self) -> str:
        """The composite at the last evaluated instant, '' when no block is known."""
        return self.composite_of(self.world.config.gate)

    def gate_for(self, strategy: Strategy | None) -> GateConfig:
        """Return the policy's gate, tightened where a strategy asks for it."""
        gate = self.world.config.gate
        if strategy is None:
            return gate
        changes = {}
        if strategy.pause.enter is not None:
            changes["enter"] = min(gate.enter, float(strategy.pause.enter))
        if strategy.pause.exit is not None:
            changes["exit"] = min(gate.exit, float(strategy.pause.exit))
        return gate.model_copy(update=changes) if changes else gate

    def state(self, strategy: Strategy | None = None) -> GateState:
        """Return the gate's state at this instant, folded from readings alone."""
        gate = self.gate_for(strategy)
        key = gate_key(self.ground, gate)
        if key not in self._states:
            found = folded(self.ground, gate, key)
            self._states[key] = found.state
            if found.composite is not None:
                self._composites[key] = found.composite
            if gate == self.world.config.gate:
                self.transitions = found.transitions
        return self._states[key]

    def since(self, strategy: Strategy) -> datetime | None:
        """Return when the regime that holds for a strategy began, locks apart."""
        return self.binding(strategy)[0].since

    def binding(self, strategy: Strategy, venue: str | None = None) -> tuple[GateState, GateConfig]:
        """Return what holds for a strategy: its own tighter gate, or the policy's if that binds."""
        policy = self.world.config.gate
        choices = [(self.state(strategy), self.gate_for(strategy)), (self.state(), policy)]
        return binding(choices, self.at, venue, strategy.quote)

    def composite_of(self, gate: GateConfig) -> str:
        """Return the composite to two places, under these weights."""
        key = gate_key(self.ground, gate)
        if key not in self._composites:
            state = self._states.get(key) or self.state()
            if key not in self._composites:
                self._composites[key] = composite_at(self.ground, gate, state.evaluated_at)
        return self._composites[key]

    def gate_view(self, strategy: Strategy, account: Account) -> GateView:
        """Return what the gate says for one strategy on one account."""
        venue = None if account.exchange == PAPER else account.exchange
        state, gate = self.binding(strategy, venue)
        holds = effective(state, self.at, venue, strategy.quote)
        detail = {
            "enter": f"{gate.enter:g}",
            "exit": f"{gate.exit:g}",
            "why": "; ".join(state.why),
        }
        if state.regime is Regime.PROBE:
            detail["forced"] = "yes" if state.forced else "no"
        return GateView(
            enabled=gate.enabled,
            regime=state.regime.value,
            share=share(state, gate, self.at, venue, strategy.quote),
            since=state.since,
            composite=self.composite_of(gate) if gate.enabled else "",
            detail=detail if gate.enabled else {},
            lock=_lock(state, self.at, venue, strategy.quote) if holds is Regime.LOCKED else "",
        )

    def drawdown(self, asset: str, lookback_days: int) -> Decimal | None:
        """Return how far an asset's newest close is below its trailing high, 0 to 1."""
        return _share(drawdown_from_high(self.history, asset, self.at, lookback_days))

    def drawdown_from_peak(self, asset: str) -> Decimal | None:
        """Return how far an asset's newest close is below its highest close known."""
        return _share(drawdown_from_all_time_high(self.history, asset, self.at))

    def valuation(self, strategy: Strategy) -> tuple[Decimal, Mapping[str, str]]:
        """Return the throttle's share of the tranche, and its metric in words.

        Missing data never hold back: a throttle that knows nothing does not throttle.
        """
        rule = strategy.valuation
        if rule is None:
            return ONE, {}
        measure = ahr999 if rule.metric == "ahr999" else mayer
        value = measure(self.history, self.at)
        about = {"metric": rule.metric, "above": plain(rule.above)}
        if value is None:
            return ONE, about
        about["value"] = f"{value:.3f}"
        return (rule.share if Decimal(str(value)) > rule.above else ONE), about

    def revenue_lack(self, asset: str) -> str | None:
        """Return why an asset that needs revenue fails; None when it passes. Fails closed."""
        policy = self.world.config.policy.universe
        params = self.world.config.signals.eligibility.model_copy(
            update={
                "enabled": True,
                "always": (),
                "revenue_min_usd_per_year": float(policy.revenue_min_usd_per_year),
            }
        )
        return eligible(asset, self.history, self.at, params)

    def concentration(self, portfolio: Portfolio, account: str) -> str | None:
        """Return why too many coins lie on one account; None unless a limit is configured."""
        custody = self.world.config.signals.venue_custody
        if not custody.enabled or custody.concentration_max is None:
            return None
        part = coins_share(portfolio, self.world.config.money, account)
        limit = Decimal(str(custody.concentration_max))
        if part is None or part <= limit:
            return None
        return f"{plain(part.quantize(Decimal('0.001')))} of all coins lie there, limit {limit}"


def _lock(state: GateState, at: datetime, venue: str | None, quote: str) -> str:
    if venue is not None and venue_trust(state.locks, venue, at) is Trust.LOCKED:
        reason = next(lock.reason for lock in state.locks if lock.venue == venue)
        return f"{venue}: {reason}"
    old = expired(state, at, venue, quote)
    if old is not None:
        return f"{old.subject}: {old.reason}"
    return f"{quote}: off par, or its peg can no longer be told"


def _share(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(f"{value:.9f}")


def sight_of(world: World, at: datetime) -> Sight:
    """Return the sight at an instant."""
    return Sight(world, at)
