"""The gate's state at an instant, folded from readings, going on from a kept one where sound."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from dcaguard.app.world import World
from dcaguard.core.canonical import canonical_json, digest, parse_instant
from dcaguard.core.event import Acknowledgement, Event, OperatorEvent, Severity
from dcaguard.core.gate import RULE_VERSION, GateState, Transition, advance
from dcaguard.core.gate_facts import next_fixed
from dcaguard.core.history import History, micros
from dcaguard.core.signals.board import sample, tracks
from dcaguard.core.signals.composite import compose
from dcaguard.core.signals.params import GateConfig
from dcaguard.ports import Journal


@dataclass(frozen=True, slots=True)
class Ground:
    """What a state is folded from: readings and events until an instant."""

    world: World
    at: datetime
    mark: Callable[[], str]  # the journal's readings_mark before they were loaded
    history: Callable[[], History]  # loaded only when a kept state does not answer
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Folded:
    """A gate's state at an instant and how it came to it."""

    state: GateState
    transitions: tuple[Transition, ...] = ()  # since the state that was kept
    composite: str | None = None  # to two places; None when nothing was evaluated


def events_of(journal: Journal, at: datetime) -> tuple[Event, ...]:
    """Return operator events and acknowledgements that were written until an instant."""
    found: list[Event] = []
    ends = [parse_instant(str(row.body["ended_at"])) for row in journal.entries("event-end")]
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
                    min((end for end in ends if since <= end <= at), default=None),
                )
            )
    for row in journal.entries("acknowledge"):
        when = parse_instant(str(row.body["acknowledged_at"]))
        if when <= at:
            found.append(Acknowledgement(str(row.body["venue"]), when))
    return tuple(found)


def gate_key(ground: Ground, gate: GateConfig) -> str:
    """Return the name under which a folded state is kept: everything but readings and time."""
    about = {
        "rules": RULE_VERSION,
        "gate": gate.model_dump(),
        "signals": ground.world.config.signals.model_dump(),
        "events": ground.events,
    }
    return digest(about)


def folded(ground: Ground, gate: GateConfig, key: str) -> Folded:
    """Return the state at the ground's instant, going on from a kept state where that is sound.

    A kept state is sound when it was folded from the first readings of this very journal and none
    has arrived since that counts as known before it: a cache may lie beside another journal, or
    one that was restored. It is the whole answer when nothing was read since and no instant has
    passed.
    """
    world, at = ground.world, ground.at
    kept, mark = _kept(ground, key), ground.mark()
    if kept is not None and kept.mark == mark and at < kept.good_until:
        return Folded(kept.state, composite=kept.composite)
    start = kept.state if kept is not None else GateState()
    signals = world.config.signals
    state, moved = advance(start, ground.history(), at, signals, gate, ground.events)
    if state.evaluated_at is None:
        return Folded(state, moved)
    composite = composite_at(ground, gate, state.evaluated_at)
    body = {
        "state": state.to_json(),
        "mark": mark,
        "composite": composite,
        "good_until": _good_until(ground),
    }
    world.gate_cache.save(key, canonical_json(body))
    return Folded(state, moved, composite)


def composite_at(ground: Ground, gate: GateConfig, at: datetime | None) -> str:
    """Return the composite at an instant to two places; '' when no block is known."""
    if at is None:
        return ""
    signals, instants = ground.world.config.signals, np.array([micros(at)], np.int64)
    found = [sample(track, instants) for track in tracks(ground.history(), signals, ground.events)]
    total = compose(found, gate, signals.altcoin_breadth, 1).total
    return "" if np.isnan(total[0]) else f"{float(total[0]):.2f}"


def _good_until(ground: Ground) -> datetime:
    """Return the next instant at which anything may change: a fixed one, or a reading's arrival."""
    readings = ground.world.journal.readings()
    arrivals = [r.observed_at for r in readings if r.observed_at > ground.at]
    return min((next_fixed(ground.at), *arrivals))


@dataclass(frozen=True, slots=True)
class _Kept:
    """A folded state with what it was folded from."""

    state: GateState
    mark: str  # the journal's readings_mark then
    composite: str
    good_until: datetime


def _kept(ground: Ground, key: str) -> _Kept | None:
    text = ground.world.gate_cache.load(key)
    if text is None:
        return None
    try:
        body = json.loads(text)
        kept = _Kept(
            state=GateState.from_json(body["state"]),
            mark=str(body["mark"]),
            composite=str(body["composite"]),
            good_until=parse_instant(body["good_until"]),
        )
    except (KeyError, TypeError, ValueError):
        return None
    at = kept.state.evaluated_at
    journal = ground.world.journal
    if at is None or at > ground.at or not journal.holds_mark(kept.mark):
        return None
    late = journal.oldest_observed_since(kept.mark)
    return kept if late is None or late > at else None
