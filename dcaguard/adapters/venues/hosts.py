"""Which hosts a venue's key may reach, and what a test network does not have."""

import ipaddress
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from dcaguard.core.errors import ConfigError, NotPermittedError
from dcaguard.core.portfolio import SPOT

# Where keys may go, written down here and not taken from ccxt: a patched ccxt changes its own.
DOMAINS: dict[str, tuple[str, ...]] = {
    "binance": ("binance.com", "testnet.binance.vision", "testnet.binancefuture.com"),
    "kraken": ("kraken.com",),
    "coinbase": ("coinbase.com",),
    "bybit": ("bybit.com",),
    "okx": ("okx.com",),
    "bitget": ("bitget.com",),
    "kucoin": ("kucoin.com",),
    "gate": ("gateio.ws", "gateapi.io"),
    "htx": ("huobi.pro", "hbdm.vn", "hbdm.com"),
    "mexc": ("mexc.com",),
    "bitstamp": ("bitstamp.net",),
    "gemini": ("gemini.com",),
    "bitfinex": ("bitfinex.com",),
    "hyperliquid": ("hyperliquid.xyz", "hyperliquid-testnet.xyz"),
    "bitvavo": ("bitvavo.com",),
}
# Groups in ccxt's tables that are no trading API.
_NOT_AN_API = frozenset({"zendesk", "web", "webExchange"})


def origins(exchange: Any) -> frozenset[str]:
    """Return scheme and host of every API group that this instance may reach."""
    found = _addresses(exchange.urls["api"], exchange.hostname)
    # htx writes "{hostname}" and keeps one host per kind of market apart.
    if any("{hostname}" in text for text in _addresses(exchange.urls["api"], "{hostname}")):
        found += _addresses(_hosts(exchange.urls.get("hostnames", {})), None)
    return frozenset(f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, found))


def refuse_strange_hosts(exchange: Any, exchange_id: str) -> None:
    """Refuse (77) a table that leads a key to a host that is not the venue's own."""
    known = DOMAINS.get(exchange_id)
    for origin in sorted(origins(exchange)) if known else ():
        host = urlsplit(origin).hostname or ""
        own = any(host == name or host.endswith(f".{name}") for name in known or ())
        if not own or not origin.startswith("https://"):
            sentence = (
                f"{exchange_id}: the installed ccxt would send to {origin}, which is not this "
                "venue's: reinstall dcaguard with its pinned ccxt; nothing was sent."
            )
            raise NotPermittedError(sentence)


def every_group(exchange: Any) -> Any:
    """Return all API groups: a base_url serves those too that the test network lacks."""
    live, now = exchange.urls.get("apiBackup"), exchange.urls["api"]
    return {**live, **now} if isinstance(live, dict) and isinstance(now, dict) else now


def checked_base_url(base_url: str) -> str:
    """Return scheme://host[:port] of `base_url`; ConfigError unless https, or http on loopback."""
    parts = urlsplit(base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        sentence = f"base_url = {base_url!r}: not an http(s) address without a user. Correct it."
        raise ConfigError(sentence)
    if parts.scheme == "http" and not is_loopback(base_url):
        sentence = f"base_url = {base_url!r}: plain http is for loopback only. Use https."
        raise ConfigError(sentence)
    return f"{parts.scheme}://{parts.netloc}"


def is_loopback(base_url: str) -> bool:
    """Tell whether the address stays on this machine: 127.0.0.0/8, ::1 or localhost."""
    host = urlsplit(base_url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def moved(address: Any, base: str) -> Any:
    """Return the table with scheme and host replaced and every venue path kept."""
    if isinstance(address, dict):
        return {
            name: moved(inner, base) for name, inner in address.items() if name not in _NOT_AN_API
        }
    path = urlsplit(str(address)).path.rstrip("/")
    target = urlsplit(base)
    return urlunsplit((target.scheme, target.netloc, path, "", ""))


def beyond_this_login(exchange: Any) -> dict[str, str]:
    """Return why each API group is out of reach of a login on the test network."""
    from dcaguard.adapters.venues.profiles import PROFILES

    profile = PROFILES.get(exchange.id)
    spot = [probe.group for probe in profile.probes if probe.wallet == SPOT] if profile else []
    return _not_on_test_network(exchange, spot[0]) if spot else {}


def _not_on_test_network(exchange: Any, home: str) -> dict[str, str]:
    """Return why each API group is out of a sandbox login's reach; `home` is its spot group."""
    live, test = exchange.urls.get("apiBackup"), exchange.urls["api"]
    if not isinstance(live, dict) or not isinstance(test, dict):
        return {}
    host = urlsplit(str(test.get(home, ""))).netloc
    beyond = {}
    for group in live:
        there = urlsplit(str(test.get(group, ""))).netloc
        if group not in test:
            beyond[group] = f"the test network {host} has no such product: not covered"
        elif there != host:
            beyond[group] = f"the test network keeps it at {there} behind another login"
    return beyond


def _hosts(names: Any) -> Any:
    if isinstance(names, dict):
        return {name: _hosts(inner) for name, inner in names.items()}
    return f"https://{names}"


def _addresses(address: Any, hostname: str | None) -> list[str]:
    if isinstance(address, dict):
        return [
            found
            for name, inner in address.items()
            if name not in _NOT_AN_API
            for found in _addresses(inner, hostname)
        ]
    text = str(address).replace("{hostname}", hostname or "")
    return [text] if text.startswith("http") else []
