"""The thirteen signals as they stand, and why the regime is what it is; nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dcaguard.app.sight import sight_of
from dcaguard.app.signals_about import ABOUT, RECKONING, About, Need, needs
from dcaguard.app.signals_sources import SourceInfo, serving
from dcaguard.app.world import World
from dcaguard.core.config import PAPER
from dcaguard.core.explain import (
    Told,
    Watched,
    disabled,
    eligibility_told,
    recovery_told,
    told,
)
from dcaguard.core.explain_custody import custody_told
from dcaguard.core.gate_explain import Explanation, explain
from dcaguard.core.gate_locks import Lock
from dcaguard.core.gate_state import GateState
from dcaguard.core.history import History
from dcaguard.core.reach import Reach, reach
from dcaguard.core.signals.evaluate import evaluate
from dcaguard.core.signals.params import Eligibility, GateConfig
from dcaguard.core.signals.state import SignalState

# Signals without a score: they stand beside the composite.
BESIDE = ("recovery", "venue-custody", "eligibility")


@dataclass(frozen=True, slots=True)
class Serving:
    """A series that a signal reads, whether it was ever read, and who would serve it."""

    need: Need
    read: bool
    sources: tuple[SourceInfo, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """One of the thirteen with all that `signals` shows of it."""

    about: About
    told: Told
    series: tuple[Serving, ...]

    @property
    def missing(self) -> tuple[Serving, ...]:
        """The series that were never read, the required ones first.

        What a signal reckons from other series is not missing, although it was never read.
        """
        reckoned = set[str]()
        if self.about.name in RECKONING and self.told.observed_at is not None:
            reckoned = {one.need.series for one in self.series if one.need.required}
            reckoned -= set(self.told.missing)
        return tuple(one for one in self.series if not one.read and one.need.series not in reckoned)


@dataclass(frozen=True, slots=True)
class Listing:
    """Every signal at one instant; `members` are plain gauges that share the signals' blocks."""

    at: datetime
    regime: str
    gate_enabled: bool
    signals: tuple[Listed, ...]
    members: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """Why the regime is what it is; signals in order of what they add."""

    at: datetime
    evaluated_at: datetime | None  # the newest instant at which the regime was evaluated
    gate_enabled: bool
    explanation: Explanation
    signals: tuple[Told, ...]
    inputs: tuple[tuple[About, tuple[Reach, ...]], ...] = ()  # what each enabled signal reads


def list_signals(world: World, catalog: Sequence[SourceInfo]) -> Listing:
    """Return the thirteen as known now, each with its series and who would serve them."""
    at = world.clock.now()
    sight = sight_of(world, at)
    config = world.config
    scored = evaluate(sight.history, at, config.signals, config.gate, sight.events)
    watched = watched_by(world, sight.state().locks)
    every = tell_all(world, scored, sight.history, at, watched)
    served = serving(catalog)
    signals = tuple(
        Listed(a, every[a.name], _series(world, a, watched, sight.history, served)) for a in ABOUT
    )
    members = tuple(told(state) for state in scored if not state.number)
    return Listing(at, sight.regime, config.gate.enabled, signals, members)


def explain_signals(world: World) -> Explained:
    """Return the explanation of the regime that holds now, at the instant that made it."""
    at = world.clock.now()
    sight = sight_of(world, at)
    state = sight.state()
    config = world.config
    when = state.evaluated_at or at
    found = explain(state, sight.history, config.signals, config.gate, sight.events, when)
    watched = watched_by(world, state.locks)
    # The three beside the composite bind a buy as they are now, and `signals` tells them so too.
    scored_now = evaluate(sight.history, at, config.signals, config.gate, sight.events)
    now = tell_all(world, scored_now, sight.history, at, watched)
    every = {
        **tell_all(world, found.signals, sight.history, when, watched),
        **{name: now[name] for name in BESIDE},
    }
    first = (*_too_old(state, watched, at), *_dark(found, config.gate))
    told_next = replace(found, next=(*first, *found.next))
    beside = [every[a.name] for a in ABOUT if every[a.name].contribution is None]
    scored = [told(s) for s in found.signals if s.contribution is not None]
    silent = [told(s) for s in found.signals if not s.number and s.contribution is None]
    ordered = (*scored, *beside, *silent)
    inputs = _inputs(world, watched, sight.history.until(when))
    return Explained(at, state.evaluated_at, config.gate.enabled, told_next, ordered, inputs)


