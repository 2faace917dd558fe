"""Asks venues about orders whose outcome is not known, before anything else is decided."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from dcaguard.app import book as books
from dcaguard.app.answers import BY_WORD, settle_answer
from dcaguard.app.asking import Asked, ask_all
from dcaguard.app.book import REHEARSAL_MARK
from dcaguard.app.by_word import is_by_word
from dcaguard.app.context import Book, Pass
from dcaguard.app.logins import denied_by_another
from dcaguard.app.outcomes import unknown
from dcaguard.app.record import TwoOrdersError, record_all, record_doubt, twins
from dcaguard.app.unwanted import RestsOnError, overdue, rests_on
from dcaguard.app.world import World
from dcaguard.core import recover as rules
from dcaguard.core.errors import DcaguardError, OrderUnknownError, ReconcileError
from dcaguard.core.order import (
    UNRESOLVED,
    Absence,
    Order,
    Placed,
    PlaceKind,
    Status,
    VenueReport,
)
from dcaguard.core.portfolio import Kind
from dcaguard.ports import Journal

# An order that ended may still show more: a late fill, a twin, or itself after all.
_MAY_GROW = frozenset({Status.FILLED, Status.PARTIAL_CLOSED, Status.ABANDONED, Status.REJECTED})
_ASKED_FOR = timedelta(days=40)  # whoever runs it once a month asks in time
_AGAIN_MAX = 5  # of one account in one pass
_TURN = "asking-again"


def open_questions(journal: Journal, account: str) -> list[Order]:
    """Return an account's orders whose end is not written down, oldest first."""
    rows = [
        order
        for order in books.reserved_orders(journal)
        if order.account == account
        and order.status is not Status.INTENT
        and REHEARSAL_MARK not in order.slot
    ]
    return sorted(rows, key=lambda order: order.created_at)


def recover(run: Pass) -> None:
    """Settle what can be settled on every account; accounts are asked side by side."""
    drop_orphans(run)
    todo = {}
    for account in _asked_now(run):
        if not run.keeps_main(account) and not _has_dry(run, account):
            continue
        book = run.book(account)
        orders = [*open_questions(book.read, account), *to_ask_again(run, book, account)]
        if orders and not book.rehearsal:
            todo[account] = orders
    _write_all(run, ask_all(run, todo))
    _recover_left_behind(run)


def still_resting(run: Pass) -> dict[str, list[Order]]:
    """Return, by account, the orders that rest and by what is known so far may go on resting."""
    found: dict[str, list[Order]] = {}
    for account in filter(run.keeps_main, _asked_now(run)):
        for order in open_questions(run.book(account).read, account):
            if order.status is Status.OPEN and not overdue(run, order):
                found.setdefault(account, []).append(order)
    return found


def end_unwanted(run: Pass, resting: Mapping[str, Sequence[Order]]) -> None:
    """Cancel what rested until the newest readings came, and must not any more."""
    todo = {name: [o for o in orders if overdue(run, o)] for name, orders in resting.items()}
    todo = {name: orders for name, orders in todo.items() if orders}
    if todo:
        _write_all(run, ask_all(run, todo))


def _recover_left_behind(run: Pass) -> None:
    """Settle real orders of accounts that are no longer live: they stand at the venue all the same.

    One of an account that the config no longer has can not be asked for, and is told (80).
    """
    main = replace(run, of_main=True)
    todo = {}
    for account in _asked_now(run):
        orders = [] if run.keeps_main(account) else open_questions(run.world.journal, account)
        if orders:
            todo[account] = orders
    _write_all(main, ask_all(main, todo))
    for order in () if run.world.simulated_time else homeless(run.world):
        run.ledger.fail(no_such_account(order), order.account)


def _asked_now(run: Pass) -> list[str]:
    """Return the accounts whose orders this pass may ask for and settle."""
    return [name for name in run.world.config.accounts if run.world.is_of_this_time(name)]


def homeless(world: World) -> list[Order]:
    """Return orders without a written end on accounts that the config no longer has."""
    accounts = {order.account for order in books.reserved_orders(world.journal)}
    lost = sorted(accounts - set(world.config.accounts))
    return [order for account in lost for order in open_questions(world.journal, account)]


def no_such_account(order: Order) -> OrderUnknownError:
    """Return what to say of an order whose account is gone from the config."""
    remedy = f"; {BY_WORD}" if order.status in {*UNRESOLVED, Status.OPEN} else ""
    return OrderUnknownError(
        f"order {order.client_order_id} ({order.symbol}) is {order.status} on account "
        f"{order.account}, which the config no longer has: put [accounts.{order.account}] back "
        f"(with live = false if you like), so that it can be asked for{remedy}"
    )


def drop_orphans(run: Pass) -> None:
    """Give up an INTENT that nobody will decide again; it was provably never sent."""
    for order in run.world.journal.orders(status=frozenset({Status.INTENT})):
        if order.strategy in run.world.broken_names:
            continue  # what its strategy asks for can not be read just now
        if run.world.simulated_time and run.world.kind(order.account) is not Kind.PAPER:
            continue  # the machine's own clock decides about it
        strategy = run.world.strategies.get(order.strategy)
        if (
            strategy is None
            or strategy.account != order.account
            or order.symbol not in {one.symbol for one in strategy.buy}
        ):
            facts = {"detail": "its strategy no longer asks for it; never sent"}
            run.world.journal.move_order(order.client_order_id, Status.ABANDONED, run.now, facts)


