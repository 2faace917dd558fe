"""The readings' part of the journal in memory."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from dcaguard.core.canonical import digest
from dcaguard.core.reading import Reading
from dcaguard.ports import AddedReadings
from tests.sim.memory_store import Store


class MemoryReadings:
    """Readings are added and never changed; a batch with a conflict is not written."""

    store: Store

    def transaction(self) -> AbstractContextManager[None]:
        raise NotImplementedError

    def _add(self, kind: str, subject: str, body: Mapping[str, object], at: datetime) -> int:
        raise NotImplementedError

    def add_readings(
        self, readings: Sequence[Reading], at: datetime, *, revision: bool = False
    ) -> AddedReadings:
        assert not revision, "the simulation's readings are never revised"
        known = {(r.series, r.as_of, r.observed_at): r.value for r in self.store.readings}
        new, same, conflicts = list[Reading](), 0, list[Reading]()
        for one in readings:
            key = (one.series, one.as_of, one.observed_at)
            if key not in known:
                known[key] = one.value
                new.append(one)
            elif known[key] == one.value:
                same += 1
            else:
                conflicts.append(one)
        if conflicts:
            return AddedReadings(0, same, tuple(conflicts))
        with self.transaction():
            for one in new:
                self.store.readings.append(one)
                self.store.undo.append(self.store.readings.pop)
            if new:
                self._add("readings", "", {"count": len(new)}, at)
        return AddedReadings(len(new), same)

    def readings(self, until: datetime | None = None, series: Sequence[str] = ()) -> list[Reading]:
        found = [
            r
            for r in self.store.readings
            if (until is None or r.observed_at <= until) and (not series or r.series in series)
        ]
        return sorted(found, key=lambda r: (r.series, r.as_of, r.observed_at))

    def readings_mark(self) -> str:
        return self._mark(len(self.store.readings))

    def holds_mark(self, mark: str) -> bool:
        count = int(mark.partition(":")[0])
        return count <= len(self.store.readings) and mark == self._mark(count)

    def oldest_observed_since(self, mark: str) -> datetime | None:
        later = self.store.readings[int(mark.partition(":")[0]) :]
        return min((r.observed_at for r in later), default=None)

    def _mark(self, count: int) -> str:
        return f"{count}:{digest(self.store.readings[:count]) if count else ''}"
