"""Asks venues about orders whose outcome is not known, before anything else is decided."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from dcaguard.app import book as books
from dcaguard.app.act import TwoOrdersError
from dcaguard.app.book import REHEARSAL_MARK
from dcaguard.app.context import Book, Pass
from dcaguard.app.record import record_refused, record_report
from dcaguard.core import recover as rules
from dcaguard.core.canonical import parse_instant
from dcaguard.core.errors import (
    DcaguardError,
    OrderUnknownError,
    TryAgainError,
)
from dcaguard.core.order import UNRESOLVED, Absence, LookUp, Order, Status
from dcaguard.ports import Journal, Venue


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
    todo = {}
    for account in run.world.config.accounts:
        lasting = run.world.journal if run.keeps_main(account) else None
        if lasting is None and not _has_dry(run, account):
            continue
        book = run.book(account)
        orders = open_questions(book.read, account)
        if orders and not book.rehearsal:
            todo[account] = orders
    if not todo:
        return
    with ThreadPoolExecutor(max_workers=len(todo)) as pool:
        answers = list(pool.map(lambda item: _ask(run, *item), todo.items()))
    for account, asked in zip(todo, answers, strict=True):
        for one in asked:
            _write(run, account, one)


def _has_dry(run: Pass, account: str) -> bool:
    """Tell whether an account's strategies keep a dry journal worth opening."""
    return any(s.account == account for s in run.world.strategies.values())


def _ask(run: Pass, account: str, orders: Sequence[Order]) -> list[Asked]:
    try:
        venue = run.venue(account)
    except DcaguardError as error:
        silent = LookUp(absence=Absence.NO_ANSWER)
        return [Asked(order, silent, error) for order in orders]
    return [ask(venue, order) for order in orders]


def ask(venue: Venue, order: Order) -> Asked:
    """Ask one venue about one order; a failure is an answer too."""
    try:
        return Asked(order, venue.find(order))
    except DcaguardError as error:
        return Asked(order, LookUp(absence=Absence.NO_ANSWER), error)


def _write(run: Pass, account: str, asked: Asked) -> None:
    book = run.book(account)
    try:
        order = asked.order
        if order.status is Status.SENDING:
            # A crash after SENDING was committed: the socket may have been touched.
            order = book.write.move_order(
                order.client_order_id, Status.UNKNOWN, run.now, {"detail": "found after a crash"}
            )
        settle_answer(run, book, order, asked)
    except DcaguardError as error:
        run.ledger.fail(error, account)


def settle_answer(run: Pass, book: Book, order: Order, asked: Asked) -> None:
    """Write what an answer settles; raise what it leaves open."""
    window = run.venue(order.account).receive_window_seconds if asked.error is None else 0
    verdict = rules.judge(order, asked.answer, run.now, window)
    match verdict.known:
        case rules.Known.FOUND:
            assert verdict.report is not None
            record_report(book, order, verdict.report, run.now)
            run.ledger.note(f"order {order.client_order_id}: found at the venue, {order.symbol}")
        case rules.Known.FOUND_TWICE:
            assert verdict.report is not None
            for report in asked.answer.reports[1:]:
                book.write.append("duplicate", order.client_order_id, {"report": report}, run.now)
            record_report(book, order, verdict.report, run.now)
            raise TwoOrdersError(order)
        case rules.Known.ASK_FOR_PROOF:
            if order.status in UNRESOLVED:
                _prove(run, book, order)
        case _:
            if order.status in UNRESOLVED:
                raise _still_unknown(order, asked, verdict.why)


def _prove(run: Pass, book: Book, order: Order) -> None:
    """Ask everything that could show the order; two clean answers a minute apart prove absence."""
    answer = run.venue(order.account).prove_absence(order)
    if answer.reports:
        record_report(book, order, answer.reports[0], run.now)
        return
    if answer.absence is not Absence.NOT_FOUND:
        raise _still_unknown(order, Asked(order, answer), "absence could not be proved")
    proofs = absence_proofs(book.write, order)
    book.write.append(
        "absence",
        order.client_order_id,
        {"proved_at": run.now, "evidence": answer.evidence},
        run.now,
    )
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


def rate_limited(asked: Asked) -> bool:
    """Tell whether a look-up failed only because the venue asks for patience."""
    return asked.answer.transient or isinstance(asked.error, TryAgainError)
