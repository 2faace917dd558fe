"""Orders that should rest no longer: which they are, and what is told of one that still may."""

from dcaguard.app.context import Book, Pass
from dcaguard.app.logins import unresolved
from dcaguard.app.sight import sight_of
from dcaguard.core.errors import (
    DcaguardError,
    OrderUnknownError,
    TryAgainError,
    VenueUnavailableError,
)
from dcaguard.core.money import ZERO
from dcaguard.core.order import RESTING, Absence, LookUp, Order, Status


def overdue(run: Pass, order: Order) -> bool:
    """Tell whether a resting order has rested long enough; an unwanted one always has.

    Unwanted while a person's halt is set or the gate lets nothing through: what rests could fill.
    """
    if order.status is not Status.OPEN:
        return False
    if run.of_main or run.world.halt.reason() is not None:
        return True
    strategy = run.world.strategies.get(order.strategy)
    if strategy is None:
        # A file that can not be read does not say that its order is unwanted.
        return order.strategy not in run.world.broken_names
    if strategy.order.type != "post-only" or strategy.account != order.account:
        return True
    if run.now >= (order.sent_at or order.created_at) + strategy.order.ttl:
        return True
    gate = sight_of(run.world, run.known_at or run.now).gate_view(strategy, run.account(strategy))
    return gate.enabled and (bool(gate.lock) or gate.share <= ZERO)


def not_ended(run: Pass, book: Book, account: str) -> list[Order]:
    """Return orders that keep an account from buying: without an outcome, or resting too long.

    A rehearsal cancels nothing: what the run itself would end first stops no preview.
    """
    rows = unresolved(run, book, account)
    if run.dry_run:
        return rows
    resting = book.read.orders(account=account, status=RESTING)
    return [*rows, *(order for order in resting if overdue(run, order))]


def not_told(
    run: Pass, order: Order, answer: LookUp, error: DcaguardError | None
) -> DcaguardError | None:
    """Return what to say of a resting order when no answer about it could be used.

    None for one that its venue does not list yet: it was asked, and nothing is wrong so far.
    """
    said = str(error) if error is not None else _last(answer)
    if overdue(run, order):
        return RestsOnError(order, said)
    if error is None and answer.absence is Absence.NOT_FOUND:
        return None
    return RestNotAskedError(order, said, error or _silence(answer))


def rests_on(run: Pass, order: Order, answer: LookUp) -> DcaguardError | None:
    """Return what to say of an order that was to be cancelled and that its venue still shows."""
    if order.status is not Status.OPEN or not overdue(run, order):
        return None
    told = [line for line in answer.evidence if line.startswith("cancel: ")]
    return RestsOnError(order, told[0] if told else _last(answer))


def _last(answer: LookUp) -> str:
    return answer.evidence[-1] if answer.evidence else "the venue gave no usable answer"


def _silence(answer: LookUp) -> DcaguardError:
    return TryAgainError() if answer.transient else VenueUnavailableError()


class RestsOnError(OrderUnknownError):
    """An order that should rest no longer may still fill."""

    def __init__(self, order: Order, said: str) -> None:
        super().__init__(
            f"account {order.account}: order {order.client_order_id} ({order.symbol}) should rest "
            f"no longer, and whether it ended is not known: {said}: it may still fill, and buying "
            "there waits; run again later, or cancel it at the venue"
        )


class RestNotAskedError(DcaguardError):
    """A resting order could not be asked for; the exit code is that of what was in the way."""

    def __init__(self, order: Order, said: str, why: DcaguardError) -> None:
        super().__init__(
            f"account {order.account}: order {order.client_order_id} ({order.symbol}) rests at "
            f"the venue and could not be asked for: {said}: run again later"
        )
        self.exit_code = why.exit_code
