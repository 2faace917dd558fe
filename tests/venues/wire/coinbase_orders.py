"""Coinbase's order replies: place, cancel, look up, list, fills."""

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from tests.venues.wire.coinbase_auth import problem
from tests.venues.wire.coinbase_public import iso, market_of, plain
from tests.venues.wire.ledger import RefusedError
from tests.venues.wire.messages import WireReply, WireRequest
from tests.venues.wire.records import WireOrder, WireTrade

if TYPE_CHECKING:
    from tests.venues.wire.coinbase import CoinbaseWire

STATUS = {"open": "OPEN", "closed": "FILLED", "canceled": "CANCELLED", "expired": "CANCELLED"}
TIFS = {
    "sor_limit_ioc": "IOC",
    "limit_limit_gtc": "GTC",
    "limit_limit_gtd": "GTC",
    "limit_limit_fok": "FOK",
    "market_market_ioc": "IOC",
}
TIF_WORDS = {
    "IOC": "IMMEDIATE_OR_CANCEL",
    "FOK": "FILL_OR_KILL",
    "GTC": "GOOD_UNTIL_CANCELLED",
    "PO": "GOOD_UNTIL_CANCELLED",
}
REFUSALS: dict[str, tuple[str, str]] = {  # reason -> error, preview_failure_reason
    "funds": ("INSUFFICIENT_FUND", "PREVIEW_INSUFFICIENT_FUND"),
    "amount-step": ("INVALID_SIZE_PRECISION", "PREVIEW_INVALID_SIZE_PRECISION"),
    "amount-min": ("INVALID_BASE_SIZE_TOO_SMALL", "PREVIEW_INVALID_BASE_SIZE_TOO_SMALL"),
    "price-step": ("INVALID_PRICE_PRECISION", "PREVIEW_INVALID_PRICE_PRECISION"),
    "cost-min": ("INVALID_QUOTE_SIZE_TOO_SMALL", "PREVIEW_INVALID_QUOTE_SIZE_TOO_SMALL"),
    "closed-market": ("TRADING_DISABLED", "PREVIEW_TRADING_DISABLED"),
    "would-take": ("INVALID_LIMIT_PRICE_POST_ONLY", "PREVIEW_INVALID_LIMIT_PRICE_POST_ONLY"),
}


def refused(reason: str) -> WireReply:
    """Return a refused order: HTTP 200, success false, and the reason in the body."""
    error, preview = REFUSALS.get(reason, ("UNKNOWN_FAILURE_REASON", "PREVIEW_INVALID_ORDER"))
    details = {"error": error, "message": error.replace("_", " ").capitalize(), "error_details": ""}
    body = {"success": False, "failure_reason": "UNKNOWN_FAILURE_REASON", "order_id": ""}
    return WireReply({**body, "error_response": {**details, "preview_failure_reason": preview}})


def place(exchange: "CoinbaseWire", request: WireRequest) -> WireReply:
    """POST orders: a known client_order_id returns the order it already has."""
    try:
        asked = json.loads(request.body)
    except ValueError:
        return problem("INVALID_ARGUMENT", "the body is not JSON")
    if not exchange.account.rights["trade"]:
        return problem("PERMISSION_DENIED", "Missing required scopes", 403)
    market = market_of(exchange.ledger, str(asked.get("product_id", "")))
    client_id = str(asked.get("client_order_id", ""))
    if market is None or not client_id:
        return problem("INVALID_ARGUMENT", "valid product_id and client_order_id are required")
    known = [x for x in exchange.ledger.orders.values() if x.client_id == client_id]
    if known and not exchange.duplicating:
        return _accepted(known[0], asked)
    try:
        order = _read(exchange, asked, market.symbol)
        order.client_id = client_id
        return _accepted(exchange.ledger.place(order, exchange.twist), asked)
    except RefusedError as no:
        return refused(no.reason)
    except (KeyError, ValueError, InvalidOperation):
        return problem("INVALID_ARGUMENT", "order_configuration is invalid")


