"""The slots of a schedule: each exists exactly once, in every zone, whatever its clocks do."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from cronsim import CronSim

from dcaguard.core.config_schedule import Schedule
from dcaguard.core.strategy import Strategy

_SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
# No zone has ever moved its clocks by more than a day (Samoa skipped one).
_SHIFT_MAX = timedelta(hours=26)
_EPOCH = datetime(1970, 1, 2, tzinfo=UTC)
_FAR = datetime.fromisoformat("2500-01-01")  # nominal local time
_LOOK_BACKS = tuple(timedelta(days=d) for d in (2, 16, 128, 1024, 8192, 65536))


@dataclass(frozen=True, slots=True)
class Slot:
    """A scheduled instant of a strategy, named by its nominal local time."""

    strategy: str
    local: datetime  # naive: what the schedule says, even when the clock skips it
    zone: str  # IANA name
    instant: datetime  # UTC: when it really is

    @property
    def key(self) -> str:
        """The name without offset: a tzdata release can move the instant, not rename the slot."""
        return f"{_spell(self.local)}[{self.zone}]"

    @property
    def id(self) -> str:
        """The name with the offset of that day: '2025-03-03T09:00+01:00[Europe/Berlin]'."""
        zone = ZoneInfo(self.zone)
        shown = self.instant.astimezone(zone)
        if shown.replace(tzinfo=None) != self.local:  # the clock skipped this local time
            shown = self.local.replace(tzinfo=zone)
        return f"{_spell(self.local)}{_offset(shown)}[{self.zone}]"


def parse_slot(strategy: str, text: str) -> Slot:
    """Return the slot that a key or an id names; ValueError when it is neither."""
    stamp, bracket, rest = text.partition("[")
    if not bracket or not rest.endswith("]"):
        msg = f"{text[:60]!r} names no slot: write it like 2025-03-03T09:00[Europe/Berlin]"
        raise ValueError(msg)
    at, zone = datetime.fromisoformat(stamp), ZoneInfo(rest[:-1])
    local = at.replace(tzinfo=None)
    if at.tzinfo is not None and at.astimezone(zone).replace(tzinfo=None) == local:
        return Slot(strategy, local, rest[:-1], at.astimezone(UTC))
    return Slot(strategy, local, rest[:-1], instant_of(local, zone))


@lru_cache(maxsize=4096)
def instant_of(local: datetime, zone: ZoneInfo) -> datetime:
    """Return when a naive local time is, in UTC.

    A local time that comes twice means the first; one that the clock skips means the next
    instant that exists.
    """
    first = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _exists(local, first, zone):
        return first
    # Inside a gap fold 1 uses the later offset, so the change lies between the two readings.
    low, high = local.replace(tzinfo=zone, fold=1).astimezone(UTC), first
    after = high.astimezone(zone).utcoffset()
    while high - low > _SECOND:
        middle = low + (high - low) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == after:
            high = middle
        else:
            low = middle
    return high


def slots_between(strategy: Strategy, after: datetime, until: datetime) -> Iterator[Slot]:
    """Yield the slots with after < instant <= until, oldest first."""
    for slot in _slots(strategy, after, _last_local(strategy.schedule)):
        if slot.instant > until:
            return
        yield slot


def next_slots(strategy: Strategy, now: datetime, count: int) -> tuple[Slot, ...]:
    """Return the first `count` slots after `now`; fewer when the schedule ends."""
    far = _FAR.replace(tzinfo=UTC)
    return tuple(islice(slots_between(strategy, now, far), count))


def newest_slot(strategy: Strategy, now: datetime) -> Slot | None:
    """Return the newest slot with instant <= now, or None before the first."""
    ends = _last_local(strategy.schedule) + _SHIFT_MAX
    until = min(now, ends.replace(tzinfo=UTC))
    for back in _LOOK_BACKS:
        floor = max(until - back, _EPOCH)
        found = deque(slots_between(strategy, floor, min(now, until + _SHIFT_MAX)), maxlen=1)
        if found:
            return found[0]
        if floor.replace(tzinfo=None) < strategy.schedule.first - _SHIFT_MAX:
            return None
    return None


def interval(strategy: Strategy, slot: Slot) -> timedelta:
    """Return the time from `slot` to the next one, as if the schedule did not end there."""
    following = next(_slots(strategy, slot.instant, _FAR), None)
    return following.instant - slot.instant if following else DAY


def _slots(strategy: Strategy, after: datetime, last: datetime) -> Iterator[Slot]:
    """Yield the slots with instant > after and local <= last; skipped times that meet merge."""
    zone = ZoneInfo(strategy.schedule.timezone)
    pending: Slot | None = None
    for local, instant in _moments(strategy.schedule, after, zone):
        if local > last:
            break
        if instant <= after:
            continue
        slot = Slot(strategy.name, local, strategy.schedule.timezone, instant)
        if pending is not None and pending.instant == instant:
            # The clock skipped `pending`; the slot that the clock really shows keeps its name.
            pending = slot if _exists(local, instant, zone) else pending
            continue
        if pending is not None:
            yield pending
        pending = slot
    if pending is not None:
        yield pending


def _moments(
    rule: Schedule, after: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """Yield (nominal local, UTC instant) in order, from somewhat before `after` on."""
    floor = after.astimezone(zone).replace(tzinfo=None)
    floor = max(floor - _SHIFT_MAX, rule.first) if floor > rule.first else rule.first
    if rule.cron is not None:
        for local in CronSim(rule.cron, floor - _SECOND):
            if local >= _FAR:  # the calendar itself ends not long after
                return
            yield local, instant_of(local, zone)
    elif rule.every is not None and rule.every % DAY:
        yield from _elapsed(rule.first, rule.every, floor, zone)
    elif rule.every is not None:
        local = rule.first + (floor - rule.first) // rule.every * rule.every
        while local < _FAR:
            yield local, instant_of(local, zone)
            local += rule.every


def _elapsed(
    first: datetime, every: timedelta, floor: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """Yield a schedule of hours: the time between two slots is exact, the local time follows."""
    start = instant_of(first, zone)
    instant = start + max(floor - first - _SHIFT_MAX, timedelta(0)) // every * every
    while instant.replace(tzinfo=None) < _FAR:
        shown = instant.astimezone(zone)
        # The hour that comes twice would give two slots one name; the first has it.
        if not shown.fold or _fold_width(shown) % every:
            yield shown.replace(tzinfo=None, fold=0), instant
        instant += every


def _fold_width(shown: datetime) -> timedelta:
    before, after = shown.replace(fold=0).utcoffset(), shown.utcoffset()
    assert before is not None
    assert after is not None
    return before - after


def _exists(local: datetime, instant: datetime, zone: ZoneInfo) -> bool:
    return instant.astimezone(zone).replace(tzinfo=None) == local


@lru_cache(maxsize=256)
def _last_local(rule: Schedule) -> datetime:
    """Return the nominal time after which `end` and `slots` allow no slot."""
    if rule.slots is None:
        return rule.last
    zone = ZoneInfo(rule.timezone)
    seen: datetime | None = None
    count, last = 0, rule.last
    for local, instant in _moments(rule, _EPOCH, zone):
        count += instant != seen  # skipped times that meet are one slot
        if count > rule.slots:
            break
        seen, last = instant, local
    return min(last, rule.last)


def _spell(local: datetime) -> str:
    return local.isoformat(timespec="seconds" if local.second else "minutes")


def _offset(at: datetime) -> str:
    return at.isoformat()[-6:]
