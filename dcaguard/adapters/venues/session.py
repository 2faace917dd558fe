"""The guarded HTTP session: no redirect, no proxy, no second order, no byte to a strange place."""

import contextlib
import re
import ssl
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import certifi
import requests
from urllib3.exceptions import HTTPError as Urllib3Error

from dcaguard.adapters.venues.connection import Line, LineAdapter
from dcaguard.adapters.venues.egress import (
    REPORT,
    Egress,
    EgressRefusedError,
    Passage,
    Permit,
    RedirectRefusedError,
    TransportError,
    signatures,
)
from dcaguard.core.errors import ProtocolError
from dcaguard.ports import Clock, Secrets

TIMEOUT_SECONDS = 30.0
BODY_BYTES_MAX = 4 * 1024 * 1024
# exchangeInfo and product lists are honest giants (binance: 12 MB in 2025).
LIST_BYTES_MAX = 48 * 1024 * 1024
_CHUNK = 65536
# A whole number or text with an exponent of three digits or more: no venue has such an amount.
_OUTRAGEOUS = re.compile(rb"""[\s":,\[][+-]?[0-9.]+[eE][+-]?[0-9]{3,}[\s",\]}]""")


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, as text, before anybody interpreted it."""

    status: int
    text: str
    asked_at: datetime  # when the request was begun, after any waiting for a rate limit
    took_seconds: float
    headers: dict[str, str] = field(default_factory=dict)


class GuardedSession(requests.Session):
    """What ccxt is given as `exchange.session`."""

    def __init__(
        self,
        egress: Egress,
        clock: Clock,
        *,
        timeout_seconds: float = TIMEOUT_SECONDS,
        secrets: Secrets | None = None,
    ) -> None:
        super().__init__()
        self._secrets = secrets
        self._clock = clock
        # No proxy, .netrc or CA bundle from the environment: none of them was decided by us.
        self.trust_env = False
        self.max_redirects = 0
        self.verify = certifi.where()
        self._egress = egress
        self._timeout = timeout_seconds
        self._line = Line()
        self._adapter = LineAdapter(self._line)
        self._permit: Permit | None = None
        self._cap = BODY_BYTES_MAX
        self.last: Reply | None = None
        self.order_touched = False  # a byte of the permitted order went out
        self.mount("https://", self._adapter)
        self.mount("http://", self._adapter)

    @contextlib.contextmanager
    def permitted(self, permit: Permit) -> Iterator[None]:
        """Let one order out inside this block; afterwards none, used or not."""
        self._permit = permit
        self.order_touched = False
        try:
            yield
        finally:
            self._permit = None

    @contextlib.contextmanager
    def long_lists(self) -> Iterator[None]:
        """Allow the size of a market list inside this block."""
        self._cap = LIST_BYTES_MAX
        try:
            yield
        finally:
            self._cap = BODY_BYTES_MAX

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        """Send one request, or refuse it. ccxt's own timeout, proxies and verify are ignored."""
        self.last = None
        verb, address = str(method).upper(), str(url)
        ordering = self._admit(verb, address, args, kwargs)
        try:
            response = self._exchange(verb, address, kwargs)
        finally:
            if ordering:
                self.order_touched = self._line.touched
                self._adapter.hang_up()
        if 300 <= response.status_code < 400:
            self.last = None
            sentence = (
                f"{_place(address)} answered with a redirect ({response.status_code}), "
                "which is not followed. Check base_url, or wait for the venue to recover."
            )
            raise RedirectRefusedError(sentence)
        return response

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:
        """Refuse: whatever did not come through `request` was not examined."""
        sentence = (
            f"{request.method} was refused: it tried to go round the guarded session. {REPORT}"
        )
        raise EgressRefusedError(sentence)

    def scrub(self, text: str) -> str:
        """Return what was received without the secrets that were sent."""
        return text if self._secrets is None else self._secrets.scrub(text)

    def close(self) -> None:
        """End every connection."""
        super().close()
        self._line.release()

    def _admit(self, verb: str, url: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        if args or kwargs.get("files") or kwargs.get("json") or kwargs.get("params"):
            sentence = (
                f"a request carried parts that the guarded session does not examine. {REPORT}"
            )
            raise EgressRefusedError(sentence)
        if self._egress.passage(verb, url) is Passage.FREE:
            return False
        if self._permit is None:
            sentence = f"{verb} {_place(url)} was refused: no order was decided. {REPORT}"
            raise EgressRefusedError(sentence)
        self._permit.spend(kwargs.get("data"))
        # A fresh connection: a stale idle one would fail in a way that proves nothing.
        self._adapter.hang_up()
        return True

    def _exchange(self, verb: str, url: str, kwargs: dict[str, Any]) -> requests.Response:
        prepared = self.prepare_request(
            requests.Request(verb, url, data=kwargs.get("data"), headers=kwargs.get("headers"))
        )
        if self._secrets is not None:
            for signed in signatures(url, kwargs):
                self._secrets.add_signature(signed)
        asked_at, began = self._clock.now(), self._clock.monotonic()
        try:
            with self._line.limited(self._timeout):
                # Not Session.send: that reads the body of a redirect before it is asked to.
                response = self._adapter.send(
                    prepared,
                    stream=True,
                    timeout=self._timeout,
                    verify=certifi.where(),
                    cert=None,
                    proxies={},
                )
                body = self._body(response)
        except (requests.RequestException, Urllib3Error, OSError, zlib.error, ValueError) as error:
            raise self._transport(url, error) from None
        # ccxt's arithmetic writes such a number out in full, for hours; our own reading refuses it.
        readable = b"" if _OUTRAGEOUS.search(body) else body
        response._content = readable  # noqa: SLF001 (requests has no public way to hand one in)
        response._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001
        self.last = Reply(
            response.status_code,
            body.decode("utf-8", errors="replace"),
            asked_at,
            self._clock.monotonic() - began,
            {name.lower(): value for name, value in response.headers.items()},
        )
        return response

    def _body(self, response: requests.Response) -> bytes:
        """Return the body, read under the cap before and after decompression."""
        with contextlib.closing(response.raw) as raw:
            packed = bytearray()
            while chunk := raw.read(_CHUNK, decode_content=False):
                packed += chunk
                if len(packed) > self._cap:
                    raise _too_long(response.url)
        body = _unpacked(bytes(packed), response.headers.get("Content-Encoding", ""), self._cap)
        if body is None:
            raise _too_long(response.url)
        return body

    def _transport(self, url: str, error: Exception) -> TransportError:
        late = self._line.expired or isinstance(error, requests.Timeout | TimeoutError)
        if isinstance(error, requests.exceptions.SSLError):
            sentence = (
                f"{_place(url)} was not believed to be itself ({_distrust(error)}): nothing was "
                "sent. Check base_url, and who stands between you and the venue."
            )
            return TransportError(sentence, touched=self._line.touched)
        kind = "no full answer in time" if late else type(error).__name__
        sentence = f"{_place(url)} did not answer ({kind}). Check the network, then try again."
        return TransportError(sentence, touched=self._line.touched, transient=late)


def _distrust(error: BaseException) -> str:
    """Return what is wrong with a certificate, in OpenSSL's words where it has any."""
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ssl.SSLCertVerificationError):
            return f"certificate refused: {one.verify_message}"
        if isinstance(one, BaseException):
            waiting += [*one.args, getattr(one, "reason", None), one.__cause__]
    return "no TLS"


def _unpacked(packed: bytes, encoding: str, cap: int) -> bytes | None:
    """Return the body unpacked, or None when it would pass `cap`; ValueError when unreadable."""
    match encoding.strip().lower():
        case "" | "identity":
            return packed
        case _ if not packed:
            return b""
        case "gzip" | "x-gzip":
            wbits = 31
        case "deflate":
            # Both spellings of deflate are about: with zlib's header and without.
            wbits = 15 if packed[:1] == b"\x78" else -15
        case _:
            msg = "an encoding that was not asked for"
            raise ValueError(msg)
    machine = zlib.decompressobj(wbits)
    body = machine.decompress(packed, cap + 1)
    if len(body) > cap:
        return None
    if not machine.eof:
        msg = "the compressed body ends too early"
        raise ValueError(msg)
    return body


def _too_long(url: str) -> ProtocolError:
    return ProtocolError(
        f"{_place(url)} sent a body larger than any honest answer; not read. "
        "Check base_url, or try again later."
    )


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"
