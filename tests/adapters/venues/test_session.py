"""The guarded session against a raw socket that behaves as badly as it can."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import requests

from dcaguard.adapters.clock import SystemClock
from dcaguard.adapters.venues.egress import (
    Egress,
    EgressRefusedError,
    Permit,
    RedirectRefusedError,
    Rule,
    TransportError,
)
from dcaguard.adapters.venues.session import GuardedSession
from dcaguard.core.errors import ExitCode, ProtocolError

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
BODY = "symbol=BTCUSDT&side=BUY&quantity=1&timestamp=5&signature=ab"


class Peer:
    """A loopback socket that reads a request and answers as it was told."""

    def __init__(self, answer: Callable[[socket.socket], None]) -> None:
        self.answer = answer
        self.requests: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                link, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(link,), daemon=True).start()

    def _talk(self, link: socket.socket) -> None:
        with link:
            link.settimeout(5)
            try:
                asked = link.recv(65536)
                if asked:
                    self.requests.append(asked)
                    self.answer(link)
            except OSError:
                return

    def close(self) -> None:
        self._listener.close()


@contextmanager
def peer(answer: bytes | Callable[[socket.socket], None]) -> Iterator[tuple[Peer, str]]:
    told = answer if callable(answer) else lambda link: link.sendall(answer)
    found = Peer(told)
    try:
        yield found, f"http://127.0.0.1:{found.port}"
    finally:
        found.close()


def session(origin: str, seconds: float = 5.0) -> GuardedSession:
    rules = (Rule("GET", "/read"), Rule("GET", "/read/[a-z]+"))
    return GuardedSession(
        Egress(frozenset({origin}), rules, (Rule("POST", "/order"),)),
        SystemClock(),
        timeout_seconds=seconds,
    )


def permit() -> Permit:
    fields = {"symbol": "BTCUSDT", "side": "BUY", "quantity": "1"}
    return Permit("id", fields, frozenset({"timestamp", "signature"}))


def test_a_listed_read_passes_and_its_text_is_kept() -> None:
    with peer(OK) as (_, origin):
        guarded = session(origin)
        assert guarded.request("GET", f"{origin}/read?signature=x").text == "{}"
        assert guarded.last is not None
        assert (guarded.last.status, guarded.last.text) == (200, "{}")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/other"),
        ("DELETE", "/read"),
        ("GET", "/read/../order"),
        ("GET", "//read"),
        ("GET", "/re%61d"),
        ("GET", "/read/UP"),
        ("GET", "/readx"),
        ("PUT", "/order"),
    ],
)
def test_anything_not_listed_is_refused_before_the_socket(method: str, path: str) -> None:
    with peer(OK) as (server, origin):
        with pytest.raises(EgressRefusedError) as refused:
            session(origin).request(method, f"{origin}{path}")
        assert refused.value.exit_code is ExitCode.NOPERM
        assert server.requests == []


def test_another_host_is_refused() -> None:
    with peer(OK) as (server, origin), peer(OK) as (_, other):
        with pytest.raises(EgressRefusedError):
            session(other).request("GET", f"{origin}/read")
        assert server.requests == []


@pytest.mark.parametrize(
    "path",
    ["/0/private/Withdraw", "/0/private/WalletTransfer", "/sapi/v1/margin/loan", "/v1/leverage"],
)
def test_paths_that_move_or_borrow_money_are_refused_even_when_listed(path: str) -> None:
    egress = Egress(frozenset({"http://127.0.0.1:9"}), (Rule("POST", ".*"),), (Rule("POST", ".*"),))
    with pytest.raises(EgressRefusedError):
        egress.passage("POST", f"http://127.0.0.1:9{path}")


@pytest.mark.parametrize("part", ["files", "json", "params"])
def test_parts_that_are_not_examined_are_refused(part: str) -> None:
    with peer(OK) as (server, origin):
        with pytest.raises(EgressRefusedError, match="does not examine"):
            session(origin).request("GET", f"{origin}/read", **{part: {"a": "b"}})
        assert server.requests == []


def test_an_order_without_a_permit_is_refused() -> None:
    with peer(OK) as (server, origin):
        with pytest.raises(EgressRefusedError):
            session(origin).request("POST", f"{origin}/order", data=BODY)
        assert server.requests == []


def test_a_permit_lets_one_order_out_and_no_second() -> None:
    with peer(OK) as (server, origin):
        guarded = session(origin)
        with guarded.permitted(permit()):
            guarded.request("POST", f"{origin}/order", data=BODY)
            assert guarded.order_touched
            with pytest.raises(EgressRefusedError):
                guarded.request("POST", f"{origin}/order", data=BODY)
        with pytest.raises(EgressRefusedError):
            guarded.request("POST", f"{origin}/order", data=BODY)
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    "body",
    [
        BODY.replace("quantity=1", "quantity=2"),
        BODY.replace("side=BUY", "side=SELL"),
        BODY + "&sideEffectType=MARGIN_BUY",
        BODY + "&leverage=2",
        BODY + "&stopPrice=1",
        BODY + "&quantity=1",
        BODY.replace("&quantity=1", ""),
        "",
    ],
)
def test_a_body_that_is_not_what_was_decided_spends_the_permit_unsent(body: str) -> None:
    with peer(OK) as (server, origin):
        guarded, allowed = session(origin), permit()
        with guarded.permitted(allowed), pytest.raises(EgressRefusedError):
            guarded.request("POST", f"{origin}/order", data=body)
        assert allowed.spent
        assert not guarded.order_touched
        assert server.requests == []


def test_a_json_body_is_examined_to_its_leaves() -> None:
    asked = Permit("id", {"side": "BUY", "base_size": "1"})
    asked.spend('{"side":"BUY","order_configuration":{"sor_limit_ioc":{"base_size":"1"}}}')
    with pytest.raises(EgressRefusedError):
        Permit("id", {"side": "BUY"}).spend('{"side":"BUY","extra":{"leverage":"2"}}')


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    with peer(OK) as (other, elsewhere):
        answer = f"HTTP/1.1 {status} X\r\nLocation: {elsewhere}/read\r\nContent-Length: 0\r\n\r\n"
        with peer(answer.encode()) as (_, origin):
            with pytest.raises(RedirectRefusedError) as refused:
                session(origin).request("GET", f"{origin}/read?signature=secret")
            assert refused.value.exit_code is ExitCode.PROTOCOL
            assert "secret" not in str(refused.value)
        assert other.requests == []


@pytest.mark.parametrize("part", ["head", "body", "status"])
def test_a_dripping_answer_ends_at_the_deadline(part: str) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\nX-Long: "

    def drip(link: socket.socket) -> None:
        if part == "body":
            link.sendall(head + b"\r\n\r\n")
        elif part == "head":
            link.sendall(head)
        for _ in range(100):
            link.sendall(b"H")
            time.sleep(0.1)

    with peer(drip) as (_, origin):
        began = time.monotonic()
        with pytest.raises(TransportError) as late:
            session(origin, 1.0).request("GET", f"{origin}/read")
        assert time.monotonic() - began < 3
        assert late.value.transient
        assert late.value.touched


def _packed(plain: bytes) -> bytes:
    packed = gzip.compress(plain)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    return head.encode() + packed


def test_a_gzip_bomb_is_not_unpacked() -> None:
    with peer(_packed(b"0" * (64 * 1024 * 1024))) as (_, origin), pytest.raises(ProtocolError):
        session(origin).request("GET", f"{origin}/read")


def test_an_honest_gzip_body_is_read() -> None:
    with peer(_packed(b'{"a":1}')) as (_, origin):
        assert session(origin).request("GET", f"{origin}/read").json() == {"a": 1}


def test_a_body_past_the_cap_is_not_read() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n"
    with peer(head + b"0" * 9_000_000) as (_, origin), pytest.raises(ProtocolError):
        session(origin).request("GET", f"{origin}/read")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 4\r\n\r\nabcd",
    ],
)
def test_a_broken_answer_is_a_transport_error_after_the_socket_was_touched(answer: bytes) -> None:
    with peer(answer) as (_, origin):
        with pytest.raises(TransportError) as lost:
            session(origin).request("GET", f"{origin}/read?signature=secret")
        assert lost.value.touched
        assert "secret" not in str(lost.value)


def test_a_refused_connection_touched_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(TransportError) as refused:
        session(origin).request("GET", f"{origin}/read")
    assert not refused.value.touched


def test_a_failed_tls_handshake_touched_nothing() -> None:
    with peer(b"no TLS here") as (_, origin):
        secure = origin.replace("http:", "https:")
        with pytest.raises(TransportError) as refused:
            session(secure).request("GET", f"{secure}/read")
        assert not refused.value.touched


def test_proxies_and_bundles_of_the_environment_are_ignored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent")
    with peer(OK) as (server, origin):
        assert session(origin).request("GET", f"{origin}/read").status_code == 200
        assert len(server.requests) == 1


def test_a_prepared_request_can_not_go_round_the_guard() -> None:
    with peer(OK) as (server, origin):
        prepared = requests.Request("POST", f"{origin}/order", data=BODY).prepare()
        with pytest.raises(EgressRefusedError):
            session(origin).send(prepared)
        assert server.requests == []
