"""The keyless reads a venue's session may make: markets, books, tickers and the time."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dcaguard.adapters.venues.egress import Rule

_KNOWN: dict[str, tuple[Rule, ...]] = {
    "binance": (
        Rule("GET", "/api/v3/(exchangeInfo|time|ping|depth|klines)"),
        Rule("GET", "/api/v3/ticker/(24hr|bookTicker|price)"),
    ),
    "kraken": tuple(
        Rule("GET", f"/0/public/{name}")
        for name in ("AssetPairs", "Assets", "Time", "Ticker", "Depth", "OHLC", "SystemStatus")
    ),
    "coinbase": (
        Rule("GET", "/api/v3/brokerage/time"),
        Rule("GET", "/v2/time"),
        Rule("GET", "/api/v3/brokerage/market/product_book"),
        Rule("GET", "/api/v3/brokerage/market/products"),
        Rule("GET", "/api/v3/brokerage/market/products/[A-Z0-9-]+"),
        Rule("GET", "/api/v3/brokerage/market/products/[A-Z0-9-]+/(ticker|candles)"),
        Rule("GET", "/api/v3/brokerage/transaction_summary"),
    ),
    # Hyperliquid asks everything by POST, and changes things only under /exchange.
    "hyperliquid": (Rule("POST", "/info"),),
}


def public_rules(exchange: Any) -> tuple[Rule, ...]:
    """Return the rules of a venue: written out for the tested ones, else from ccxt's own table."""
    known = _KNOWN.get(exchange.id)
    if known is not None:
        return known
    paths = sorted(set(_public(exchange.api)))
    return tuple(Rule("GET", rf"/(?:[\w.-]+/)*{_pattern(path)}") for path in paths)


def _public(api: object, *, public: bool = False) -> Iterator[str]:
    """Yield the GET paths below every group whose name says that it is public."""
    if not isinstance(api, Mapping):
        return
    for name, inner in api.items():
        if public and name == "get":
            yield from (str(path) for path in inner)
        elif isinstance(inner, Mapping):
            yield from _public(inner, public=public or "public" in str(name).lower())


def _pattern(path: str) -> str:
    parts = re.split(r"\{[^}]*\}", path.lstrip("/"))
    return "[^/]+".join(re.escape(part) for part in parts)


def profile_rules(exchange_id: str) -> tuple[Rule, ...]:
    """Return what the venue's profile reads, and nothing else."""
    from dcaguard.adapters.venues.profiles import PROFILES

    profile = PROFILES.get(exchange_id)
    return tuple(Rule(method, path) for method, path in profile.read_paths) if profile else ()
