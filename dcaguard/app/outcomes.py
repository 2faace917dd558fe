"""What an order's venue did, as the sentence and the exit code that a person sees."""

from collections.abc import Sequence

from dcaguard.core.errors import (
    ConfigError,
    DcaguardError,
    LimitError,
    OrderUnknownError,
    ProtocolError,
    StorageError,
    TryAgainError,
    VenueUnavailableError,
)
from dcaguard.core.money import ZERO
from dcaguard.core.order import LookUp, Order, Placed, PlaceKind, Status, VenueReport
from dcaguard.ports import Venue


def silent(order: Order, found: LookUp) -> DcaguardError:
    """Say that the witness gave no answer: nothing was sent."""
    told = f"account {order.account}: the venue did not say whether it knows this order already"
    if found.transient:
        return TryAgainError(f"{told}: nothing was sent; run again later")
    return VenueUnavailableError(f"{told}: nothing was sent; run again when it answers")


def rejection(order: Order, placed: Placed) -> DcaguardError:
    """Say what the venue refused: funds are a limit, all else breaks the protocol."""
    told = f"account {order.account}: the venue refused {order.symbol}: {_clause(placed)}"
    if placed.kind is PlaceKind.REJECTED_FUNDS:
        return LimitError(f"{told}: add cash; this slot is not sent again")
    return ProtocolError(f"{told}: this slot is not sent again; report the venue's code")


def shown_rejected(order: Order, reports: Sequence[VenueReport]) -> DcaguardError | None:
    """Say that a venue shows an order as one that it did not take; None for any other order."""
    if order.status is not Status.REJECTED:
        return None
    kind = reports[0].refused_as or PlaceKind.REJECTED_OTHER
    return rejection(order, Placed(kind, detail="it shows the order as rejected"))


def closed_unfilled(order: Order) -> VenueReport:
    """Return a post-only order that the book no longer let rest, as one that ended without a fill.

    Its money carries and its stated fallback buys, as when it had rested in vain.
    """
    return VenueReport(
        client_order_id=order.client_order_id,
        venue_order_id="",
        status=Status.PARTIAL_CLOSED,
        filled=ZERO,
        cost=ZERO,
        fills_complete=True,
    )


def not_sent(order: Order, placed: Placed) -> DcaguardError:
    """Say that nothing left the process."""
    return VenueUnavailableError(
        f"account {order.account}: no connection for {order.symbol} ({_clause(placed)}): "
        "nothing was sent, and this slot is not tried again"
    )


def unknown(order: Order, placed: Placed) -> DcaguardError:
    """Say that the outcome is not known, and what to do."""
    told = (
        f"account {order.account}: the outcome of order {order.client_order_id} "
        f"({order.symbol}) is not known: {_clause(placed)}: buying there waits; run again, "
        f"or see `dcaguard resolve {order.client_order_id}`"
    )
    if placed.kind is PlaceKind.IMPOSSIBLE:
        return ImpossibleReplyError(told)
    return OrderUnknownError(told)


def _clause(placed: Placed) -> str:
    """Return what was said as a part of a longer sentence."""
    return placed.detail.rstrip(".")


class OrderTypeError(ConfigError):
    """The venue can not do the order type that a strategy asks for."""

    def __init__(self, order: Order, venue: Venue) -> None:
        can = ", ".join(sorted(venue.order_types))
        super().__init__(
            f"strategies/{order.strategy}.toml: order.type: {venue.exchange} orders are sent as "
            f"{can} only, not as {order.type}: change it; nothing was sent"
        )


class ResultNotKeptError(StorageError):
    """An order was sent and what the venue said of it could not be written down."""

    def __init__(self, order: Order, placed: Placed, error: StorageError) -> None:
        said = f"{placed.kind} {placed.code} {placed.detail}".strip()
        if placed.report is not None:
            report = placed.report
            said = (
                f"{report.status}, its id {report.venue_order_id}, filled {report.filled}, "
                f"cost {report.cost}"
            )
        super().__init__(
            f"order {order.client_order_id} of {order.symbol} was sent, but the venue's answer "
            f"could not be written down ({said}): {error} Free space and run again: the order "
            "stays SENDING, and the next run asks the venue for it."
        )


class ImpossibleReplyError(ProtocolError):
    """The reply to an order contradicts the order; the order counts as unknown."""
