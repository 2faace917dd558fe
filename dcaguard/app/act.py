"""Write it down, then do it, once: INTENT, witness, SENDING, one POST, what came of it."""

from collections.abc import Callable
from dataclasses import dataclass

from dcaguard.app import book as books
from dcaguard.app.book import REHEARSAL_MARK
from dcaguard.app.context import Book, Pass
from dcaguard.app.outcomes import (
    OrderTypeError,
    ResultNotKeptError,
    closed_unfilled,
    not_sent,
    rejection,
    shown_rejected,
    silent,
    unknown,
)
from dcaguard.app.record import TwoOrdersError, record_all, record_refused, record_report
from dcaguard.app.sent import record_login
from dcaguard.core.canonical import digest
from dcaguard.core.decide import Decision
from dcaguard.core.errors import (
    DcaguardError,
    StorageError,
)
from dcaguard.core.order import (
    Absence,
    LookUp,
    Order,
    Placed,
    PlaceKind,
    Status,
    client_order_id,
)
from dcaguard.core.purse import at_sending
from dcaguard.core.reason import Code, Reason, because
from dcaguard.core.recover import as_held, together
from dcaguard.core.schedule import Slot
from dcaguard.core.strategy import Strategy
from dcaguard.ports import Venue

# Asked again inside the insert transaction: None means nothing has changed since the decision.
Recheck = Callable[[], Reason | None]


@dataclass(frozen=True, slots=True)
class Tranche:
    """One symbol's share of one slot, and where it is bought."""

    strategy: Strategy
    slot: Slot
    symbol: str

    @property
    def account(self) -> str:
        """The account's name."""
        return self.strategy.account


@dataclass(frozen=True, slots=True)
class Acted:
    """What came of a BUY."""

    order: Order | None = None
    objection: Reason | None = None  # found while writing down: nothing was inserted
    error: DcaguardError | None = None


def buy(
    run: Pass,
    tranche: Tranche,
    decision: Decision,
    record_decision: Callable[[], None],
    recheck: Recheck,
) -> Acted:
    """Take one decided BUY through the order protocol; never raises for the venue's failures."""
    book, venue = run.book(tranche.account), run.venue(tranche.account)
    order = order_for(run, tranche, decision)
    if order.type not in venue.order_types:
        return Acted(error=OrderTypeError(order, venue))
    with book.write.transaction():
        objection = recheck()
        if objection is not None:
            return Acted(objection=objection)
        record_decision()
        _insert(run, book, order, tranche, decision)
    try:
        found = venue.find(order)
        if found.reports or found.absence is not Absence.NOT_FOUND:
            return _witnessed(run, book, order, found)
        return _send(run, book, venue, order, decision, recheck)
    except ResultNotKeptError:
        raise  # the disk is gone: nothing more may be sent by this process
    except DcaguardError as error:
        return Acted(book.write.order(order.client_order_id), error=error)


def order_for(run: Pass, tranche: Tranche, decision: Decision) -> Order:
    """Return the order of a decided BUY as it will be written down."""
    plan = decision.order
    assert plan is not None
    rehearsal = run.book(tranche.account).rehearsal
    mark = f"{REHEARSAL_MARK}{run.run_id[:8]}" if rehearsal else ""
    key = tranche.slot.key + mark
    name = tranche.strategy.name
    return Order(
        client_order_id=client_order_id(tranche.account, name, key, tranche.symbol, 1),
        run_id=run.run_id,
        strategy=name,
        slot=tranche.slot.id + mark,
        symbol=tranche.symbol,
        account=tranche.account,
        type=plan.type,
        amount=plan.amount,
        limit_price=plan.limit_price,
        max_quote=plan.max_quote,
        created_at=run.now,
    )


def _insert(run: Pass, book: Book, order: Order, tranche: Tranche, decision: Decision) -> None:
    """Write the INTENT; one that an earlier run left unsent gets today's price instead."""
    mark = digest(order)
    if book.write.order(order.client_order_id) is None:
        key = tranche.slot.key + (order.slot[len(tranche.slot.id) :])
        book.write.add_order(order, key, mark, run.now)
    else:
        book.write.revise_order(order, mark, run.now)
    terms = {
        "buy_quote": decision.buy_quote,
        "from_backlog": decision.from_backlog_quote,
        "from_carry": decision.from_carry_quote,
        "withheld": decision.withheld_quote,
        "remembers": tranche.strategy.sizing.mode == "fixed",
        "rung": any(reason.code is Code.LADDER_WHILE_PAUSED for reason in decision.reasons),
    }
    book.write.append("terms", order.client_order_id, terms, run.now)
    kind = run.world.kind(order.account)
    record_login(book.write, order, run.venue(order.account).login, kind, run.now)


