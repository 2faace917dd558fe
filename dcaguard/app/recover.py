"""Asks venues about orders whose outcome is not known, before anything else is decided."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dcaguard.app import book as books
from dcaguard.app.absence import against, prove
from dcaguard.app.book import REHEARSAL_MARK
from dcaguard.app.context import Book, Pass
from dcaguard.app.look import refuse_skew
from dcaguard.app.record import TwoOrdersError, record_all, record_refused, twins
from dcaguard.app.resting import buy_rests, overdue
from dcaguard.app.world import World
from dcaguard.core import recover as rules
from dcaguard.core.canonical import parse_instant
from dcaguard.core.errors import DcaguardError, OrderUnknownError, ReconcileError
from dcaguard.core.order import UNRESOLVED, Absence, LookUp, Order, Status
from dcaguard.ports import Journal, Venue

# An order that ended may still show more: a late fill, a twin, or itself after all.
_MAY_GROW = frozenset({Status.FILLED, Status.PARTIAL_CLOSED, Status.ABANDONED})
_ASKED_FOR = timedelta(days=40)  # whoever runs it once a month asks in time
_AGAIN_MAX = 5  # of one account in one pass


@dataclass(frozen=True, slots=True)
class Asked:
    """One order and what its venue said."""

    order: Order
    answer: LookUp
    error: DcaguardError | None = None


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
    for account in run.world.config.accounts:
        if not run.keeps_main(account) and not _has_dry(run, account):
            continue
        book = run.book(account)
        orders = [*open_questions(book.read, account), *to_ask_again(run, book, account)]
        if orders and not book.rehearsal:
            todo[account] = orders
    _ask_all(run, todo)
    _recover_left_behind(run)
    buy_rests(run)


def _recover_left_behind(run: Pass) -> None:
    """Settle real orders of accounts that are no longer live: they stand at the venue all the same.

    One of an account that the config no longer has can not be asked for, and is told (80).
    """
    main = replace(run, of_main=True)
    todo = {}
    for account in run.world.config.accounts:
        orders = [] if run.keeps_main(account) else open_questions(run.world.journal, account)
        if orders:
            todo[account] = orders
    _ask_all(main, todo)
    for order in homeless(run.world):
        run.ledger.fail(no_such_account(order), order.account)


def homeless(world: World) -> list[Order]:
    """Return orders without a written end on accounts that the config no longer has."""
    accounts = {order.account for order in books.reserved_orders(world.journal)}
    lost = sorted(accounts - set(world.config.accounts))
    return [order for account in lost for order in open_questions(world.journal, account)]


def no_such_account(order: Order) -> OrderUnknownError:
    """Return what to say of an order whose account is gone from the config."""
    return OrderUnknownError(
        f"order {order.client_order_id} ({order.symbol}) is {order.status} on account "
        f"{order.account}, which the config no longer has: put [accounts.{order.account}] back "
        "(with live = false if you like), so that it can be asked for"
    )


def _ask_all(run: Pass, todo: Mapping[str, Sequence[Order]]) -> None:
    # A paper account and the journal that prices it are SQLite files of this thread, and fast.
    remote = {name: orders for name, orders in todo.items() if not run.world.is_paper(name)}
    over = frozenset(o.client_order_id for rows in todo.values() for o in rows if overdue(run, o))
    with ThreadPoolExecutor(max_workers=max(len(remote), 1)) as pool:
        answers = pool.map(lambda item: _ask(run, item[0], item[1], over), remote.items())
        found = {n: _ask(run, n, orders, over) for n, orders in todo.items() if n not in remote}
        found |= dict(zip(remote, answers, strict=True))
    for account in todo:
        for one in found[account]:
            _write(run, account, one)


def drop_orphans(run: Pass) -> None:
    """Give up an INTENT that nobody will decide again; it was provably never sent."""
    for order in run.world.journal.orders(status=frozenset({Status.INTENT})):
        if order.strategy in run.world.broken_names:
            continue  # what its strategy asks for can not be read just now
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
    return [
        order
        for order in rows
        if order.client_order_id not in unsettled and _ask_again(run, book, order)
    ][:_AGAIN_MAX]


def _ask_again(run: Pass, book: Book, order: Order) -> bool:
    # An order that the witness found was never sent from here, yet it stands at the venue.
    if order.closed_at is None or (order.sent_at is None and order.venue_order_id is None):
        return False
    asked = book.read.latest("asked-again", order.client_order_id)
    final = order.closed_at + rules.GHOST_WAIT
    return asked is None or asked.at < final <= run.now


def _has_dry(run: Pass, account: str) -> bool:
    """Tell whether an account's strategies keep a dry journal worth opening."""
    return any(s.account == account for s in run.world.strategies.values())


def _ask(run: Pass, account: str, orders: Sequence[Order], over: frozenset[str]) -> list[Asked]:
    try:
        venue = run.venue(account)
    except DcaguardError as error:
        silent = LookUp(absence=Absence.NO_ANSWER)
        return [Asked(order, silent, error) for order in orders]
    return [ask(venue, order, cancel=order.client_order_id in over) for order in orders]


