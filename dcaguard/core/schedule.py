"""Which slots are due: never twice, never long after, whether asleep, edited or set back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dcaguard.core.slots import (
    DAY,
    Slot,
    instant_of,
    interval,
    newest_slot,
    next_slots,
    parse_slot,
    slots_between,
)
from dcaguard.core.strategy import Strategy

__all__ = [
    "DueSlots",
    "Slot",
    "due",
    "instant_of",
    "interval",
    "lateness_max",
    "newest_slot",
    "next_slots",
    "parse_slot",
    "slots_between",
]

_LATENESS_MAX = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class DueSlots:
    """What is to be decided now, and what nobody looked at in time; both oldest first."""

    due: tuple[Slot, ...] = ()
    missed: tuple[Slot, ...] = ()


def lateness_max(strategy: Strategy, slot: Slot) -> timedelta:
    """Return how late `slot` may first be looked at: as configured, else interval / 4, 3 days."""
    given = strategy.schedule.lateness_max
    return given or min(interval(strategy, slot) / 4, _LATENESS_MAX)


def due(
    strategy: Strategy,
    now: datetime,
    *,
    looked_at: Slot | None,
    still_open: bool = True,
    armed_at: datetime | None = None,
    first_arming: bool = True,
) -> DueSlots:
    """Return the slots to decide at `now` and those that were missed.

    `looked_at` is the newest slot that was ever looked at or recorded as missed, `still_open`
    whether it may still buy. A slot is open until the next one; only the newest can be open.
    `armed_at` is None for accounts that need no arming.
    """
    newest = newest_slot(strategy, now)
    if newest is None:
        return DueSlots()
    if looked_at is None:
        found = DueSlots(due=(newest,)) if _timely(strategy, newest, now) else DueSlots()
    elif newest.key == looked_at.key:
        reopen = still_open and _open(strategy, newest, now)
        found = DueSlots(due=(newest,)) if reopen else DueSlots()
    else:
        found = _unseen(strategy, now, looked_at)
    return DueSlots(
        tuple(s for s in found.due if _armed(strategy, s, armed_at, first=first_arming)),
        tuple(s for s in found.missed if _armed(strategy, s, armed_at, first=first_arming)),
    )


def _unseen(strategy: Strategy, now: datetime, looked_at: Slot) -> DueSlots:
    """Sort the slots that came after `looked_at` into due and missed."""
    unseen = [
        s for s in slots_between(strategy, looked_at.instant, now) if _newer(strategy, s, looked_at)
    ]
    if not unseen:
        return DueSlots()
    *older, newest = unseen
    if _timely(strategy, newest, now):
        on_time, missed = [newest], older
    else:
        on_time, missed = [], unseen
    rule = strategy.schedule
    keep = 0
    if rule.on_missed == "all":
        keep = rule.all_max or 0
    elif rule.on_missed == "newest" and not on_time and _open(strategy, newest, now):
        # An older one is closed by its successor: catching up both would buy twice at once.
        keep = 1
    cut = max(len(missed) - keep, 0)
    return DueSlots(tuple(missed[cut:] + on_time), tuple(missed[:cut]))


def _timely(strategy: Strategy, slot: Slot, now: datetime) -> bool:
    late = now - slot.instant
    return late <= lateness_max(strategy, slot) and _open(strategy, slot, now)


def _open(strategy: Strategy, slot: Slot, now: datetime) -> bool:
    return slot.instant <= now < slot.instant + interval(strategy, slot)


def _newer(strategy: Strategy, slot: Slot, other: Slot) -> bool:
    """Tell whether `slot` is a later one; nominal times decide where the clock does not.

    So a tzdata release that moves instants repeats nothing.
    """
    every = strategy.schedule.every
    nominal = every is None or not every % DAY
    if nominal and slot.zone == other.zone:
        return slot.local > other.local
    return slot.instant > other.instant and slot.key != other.key


def _armed(strategy: Strategy, slot: Slot, armed_at: datetime | None, *, first: bool) -> bool:
    if armed_at is None or slot.instant >= armed_at:
        return True
    return first and armed_at - slot.instant <= lateness_max(strategy, slot)
