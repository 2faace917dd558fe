"""Locks of single venues: they fall by themselves and are lifted only by a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dcaguard.core.event import Acknowledgement


class Trust(StrEnum):
    """How a venue may be used."""

    FREE = "FREE"
    PROBING = "PROBING"
    LOCKED = "LOCKED"


@dataclass(frozen=True, slots=True)
class Lock:
    """An alarm about one venue; `lifted_at` is when a person acknowledged it."""

    venue: str
    since: datetime
    rang_at: datetime  # newest instant at which the alarm was true
    reason: str
    lifted_at: datetime | None = None
    probe_until: datetime | None = None


def venue_trust(locks: Sequence[Lock], venue: str, at: datetime) -> Trust:
    """Return how `venue` may be used at an instant."""
    for lock in locks:
        if lock.venue == venue:
            if lock.lifted_at is None:
                return Trust.LOCKED
            if lock.probe_until is not None and at < lock.probe_until:
                return Trust.PROBING
    return Trust.FREE


def turn(
    locks: tuple[Lock, ...],
    ringing: Mapping[str, str],
    acknowledged: Sequence[Acknowledgement],
    at: datetime,
    probe_days: int,
) -> tuple[Lock, ...]:
    """Return the locks after one instant.

    `ringing` has the reason of each venue whose alarm is true now. An acknowledgement lifts a
    lock only when the alarm has gone quiet: nobody can wave away one that still rings.
    """
    kept = {lock.venue: lock for lock in locks}
    for venue, reason in ringing.items():
        before = kept.get(venue)
        since = before.since if before is not None and before.lifted_at is None else at
        kept[venue] = Lock(venue, since, at, reason)
    for event in acknowledged:
        lock = kept.get(event.venue)
        if lock is None or lock.lifted_at is not None or event.venue in ringing:
            continue
        if event.at > lock.rang_at:
            until = at + timedelta(days=probe_days)
            kept[event.venue] = Lock(
                lock.venue, lock.since, lock.rang_at, lock.reason, event.at, until
            )
    return tuple(kept[venue] for venue in sorted(kept))
