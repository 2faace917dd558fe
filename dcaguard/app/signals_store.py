"""What a person adds to the record: readings from a file, and events of their own."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta

from dcaguard.app.folding import events_of
from dcaguard.app.world import World
from dcaguard.core.config import Config
from dcaguard.core.errors import DataInvalidError
from dcaguard.core.event import OperatorEvent
from dcaguard.core.money import plain
from dcaguard.core.reading import Reading
from dcaguard.core.reading_days import by_day
from dcaguard.core.reading_problem import ONE_ROW_A_DAY, day_of, hour_of


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file's rows."""

    series: str
    unit: str
    new: int
    same: int
    first: datetime
    last: datetime
    revision: bool
    later: int  # rows that count only from an instant that is still ahead


def known_values(world: World, series: str) -> list[Reading]:
    """Return the newest value of each day that the journal has of a series."""
    newest = {r.as_of: r for r in world.journal.readings(series=[series])}
    return list(newest.values())


def store_import(
    world: World,
    unit: str,
    readings: Sequence[Reading],
    where: Callable[[Reading], str],
    guessed: AbstractSet[Reading] = frozenset(),
    *,
    revision: bool,
) -> Imported:
    """Write a file's readings in one transaction, all of them or none.

    Of those `guessed` the file does not say when they became known.

    DataInvalidError (65) names `where`, the old and the new value when one is known otherwise.
    """
    now = world.clock.now()
    series = readings[0].series
    known = world.journal.readings(series=[series])
    days = by_day(readings, known, guessed, revision=revision)
    if days.conflicts:
        raise DataInvalidError(_second_row(days.conflicts, where))
    added = world.journal.add_readings(days.fitting, now, revision=revision)
    if added.conflicts:
        raise DataInvalidError(_conflict(known, added.conflicts, where))
    return Imported(
        series=series,
        unit=unit,
        new=added.new,
        same=added.same + days.same,
        first=min(r.as_of for r in readings),
        last=max(r.as_of for r in readings),
        revision=revision,
        later=sum(r.observed_at > now for r in readings),
    )


def _second_row(
    conflicts: Sequence[tuple[Reading, Reading]], where: Callable[[Reading], str]
) -> str:
    given, old = conflicts[0]
    return (
        f"{where(given)}: {day_of(given)} is known as {plain(old.value)} at {hour_of(old)} "
        f"({old.source}), here it is {plain(given.value)} at {hour_of(given)}{_more(conflicts)}: "
        f"nothing was written; {ONE_ROW_A_DAY}, or if the file is right, add --revision"
    )


def _conflict(
    known: Sequence[Reading], conflicts: Sequence[Reading], where: Callable[[Reading], str]
) -> str:
    one = conflicts[0]
    old = next(r for r in known if (r.as_of, r.observed_at) == (one.as_of, one.observed_at))
    return (
        f"{where(one)}: {one.as_of.date()} is known as {plain(old.value)} ({old.source}), here it "
        f"is {plain(one.value)}{_more(conflicts)}: nothing was written; if the file is right, "
        "add --revision"
    )


def deaf_to_events(config: Config) -> str:
    """Return the switch because of which a person's event changes nothing; "" when none does."""
    if not config.gate.enabled:
        return "[gate] enabled = false"
    if not config.signals.regulation.enabled:
        return "[signals.regulation] enabled = false"
    return ""


def _more(conflicts: Sequence[object]) -> str:
    return f" (and {len(conflicts) - 1} more)" if len(conflicts) > 1 else ""


def end_events(world: World) -> tuple[list[OperatorEvent], int | None]:
    """Take back every event of a person's that still holds, from now on.

    Return them and the row that says so; None, and nothing written, when there is none.
    """
    now, life = world.clock.now(), world.config.signals.regulation.event_expire_days
    held = [
        event
        for event in events_of(world.journal, now)
        if isinstance(event, OperatorEvent)
        and event.ended is None
        and (event.until or event.since + timedelta(days=life)) > now
    ]
    if not held:
        return [], None
    return held, world.journal.append("event-end", "person", {"ended_at": now}, now)


def add_event(world: World, event: OperatorEvent) -> int:
    """Write a person's own event down and return its row's number."""
    body: dict[str, object] = {
        "severity": event.severity.value,
        "since": event.since,
        "until": event.until,
        "note": event.note,
    }
    return world.journal.append("event", "person", body, event.since)
