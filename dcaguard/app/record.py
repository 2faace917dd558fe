"""What a venue said of an order, written down: fills, status, what it cost, what carries."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from dcaguard.app import book as books
from dcaguard.app.context import Book
from dcaguard.core.errors import ReconcileError
from dcaguard.core.money import ZERO
from dcaguard.core.order import Fill, Order, Status, VenueReport, may_move
from dcaguard.core.purse import at_refused, at_settled

_ENDED = frozenset({Status.FILLED, Status.PARTIAL_CLOSED})


def record_report(book: Book, order: Order, report: VenueReport, at: datetime) -> Order:
    """Write a venue's report in one transaction: its fills, the move, and the settlement.

    ReconcileError (84) when a known trade comes back with other values.
    """
    with book.write.transaction():
        for fill in report.fills:
            book.write.add_fill(fill, at)
        order = _move(book, order, report, at)
        if order.status in _ENDED:
            settle(book, order, report.filled, at)
        return order


def _move(book: Book, order: Order, report: VenueReport, at: datetime) -> Order:
    facts: dict[str, object] = {
        "venue_order_id": report.venue_order_id,
        "filled": report.filled,
        "cost": report.cost,
    }
    if order.status is report.status:
        return order
    if not may_move(order.status, report.status):
        msg = (
            f"order {order.client_order_id}: the venue now says {report.status}, the journal says "
            f"{order.status}: look at it with `dcaguard resolve {order.client_order_id}`"
        )
        raise ReconcileError(msg)
    return book.write.move_order(order.client_order_id, report.status, at, facts)


def settle(book: Book, order: Order, filled: Decimal, at: datetime) -> bool:
    """Close an ended order's accounts once its fills add up to what the venue says it filled.

    Until then its worst case counts in every cap, and the next run asks for the fills again.
    """
    journal = book.write
    if books.settled_cost(journal, order.client_order_id) is not None:
        return True
    fills = journal.fills(client_order_id=order.client_order_id)
    if sum((fill.amount for fill in fills), ZERO) != filled:
        books.record_unsettled(journal, [*books.unsettled(journal), order.client_order_id], at)
        return False
    spent = spent_by(fills, order.symbol)
    if book.rehearsal:
        journal.append("settled", order.client_order_id, {"spent": spent, "filled": filled}, at)
        return True
    books.record_settled(journal, order, spent, filled, at)
    terms = order_terms(book, order)
    purse = books.purse(journal, order.strategy, order.symbol)
    after = at_settled(purse, Decimal(str(terms.get("buy_quote", spent))), spent)
    books.record_purse(journal, order.slot, order.strategy, order.symbol, after, "remainder", at)
    return True


def spent_by(fills: "list[Fill]", symbol: str) -> Decimal:
    """Return what fills cost in quote; a fee in another currency is not part of it."""
    quote = symbol.partition("/")[2]
    return sum((f.cost + (f.fee_amount if f.fee_currency == quote else ZERO) for f in fills), ZERO)


def record_refused(
    book: Book, order: Order, status: Status, facts: Mapping[str, object], at: datetime
) -> Order:
    """Write that an order ended without a fill, and remember again what it would have repaid."""
    with book.write.transaction():
        moved = book.write.move_order(order.client_order_id, status, at, facts)
        terms = order_terms(book, order)
        # Only an order that reached SENDING took anything out of the purses.
        if order.status is not Status.INTENT and not book.rehearsal:
            purse = books.purse(book.write, order.strategy, order.symbol)
            after = at_refused(
                purse,
                Decimal(str(terms.get("from_backlog", "0"))),
                Decimal(str(terms.get("from_carry", "0"))),
            )
            books.record_purse(
                book.write, order.slot, order.strategy, order.symbol, after, status.value, at
            )
        return moved


def order_terms(book: Book, order: Order) -> Mapping[str, object]:
    """Return what the decision meant this order to spend and to repay."""
    row = book.write.latest("terms", order.client_order_id)
    return {} if row is None else row.body
