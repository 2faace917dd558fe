"""Our own records in the journal: slots, purses, settlements. One writer for each kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from dcaguard.app.sent import payer
from dcaguard.core.money import ZERO
from dcaguard.core.order import RESERVING, Fill, Order, Status
from dcaguard.core.purse import Purse
from dcaguard.core.schedule import Slot, parse_slot
from dcaguard.ports import Journal

# Marks the slot of a rehearsed order, so that it never counts and never collides.
REHEARSAL_MARK = "#"
# An INTENT is given up when its slot ends; no schedule has slots further apart than a year.
_INTENT_LIFE_MAX = timedelta(days=366)


def symbol_subject(strategy: str, symbol: str) -> str:
    """Return the journal subject of one strategy's symbol."""
    return f"{strategy}|{symbol}"


def slot_subject(strategy: str, slot_key: str, symbol: str) -> str:
    """Return the journal subject of one tranche."""
    return f"{strategy}|{slot_key}|{symbol}"


@dataclass(frozen=True, slots=True)
class SlotState:
    """The newest slot that was looked at, and whether it may still buy."""

    slot: Slot | None = None
    is_open: bool = False


def slot_state(journal: Journal, strategy: str) -> SlotState:
    """Return where a strategy stands in its schedule."""
    row = journal.latest("slot", strategy)
    if row is None:
        return SlotState()
    slot = parse_slot(strategy, str(row.body["newest"]))
    return SlotState(slot, bool(row.body["open"]))


def record_slot(
    journal: Journal, slot: Slot, event: str, *, newest: Slot, is_open: bool, at: datetime
) -> None:
    """Write that a slot was OPENED, CLOSED or MISSED."""
    body = {
        "strategy": slot.strategy,
        "slot": slot.id,
        "slot_key": slot.key,
        "scheduled_at": slot.instant,
        "event": event,
        "newest": newest.id,
        "open": is_open,
    }
    journal.append("slot", slot.strategy, body, at)


def purse(journal: Journal, strategy: str, symbol: str) -> Purse:
    """Return what is remembered for a strategy's symbol, in quote."""
    row = journal.latest("purse", symbol_subject(strategy, symbol))
    if row is None:
        return Purse()
    return Purse(Decimal(str(row.body["backlog"])), Decimal(str(row.body["carry"])))


def record_purse(  # noqa: PLR0913, PLR0917 - one row's columns
    journal: Journal, slot: str, strategy: str, symbol: str, after: Purse, why: str, at: datetime
) -> None:
    """Write a purse's new state when it changed; `why` names the event."""
    before = purse(journal, strategy, symbol)
    if after == before:
        return
    body = {
        "strategy": strategy,
        "symbol": symbol,
        "slot": slot,
        "why": why,
        "backlog": after.backlog,
        "carry": after.carry,
        "backlog_change": after.backlog - before.backlog,
        "carry_change": after.carry - before.carry,
    }
    journal.append("purse", symbol_subject(strategy, symbol), body, at)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What an ended order cost, fee in quote included, and what it brought."""

    spent: Decimal  # quote
    filled: Decimal  # base


def settlement(journal: Journal, client_order_id: str) -> Settlement | None:
    """Return an order's newest settlement; None while its fills are not complete."""
    if (row := journal.latest("settled", client_order_id)) is None:
        return None
    return Settlement(Decimal(str(row.body["spent"])), Decimal(str(row.body["filled"])))


def settled_cost(journal: Journal, client_order_id: str) -> Decimal | None:
    """Return what a settled order cost in quote, fee in quote included; None while unsettled."""
    return known.spent if (known := settlement(journal, client_order_id)) else None


def unsettled(journal: Journal) -> tuple[str, ...]:
    """Return the ids of orders that are closed at the venue but whose fills are not complete."""
    row = journal.latest("unsettled", "orders")
    if row is None:
        return ()
    ids = row.body["orders"]
    assert isinstance(ids, list)
    return tuple(str(one) for one in ids)


def record_unsettled(journal: Journal, ids: Sequence[str], at: datetime) -> None:
    """Write the set of closed orders whose fills are not complete, when it changed."""
    if set(ids) != set(unsettled(journal)):
        journal.append("unsettled", "orders", {"orders": sorted(ids)}, at)


