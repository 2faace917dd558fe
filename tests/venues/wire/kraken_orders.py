"""Kraken's order replies: add, query, list, cancel, trades."""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from tests.venues.wire.kraken_auth import problem, result
from tests.venues.wire.kraken_public import market_of, pair_altname, places
from tests.venues.wire.ledger import RefusedError
from tests.venues.wire.messages import WireReply, WireRequest
from tests.venues.wire.records import WireOrder

if TYPE_CHECKING:
    from tests.venues.wire.kraken import KrakenWire

HEX = "[0-9a-fA-F]"
# Three spellings: long UUID, short UUID, or free text of at most 18 ASCII characters.
CLIENT_ID = re.compile(f"{HEX}{{8}}(-{HEX}{{4}}){{3}}-{HEX}{{12}}|{HEX}{{32}}|[ -~]{{1,18}}")
PAGE = 50
REFUSALS = {
    "funds": "EOrder:Insufficient funds",
    "amount-step": "EGeneral:Invalid arguments:volume",
    "amount-min": "EGeneral:Invalid arguments:volume minimum not met",
    "price-step": "EOrder:Invalid price",
    "cost-min": "EOrder:Cost minimum not met",
    "closed-market": "EService:Market in cancel_only mode",
    "symbol": "EQuery:Unknown asset pair",
    "unknown-order": "EOrder:Unknown order",
}


def add(exchange: "KrakenWire", request: WireRequest) -> WireReply:
    """AddOrder: only ids and a description come back, never the fill."""
    form = request.form
    market = market_of(exchange.ledger, form.get("pair", ""))
    if market is None:
        return problem("EQuery:Unknown asset pair")
    if (wrong := _wrong(exchange, form)) is not None:
        return problem(wrong)
    client_id = form.get("cl_ord_id", "")
    try:
        if form.get("deadline") and _late(form["deadline"], request.now_ms):
            return problem("EService:Deadline elapsed")
        order = _read(exchange, form, market.symbol)
        order.client_id = client_id
        if form.get("validate") == "true":
            return result({"descr": {"order": _words(exchange, order)}})
        _take(exchange, order)
    except RefusedError as no:
        return problem(REFUSALS.get(no.reason, f"EGeneral:Invalid arguments:{no.reason}"))
    except (KeyError, ValueError, InvalidOperation):
        return problem("EGeneral:Invalid arguments")
    return result({"txid": [order.order_id], "descr": {"order": _words(exchange, order)}})


def _wrong(exchange: "KrakenWire", form: dict[str, str]) -> str | None:
    """Return what is wrong with an order before its sizes are looked at."""
    client_id = form.get("cl_ord_id", "")
    if client_id and (not CLIENT_ID.fullmatch(client_id) or form.get("userref")):
        return "EGeneral:Invalid arguments:cl_ord_id"
    if form.get("leverage", "none") not in {"none", "1"} and not exchange.account.rights["margin"]:
        return "EOrder:Trading agreement required"
    open_ids = {x.client_id for x in exchange.ledger.orders.values() if x.status == "open"}
    if client_id in open_ids - {""} and not exchange.duplicating:
        return "EOrder:Duplicate client order id"
    return None


def _late(deadline: str, now_ms: int) -> bool:
    return datetime.fromisoformat(deadline).timestamp() * 1000 < now_ms


def _read(exchange: "KrakenWire", form: dict[str, str], symbol: str) -> WireOrder:
    kind, side = form["ordertype"], form["type"]
    if kind not in {"limit", "market"} or side not in {"buy", "sell"}:
        raise RefusedError("ordertype")
    flags = form.get("oflags", "")
    tif = "PO" if "post" in flags else form.get("timeinforce", "GTC").upper()
    order = exchange.new_order(symbol, side, kind, tif)
    order.flags = flags if "fci" in flags else ",".join(x for x in (flags, "fciq") if x)
    size = Decimal(form["volume"])
    if "viqc" in flags:
        order.quote_amount = size
    else:
        order.amount = size
    if kind == "limit":
        order.price = Decimal(form["price"])
    return order


def _take(exchange: "KrakenWire", order: WireOrder) -> None:
    try:
        exchange.ledger.place(order, exchange.twist)
    except RefusedError as no:
        if no.reason != "would-take":
            raise
        # Kraken takes such an order and cancels it at once.
        order.status, order.reason = "canceled", "Post only order"
        exchange.ledger.orders[order.order_id] = order


def _words(exchange: "KrakenWire", order: WireOrder) -> str:
    name = pair_altname(exchange.ledger.markets[order.symbol])
    at = f"limit {price_text(exchange, order, order.price)}" if order.type == "limit" else "market"
    return f"{order.side} {order.amount or order.quote_amount:.8f} {name} @ {at}"


def price_text(exchange: "KrakenWire", order: WireOrder, price: Decimal) -> str:
    return f"{price:.{places(exchange.ledger.markets[order.symbol].price_step)}f}"


