"""SAFETY over time: which venues are locked and which quote coins hold, beside the regime."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from dcaguard.core.event import Acknowledgement, Event
from dcaguard.core.gate_locks import Lock, Trust, turn, venue_trust
from dcaguard.core.gate_state import GateState, Regime, Transition
from dcaguard.core.history import I64, History, micros, moment
from dcaguard.core.signals.params import GateConfig, VenueCustody
from dcaguard.core.signals.venue_custody import (
    Safety,
    peg_states,
    quote_coins,
    venue_trips,
    venues,
)


def guard_venues(
    state: GateState,
    history: History,
    params: VenueCustody,
    person: tuple[GateConfig, Sequence[Event]],
    at: I64,
) -> tuple[GateState, tuple[Transition, ...]]:
    """Return the state with the locks as they stand after every instant of `at`."""
    gate, events = person
    trips = {v: venue_trips(history, v, params, at) for v in venues(history)}
    acknowledged = [e for e in events if isinstance(e, Acknowledgement)]
    ringing = {v: np.logical_or.reduce(list(t.values())) for v, t in trips.items()}
    busy = np.logical_or.reduce([*ringing.values(), np.isin(at, _ack_times(acknowledged))])
    if state.locks:
        busy = np.ones(at.size, bool)
    locks, moved = state.locks, []
    for position in np.flatnonzero(busy).tolist():
        now = moment(int(at[position]))
        loud = {
            v: "; ".join(why for why, true in trips[v].items() if true[position])
            for v, true in ringing.items()
            if true[position]
        }
        after = turn(locks, loud, [e for e in acknowledged if e.at <= now], now, gate.probe_days)
        moved.extend(_lock_moves(locks, after, now))
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


def coin_states(history: History, params: VenueCustody, at: I64) -> tuple[tuple[str, Safety], ...]:
    """Return what holds of each quote coin at the last instant; a silent peg is UNKNOWN."""
    found = []
    # A peg that is first read later does not exist yet.
    for coin in quote_coins(history.until(moment(int(at[-1])))):
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
