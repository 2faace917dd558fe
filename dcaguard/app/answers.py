"""What a venue's answer about an unresolved order settles, and what it leaves open."""

from datetime import datetime

from dcaguard.app.absence import against, prove
from dcaguard.app.asking import Asked
from dcaguard.app.context import Book, Pass
from dcaguard.app.logins import denied_by_another
from dcaguard.app.look import refuse_skew
from dcaguard.app.outcomes import shown_rejected
from dcaguard.app.record import TwoOrdersError, record_all, record_refused
from dcaguard.app.unwanted import not_told, overdue
from dcaguard.core import recover as rules
from dcaguard.core.canonical import parse_instant
from dcaguard.core.errors import DcaguardError, OrderUnknownError
from dcaguard.core.order import UNRESOLVED, Absence, LookUp, Order, Status
from dcaguard.ports import Journal

# What ends an order that no venue can say anything of.
BY_WORD = "where nothing else can tell, `dcaguard resolve ORDER --as-bought` ends it"
_SILENT = LookUp(absence=Absence.NO_ANSWER)


def settle_answer(run: Pass, book: Book, order: Order, asked: Asked) -> None:
    """Write what an answer settles; raise what it leaves open."""
    window = run.venue(order.account).receive_window_seconds if asked.error is None else 0
    verdict = rules.judge(order, asked.answer, run.now, window)
    match verdict.known:
        case rules.Known.FOUND:
            after = record_all(book, order, asked.answer.reports, run.now)
            if rejected := shown_rejected(after, asked.answer.reports):
                raise rejected
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
                raise _not_shown_now(run, book, order)
            if order.status in UNRESOLVED:
                _prove(run, book, order)
        case _:
            _tell_of_silence(run, order, asked, verdict.why)


def _tell_of_silence(run: Pass, order: Order, asked: Asked, why: str) -> None:
    if order.status in UNRESOLVED:
        raise _still_unknown(order, asked, why)
    if order.status is Status.OPEN and (silence := not_told(run, order, asked.answer, asked.error)):
        raise silence


def _not_shown_now(run: Pass, book: Book, order: Order) -> DcaguardError:
    """Say that an order was there: that it never arrived can no longer be proved."""
    if why := denied_by_another(run, book, order):
        return _still_unknown(order, Asked(order, _SILENT), why)
    return _still_unknown(
        order, Asked(order, _SILENT), "the venue took it and does not show it now"
    )


def _prove(run: Pass, book: Book, order: Order) -> None:
    """Ask everything that could show the order; two clean answers a minute apart prove absence.

    The wait is counted by our clock: one that the venue's contradicts proves nothing (75).
    """
    refuse_other_time(run, order)
    if why := denied_by_another(run, book, order):
        raise _still_unknown(order, Asked(order, _SILENT), why)
    answer = prove(run, book, order)
    if answer.reports:
        after = record_all(book, order, answer.reports, run.now)
        if rejected := shown_rejected(after, answer.reports):
            raise rejected
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


def refuse_other_time(run: Pass, order: Order) -> None:
    """Refuse to prove an absence by a clock that is not the venue's (75)."""
    if not run.world.is_of_this_time(order.account):
        raise _still_unknown(order, Asked(order, LookUp()), "a made-up time proves nothing")
    if not run.world.simulated_time:
        refuse_skew(run.venue(order.account))


def absence_proofs(journal: Journal, order: Order) -> list[datetime]:
    """Return when an order's absence was proved so far."""
    doubt = journal.latest("doubt", order.client_order_id)
    rows = journal.entries("absence", order.client_order_id, 0 if doubt is None else doubt.seq)
    return [parse_instant(str(row.body["proved_at"])) for row in rows]


def _still_unknown(order: Order, asked: Asked, why: str) -> DcaguardError:
    """Say why an outcome is not known, and the one thing to do: wait, or what ends it."""
    answer, later = asked.answer, "run again later"
    if asked.error is not None:
        why = str(asked.error).rstrip(".")
        remedy = BY_WORD if isinstance(asked.error, OrderUnknownError) else f"{later}; {BY_WORD}"
    elif answer.absence is Absence.NO_ANSWER:
        # The last line is what is said where a symbol was delisted, or the venue is silent.
        said = f" ({against(answer)})" if answer.evidence and why not in answer.evidence else ""
        why, remedy = f"{why}{said}", f"{later}; {BY_WORD}" if answer.evidence else BY_WORD
    else:
        remedy = later
    told = (
        f"account {order.account}: the outcome of order {order.client_order_id} ({order.symbol}) "
        f"is still not known: {why}: buying there waits; {remedy}"
    )
    return OrderUnknownError(told)
