"""Binance's signed order replies: place, look up, cancel, list, trades."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from tests.venues.wire.binance_auth import problem
from tests.venues.wire.binance_public import eight, market_id, market_of
from tests.venues.wire.ledger import RefusedError
from tests.venues.wire.messages import WireReply, WireRequest
from tests.venues.wire.records import WireOrder, WireTrade

if TYPE_CHECKING:
    from tests.venues.wire.binance import BinanceWire

CLIENT_ID = re.compile(r"[.A-Z:/a-z0-9_-]{1,36}")
STATUS = {"closed": "FILLED", "canceled": "CANCELED", "expired": "EXPIRED"}
REFUSALS: dict[str, tuple[str, str]] = {
    "funds": ("-2010", ""),
    "amount-step": ("-1013", "Filter failure: LOT_SIZE"),
    "amount-min": ("-1013", "Filter failure: LOT_SIZE"),
    "price-step": ("-1013", "Filter failure: PRICE_FILTER"),
    "cost-min": ("-1013", "Filter failure: NOTIONAL"),
    "closed-market": ("-1013", "Market is closed."),
    "symbol": ("-1121", ""),
    "would-take": ("-2010", "Order would immediately match and take."),
    "unknown-order": ("-2011", ""),
}


def place(exchange: "BinanceWire", request: WireRequest) -> WireReply:
    """Take, match or refuse an order; the reply is Binance's FULL answer."""
    params = request.params
    if not exchange.account.rights["trade"]:
        return problem("-2015")
    market = market_of(exchange.ledger, params.get("symbol", ""))
    if market is None:
        return problem("-1121")
    client_id = params.get("newClientOrderId") or f"wire{exchange.ledger.counter + 1}"
    if not CLIENT_ID.fullmatch(client_id):
        return problem("-1100")
    if not exchange.duplicating and _open_with(exchange, client_id):
        return problem("-2010", "Duplicate order sent.")
    try:
        order = _read(exchange, params, market.symbol)
        order.client_id = client_id
        return WireReply(_full(exchange, exchange.ledger.place(order, exchange.twist)))
    except RefusedError as no:
        return problem(*REFUSALS.get(no.reason, ("-1013", no.reason)))
    except (KeyError, InvalidOperation):
        return problem("-1102")


def _open_with(exchange: "BinanceWire", client_id: str) -> bool:
    found = exchange.ledger.orders.values()
    return any(x.client_id == client_id and x.status == "open" for x in found)


def _read(exchange: "BinanceWire", params: dict[str, str], symbol: str) -> WireOrder:
    kind, side = params["type"], params["side"].lower()
    if kind not in {"LIMIT", "LIMIT_MAKER", "MARKET"} or side not in {"buy", "sell"}:
        raise RefusedError("type")
    tif = "PO" if kind == "LIMIT_MAKER" else params.get("timeInForce", "GTC")
    order = exchange.new_order(symbol, side, "market" if kind == "MARKET" else "limit", tif)
    if kind == "MARKET" and "quoteOrderQty" in params:
        order.quote_amount = Decimal(params["quoteOrderQty"])
    else:
        order.amount = Decimal(params["quantity"])
    if kind != "MARKET":
        order.price = Decimal(params["price"])
    return order


def _full(exchange: "BinanceWire", order: WireOrder) -> dict[str, object]:
    trades = [exchange.ledger.trades[x] for x in order.trades]
    fills = [
        {
            "price": eight(x.price),
            "qty": eight(x.amount),
            "commission": eight(x.fee),
            "commissionAsset": x.fee_asset,
            "tradeId": x.number,
        }
        for x in trades
    ]
    shown = spelled(order)
    for name in ("time", "updateTime", "isWorking", "stopPrice", "icebergQty"):
        del shown[name]
    return {**shown, "transactTime": order.updated_ms, "fills": fills}


def spelled(order: WireOrder) -> dict[str, object]:
    """Return an order as Binance's look-ups show it."""
    partly = "PARTIALLY_FILLED" if order.filled else "NEW"
    kind = {"PO": "LIMIT_MAKER"}.get(order.tif, order.type.upper())
    return {
        "symbol": market_id(order.symbol),
        "orderId": order.number,
        "orderListId": -1,
        "clientOrderId": order.client_id,
        "price": eight(order.price),
        "origQty": eight(order.amount or order.filled),
        "executedQty": eight(order.filled),
        "origQuoteOrderQty": eight(order.quote_amount),
        "cummulativeQuoteQty": eight(order.cost),
        "status": STATUS.get(order.status, partly),
        "timeInForce": "GTC" if order.tif == "PO" else order.tif,
        "type": kind,
        "side": order.side.upper(),
        "stopPrice": "0.00000000",
        "icebergQty": "0.00000000",
        "time": order.created_ms,
        "updateTime": order.updated_ms,
        "isWorking": True,
        "workingTime": order.created_ms,
        "selfTradePreventionMode": "EXPIRE_MAKER",
    }


