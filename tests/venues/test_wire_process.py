"""The same exchanges in a process of their own, behind TLS, and beside a server of data."""

import json
import ssl
import subprocess
import sys
import time
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

import ccxt
import pytest
import requests

from tests.venues.wire import BinanceWire, connect, spawn
from tests.venues.wire.cases import CASES, Case
from tests.venues.wire.data_server import DataServer
from tests.venues.wire.remote import ROOT
from tests.venues.wire.tls import certificate, context


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_an_exchange_of_its_own_process_is_scripted_and_asked_the_same_way(
    case: Case, tmp_path: Path
) -> None:
    state = tmp_path / "exchange.json"
    with spawn(case.name, state) as server:
        case.furnish(server)
        server.fault(case.order_match, "close", times=1)
        client = connect(server, case.name)
        with pytest.raises(ccxt.NetworkError):
            case.buy(client)
        (order,) = server.orders()
        assert (order["filled"], len(server.posts()), len(server.trades())) == ("0.004", 1, 1)
        assert server.balance("spot", case.quote) <= 800
        assert oct(state.stat().st_mode & 0o777) == "0o600"
    logged = [json.loads(x) for x in server.log_file.read_text().splitlines()]
    assert [x["method"] for x in logged if "close" in x["faults"]] == ["POST"]
    with spawn(case.name, state) as again:
        assert again.credentials == server.credentials
        assert [x["order_id"] for x in again.orders()] == [order["order_id"]]
        assert len(again.posts()) == 1


def test_faults_can_be_given_on_the_command_line(tmp_path: Path) -> None:
    fault = {"kind": "status", "match": ["GET", "time"], "status": 503, "times": 1}
    with spawn("binance", tmp_path / "b.json", faults=[fault]) as server:
        url = f"{server.base_url}/api/v3/time"
        assert [requests.get(url, timeout=5).status_code for _ in range(2)] == [503, 200]


def test_a_process_refuses_connections_for_a_while(tmp_path: Path) -> None:
    with spawn("kraken", tmp_path / "k.json") as server:
        url = f"{server.base_url}/0/public/Time"
        server.fault(kind="refuse", seconds=1)
        time.sleep(0.4)
        with pytest.raises(requests.ConnectionError, match="refused"):
            requests.get(url, timeout=2)
        time.sleep(1.2)
        assert requests.get(url, timeout=2).status_code == 200


def test_a_killed_client_does_not_take_its_order_with_it(tmp_path: Path) -> None:
    case = CASES[0]
    with spawn("binance", tmp_path / "b.json") as server:
        case.furnish(server)
        server.fault(case.order_match, "delay", times=1, seconds=0.5, when="after")
        script = (
            "import sys, json\n"
            "from tests.venues.wire.cases import CASES, connect\n"
            "from types import SimpleNamespace\n"
            "server = SimpleNamespace(**json.loads(sys.stdin.read()))\n"
            "CASES[0].buy(connect(server, 'binance'))\n"
        )
        about = {"base_url": server.base_url, "credentials": server.credentials}
        client = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, cwd=ROOT)
        assert client.stdin is not None
        client.stdin.write(json.dumps(about).encode())
        client.stdin.close()
        _until(lambda: len(server.posts()) == 1)
        client.kill()
        client.wait(10)
        _until(lambda: len(server.orders()) == 1)


def _until(holds: Any) -> None:
    for _ in range(400):
        if holds():
            return
        time.sleep(0.025)
    raise AssertionError("it did not happen within ten seconds")


def test_control_refuses_what_is_not_a_control_call() -> None:
    with BinanceWire().start() as server:
        answer = requests.post(
            f"{server.base_url}/__control__", json={"call": "make_credentials"}, timeout=5
        )
        assert answer.status_code == 400
        assert "make_credentials" in answer.json()["error"]
        assert server.requests == []


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("self-signed", "self.signed|unable to get"),
        ("wrong-host", "IP address mismatch|doesn't match"),
        ("expired", "expired"),
    ],
)
def test_a_certificate_is_wrong_in_the_way_its_name_says(
    kind: str, words: str, tmp_path: Path
) -> None:
    authority, chain, key = certificate(kind, tmp_path)
    with BinanceWire().start(tls=context(chain, key)) as server:
        assert server.base_url.startswith("https://127.0.0.1:")
        with pytest.raises(requests.exceptions.SSLError, match=words):
            requests.get(f"{server.base_url}/api/v3/time", verify=str(authority), timeout=5)
        client = connect(server)
        with pytest.raises(ccxt.BaseError):
            client.fetch_balance()
        assert server.requests == []
        assert b"serverTime" in _unverified(server.base_url, "/api/v3/time")


def _unverified(base_url: str, path: str) -> bytes:
    """Return what a client that checks nothing would get: the server itself is well."""
    host, port = base_url.removeprefix("https://").split(":")
    careless = ssl._create_unverified_context()
    connection = HTTPSConnection(host, int(port), timeout=5, context=careless)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_a_trusted_certificate_serves_the_whole_protocol(case: Case, tmp_path: Path) -> None:
    authority, chain, key = certificate("trusted", tmp_path)
    with case.kind().start(tls=context(chain, key)) as server:
        case.furnish(server)
        client = connect(server)
        client.session.verify = str(authority)
        client.validateServerSsl = str(authority)
        case.buy(client)
        assert len(server.orders()) == 1


def test_the_data_server_answers_routes_in_turn_and_logs() -> None:
    with DataServer() as server:
        server.route("/flows.csv", "date,flow\n2025-03-03,12.5\n", headers={"ETag": "x"})
        server.route("/turns", b"one")
        server.then("/turns", b"two", status=500)
        url = server.base_url
        reply = requests.get(f"{url}/flows.csv?from=2025", timeout=5)
        assert (reply.text[:4], reply.headers["ETag"]) == ("date", "x")
        turns = [requests.get(f"{url}/turns", timeout=5) for _ in range(3)]
        assert [(x.text, x.status_code) for x in turns] == [
            ("one", 200),
            ("two", 500),
            ("two", 500),
        ]
        assert requests.get(f"{url}/none", timeout=5).status_code == 404
        assert server.requests[0]["params"] == {"from": "2025"}


def test_the_data_server_redirects_challenges_drips_delays_and_floods() -> None:
    with DataServer() as server:
        url = server.base_url
        server.route("/loop", redirect="loop")
        with pytest.raises(requests.TooManyRedirects):
            requests.get(f"{url}/loop", timeout=5)
        server.route("/moved", redirect=f"{url}/there", status=307)
        server.route("/there", "here")
        assert requests.get(f"{url}/moved", timeout=5).text == "here"
        server.route("/guarded", challenge=200)
        guarded = requests.get(f"{url}/guarded", timeout=5)
        assert (guarded.status_code, "Just a moment" in guarded.text) == (200, True)
        server.route("/huge", huge_bytes=5_000_000)
        assert len(requests.get(f"{url}/huge", timeout=10).content) == 5_000_000
        server.route("/drip", "x" * 20, drip_seconds=0.02)
        began = time.monotonic()
        assert requests.get(f"{url}/drip", timeout=5).text == "x" * 20
        assert time.monotonic() - began > 0.3
        server.route("/slow", "x", delay_seconds=1)
        with pytest.raises(requests.ReadTimeout):
            requests.get(f"{url}/slow", timeout=0.2)
        server.route("/gone", close=True)
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{url}/gone", timeout=5)
