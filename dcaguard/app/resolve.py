"""Settle one order whose outcome is not known: every answer shown, nothing given up unproved."""

from dataclasses import dataclass, replace

from dcaguard.app import answers, asking
from dcaguard.app.absence import against, prove
from dcaguard.app.context import Book, Pass
from dcaguard.app.logins import denied_by_another
from dcaguard.app.record import record_all, record_refused, twins
from dcaguard.app.sent import sent_from
from dcaguard.app.world import World, check_clock
from dcaguard.core.errors import (
    ConfigError,
    DcaguardError,
    ExitCode,
    NoInputError,
    OrderUnknownError,
    UsageError,
)
from dcaguard.core.order import UNRESOLVED, Absence, Order, Status
from dcaguard.core.recover import Known, judge, proof_possible_at


@dataclass(frozen=True, slots=True)
class Resolved:
    """One order, what its venue said, and what stands now."""

    order: Order
    evidence: tuple[str, ...]
    proofs: int
    message: str
    exit_code: ExitCode


def resolve(world: World, prefix: str, run_id: str, *, abandon: bool) -> Resolved:
    """Ask about an order; with `abandon` give it up, refused when anything speaks against it."""
    run = Pass(world, run_id, world.clock.now(), dry_run=False)
    check_clock(world, run.now)
    order = _find(world, prefix)
    if order.account not in world.config.accounts:
        msg = (
            f"resolve {prefix}: account {order.account} is not in the config: put "
            f"[accounts.{order.account}] back, so that its venue can be asked"
        )
        raise ConfigError(msg)
    if not run.keeps_main(order.account):
        run = replace(run, of_main=True)  # it was sent while the account was live
    run.begin()
    book = run.book(order.account)
    if order.status in UNRESOLVED | {Status.OPEN}:
        found = _asked(run, book, order, abandon=abandon)
    else:
        found = _known(book, order)
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
    told = f"nothing to settle: the order is {order.status}"
    return Resolved(order, tuple(rows), 0, told, ExitCode.OK)


def _asked(run: Pass, book: Book, order: Order, *, abandon: bool) -> Resolved:
    """Ask the venue, write what that settles, and give up what a person may give up."""
    asked = asking.ask(run.venue(order.account), order, sent_from(book.read, order))
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
    if abandon and order.status not in UNRESOLVED and code is ExitCode.OK:
        message = f"not given up: the order is {order.status}"
    elif abandon and order.status in UNRESOLVED:
        order, proof, message, code = _abandon(run, book, order, asked)
        evidence = (*evidence, *(line for line in proof if line not in evidence))
    proofs = len(answers.absence_proofs(book.read, order))
    return Resolved(order, evidence, proofs, message, code)


def _abandon(
    run: Pass, book: Book, order: Order, asked: asking.Asked
) -> tuple[Order, tuple[str, ...], str, ExitCode]:
    """Give an order up by a person's word: only when the venue clearly says it has no such order.

    Proof by waiting is what `run` does; a person may go ahead of the second proof, never against
    an order that shows, a venue that is silent, or a request that may still arrive.
    """
    refused = f"order {order.client_order_id}: not given up: "
    window = run.venue(order.account).receive_window_seconds
    verdict = judge(order, asked.answer, run.now, window)
    if asked.error is not None:
        return order, (), f"{refused}{asked.error}", OrderUnknownError.exit_code
    if verdict.known is not Known.ASK_FOR_PROOF:
        why = verdict.why or "the venue shows the order"
        if asked.answer.absence is Absence.NOT_FOUND:
            why += (
                f"; absence can be proved from {proof_possible_at(order, window):%H:%M:%S} UTC on"
            )
        return order, (), f"{refused}{why}: run again later", OrderUnknownError.exit_code
    try:
        answers.refuse_other_time(run, order)
    except DcaguardError as error:
        return order, (), f"{refused}{error}", error.exit_code
    if why := denied_by_another(run, book, order):
        return order, (), f"{refused}{why}", OrderUnknownError.exit_code
    proof = prove(run, book, order)
    if proof.reports:
        after = record_all(book, order, proof.reports, run.now)
        told = f"{refused}the venue shows it"
        return after, proof.evidence, told, OrderUnknownError.exit_code
    if proof.absence is not Absence.NOT_FOUND:
        said = against(proof)
        return order, proof.evidence, f"{refused}{said}", OrderUnknownError.exit_code
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