def _witnessed(run: Pass, book: Book, order: Order, found: LookUp) -> Acted:
    """Handle a witness that did not say "never heard of it"."""
    if found.reports:
        order = _as_held(run, book, order, found)
        order = record_all(book, order, found.reports, run.now)
        if len(found.reports) > 1:
            return Acted(order, error=TwoOrdersError(order))
        run.ledger.note(
            f"order {order.client_order_id} was at the venue already: imported, nothing sent"
        )
        return Acted(order, error=shown_rejected(order, found.reports))
    book.write.append("witness", order.client_order_id, {"evidence": found.evidence}, run.now)
    return Acted(order, error=silent(order, found))


def _as_held(run: Pass, book: Book, order: Order, found: LookUp) -> Order:
    """Let the INTENT say what stands at the venue: that, not today's wish, counts in the caps."""
    held = as_held(order, together(found.reports))
    if held == order:
        return order
    return book.write.revise_order(held, digest(held), run.now)


def _send(
    run: Pass, book: Book, venue: Venue, order: Order, decision: Decision, recheck: Recheck
) -> Acted:
    """Let the one order out and write what came of it, undisturbed in between."""
    run.world.room_for_send()
    with run.world.undisturbed():
        return _sent(run, book, venue, order, decision, recheck)


def _sent(
    run: Pass, book: Book, venue: Venue, order: Order, decision: Decision, recheck: Recheck
) -> Acted:
    """Commit SENDING, look at the halt once more, POST, write what came of it."""
    with book.write.transaction():
        if (stopped := run.world.sends_nothing()) is not None:
            return Acted(order, objection=because(Code.HALTED, reason=stopped))
        if (objection := recheck()) is not None:
            return Acted(order, objection=objection)
        now = run.world.clock.now()  # a slow witness takes its time: the send begins here
        order = book.write.move_order(order.client_order_id, Status.SENDING, now)
        if not book.rehearsal:
            purse = books.purse(book.write, order.strategy, order.symbol)
            after = at_sending(purse, decision)
            books.record_purse(
                book.write, order.slot, order.strategy, order.symbol, after, "SENDING", now
            )
    halted = run.world.sends_nothing()
    if halted is not None:
        gone = record_refused(book, order, Status.ABANDONED, {"detail": "halted"}, now)
        return Acted(gone, objection=because(Code.HALTED, reason=halted))
    placed = venue.place(order)
    try:
        return _after_post(run, book, venue, order, placed)
    except StorageError as error:
        raise ResultNotKeptError(order, placed, error) from error


def _after_post(run: Pass, book: Book, venue: Venue, order: Order, placed: Placed) -> Acted:
    now = run.world.clock.now()
    facts = {"code": placed.code, "detail": placed.detail}
    match placed.kind:
        case PlaceKind.ACCEPTED:
            assert placed.report is not None
            report = placed.report
            order = record_report(book, order, report, now)
            if not report.fills_complete:
                return _told(run, book, order, _look_up(venue, order))
            return Acted(order, error=shown_rejected(order, [report]))
        case PlaceKind.WOULD_TAKE if order.type == "post-only":
            return Acted(record_report(book, order, closed_unfilled(order), now))
        case (
            PlaceKind.REJECTED_FUNDS
            | PlaceKind.REJECTED_FILTER
            | PlaceKind.REJECTED_OTHER
            | PlaceKind.WOULD_TAKE
        ):
            order = record_refused(book, order, Status.REJECTED, facts, now)
            return Acted(order, error=rejection(order, placed))
        case PlaceKind.NOT_SENT:
            order = record_refused(book, order, Status.ABANDONED, facts, now)
            return Acted(order, error=not_sent(order, placed))
        case PlaceKind.UNKNOWN | PlaceKind.IMPOSSIBLE:
            order = book.write.move_order(order.client_order_id, Status.UNKNOWN, now, facts)
            return _ask_at_once(run, book, venue, order, placed)


def _ask_at_once(run: Pass, book: Book, venue: Venue, order: Order, placed: Placed) -> Acted:
    """Look the lost order up straight away; a found fill settles it, silence settles nothing."""
    found = _look_up(venue, order)
    if found.reports:
        return _told(run, book, order, found)
    return Acted(order, error=unknown(order, placed))


def _look_up(venue: Venue, order: Order) -> LookUp:
    try:
        return venue.find(order)
    except DcaguardError:
        return LookUp(absence=Absence.NO_ANSWER)


def _told(run: Pass, book: Book, order: Order, found: LookUp) -> Acted:
    """Write what a look-up after the send showed, if it showed anything."""
    if not found.reports:
        return Acted(order)
    order = record_all(book, order, found.reports, run.world.clock.now())
    if len(found.reports) > 1:
        return Acted(order, error=TwoOrdersError(order))
    return Acted(order, error=shown_rejected(order, found.reports))
