"""Coinbase's product, book, currency and time replies."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from tests.venues.wire.coinbase_auth import problem
from tests.venues.wire.ledger import Ledger
from tests.venues.wire.messages import WireReply, WireRequest
from tests.venues.wire.records import WireMarket

FIAT = frozenset({"USD", "EUR", "GBP"})
NAMES = {"BTC": "Bitcoin", "ETH": "Ethereum", "SOL": "Solana", "USDC": "USDC", "USDT": "Tether"}


def plain(value: Decimal) -> str:
    return format(value, "f")


def iso(at_ms: float) -> str:
    """Return an instant as Coinbase spells it."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def product_id(market: WireMarket) -> str:
    return market.symbol.replace("/", "-")


def market_of(ledger: Ledger, wanted: str) -> WireMarket | None:
    return ledger.markets.get(wanted.replace("-", "/"))


def product(ledger: Ledger, market: WireMarket) -> dict[str, Any]:
    """Return one product's rules with its last price."""
    book = ledger.books[market.symbol]
    return {
        "product_id": product_id(market),
        "price": plain(book.last),
        "price_percentage_change_24h": "0.5",
        "volume_24h": "10967.87426597",
        "volume_percentage_change_24h": "141.73",
        "base_increment": plain(market.amount_step),
        "quote_increment": plain(market.price_step),
        "quote_min_size": plain(market.cost_min),
        "quote_max_size": "150000000",
        "base_min_size": plain(market.amount_min),
        "base_max_size": plain(market.amount_max),
        "base_name": NAMES.get(market.base, market.base),
        "quote_name": market.quote,
        "watched": False,
        "is_disabled": False,
        "new": False,
        "status": "online" if market.active else "delisted",
        "cancel_only": False,
        "limit_only": False,
        "post_only": False,
        "trading_disabled": not market.active,
        "auction_mode": False,
        "product_type": "SPOT",
        "quote_currency_id": market.quote,
        "base_currency_id": market.base,
        "fcm_trading_session_details": None,
        "mid_market_price": "",
        "alias": "",
        "alias_to": [],
        "base_display_symbol": market.base,
        "quote_display_symbol": market.quote,
        "view_only": False,
        "price_increment": plain(market.price_step),
        "display_name": product_id(market),
        "product_venue": "CBE",
        "approximate_quote_24h_volume": "758506771.41",
    }


def products(ledger: Ledger, request: WireRequest) -> WireReply:
    """Return all spot products, or the asked ones; there are no futures here."""
    asked = [v for k, v in parse_qsl(request.query) if k == "product_ids"]
    if request.params.get("product_type", "SPOT") != "SPOT":
        return WireReply({"products": [], "num_products": 0})
    rows = [product(ledger, m) for m in ledger.markets.values()]
    kept = [x for x in rows if not asked or x["product_id"] in asked]
    return WireReply({"products": kept, "num_products": len(kept)})


def _book(ledger: Ledger, market: WireMarket, now_ms: int, limit: int) -> dict[str, Any]:
    book = ledger.books[market.symbol]
    sides = {
        name: [{"price": plain(p), "size": plain(a)} for p, a in rows[:limit]]
        for name, rows in (("bids", book.bids), ("asks", book.asks))
    }
    at = iso(now_ms - book.age_seconds * 1000)
    return {"product_id": product_id(market), **sides, "time": at}


def product_book(ledger: Ledger, request: WireRequest) -> WireReply:
    market = market_of(ledger, request.params.get("product_id", ""))
    if market is None:
        return problem("INVALID_ARGUMENT", "valid product_id is required")
    limit = int(request.params.get("limit", "100"))
    return WireReply({"pricebook": _book(ledger, market, request.now_ms, limit)})


def best_bid_ask(ledger: Ledger, request: WireRequest) -> WireReply:
    asked = [v for k, v in parse_qsl(request.query) if k == "product_ids"]
    found = [m for m in ledger.markets.values() if not asked or product_id(m) in asked]
    return WireReply({"pricebooks": [_book(ledger, m, request.now_ms, 1) for m in found]})


def one_product(ledger: Ledger, request: WireRequest) -> WireReply:
    """Return /products/{id}, or its /ticker: recent trades with best bid and ask."""
    name, _, rest = request.path.partition("/products/")[2].partition("/")
    market = market_of(ledger, name)
    if market is None:
        return problem("NOT_FOUND", "ProductID is invalid", 404)
    if rest != "ticker":
        return WireReply(product(ledger, market))
    book = ledger.books[market.symbol]
    trade = {
        "trade_id": "518078013",
        "product_id": name,
        "price": plain(book.last),
        "size": "0.01",
        "time": iso(request.now_ms - book.age_seconds * 1000),
        "side": "BUY",
        "bid": "",
        "ask": "",
    }
    best = {
        "best_bid": plain(book.bids[0][0]) if book.bids else "",
        "best_ask": plain(book.asks[0][0]) if book.asks else "",
    }
    return WireReply({"trades": [trade] if book.last else [], **best})


def _currencies(ledger: Ledger) -> set[str]:
    return {c for m in ledger.markets.values() for c in (m.base, m.quote)}


def fiat(ledger: Ledger, request: WireRequest) -> WireReply:
    found = sorted(_currencies(ledger) & FIAT)
    return WireReply({"data": [{"id": x, "name": x, "min_size": "0.01"} for x in found]})


def crypto(ledger: Ledger, request: WireRequest) -> WireReply:
    rows = [
        {
            "asset_id": f"wire-{x}",
            "code": x,
            "name": NAMES.get(x, x),
            "exponent": 8,
            "type": "crypto",
        }
        for x in sorted(_currencies(ledger) - FIAT)
    ]
    return WireReply({"data": rows})


def rates(ledger: Ledger, request: WireRequest) -> WireReply:
    found = dict.fromkeys(sorted(_currencies(ledger)), "1.0")
    return WireReply({"data": {"currency": "USD", "rates": found}})


def time_v2(ledger: Ledger, request: WireRequest) -> WireReply:
    at = {"iso": iso(request.now_ms), "epoch": request.now_ms // 1000}
    return WireReply({"data": at})


def time_v3(ledger: Ledger, request: WireRequest) -> WireReply:
    now = request.now_ms
    return WireReply({"iso": iso(now), "epochSeconds": str(now // 1000), "epochMillis": str(now)})


Public = Callable[[Ledger, WireRequest], WireReply]
PUBLIC: dict[str, Public] = {
    "/v2/currencies": fiat,
    "/v2/currencies/crypto": crypto,
    "/v2/exchange-rates": rates,
    "/v2/time": time_v2,
    "/api/v3/brokerage/time": time_v3,
    "/api/v3/brokerage/market/products": products,
    "/api/v3/brokerage/market/product_book": product_book,
}
# The same products again, for signed clients.
SIGNED: dict[str, Public] = {
    "/api/v3/brokerage/products": products,
    "/api/v3/brokerage/product_book": product_book,
    "/api/v3/brokerage/best_bid_ask": best_bid_ask,
}
