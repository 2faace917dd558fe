"""Each scripted fault does on the wire what its name says, and the ledger knows the truth."""

import gzip
import json
import socket
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import ccxt
import pytest
import requests

from tests.venues.wire.cases import CASES, CLIENT_ID, Case, connect
from tests.venues.wire.data_server import DataServer
from tests.venues.wire.exchange import WireExchange
from tests.venues.wire.faults import EXECUTES

BINANCE, KRAKEN, COINBASE = CASES


@pytest.fixture(params=CASES, ids=lambda c: c.name)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture
def server(case: Case) -> Iterator[WireExchange]:
    with case.start() as running:
        yield running


@pytest.fixture
def client(server: WireExchange) -> Any:
    found = connect(server, timeout=1500)
    found.load_markets()
    return found


def raw_get(server: WireExchange, path: str) -> tuple[bytes, Exception | None]:
    """Return what the socket gave for a GET, and how it ended."""
    where = urlsplit(server.base_url)
    with socket.create_connection((where.hostname, where.port), timeout=5) as wire:
        ask = f"GET {path} HTTP/1.1\r\nHost: {where.netloc}\r\nConnection: close\r\n\r\n"
        wire.sendall(ask.encode())
        found = b""
        try:
            while part := wire.recv(65536):
                found += part
        except OSError as problem:
            return found, problem
        return found, None


PUBLIC_PATHS = {
    "binance": "/api/v3/time",
    "kraken": "/0/public/Time",
    "coinbase": "/v2/time",
}


@pytest.mark.parametrize("kind", ["close", "reset"])
@pytest.mark.parametrize("executed", [True, False])
def test_a_lost_reply_leaves_the_order_done_or_not_as_scripted(
    case: Case, server: WireExchange, client: Any, kind: str, executed: bool
) -> None:
    server.fault(case.order_match, kind, times=1, executed=executed)
    with pytest.raises(ccxt.NetworkError):
        case.buy(client)
    assert len(server.posts()) == 1
    assert len(server.orders()) == int(executed)


def test_close_and_reset_differ_on_the_socket(case: Case, server: WireExchange) -> None:
    path = PUBLIC_PATHS[case.name]
    server.fault(("GET", path), "close", times=1)
    assert raw_get(server, path) == (b"", None)
    server.fault(("GET", path), "reset", times=1)
    found, problem = raw_get(server, path)
    assert found == b""
    assert isinstance(problem, ConnectionResetError)
    assert raw_get(server, path)[0].startswith(b"HTTP/1.1 200")


def test_close_before_reading_executes_nothing(
    case: Case, server: WireExchange, client: Any
) -> None:
    server.fault(case.order_match, "close-before-reading", times=1)
    with pytest.raises(ccxt.NetworkError):
        case.buy(client)
    assert (len(server.posts()), server.orders()) == (1, [])
    assert server.posts()[0]["params"] == {}


def test_refuse_closes_the_port_until_it_is_started_again(
    case: Case, server: WireExchange, client: Any
) -> None:
    before = server.base_url
    server.fault(kind="refuse")
    with pytest.raises(ccxt.NetworkError) as refused:
        client.fetch_time()
    assert "NewConnectionError" in repr(refused.value.__cause__)
    server.start()
    assert server.base_url == before
    assert client.fetch_time() > 0


@pytest.mark.parametrize("when", ["before", "after", "never"])
def test_a_reply_past_the_time_out_is_executed_before_after_or_never(
    case: Case, server: WireExchange, when: str
) -> None:
    client = connect(server, timeout=300)
    client.load_markets()
    server.fault(case.order_match, "delay", times=1, seconds=0.8, when=when)
    with pytest.raises(ccxt.RequestTimeout):
        case.buy(client)
    assert len(server.orders()) == int(when == "before")
    time.sleep(0.8)
    assert len(server.orders()) == int(when != "never")
    assert len(server.posts()) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504, 505, 524])
@pytest.mark.parametrize("executed", [True, False])
def test_a_server_error_before_or_after_execution(
    case: Case, server: WireExchange, client: Any, status: int, executed: bool
) -> None:
    server.fault(case.order_match, "status", times=1, status=status, executed=executed)
    with pytest.raises(ccxt.BaseError):
        case.buy(client)
    assert f">{status}<" in client.last_http_response
    assert len(server.orders()) == int(executed)


