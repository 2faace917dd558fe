"""Matches an order against a scripted book: thin books fill partly, crossing rests never."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal

from tests.venues.wire.records import WireOrder

Level = tuple[Decimal, Decimal]  # price, amount of base


@dataclass
class Book:
    """Both sides of one market. `age_seconds` makes the venue's own time stamp old."""

    bids: list[Level] = field(default_factory=list)
    asks: list[Level] = field(default_factory=list)
    age_seconds: float = 0.0
    version: int = 1
    last: Decimal = Decimal(0)

    def mid(self) -> Decimal:
        if self.bids and self.asks:
            return (self.bids[0][0] + self.asks[0][0]) / 2
        return self.last


def levels(rows: object) -> list[Level]:
    """Return rows of [price, amount] (anything Decimal can read) as levels."""
    return [(Decimal(str(price)), Decimal(str(amount))) for price, amount in rows]  # type: ignore[attr-defined]


def reachable(order: WireOrder, book: Book) -> list[Level]:
    """Return the opposite levels this order may trade with, best first."""
    if order.side == "buy":
        return [x for x in book.asks if order.type == "market" or x[0] <= order.price]
    return [x for x in book.bids if order.type == "market" or x[0] >= order.price]


def crosses(order: WireOrder, book: Book) -> bool:
    """Tell whether the order would take liquidity at once."""
    return bool(reachable(order, book))


def fills(order: WireOrder, book: Book, step: Decimal, share: Decimal) -> list[Level]:
    """Return what the order takes from the book; `share` (0..1) keeps only a part of it.

    The book is not changed: `take` does that.
    """
    taken: list[Level] = []
    left, quote_left = order.amount * share, order.quote_amount * share
    for price, offered in reachable(order, book):
        wanted = quote_left / price if order.quote_amount else left
        amount = (min(offered, wanted) / step).to_integral_value(ROUND_DOWN) * step
        if amount <= 0:
            break
        taken.append((price, amount))
        left -= amount
        quote_left -= amount * price
    return taken


def take(book: Book, side: str, taken: list[Level]) -> None:
    """Remove from the book what an order took."""
    name = "asks" if side == "buy" else "bids"
    gone = dict(taken)
    rest = [(p, a - gone.get(p, Decimal(0))) for p, a in getattr(book, name)]
    setattr(book, name, [x for x in rest if x[1] > 0])
    book.version += 1
    if taken:
        book.last = taken[-1][0]


FeeRule = Callable[[WireOrder, Decimal, Decimal], tuple[Decimal, str]]
