"""The regime as a pure fold over readings: the same answer however it is cut into steps."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import numpy as np

from dcaguard.core.event import Acknowledgement, Event
from dcaguard.core.gate_facts import Facts, facts, instants
from dcaguard.core.gate_locks import Lock, Trust, turn, venue_trust
from dcaguard.core.gate_moves import Now, step
from dcaguard.core.gate_state import RULE_VERSION, GateState, Regime, Transition
from dcaguard.core.history import History, I64, micros, moment
from dcaguard.core.signals.params import GateConfig, SignalsConfig, VenueCustody
from dcaguard.core.signals.state import SCORED_BLOCKS
from dcaguard.core.signals.venue_custody import (
    Safety,
    peg_states,
    quote_coins,
    venue_trips,
    venues,
)

__all__ = [
    "RULE_VERSION",
    "GateState",
    "Regime",
    "Transition",
    "advance",
    "effective",
    "fold",
    "share",
]


def fold(
    history: History,
    until: datetime,
    signals: SignalsConfig,
    gate: GateConfig,
    events: Sequence[Event] = (),
) -> tuple[GateState, tuple[Transition, ...]]:
    """Return the state at `until` and every transition since the first reading."""
    return advance(GateState(), history, until, signals, gate, events)


def advance(
    state: GateState,
    history: History,
    until: datetime,
    signals: SignalsConfig,
    gate: GateConfig,
    events: Sequence[Event] = (),
) -> tuple[GateState, tuple[Transition, ...]]:
    """Move `state` over every instant after its own, up to `until`.

    `history` holds all readings, the old ones too: signals remember. A reading that became known
    late but counts as observed before `state.evaluated_at` needs a new fold.
    """
    after = micros(state.evaluated_at) if state.evaluated_at is not None else None
    at = instants(history, signals, events, after, micros(until))
    if not at.size:
        return state, ()
    if not gate.enabled:
        since = state.since if state.regime is Regime.NORMAL else None
        last = moment(int(at[-1]))
        return GateState(since=since or moment(int(at[0])), evaluated_at=last), ()
    # Readings and events after `until` are not looked at: they are not known then.
    known = facts(history, signals, gate, events, at)
    state, moved = _walk(state, known, gate)
    if signals.venue_custody.enabled:
        state, locked = _guard_venues(state, history, signals.venue_custody, (gate, events), known)
        state = replace(state, quote_coins=_coins(history, signals.venue_custody, at[-1:]))
        moved = tuple(sorted((*moved, *locked), key=lambda t: t.at))
    return replace(state, evaluated_at=moment(int(at[-1]))), moved


def _walk(
    state: GateState, known: Facts, gate: GateConfig
) -> tuple[GateState, tuple[Transition, ...]]:
    moved: list[Transition] = []
    if state.since is None:
        state = replace(state, since=moment(int(known.at[0])))
    rows = zip(
        known.at.tolist(),
        known.daily.tolist(),
        known.pause.tolist(),
        known.cautious.tolist(),
        known.shock.tolist(),
        known.eased.tolist(),
        known.unknown.tolist(),
        known.high.tolist(),
        strict=True,
    )
    for position, (at, daily, pause, cautious, shock, eased, unknown, high) in enumerate(rows):
        if state.regime is Regime.NORMAL and not (pause or cautious or shock):
            continue  # nothing that could move it: most instants of most years
        now = Now(moment(at), daily, pause, cautious, shock, eased, unknown, high)
        after = step(state, now, gate)
        if after.regime is not state.regime:
            transition = _transition(state.regime, after, known, position, gate)
            moved.append(transition)
            after = replace(after, why=transition.reasons)
        state = after
    return state, tuple(moved)


def _transition(
    previous: Regime, after: GateState, known: Facts, position: int, gate: GateConfig
) -> Transition:
    mix = known.composite
    total = float(mix.total[position])
    blocks = {
        block.value: None
        if np.isnan(mix.blocks[row, position])
        else float(mix.blocks[row, position])
        for row, block in enumerate(SCORED_BLOCKS)
        if mix.present[row, position]
    }
    added = {
        s.track.spec.name: float(weight[position] * s.score[position])
        for s, weight in zip(known.samples, mix.share, strict=True)
        if s.counted[position] and not np.isnan(s.score[position])
    }
    votes = tuple(s.track.spec.name for s in known.samples if s.counts[position])
    breakers = tuple(s.track.spec.name for s in known.samples if s.breaker[position])
    inputs = {
        s.track.spec.name: {
            "value": float(s.track.value[s.index[position]]),
            "as_of": moment(int(s.track.as_of[s.index[position]])),
            "observed_at": moment(int(s.track.known_at[s.index[position]])),
        }
        for s in known.samples
        if s.known[position] and not np.isnan(s.track.value[s.index[position]])
    }
    return Transition(
        at=moment(int(known.at[position])),
        regime=after.regime,
        previous=previous,
        subject="",
        composite=None if np.isnan(total) else total,
        blocks=blocks,
        contributions=dict(sorted(added.items(), key=lambda item: -item[1])),
        votes=votes,
        reasons=_words(after, (total, blocks), votes, breakers, gate),
        inputs=inputs,
    )


def _words(
    after: GateState,
    measured: tuple[float, Mapping[str, float | None]],
    votes: tuple[str, ...],
    breakers: tuple[str, ...],
    gate: GateConfig,
) -> tuple[str, ...]:
    """Say in sentences why the regime is what it became."""
    total, blocks = measured
    shown = ", ".join(
        f"{name} {'unknown' if score is None else format(score, '.2f')}"
        for name, score in blocks.items()
    )
    said = [f"composite {'unknown' if np.isnan(total) else format(total, '.2f')} ({shown})"]
    if votes:
        said.append(f"votes: {', '.join(votes)}")
    if breakers:
        said.append(f"breaker: {', '.join(breakers)}")
    match after.regime:
        case Regime.PAUSED:
            said.append(f"holds at least {after.hold_days} days, ends at {gate.exit:.2f} or below")
        case Regime.PROBE if after.forced:
            said.append(
                f"paused for {gate.max_pause_days} days: small buys although nothing healed"
            )
        case Regime.PROBE:
            said.append(f"healed for {gate.exit_days} daily closes")
        case Regime.COOLOFF:
            said.append(f"one-day shock: {gate.cooloff_hours} hours of quiet")
        case _:
            pass
    return tuple(said)


def _guard_venues(
    state: GateState,
    history: History,
    params: VenueCustody,
    person: tuple[GateConfig, Sequence[Event]],
    known: Facts,
) -> tuple[GateState, tuple[Transition, ...]]:
    gate, events = person
    trips = {v: venue_trips(history, v, params, known.at) for v in venues(history)}
    acknowledged = [e for e in events if isinstance(e, Acknowledgement)]
    ringing = {v: np.logical_or.reduce(list(t.values())) for v, t in trips.items()}
    busy = np.logical_or.reduce([*ringing.values(), np.isin(known.at, _ack_times(acknowledged))])
    if state.locks:
        busy = np.ones(known.at.size, bool)
    locks, moved = state.locks, []
    for position in np.flatnonzero(busy).tolist():
        at = moment(int(known.at[position]))
        loud = {
            v: "; ".join(why for why, true in trips[v].items() if true[position])
            for v, true in ringing.items()
            if true[position]
        }
        after = turn(locks, loud, [e for e in acknowledged if e.at <= at], at, gate.probe_days)
        moved.extend(_lock_moves(locks, after, at))
        locks = after
    return replace(state, locks=locks), tuple(moved)


def _ack_times(acknowledged: Sequence[Acknowledgement]) -> I64:
    return np.array([micros(e.at) for e in acknowledged], np.int64)


def _lock_moves(before: Sequence[Lock], after: Sequence[Lock], at: datetime) -> list[Transition]:
    """Return a transition for each venue that was locked or let go."""
    moved = []
    for lock in after:
        was, now = venue_trust(before, lock.venue, at), venue_trust(after, lock.venue, at)
        if was is now:
            continue
        regime = Regime.LOCKED if now is Trust.LOCKED else Regime.PROBE
        previous = Regime.LOCKED if was is Trust.LOCKED else Regime.NORMAL
        moved.append(
            Transition(at, regime, previous, lock.venue, None, {}, {}, (), (lock.reason,), {})
        )
    return moved


def _coins(history: History, params: VenueCustody, at: I64) -> tuple[tuple[str, Safety], ...]:
    found = []
    for coin in quote_coins(history):
        stopped, caution, known = (bool(x[0]) for x in peg_states(history, coin, params, at))
        match (stopped, known, caution):
            case (True, _, _):
                found.append((coin, Safety.STOP))
            case (_, False, _):
                found.append((coin, Safety.UNKNOWN))
            case (_, _, True):
                found.append((coin, Safety.CAUTION))
            case _:
                found.append((coin, Safety.SAFE))
    return tuple(found)


def effective(
    state: GateState, at: datetime, venue: str | None = None, quote: str | None = None
) -> Regime:
    """Return the regime that holds for one venue and quote coin: LOCKED stands above all."""
    if venue is not None and venue_trust(state.locks, venue, at) is Trust.LOCKED:
        return Regime.LOCKED
    if dict(state.quote_coins).get(quote or "") in (Safety.STOP, Safety.UNKNOWN):
        return Regime.LOCKED
    return state.regime


def share(
    state: GateState,
    gate: GateConfig,
    at: datetime,
    venue: str | None = None,
    quote: str | None = None,
) -> Decimal:
    """Return the share of a tranche, 0 to 1, that may be bought now on this venue with this coin.

    A quote coin whose peg was never read does not bind here; whether that may be is the
    caller's to decide.
    """
    if effective(state, at, venue, quote) is Regime.LOCKED:
        return Decimal(0)
    shares = [_regime_share(state, gate)]
    if venue is not None and venue_trust(state.locks, venue, at) is Trust.PROBING:
        shares.append(_decimal(gate.probe_share))
    if dict(state.quote_coins).get(quote or "") is Safety.CAUTION:
        shares.append(_decimal(gate.caution_share))
    return min(shares)


def _regime_share(state: GateState, gate: GateConfig) -> Decimal:
    if not gate.enabled or state.regime is Regime.NORMAL:
        return Decimal(1)
    if state.regime is Regime.CAUTION:
        return _decimal(gate.caution_share)
    if state.regime is Regime.PROBE:
        return _decimal(gate.probe_share_forced if state.forced else gate.probe_share)
    return Decimal(0)


def _decimal(value: float) -> Decimal:
    return Decimal(str(value))
