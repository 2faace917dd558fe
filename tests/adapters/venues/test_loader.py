"""What is built from ccxt: one class, tamed."""

import logging
import subprocess
import sys
from typing import Any, ClassVar

import pytest

from dcaguard.adapters.venues import hosts, loader
from dcaguard.adapters.venues.egress import (
    Egress,
    EgressRefusedError,
    Passage,
    Rule,
    TransportError,
)
from dcaguard.adapters.venues.orders.paths import ORDER_PATHS
from dcaguard.adapters.venues.profiles import PROFILES
from dcaguard.adapters.venues.public_paths import public_rules
from dcaguard.core.config import VENUES
from dcaguard.core.errors import ConfigError

SECRET = "sEcReT-canary"


def built(name: str = "binance", base_url: str | None = None, **more: Any) -> Any:
    return loader.build(
        name, {"api_key": SECRET, "secret": SECRET}, base_url=base_url, sandbox=False, **more
    )


def test_one_class_is_imported_and_not_the_other_hundred() -> None:
    code = (
        "import sys; from dcaguard.adapters.venues.loader import load_class; load_class('kraken');"
        "print(sum(m.startswith('ccxt.') and m.count('.') == 1 for m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 6


def test_a_ccxt_that_is_imported_already_is_used() -> None:
    code = (
        "import ccxt; from dcaguard.adapters.venues.loader import load_class;"
        "assert load_class('kraken') is ccxt.kraken"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", ["krakn", "Kraken", "base", "../kraken", "os", ""])
def test_an_unknown_exchange_is_a_config_error(name: str) -> None:
    with pytest.raises(ConfigError):
        loader.load_class(name)


def test_a_typo_names_the_nearest_exchange() -> None:
    with pytest.raises(ConfigError, match="'kraken'"):
        loader.load_class("krakne")


@pytest.mark.parametrize("name", VENUES)
def test_base_url_moves_every_group_and_keeps_the_venues_path(name: str) -> None:
    exchange = loader.build(name, {}, base_url="http://127.0.0.1:81/", sandbox=False)
    assert hosts.origins(exchange) == {"http://127.0.0.1:81"}
    assert not exchange.enableRateLimit
    assert loader.build(name, {}, base_url=None, sandbox=False).enableRateLimit


def test_base_url_keeps_binances_paths() -> None:
    urls = built(base_url="http://localhost:81").urls["api"]
    assert urls["private"] == "http://localhost:81/api/v3"
    assert urls["sapi"] == "http://localhost:81/sapi/v1"


@pytest.mark.parametrize(
    "url",
    ["http://example.org", "http://127.0.0.1.example.org", "ftp://127.0.0.1", "127.0.0.1",
     "http://user@127.0.0.1", "http://10.0.0.1:80", "http://0.0.0.0", ""],
)  # fmt: skip
def test_plain_http_is_for_loopback_only(url: str) -> None:
    with pytest.raises(ConfigError):
        hosts.checked_base_url(url)


@pytest.mark.parametrize(
    "url", ["http://127.9.9.9:1", "http://[::1]:1", "http://localhost", "https://x.org"]
)
def test_loopback_and_https_are_allowed(url: str) -> None:
    assert hosts.checked_base_url(url) == url


def test_neither_verbose_nor_debug_logging_says_anything(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    exchange = built(base_url="http://127.0.0.1:9")
    exchange.verbose = True
    with pytest.raises(Exception, match=r"binance|account"):
        exchange.privateGetAccount({})
    out = capfd.readouterr()
    assert SECRET not in out.out + out.err + caplog.text
    assert out.out == ""


def test_orders_are_never_repeated_by_ccxt() -> None:
    for name in VENUES:
        exchange = loader.build(name, {}, base_url=None, sandbox=False)
        assert exchange.options["maxRetriesOnFailure"] == 0
        assert not exchange.options.get("adjustForTimeDifference")


def test_a_sandbox_that_does_not_exist_is_a_config_error() -> None:
    with pytest.raises(ConfigError):
        loader.build("kraken", {}, base_url=None, sandbox=True)
    sandbox = loader.build("binance", {}, base_url=None, sandbox=True)
    assert "https://testnet.binance.vision" in hosts.origins(sandbox)


# Every request but a GET that may leave the process, of all that ccxt could sign. A new line
# here is a decision: it must be a read, our one order, or the cancel of it.
MAY_LEAVE: dict[str, set[str]] = {
    "binance": {
        "DELETE /api/v3/order",
        "POST /api/v3/order",
        "POST /sapi/v1/asset/get-funding-asset",
    },
    "kraken": {
        f"POST /0/private/{name}"
        for name in [
            "AddOrder",
            "BalanceEx",
            "CancelOrder",
            "ClosedOrders",
            "GetApiKeyInfo",
            "OpenOrders",
            "OpenPositions",
            "QueryOrders",
            "QueryTrades",
            "TradeBalance",
            "TradesHistory",
        ]
    },
    "coinbase": {"POST /api/v3/brokerage/orders", "POST /api/v3/brokerage/orders/batch_cancel"},
    "htx": {
        "POST /api/v1/contract_account_info",
        "POST /api/v1/contract_position_info",
        "POST /swap-api/v1/swap_account_info",
        "POST /swap-api/v1/swap_position_info",
    },
    "bitstamp": {"POST /api/v2/account_balances/", "POST /api/v2/open_orders/all/"},
    "gemini": {
        f"POST /v1/{name}"
        for name in [
            "account",
            "balances",
            "balances/staking",
            "margin/account",
            "orders",
            "positions",
            "roles",
        ]
    },
    "bitfinex": {
        f"POST /v2/auth/r/{name}"
        for name in [
            "funding/credits",
            "info/margin/base",
            "orders",
            "permissions",
            "positions",
            "wallets",
        ]
    },
    "hyperliquid": {"POST /info"},
}


@pytest.mark.parametrize("name", VENUES)
def test_of_all_that_ccxt_could_sign_only_these_writes_may_leave(name: str) -> None:
    home = "http://127.0.0.1:81"
    exchange = loader.build(name, {}, base_url=home, sandbox=False)
    path = ORDER_PATHS.get(name)
    reads = tuple(Rule(method, regex) for method, regex in PROFILES[name].read_paths)
    free = (*public_rules(exchange), *reads, *(path.free if path else ()))
    egress = Egress(hosts.origins(exchange), free, path.order if path else ())
    passed = {
        f"{method} {url.removeprefix(home)}"
        for method, url in _writes(exchange)
        if _passes(egress, method, url)
    }
    assert passed <= MAY_LEAVE.get(name, set())


MARKET = {
    "id": "BTCUSDT", "symbol": "BTC/USDT", "base": "BTC", "quote": "USDT", "baseId": "BTC",
    "quoteId": "USDT", "type": "spot", "spot": True, "active": True, "contract": False,
    "precision": {"amount": "0.1", "price": "0.1"}, "limits": {}, "info": {},
}  # fmt: skip


@pytest.mark.parametrize("name", VENUES)
def test_every_venues_public_reads_are_on_its_list(name: str) -> None:
    exchange = loader.build(name, {}, base_url="http://127.0.0.1:81", sandbox=False)
    asked = _Asked(Egress(hosts.origins(exchange), public_rules(exchange)))
    exchange.session = asked
    exchange.set_markets([MARKET])
    exchange.session = asked
    reads = {"fetch_markets": (), "fetch_ticker": ("BTC/USDT",), "fetch_order_book": ("BTC/USDT",)}
    for method, args in reads.items():
        with pytest.raises(TransportError):
            getattr(exchange, method)(*args)
    assert asked.passed >= len(reads)


class _Asked:
    """A session that examines each request and lets none out."""

    headers: ClassVar[dict[str, str]] = {}
    cookies: ClassVar[dict[str, str]] = {}

    def __init__(self, egress: Egress) -> None:
        self.egress = egress
        self.passed = 0

    def request(self, method: str, url: str, **_: Any) -> None:
        assert self.egress.passage(method, url) is Passage.FREE
        self.passed += 1
        raise TransportError("not sent", touched=False)

    def close(self) -> None:
        """Nothing is open."""


def _writes(exchange: Any) -> list[tuple[str, str]]:
    """Return every request that ccxt's own table could sign and that is no GET."""
    found: list[tuple[str, str]] = []

    def walk(node: Any) -> None:
        for key, inner in node.items():
            if key in {"post", "put", "delete", "patch"}:
                for path in inner:
                    filled = "/".join(
                        "x" if part.startswith("{") else part for part in path.split("/")
                    )
                    prefixes = _prefixes(exchange)
                    found.extend((key.upper(), f"{prefix}/{filled}") for prefix in prefixes)
            elif isinstance(inner, dict) and key != "get":
                walk(inner)

    walk(exchange.api)
    assert found
    return found


def _prefixes(exchange: Any) -> list[str]:
    urls: Any = exchange.urls["api"]
    texts: list[str] = []

    def flat(node: Any) -> None:
        if isinstance(node, dict):
            for inner in node.values():
                flat(inner)
        else:
            texts.append(str(node))

    flat(urls)
    extra = ["", "/0/private", "/api/v3", "/v1", "/v2", "/api/v5", "/api/v1", "/api/v4", "/v2/auth"]
    return sorted({text + more for text in texts for more in extra})


def _passes(egress: Egress, method: str, url: str) -> bool:
    try:
        egress.passage(method, url)
    except EgressRefusedError:
        return False
    return True