def spelled(exchange: "KrakenWire", order: WireOrder, *, trades: bool) -> dict[str, Any]:
    """Return an order as Kraken's look-ups show it (status open, closed or canceled)."""
    ended = order.status != "open"
    cut = order.status == "expired"
    row: dict[str, Any] = {
        "refid": None,
        "userref": None,
        **({"cl_ord_id": order.client_id} if order.client_id else {}),
        "status": "canceled" if cut else order.status,
        **({"reason": "IOC order cancelled" if cut else order.reason or None} if ended else {}),
        "opentm": order.created_ms / 1000,
        **({"closetm": order.updated_ms / 1000} if ended else {}),
        "starttm": 0,
        "expiretm": 0,
        "descr": {
            "pair": pair_altname(exchange.ledger.markets[order.symbol]),
            "type": order.side,
            "ordertype": order.type,
            "price": price_text(exchange, order, order.price) if order.price else "0",
            "price2": "0",
            "leverage": "none",
            "order": _words(exchange, order),
            "close": "",
        },
        "vol": f"{order.amount or order.quote_amount:.8f}",
        "vol_exec": f"{order.filled:.8f}",
        "cost": f"{order.cost:.5f}",
        "fee": f"{order.fee:.5f}",
        "price": price_text(exchange, order, order.average),
        "stopprice": "0.00000",
        "limitprice": "0.00000",
        "misc": "",
        "oflags": order.flags,
    }
    return {**row, "trades": list(order.trades)} if trades and order.trades else row


def _chosen(exchange: "KrakenWire", request: WireRequest) -> list[WireOrder]:
    """Return the visible orders that the request's filters keep, newest first."""
    form, found = request.form, exchange.visible(request.now_ms)
    if form.get("cl_ord_id"):
        found = [x for x in found if x.client_id == form["cl_ord_id"]]
    if form.get("userref"):
        found = []  # none of these orders carries a userref
    if form.get("start", "").replace(".", "").isdigit():
        found = [x for x in found if x.created_ms / 1000 >= float(form["start"])]
    if form.get("end", "").replace(".", "").isdigit():
        found = [x for x in found if x.created_ms / 1000 <= float(form["end"])]
    return found[::-1]


def _bad_userref(form: dict[str, str]) -> bool:
    return bool(form.get("userref")) and not form["userref"].lstrip("-").isdigit()


def open_orders(exchange: "KrakenWire", request: WireRequest) -> WireReply:
    if _bad_userref(request.form):
        return problem("EGeneral:Invalid arguments:userref")
    trades = request.form.get("trades", "").lower() == "true"
    found = [x for x in _chosen(exchange, request) if x.status == "open"]
    rows = {x.order_id: spelled(exchange, x, trades=trades) for x in found}
    rows.update(
        {
            x.get("txid", f"OFOREIGN{i}"): x
            for i, x in enumerate(exchange.account.resting.get("spot", []))
        }
    )
    return result({"open": rows})


def closed_orders(exchange: "KrakenWire", request: WireRequest) -> WireReply:
    """ClosedOrders: fifty a page from `ofs`, newest first."""
    if _bad_userref(request.form):
        return problem("EGeneral:Invalid arguments:userref")
    trades = request.form.get("trades", "").lower() == "true"
    found = [x for x in _chosen(exchange, request) if x.status != "open"]
    rows = [(x.order_id, spelled(exchange, x, trades=trades)) for x in found]
    return result({"closed": dict(page(request, rows)), "count": len(rows)})


def page(request: WireRequest, rows: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    first = int(request.form.get("ofs", "0") or 0)
    if "overlap" in request.kinds:
        first = max(first - 2, 0)
    return rows[first : first + PAGE]


def query_orders(exchange: "KrakenWire", request: WireRequest) -> WireReply:
    """QueryOrders: by txid, comma-separated. An unknown id fails the whole call."""
    if _bad_userref(request.form):
        return problem("EGeneral:Invalid arguments:userref")
    asked = [x for x in request.form.get("txid", "").split(",") if x and x != "None"]
    known = {x.order_id: x for x in exchange.visible(request.now_ms)}
    if not asked:
        return problem("EGeneral:Invalid arguments")
    if any(x not in known for x in asked):
        return problem("EOrder:Invalid order")
    trades = request.form.get("trades", "").lower() == "true"
    return result({x: spelled(exchange, known[x], trades=trades) for x in asked})


def cancel(exchange: "KrakenWire", request: WireRequest) -> WireReply:
    form = request.form
    open_now = [x for x in exchange.visible(request.now_ms) if x.status == "open"]
    wanted = {form.get("txid", ""), form.get("cl_ord_id", "")} - {""}
    found = [x for x in open_now if {x.order_id, x.client_id} & wanted]
    for order in found:
        exchange.ledger.cancel(order, request.now_ms)
    return result({"count": len(found)}) if found else problem("EOrder:Unknown order")


Route = Callable[["KrakenWire", WireRequest], WireReply]
ORDER_ROUTES: dict[str, tuple[Route, str]] = {  # path -> route, the permission it needs
    "AddOrder": (add, "modify-trades"),
    "CancelOrder": (cancel, "close-trades"),
    "OpenOrders": (open_orders, "query-open-trades"),
    "ClosedOrders": (closed_orders, "query-closed-trades"),
    "QueryOrders": (query_orders, "query-open-trades"),
}
