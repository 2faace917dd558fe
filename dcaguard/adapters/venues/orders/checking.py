"""A venue's word about an order, held against what was decided and never repaired."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NoReturn

from dcaguard.core.market import Market
from dcaguard.core.money import EXACT, ONE, ZERO, parse_decimal, plain, times
from dcaguard.core.order import Fill, Order, Status, VenueReport

# A cost may differ from price times amount by the last place it is told with, and is told with five
# digits at least: 1493.9 for 1493.90106, says kraken.
_PLACE_MAX = Decimal("0.01")  # quote
_COST_SHARE = Decimal("0.0001")
# Of what was traded, and four times the dearest fee that these venues ask (1.2 percent): a fee that
# is only dearer than planned was paid all the same and must be written down.
_FEE_SHARE = Decimal("0.05")
_FEE_PLACE_MAX = Decimal("0.00001")
# Ids, symbols and words of a venue are far shorter.
_WORD_MAX = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# 9999-12-31 in microseconds: later instants are no instants.
_UNBOUNDED = Decimal("1E+40")
_MICROSECONDS_MAX = Decimal(253402300799000000)


class ContradictionError(Exception):
    """The reply can not be true of the order that was sent."""


class UnclearError(Exception):
    """The reply leaves open what became of the order."""


def demand(true: bool, otherwise: str) -> None:  # noqa: FBT001 (reads as a sentence)
    """Raise ContradictionError with `otherwise` unless it is true."""
    if not true:
        raise ContradictionError(otherwise)


def table(value: object, what: str) -> Mapping[str, object]:
    """Return `value` as an object; UnclearError when it is none."""
    if not isinstance(value, dict):
        msg = f"{what} is missing"
        raise UnclearError(msg)
    return value


def rows(value: object, what: str) -> Sequence[Mapping[str, object]]:
    """Return `value` as a list of objects; UnclearError when it is none."""
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        msg = f"{what} is not a list of objects"
        raise UnclearError(msg)
    return value


def word(row: Mapping[str, object], key: str) -> str:
    """Return a text or whole number as text; UnclearError when absent, endless or anything else."""
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        msg = f"{key} is missing"
        raise UnclearError(msg)
    text = str(value)
    if len(text) > _WORD_MAX:
        msg = f"{key} is no name"
        raise UnclearError(msg)
    return text


def number(row: Mapping[str, object], key: str) -> Decimal:
    """Return a finite number >= 0. Absent: UnclearError; impossible: ContradictionError."""
    if row.get(key) is None:
        msg = f"{key} is missing"
        raise UnclearError(msg)
    value = parse_decimal(row[key])
    if value is None or value < 0:
        msg = f"{key} is no possible number"
        raise ContradictionError(msg)
    return value


def instant_ms(row: Mapping[str, object], key: str) -> datetime:
    """Return an instant given in milliseconds since 1970."""
    return _instant(number(row, key) * 1000, key)


def instant_seconds(row: Mapping[str, object], key: str) -> datetime:
    """Return an instant given in seconds since 1970, with a fraction."""
    return _instant(number(row, key) * 1_000_000, key)


def instant_text(row: Mapping[str, object], key: str) -> datetime:
    """Return an instant given as RFC 3339."""
    text = word(row, key)
    try:
        at = datetime.fromisoformat(text)
        # At the ends of the calendar the offset may lead out of it.
        return at.astimezone(UTC) if at.tzinfo is not None else _no_instant(key)
    except (ValueError, OverflowError):
        return _no_instant(key)


def _no_instant(key: str) -> NoReturn:
    msg = f"{key} is no instant"
    raise ContradictionError(msg)


def _instant(microseconds: Decimal, key: str) -> datetime:
    demand(microseconds <= _MICROSECONDS_MAX, f"{key} is no instant")
    return _EPOCH + timedelta(microseconds=int(microseconds))


def one_of_each(fills: Sequence[Fill]) -> tuple[Fill, ...]:
    """Return the fills once each, oldest first.

    The same trade told in two ways contradicts, and so does a cost that is not its own.
    """
    by_id: dict[str, Fill] = {}
    for fill in fills:
        demand(
            agree(fill.cost, times(fill.price, fill.amount)),
            f"trade {fill.trade_id} does not cost its price times its amount",
        )
        known = by_id.setdefault(fill.trade_id, fill)
        demand(known == fill, f"trade {fill.trade_id} is told in two ways")
    return tuple(sorted(by_id.values(), key=lambda fill: (fill.filled_at, fill.trade_id)))


def checked(order: Order, said: VenueReport) -> VenueReport:
    """Return the report with its status and completeness settled; raise what is wrong with it."""
    demand(said.filled <= order.amount, "filled is more than the order's amount")
    demand(said.cost <= order.max_quote, "cost is more than the order may spend")
    demand((said.filled > 0) == (said.cost > 0), "filled and cost do not go together")
    dearest = times(said.filled, order.limit_price)
    demand(
        order.type == "market" or said.cost <= dearest or agree(said.cost, dearest),
        "cost is more than the order's limit allows",
    )
    fills = one_of_each(said.fills)
    total = sum((fill.amount for fill in fills), ZERO)
    demand(total <= said.filled, "the trades are more than the order filled")
    _hold_against(order, said, fills, complete=total == said.filled)
    status = said.status
    if status is Status.REJECTED:
        demand(said.filled == 0, "called rejected, although it traded")
    if status is Status.FILLED:
        demand(said.filled == order.amount, "called filled, but not to its amount")
    if status is Status.PARTIAL_CLOSED and said.filled == order.amount:
        status = Status.FILLED
    return replace(
        said,
        status=status,
        fills=fills,
        fills_complete=total == said.filled,
        amount=order.amount,
        limit_price=order.limit_price,
    )


def agree(told: Decimal, reckoned: Decimal, roundings: int = 1) -> bool:
    """Tell whether a cost is what prices and amounts make, within the rounding of its digits."""
    slack = max(roundings * _last_place(told, _PLACE_MAX), times(told, _COST_SHARE))
    return abs(told - reckoned) <= slack


def _last_place(told: Decimal, most: Decimal) -> Decimal:
    exponent = told.as_tuple().exponent
    assert isinstance(exponent, int)  # finite
    return min(ONE.scaleb(exponent), most)


def _hold_against(
    order: Order, said: VenueReport, fills: Sequence[Fill], *, complete: bool
) -> None:
    """Demand of the trades what they must be by themselves, and together for the order."""
    for fill in fills:
        demand(fill.side == "BUY", "a trade of this order is a sale")
        demand(fill.amount > 0 and fill.price > 0, "a trade has no amount or no price")
        demand(
            order.type == "market" or fill.price <= order.limit_price,
            "a trade is dearer than the order's limit",
        )
    cost = sum((fill.cost for fill in fills), ZERO)
    adds_up = agree(said.cost, cost, len(fills) + 1)
    demand(
        adds_up or (not complete and cost < said.cost), "the trades' costs are not the order's cost"
    )
    base, quote = order.symbol.split("/")
    bought = sum((fill.amount for fill in fills), ZERO)
    _demand_possible_fees(fills, quote, cost)
    _demand_possible_fees(fills, base, bought)


def _demand_possible_fees(fills: Sequence[Fill], asset: str, traded: Decimal) -> None:
    fees = [fill.fee_amount for fill in fills if fill.fee_currency == asset]
    most = times(traded, _FEE_SHARE)
    most += sum((_last_place(fee, _FEE_PLACE_MAX) for fee in fees), ZERO)
    demand(sum(fees, ZERO) <= most, f"the trades' fees in {asset} are more than fees can be")


def as_found(order: Order, amount: Decimal, limit_price: Decimal) -> Order:
    """Return the order as the venue holds it: its own amount and limit, no bound on its cost."""
    return replace(order, amount=amount, limit_price=limit_price, max_quote=_UNBOUNDED)


def unfit(order: Order, market: Market, order_types: frozenset[str]) -> str:
    """Return why this order must not be sent on this market, or ''."""
    if not market.spot or market.leveraged_token:
        return f"{market.symbol} is not a plain spot market."
    if not market.active:
        return f"{market.symbol} is not open for trading."
    if order.type not in order_types:
        return f"order type {order.type!r} is not available on this venue."
    if order.amount <= 0 or order.limit_price <= 0:
        return "amount and limit must be above zero."
    if EXACT.remainder(order.amount, market.amount_step) or EXACT.remainder(
        order.limit_price, market.price_step
    ):
        return f"{plain(order.amount)} @ {plain(order.limit_price)} is not on the market's steps."
    if times(order.amount, order.limit_price) > order.max_quote:
        return "amount times limit is more than the order may spend."
    return ""


def as_uuid(client_order_id: str) -> str:
    """Return the 32 hex digits in the UUID spelling that some venues want."""
    return str(uuid.UUID(hex=client_order_id))


def from_uuid(text: object) -> str | None:
    """Return the 32 hex digits behind a UUID spelling, or None for anything else."""
    if not isinstance(text, str):
        return None
    digits = text.replace("-", "").lower()
    if len(digits) != 32 or any(digit not in "0123456789abcdef" for digit in digits):
        return None
    return digits
