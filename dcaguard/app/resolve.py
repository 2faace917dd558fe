"""Settle one order whose outcome is not known: every answer shown, nothing given up unproved."""

from dataclasses import dataclass, replace
from enum import StrEnum

from dcaguard.app import answers, asking
from dcaguard.app.absence import against, prove
from dcaguard.app.by_word import TOLD, count_as_bought, is_by_word
from dcaguard.app.context import Book, Pass
from dcaguard.app.logins import denied_by_another, elsewhere
from dcaguard.app.record import record_all, record_refused, twins
from dcaguard.app.recover import no_such_account
from dcaguard.app.world import World, check_clock
from dcaguard.core.errors import (
    ConfigError,
    DcaguardError,
    ExitCode,
    NoInputError,
    OrderUnknownError,
    UsageError,
)
from dcaguard.core.order import UNRESOLVED, Absence, LookUp, Order, Status
from dcaguard.core.recover import Known, judge, proof_possible_at


@dataclass(frozen=True, slots=True)
class Resolved:
    """One order, what its venue said, and what stands now."""

    order: Order
    evidence: tuple[str, ...]
    proofs: int
    message: str
    exit_code: ExitCode


class Word(StrEnum):
    """What a person may say of an order whose outcome is not known."""

    ABANDON = "abandon"  # it never arrived; refused when anything speaks against it
    AS_BOUGHT = "as-bought"  # nothing else can tell: it counts as if it had been bought


def resolve(world: World, prefix: str, run_id: str, word: Word | None = None) -> Resolved:
    """Ask about an order, write what that settles, and then do as a person says."""
    run = Pass(world, run_id, world.clock.now(), dry_run=False)
    check_clock(world, run.now)
    order = _find(world, prefix)
    gone = order.account not in world.config.accounts
    open_question = order.status in UNRESOLVED | {Status.OPEN}
    if gone and open_question and word is not Word.AS_BOUGHT:
        msg = (
            f"resolve {prefix}: account {order.account} is not in the config: put "
            f"[accounts.{order.account}] back, so that its venue can be asked; {answers.BY_WORD}"
        )
        raise ConfigError(msg)
    if gone or not run.keeps_main(order.account):
        run = replace(run, of_main=True)  # it was sent while the account was live
    run.begin()
    book = run.book(order.account)
    found = _asked(run, book, order, word) if open_question else _known(book, order)
    run.end(int(found.exit_code), found.exit_code.name)
    return found


def _known(book: Book, order: Order) -> Resolved:
    """Show an order whose end is written down, with every twin that the venue holds."""
    fills = book.read.fills(client_order_id=order.client_order_id)
    rows = [
        f"fill {f.trade_id}: {f.amount} at {f.price}, {f.filled_at:%Y-%m-%d %H:%M}" for f in fills
    ]
    rows += [
        f"the venue also holds {row.body['venue_order_id']} under this id"
        for row in twins(book.read, order)
    ]
    ids = (order.venue_order_id,) if order.venue_order_id else ()
    rows = [*(f"the venue's id: {one}" for one in ids), *rows]
    if is_by_word(book.read, order.client_order_id):
        rows.append(f"{TOLD}: {order.max_quote} at its worst")
    told = f"nothing to settle: the order is {order.status}"
    return Resolved(order, tuple(rows), 0, told, ExitCode.OK)


def _asked(run: Pass, book: Book, order: Order, word: Word | None) -> Resolved:
    """Ask the venue, write what that settles, and end by a person's word what is left open."""
    asked = _ask(run, book, order)
    evidence = asked.answer.evidence
    if asked.error is not None:
        evidence = (*evidence, str(asked.error))
    try:
        if order.status is Status.SENDING:
            order = book.write.move_order(order.client_order_id, Status.UNKNOWN, run.now, {})
        answers.settle_answer(run, book, order, asked)
        message, code = "settled", ExitCode.OK
    except DcaguardError as error:
        message, code = str(error), error.exit_code
    order = book.read.order(order.client_order_id) or order
    if order.status is Status.OPEN and code is ExitCode.OK:
        message = "it rests at the venue; `run` cancels it when its time is over"
    if word is Word.AS_BOUGHT and _is_silent(order, asked, code):
        # It rested when something could be asked last; what became of it nobody can tell.
        facts = {"detail": "a person says that nothing can tell of it"}
        order = book.write.move_order(order.client_order_id, Status.UNKNOWN, run.now, facts)
    if order.status in UNRESOLVED and word is Word.ABANDON:
        order, proof, message, code = _abandon(run, book, order, asked)
        evidence = (*evidence, *(line for line in proof if line not in evidence))
    elif order.status in UNRESOLVED and word is Word.AS_BOUGHT:
        order, message, code = _as_bought(run, book, order, asked, (message, code))
    elif word is not None and code is ExitCode.OK:
        not_done = "not given up" if word is Word.ABANDON else "nothing is assumed"
        message = f"{not_done}: the order is {order.status}"
    proofs = len(answers.absence_proofs(book.read, order))
    return Resolved(order, evidence, proofs, message, code)