def to_ask_again(run: Pass, book: Book, account: str) -> list[Order]:
    """Return orders that ended a while ago: a late fill or a twin shows only if asked for.

    Each is asked for on the next pass and once more when nothing can be late; a few at a time.
    """
    if not run.world.is_live(account):
        return []
    rows = book.read.orders(account=account, status=_MAY_GROW, since=run.now - _ASKED_FOR)
    unsettled = books.unsettled(book.read)
    due = [
        order
        for order in rows
        if order.client_order_id not in unsettled and _ask_again(run, book, order)
    ]
    return due if len(due) <= _AGAIN_MAX else _in_turn(run, book, account, due)


def _in_turn(run: Pass, book: Book, account: str, due: Sequence[Order]) -> list[Order]:
    """Return the orders that follow those of the last turn, and write this turn down.

    One that its venue never answers for keeps its turn only: it holds up no other.
    """
    row = book.read.latest(_TURN, account)
    last = None if row is None else row.body["last"]
    ids = [order.client_order_id for order in due]
    start = ids.index(str(last)) + 1 if last in ids else 0
    chosen = [*due[start:], *due[:start]][:_AGAIN_MAX]
    book.write.append(_TURN, account, {"last": chosen[-1].client_order_id}, run.now)
    return chosen


def _ask_again(run: Pass, book: Book, order: Order) -> bool:
    # An order that the witness found was never sent from here, yet it stands at the venue.
    if order.closed_at is None or (order.sent_at is None and order.venue_order_id is None):
        return False
    if order.status is Status.REJECTED and order.venue_order_id is None:
        return False  # refused in words that prove that it was never taken
    asked = book.read.latest("asked-again", order.client_order_id)
    final = order.closed_at + rules.GHOST_WAIT
    return asked is None or asked.at < final <= run.now


def _has_dry(run: Pass, account: str) -> bool:
    """Tell whether an account's strategies keep a dry journal worth opening."""
    return any(s.account == account for s in run.world.strategies.values())


def _write_all(run: Pass, answers: Mapping[str, Sequence[Asked]]) -> None:
    for account, rows in answers.items():
        for one in rows:
            _write(run, account, one)


def _write(run: Pass, account: str, asked: Asked) -> None:
    book = run.book(account)
    try:
        order = asked.order
        if order.status in _MAY_GROW and order.client_order_id not in books.unsettled(book.read):
            _write_again(run, book, asked)
            return
        if order.status is Status.SENDING:
            # A crash after SENDING was committed: the socket may have been touched.
            order = book.write.move_order(
                order.client_order_id, Status.UNKNOWN, run.now, {"detail": "found after a crash"}
            )
        settle_answer(run, book, order, asked)
        if order.status is Status.OPEN and asked.answer.reports:
            _refuse_to_rest(run, book, asked)
    except DcaguardError as error:
        run.ledger.fail(error, account)


def _refuse_to_rest(run: Pass, book: Book, asked: Asked) -> None:
    """Tell of an order that its venue was to cancel and shows as resting all the same."""
    after = book.read.order(asked.order.client_order_id)
    if after is not None and (error := rests_on(run, after, asked.answer)) is not None:
        raise error


def _write_again(run: Pass, book: Book, asked: Asked) -> None:
    """Write what an ended order's venue says later; silence leaves the question open."""
    order, answer = asked.order, asked.answer
    if answer.impossible:
        _doubt(run, book, order, "; ".join(answer.evidence))
    if asked.error is not None or answer.absence is Absence.NO_ANSWER:
        return
    if not answer.reports and order.venue_order_id is not None:
        return  # it was there once: a venue that does not find it now has not answered
    if not answer.reports and denied_by_another(run, book, order):
        return
    known, after, reports = len(twins(book.write, order)), order, _as_ended(book, asked)
    try:
        if reports:
            after = record_all(book, order, reports, run.now)
    except ReconcileError:
        _write_asked(run, book, asked)
        raise
    _write_asked(run, book, asked)  # last, so that a crash before it leaves the question open
    if len(reports) > 1 and len(twins(book.write, order)) > known:
        raise TwoOrdersError(after)
    if after != order:
        run.ledger.note(f"order {order.client_order_id}: a late fill is recorded, {order.symbol}")


def _doubt(run: Pass, book: Book, order: Order, said: str) -> None:
    """Tell of an ended order whose venue now shows what can not be.

    One that counted nothing counts from now on at its worst case, as if the reply had said this.
    """
    if order.status in {Status.REJECTED, Status.ABANDONED}:
        doubted = record_doubt(book, order, {"detail": said}, run.now)
        raise unknown(doubted, Placed(PlaceKind.IMPOSSIBLE, detail=said))
    run.ledger.note(f"order {order.client_order_id}: its venue now shows what can not be: {said}")


def _as_ended(book: Book, asked: Asked) -> Sequence[VenueReport]:
    """Return what a venue holds; what ended by a person's word can neither rest nor be refused."""
    reports = asked.answer.reports
    if not is_by_word(book.read, asked.order.client_order_id):
        return reports
    if any(report.status is Status.OPEN for report in reports):
        raise RestsOnError(asked.order, "its venue shows it as resting")
    ended = Status.PARTIAL_CLOSED
    return [replace(r, status=ended) if r.status is Status.REJECTED else r for r in reports]


def _write_asked(run: Pass, book: Book, asked: Asked) -> None:
    body = {"evidence": asked.answer.evidence, "reports": len(asked.answer.reports)}
    book.write.append("asked-again", asked.order.client_order_id, body, run.now)
