"""Binance's words: its statuses, the codes that prove a rejection, and its trades."""

from collections.abc import Mapping
from datetime import datetime

from dcaguard.adapters.venues.line import Answer
from dcaguard.adapters.venues.orders.checking import UnclearError, instant_ms, number, word
from dcaguard.core.money import times
from dcaguard.core.order import Fill, Order, Placed, PlaceKind, Status

STATUS = {
    "NEW": Status.OPEN,
    "PENDING_NEW": Status.OPEN,
    "PENDING_CANCEL": Status.OPEN,
    "PARTIALLY_FILLED": Status.OPEN,
    "FILLED": Status.FILLED,
    "CANCELED": Status.PARTIAL_CLOSED,
    "EXPIRED": Status.PARTIAL_CLOSED,
    "EXPIRED_IN_MATCH": Status.PARTIAL_CLOSED,
    "REJECTED": Status.REJECTED,
}
# Only these, and only with HTTP 400 or 401, prove that no order was made.
_FILTER = -1013
_ENGINE = -2010
_NOT_TAKEN = frozenset(
    {-1002, -1014, -1020, -1021, -1022, -2014, -2015, -1108, -1111, -1112, -1114, -1115, -1116}
    | {-1117, -1118, -1121, -1130, -1131, -1134, -1135, -1145, -1151}
    | set(range(-1106, -1099))
)
_WOULD_TAKE = "order would immediately match and take"
# The matching engine's own sentences for -2010, as binance documents them. "Duplicate order
# sent." is not among them: it means that the first one was taken.
_ENGINE_SAYS = (
    "insufficient balance",
    "market is closed",
    "this action is disabled on this account",
    "this account may not place or cancel orders",
    "unsupported order combination",
    "order would trigger immediately",
    _WOULD_TAKE,
    "the relationship of the prices for the orders is not correct",
    "iceberg orders are not supported for this symbol",
    "market orders are not supported for this symbol",
    "this symbol is not permitted for this account",
    "price * qty is zero or less",
    "iceqty exceeds qty",
    "rest api trading is not enabled",
)


def rejection(answer: Answer) -> Placed | None:
    """Return the proof by binance's own code, or None."""
    if answer.status not in {400, 401} or not isinstance(answer.body, dict):
        return None
    code, msg = answer.body.get("code"), answer.body.get("msg", "")
    if not isinstance(code, int) or not isinstance(msg, str):
        return None
    said = msg.lower()
    detail = f"binance said {code}."
    if code == _ENGINE and any(sentence in said for sentence in _ENGINE_SAYS):
        return Placed(_engine_kind(said), code=str(code), detail=detail)
    if code == _FILTER:
        return Placed(PlaceKind.REJECTED_FILTER, code=str(code), detail=detail)
    if code in _NOT_TAKEN:
        return Placed(PlaceKind.REJECTED_OTHER, code=str(code), detail=detail)
    return None


def _engine_kind(said: str) -> PlaceKind:
    if "insufficient balance" in said:
        return PlaceKind.REJECTED_FUNDS
    return PlaceKind.WOULD_TAKE if _WOULD_TAKE in said else PlaceKind.REJECTED_OTHER


def fill_of_reply(order: Order, trade: Mapping[str, object], at: datetime) -> Fill:
    """Return one of a FULL reply's fills; they all happened at the reply's instant."""
    amount, price = number(trade, "qty"), number(trade, "price")
    return Fill(
        account=order.account,
        symbol=order.symbol,
        trade_id=word(trade, "tradeId"),
        client_order_id=order.client_order_id,
        side="BUY",
        amount=amount,
        price=price,
        # Binance cuts quoteQty to its own digits; the product is the same from every endpoint.
        cost=times(price, amount),
        fee_amount=number(trade, "commission"),
        fee_currency=word(trade, "commissionAsset"),
        filled_at=at,
    )


def fill_of_trade(
    account: str, symbol: str, client_order_id: str | None, trade: Mapping[str, object]
) -> Fill:
    """Return one row of myTrades as an execution."""
    amount, price = number(trade, "qty"), number(trade, "price")
    if not isinstance(trade.get("isBuyer"), bool):
        msg = "isBuyer is missing"
        raise UnclearError(msg)
    return Fill(
        account=account,
        symbol=symbol,
        trade_id=word(trade, "id"),
        client_order_id=client_order_id,
        side="BUY" if trade["isBuyer"] else "SELL",
        amount=amount,
        price=price,
        cost=times(price, amount),
        fee_amount=number(trade, "commission"),
        fee_currency=word(trade, "commissionAsset"),
        filled_at=instant_ms(trade, "time"),
    )
