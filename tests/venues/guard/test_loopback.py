"""The guard over real HTTP, against servers that speak the venues' own wire protocol."""

import pytest

from dcaguard.adapters.venues.guard_reader import read_account
from dcaguard.adapters.venues.profiles import PROFILES
from dcaguard.core.account import AccountView, Proof
from dcaguard.core.policy.leverage import stops
from tests.venues.wire import BinanceWire, CoinbaseWire, KrakenWire, connect

from .driver import NOON

SERVERS = {"binance": BinanceWire, "kraken": KrakenWire, "coinbase": CoinbaseWire}


def read(venue: str, server: object) -> AccountView:
    client = connect(server)
    return read_account(client, PROFILES[venue], account="main", now=NOON, markets={})


def violated(view: AccountView) -> set[tuple[str, str]]:
    return {(c.check, c.wallet) for c in view.checks if c.result is Proof.VIOLATED}


@pytest.mark.parametrize("venue", SERVERS)
def test_a_fresh_spot_account_may_buy(venue: str) -> None:
    with SERVERS[venue]().start() as server:
        server.fund("spot", "USDT" if venue == "binance" else "USD", "1000.25")
        view = read(venue, server)
    found = stops(view, require_key_rights="proved", accept_cannot_tell=frozenset())
    assert [(c.check, c.detail) for c in found] == []
    assert view.unread == ()
    assert next(str(h.free) for h in view.holdings if h.spendable).startswith("1000.25")


def test_every_fault_of_a_binance_account_is_found() -> None:
    with BinanceWire().start() as server:
        server.debt("margin", "USDT", "200.5", "0.5")
        server.debt("isolated", "ETH", "0.08")
        server.debt("loan-flexible", "USDT", "100")
        server.position("usdm", "BTCUSDT", "-0.01")
        server.rights(withdraw=True, futures=True)
        view = read("binance", server)
    assert violated(view) == {
        ("debt", "margin"),
        ("interest", "margin"),
        ("debt", "isolated"),
        ("loans", "loans-flexible"),
        ("positions", "usdm"),
        ("key-rights", "key"),
    }


def test_every_fault_of_a_kraken_account_is_found() -> None:
    with KrakenWire().start() as server:
        server.fund("spot", "USD", "-12.5")
        server.debt("credit", "EUR", "50")
        server.position("margin", "ETH/USD", "0.02", leverage="5")
        server.rights(withdraw=True)
        view = read("kraken", server)
    assert violated(view) == {("debt", "spot"), ("positions", "margin"), ("key-rights", "key")}
    assert {h.asset: str(h.debt) for h in view.holdings if h.debt} == {
        "USD": "12.5000",
        "EUR": "50",
    }


def test_a_coinbase_key_that_can_transfer_is_refused() -> None:
    with CoinbaseWire().start() as server:
        server.rights(transfer=True)
        view = read("coinbase", server)
    assert violated(view) == {("key-rights", "key")}
