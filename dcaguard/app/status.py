"""Where everything stands, from the journal alone: works with no network."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dcaguard.app import book as books
from dcaguard.app.arming import arming
from dcaguard.app.limits import Limit, Spending, limits
from dcaguard.app.sight import sight_of
from dcaguard.app.slots import lasting_journal
from dcaguard.app.spending import strategy_spent
from dcaguard.app.survey import kind_shown
from dcaguard.app.world import World
from dcaguard.core.arming import arming_digest
from dcaguard.core.money import ZERO
from dcaguard.core.order import RESTING, UNRESOLVED, Order
from dcaguard.core.policy.caps import spending_uses, windows
from dcaguard.core.portfolio import par_prices
from dcaguard.core.purse import Purse
from dcaguard.core.schedule import Slot, next_slots
from dcaguard.core.strategy import Strategy
from dcaguard.ports import Journal

NEXT_SLOTS = 3


@dataclass(frozen=True, slots=True)
class StrategyStatus:
    """One strategy's purses, spending and next slots."""

    strategy: Strategy
    mode: str  # "paper" | "live" | "dry"
    armed: bool
    open_slot: Slot | None
    next_slots: tuple[Slot, ...]
    purses: Mapping[str, Purse]  # by symbol
    spent_quote: Decimal
    left_quote: Decimal | None  # None also while money in `lacks` is not counted
    lacks: tuple[str, ...]  # coins that it paid in and that have no rate here


@dataclass(frozen=True, slots=True)
class Status:
    """All of `status`."""

    now: datetime
    gate_enabled: bool
    regime: str
    since: datetime | None
    composite: str
    why: tuple[str, ...]
    halted: str | None
    strategies: tuple[StrategyStatus, ...]
    caps: tuple[Limit, ...]
    unresolved: tuple[Order, ...]
    resting: tuple[Order, ...]
    last_run: Mapping[str, object] | None
    notes: tuple[str, ...]
    broken: tuple[str, ...] = ()  # lines about strategies that could not be loaded


def status(world: World, now: datetime, *, dry: bool = False, stood: World | None = None) -> Status:
    """Return where everything stands at an instant; `dry` reads the simulated orders' journal.

    `stood` is the world whose journals are those of an earlier instant, when that is asked for.
    """
    sight = sight_of(world, now)  # looks back by itself, at what could be known then
    state = sight.state()
    halted, doubt = _halted(world, now) if stood is not None else (world.halt.reason(), "")
    world = stood or world
    journal = world.dry_journal() if dry else world.journal
    run = last_run(world)
    notes = [doubt] if doubt else []
    if not dry and any(mode_of(world, s) == "dry" for s in world.strategies.values()):
        notes.append("accounts with live = false keep a journal of their own: add --dry to see it")
    return Status(
        now=now,
        gate_enabled=world.config.gate.enabled,
        regime=state.regime.value,
        since=state.since,
        composite=sight.composite if world.config.gate.enabled else "",
        why=state.why,
        halted=halted,
        strategies=tuple(_strategy(world, s, now, dry=dry) for s in world.strategies.values()),
        caps=spending_caps(world, now, journal),
        unresolved=tuple(journal.orders(status=UNRESOLVED)),
        resting=tuple(journal.orders(status=RESTING)),
        last_run=run,
        notes=tuple(notes),
        broken=world.broken,
    )


def _halted(world: World, then: datetime) -> tuple[str | None, str]:
    """Return the halt's reason at an earlier instant, and what the journal can not tell of it."""
    rows = sorted(
        (*world.journal.entries("halt", "person"), *world.journal.entries("resume", "person")),
        key=lambda entry: entry.seq,
    )
    before = [entry for entry in rows if entry.at <= then]
    if before and before[-1].kind == "halt":
        return str(before[-1].body["reason"]), ""
    today = world.halt.reason()
    if today is None or (rows and rows[-1].kind == "halt"):
        return None, ""
    return today, "the halt is today's: the journal does not tell since when it is set"


def mode_of(world: World, strategy: Strategy) -> str:
    """Return how a strategy's orders are: "paper", "live" or "dry"."""
    if world.is_paper(strategy.account):
        return "paper"
    return "live" if world.is_live(strategy.account) else "dry"


def _strategy(world: World, strategy: Strategy, now: datetime, *, dry: bool) -> StrategyStatus:
    journal = world.dry_journal() if dry else lasting_journal(world, strategy.account)
    state = books.slot_state(journal, strategy.name)
    symbols = [one.symbol for one in strategy.buy]
    rate = par_prices({}, world.config.base_currency, world.config.stablecoins_at_par).get
    spent = strategy_spent(world, journal, strategy.name, strategy.account, rate)
    total = strategy.budget.total
    known = arming(world.journal, strategy.name)
    armed = known is not None and known.digest == arming_digest(world.config, strategy)
    return StrategyStatus(
        strategy=strategy,
        mode=mode_of(world, strategy),
        armed=armed,
        open_slot=state.slot if state.is_open else None,
        next_slots=next_slots(strategy, now, NEXT_SLOTS),
        purses={symbol: books.purse(journal, strategy.name, symbol) for symbol in symbols},
        spent_quote=spent.quote,
        lacks=spent.lacks,
        left_quote=None if total is None or spent.lacks else max(total - spent.quote, ZERO),
    )


def spending_caps(world: World, now: datetime, journal: Journal | None = None) -> tuple[Limit, ...]:
    """Return the caps on spending with what is used, where that is known without any venue."""
    prices = par_prices({}, world.config.base_currency, world.config.stablecoins_at_par)
    book = journal or world.journal
    kind = kind_shown(world, dry=book is not world.journal)
    caps, span = world.config.policy.caps, windows(now, world.config.timezone)
    spending = Spending(book, kind, prices, now)
    return limits(world, spending, lambda spends: spending_uses(caps, spends, span))


def last_run(world: World) -> Mapping[str, object] | None:
    """Return the newest pass's start, or None."""
    row = world.journal.latest("pass", "run")
    return None if row is None else dict(row.body)