def ask(venue: Venue, order: Order, *, cancel: bool = False) -> Asked:
    """Ask one venue about one order; a failure is an answer too.

    With `cancel` an order that still rests is cancelled, and the answer is what then became of it.
    """
    try:
        found = venue.find(order)
        if cancel and any(report.status is Status.OPEN for report in found.reports):
            found = venue.cancel(order)
        return Asked(order, found)
    except DcaguardError as error:
        return Asked(order, LookUp(absence=Absence.NO_ANSWER), error)


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
    except DcaguardError as error:
        run.ledger.fail(error, account)


def _write_again(run: Pass, book: Book, asked: Asked) -> None:
    """Write what an ended order's venue says later; silence leaves the question open."""
    order, answer = asked.order, asked.answer
    if asked.error is not None or answer.absence is Absence.NO_ANSWER:
        return
    if not answer.reports and order.venue_order_id is not None:
        return  # it was there once: a venue that does not find it now has not answered
    known, after = len(twins(book.write, order)), order
    try:
        if answer.reports:
            after = record_all(book, order, answer.reports, run.now)
    except ReconcileError:
        _write_asked(run, book, asked)
        raise
    _write_asked(run, book, asked)  # last, so that a crash before it leaves the question open
    if len(answer.reports) > 1 and len(twins(book.write, order)) > known:
        raise TwoOrdersError(after)
    if after != order:
        run.ledger.note(f"order {order.client_order_id}: a late fill is recorded, {order.symbol}")


def _write_asked(run: Pass, book: Book, asked: Asked) -> None:
    body = {"evidence": asked.answer.evidence, "reports": len(asked.answer.reports)}
    book.write.append("asked-again", asked.order.client_order_id, body, run.now)


def settle_answer(run: Pass, book: Book, order: Order, asked: Asked) -> None:
    """Write what an answer settles; raise what it leaves open."""
    window = run.venue(order.account).receive_window_seconds if asked.error is None else 0
    verdict = rules.judge(order, asked.answer, run.now, window)
    match verdict.known:
        case rules.Known.FOUND:
            record_all(book, order, asked.answer.reports, run.now)
            if order.status in UNRESOLVED:
                told = f"order {order.client_order_id}: found at the venue, {order.symbol}"
                run.ledger.note(told)
        case rules.Known.FOUND_TWICE:
            record_all(book, order, asked.answer.reports, run.now)
            raise TwoOrdersError(order)
        case rules.Known.ASK_FOR_PROOF:
            if order.status is Status.OPEN and overdue(run, order):
                # The venue took it and no longer shows it: that is not known to be an end.
                facts = {"detail": "the venue no longer shows it"}
                order = book.write.move_order(order.client_order_id, Status.UNKNOWN, run.now, facts)
            if order.status in UNRESOLVED and order.venue_order_id is not None:
                # It was there: that it never arrived can no longer be proved.
                raise _still_unknown(order, asked, "the venue took it and does not show it now")
            if order.status in UNRESOLVED:
                _prove(run, book, order)
        case _:
            if order.status in UNRESOLVED:
                raise _still_unknown(order, asked, verdict.why)


def _prove(run: Pass, book: Book, order: Order) -> None:
    """Ask everything that could show the order; two clean answers a minute apart prove absence.

    The wait is counted by our clock: one that the venue's contradicts proves nothing (75).
    """
    if not run.world.simulated_time:
        refuse_skew(run.venue(order.account))
    answer = prove(run, book, order)
    if answer.reports:
        record_all(book, order, answer.reports, run.now)
        return
    if answer.absence is not Absence.NOT_FOUND:
        raise _still_unknown(order, Asked(order, answer), against(answer))
    proofs = absence_proofs(book.write, order)
    facts: dict[str, object] = {"proved_at": run.now, "evidence": answer.evidence}
    book.write.append("absence", order.client_order_id, facts, run.now)
    if not rules.absence_proved(proofs, run.now):
        raise _still_unknown(order, Asked(order, answer), "one proof of absence is written down")
    facts = {"detail": "absence proved twice", "evidence": answer.evidence}
    record_refused(book, order, Status.ABANDONED, facts, run.now)
    run.ledger.note(f"order {order.client_order_id}: proved that it never reached the venue")


def absence_proofs(journal: Journal, order: Order) -> list[datetime]:
    """Return when an order's absence was proved so far."""
    rows = journal.entries("absence", order.client_order_id)
    return [parse_instant(str(row.body["proved_at"])) for row in rows]


def _still_unknown(order: Order, asked: Asked, why: str) -> DcaguardError:
    said = str(asked.error) if asked.error is not None else why
    told = (
        f"account {order.account}: the outcome of order {order.client_order_id} ({order.symbol}) "
        f"is still not known: {said}: buying there waits; run again later, or see "
        f"`dcaguard resolve {order.client_order_id}`"
    )
    return OrderUnknownError(told)
