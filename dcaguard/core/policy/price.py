"""Whether a quote may be bought on: fresh, two-sided, narrow, and believed by a second venue."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from dcaguard.core.market import Market, Quote
from dcaguard.core.money import ONE, ZERO, quotient, round_down, times
from dcaguard.core.reason import Code, Reason, because

# A venue's clock may run a little ahead of ours; further ahead is refused by the clock check.
_AHEAD_MAX = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """What another venue asks for the same asset; None when it gave no usable price."""

    source: str
    ask: Decimal | None  # quote per base
    tolerance: Decimal  # share
    why: str = ""  # why it gave none


@dataclass(frozen=True, slots=True)
class PriceRules:
    """The owner's price limits."""

    collar: Decimal  # share above the ask
    spread_max: Decimal  # share of the middle
    staleness: timedelta


def unusable(
    quote: Quote | None, rules: PriceRules, now: datetime, symbol: str
) -> tuple[Reason, ...]:
    """Return why this quote is no data to buy on; empty when it is."""
    if quote is None:
        return (because(Code.PRICE_UNKNOWN, symbol=symbol),)
    sides = {"bid": quote.bid, "ask": quote.ask}
    for value in sides.values():
        if value is not None and (not value.is_finite() or value <= ZERO):
            return (because(Code.PRICE_UNKNOWN, symbol=symbol, **sides),)
    if quote.bid is None or quote.ask is None:
        return (because(Code.BOOK_ONE_SIDED, symbol=symbol, **sides),)
    reasons = []
    if quote.bid > quote.ask:
        reasons.append(because(Code.BOOK_CROSSED, symbol=symbol, **sides))
    if quote.at > now + _AHEAD_MAX:
        reasons.append(because(Code.PRICE_FUTURE, price_at=quote.at, now=now))
    if now - quote.at > rules.staleness:
        reasons.append(
            because(
                Code.PRICE_STALE,
                price_at=quote.at,
                source=quote.source,
                staleness_max_hours=hours(rules.staleness),
            )
        )
    return tuple(reasons)


def hours(span: timedelta) -> Decimal:
    """Return a span in hours, to a hundredth."""
    return round_down(quotient(Decimal(int(span.total_seconds())), Decimal(3600)), Decimal("0.01"))


def objections(quote: Quote, rules: PriceRules, second: SecondOpinion | None) -> tuple[Reason, ...]:
    """Return why this usable quote is too dear or too wide to buy on."""
    assert quote.bid is not None
    assert quote.ask is not None
    reasons = []
    middle = quotient(quote.bid + quote.ask, Decimal(2))
    spread = quotient(quote.ask - quote.bid, middle)
    if spread > rules.spread_max:
        reasons.append(
            because(Code.SPREAD_WIDE, spread=_rounded(spread), spread_max=rules.spread_max)
        )
    if second is not None and second.ask is not None:
        gap = quotient(abs(quote.ask - second.ask), second.ask)
        if gap > second.tolerance:
            reasons.append(
                because(
                    Code.PRICE_DISAGREES,
                    ask=quote.ask,
                    other=second.ask,
                    other_source=second.source,
                    gap=_rounded(gap),
                    tolerance=second.tolerance,
                )
            )
    return tuple(reasons)


def opinion(
    source: str, tolerance: Decimal, quote: Quote | None, reasons: tuple[Reason, ...]
) -> SecondOpinion:
    """Return what a second venue's quote is worth, given why it is `unusable`.

    A book wider than the tolerance can not tell two prices that far apart.
    """
    if reasons:
        return SecondOpinion(source, None, tolerance, reasons[0].code)
    assert quote is not None
    assert quote.bid is not None
    assert quote.ask is not None
    spread = quotient(quote.ask - quote.bid, quotient(quote.bid + quote.ask, Decimal(2)))
    if spread > tolerance:
        return SecondOpinion(source, None, tolerance, Code.SPREAD_WIDE)
    return SecondOpinion(source, quote.ask, tolerance)


def _rounded(share: Decimal) -> Decimal:
    return round_down(share, Decimal("0.000001"))


def limit_price(ask: Decimal, collar: Decimal, market: Market) -> Decimal:
    """Return the highest price we would pay: ask * (1 + collar), rounded down to the tick."""
    return round_down(times(ask, ONE + collar), market.price_step)


def order_amount(budget_quote: Decimal, limit: Decimal, market: Market) -> Decimal:
    """Return the base amount whose worst case (all at the limit, plus fee) is within the budget."""
    worst = times(limit, ONE + market.taker_fee)
    if worst <= ZERO:  # the tick is coarser than the price: no order can be priced
        return ZERO
    amount = round_down(quotient(budget_quote, worst), market.amount_step)
    ceilings = [market.amount_max] if market.amount_max is not None else []
    if market.cost_max is not None:
        ceilings.append(quotient(market.cost_max, limit))
    return min((amount, *(round_down(ceiling, market.amount_step) for ceiling in ceilings)))


def worst_cost(amount: Decimal, limit: Decimal, market: Market) -> Decimal:
    """Return the most that this order can cost, fee included, in quote."""
    return times(times(amount, limit), ONE + market.taker_fee)


def below_minimum(amount: Decimal, price: Decimal, market: Market) -> Reason | None:
    """Tell why the venue would not take so little. The cost is counted at `price`, not at worst."""
    cost = times(amount, price)
    low_amount = market.amount_min is not None and amount < market.amount_min
    low_cost = market.cost_min is not None and cost < market.cost_min
    if amount > ZERO and not low_amount and not low_cost:
        return None
    return because(
        Code.BELOW_MINIMUM,
        amount=amount,
        cost=_rounded(cost),
        amount_min=market.amount_min,
        cost_min=market.cost_min,
    )
