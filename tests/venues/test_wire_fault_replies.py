"""Spoilt bodies, impossible values and what goes on inside the exchange are as the faults say."""

import contextlib
import gzip
import json
import time
from decimal import Decimal
from typing import Any

import pytest
import requests

from tests.venues.wire.cases import CASES, CLIENT_ID, PUBLIC_PATHS, Case, connect
from tests.venues.wire.exchange import WireExchange

BINANCE, KRAKEN, COINBASE = CASES


@pytest.fixture
def client(server: WireExchange) -> Any:
    found = connect(server, timeout=1500)
    found.load_markets()
    return found


BODIES = {
    "empty": b"",
    "object": b"{}",
    "list": b"[]",
    "null": b"null",
}


@pytest.mark.parametrize("kind", [*BODIES, "truncated", "html", "charset", "nul"])
def test_a_broken_body_follows_an_executed_order(
    case: Case, server: WireExchange, client: Any, kind: str
) -> None:
    server.fault(case.order_match, kind, times=1)
    with contextlib.suppress(Exception):  # which one, if any, is ccxt's business
        case.buy(client)
    assert len(server.orders()) == 1
    path = PUBLIC_PATHS[case.name]
    server.fault(("GET", path), kind, times=1)
    body = requests.get(server.base_url + path, timeout=5).content
    if kind in BODIES:
        assert body == BODIES[kind]
    elif kind == "html":
        assert body.startswith(b"<!DOCTYPE html>")
    else:
        with pytest.raises(ValueError, match=r"Expecting|decode|Invalid|Unterminated|delimiter"):
            json.loads(body)


def test_gzip_bombs_bad_gzip_and_huge_replies_are_what_they_say(
    case: Case, server: WireExchange
) -> None:
    url = server.base_url + PUBLIC_PATHS[case.name]
    server.fault(("GET", ".*"), "gzip-bomb", times=1)
    with requests.get(url, stream=True, timeout=10) as reply:
        packed = reply.raw.read(decode_content=False)
    assert len(packed) < 100_000
    assert len(gzip.decompress(packed)) == 32 * 1024 * 1024
    server.fault(("GET", ".*"), "bad-gzip", times=1)
    with pytest.raises(requests.exceptions.ContentDecodingError):
        requests.get(url, timeout=5)
    server.fault(("GET", ".*"), "huge", times=1)
    assert len(requests.get(url, timeout=10).content) > 4 * 1024 * 1024


VALUES = {
    "nan": "NaN",
    "infinity": "Infinity",
    "overflow": "1e999",
    "huge-int": "9" * 400,
    "negative": '"-0.001"',
    "overfilled": '"1000000"',
    "wrong-symbol": "DOGEUSDT",
    "wrong-client-id": "somebody-elses-order",
}


@pytest.mark.parametrize("kind", VALUES)
def test_an_impossible_value_reaches_the_client_as_it_is(kind: str, case: Case) -> None:
    with case.start() as server:
        client = connect(server)
        sent = case.buy(client)
        server.fault((".*", r"QueryOrders|/order$|historical/9bc"), kind)
        with contextlib.suppress(Exception):  # ccxt has its own ways to fail on these
            client.fetch_order(sent["id"], case.symbol)
        assert VALUES[kind] in client.last_http_response


def test_a_wrong_side_and_any_other_field_can_be_written(case: Case) -> None:
    with case.start() as server:
        client = connect(server)
        sent = case.buy(client)
        look = (".*", r"QueryOrders|/order$|historical/9bc")
        server.fault(look, "wrong-side", times=1)
        assert client.fetch_order(sent["id"], case.symbol)["side"].lower() == "sell"
        server.fault(look, "field", times=1, fields={"status": '"MOON"'})
        client.fetch_order(sent["id"], case.symbol)
        assert '"status":"MOON"' in client.last_http_response


def look_up(case: Case, client: Any) -> list[str]:
    """Return the ids of orders with our client id, from the lists a client would ask."""
    if case is BINANCE:
        rows = client.fetch_orders(case.symbol)
    elif case is KRAKEN:
        rows = client.fetch_closed_orders(case.symbol, params={"clientOrderId": CLIENT_ID})
    else:
        rows = client.fetch_orders(case.symbol)
    return [x["id"] for x in rows if x["clientOrderId"] == CLIENT_ID]


def test_a_hidden_order_shows_only_later(case: Case, server: WireExchange, client: Any) -> None:
    server.fault(case.order_match, "hidden", times=1, seconds=0.6)
    sent = case.buy(client)
    assert look_up(case, client) == []
    assert client.fetch_my_trades(case.symbol) == []
    time.sleep(0.7)
    assert look_up(case, client) == [sent["id"]]


def test_a_duplicate_makes_two_orders_with_one_client_id(
    case: Case, server: WireExchange, client: Any
) -> None:
    server.fault(case.order_match, "duplicate", times=1)
    case.buy(client)
    assert len(server.posts()) == 1
    assert len(set(look_up(case, client))) == 2
    assert server.balance("spot", "BTC") > Decimal("0.0079")


def test_a_partial_fill_is_cut_off_by_the_exchange(
    case: Case, server: WireExchange, client: Any
) -> None:
    server.fault(case.order_match, "partial", times=1, share="0.25")
    sent = case.buy(client)
    shown = client.fetch_order(sent["id"], case.symbol)
    assert (shown["filled"], shown["status"] in {"canceled", "expired"}) == (0.001, True)


def test_a_cancelled_order_fills_late(case: Case, server: WireExchange, client: Any) -> None:
    server.fault(case.order_match, "late-fill", times=1, share="0", seconds=0.4)
    sent = case.buy(client)
    assert client.fetch_order(sent["id"], case.symbol)["filled"] == 0
    time.sleep(0.5)
    shown = client.fetch_order(sent["id"], case.symbol)
    assert (shown["filled"], shown["status"]) == (0.004, "closed")


def test_trades_come_twice_and_pages_overlap(case: Case, server: WireExchange) -> None:
    client = connect(server)
    for _ in range(3):
        server.foreign_trade(case.symbol, "buy", "0.001", "50000")
    paths = (".*", r"myTrades|TradesHistory|fills")
    if case is not KRAKEN:  # its trades come keyed by id: twice means overlapping pages
        server.fault(paths, "twice", times=1)
        ids = [x["id"] for x in client.fetch_my_trades(case.symbol)]
        assert len(ids) == 6
        assert len(set(ids)) == 3
    second = {"binance": {"fromId": 1006}, "kraken": {"ofs": 2}, "coinbase": {"cursor": "2"}}
    whole = len(client.fetch_my_trades(case.symbol, params=second[case.name]))
    server.fault(paths, "overlap", times=1)
    assert len(client.fetch_my_trades(case.symbol, params=second[case.name])) > whole