@pytest.mark.parametrize("status", [429, 418])
@pytest.mark.parametrize("executed", [True, False])
def test_a_rate_limit_says_how_long_to_wait(
    case: Case, server: WireExchange, client: Any, status: int, executed: bool
) -> None:
    how = {"status": status, "seconds": 17, "executed": executed}
    server.fault(case.order_match, "rate-limit", times=1, **how)
    with pytest.raises(ccxt.BaseError):
        case.buy(client)
    assert client.last_response_headers["Retry-After"] == "17"
    assert len(server.orders()) == int(executed)


ERROR_CODES = [
    *[(BINANCE, x) for x in "-1000 -1001 -1006 -1007 -1008 -2010 -1013 -1021 -2015".split()],
    *[(KRAKEN, x) for x in ("EService:Timeout", "EService:Unavailable", "EGeneral:Internal error")],
    *[(COINBASE, x) for x in ("INTERNAL", "DEADLINE_EXCEEDED", "funds")],
]


@pytest.mark.parametrize(("case", "code"), ERROR_CODES, ids=lambda x: str(getattr(x, "name", x)))
@pytest.mark.parametrize("executed", [True, False])
def test_the_venues_own_error_with_or_without_execution(
    case: Case, code: str, executed: bool
) -> None:
    with case.start() as server:
        client = connect(server)
        client.load_markets()
        server.fault(case.order_match, "error", times=1, code=code, executed=executed)
        with pytest.raises(ccxt.BaseError):
            case.buy(client)
        shown = "INSUFFICIENT_FUND" if code == "funds" else code
        assert shown in client.last_http_response
        assert len(server.orders()) == int(executed)


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
    try:
        case.buy(client)
    except Exception as problem:  # noqa: BLE001 - which one is ccxt's business, not ours
        assert not isinstance(problem, ccxt.InsufficientFunds)
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


def test_a_drip_outlasts_a_time_out_between_bytes(case: Case, server: WireExchange) -> None:
    url = server.base_url + PUBLIC_PATHS[case.name]
    server.fault(("GET", ".*"), "drip", times=1, seconds=0.02, chunk=4)
    began = time.monotonic()
    length = len(requests.get(url, timeout=0.5).content)
    assert time.monotonic() - began > 0.02 * length / 4 * 0.8


def test_a_redirect_elsewhere_carries_the_request_to_another_origin(
    case: Case, server: WireExchange, client: Any
) -> None:
    with DataServer() as other:
        other.route("/stolen", "{}")
        server.fault(case.order_match, "redirect", status=307, to=f"{other.base_url}/stolen")
        try:
            case.buy(client)
        except ccxt.BaseError as problem:
            assert problem
        assert [x["method"] for x in other.requests] == ["POST"]
        assert server.orders() == []


def test_a_redirect_loop_puts_every_post_in_the_log(
    case: Case, server: WireExchange, client: Any
) -> None:
    server.fault(case.order_match, "redirect", status=307)
    with pytest.raises(ccxt.BaseError):
        case.buy(client)
    assert len(server.posts()) == 31
    client.session.max_redirects = 0
    with pytest.raises(ccxt.BaseError):
        case.buy(client)
    assert len(server.posts()) == 32


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
        try:
            client.fetch_order(sent["id"], case.symbol)
        except Exception as problem:  # noqa: BLE001 - ccxt has its own ways to fail on these
            assert problem
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


def test_a_fault_waits_for_its_turn_and_ends(case: Case, server: WireExchange) -> None:
    url = server.base_url + PUBLIC_PATHS[case.name]
    server.fault(("GET", ".*"), "status", status=503, times=2, after=1)
    assert [requests.get(url, timeout=5).status_code for _ in range(4)] == [200, 503, 503, 200]


def test_an_unknown_fault_names_the_known_ones(server: WireExchange) -> None:
    with pytest.raises(ValueError, match="close-before-reading"):
        server.fault(kind="clsoe")
    assert len(EXECUTES) > 30
