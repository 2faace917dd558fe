"""Coinbase's words: its statuses, the reasons that prove a rejection, and its fills."""

from collections.abc import Mapping
from decimal import Decimal

from dcaguard.adapters.venues.line import Answer
from dcaguard.adapters.venues.orders.checking import (
    ContradictionError,
    UnclearError,
    demand,
    instant_text,
    number,
    table,
    word,
)
from dcaguard.core.money import times
from dcaguard.core.order import Fill, Placed, PlaceKind, Status

STATUS = {
    "PENDING": Status.OPEN,
    "OPEN": Status.OPEN,
    "QUEUED": Status.OPEN,
    "CANCEL_QUEUED": Status.OPEN,
    "FILLED": Status.FILLED,
    "CANCELLED": Status.PARTIAL_CLOSED,
    "EXPIRED": Status.PARTIAL_CLOSED,
    "FAILED": Status.REJECTED,
}
# Coinbase's own words for an order that it did not take; anything else proves nothing.
# Each is said plainly or with "PREVIEW_" before it.
_WOULD_TAKE = "INVALID_LIMIT_PRICE_POST_ONLY"
_FUNDS = frozenset({"INSUFFICIENT_FUND", "INSUFFICIENT_FUNDS"})
_FILTERS = frozenset(
    {
        "INVALID_SIZE_PRECISION",
        "INVALID_PRICE_PRECISION",
        "INVALID_LIMIT_PRICE",
        "INVALID_BASE_SIZE_TOO_SMALL",
        "INVALID_BASE_SIZE_TOO_LARGE",
        "INVALID_QUOTE_SIZE_TOO_SMALL",
        "INVALID_QUOTE_SIZE_TOO_LARGE",
        "UNSUPPORTED_ORDER_CONFIGURATION",
    }
)
_NOT_TAKEN = frozenset(
    {
        "INVALID_SIDE",
        "INVALID_PRODUCT_ID",
        "INVALID_NO_LIQUIDITY",
        "INVALID_REQUEST",
        "INVALID_ORDER_CONFIG",
        "INVALID_ARGUMENT",
        "TRADING_DISABLED",
        "UNTRADABLE_PRODUCT",
        "PRODUCT_UNAVAILABLE_FOR_TRADING",
        "COMMANDER_REJECTED_NEW_ORDER",
    }
)
# With 403; a 403 without these words may come from anything on the way.
_DENIED = frozenset({"PERMISSION_DENIED", "permission_denied"})


def rejection(answer: Answer) -> Placed | None:
    """Return the proof by coinbase's own words, or None."""
    body = answer.body if isinstance(answer.body, dict) else {}
    denied = answer.status == 403 and str(body.get("error")) in _DENIED
    signs = (body.get("success") is True, body.get("success_response"), body.get("order_id"))
    taken = any(signs)
    if (answer.status == 401 or denied) and not taken:
        code = f"HTTP_{answer.status}"
        return Placed(PlaceKind.REJECTED_OTHER, code=code, detail="coinbase denied the key.")
    if answer.status not in {200, 400} or taken:
        return None
    said = body.get("error_response")
    said = said if isinstance(said, dict) else body
    names = ("error", "new_order_failure_reason", "preview_failure_reason")
    # A reason that is no text is not understood, whatever the others say.
    told = [str(said[name]) for name in names if said.get(name) not in (None, "")]
    reasons = [text for text in told if not text.startswith("UNKNOWN_")]
    kinds = [_refusal(reason) for reason in reasons]
    if not kinds or None in kinds or (answer.status == 200 and body.get("success") is None):
        return None
    code = str(reasons[0])[:80]
    return Placed(kinds[0] or PlaceKind.UNKNOWN, code=code, detail=f"coinbase said {code}.")


def _refusal(said: str) -> PlaceKind | None:
    reason = said.removeprefix("PREVIEW_")
    if reason == _WOULD_TAKE:
        return PlaceKind.WOULD_TAKE
    if reason in _FUNDS:
        return PlaceKind.REJECTED_FUNDS
    if reason in _FILTERS:
        return PlaceKind.REJECTED_FILTER
    return PlaceKind.REJECTED_OTHER if reason in _NOT_TAKEN else None


def refused_as(row: Mapping[str, object]) -> PlaceKind:
    """Return why coinbase calls an order FAILED: for lack of funds where its row says so."""
    reason = str(row.get("reject_reason")).removeprefix("REJECT_REASON_")
    return PlaceKind.REJECTED_FUNDS if reason in _FUNDS else PlaceKind.REJECTED_OTHER


def size_and_limit(row: Mapping[str, object]) -> tuple[Decimal, Decimal]:
    """Return the base size and limit of the one configuration that the order was placed with."""
    told = table(row.get("order_configuration"), "order_configuration")
    used = [inner for inner in told.values() if isinstance(inner, dict)]
    if len(used) != 1:
        msg = "not one order configuration"
        raise ContradictionError(msg)
    return number(used[0], "base_size"), number(used[0], "limit_price")


def fill_of(
    account: str, symbol: str, client_order_id: str | None, row: Mapping[str, object]
) -> Fill:
    """Return one row of the fill list as an execution."""
    if row.get("size_in_quote") is True:
        msg = "a trade states its size in quote"
        raise UnclearError(msg)
    side, amount, price = word(row, "side"), number(row, "size"), number(row, "price")
    demand(side in {"BUY", "SELL"}, "a trade is neither bought nor sold")
    return Fill(
        account=account,
        symbol=symbol,
        trade_id=word(row, "trade_id"),
        client_order_id=client_order_id,
        side=side,
        amount=amount,
        price=price,
        cost=times(price, amount),
        fee_amount=number(row, "commission"),
        # Coinbase takes its commission in the quote currency.
        fee_currency=symbol.split("/")[1],
        filled_at=instant_text(row, "trade_time"),
    )
