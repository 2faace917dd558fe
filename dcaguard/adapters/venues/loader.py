"""One unmodified ccxt class, built so that it can not log, retry, redirect or wander."""

import difflib
import hashlib
import importlib
import importlib.metadata
import importlib.util
import logging
import re
import sys
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dcaguard.adapters.venues.hosts import (
    checked_base_url,
    every_group,
    is_loopback,
    moved,
    refuse_strange_hosts,
)
from dcaguard.core.errors import ConfigError

CCXT_MAJOR = "4"
_TIMEOUT_MS = 30000
_PLACES_MAX = 60
# The credential names of a credentials file, and what ccxt calls them.
_CREDENTIALS = {
    "api_key": "apiKey",
    "secret": "secret",
    "password": "password",
    "uid": "uid",
    "private_key": "privateKey",
    "wallet": "walletAddress",
}
_OPTIONS: dict[str, dict[str, object]] = {
    "binance": {
        "defaultType": "spot",
        "fetchMarkets": {"types": ["spot"]},
        "fetchCurrencies": False,
        "fetchMargins": False,
        "warnOnFetchOpenOrdersWithoutSymbol": False,
        "recvWindow": 5000,
    },
    "coinbase": {
        "fetchTime": "v3PublicGetBrokerageTime",
        "fetchBalance": "v3PrivateGetBrokerageAccounts",
    },
    "bybit": {"fetchMarkets": {"types": ["spot"]}, "defaultType": "spot", "recvWindow": 5000},
    "okx": {"fetchMarkets": {"types": ["spot"]}, "defaultType": "spot"},
    "bitget": {"fetchMarkets": {"types": ["spot"]}, "defaultType": "spot"},
    "kucoin": {"fetchMarkets": {"types": ["spot"]}, "defaultType": "spot"},
    "gate": {"fetchMarkets": {"types": ["spot"]}, "defaultType": "spot"},
    "htx": {"fetchMarkets": {"types": {"spot": True, "linear": False, "inverse": False}}},
    "mexc": {
        "fetchMarkets": {"types": {"spot": True, "swap": {"linear": False, "inverse": False}}}
    },
    "hyperliquid": {"builderFee": False, "fetchMarkets": {"types": ["spot"]}},
}


def load_class(exchange_id: str) -> type[Any]:
    """Return ccxt's class for `exchange_id` without importing the other hundred.

    ConfigError (78) when ccxt does not know the id or is not the version this was written for.
    """
    version = importlib.metadata.version("ccxt")
    if version.split(".")[0] != CCXT_MAJOR:
        sentence = f"ccxt {version} is installed; dcaguard needs version {CCXT_MAJOR}. Reinstall."
        raise ConfigError(sentence)
    folder = _package_folder()
    known = {path.stem for path in folder.glob("[a-z]*.py")}
    if re.fullmatch(r"[a-z0-9]+", exchange_id) is None or exchange_id not in known:
        near = difflib.get_close_matches(exchange_id, sorted(known), n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        sentence = f"exchange = {exchange_id!r}: ccxt knows no such exchange.{hint}"
        raise ConfigError(sentence)
    if "ccxt" not in sys.modules:
        _install_stub(folder, version)
    module = importlib.import_module(f"ccxt.{exchange_id}")
    loaded: type[Any] = getattr(module, exchange_id)
    return loaded


def build(
    exchange_id: str, credentials: Mapping[str, str], *, base_url: str | None, sandbox: bool
) -> Any:
    """Return an instance that knows its URLs and keys; it is not fit to send yet.

    Its `session` must be replaced by a guarded one before use. ConfigError (78) for a plain http
    base_url that is not loopback, or for a sandbox that the venue does not have.
    """
    cls = load_class(exchange_id)
    keys = {_CREDENTIALS[name]: text for name, text in credentials.items() if name in _CREDENTIALS}
    exchange = cls(
        {
            **keys,
            "enableRateLimit": not (base_url and is_loopback(base_url)),
            "timeout": _TIMEOUT_MS,
            "number": str,
            "options": {
                **_OPTIONS.get(exchange_id, {}),
                "adjustForTimeDifference": False,
                "maxRetriesOnFailure": 0,
            },
        }
    )
    _muzzle(exchange)
    _bound_precision(exchange)
    # Currency lists cost requests, some of them private; markets carry what is needed here.
    exchange.has["fetchCurrencies"] = False
    if exchange_id == "hyperliquid":
        # ccxt would first approve its own builder fee and referrer: account-changing actions.
        exchange.initialize_client = lambda: True
    if sandbox:
        _enter_sandbox(exchange, exchange_id)
    if base_url is not None:
        exchange.urls["api"] = moved(every_group(exchange), checked_base_url(base_url))
    else:
        refuse_strange_hosts(exchange, exchange_id)
    return exchange


def _package_folder() -> Path:
    spec = importlib.util.find_spec("ccxt")
    if spec is None or not spec.submodule_search_locations:
        sentence = "ccxt is not installed as a package. Reinstall dcaguard."
        raise ConfigError(sentence)
    return Path(spec.submodule_search_locations[0])


def _install_stub(folder: Path, version: str) -> None:
    """Stand in for ccxt's package, whose own start imports every exchange (0.3 s, 40 MB)."""
    spec = importlib.util.find_spec("ccxt")
    stub = types.ModuleType("ccxt")
    stub.__path__ = [str(folder)]
    stub.__spec__ = spec
    stub.__dict__["__version__"] = version
    sys.modules["ccxt"] = stub


def _bound_precision(exchange: Any) -> None:
    """Refuse a precision that no market has: ccxt would write out that many zeros, one by one."""
    usual = exchange.parse_precision

    def parse_precision(precision: Any) -> Any:
        if precision is not None and abs(int(precision)) > _PLACES_MAX:
            msg = "a precision that no market has"
            raise ValueError(msg)
        return usual(precision)

    exchange.parse_precision = parse_precision


def _muzzle(exchange: Any) -> None:
    """Silence both of ccxt's voices: they print keys and signed bodies."""
    logger = logging.getLogger("ccxt.base.exchange")
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    silent = logging.getLogger("dcaguard.silent")
    silent.disabled = True
    exchange.logger = silent
    exchange.log = _say_nothing  # what `verbose` would print through


def _say_nothing(*_: object) -> None:
    """Take the words and drop them."""


def _enter_sandbox(exchange: Any, exchange_id: str) -> None:
    if not exchange.urls.get("test"):
        sentence = f"sandbox = true: {exchange_id} has no test network in ccxt. Remove it."
        raise ConfigError(sentence)
    exchange.set_sandbox_mode(True)


def key_fingerprint(exchange: Any) -> str:
    """Return 16 hex digits of a key's digest, the same under every account name; '' without one."""
    key = exchange.apiKey or exchange.walletAddress
    text = f"{exchange.id}\x1f{key}"
    return hashlib.sha256(text.encode()).hexdigest()[:16] if key else ""
