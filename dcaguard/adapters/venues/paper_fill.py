"""What a purchase would have got at a given quote: the one fill model of paper and dry runs."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dcaguard.core.market import Market, Quote
from dcaguard.core.money import ONE, ZERO, quotient, round_down, round_up, times
from dcaguard.core.order import Fill, Order, Status, VenueReport

# The rules of every paper market. Coins below ten of the quote get a finer price step.
AMOUNT_STEP = Decimal("1E-8")
PRICE_STEP = Decimal("0.01")
FINE_PRICE_STEP = Decimal("1E-6")
FINE_BELOW = Decimal(10)
COST_MIN = Decimal(5)
_FEE_STEP = Decimal("1E-8")
_HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Terms:
    """What trading costs here. Shares of cost, and of the price between bid and ask."""

    fee: Decimal
    spread: Decimal = ZERO
    depth_quote: Decimal | None = None  # quote on offer at the ask; None: as much as is asked


def paper_market(symbol: str, price: Decimal | None, fee: Decimal) -> Market:
    """Return the rules of a symbol on the embedded exchange."""
    base, quote = symbol.split("/")
    fine = price is not None and price < FINE_BELOW
    return Market(
        symbol=symbol,
        base=base,
        quote=quote,
        spot=True,
        active=True,
        amount_step=AMOUNT_STEP,
        price_step=FINE_PRICE_STEP if fine else PRICE_STEP,
        amount_min=None,
        amount_max=None,
        cost_min=COST_MIN,
        cost_max=None,
        taker_fee=fee,
    )


def quote_around(
    symbol: str, price: Decimal, terms: Terms, step: Decimal, at: tuple[datetime, str]
) -> Quote:
    """Return bid and ask half a spread to each side of `price`; `at` is (instant, source)."""
    half = times(terms.spread, _HALF)
    bid = round_down(times(price, ONE - half), step)
    ask = round_up(times(price, ONE + half), step)
    on_offer = None if terms.depth_quote is None else quotient(terms.depth_quote, ask)
    return Quote(symbol, bid if bid > ZERO else None, ask, at[0], at[1], on_offer)


def bought(order: Order, ask: Decimal, market: Market, terms: Terms) -> Decimal:
    """Return how much base the order gets at `ask`: none above its limit, never above depth."""
    if order.type != "market" and ask > order.limit_price:
        return ZERO
    amount = order.amount
    if order.type == "market":
        # A market order has no limit of its own; what it may spend bounds it.
        amount = min(amount, quotient(order.max_quote, times(ask, ONE + terms.fee)))
    if terms.depth_quote is not None:
        amount = min(amount, quotient(terms.depth_quote, ask))
    return round_down(amount, market.amount_step)


def one_fill(order: Order, amount: Decimal, price: Decimal, fee: Decimal, at: datetime) -> Fill:
    """Return the execution; its fee is taken in quote and rounded up."""
    cost = times(amount, price)
    return Fill(
        account=order.account,
        symbol=order.symbol,
        trade_id=f"paper-{order.client_order_id[:16]}",
        client_order_id=order.client_order_id,
        side="BUY",
        amount=amount,
        price=price,
        cost=cost,
        fee_amount=round_up(times(cost, fee), _FEE_STEP),
        fee_currency=order.symbol.split("/")[1],
        filled_at=at,
    )


def report(order: Order, fills: tuple[Fill, ...], *, resting: bool = False) -> VenueReport:
    """Return what a venue would say of the order with these executions."""
    filled = sum((fill.amount for fill in fills), ZERO)
    closed = Status.FILLED if filled == order.amount else Status.PARTIAL_CLOSED
    return VenueReport(
        client_order_id=order.client_order_id,
        venue_order_id=f"paper-{order.client_order_id}",
        status=Status.OPEN if resting else closed,
        filled=filled,
        cost=sum((fill.cost for fill in fills), ZERO),
        fills=fills,
        fills_complete=True,
    )
