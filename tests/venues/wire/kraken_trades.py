"""Kraken's trade replies: the history in pages, and single trades by id."""

from typing import TYPE_CHECKING, Any

from tests.venues.wire.kraken_auth import problem, result
from tests.venues.wire.kraken_orders import Route, page, price_text
from tests.venues.wire.kraken_public import pair_id
from tests.venues.wire.messages import WireReply, WireRequest
from tests.venues.wire.records import WireTrade

if TYPE_CHECKING:
    from tests.venues.wire.kraken import KrakenWire


def _trade(exchange: "KrakenWire", trade: WireTrade) -> dict[str, Any]:
    order = exchange.ledger.orders[trade.order_id]
    return {
        "ordertxid": trade.order_id,
        "postxid": f"TKH2SE-{trade.number}",
        "pair": pair_id(exchange.ledger.markets[trade.symbol]),
        "time": trade.at_ms / 1000,
        "type": trade.side,
        "ordertype": order.type,
        "price": price_text(exchange, order, trade.price),
        "cost": f"{trade.cost:.5f}",
        "fee": f"{trade.fee:.5f}",
        "vol": f"{trade.amount:.8f}",
        "margin": "0.00000",
        "leverage": "0",
        "misc": "",
        "trade_id": trade.number,
        "maker": trade.maker,
    }


def trades_history(exchange: "KrakenWire", request: WireRequest) -> WireReply:
    """TradesHistory: fifty a page from `ofs`, newest first, `start` exclusive."""
    shown = {x.order_id for x in exchange.visible(request.now_ms)}
    form, found = request.form, list(exchange.ledger.trades.values())[::-1]
    start, end = float(form.get("start") or 0), float(form.get("end") or 1e12)
    found = [x for x in found if x.order_id in shown and start < x.at_ms / 1000 <= end]
    rows = [(x.trade_id, _trade(exchange, x)) for x in found]
    return result({"count": len(rows), "trades": dict(page(request, rows))})


def query_trades(exchange: "KrakenWire", request: WireRequest) -> WireReply:
    asked = [x for x in request.form.get("txid", "").split(",") if x]
    known = exchange.ledger.trades
    if not asked or any(x not in known for x in asked):
        return problem("EGeneral:Invalid arguments:txid")
    return result({x: _trade(exchange, known[x]) for x in asked})


TRADE_ROUTES: dict[str, tuple[Route, str]] = {
    "TradesHistory": (trades_history, "query-closed-trades"),
    "QueryTrades": (query_trades, "query-closed-trades"),
}
