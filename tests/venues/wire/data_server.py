r"""A loopback HTTP server for data sources: what each path answers, and who asked for what.

    with DataServer() as server:
        server.route("/etf.csv", "date,flow\n2025-03-03,12.5\n")
        server.route("/slow", b"...", delay_seconds=30)
        server.route("/moved", redirect="http://127.0.0.1:1/elsewhere")   # or redirect="loop"
        server.route("/huge", huge_bytes=5_000_000)
        server.route("/drip", "x" * 100, drip_seconds=0.5)
        server.route("/guarded", challenge=200)      # a "checking your browser" page, 200 or 403
        ... point the source's base_url at server.base_url ...
        assert [x["path"] for x in server.requests] == ["/etf.csv"]

`server.then(path, ...)` adds a reply for the next request; the last one stays.
`server.route(path, write=f)` answers with what `f(params)` returns for the request's own query.
A path without a route answers 404, or what `server.otherwise(...)` says. Query strings are
ignored for matching unless the route has one.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from tests.venues.wire.serving import BODY_BYTES_MAX, WireHttpServer, listen

CHALLENGE = (
    b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>"
    b"<noscript>Enable JavaScript and cookies to continue</noscript></body></html>"
)
HUGE_BYTES_MAX = 64 * 1024 * 1024
CHUNK = b"0" * 65536


@dataclass
class DataReply:
    """What one path answers, once or for good."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0  # before the first byte
    drip_seconds: float = 0.0  # between bytes
    redirect: str = ""  # a URL, or "loop"
    huge_bytes: int = 0  # a body of so many zeros instead of `body`
    close: bool = False  # hang up without a reply
    cut_bytes: int = 0  # hang up so many bytes before the end of the body
    write: Callable[[dict[str, str]], str] | None = None  # makes the body from the query


class DataServer:
    """Routes and a request log behind one port of 127.0.0.1."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self._routes: dict[str, list[DataReply]] = {}
        self._otherwise = DataReply(b"not found", 404)
        self._http: WireHttpServer = listen(_handler_for(self))
        self.base_url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def route(self, path: str, body: bytes | str = b"", **how: Any) -> None:
        """Set what a path answers from now on; see DataReply and `challenge` (a status)."""
        self._routes[path] = [_reply(body, how)]

    def then(self, path: str, body: bytes | str = b"", **how: Any) -> None:
        """Add what a path answers after the replies it has; the last one stays."""
        self._routes.setdefault(path, []).append(_reply(body, how))

    def otherwise(self, body: bytes | str = b"", **how: Any) -> None:
        """Set what every path without a route answers."""
        self._otherwise = _reply(body, how)

    def next_reply(self, target: str) -> DataReply:
        """Return the reply for a request target and use it up, unless it is the last."""
        split = urlsplit(target)
        waiting = self._routes.get(target) or self._routes.get(split.path) or []
        if not waiting:
            return self._otherwise
        reply = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if reply.write is None:
            return reply
        return replace(reply, body=reply.write(dict(parse_qsl(split.query))).encode())

    def stop(self) -> None:
        self._http.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _reply(body: bytes | str, how: dict[str, Any]) -> DataReply:
    challenge = how.pop("challenge", 0)
    if challenge:
        html = {"Content-Type": "text/html; charset=UTF-8", "cf-mitigated": "challenge"}
        return DataReply(CHALLENGE, challenge, html)
    return DataReply(body.encode() if isinstance(body, str) else body, **how)


class _DataHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    disable_nagle_algorithm = True  # else each reply waits 40 ms for the client's delayed ACK
    server_of_data: DataServer

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Stay silent: the request log is in `requests`."""

    def _serve(self) -> None:
        length = min(int(self.headers.get("Content-Length") or 0), BODY_BYTES_MAX)
        split = urlsplit(self.path)
        entry = {
            "time": time.time(),
            "method": self.command,
            "path": split.path,
            "params": dict(parse_qsl(split.query, keep_blank_values=True)),
            "headers": {k.lower(): v for k, v in self.headers.items()},
            "body": self.rfile.read(length).decode("utf-8", "replace"),
        }
        self.server_of_data.requests.append(entry)
        self._send(self.server_of_data.next_reply(self.path))

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _serve  # noqa: N815 - the base class's names

    def _send(self, reply: DataReply) -> None:
        time.sleep(min(reply.delay_seconds, 120))
        if reply.close:
            self.close_connection = True
            return
        try:
            self._head(reply)
            self._body(reply)
        except OSError:  # the client had enough; that is what such tests are for
            self.close_connection = True

    def _head(self, reply: DataReply) -> None:
        self.send_response(302 if reply.redirect and reply.status == 200 else reply.status)
        if reply.redirect:
            loop = f"{self.server_of_data.base_url}{self.path}"
            self.send_header("Location", loop if reply.redirect == "loop" else reply.redirect)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(_length(reply)))
        self.end_headers()

    def _body(self, reply: DataReply) -> None:
        if self.command == "HEAD":
            return
        left = _length(reply) if reply.huge_bytes else 0
        while left > 0:
            self.wfile.write(CHUNK[:left])
            left -= len(CHUNK)
        if reply.huge_bytes:
            return
        if reply.cut_bytes:
            self.close_connection = True
        if not reply.drip_seconds:
            self.wfile.write(reply.body[: len(reply.body) - reply.cut_bytes])
            return
        for at in range(min(len(reply.body), 1000)):
            self.wfile.write(reply.body[at : at + 1])
            time.sleep(reply.drip_seconds)


def _length(reply: DataReply) -> int:
    return min(reply.huge_bytes, HUGE_BYTES_MAX) if reply.huge_bytes else len(reply.body)


def _handler_for(server: DataServer) -> type[BaseHTTPRequestHandler]:
    return type("BoundDataHandler", (_DataHandler,), {"server_of_data": server})
