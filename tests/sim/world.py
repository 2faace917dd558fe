"""The simulated world: a virtual clock, one or two machines, a person, venues, and the weather."""

import copy
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from random import Random

from dcaguard.app.arming import record_arming
from dcaguard.app.resolve import Word, resolve
from dcaguard.app.run import Request, run_pass
from dcaguard.app.world import World
from dcaguard.core.arming import arming_digest
from dcaguard.core.errors import DcaguardError
from dcaguard.core.order import Order, Status
from tests.sim import checks, plans
from tests.sim.exchange import Ledger
from tests.sim.faults import Faults, SimKill, Violated, drawn
from tests.sim.held import Held
from tests.sim.host import Host, Process
from tests.sim.memory_journal import MemoryJournal
from tests.sim.memory_store import Store
from tests.sim.simulated_venue import SimVenue
from tests.sim.turns import Turns

SECOND = timedelta(seconds=1)
TWO_HOSTS_SHARE = 0.15  # of all years
SPREAD = 80  # points, within which processes of a group start
RESTS = frozenset({Status.OPEN})


class Sim:
    """Everything outside one process, and the scheduler."""

    def __init__(self, seed: int, faults: Faults | None = None) -> None:
        self.seed = seed
        self.rng = Random(seed)
        two = faults is None and self.rng.random() < TWO_HOSTS_SHARE
        self.faults = drawn(self.rng, two_hosts=two) if faults is None else faults
        gate = self.rng.random() < 0.4
        self.config = plans.config(self.rng, gate=gate)
        self.strategies = plans.strategies(self.rng)
        self.hours = plans.hours(self.strategies)
        self.ledgers = {name: self._ledger(name) for name in plans.ACCOUNTS}
        self.now = plans.START + timedelta(hours=self.rng.randrange(24))
        self.hosts = [Host(self) for _ in range(2 if two else 1)]
        self.halted: str | None = None
        self.in_debt = False
        self.regime = "NORMAL"
        self.turns: Turns | None = None
        self.counts: Counter[str] = Counter()
        self.kill_at: int | None = None  # die at exactly this port call, counted over the run
        self.points = 0
        self._runs = 0
        if two:
            # Look-ups are good from one second on: closer together nobody can tell.
            for ledger in self.ledgers.values():
                ledger.lag_max = SECOND

    def _ledger(self, name: str) -> Ledger:
        coins = {"USDT": Decimal(self.rng.choice((600, 3000, 8000))), "BNB": Decimal(1)}
        coins |= {"BTC": Decimal(0), "ETH": Decimal(0)}
        return Ledger(Random(f"{name}{self.seed}"), name, coins)

    @property
    def host(self) -> Host:
        """The first machine; in most years the only one."""
        return self.hosts[0]

    def held(self) -> list[Held]:
        """Return every order that reached a venue, or still may."""
        ledgers = self.ledgers.values()
        return [h for ledger in ledgers for rows in (ledger.held, ledger.flying) for h in rows]

    def land(self) -> None:
        for ledger in self.ledgers.values():
            if ledger.flying or ledger.resting:
                ledger.land(self.now)

    def hit(self, share: float) -> bool:
        return share > 0 and self.rng.random() < share

    def tick(self) -> None:
        """Let a request take its time; what was under way arrives."""
        self.wait(timedelta(milliseconds=self.rng.randrange(20, 400)))

    def wait(self, span: timedelta) -> None:
        self.now += span
        self.land()

    def point(self, process: Process, name: str) -> None:
        self.points += 1
        if self.points == self.kill_at:
            process.die()
        if self.turns is not None and not self.turns.point():
            process.die()
        if name == "post":
            return  # what happens on the wire is the venue's part
        dice, faults = self.rng.random(), self.faults
        if dice < faults.kill:
            self.counts["killed"] += 1
            process.die()
        elif 0 <= dice - faults.kill < faults.person:
            self.halted = None if self.halted else "a person"

    def check_send(self, process: Process, order: Order, *, known: bool) -> None:
        self.counts["sent"] += 1
        self.counts[f"sent {order.type}"] += 1
        checks.at_send(self, process, order, known=known)

    def world(self, process: Process) -> World:
        return World(
            config=self.config,
            strategies=self.strategies,
            journal=process.journal,
            dry_journal=_none,
            clock=process,
            venue=process.venues.__getitem__,
            dry_venue=_none_of,
            real_venue=process.venues.__getitem__,
            second_opinion=None,
            halt=process,
            gate_cache=process,
            fetch=lambda _names, _seconds: [],
            source_names=list,
            room_for_send=lambda: process.point("room"),
            version="sim",
            config_digest="sim",
        )

    def run(self, host: Host | None = None) -> None:
        """Start one pass; a second one finds the lock held and ends at once (75)."""
        request = Request(self._run_id(), fetch=False)
        self._exclusively(host or self.host, lambda world: run_pass(world, request))

    def resolve(self, host: Host, order: Order) -> None:
        """A person asks about an order and would give it up."""
        name, run_id = order.client_order_id, self._run_id()
        self._exclusively(host, lambda world: resolve(world, name, run_id, Word.ABANDON))

    def together(self) -> None:
        """Start two or three processes close to each other; the seed interleaves them."""
        rng = self.rng
        hosts = [rng.choice(self.hosts) for _ in range(rng.choice((2, 2, 3)))]
        works = [(rng.randrange(SPREAD), partial(self.run, host)) for host in hosts]
        self.counts["overlapping"] += len(works)
        self.turns = Turns(rng, rng.choice((0.3, 0.8, 0.97)))
        try:
            self.turns.run(works)
        finally:
            self.turns = None

    def _run_id(self) -> str:
        self._runs += 1
        return f"{self._runs:08x}{self.seed:024x}"

    def _exclusively(self, host: Host, work: Callable[[World], object]) -> None:
        if host.locked():
            self.counts["refused by the lock"] += 1
            return
        process = Process(host)
        host.lock = process
        self.counts["passes"] += 1
        try:
            work(self.world(process))
        except SimKill:
            if not process.dead:
                raise
        except DcaguardError as error:
            self.counts[f"ended with {int(error.exit_code)}"] += 1
        finally:
            host.lock = None

    def arm(self) -> None:
        for host in self.hosts:
            journal = MemoryJournal(host.store)
            for strategy in self.strategies.values():
                mark = arming_digest(self.config, strategy)
                record_arming(journal, strategy.name, mark, self.now)

    def lose_journal(self, copy_of: Store | None) -> None:
        """Delete the journal, or restore an old copy of it; a person arms again."""
        host = self.host
        host.store = Store() if copy_of is None else copy.deepcopy(copy_of)
        host.lost_at = self.now
        self.arm()

    def unresolved(self) -> list[Order]:
        return [order for host in self.hosts for order in host.unresolved()]

    def resting(self) -> list[Order]:
        return [order for host in self.hosts for order in host.orders(RESTS)]


def _none() -> MemoryJournal:
    raise Violated("a live account never uses the dry journal")


def _none_of(_name: str) -> SimVenue:
    raise Violated("a live pass never uses the dry venue")
