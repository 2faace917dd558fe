"""Opens the way to one account: its exchange, its guarded session, its order path."""

from collections.abc import Mapping
from pathlib import Path

from dcaguard.adapters.venues.ccxt_venue import CcxtVenue
from dcaguard.adapters.venues.egress import Egress
from dcaguard.adapters.venues.hosts import beyond_this_login, origins
from dcaguard.adapters.venues.line import Line
from dcaguard.adapters.venues.loader import build, key_fingerprint
from dcaguard.adapters.venues.markets_cache import MarketsCache
from dcaguard.adapters.venues.orders.paths import ORDER_PATHS
from dcaguard.adapters.venues.public_paths import profile_rules, public_rules
from dcaguard.adapters.venues.session import GuardedSession
from dcaguard.core.login import Login
from dcaguard.ports import Clock, Secrets


def open_ccxt_venue(  # noqa: PLR0913 (what a config says of an account, and where to keep markets)
    account: str,
    exchange_id: str,
    credentials: Mapping[str, str],
    *,
    base_url: str | None,
    sandbox: bool,
    cache_path: Path,
    clock: Clock,
    secrets: Secrets | None = None,
) -> CcxtVenue:
    """Return the venue of one account; without credentials it serves public data only.

    Nothing is sent yet. ConfigError (78): unknown exchange, unsafe base_url, no sandbox.
    """
    exchange = build(exchange_id, credentials, base_url=base_url, sandbox=sandbox)
    path_class = ORDER_PATHS.get(exchange_id)
    orders = path_class() if path_class is not None and credentials else None
    free = (*public_rules(exchange), *profile_rules(exchange_id), *(orders.free if orders else ()))
    session = GuardedSession(
        Egress(origins(exchange), free, orders.order if orders is not None else ()),
        clock,
        secrets=secrets,
    )
    exchange.session.close()
    exchange.session = session
    where = base_url or ("sandbox" if sandbox else "live")
    cache = MarketsCache(cache_path, exchange_id, where)
    # A base_url may lead to real money: there every product is asked for.
    beyond = beyond_this_login(exchange) if sandbox and base_url is None else {}
    login = Login(exchange_id, where, key_fingerprint(exchange))
    return CcxtVenue(account, login, Line(exchange, session, clock), orders, cache, beyond)
