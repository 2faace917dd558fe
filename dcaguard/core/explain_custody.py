"""S12 in words: every venue and quote coin that is used or was read, as the gate sees it."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from dcaguard.core.explain import Age, Told, Watched, age_of, newest
from dcaguard.core.gate_locks import Lock
from dcaguard.core.gate_venues import coin_states
from dcaguard.core.history import History, micros, moment
from dcaguard.core.signals.params import VenueCustody
from dcaguard.core.signals.state import Block, Stance
from dcaguard.core.signals.venue_custody import Safety, SafetyState, expiries, venue_status, venues

_ALARMS = (Safety.STOP, Safety.CAUTION)
_DARK = (Safety.UNKNOWN, Safety.NEVER_READ)


def custody_told(watched: Watched, history: History, at: datetime, params: VenueCustody) -> Told:
    """Return S12 over every venue and quote coin that is used or was ever read.

    ELEVATED: one of them stops or halves buying. UNKNOWN: nothing tells of one that is used.
    """
    known = history.until(at)
    found = _subjects(watched, known, at, params)
    locked = _locked(watched.locks)
    alarms = [s for s in found if s.state in _ALARMS]
    used = {*watched.venues, *watched.coins}
    dark = [s for s in found if s.subject in used and s.state in _DARK]
    state = Stance.UNKNOWN if dark or not found else Stance.CALM
    if alarms or locked:
        state = Stance.ELEVATED
    words = [*locked, *(s.reason for s in (alarms or dark or found))]
    names = [n for n in known.columns if n.startswith(("cex.", "venue.", "peg."))]
    as_of, observed_at = newest(known, names)
    return Told(
        name="venue-custody",
        number="S12",
        block=Block.SAFETY,
        state=state,
        age=_age(known, at, params) or age_of(state, as_of),
        reason="; ".join(words) or "nothing about a venue or a quote coin was ever read",
        vote=bool(locked) or any(s.state is Safety.STOP for s in alarms),
        value=None if state is Stance.UNKNOWN else float(len(alarms)),
        unit="alarms",
        as_of=as_of,
        observed_at=observed_at,
    )


def _age(known: History, at: datetime, params: VenueCustody) -> Age | None:
    """Return EXPIRED when all that was read is too old, whatever it still says."""
    found = expiries(known, params, micros(at))
    return Age.EXPIRED if found and all(at > one.until for one in found) else None


def _subjects(
    watched: Watched, known: History, at: datetime, params: VenueCustody
) -> list[SafetyState]:
    instant = np.array([micros(at)], np.int64)
    pegs = dict(coin_states(known, params, instant))
    places = sorted({*watched.venues, *venues(known)})
    coins = sorted({*watched.coins, *pegs})
    return [
        *(venue_status(known, venue, None, params, instant)[0] for venue in places),
        *(_coin(coin, pegs.get(coin, Safety.NEVER_READ), known, at) for coin in coins),
    ]


def _coin(coin: str, state: Safety, history: History, at: datetime) -> SafetyState:
    """Return a quote coin's state as the gate sees it, in words."""
    if state is Safety.NEVER_READ:
        return SafetyState(coin, state, f"peg.{coin} was never read")
    as_of, worth = history.visible(f"peg.{coin}", at)
    words = {
        Safety.SAFE: "on par",
        Safety.CAUTION: "off par, buying is halved",
        Safety.STOP: "too far off par, nothing is bought with it",
        Safety.UNKNOWN: "too old to trust",
    }
    last = f"{coin} traded at {worth[-1]:.4f} on {moment(int(as_of[-1])):%Y-%m-%d %H:%M}"
    return SafetyState(coin, state, f"{last}: {words[state]}")


def _locked(locks: Sequence[Lock]) -> list[str]:
    return [
        f"{lock.venue} is locked since {lock.since:%Y-%m-%d} ({lock.reason}): "
        "`dcaguard resume --confirm --account NAME` acknowledges it"
        for lock in locks
        if lock.lifted_at is None
    ]
