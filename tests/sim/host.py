"""One simulated machine: its journal, its lock, its clock; and the processes that run on it."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dcaguard.core.order import UNRESOLVED, Order, Status
from tests.sim import plans
from tests.sim.faults import SimKill
from tests.sim.memory_journal import MemoryJournal
from tests.sim.memory_store import Store
from tests.sim.simulated_venue import SimVenue

if TYPE_CHECKING:
    from tests.sim.world import Sim


class Host:
    """What the processes of one machine share."""

    def __init__(self, sim: "Sim") -> None:
        self.sim = sim
        self.store = Store()
        self.lock: Process | None = None
        self.clock_error = timedelta(0)
        self.lost_at: datetime | None = None  # when the journal was last lost

    @property
    def now(self) -> datetime:
        return self.sim.now + self.clock_error

    def locked(self) -> bool:
        """Tell whether a process holds the lock: another one ends at once."""
        return self.lock is not None

    def orders(self, status: frozenset[Status]) -> list[Order]:
        return [o for o in self.store.orders.values() if o.status in status]

    def known(self) -> set[str]:
        """Return the ids of the trades in the journal."""
        return {fill.trade_id for fill in self.store.fills.values()}

    def unresolved(self) -> list[Order]:
        return self.orders(UNRESOLVED)


class Process:
    """One call of the command: its ports work until it is killed."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.sim = host.sim
        self.dead = False
        self.asked_at: dict[str, datetime] = {}  # when a venue last answered about an order id
        self.venues = {name: SimVenue(self, name) for name in plans.ACCOUNTS}
        self.journal = MemoryJournal(host.store, self.point)

    def point(self, name: str) -> None:
        """Every port call passes here: the process may die, others may go on, a person may act."""
        if self.dead:
            raise SimKill
        self.sim.point(self, name)

    def die(self) -> None:
        self.dead = True
        raise SimKill

    # The ports Clock and Halt, as this process sees them.
    def now(self) -> datetime:
        return self.host.now

    def monotonic(self) -> float:
        return (self.sim.now - plans.START).total_seconds()

    def sleep(self, seconds: float) -> None:
        self.sim.wait(timedelta(seconds=seconds))

    def reason(self) -> str | None:
        self.point("halt?")
        return self.sim.halted

    def edited(self) -> None:
        return None

    def set(self, reason: str) -> None:
        self.sim.halted = reason

    def clear(self) -> None:
        self.sim.halted = None

    # The port GateCache: folded states are injected, so nothing is kept.
    def load(self, key: str) -> str | None:
        return None

    def save(self, key: str, text: str) -> None:
        """Nothing."""