def _is_silent(order: Order, asked: asking.Asked, code: ExitCode) -> bool:
    """Tell whether nothing was heard of an order that rested when it was last asked for."""
    heard = asked.answer.absence is not Absence.NO_ANSWER or asked.answer.reports
    return order.status is Status.OPEN and not heard and code is not ExitCode.IO


def _ask(run: Pass, book: Book, order: Order) -> asking.Asked:
    """Ask an order's venue; that there is none to be asked is an answer too."""
    try:
        if order.account not in run.world.config.accounts:
            raise no_such_account(order)
        wrong = elsewhere(run, book.read, order)
        return asking.ask(run.venue(order.account), order, wrong)
    except DcaguardError as error:
        return asking.Asked(order, LookUp(absence=Absence.NO_ANSWER), error)


def _as_bought(
    run: Pass, book: Book, order: Order, asked: asking.Asked, told: tuple[str, ExitCode]
) -> tuple[Order, str, ExitCode]:
    """Count an order as bought by a person's word: its account is free, its slot is used up.

    What the venue shows of it is written down instead; what it shows and can not be, or a disk
    that is full, is no matter of words.
    """
    if asked.answer.reports or told[1] in {ExitCode.RECONCILE, ExitCode.IO}:
        return order, *told
    after = count_as_bought(book, order, (*asked.answer.evidence, told[0]), run.now)
    message = (
        f"{TOLD}: {order.max_quote} {order.symbol.partition('/')[2]} count as spent, nothing of "
        "it carries, and its slot is not sent again; if its fills show, they are recorded"
    )
    return after, message, ExitCode.OK


def _abandon(
    run: Pass, book: Book, order: Order, asked: asking.Asked
) -> tuple[Order, tuple[str, ...], str, ExitCode]:
    """Give an order up by a person's word: only when the venue clearly says it has no such order.

    Proof by waiting is what `run` does; a person may go ahead of the second proof, never against
    an order that shows, a venue that is silent, or a request that may still arrive.
    """
    refused = f"order {order.client_order_id}: not given up: "
    if asked.error is not None:
        told = f"{refused}{str(asked.error).rstrip('.')}; {answers.BY_WORD}"
        return order, (), told, OrderUnknownError.exit_code
    window = run.venue(order.account).receive_window_seconds
    verdict = judge(order, asked.answer, run.now, window)
    if verdict.known is not Known.ASK_FOR_PROOF:
        why, remedy = verdict.why or "the venue shows the order", "run again later"
        if asked.answer.absence is Absence.NOT_FOUND:
            why += (
                f"; absence can be proved from {proof_possible_at(order, window):%H:%M:%S} UTC on"
            )
        elif not asked.answer.reports:
            why, remedy = f"{why} ({against(asked.answer)})", f"{remedy}; {answers.BY_WORD}"
        return order, (), f"{refused}{why}: {remedy}", OrderUnknownError.exit_code
    try:
        answers.refuse_other_time(run, order)
    except DcaguardError as error:
        return order, (), f"{refused}{error}", error.exit_code
    if why := denied_by_another(run, book, order):
        told = f"{refused}{why}; {answers.BY_WORD}"
        return order, (), told, OrderUnknownError.exit_code
    proof = prove(run, book, order)
    if proof.reports:
        after = record_all(book, order, proof.reports, run.now)
        told = f"{refused}the venue shows it"
        return after, proof.evidence, told, OrderUnknownError.exit_code
    if proof.absence is not Absence.NOT_FOUND:
        told = f"{refused}{against(proof)}; {answers.BY_WORD}"
        return order, proof.evidence, told, OrderUnknownError.exit_code
    facts = {"detail": "given up by a person", "evidence": proof.evidence}
    gone = record_refused(book, order, Status.ABANDONED, facts, run.now)
    told = "given up: the venue has no such order; the slot is not sent again"
    return gone, proof.evidence, told, ExitCode.OK


def _find(world: World, prefix: str) -> Order:
    """Return the one order whose id begins like this; UsageError, NoInputError, ConfigError."""
    if len(prefix) < _PREFIX_MIN:
        msg = f"resolve {prefix!r}: give at least {_PREFIX_MIN} characters of the order's id"
        raise UsageError(msg)
    rows = world.journal.orders()
    found = [order for order in rows if order.client_order_id.startswith(prefix.lower())]
    if not found:
        msg = f"resolve {prefix}: no order has this id: `dcaguard audit trades` lists them"
        raise NoInputError(msg)
    if len(found) > 1:
        msg = f"resolve {prefix}: {len(found)} orders begin like this: give more of the id"
        raise ConfigError(msg)
    return found[0]


_PREFIX_MIN = 4
