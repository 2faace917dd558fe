"""Refreshing signal sources: what is new goes into the journal, what failed is told and waits."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dcaguard.app.world import FetchReport, World
from dcaguard.core.errors import DcaguardError
from dcaguard.core.reading import Reading
from dcaguard.core.reading_days import by_day
from dcaguard.ports import AddedReadings

BUDGET_SECONDS = 20.0
FRESH = timedelta(hours=1)
RETRY_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of one source."""

    source: str
    new: int
    same: int
    error: DcaguardError | None = None


def fetch(world: World, names: Sequence[str], budget_seconds: float) -> list[Fetched]:
    """Fetch these sources (all that are enabled for none) and write what they brought."""
    return [_store(world, report) for report in world.fetch(names, budget_seconds)]


def _store(world: World, report: FetchReport) -> Fetched:
    now = world.clock.now()
    error = report.error
    added = AddedReadings(0, 0)
    if report.readings:
        # A provider's correction is a later reading; what was known before stays as it was.
        rows = _beside_the_known(world, report.readings, now)
        added = world.journal.add_readings(rows, now, revision=True)
    body = {
        "source": report.source,
        "ok": error is None,
        "new": added.new,
        "same": added.same,
        "code": "OK" if error is None else error.exit_code.name,
        "message": "" if error is None else str(error)[:500],
    }
    world.journal.append("fetch", report.source, body, now)
    return Fetched(report.source, added.new, added.same, error)


def _beside_the_known(world: World, readings: Sequence[Reading], now: datetime) -> list[Reading]:
    """Return what a source brought, dated as the journal dates its days."""
    known = world.journal.readings(series=sorted({one.series for one in readings}))
    times: dict[str, set[datetime]] = {}
    for one in known:
        times.setdefault(one.series, set()).add(one.as_of)
    rows = by_day(readings, known, revision=True).fitting
    return [_as_first_seen(one, times.get(one.series, set()), now) for one in rows]


def _as_first_seen(reading: Reading, known: AbstractSet[datetime], now: datetime) -> Reading:
    """Date a day that its provider filled in late by when we first saw it.

    Its usual hour has passed without it: decisions of that time did not have it.
    """
    if reading.as_of in known or not any(as_of > reading.as_of for as_of in known):
        return reading
    return replace(reading, observed_at=now)


def stale_sources(world: World) -> list[str]:
    """Return the enabled sources not asked within the hour (a quarter after a failure)."""
    now = world.clock.now()
    found = []
    for name in world.source_names():
        row = world.journal.latest("fetch", name)
        wait = FRESH if row is not None and row.body["ok"] else RETRY_AFTER
        if row is None or now - row.at >= wait:
            found.append(name)
    return found


def refresh(world: World) -> list[str]:
    """Refresh stale sources before a decision; a failure is a missing reading, not an error."""
    gate = world.config.gate
    if not gate.enabled or not any_signal(world):
        return []
    stale = stale_sources(world)
    if not stale:
        return []
    results = fetch(world, stale, BUDGET_SECONDS)
    return [f"source {one.source}: {one.error}" for one in results if one.error is not None]


def any_signal(world: World) -> bool:
    """Tell whether any signal is enabled."""
    signals = world.config.signals
    return any(getattr(signals, name).enabled for name in type(signals).model_fields)
