"""What the readings say at this instant: regime, drawdown, valuation, eligibility."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import numpy as np

from dcaguard.app.world import World
from dcaguard.core.canonical import canonical_json, digest, parse_instant
from dcaguard.core.config import PAPER, Account
from dcaguard.core.event import Acknowledgement, Event, OperatorEvent, Severity
from dcaguard.core.gate import (
    RULE_VERSION,
    GateState,
    Regime,
    Transition,
    advance,
    binding,
    effective,
    expired,
    share,
)
from dcaguard.core.gate_facts import next_fixed
from dcaguard.core.gate_locks import Trust, venue_trust
from dcaguard.core.history import History, micros
from dcaguard.core.money import ONE, ZERO, plain, quotient
from dcaguard.core.portfolio import Portfolio
from dcaguard.core.signals.board import sample, tracks
from dcaguard.core.signals.composite import compose
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
from dcaguard.ports import Journal


@dataclass(slots=True)
class Sight:
    """Lazily computed answers about one instant; nothing is loaded before it is asked for."""

    world: World
    at: datetime
    rule_version: str = RULE_VERSION
    transitions: tuple[Transition, ...] = ()
    _history: History | None = None
    _events: tuple[Event, ...] | None = None
    _states: dict[str, GateState] = field(default_factory=dict)
    _composites: dict[str, str] = field(default_factory=dict)

    @property
    def history(self) -> History:
        """Every reading that was known at this instant."""
        if self._history is None:
            self._history = History.of(self.world.journal.readings(until=self.at))
        return self._history

    @property
    def events(self) -> tuple[Event, ...]:
        """What persons told the gate until this instant."""
        if self._events is None:
            self._events = events_of(self.world.journal, self.at)
        return self._events

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
        key = gate_key(self, gate)
        if key not in self._states:
            state, moved = folded(self, gate, key)
            self._states[key] = state
            if gate == self.world.config.gate:
                self.transitions = moved
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
        key = gate_key(self, gate)
        if key not in self._composites:
            state = self._states.get(key) or self.state()
            if key not in self._composites:
                self._composites[key] = _composite(self, gate, state.evaluated_at)
        return self._composites[key]

    def remember_composite(self, key: str, composite: str) -> None:
        """Keep the composite that belongs to the state under `key`."""
        self._composites[key] = composite

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
        part = coins_share(self.world, portfolio, account)
        limit = Decimal(str(custody.concentration_max))
        if part is None or part <= limit:
            return None
        return f"{plain(part.quantize(Decimal('0.001')))} of all coins lie there, limit {limit}"


def coins_share(world: World, portfolio: Portfolio, account: str) -> Decimal | None:
    """Return the share of all coins' value (cash apart) that lies on one account."""
    money = {world.config.base_currency, *world.config.stablecoins_at_par}
    rows = [v for v in portfolio.valued if v.holding.asset not in money and v.value_base]
    whole = sum((v.value_base or ZERO for v in rows), ZERO)
    if whole <= ZERO:
        return None
    there = sum((v.value_base or ZERO for v in rows if v.account == account), ZERO)
    return quotient(there, whole)


def events_of(journal: Journal, at: datetime) -> tuple[Event, ...]:
    """Return operator events and acknowledgements that were written until an instant."""
    found: list[Event] = []
    for row in journal.entries("event"):
        body = row.body
        since = parse_instant(str(body["since"]))
        if since <= at:
            until = body.get("until")
            found.append(
                OperatorEvent(
                    Severity(str(body["severity"])),
                    since,
                    None if until is None else parse_instant(str(until)),
                    str(body.get("note", "")),
                )
            )
    for row in journal.entries("acknowledge"):
        when = parse_instant(str(row.body["acknowledged_at"]))
        if when <= at:
            found.append(Acknowledgement(str(row.body["venue"]), when))
    return tuple(found)


def gate_key(sight: Sight, gate: GateConfig) -> str:
    """Return the name under which a folded state is kept: everything but readings and time."""
    about = {
        "rules": RULE_VERSION,
        "gate": gate.model_dump(),
        "signals": sight.world.config.signals.model_dump(),
        "events": sight.events,
    }
    return digest(about)