def record_settled(
    journal: Journal, order: Order, spent: Decimal, filled: Decimal, at: datetime
) -> None:
    """Write that an order's fills are complete, with the strategy's running total."""
    subject = symbol_subject(order.strategy, order.symbol)
    # An order may be settled again: a late fill, a second order under the same id.
    known = settlement(journal, order.client_order_id) or Settlement(ZERO, ZERO)
    quote = order.symbol.partition("/")[2]
    of_strategy, name = spent_by_payer(journal, order.strategy, quote), payer(journal, order)
    of_strategy[name] = of_strategy.get(name, ZERO) - known.spent + spent
    body = {
        "client_order_id": order.client_order_id,
        "spent": spent,
        "filled": filled,
        "strategy": order.strategy,
        "symbol": order.symbol,
    }
    bought = bought_total(journal, order.strategy, order.symbol) + filled - known.filled
    journal.append("settled", order.client_order_id, body, at)
    journal.append("spent", subject, {"bought_total": bought}, at)
    journal.append("spent", f"{order.strategy}|/{quote}", {"by_payer": of_strategy}, at)
    record_unsettled(journal, [i for i in unsettled(journal) if i != order.client_order_id], at)


def spent_by_payer(journal: Journal, strategy: str, quote: str) -> dict[str, Decimal]:
    """Return what a strategy's settled orders have cost in a quote coin, whatever they bought."""
    row = journal.latest("spent", f"{strategy}|/{quote}")
    if row is not None and isinstance(known := row.body.get("by_payer"), Mapping):
        return {name: Decimal(str(spent)) for name, spent in known.items()}
    totals: dict[str, Decimal] = {}
    for order in journal.orders(strategy=strategy):
        cost = settled_cost(journal, order.client_order_id)
        if cost is not None and order.symbol.partition("/")[2] == quote:
            name = payer(journal, order)
            totals[name] = totals.get(name, ZERO) + cost
    return totals


def bought_total(journal: Journal, strategy: str, symbol: str) -> Decimal:
    """Return how much of a symbol a strategy's settled orders have bought, in base."""
    row = journal.latest("spent", symbol_subject(strategy, symbol))
    return ZERO if row is None else Decimal(str(row.body["bought_total"]))


def spent_quote(journal: Journal, order: Order) -> Decimal:
    """Return what an order has cost or at worst may cost, in quote."""
    if (cost := settled_cost(journal, order.client_order_id)) is not None:
        return cost
    return ZERO if order.status in {Status.REJECTED, Status.ABANDONED} else order.max_quote


def reserved_orders(journal: Journal) -> list[Order]:
    """Return orders whose cost is not final: not ended, or ended with fills still missing."""
    rows = journal.orders(status=RESERVING)
    known = {order.client_order_id for order in rows}
    rows += [
        order
        for one in unsettled(journal)
        if one not in known and (order := journal.order(one)) is not None
    ]
    return rows


def spent_at(order: Order) -> datetime:
    """Return the instant whose day, week and month an order's money counts in.

    An INTENT may lie unsent for days (a crash, a silent venue); the money leaves when it is sent.
    """
    return order.sent_at or order.created_at


def spending_orders(journal: Journal, since: datetime) -> list[tuple[Order, bool]]:
    """Return every order sent or executed since `since`, or not final, with "is pending"."""
    pending = {order.client_order_id: order for order in reserved_orders(journal)}
    written = journal.orders(since=since - _INTENT_LIFE_MAX)
    recent = {o.client_order_id: o for o in written if spent_at(o) >= since}
    for one in fills_of_orders(journal, since):
        if one not in recent and (order := journal.order(one)) is not None:
            recent[one] = order
    return [
        (order, order.client_order_id in pending)
        for order in (recent | pending).values()
        if REHEARSAL_MARK not in order.slot
    ]


def fills_of_orders(journal: Journal, since: datetime) -> dict[str, list[Fill]]:
    """Return executions since an instant by the order that they belong to."""
    found: dict[str, list[Fill]] = {}
    for fill in journal.fills(since=since):
        if fill.client_order_id is not None:
            found.setdefault(fill.client_order_id, []).append(fill)
    return found


def fill_cost(fill: Fill) -> Decimal:
    """Return what an execution cost in quote, a fee in quote included."""
    quote = fill.symbol.partition("/")[2]
    return fill.cost + (fill.fee_amount if fill.fee_currency == quote else ZERO)
