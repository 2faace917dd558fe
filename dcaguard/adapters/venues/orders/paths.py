"""Which venues' order paths are tested against a server that speaks the venue's wire protocol."""

from dcaguard.adapters.venues.orders.binance import BinanceOrders
from dcaguard.adapters.venues.orders.coinbase import CoinbaseOrders
from dcaguard.adapters.venues.orders.kraken import KrakenOrders
from dcaguard.adapters.venues.orders.path import OrderPath

ORDER_PATHS: dict[str, type[OrderPath]] = {
    "binance": BinanceOrders,
    "kraken": KrakenOrders,
    "coinbase": CoinbaseOrders,
}
