"""What the next run would do and why, and the slots after it; nothing is written or sent."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from dcaguard.app.act import order_for
from dcaguard.app.context import Pass
from dcaguard.app.facts import Facts
from dcaguard.app.gather import gather_quietly
from dcaguard.app.rehearsal import remember
from dcaguard.app.sight import sight_of
from dcaguard.app.situations import situation_of
from dcaguard.app.slots import DueStrategy, due_now, tranches
from dcaguard.app.world import World
from dcaguard.core.decide import Decision, decide
from dcaguard.core.reason import Verdict
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
    due, coming = [], []
    for strategy in world.strategies.values():
        found = due_now(run, strategy)
        if found.slots:
            due.append(found)
        elif slots_ahead := next_slots(strategy, now, 1):
            coming.append(replace(found, slots=tuple(slots_ahead)))
    coming.sort(key=lambda one: one.slots[0].instant)
    facts = gather_quietly(run, sight, [*due, *coming])
    planned = [row for one in due for row in _planned(run, facts, one, is_due=True)]
    planned += [row for one in coming for row in _planned(run, facts, one, is_due=False)]
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


def _planned(run: Pass, facts: Facts, due: DueStrategy, *, is_due: bool) -> Iterator[Planned]:
    """Decide a strategy's slots one after the other: what is planned to be bought is spent."""
    name, account = due.strategy.name, due.strategy.account
    for slot in due.slots:
        for tranche in tranches(run.book(account), due.strategy, slot):
            at = situation_of(run, facts, tranche, armed=due.armed)
            decision = decide(at)
            if decision.verdict is Verdict.BUY:
                order = order_for(run, tranche, decision)
                run.bought.append(replace(order, created_at=max(run.now, slot.instant)))
            remember(run, tranche, decision, over=slot.key != due.slots[-1].key)
            yield Planned(name, slot, tranche.symbol, is_due, decision, at)
