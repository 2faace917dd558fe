"""Each scripted fault does on the wire what its name says, and the ledger knows the truth."""

import contextlib
import socket
import time
from typing import Any
from urllib.parse import urlsplit

import ccxt
import pytest
import requests

from tests.venues.wire.cases import CASES, PUBLIC_PATHS, Case, connect
from tests.venues.wire.data_server import DataServer
from tests.venues.wire.exchange import WireExchange
from tests.venues.wire.faults import EXECUTES

BINANCE, KRAKEN, COINBASE = CASES


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


BINANCE_CODES = "-1000 -1001 -1006 -1007 -1008 -2010 -1013 -1021 -2015"
ERROR_CODES = [
    *[(BINANCE, x) for x in BINANCE_CODES.split()],
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
        with contextlib.suppress(ccxt.BaseError):
            case.buy(client)
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


def test_a_fault_waits_for_its_turn_and_ends(case: Case, server: WireExchange) -> None:
    url = server.base_url + PUBLIC_PATHS[case.name]
    server.fault(("GET", ".*"), "status", status=503, times=2, after=1)
    assert [requests.get(url, timeout=5).status_code for _ in range(4)] == [200, 503, 503, 200]


def test_an_unknown_fault_names_the_known_ones(server: WireExchange) -> None:
    with pytest.raises(ValueError, match="close-before-reading"):
        server.fault(kind="clsoe")
    assert len(EXECUTES) > 30
