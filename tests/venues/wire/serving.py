"""Carries requests and replies over real sockets, and breaks them where a fault says so."""

import json
import socket
import ssl
import struct
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.venues.wire.faults import INSIDE, Fault
from tests.venues.wire.messages import WireReply, WireRequest
from tests.venues.wire.spoiling import spoil

if TYPE_CHECKING:
    from tests.venues.wire.exchange import WireExchange

BODY_BYTES_MAX = 1_000_000
DRIP_SECONDS_MAX = 60.0
CONTROL = "/__control__"


class WireHandler(BaseHTTPRequestHandler):
    """One connection. The exchange behind it is set by `handler_for`."""

    protocol_version = "HTTP/1.1"
    server_version = "wire"
    timeout = 60
    disable_nagle_algorithm = True  # else each reply waits 40 ms for the client's delayed ACK
    exchange: "WireExchange"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Stay silent: the request log is the exchange's own."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Date replies by the venue's clock."""
        return super().date_time_string(timestamp or self.exchange.now_ms() / 1000)

    def _serve(self) -> None:
        split = urlsplit(self.path)
        if split.path == CONTROL:
            self._send(self.exchange.controlled(self._body()))
            return
        headers = {k.lower(): v for k, v in self.headers.items()}
        request = WireRequest(self.command, split.path, split.query, headers)
        faults = self.exchange.striking(request)
        outer = next((x for x in faults if x.kind not in INSIDE), None)
        if outer is not None and outer.kind == "close-before-reading":
            self.exchange.log(request)
            self._hang_up(reset=True)
            return
        request.body = self._body()
        self.exchange.log(request)
        self._reply(request, faults, outer)

    do_GET = do_POST = do_DELETE = do_PUT = _serve  # noqa: N815 - the base class's names

    def _body(self) -> bytes:
        length = int(self.headers.get("Content-Length") or 0)
        return self.rfile.read(min(length, BODY_BYTES_MAX))

    def _reply(self, request: WireRequest, faults: list[Fault], outer: Fault | None) -> None:
        def execute() -> WireReply:
            return self.exchange.execute(request, faults)

        if outer is None:
            self._send(execute())
        elif outer.kind in {"close", "reset"}:
            if outer.executed:
                execute()
            self._hang_up(reset=outer.kind == "reset")
        elif outer.kind == "delay":
            self._delay(outer, execute)
        elif outer.kind == "drip":
            self._drip(execute(), outer)
        else:
            self._send(self._envelope(outer, request, execute))

    def _envelope(
        self, fault: Fault, request: WireRequest, execute: Callable[[], WireReply]
    ) -> WireReply:
        done = execute() if fault.executed else None
        match fault.kind:
            case "status":
                kind = {"Content-Type": "application/json"} if fault.body[:1] in "{[" else {}
                body = fault.body or f"<html><body>{fault.status}</body></html>"
                return WireReply(body.encode(), fault.status or 500, {**kind, **fault.headers})
            case "rate-limit":
                wait = {"Retry-After": str(int(fault.seconds or 30)), **fault.headers}
                return self.exchange.limited(fault.status or 429, wait)
            case "error":
                return self.exchange.error(fault.code)
            case "redirect":
                again = f"{request.path}?{request.query}".rstrip("?")
                where = f"{self.exchange.base_url}{again}" if fault.to == "loop" else fault.to
                return WireReply(b"", fault.status or 307, {"Location": where})
        return spoil(fault, done or execute(), self.exchange.FIELDS)

    def _delay(self, fault: Fault, execute: Callable[[], WireReply]) -> None:
        reply = execute() if fault.when == "before" else None
        time.sleep(fault.seconds)
        if fault.when == "never":
            self._hang_up(reset=False)
            return
        self._send(reply or execute())

    def _drip(self, reply: WireReply, fault: Fault) -> None:
        body = reply.encoded()
        self._head(reply, len(body))
        self.wfile.flush()
        until = time.monotonic() + DRIP_SECONDS_MAX
        for at in range(0, len(body), fault.chunk):
            if time.monotonic() > until:
                self._hang_up(reset=False)
                return
            try:
                self.wfile.write(body[at : at + fault.chunk])
            except OSError:
                self.close_connection = True
                return
            time.sleep(fault.seconds)

    def _head(self, reply: WireReply, length: int) -> None:
        self.send_response(reply.status)
        headers = {"Content-Type": "application/json;charset=UTF-8", **reply.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def _send(self, reply: WireReply) -> None:
        body = reply.encoded()
        try:
            self._head(reply, len(body))
            self.wfile.write(body)
        except OSError:  # the client is gone; what was executed stays executed
            self.close_connection = True

    def _hang_up(self, *, reset: bool) -> None:
        """Close without a reply; with `reset` the peer sees RST, else FIN."""
        self.close_connection = True
        if reset:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
            return
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


class WireHttpServer(ThreadingHTTPServer):
    """Threads that never outlive the test, and a backlog for fifty clients at once."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, so that `end` can cut it."""
        self._open.add(request)
        super().process_request(request, client_address)

    def end(self) -> None:
        """Stop listening and cut every connection that is still kept alive."""
        self.shutdown()
        self.server_close()
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing about clients that hang up, but show a bug in these servers."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close even when a fault has already reset the socket."""
        self._open.discard(request)
        try:
            super().shutdown_request(request)
        except OSError:
            return


def listen(
    handler: type[BaseHTTPRequestHandler], port: int = 0, tls: ssl.SSLContext | None = None
) -> WireHttpServer:
    """Start serving `handler` on 127.0.0.1; port 0 takes a free one."""
    server = WireHttpServer(("127.0.0.1", port), handler)
    if tls is not None:
        # The handshake happens at the first read, in the connection's own thread.
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server


def handler_for(exchange: "WireExchange") -> type[WireHandler]:
    """Return a handler class bound to one exchange."""
    return type("BoundHandler", (WireHandler,), {"exchange": exchange})


def as_json(value: object, status: int = 200) -> WireReply:
    """Return a control reply."""
    return WireReply(json.dumps(value, default=str).encode(), status)
