"""Refreshing signal sources: what is new goes into the journal, what failed is told and waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dcaguard.app.world import FetchReport, World
from dcaguard.core.errors import DcaguardError
from dcaguard.core.reading_arrival import Arrivals
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
    """Fetch these sources (all that are enabled for none) and write what they brought.

    All of it counts from one instant, so that no evaluation sees a part of it.
    """
    reports = world.fetch(names, budget_seconds)
    series = sorted({one.series for report in reports for one in report.readings})
    arrivals = Arrivals(world.journal.readings(series=series) if series else ())
    now = world.clock.now()
    return [_store(world, report, arrivals, now) for report in reports]


def _store(world: World, report: FetchReport, arrivals: Arrivals, now: datetime) -> Fetched:
    error = report.error
    arrived = arrivals.dated(report.readings, now)
    added = AddedReadings(0, 0)
    if arrived.readings:
        # A provider's correction is a later reading; what was known before stays as it was.
        added = world.journal.add_readings(arrived.readings, now, revision=True)
    same = added.same + arrived.same
    body = {
        "source": report.source,
        "ok": error is None,
        "new": added.new,
        "same": same,
        "code": "OK" if error is None else error.exit_code.name,
        "message": "" if error is None else str(error)[:500],
    }
    world.journal.append("fetch", report.source, body, now)
    return Fetched(report.source, added.new, same, error)


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
