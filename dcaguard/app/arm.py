"""A person's confirmation of the rules that decide about live money, and what they then buy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dcaguard.app import book as books
from dcaguard.app.arming import Arming, arming, record_arming
from dcaguard.app.context import Book
from dcaguard.app.sent import sent_from, written_kind
from dcaguard.app.slots import lasting_journal, left_by_open_slot
from dcaguard.app.world import World
from dcaguard.core.arming import arming_digest
from dcaguard.core.errors import DcaguardError
from dcaguard.core.login import Login
from dcaguard.core.order import Order, Status
from dcaguard.core.purse import Purse
from dcaguard.core.schedule import Slot, due, lateness_max, parse_slot
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
    pretend: Mapping[str, Purse]  # by symbol: the same of another kind of account, forgotten now
    no_past: bool  # live, and this journal knows no order of the account: limits begin at zero


def what_is_armed(world: World, name: str) -> ToArm:
    """Return what arming a strategy would confirm."""
    strategy = world.strategies[name]
    mark = arming_digest(world.config, strategy)
    known = arming(world.journal, name)
    same = known is not None and known.digest == mark
    slots, bought = _looking_back(world, strategy, known, same=same)
    remembered = _remembered(world, strategy, () if bought else slots)
    is_own = not world.is_live(strategy.account) or _is_of_this_kind(world, strategy, known)
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
        remembered=remembered if is_own else {},
        pretend={} if is_own else remembered,
        no_past=world.is_live(strategy.account) and _no_past(world, strategy.account),
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
    orders = (_bought_already(world, journal, strategy, slot) for slot in found if first)
    return found, next((order for order in orders if order is not None), None)


def _bought_already(world: World, journal: Journal, strategy: Strategy, slot: Slot) -> Order | None:
    """Return an order of another strategy for the same login, symbol and slot.

    A file that was renamed has no past under its new name, and would buy its slot once more, even
    where its account or its hour was edited with it: what a strategy that is gone bought within
    the time that a first arming looks back speaks against that look.
    """
    symbols, login = {one.symbol for one in strategy.buy}, _login(world, strategy.account)
    back = max(_SET_BACK_MAX, lateness_max(strategy, slot))
    for order in journal.orders(since=slot.instant - back):
        sent = order.status not in _NEVER_SENT or order.sent_at is not None
        here = order.account == strategy.account
        here |= login is not None and sent_from(journal, order) == login
        other = order.strategy != strategy.name and order.symbol in symbols
        gone = order.strategy not in world.strategies
        if sent and here and other and (gone or _instant_of(order) == slot.instant):
            return order
    return None


def _instant_of(order: Order) -> datetime:
    slot, bracket, _ = order.slot.rpartition("]")  # what stands behind it marks a fallback
    return parse_slot(order.strategy, slot + bracket).instant


def _login(world: World, account: str) -> Login | None:
    try:
        return world.venue(account).login if world.is_live(account) else None
    except DcaguardError:
        return None


def _is_of_this_kind(world: World, strategy: Strategy, known: Arming | None) -> bool:
    """Tell whether what is remembered is of the kind of money that would now be spent.

    An older program's arming does not tell: then the newest order that tells it does. Where none
    does, what is remembered may be pretend money, and is not spent.
    """
    if known is None:
        return False
    kind, journal = world.kind(strategy.account), lasting_journal(world, strategy.account)
    if known.kind or known.digest == arming_digest(world.config, strategy):
        return known.kind in {"", kind}
    orders = journal.orders(strategy=strategy.name)
    told = [found for order in orders if (found := written_kind(journal, order)) is not None]
    return bool(told) and told[-1] is kind


def _no_past(world: World, account: str) -> bool:
    """Tell whether nothing was ever sent on an account, as far as this journal knows."""
    return all(o.status is Status.INTENT for o in world.journal.orders(account=account))


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
    bought, kind = about.bought_already is not None, world.kind(about.account)
    journal, now = world.journal, world.clock.now()
    with journal.transaction():
        for symbol in about.pretend:
            books.record_purse(journal, "", name, symbol, Purse(), "pretend money", now)
        return record_arming(journal, name, about.digest, now, bought_already=bought, kind=kind)
