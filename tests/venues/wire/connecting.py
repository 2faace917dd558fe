"""Points an unmodified ccxt class at a loopback exchange."""

from typing import Any
from urllib.parse import urlsplit


def connect(server: Any, name: str = "", **config: Any) -> Any:
    """Return a ccxt exchange for `server`; only its URLs differ from a live one."""
    import ccxt

    kind = getattr(ccxt, name or server.NAME)
    client = kind({**server.credentials, "enableRateLimit": False, **config})
    client.urls["api"] = moved(client.urls["api"], server.base_url)
    if kind is ccxt.binance:
        client.options["fetchMarkets"] = {"types": ["spot"]}
        client.options.update(fetchCurrencies=False, fetchMargins=False)
        client.options["warnOnFetchOpenOrdersWithoutSymbol"] = False
    return client


def moved(urls: Any, base_url: str) -> Any:
    """Return the URLs with scheme and host replaced and the venue's own path kept."""
    if isinstance(urls, dict):
        return {k: moved(v, base_url) for k, v in urls.items()}
    return base_url + urlsplit(urls).path
