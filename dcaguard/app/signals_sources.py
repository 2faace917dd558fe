"""Where series come from: each source as configured, and what became of its last fetches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dcaguard.app.world import World
from dcaguard.core.reach import Import, imports


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """One source as configured; nothing is asked of it to know this."""

    name: str
    series: tuple[str, ...]
    group: str  # sources of one group mirror one table: they do not confirm each other
    updates_utc: str
    licence: str
    needs_key: bool
    has_key: bool
    enabled: bool
    units: tuple[str, ...] = ()  # of each series
    lacks: tuple[str, ...] = ()  # what a person must give before it can be asked

    @property
    def label(self) -> str:
        """The name, with what keeps it from being asked."""
        if self.needs_key and not self.has_key:
            return f"{self.name} (needs a key)"
        return self.name if self.enabled else f"{self.name} (off)"


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source with its newest success and its newest failure, as the journal has them."""

    info: SourceInfo
    last_success: datetime | None
    last_error: datetime | None
    error: str  # of the newest failure; "" without one
    unread: tuple[str, ...] = ()  # its series of which the journal has no reading


@dataclass(frozen=True, slots=True)
class SourceTable:
    """Every source, and what a person imported beside them."""

    rows: tuple[SourceRow, ...]
    imports: tuple[Import, ...]


def source_table(world: World, catalog: Sequence[SourceInfo], at: datetime) -> SourceTable:
    """Return every source with what the journal knows of its fetches until `at`."""
    good: dict[str, datetime] = {}
    bad: dict[str, tuple[datetime, str]] = {}
    for row in world.journal.entries("fetch"):
        if row.at > at:
            continue
        if row.body.get("ok") is True:
            good[row.subject] = row.at
        else:
            bad[row.subject] = (row.at, str(row.body.get("message", "")))
    readings = world.journal.readings(until=at)
    read = {one.series for one in readings}
    rows = tuple(
        SourceRow(
            info=info,
            last_success=good.get(info.name),
            last_error=bad[info.name][0] if info.name in bad else None,
            error=bad[info.name][1] if info.name in bad else "",
            unread=tuple(series for series in info.series if series not in read),
        )
        for info in catalog
    )
    return SourceTable(rows, imports(readings))


def serving(catalog: Sequence[SourceInfo]) -> Mapping[str, tuple[SourceInfo, ...]]:
    """Return, for each series, the sources that serve it, in the order of trust."""
    found: dict[str, tuple[SourceInfo, ...]] = {}
    for info in catalog:
        for series in info.series:
            found[series] = (*found.get(series, ()), info)
    return found
