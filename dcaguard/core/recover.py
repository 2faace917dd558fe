"""Our unresolved order and a venue's answer -> what is now known. Error is not absence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from dcaguard.core.money import ZERO, quotient, round_up, times
from dcaguard.core.order import Absence, LookUp, Order, Status, VenueReport

# A request may be delayed on its way; after the venue's own receive window it is refused there.
GHOST_WAIT = timedelta(minutes=10)
PROOFS_NEEDED = 2
PROOFS_APART = timedelta(seconds=60)
_MONEY_STEP = Decimal("1E-8")  # quote; worst cases are rounded up to it


class Known(StrEnum):
    """What a look-up settles."""

    FOUND = "FOUND"
    FOUND_TWICE = "FOUND_TWICE"
    STILL_UNKNOWN = "STILL_UNKNOWN"
    ASK_FOR_PROOF = "ASK_FOR_PROOF"  # not found, and late enough that absence may be proved
    ABSENT = "ABSENT"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to write down about one unresolved order."""

    known: Known
    report: VenueReport | None = None
    why: str = ""


def proof_possible_at(order: Order, receive_window_seconds: int) -> datetime:
    """Return the instant from which "not found" says something about this order."""
    sent = order.sent_at or order.created_at
    return sent + timedelta(seconds=receive_window_seconds) + GHOST_WAIT


def judge(order: Order, answer: LookUp, now: datetime, receive_window_seconds: int) -> Verdict:
    """Say what an answer to "do you have this order?" means."""
    if len(answer.reports) > 1:
        return Verdict(
            Known.FOUND_TWICE, answer.reports[0], "the venue holds two orders with our id"
        )
    if answer.reports:
        return Verdict(Known.FOUND, answer.reports[0])
    if answer.absence is not Absence.NOT_FOUND:
        return Verdict(Known.STILL_UNKNOWN, why="the venue gave no usable answer")
    if now < proof_possible_at(order, receive_window_seconds):
        return Verdict(Known.STILL_UNKNOWN, why="too early to prove that it never arrived")
    return Verdict(Known.ASK_FOR_PROOF)


def absence_proved(proofs: Sequence[datetime], now: datetime) -> bool:
    """Tell whether a proof at `now` completes two that lie a minute apart."""
    return len(proofs) >= PROOFS_NEEDED - 1 and now - min(proofs) >= PROOFS_APART


def together(reports: Sequence[VenueReport]) -> VenueReport:
    """Return everything that a venue holds under one of our ids as one report: all of it counts."""
    first = reports[0]
    if len(reports) == 1:
        return first
    statuses = {report.status for report in reports}
    status = Status.PARTIAL_CLOSED
    if Status.OPEN in statuses:
        status = Status.OPEN
    elif Status.FILLED in statuses:
        status = Status.FILLED  # what was meant is there, and more
    elif len(statuses) == 1:
        status = first.status
    return VenueReport(
        client_order_id=first.client_order_id,
        venue_order_id=first.venue_order_id,
        status=status,
        filled=sum((report.filled for report in reports), ZERO),
        cost=sum((report.cost for report in reports), ZERO),
        fills=tuple(fill for report in reports for fill in report.fills),
        fills_complete=all(report.fills_complete for report in reports),
        amount=_all_told([report.amount for report in reports], sum),
        limit_price=_all_told([report.limit_price for report in reports], max),
    )


def as_held(order: Order, report: VenueReport) -> Order:
    """Return the order as it stands at the venue, with the worst case that its terms mean.

    What was sent under our id by another machine, or before the journal was lost, may ask for
    more than would be sent today. The fee's share is the one we would have reckoned with.
    """
    amount, limit = report.amount, report.limit_price
    if not amount or not limit or (amount, limit) == (order.amount, order.limit_price):
        return order
    fee_factor = quotient(order.max_quote, times(order.amount, order.limit_price))
    worst = round_up(times(times(amount, limit), fee_factor), _MONEY_STEP)
    return replace(order, amount=amount, limit_price=limit, max_quote=worst)


def _all_told(
    values: Sequence[Decimal | None], of: Callable[[Sequence[Decimal]], Decimal | int]
) -> Decimal | None:
    told = [value for value in values if value is not None]
    return Decimal(of(told)) if len(told) == len(values) else None
