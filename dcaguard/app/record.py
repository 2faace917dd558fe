"""What a venue said of an order, written down: fills, status, what it cost, what carries."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from dcaguard.app import book as books
from dcaguard.app.by_word import is_by_word
from dcaguard.app.context import Book
from dcaguard.core.errors import ReconcileError
from dcaguard.core.money import ZERO, plain
from dcaguard.core.order import NOT_BOUGHT, Fill, Order, Status, VenueReport, may_move
from dcaguard.core.purse import at_corrected, at_found, at_refused, at_settled
from dcaguard.core.recover import together
from dcaguard.ports import Entry, Journal

_ENDED = frozenset({Status.FILLED, Status.PARTIAL_CLOSED})


def record_report(book: Book, order: Order, report: VenueReport, at: datetime) -> Order:
    """Write a venue's report in one transaction: its fills, the move, and the settlement.

    ReconcileError (84) when a known trade comes back with other values, or an order moves back.
    """
    if report.status is Status.REJECTED and may_move(order.status, Status.REJECTED):
        facts = {"venue_order_id": report.venue_order_id, "detail": "rejected, says the venue"}
        return record_refused(book, order, Status.REJECTED, facts, at)

    def write() -> Order:
        for fill in report.fills:
            book.write.add_fill(fill, at)
        moved = _move(book, order, report, at)
        if moved.status in _ENDED:
            settle(book, moved, report.filled, at)
        return moved

    return book.write.after_send(write)


def record_all(book: Book, order: Order, reports: Sequence[VenueReport], at: datetime) -> Order:
    """Write everything that a venue holds under one of our ids: two orders count as one sum."""
    for extra in reports[1:]:
        _record_twin(book, order, extra, at)
    return record_report(book, order, together(reports), at)


def _record_twin(book: Book, order: Order, extra: VenueReport, at: datetime) -> None:
    """Write once that the venue holds a further order under our id."""
    known = [row.body["venue_order_id"] for row in twins(book.write, order)]
    if extra.venue_order_id not in known:
        facts = {"venue_order_id": extra.venue_order_id, "report": extra}
        book.write.append("duplicate", order.client_order_id, facts, at)


def twins(journal: Journal, order: Order) -> list[Entry]:
    """Return the rows about further orders under one of our ids."""
    return list(journal.entries("duplicate", order.client_order_id))


class DisagreementError(ReconcileError):
    """The venue now says of an order what does not follow from what is written down."""

    def __init__(self, order: Order, said: str) -> None:
        super().__init__(
            f"order {order.client_order_id}: the venue now says {said}, the journal says "
            f"{order.status}: look at it with `dcaguard resolve {order.client_order_id}`"
        )


class TwoOrdersError(ReconcileError):
    """The venue holds two orders with one of our ids."""

    def __init__(self, order: Order) -> None:
        super().__init__(
            f"account {order.account}: the venue holds two orders with our id "
            f"{order.client_order_id}; both are in the journal and count in the caps: look at "
            f"them at the venue; `dcaguard resolve {order.client_order_id}` shows both"
        )


def _move(book: Book, order: Order, report: VenueReport, at: datetime) -> Order:
    facts: dict[str, object] = {
        "venue_order_id": report.venue_order_id,
        "filled": report.filled,
        "cost": report.cost,
    }
    if order.status is report.status and not _grew(book, order, report):
        return order
    if not may_move(order.status, report.status):
        raise DisagreementError(order, report.status)
    # These had taken nothing out of the purses, or had put it back.
    if order.status in NOT_BOUGHT and not book.rehearsal:
        _take_out(book, order, at)
    return book.write.move_order(order.client_order_id, report.status, at, facts)


def _grew(book: Book, order: Order, report: VenueReport) -> bool:
    """Tell whether an ended order has more fills than it was settled with (late ones)."""
    known = books.settlement(book.write, order.client_order_id)
    if order.status not in _ENDED or known is None:
        return False
    if known.filled == report.filled:
        return is_by_word(book.write, order.client_order_id)  # it counts at its worst case till now
    if known.filled > report.filled:
        msg = (
            f"order {order.client_order_id}: the venue now says that it filled {report.filled}, "
            f"the journal has fills of {known.filled}: see `dcaguard audit trades`"
        )
        raise ReconcileError(msg)
    return report.fills_complete


def _take_out(book: Book, order: Order, at: datetime) -> None:
    """Take out of the purses what an order repays that turns out to stand at the venue."""
    terms = order_terms(book, order)
    # What a pause withheld was put in when the order was sent; giving it up took nothing out.
    withheld = _quote(terms, "withheld") if order.status is Status.INTENT else ZERO
    purse = books.purse(book.write, order.strategy, order.symbol)
    after = at_found(purse, _quote(terms, "from_backlog"), _quote(terms, "from_carry"), withheld)
    books.record_purse(
        book.write, order.slot, order.strategy, order.symbol, after, "found at the venue", at
    )
    taken = {
        "from_backlog": purse.backlog + withheld - after.backlog,
        "from_carry": purse.carry - after.carry,
    }
    lacking = {name: _quote(terms, name) - had for name, had in taken.items()}
    if sum(lacking.values(), ZERO) > ZERO:
        # Put back when it was given up, and spent since: this order can neither leave it over nor
        # put it back again.
        less = {name: plain(_quote(terms, name) - lack) for name, lack in lacking.items()}
        buys = _quote(terms, "buy_quote") - sum(lacking.values(), ZERO)
        meant = {**terms, **less, "buy_quote": plain(buys)}
        book.write.append("terms", order.client_order_id, meant, at)


def settle(book: Book, order: Order, filled: Decimal, at: datetime) -> bool:
    """Close an ended order's accounts once its fills add up to what the venue says it filled.

    Until then its worst case counts in every cap, and the next run asks for the fills again.
    A late fill settles it again.
    """
    journal = book.write
    known = books.settlement(journal, order.client_order_id)
    fills = journal.fills(client_order_id=order.client_order_id)
    if sum((fill.amount for fill in fills), ZERO) != filled:
        books.record_unsettled(journal, [*books.unsettled(journal), order.client_order_id], at)
        return False
    by_word = is_by_word(journal, order.client_order_id)
    if known is not None and known.filled == filled and not by_word:
        return True
    spent = spent_by(fills)
    if book.rehearsal:
        journal.append("settled", order.client_order_id, {"spent": spent, "filled": filled}, at)
        return True
    books.record_settled(journal, order, spent, filled, at)
    _carry_rest(book, order, known, spent, at)
    return True


def _carry_rest(
    book: Book, order: Order, known: books.Settlement | None, spent: Decimal, at: datetime
) -> None:
    """Carry what an order did not spend, or less of it when it turns out to have spent more."""
    journal, terms = book.write, order_terms(book, order)
    if not terms.get("remembers", True):
        return
    purse = books.purse(journal, order.strategy, order.symbol)
    meant = _quote(terms, "buy_quote") if "buy_quote" in terms else spent
    if known is None:
        after = at_settled(purse, meant, spent)
    else:
        after = at_corrected(purse, meant, known.spent, spent)
    books.record_purse(journal, order.slot, order.strategy, order.symbol, after, "remainder", at)


def spent_by(fills: Sequence[Fill]) -> Decimal:
    """Return what fills cost in quote; a fee in another currency is not part of it."""
    return sum((books.fill_cost(fill) for fill in fills), ZERO)


def record_refused(
    book: Book, order: Order, status: Status, facts: Mapping[str, object], at: datetime
) -> Order:
    """Write that an order ended without a fill, and remember again what it would have repaid."""

    def write() -> Order:
        moved = book.write.move_order(order.client_order_id, status, at, facts)
        terms = order_terms(book, order)
        # Only an order that reached SENDING took anything out of the purses.
        if order.status is not Status.INTENT and not book.rehearsal:
            purse = books.purse(book.write, order.strategy, order.symbol)
            after = at_refused(purse, _quote(terms, "from_backlog"), _quote(terms, "from_carry"))
            books.record_purse(
                book.write, order.slot, order.strategy, order.symbol, after, status.value, at
            )
        return moved

    return book.write.after_send(write)


def record_doubt(book: Book, order: Order, facts: Mapping[str, object], at: datetime) -> Order:
    """Write that an order which had ended without a fill is not known: its worst case counts."""

    def write() -> Order:
        if not book.rehearsal:
            _take_out(book, order, at)
        # What proved its absence before its venue showed it proves nothing any more.
        book.write.append("doubt", order.client_order_id, dict(facts), at)
        return book.write.move_order(order.client_order_id, Status.UNKNOWN, at, facts)

    return book.write.after_send(write)


def order_terms(book: Book, order: Order) -> Mapping[str, object]:
    """Return what the decision meant this order to spend and to repay."""
    row = book.write.latest("terms", order.client_order_id)
    return {} if row is None else row.body


def _quote(terms: Mapping[str, object], name: str) -> Decimal:
    return Decimal(str(terms.get(name, "0")))
