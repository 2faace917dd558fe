"""Counts an order as bought by a person's word, at its worst case, where nothing else can tell."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from dcaguard.app import book as books
from dcaguard.app.context import Book
from dcaguard.core.money import ZERO
from dcaguard.core.order import Order, Status
from dcaguard.ports import Journal

_ROW = "as-bought"
TOLD = "counted as bought, by a person"


def count_as_bought(book: Book, order: Order, evidence: Sequence[str], at: datetime) -> Order:
    """Close an unresolved order with its worst case spent, and free its account.

    Nothing of it carries. What the venue shows of it later corrects it like any late fill.
    """
    fills = book.write.fills(client_order_id=order.client_order_id)
    filled = sum((fill.amount for fill in fills), ZERO)

    def write() -> Order:
        body = {"spent": order.max_quote, "filled": filled, "evidence": list(evidence)}
        book.write.append(_ROW, order.client_order_id, body, at)
        facts = {"filled": filled, "detail": TOLD, "evidence": list(evidence)}
        moved = book.write.move_order(order.client_order_id, Status.PARTIAL_CLOSED, at, facts)
        books.record_settled(book.write, order, order.max_quote, filled, at)
        return moved

    return book.write.after_send(write)


def is_by_word(journal: Journal, client_order_id: str) -> bool:
    """Tell whether an order still counts by a person's word: no fill has corrected it since."""
    word, settled = (
        journal.latest(_ROW, client_order_id),
        journal.latest("settled", client_order_id),
    )
    if word is None or settled is None:
        return False
    names = ("spent", "filled")
    return [settled.body[name] for name in names] == [word.body[name] for name in names]


def by_word(journal: Journal) -> list[str]:
    """Return the ids of the orders that count by a person's word."""
    ids = dict.fromkeys(row.subject for row in journal.entries(_ROW))
    return [one for one in ids if is_by_word(journal, one)]


def may_be_bought(journal: Journal, strategy: str, symbol: str) -> Decimal:
    """Return what such orders may have brought beyond their fills, in base."""
    total = ZERO
    for one in by_word(journal):
        order, settled = journal.order(one), books.settlement(journal, one)
        if order is None or settled is None or order.strategy != strategy:
            continue
        if order.symbol == symbol:
            total += order.amount - settled.filled
    return total
