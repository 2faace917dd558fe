"""A person's confirmation of the rules that decide about live money, and what they then buy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dcaguard.app import book as books
from dcaguard.app.arming import Arming, arming, record_arming
from dcaguard.app.context import Book
from dcaguard.app.slots import lasting_journal, left_by_open_slot
from dcaguard.app.world import World
from dcaguard.core.arming import arming_digest
from dcaguard.core.order import Order, Status
from dcaguard.core.purse import Purse
from dcaguard.core.schedule import Slot, due, parse_slot
from dcaguard.core.strategy import Strategy
from dcaguard.ports import Journal

# An order is written down at its slot's instant or after; clocks are set back a little at times.
_SET_BACK_MAX = timedelta(hours=1)
_NEVER_SENT = frozenset({Status.INTENT, Status.ABANDONED})


@dataclass(frozen=True, slots=True)
class ToArm:
    """What a person is asked to confirm."""

    strategy: Strategy
    account: str
    exchange: str
    live: bool
    order_max: str
    month_max: str
    base_currency: str
    digest: str
    armed_before: bool  # exactly these rules are armed already
    slots_due: tuple[Slot, ...]  # scheduled before now, and bought by the next run
    bought_already: Order | None  # what another strategy bought for the same instant
    remembered: Mapping[str, Purse]  # by symbol: money of earlier slots that will be added


def what_is_armed(world: World, name: str) -> ToArm:
    """Return what arming a strategy would confirm."""
    strategy = world.strategies[name]
    mark = arming_digest(world.config, strategy)
    known = arming(world.journal, name)
    same = known is not None and known.digest == mark
    slots, bought = _looking_back(world, strategy, known, same=same)
    caps = world.config.policy.caps
    return ToArm(
        strategy=strategy,
        account=strategy.account,
        exchange=world.account(strategy.account).exchange,
        live=world.is_live(strategy.account),
        order_max=str(caps.order_max),
        month_max=str(caps.month_max),
        base_currency=world.config.base_currency,
        digest=mark,
        armed_before=same,
        slots_due=() if bought else slots,
        bought_already=bought,
        remembered=_remembered(world, strategy, () if bought else slots),
    )


def _looking_back(
    world: World, strategy: Strategy, known: Arming | None, *, same: bool
) -> tuple[tuple[Slot, ...], Order | None]:
    """Return the slots that are due once armed, and an order that speaks against the first look."""
    now = world.clock.now()
    first = known is None
    at, back = (known.at, known.looks_back) if known is not None and same else (now, first)
    journal = lasting_journal(world, strategy.account)
    state = books.slot_state(journal, strategy.name)
    found = due(
        strategy,
        now,
        looked_at=state.slot,
        still_open=state.is_open,
        armed_at=at if world.is_live(strategy.account) else None,
        first_arming=back,
    ).due
    orders = (_bought_already(journal, strategy, slot.instant) for slot in found if first)
    return found, next((order for order in orders if order is not None), None)


def _bought_already(journal: Journal, strategy: Strategy, at: datetime) -> Order | None:
    """Return an order of another strategy for the same account, symbol and instant.

    A file that was renamed has no past under its new name, and would buy its slot once more.
    """
    symbols = {one.symbol for one in strategy.buy}
    for order in journal.orders(account=strategy.account, since=at - _SET_BACK_MAX):
        sent = order.status not in _NEVER_SENT or order.sent_at is not None
        if sent and order.symbol in symbols and order.strategy != strategy.name:
            slot, bracket, _ = order.slot.rpartition("]")
            if parse_slot(order.strategy, slot + bracket).instant == at:
                return order
    return None


def _remembered(world: World, strategy: Strategy, deciding: Sequence[Slot]) -> dict[str, Purse]:
    journal = lasting_journal(world, strategy.account)
    if strategy.sizing.mode != "fixed":
        return {}
    rows = {b.symbol: books.purse(journal, strategy.name, b.symbol) for b in strategy.buy}
    rows |= left_by_open_slot(Book(journal, journal), strategy, deciding, world.clock.now())
    return {symbol: purse for symbol, purse in rows.items() if purse != Purse()}


def arm(world: World, about: ToArm) -> Arming:
    """Write the confirmation; confirming the same rules again changes nothing."""
    name = about.strategy.name
    if about.armed_before:
        known = arming(world.journal, name)
        assert known is not None
        return known
    bought = about.bought_already is not None
    return record_arming(
        world.journal, name, about.digest, world.clock.now(), bought_already=bought
    )
