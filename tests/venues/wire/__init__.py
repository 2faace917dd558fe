"""Loopback exchanges that speak the venues' own REST protocols, for unmodified clients.

In this process, on a free port, in a thread::

    from tests.venues.wire import BinanceWire, connect

    with BinanceWire().start() as server:
        server.fund("spot", "USDT", 1000)
        server.book("BTC/USDT", bids=[["49990", "1"]], asks=[["50000", "0.01"], ["50010", "1"]])
        client = connect(server)                  # an unmodified ccxt class, URLs pointed here
        client.create_order("BTC/USDT", "limit", "buy", "0.002", "50100",
                            {"timeInForce": "IOC", "clientOrderId": "abc"})
        assert len(server.posts()) == 1 and server.orders()[0]["status"] == "closed"

In a process of its own, with the same methods (kill -9 of the client cannot touch it)::

    with spawn("kraken", tmp_path / "kraken.json") as server:
        server.fault(("POST", "/AddOrder$"), "close", times=1)
    # or: python -m tests.venues.wire --exchange kraken --port 0 --state FILE --faults JSON
    # FILE holds base_url, credentials and ledger, FILE.log the requests (JSON Lines); a second
    # start with the same FILE goes on with the same ledger and keys.

`server.base_url` is `http://127.0.0.1:PORT`; the venue's own paths follow it, every API group on
the one port. `server.credentials` is made anew at each start, never stored in the repository.

Scripting: book, fees, fund, debt, position, resting, rights, mode, access, market, script,
clock_offset, maintenance, fault, clear_faults, late_fill, foreign_trade, stop/start (same port).
Asking: requests, posts(), orders(), trades(), balance(wallet, asset), free(wallet, asset),
log_file. Numbers in orders() and trades() are plain strings.

Faults: `server.fault((METHOD, path regex), kind, times=n, after=k, ...)`, kinds in `faults.py`.
"""

from tests.venues.wire.binance import BinanceWire
from tests.venues.wire.coinbase import CoinbaseWire
from tests.venues.wire.connecting import connect
from tests.venues.wire.exchange import WireExchange
from tests.venues.wire.kraken import KrakenWire
from tests.venues.wire.remote import RemoteExchange, spawn

EXCHANGES: dict[str, type[WireExchange]] = {
    "binance": BinanceWire,
    "coinbase": CoinbaseWire,
    "kraken": KrakenWire,
}

__all__ = [
    "EXCHANGES",
    "BinanceWire",
    "CoinbaseWire",
    "KrakenWire",
    "RemoteExchange",
    "WireExchange",
    "connect",
    "spawn",
]
