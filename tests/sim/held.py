"""One order as a venue holds it: what was executed, and what of it the venue shows already."""

from collections.abc import Container
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from dcaguard.core.order import Fill, Order, Status

ZERO = Decimal(0)


@dataclass(slots=True, eq=False)
class Held:
    """One order: it rests while it is OPEN, and then never again."""

    order: Order
    venue_order_id: str
    sender: object  # the host that sent it
    asked_at: datetime | None  # when its sender last heard that the venue does not know its id
    sent_at: datetime
    arrived_at: datetime
    shows_at: datetime
    trades_show_at: datetime
    status: Status = Status.OPEN
    fills: tuple[Fill, ...] = ()
    late: dict[str, datetime] = field(default_factory=dict)  # trade id -> when it first shows
    coming: list[tuple[datetime, Decimal]] = field(default_factory=list)  # while it rests
    ends_at: datetime | None = None  # a cancel that the venue has taken and not yet done

    def shown(self, at: datetime) -> tuple[Fill, ...]:
        """Return the executions that the venue admits at this instant."""
        if not self.late:
            return self.fills
        return tuple(f for f in self.fills if self.late.get(f.trade_id, at) <= at)

    @property
    def filled(self) -> Decimal:
        return sum((f.amount for f in self.fills), ZERO)

    @property
    def rest(self) -> Decimal:
        return self.order.amount - self.filled

    def status_at(self, at: datetime) -> Status:
        """Return the status that the venue tells; a late fill does not count before it shows."""
        if self.status is Status.FILLED and self.shown(at) != self.fills:
            return Status.PARTIAL_CLOSED
        return self.status

    @property
    def spent(self) -> Decimal:
        """Quote that left the account, a fee in quote included."""
        return spent_by(self.fills)

    @property
    def spent_late(self) -> Decimal:
        """What the fills cost that showed only after the order had ended."""
        return spent_by(tuple(f for f in self.fills if f.trade_id in self.late))

    def worst(self, known: Container[str]) -> Decimal:
        """Return what it has cost, or at most may cost while it is open.

        A fill that the venue kept back counts once it is among the trades that are `known`.
        """
        if self.status is Status.OPEN:
            return self.order.max_quote
        return spent_by(
            tuple(f for f in self.fills if f.trade_id not in self.late or f.trade_id in known)
        )


def spent_by(fills: tuple[Fill, ...]) -> Decimal:
    paid = (f.cost + (f.fee_amount if f.fee_currency == "USDT" else ZERO) for f in fills)
    return sum(paid, ZERO)