def _read(exchange: "CoinbaseWire", asked: dict[str, Any], symbol: str) -> WireOrder:
    ((name, how),) = asked["order_configuration"].items()
    tif = "PO" if how.get("post_only") is True else TIFS[name]
    kind = "market" if name == "market_market_ioc" else "limit"
    order = exchange.new_order(symbol, asked["side"].lower(), kind, tif)
    order.flags = json.dumps({name: how})
    if "quote_size" in how:
        # The fee comes out of what is to be spent.
        spend = Decimal(how["quote_size"])
        order.quote_amount = spend / (1 + exchange.ledger.fees.taker)
    else:
        order.amount = Decimal(how["base_size"])
    if kind == "limit":
        order.price = Decimal(how["limit_price"])
    return order


def _accepted(order: WireOrder, asked: dict[str, Any]) -> WireReply:
    ids = {
        "order_id": order.order_id,
        "product_id": order.symbol.replace("/", "-"),
        "side": order.side.upper(),
        "client_order_id": order.client_id,
    }
    body = {"success": True, "failure_reason": "UNKNOWN_FAILURE_REASON", "order_id": order.order_id}
    config = asked.get("order_configuration")
    return WireReply({**body, "success_response": ids, "order_configuration": config})


def spelled(order: WireOrder) -> dict[str, Any]:
    """Return an order as Coinbase's look-ups show it."""
    config = json.loads(order.flags or "{}")
    done = order.filled / order.amount * 100 if order.amount else Decimal(100)
    worth = order.cost + order.fee if order.side == "buy" else order.cost - order.fee
    return {
        "order_id": order.order_id,
        "product_id": order.symbol.replace("/", "-"),
        "user_id": "11111111-1111-1111-1111-111111111111",
        "order_configuration": config,
        "side": order.side.upper(),
        "client_order_id": order.client_id,
        "status": STATUS[order.status],
        "time_in_force": TIF_WORDS[order.tif],
        "created_time": iso(order.created_ms),
        "completion_percentage": f"{done:.2f}",
        "filled_size": plain(order.filled),
        "average_filled_price": plain(order.average),
        "fee": "",
        "number_of_fills": str(len(order.trades)),
        "filled_value": plain(order.cost),
        "pending_cancel": False,
        "size_in_quote": bool(order.quote_amount),
        "total_fees": plain(order.fee),
        "size_inclusive_of_fees": bool(order.quote_amount),
        "total_value_after_fees": plain(worth),
        "trigger_status": "INVALID_ORDER_TYPE",
        "order_type": order.type.upper(),
        "reject_reason": "REJECT_REASON_UNSPECIFIED",
        "settled": order.status == "closed",
        "product_type": "SPOT",
        "reject_message": "",
        "cancel_message": order.reason,
        "order_placement_source": "RETAIL_ADVANCED",
        "outstanding_hold_amount": "0",
        "is_liquidation": False,
        "last_fill_time": iso(order.updated_ms) if order.trades else None,
        "leverage": "",
        "margin_type": "UNKNOWN_MARGIN_TYPE",
        "retail_portfolio_id": PORTFOLIO,
    }


PORTFOLIO = "33333333-3333-3333-3333-333333333333"


def _since(params: dict[str, str], first: str, last: str) -> tuple[float, float]:
    begin = datetime.fromisoformat(params[first]).timestamp() if params.get(first) else 0.0
    end = datetime.fromisoformat(params[last]).timestamp() if params.get(last) else 1e12
    return begin * 1000, end * 1000


def batch(exchange: "CoinbaseWire", request: WireRequest) -> WireReply:
    """GET orders/historical/batch: newest first, filtered, in pages behind a cursor."""
    params, pairs = request.params, parse_qsl(request.query)
    wanted = {v for k, v in pairs if k == "order_status"}
    ids = {v for k, v in pairs if k in {"product_id", "product_ids"}}
    begin, end = _since(params, "start_date", "end_date")
    rows = [spelled(x) for x in exchange.visible(request.now_ms) if begin <= x.created_ms <= end]
    rows += exchange.account.resting.get("spot", [])
    kept = [
        x
        for x in rows[::-1]
        if (not wanted or x["status"] in wanted) and (not ids or x["product_id"] in ids)
    ]
    page, cursor = _page(request, kept, 1000)
    return WireReply({"orders": page, "sequence": "0", "has_next": bool(cursor), "cursor": cursor})