def _find(exchange: "BinanceWire", request: WireRequest, name: str) -> WireOrder | None:
    """Return the newest visible order with the asked venue id or client id."""
    params = request.params
    shown = [x for x in exchange.visible(request.now_ms) if market_id(x.symbol) == params["symbol"]]
    if params.get("orderId"):
        shown = [x for x in shown if str(x.number) == params["orderId"]]
    elif params.get(name):
        shown = [x for x in shown if x.client_id == params[name]]
    else:
        raise KeyError(name)
    return shown[-1] if shown else None


def look_up(exchange: "BinanceWire", request: WireRequest) -> WireReply:
    """GET /api/v3/order."""
    try:
        found = _find(exchange, request, "origClientOrderId")
    except KeyError:
        return problem("-1102")
    return WireReply(spelled(found)) if found else problem("-2013")


def cancel(exchange: "BinanceWire", request: WireRequest) -> WireReply:
    """DELETE /api/v3/order."""
    try:
        found = _find(exchange, request, "origClientOrderId")
        if found is None:
            return problem("-2011")
        exchange.ledger.cancel(found, request.now_ms)
    except KeyError:
        return problem("-1102")
    except RefusedError:
        return problem("-2011")
    shown = {"origClientOrderId": found.client_id, **spelled(found)}
    return WireReply(shown)


def open_orders(exchange: "BinanceWire", request: WireRequest) -> WireReply:
    """GET /api/v3/openOrders, of one symbol or all."""
    wanted = request.params.get("symbol", "")
    shown = [spelled(x) for x in exchange.visible(request.now_ms) if x.status == "open"]
    shown += exchange.account.resting.get("spot", [])
    return WireReply([x for x in shown if not wanted or x["symbol"] == wanted])


def all_orders(exchange: "BinanceWire", request: WireRequest) -> WireReply:
    """GET /api/v3/allOrders: from an order id or a time on, at most 1000, oldest first."""
    rows = [spelled(x) for x in exchange.visible(request.now_ms)]
    return _page(exchange, request, rows, "orderId")


def my_trades(exchange: "BinanceWire", request: WireRequest) -> WireReply:
    """GET /api/v3/myTrades: from a trade id or a time on, of one order or all, oldest first."""
    shown = {x.order_id for x in exchange.visible(request.now_ms)}
    trades = [x for x in exchange.ledger.trades.values() if x.order_id in shown]
    wanted = request.params.get("orderId", "")
    rows = [_trade(x) for x in trades if not wanted or x.order_id == wanted]
    reply = _page(exchange, request, rows, "id")
    if "twice" in request.kinds and isinstance(reply.content, list):
        reply.content = [x for pair in zip(reply.content, reply.content, strict=True) for x in pair]
    return reply


def _page(
    exchange: "BinanceWire", request: WireRequest, rows: list[dict[str, object]], name: str
) -> WireReply:
    params = request.params
    if market_of(exchange.ledger, params.get("symbol", "")) is None:
        return problem("-1121") if "symbol" in params else problem("-1102")
    first = {"orderId": "orderId", "id": "fromId"}[name]
    lowest = int(params.get(first, "0")) if name == "id" or "orderId" in params else 0
    if "overlap" in request.kinds:
        lowest = max(lowest - 2, 0)
    begin, end = int(params.get("startTime", "0")), int(params.get("endTime", "9" * 15))
    limit = min(int(params.get("limit", "500")), 1000)
    kept = [x for x in rows if x["symbol"] == params["symbol"] and int(str(x[name])) >= lowest]
    kept = [x for x in kept if begin <= int(str(x["time"])) <= end]
    # Without a start Binance gives the newest rows, with one the oldest.
    forward = first in params or "startTime" in params
    return WireReply(kept[:limit] if forward else kept[-limit:])


def _trade(trade: WireTrade) -> dict[str, object]:
    return {
        "symbol": market_id(trade.symbol),
        "id": trade.number,
        "orderId": int(trade.order_id),
        "orderListId": -1,
        "price": eight(trade.price),
        "qty": eight(trade.amount),
        "quoteQty": eight(trade.cost),
        "commission": eight(trade.fee),
        "commissionAsset": trade.fee_asset,
        "time": trade.at_ms,
        "isBuyer": trade.side == "buy",
        "isMaker": trade.maker,
        "isBestMatch": True,
    }


Route = Callable[["BinanceWire", WireRequest], WireReply]
ORDER_ROUTES: dict[tuple[str, str], Route] = {
    ("POST", "/api/v3/order"): place,
    ("GET", "/api/v3/order"): look_up,
    ("DELETE", "/api/v3/order"): cancel,
    ("GET", "/api/v3/openOrders"): open_orders,
    ("GET", "/api/v3/allOrders"): all_orders,
    ("GET", "/api/v3/myTrades"): my_trades,
}
