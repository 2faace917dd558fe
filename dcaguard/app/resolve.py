"""Settle one order whose outcome is not known: every answer shown, nothing given up unproved."""

from dataclasses import dataclass

from dcaguard.app import recover
from dcaguard.app.context import Pass
from dcaguard.app.record import record_refused
from dcaguard.app.world import World
from dcaguard.core.errors import (
    ConfigError,
    DcaguardError,
    ExitCode,
    NoInputError,
    OrderUnknownError,
    UsageError,
)
from dcaguard.core.order import UNRESOLVED, Absence, Order, Status
from dcaguard.ports import Journal


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
    journal, order = _find(world, prefix)
    run.begin()
    book = run.book(order.account)
    assert book.write is journal
    if order.status not in UNRESOLVED:
        run.end(0, "OK")
        told = f"nothing to settle: the order is {order.status}"
        return Resolved(order, (), 0, told, ExitCode.OK)
    asked = recover.ask(run.venue(order.account), order)
    try:
        if order.status is Status.SENDING:
            order = book.write.move_order(order.client_order_id, Status.UNKNOWN, run.now, {})
        recover.settle_answer(run, book, order, asked)
        message, code = "settled", ExitCode.OK
    except DcaguardError as error:
        message, code = str(error), error.exit_code
    order = journal.order(order.client_order_id) or order
    if abandon and order.status in UNRESOLVED:
        order, message, code = _abandon(run, order, asked)
    proofs = len(recover.absence_proofs(journal, order))
    run.end(int(code), code.name)
    return Resolved(order, asked.answer.evidence, proofs, message, code)


def _abandon(run: Pass, order: Order, asked: recover.Asked) -> tuple[Order, str, ExitCode]:
    """Give an order up by a person's word: only when the venue clearly says it has no such order.

    Proof by waiting is what `run` does; a person may go ahead of the second proof, never against
    an order that shows, a venue that is silent, or a request that may still arrive.
    """
    from dcaguard.core.recover import Known, judge

    window = run.venue(order.account).receive_window_seconds
    verdict = judge(order, asked.answer, run.now, window)
    if verdict.known is not Known.ASK_FOR_PROOF:
        why = verdict.why or "the venue shows the order"
        msg = f"order {order.client_order_id}: not given up: {why}: run again later"
        return order, msg, OrderUnknownError.exit_code
    proof = run.venue(order.account).prove_absence(order)
    if proof.absence is not Absence.NOT_FOUND:
        said = "; ".join(proof.evidence) or "something at the venue speaks against it"
        msg = f"order {order.client_order_id}: not given up: {said}"
        return order, msg, OrderUnknownError.exit_code
    facts = {"detail": "given up by a person", "evidence": proof.evidence}
    gone = record_refused(run.book(order.account), order, Status.ABANDONED, facts, run.now)
    return gone, "given up: the venue has no such order; the slot is not sent again", ExitCode.OK


def _find(world: World, prefix: str) -> tuple[Journal, Order]:
    if len(prefix) < _PREFIX_MIN:
        msg = f"resolve {prefix!r}: give at least {_PREFIX_MIN} characters of the order's id"
        raise UsageError(msg)
    found = [
        (world.journal, order)
        for order in world.journal.orders()
        if order.client_order_id.startswith(prefix.lower())
    ]
    if not found:
        msg = f"resolve {prefix}: no order has this id: `dcaguard audit trades` lists them"
        raise NoInputError(msg)
    if len(found) > 1:
        msg = f"resolve {prefix}: {len(found)} orders begin like this: give more of the id"
        raise ConfigError(msg)
    return found[0]


_PREFIX_MIN = 4
