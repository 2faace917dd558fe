"""Binance's unsigned replies: time, rules, tickers and depth."""

import json
from decimal import Decimal

from tests.venues.wire.binance_auth import problem
from tests.venues.wire.ledger import Ledger
from tests.venues.wire.messages import WireReply, WireRequest
from tests.venues.wire.records import WireMarket

NOTHING = (Decimal(0), Decimal(0))
ORDER_TYPES = ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"]


def eight(value: Decimal | int) -> str:
    """Return a number as Binance spells it: eight decimals."""
    return f"{Decimal(value):.8f}"


def market_id(symbol: str) -> str:
    return symbol.replace("/", "")


def market_of(ledger: Ledger, wanted: str) -> WireMarket | None:
    """Return the market with this venue id."""
    return next((m for s, m in ledger.markets.items() if market_id(s) == wanted), None)


def exchange_info(ledger: Ledger, request: WireRequest) -> WireReply:
    """Return the rules of every market, or of the asked ones."""
    params = request.params
    asked = json.loads(params["symbols"]) if "symbols" in params else []
    asked += [params["symbol"]] if "symbol" in params else []
    if any(market_of(ledger, x) is None for x in asked):
        return problem("-1121")
    markets = ledger.markets.values()
    rows = [_rules(m) for m in markets if not asked or market_id(m.symbol) in asked]
    head = {
        "timezone": "UTC",
        "serverTime": request.now_ms,
        "rateLimits": [],
        "exchangeFilters": [],
    }
    return WireReply({**head, "symbols": rows})


def _rules(market: WireMarket) -> dict[str, object]:
    grant = "LEVERAGED" if market.leveraged_token else "SPOT"
    return {
        "symbol": market_id(market.symbol),
        "status": "TRADING" if market.active else "BREAK",
        "baseAsset": market.base,
        "baseAssetPrecision": 8,
        "quoteAsset": market.quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "orderTypes": ORDER_TYPES,
        "icebergAllowed": True,
        "ocoAllowed": True,
        "quoteOrderQtyMarketAllowed": True,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": not market.leveraged_token,
        "filters": _filters(market),
        "permissions": [],
        "permissionSets": [[grant]],
        "defaultSelfTradePreventionMode": "EXPIRE_MAKER",
    }


def _filters(market: WireMarket) -> list[dict[str, object]]:
    lot = {"minQty": eight(market.amount_min), "maxQty": eight(market.amount_max)}
    price = {"minPrice": eight(market.price_step), "maxPrice": "1000000.00000000"}
    return [
        {"filterType": "PRICE_FILTER", **price, "tickSize": eight(market.price_step)},
        {"filterType": "LOT_SIZE", **lot, "stepSize": eight(market.amount_step)},
        {"filterType": "MARKET_LOT_SIZE", **lot, "stepSize": "0.00000000"},
        {
            "filterType": "NOTIONAL",
            "minNotional": eight(market.cost_min),
            "applyMinToMarket": True,
            "maxNotional": "9000000.00000000",
            "applyMaxToMarket": False,
            "avgPriceMins": 5,
        },
    ]


def ticker(ledger: Ledger, request: WireRequest) -> WireReply:
    """Return 24-hour statistics of one, several or all symbols."""
    params = request.params
    if "symbol" in params:
        market = market_of(ledger, params["symbol"])
        return WireReply(_day(ledger, market, request)) if market else problem("-1121")
    wanted = json.loads(params["symbols"]) if "symbols" in params else None
    found = [m for m in ledger.markets.values() if not wanted or market_id(m.symbol) in wanted]
    if wanted and len(found) < len(wanted):
        return problem("-1121")
    return WireReply([_day(ledger, m, request) for m in found])


def _day(ledger: Ledger, market: WireMarket, request: WireRequest) -> dict[str, object]:
    book = ledger.books[market.symbol]
    bid, ask = (book.bids or [NOTHING])[0], (book.asks or [NOTHING])[0]
    closed = request.now_ms - int(book.age_seconds * 1000)
    last = eight(book.last)
    return {
        "symbol": market_id(market.symbol),
        "priceChange": "0.00000000",
        "priceChangePercent": "0.000",
        "weightedAvgPrice": last,
        "prevClosePrice": last,
        "lastPrice": last,
        "lastQty": "0.00100000",
        "bidPrice": eight(bid[0]),
        "bidQty": eight(bid[1]),
        "askPrice": eight(ask[0]),
        "askQty": eight(ask[1]),
        "openPrice": last,
        "highPrice": last,
        "lowPrice": last,
        "volume": "1000.00000000",
        "quoteVolume": eight(book.last * 1000),
        "openTime": closed - 86_400_000,
        "closeTime": closed,
        "firstId": 1,
        "lastId": 1000,
        "count": 1000,
    }


def book_ticker(ledger: Ledger, request: WireRequest) -> WireReply:
    """Return best bid and ask of one or all symbols."""
    names = ("symbol", "bidPrice", "bidQty", "askPrice", "askQty")
    reply = ticker(ledger, request)
    if reply.status != 200:
        return reply
    if isinstance(reply.content, dict):
        return WireReply({k: reply.content[k] for k in names})
    return WireReply([{k: x[k] for k in names} for x in reply.content])  # type: ignore[attr-defined]


def price(ledger: Ledger, request: WireRequest) -> WireReply:
    """Return the last price of one or all symbols."""
    reply = ticker(ledger, request)
    if reply.status != 200:
        return reply
    if isinstance(reply.content, dict):
        return WireReply({"symbol": reply.content["symbol"], "price": reply.content["lastPrice"]})
    rows = reply.content
    return WireReply([{"symbol": x["symbol"], "price": x["lastPrice"]} for x in rows])  # type: ignore[attr-defined]


def depth(ledger: Ledger, request: WireRequest) -> WireReply:
    """Return the book. Binance's spot depth carries no time of its own."""
    market = market_of(ledger, request.params.get("symbol", ""))
    if market is None:
        return problem("-1121")
    book, limit = ledger.books[market.symbol], int(request.params.get("limit", "100"))
    both = {"bids": book.bids, "asks": book.asks}
    sides = {k: [[eight(p), eight(a)] for p, a in v[:limit]] for k, v in both.items()}
    return WireReply({"lastUpdateId": book.version, **sides})


def no_contracts(ledger: Ledger, request: WireRequest) -> WireReply:
    """Return the rules of the futures and options venues: nothing is listed there."""
    return WireReply({"timezone": "UTC", "symbols": [], "optionSymbols": []})
