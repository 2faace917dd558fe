"""Connections that know whether a byte of a request went out, and that end on time."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection


@dataclass(slots=True)
class Line:
    """What is known of the request under way."""

    touched: bool = False
    expired: bool = False
    open_sockets: list[socket.socket] = field(default_factory=list)

    @contextlib.contextmanager
    def limited(self, seconds: float) -> Iterator[None]:
        """Cut every connection of this line after `seconds`, however slowly bytes drip in.

        A socket's own time-out starts anew with each byte, so it can not bound the whole.
        """
        self.touched = False
        self.expired = False
        watch = threading.Timer(seconds, self._cut)
        watch.daemon = True
        watch.start()
        try:
            yield
        finally:
            watch.cancel()

    def hold(self, sock: socket.socket) -> socket.socket:
        """Remember a new connection by a twin that survives the change to TLS; return the twin."""
        self.open_sockets = [twin for twin in self.open_sockets if twin.fileno() >= 0]
        twin = sock.dup()
        self.open_sockets.append(twin)
        if self.expired:
            self._cut()
        return twin

    def release(self) -> None:
        """Close every twin: the connections end for good."""
        for twin in self.open_sockets:
            twin.close()
        self.open_sockets.clear()

    def _cut(self) -> None:
        self.expired = True
        for twin in tuple(self.open_sockets):
            with contextlib.suppress(OSError):
                twin.shutdown(socket.SHUT_RDWR)


class _Plain(HTTPConnection):
    """A connection that its line can cut at any moment, and that tells when a byte may go out."""

    sock: Any

    def __init__(self, line: Line, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._line = line
        self._twin: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        self._twin = self._line.hold(sock)
        return sock

    def send(self, data: Any) -> None:
        # http.client connects inside send: only a live socket can carry a byte out.
        if self.sock is None:
            self.connect()
        self._line.touched = True
        super().send(data)

    def close(self) -> None:
        super().close()
        if self._twin is not None:
            self._twin.close()


class _Tls(_Plain, HTTPSConnection):
    """The same over TLS."""


class LineAdapter(HTTPAdapter):
    """requests' adapter over connections of one line; it never retries."""

    def __init__(self, line: Line) -> None:
        self._line = line
        super().__init__(max_retries=0, pool_connections=4, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Build the pools with connections that report to the line."""
        super().init_poolmanager(*args, **kwargs)
        manager: PoolManager = self.poolmanager
        plain = type("_Pool", (HTTPConnectionPool,), {"ConnectionCls": partial(_Plain, self._line)})
        tls = type("_TlsPool", (HTTPSConnectionPool,), {"ConnectionCls": partial(_Tls, self._line)})
        manager.pool_classes_by_scheme = {"http": plain, "https": tls}

    def hang_up(self) -> None:
        """Drop idle connections, so that the next request starts on a fresh one."""
        self.poolmanager.clear()
        self._line.release()
