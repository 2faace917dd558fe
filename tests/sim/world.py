"""One simulated machine: a virtual clock, a journal, processes that die, a person, a venue."""

import copy
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from dcaguard.app import book as books
from dcaguard.app.resolve import resolve
from dcaguard.app.run import Request, run_pass
from dcaguard.app.world import World
from dcaguard.core.arming import arming_digest
from dcaguard.core.errors import DcaguardError
from dcaguard.core.order import UNRESOLVED, Order
from tests.sim import checks, plans
from tests.sim.exchange import Held, Ledger
from tests.sim.faults import Faults, SimKill, Violated, drawn
from tests.sim.memory_journal import MemoryJournal
from tests.sim.memory_store import Store
from tests.sim.simulated_venue import SimVenue

SECOND = timedelta(seconds=1)


class Process:
    """One call of the command: its ports work until it is killed."""

    def __init__(self, sim: "Sim") -> None:
        self.sim = sim
        self.dead = False
        self.began = sim.host_now
        self.venues = {name: SimVenue(self, name) for name in plans.ACCOUNTS}
        self.journal = MemoryJournal(sim.store, self.point)

    def point(self, name: str) -> None:
        """Every port call passes here: the process may die, others may start, a person may act."""
        if self.dead:
            raise SimKill
        self.sim.point(self, name)

    def die(self) -> None:
        self.dead = True
        raise SimKill

    # The ports Clock and Halt, as this process sees them.
    def now(self) -> datetime:
        return self.sim.host_now

    def monotonic(self) -> float:
        return (self.sim.now - plans.START).total_seconds()

    def sleep(self, seconds: float) -> None:
        self.sim.now += timedelta(seconds=seconds)

    def reason(self) -> str | None:
        self.point("halt?")
        return self.sim.halted

    def set(self, reason: str) -> None:
        self.sim.halted = reason

    def clear(self) -> None:
        self.sim.halted = None

    # The port GateCache: folded states are injected, so nothing is kept.
    def load(self, key: str) -> str | None:
        return None

    def save(self, key: str, text: str) -> None:
        """Nothing."""


class Sim:
    """Everything outside one process, and the scheduler."""

    def __init__(self, seed: int, faults: Faults | None = None) -> None:
        self.seed = seed
        self.rng = Random(seed)
        self.faults = drawn(self.rng) if faults is None else faults
        gate = self.rng.random() < 0.4
        self.config = plans.config(self.rng, gate=gate)
        self.strategies = plans.strategies(self.rng)
        self.hours = plans.hours(self.strategies)
        self.ledgers = {name: self._ledger(name) for name in plans.ACCOUNTS}
        self.now = plans.START + timedelta(hours=self.rng.randrange(24))
        self.clock_error = timedelta(0)
        self.store = Store()
        self.halted: str | None = None
        self.in_debt = False
        self.regime = "NORMAL"
        self.lock: Process | None = None
        self.lost_at: datetime | None = None  # when the journal was last lost
        self.counts: Counter[str] = Counter()
        self.kill_at: int | None = None  # die at exactly this port call, counted over the run
        self.points = 0
        self._runs = 0

    def _ledger(self, name: str) -> Ledger:
        coins = {"USDT": Decimal(self.rng.choice((600, 3000, 8000))), "BNB": Decimal(1)}
        coins |= {"BTC": Decimal(0), "ETH": Decimal(0)}
        return Ledger(Random(f"{name}{self.seed}"), name, coins)

    def held(self) -> list[Held]:
        """Return every order that reached a venue, or still may."""
        ledgers = self.ledgers.values()
        flying = [held for ledger in ledgers for _, held in ledger.flying]
        return [held for ledger in ledgers for held in ledger.held] + flying

    def land(self) -> None:
        for ledger in self.ledgers.values():
            if ledger.flying:
                ledger.land(self.now)

    @property
    def host_now(self) -> datetime:
        return self.now + self.clock_error

    def hit(self, share: float) -> bool:
        return share > 0 and self.rng.random() < share

    def tick(self) -> None:
        """Let a request take its time; what was under way arrives."""
        self.now += timedelta(milliseconds=self.rng.randrange(20, 400))
        self.land()

    def point(self, process: Process, name: str) -> None:
        self.points += 1
        if self.points == self.kill_at:
            process.die()
        if name == "post":
            return  # what happens on the wire is the venue's part
        dice, faults = self.rng.random(), self.faults
        if dice < faults.kill:
            self.counts["killed"] += 1
            process.die()
        dice -= faults.kill
        if 0 <= dice < faults.overlap:
            self.counts["overlapping"] += 1
            self.run()
        elif 0 <= dice - faults.overlap < faults.person:
            self.halted = None if self.halted else "a person"

    def check_send(self, process: Process, order: Order, *, known: bool) -> None:
        self.counts["sent"] += 1
        checks.at_send(self, process.began, order, known=known)

    def knows(self, account: str) -> bool:
        """Tell whether the process at work has read this account's balances."""
        return self.lock is not None and self.lock.venues[account].balances_known

    def world(self, process: Process) -> World:
        return World(
            config=self.config,
            strategies=self.strategies,
            journal=process.journal,
            dry_journal=_none,
            clock=process,
            venue=process.venues.__getitem__,
            dry_venue=_none_of,
            second_opinion=None,
            halt=process,
            gate_cache=process,
            fetch=lambda _names, _seconds: [],
            source_names=list,
            room_for_send=lambda: process.point("room"),
            version="sim",
            config_digest="sim",
        )

    def run(self) -> None:
        """Start one pass; a second one finds the lock held and ends at once (75)."""
        self._runs += 1
        run_id = f"{self._runs:08x}{self.seed:024x}"
        self._exclusively(lambda world: run_pass(world, Request(run_id, fetch=False)))

    def resolve(self, order: Order) -> None:
        """A person asks about an order and would give it up."""
        self._runs += 1
        run_id = f"{self._runs:08x}{self.seed:024x}"
        self._exclusively(lambda world: resolve(world, order.client_order_id, run_id, abandon=True))

    def _exclusively(self, work: Callable[[World], object]) -> None:
        if self.locked():
            self.counts["refused by the lock"] += 1
            return
        held, process = self.lock, Process(self)
        self.lock = process
        self.counts["passes"] += 1
        try:
            work(self.world(process))
        except SimKill:
            if not process.dead:
                raise
        except DcaguardError as error:
            self.counts[f"ended with {int(error.exit_code)}"] += 1
        finally:
            self.lock = held

    def locked(self) -> bool:
        """Tell whether another process holds the lock."""
        return self.lock is not None

    def arm(self) -> None:
        journal = MemoryJournal(self.store)
        for strategy in self.strategies.values():
            mark = arming_digest(self.config, strategy)
            books.record_arming(journal, strategy.name, mark, self.now)

    def lose_journal(self, copy_of: Store | None) -> None:
        """Delete the journal, or restore an old copy of it; a person arms again."""
        self.store = Store() if copy_of is None else copy.deepcopy(copy_of)
        self.lost_at = self.now
        self.arm()

    def unresolved(self) -> list[Order]:
        return [o for o in self.store.orders.values() if o.status in UNRESOLVED]

    def wait(self, span: timedelta) -> None:
        self.now += span
        self.land()


def _none() -> MemoryJournal:
    raise Violated("a live account never uses the dry journal")


def _none_of(_name: str) -> SimVenue:
    raise Violated("a live pass never uses the dry venue")