def _inputs(
    world: World, watched: Watched, history: History
) -> tuple[tuple[About, tuple[Reach, ...]], ...]:
    """Return how far the history of each series reaches that an enabled signal reads."""
    signals = world.config.signals
    found = []
    for about in ABOUT:
        names = dict.fromkeys(need.series for need in needs(about.name, signals, watched))
        reaches = tuple(one for name in names if (one := reach(history, name)) is not None)
        if reaches and getattr(signals, about.field).enabled:
            found.append((about, reaches))
    return tuple(found)


def _too_old(state: GateState, watched: Watched, at: datetime) -> tuple[str, ...]:
    """Return what stops buying at a venue or with a coin because it was read too long ago."""
    used = {*watched.venues, *watched.coins}
    return tuple(
        f"{old.subject} is UNKNOWN: {old.reason}"
        for old in state.expiries
        if old.subject in used and at > old.until
    )


def _dark(found: Explanation, gate: GateConfig) -> tuple[str, ...]:
    """Return what too many unknown blocks do to the regime; nothing when enough are known."""
    dark = [name for name, score in found.blocks.items() if score is None]
    if not gate.enabled or len(dark) < gate.unknown_blocks_caution:
        return ()
    sentence = (
        f"{', '.join(dark)} are UNKNOWN: with {gate.unknown_blocks_caution} blocks in the dark "
        "CAUTION does not end and a pause can not heal: `dcaguard signals fetch`, or import"
    )
    return (sentence,)


def tell_all(
    world: World,
    scored: Sequence[SignalState],
    history: History,
    at: datetime,
    watched: Watched,
) -> Mapping[str, Told]:
    """Return the thirteen by name; a signal that is switched off is told as such."""
    signals = world.config.signals
    found = {state.name: told(state) for state in scored if state.number}
    if signals.recovery.enabled:
        found["recovery"] = recovery_told(scored, history, at, signals.recovery)
    if signals.venue_custody.enabled:
        found["venue-custody"] = custody_told(watched, history, at, signals.venue_custody)
    if signals.eligibility.enabled:
        found["eligibility"] = eligibility_told(watched, history, at, asked_revenue(world))
    return {a.name: found.get(a.name) or disabled(a.name, a.number, a.block) for a in ABOUT}


def asked_revenue(world: World) -> Eligibility:
    """Return S13's thresholds with the revenue that the policy asks for."""
    asked = float(world.config.policy.universe.revenue_min_usd_per_year)
    return world.config.signals.eligibility.model_copy(update={"revenue_min_usd_per_year": asked})


def watched_by(world: World, locks: tuple[Lock, ...] = ()) -> Watched:
    """Return the venues, quote coins and assets that this workspace depends on."""
    config = world.config
    rules = config.policy.universe.assets
    exchanges = {a.exchange for a in config.accounts.values() if a.exchange != PAPER}
    quotes = {s.quote for s in world.strategies.values()}
    return Watched(
        venues=tuple(sorted(exchanges)),
        coins=tuple(sorted(quotes & set(config.stablecoins_at_par))),
        assets=tuple(sorted(a for a, rule in rules.items() if rule.needs_revenue)),
        locks=locks,
    )


def _series(
    world: World,
    about: About,
    watched: Watched,
    history: History,
    served: Mapping[str, tuple[SourceInfo, ...]],
) -> tuple[Serving, ...]:
    rows = needs(about.name, world.config.signals, watched)
    unique = {need.series: need for need in reversed(rows)}
    return tuple(
        Serving(need, need.series in history.columns, served.get(need.series, ()))
        for need in rows
        if unique[need.series] is need
    )
