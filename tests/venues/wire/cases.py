"""The same small situation on each venue: funded, one market with a thin first ask."""

from dataclasses import dataclass
from typing import Any

from tests.venues.wire.binance import BinanceWire
from tests.venues.wire.coinbase import CoinbaseWire
from tests.venues.wire.connecting import connect
from tests.venues.wire.exchange import WireExchange
from tests.venues.wire.kraken import KrakenWire

CLIENT_ID = "6d1b345e-2821-40e2-ad83-4ecb18a06876"  # valid on all three
ORDER_PATHS = {  # what the order POST's path ends in
    "binance": r"/api/v3/order$",
    "kraken": r"/AddOrder$",
    "coinbase": r"/brokerage/orders$",
}

PUBLIC_PATHS = {
    "binance": "/api/v3/time",
    "kraken": "/0/public/Time",
    "coinbase": "/v2/time",
}


@dataclass(frozen=True)
class Case:
    """One venue with the market these tests use."""

    kind: type[WireExchange]
    symbol: str
    id_param: str

    @property
    def name(self) -> str:
        return self.kind.NAME

    @property
    def quote(self) -> str:
        return self.symbol.split("/")[1]

    @property
    def order_match(self) -> tuple[str, str]:
        return ("POST", ORDER_PATHS[self.name])

    def start(self) -> WireExchange:
        """Start a server with 1000 of quote and asks 0.01 at 50000, 1 at 50010."""
        server = self.kind().start()
        self.furnish(server)
        return server

    def furnish(self, server: Any) -> None:
        """Fund and quote an exchange, here or in another process."""
        server.fund("spot", self.quote, 1000)
        asks = [["50000", "0.01"], ["50010", "1"]]
        server.book(self.symbol, [["49990", "1"]], asks)

    def buy(self, client: Any, amount: str = "0.004", price: str = "50100", **params: Any) -> Any:
        """Send a limit IOC buy with CLIENT_ID."""
        how = {"timeInForce": "IOC", self.id_param: CLIENT_ID, **params}
        return client.create_order(self.symbol, "limit", "buy", amount, price, how)


CASES = (
    Case(BinanceWire, "BTC/USDT", "clientOrderId"),
    Case(KrakenWire, "BTC/USD", "clientOrderId"),
    Case(CoinbaseWire, "BTC/USD", "client_order_id"),
)

__all__ = ["CASES", "CLIENT_ID", "PUBLIC_PATHS", "Case", "connect"]