def _page(request: WireRequest, rows: list[Any], most: int) -> tuple[list[Any], str]:
    first = int(request.params.get("cursor") or 0)
    limit = min(int(request.params.get("limit") or most), most)
    following = str(first + limit) if first + limit < len(rows) else ""
    start = max(first - 2, 0) if "overlap" in request.kinds else first
    return rows[start : first + limit], following


def one(exchange: "CoinbaseWire", request: WireRequest) -> WireReply:
    """GET orders/historical/{order_id}."""
    wanted = request.path.rpartition("/")[2]
    found = [x for x in exchange.visible(request.now_ms) if x.order_id == wanted]
    if not found:
        return problem("NOT_FOUND", "order with this orderID was not found", 404)
    return WireReply({"order": spelled(found[0])})


def cancel(exchange: "CoinbaseWire", request: WireRequest) -> WireReply:
    """POST orders/batch_cancel: one result per id."""
    rows = []
    for wanted in json.loads(request.body or b"{}").get("order_ids", []):
        found = [x for x in exchange.visible(request.now_ms) if x.order_id == wanted]
        open_now = bool(found) and found[0].status == "open"
        if open_now:
            exchange.ledger.cancel(found[0], request.now_ms)
        why = "UNKNOWN_CANCEL_FAILURE_REASON" if open_now else "UNKNOWN_CANCEL_ORDER"
        rows.append({"success": open_now, "failure_reason": why, "order_id": wanted})
    return WireReply({"results": rows})


def fills(exchange: "CoinbaseWire", request: WireRequest) -> WireReply:
    """GET orders/historical/fills: newest first, in pages behind a cursor."""
    params, pairs = request.params, parse_qsl(request.query)
    shown = {x.order_id for x in exchange.visible(request.now_ms)}
    ids = {v for k, v in pairs if k in {"order_id", "order_ids"}}
    products = {v for k, v in pairs if k in {"product_id", "product_ids"}}
    begin, end = _since(params, "start_sequence_timestamp", "end_sequence_timestamp")
    rows = [
        _fill(x)
        for x in list(exchange.ledger.trades.values())[::-1]
        if x.order_id in shown and begin <= x.at_ms <= end and (not ids or x.order_id in ids)
    ]
    kept = [x for x in rows if not products or x["product_id"] in products]
    if "twice" in request.kinds:
        kept = [x for x in kept for _ in range(2)]
    page, cursor = _page(request, kept, 3000)
    return WireReply({"fills": page, "cursor": cursor})


def _fill(trade: WireTrade) -> dict[str, Any]:
    return {
        "entry_id": f"{trade.number:064x}",
        "trade_id": f"cdc39e45-bbd3-44ec-bf02-{trade.number:012d}",
        "order_id": trade.order_id,
        "trade_time": iso(trade.at_ms),
        "trade_type": "FILL",
        "price": plain(trade.price),
        "size": plain(trade.amount),
        "commission": plain(trade.fee),
        "product_id": trade.symbol.replace("/", "-"),
        "sequence_timestamp": iso(trade.at_ms),
        "liquidity_indicator": "MAKER" if trade.maker else "TAKER",
        "size_in_quote": False,
        "user_id": "11111111-1111-1111-1111-111111111111",
        "side": trade.side.upper(),
        "retail_portfolio_id": PORTFOLIO,
    }


Route = Callable[["CoinbaseWire", WireRequest], WireReply]
ORDER_ROUTES: dict[tuple[str, str], Route] = {
    ("POST", "/api/v3/brokerage/orders"): place,
    ("POST", "/api/v3/brokerage/orders/batch_cancel"): cancel,
    ("GET", "/api/v3/brokerage/orders/historical/batch"): batch,
    ("GET", "/api/v3/brokerage/orders/historical/fills"): fills,
}
