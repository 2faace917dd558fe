"""An adapter of each tested venue, joined over real HTTP to a loopback exchange of its own."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dcaguard.adapters.clock import SystemClock
from dcaguard.adapters.venues.ccxt_venue import CcxtVenue
from dcaguard.adapters.venues.opening import open_ccxt_venue
from dcaguard.core.order import Order, Status, client_order_id
from tests.venues.wire.binance import BinanceWire
from tests.venues.wire.coinbase import CoinbaseWire
from tests.venues.wire.kraken import KrakenWire

WIRES: dict[str, tuple[type[Any], str]] = {
    "binance": (BinanceWire, "BTC/USDT"),
    "kraken": (KrakenWire, "BTC/USD"),
    "coinbase": (CoinbaseWire, "BTC/USD"),
}


@dataclass
class Joined:
    """A server, the adapter that talks to it, and the symbol they trade."""

    server: Any
    venue: CcxtVenue
    symbol: str
    clock: SystemClock

    @property
    def order_path(self) -> str:
        return f"^{self.server.ORDER_POST}$"

    def order(self, slot: str = "one", amount: str = "0.0035", **changes: Any) -> Order:
        """Return an order that the book fills at once: limit 60600 against asks from 60010."""
        name = client_order_id("main", "plan", slot, self.symbol, 1)
        now = self.clock.now()
        order = Order(
            client_order_id=name,
            run_id="run",
            strategy="plan",
            slot=slot,
            symbol=self.symbol,
            account="main",
            type="limit-ioc",
            amount=Decimal(amount),
            limit_price=Decimal(60600),
            max_quote=Decimal(500),
            created_at=now,
        )
        return replace(order, **changes)

    def sent(self, order: Order) -> Order:
        return replace(
            order, status=Status.UNKNOWN, sent_at=self.clock.now() - timedelta(seconds=1)
        )

    def posts(self) -> int:
        return len(self.server.posts())


def join(name: str, server: Any, folder: Path) -> CcxtVenue:
    keys = {"apiKey": "api_key"}
    credentials = {keys.get(key, key): text for key, text in server.credentials.items()}
    return open_ccxt_venue(
        "main",
        name,
        credentials,
        base_url=server.base_url,
        sandbox=False,
        cache_path=folder / "cache.db",
        clock=SystemClock(),
    )


@pytest.fixture(params=sorted(WIRES))
def joined(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Joined]:
    kind, symbol = WIRES[request.param]
    with kind() as server:
        server.fund("spot", symbol.split("/")[1], "1000")
        server.book(symbol, [["60000", "1"]], [["60010", "0.002"], ["60020", "3"]])
        venue = join(request.param, server, tmp_path)
        yield Joined(server, venue, symbol, SystemClock())
        venue.close()