def folded(sight: Sight, gate: GateConfig, key: str) -> tuple[GateState, tuple[Transition, ...]]:
    """Return the state at the sight's instant, going on from a kept state where that is sound.

    A kept state is sound when no reading has arrived since that counts as known before it. It is
    the whole answer when nothing was read since and no instant has passed.
    """
    journal = sight.world.journal
    kept = _kept(sight, key)
    mark = journal.readings_mark()
    if kept is not None and kept.mark == mark and sight.at < kept.good_until:
        sight.remember_composite(key, kept.composite)
        return kept.state, ()
    start = kept.state if kept is not None else GateState()
    signals = sight.world.config.signals
    state, moved = advance(start, sight.history, sight.at, signals, gate, sight.events)
    if state.evaluated_at is not None:
        composite = _composite(sight, gate, state.evaluated_at)
        sight.remember_composite(key, composite)
        body = {
            "state": state.to_json(),
            "mark": mark,
            "composite": composite,
            "good_until": _good_until(sight),
        }
        sight.world.gate_cache.save(key, canonical_json(body))
    return state, moved


def _good_until(sight: Sight) -> datetime:
    """Return the next instant at which anything may change: a fixed one, or a reading's arrival."""
    arrivals = [r.observed_at for r in sight.world.journal.readings() if r.observed_at > sight.at]
    return min((next_fixed(sight.at), *arrivals))


@dataclass(frozen=True, slots=True)
class _Kept:
    """A folded state with what it was folded from."""

    state: GateState
    mark: int  # the journal's readings_mark then
    composite: str
    good_until: datetime


def _kept(sight: Sight, key: str) -> _Kept | None:
    text = sight.world.gate_cache.load(key)
    if text is None:
        return None
    try:
        body = json.loads(text)
        kept = _Kept(
            state=GateState.from_json(body["state"]),
            mark=int(body["mark"]),
            composite=str(body["composite"]),
            good_until=parse_instant(body["good_until"]),
        )
    except (KeyError, TypeError, ValueError):
        return None
    at = kept.state.evaluated_at
    if at is None or at > sight.at:
        return None
    late = sight.world.journal.oldest_observed_since(kept.mark)
    return kept if late is None or late > at else None


def _composite(sight: Sight, gate: GateConfig, at: datetime | None) -> str:
    if at is None:
        return ""
    instants = np.array([micros(at)], np.int64)
    found = [
        sample(track, instants)
        for track in tracks(sight.history, sight.world.config.signals, sight.events)
    ]
    total = compose(found, gate, sight.world.config.signals.altcoin_breadth, 1).total
    return "" if np.isnan(total[0]) else f"{float(total[0]):.2f}"


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


def journal_regimes(sight: Sight, journal: Journal) -> None:
    """Write the regime's moves that the journal does not have yet, in one transaction."""
    state = sight.state()
    last = journal.latest("regime", "market")
    since = None if last is None else parse_instant(str(last.body["at"]))
    news = [t for t in sight.transitions if since is None or t.at > since]
    stands = None if last is None else str(last.body["regime"])
    rows: list[tuple[str, dict[str, object]]] = [
        (t.subject or "market", regime_body(t)) for t in news
    ]
    if not any(t.subject == "" for t in news) and stands not in {state.regime.value, None}:
        # Readings that arrived late changed the past: say so instead of rewriting it.
        rows.append(("market", _reopened(state, stands, sight)))
    elif stands is None and not rows and state.since is not None:
        rows.append(("market", _reopened(state, None, sight)))
    if rows:
        with journal.transaction():
            for subject, body in rows:
                journal.append("regime", subject, body, sight.at)


def regime_body(move: Transition) -> dict[str, object]:
    """Return a transition as it stands in the journal, with all that it was made of."""
    composite = "" if move.composite is None else f"{move.composite:.4f}"
    return {
        "at": move.at,
        "regime": move.regime,
        "previous": move.previous,
        "subject": move.subject,
        "composite": composite,
        "blocks": {k: None if v is None else f"{v:.4f}" for k, v in move.blocks.items()},
        "contributions": {k: f"{v:.4f}" for k, v in move.contributions.items()},
        "votes": move.votes,
        "reasons": move.reasons,
        "inputs": _plain_inputs(move.inputs),
        "rule_version": move.rule_version,
    }


def _plain_inputs(inputs: Mapping[str, object]) -> dict[str, object]:
    return {
        name: {k: f"{v:.10g}" if isinstance(v, float) else v for k, v in row.items()}
        for name, row in inputs.items()
        if isinstance(row, Mapping)
    }


def _reopened(state: GateState, previous: str | None, sight: Sight) -> dict[str, object]:
    why: Sequence[str] = state.why or ("first look",)
    if previous is not None:
        why = ("readings that arrived late changed what holds", *state.why)
    return {
        "at": sight.at,
        "regime": state.regime,
        "previous": previous,
        "subject": "",
        "composite": sight.composite,
        "blocks": {},
        "contributions": {},
        "votes": (),
        "reasons": why,
        "inputs": {},
        "rule_version": RULE_VERSION,
    }
