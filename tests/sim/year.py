"""A simulated year: 52 weeks of two strategies, bad weather, then quiet and the reckoning."""

import copy
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal

from tests.sim import checks
from tests.sim.faults import Faults
from tests.sim.memory_store import Store
from tests.sim.plans import TTL_MAX
from tests.sim.world import RESTS, Sim

MINUTE = timedelta(minutes=1)
WEEKS = 52


def simulate(seed: int, weeks: int = WEEKS, faults: Faults | None = None) -> Counter[str]:
    """Run one year; the exception that a broken promise raises names the seed."""
    sim = Sim(seed, faults)
    try:
        sim.arm()
        for _ in range(weeks):
            _week(sim)
        quiet(sim)
    except BaseException as error:
        error.add_note(f"reproduce: python -m tests.sim {seed}")
        raise
    return sim.counts


def _week(sim: Sim) -> None:
    """One Monday (and Tuesday) of passes, at whatever times the week brings."""
    rng, faults = sim.rng, sim.faults
    monday = _next_monday(sim)
    before: Store | None = None
    if sim.hit(faults.loss) and rng.random() < 0.5 and not sim.unresolved():
        before = copy.deepcopy(sim.host.store)
    for hour in (*sim.hours, rng.randrange(40, 160)):
        if hour >= 40 and rng.random() < 0.7:
            continue
        sim.now = max(sim.now, monday + timedelta(hours=hour, seconds=rng.randrange(300)))
        sim.land()
        _passes(sim)
        _outside(sim)
    if sim.hit(faults.loss) and not sim.unresolved():
        sim.wait(timedelta(hours=1))
        sim.lose_journal(before)
        _passes(sim)


def _next_monday(sim: Sim) -> datetime:
    day = sim.now.replace(hour=0, minute=0, second=0, microsecond=0)
    return day + timedelta(days=7 - day.weekday() if day.weekday() else (7 if sim.now.hour else 0))


def _passes(sim: Sim) -> None:
    """Cron calls: one, some retries, more of them while an order's outcome is not known."""
    rng, faults = sim.rng, sim.faults
    if sim.hit(faults.late):
        sim.wait(timedelta(minutes=rng.choice((30, 600, 3000))))
    every = rng.choice((1, 5, 30))
    for _ in range(rng.choice((1, 1, 2))):
        _one(sim)
        sim.wait(every * MINUTE)
    patient = rng.random() < 0.7  # with an order that rests
    for _ in range(4):
        if not sim.unresolved() and not (patient and sim.resting()):
            break
        if rng.random() < 0.1:
            host = rng.choice(sim.hosts)
            for order in (*host.unresolved(), *host.orders(RESTS))[:1]:
                sim.resolve(host, order)
        _one(sim)
        sim.wait(rng.choice((2, 6, 12)) * MINUTE)


def _one(sim: Sim) -> None:
    rng = sim.rng
    if sim.hit(sim.faults.blind):
        ledger = rng.choice(list(sim.ledgers.values()))
        ledger.blind_until = sim.now + rng.random() * timedelta(minutes=20)
    if sim.hit(sim.faults.clock):
        step = rng.choice((0, 0, -3600, -8, -2, 2, 90, 3600))
        rng.choice(sim.hosts).clock_error = timedelta(seconds=step)
    if sim.hit(sim.faults.overlap):
        sim.together()
    else:
        sim.run(rng.choice(sim.hosts))
    checks.after_pass(sim)


def _outside(sim: Sim) -> None:
    """What happens between passes: money comes and goes, debts, regimes, clocks, a person."""
    rng, faults = sim.rng, sim.faults
    dice, ledger = rng.random(), rng.choice(list(sim.ledgers.values()))
    if dice < 0.05 and not sim.unresolved():  # a balance that rises hides what an order took
        ledger.balances["USDT"] += rng.choice((100, 500))
    elif 0.05 < dice < 0.08:
        ledger.balances["USDT"] -= min(ledger.free, Decimal(300))
    elif dice < 0.2 and sim.config.gate.enabled:
        sim.regime = rng.choice(("NORMAL", "CAUTION", "PAUSED", "PROBE", "COOLOFF"))
    sim.in_debt = sim.hit(faults.debt)
    if sim.halted and rng.random() < 0.5:
        sim.halted = None


def quiet(sim: Sim) -> None:
    """Nothing fails any more: after an hour of passes, and what rests its time, all is known."""
    sim.faults = Faults()
    sim.halted, sim.in_debt = None, False
    for host in sim.hosts:
        host.clock_error = timedelta(0)
    for ledger in sim.ledgers.values():
        ledger.lag_max, ledger.blind_until = timedelta(0), None
    sim.wait(timedelta(hours=1))
    _everywhere(sim, passes=4)
    # A person's stop ends buying, not what was begun: resting orders still come to their end.
    sim.halted = "a person"
    sim.wait(TTL_MAX + timedelta(hours=1))
    _everywhere(sim, passes=2)
    checks.after_quiet(sim)


def _everywhere(sim: Sim, passes: int) -> None:
    for _ in range(passes):
        for host in sim.hosts:
            sim.run(host)
            sim.wait(2 * MINUTE)
        sim.wait(10 * MINUTE)
