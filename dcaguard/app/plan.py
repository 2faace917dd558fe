"""What the next run would do and why, and the slots after it; nothing is written or sent."""

from dataclasses import dataclass
from datetime import datetime

from dcaguard.app.context import Pass
from dcaguard.app.gather import gather_quietly
from dcaguard.app.sight import sight_of
from dcaguard.app.situations import situation_of
from dcaguard.app.slots import DueStrategy, due_quietly, tranches
from dcaguard.app.world import World
from dcaguard.core.decide import Decision, decide
from dcaguard.core.schedule import Slot, next_slots
from dcaguard.core.situation import Situation


@dataclass(frozen=True, slots=True)
class Planned:
    """One tranche of the next run."""

    strategy: str
    slot: Slot
    symbol: str
    is_due: bool  # False: the slot is still to come; decided as if it were due now
    decision: Decision
    situation: Situation


@dataclass(frozen=True, slots=True)
class Plan:
    """All of `plan`."""

    now: datetime
    regime: str
    composite: str
    gate_enabled: bool
    planned: tuple[Planned, ...]
    slots: tuple[tuple[str, Slot], ...]  # the next slots of each strategy, in order of time
    notes: tuple[str, ...]


def plan(world: World, now: datetime, slots: int) -> Plan:
    """Decide every strategy's due slot, or its next one as if it were due, at today's facts."""
    run = Pass(world, "0" * 32, now, dry_run=True, quiet=True)
    sight = sight_of(world, now)
    due, is_due = [], {}
    for strategy in world.strategies.values():
        found = due_quietly(run, strategy)
        is_due[strategy.name] = bool(found.slots)
        coming = found.slots or next_slots(strategy, now, 1)
        if coming:
            due.append(DueStrategy(strategy, tuple(coming), found.armed))
    facts = gather_quietly(run, sight, due)
    planned = []
    for one in due:
        for slot in one.slots:
            for tranche in tranches(run.book(one.strategy.account), one.strategy, slot):
                at = situation_of(run, facts, tranche, armed=one.armed)
                name = one.strategy.name
                planned.append(Planned(name, slot, tranche.symbol, is_due[name], decide(at), at))
    coming_slots = [
        (s.name, slot) for s in world.strategies.values() for slot in next_slots(s, now, slots)
    ]
    return Plan(
        now=now,
        regime=sight.regime,
        composite=sight.composite,
        gate_enabled=world.config.gate.enabled,
        planned=tuple(planned),
        slots=tuple(sorted(coming_slots, key=lambda item: item[1].instant)[: max(slots, 0)]),
        notes=tuple(run.ledger.notes),
    )
