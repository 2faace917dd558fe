"""One loopback exchange: what tests script, what they ask afterwards, and its life as a server."""

import json
import ssl
import threading
import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, Self

from tests.canary.watch import WATCH
from tests.venues.wire.faults import INSIDE, Fault, Faults
from tests.venues.wire.ledger import Ledger, Twist
from tests.venues.wire.messages import WireReply, WireRequest
from tests.venues.wire.records import WireMarket, WireOrder
from tests.venues.wire.remote import answer_call
from tests.venues.wire.scripting import Account, Scripting
from tests.venues.wire.serving import WireHttpServer, as_json, handler_for, listen
from tests.venues.wire.state import StateFile

LOG_ROWS_MAX = 100_000


class WireExchange(Scripting):
    """Base of the three venues. Use `BinanceWire`, `KrakenWire` or `CoinbaseWire`."""

    NAME: ClassVar[str] = ""
    FIELDS: ClassVar[dict[str, tuple[str, ...]]] = {}  # role -> the venue's field names

    def __init__(self, *, state: Path | None = None, faults: Sequence[Fault] = ()) -> None:
        self.lock = threading.RLock()
        self.ledger = Ledger(self.default_markets())
        self.account = Account()
        self.faults = Faults(list(faults))
        self.requests: list[dict[str, Any]] = []
        self.credentials: dict[str, str] = {}  # made anew at each start
        self._answers: dict[tuple[str, str], WireReply] = {}
        self._offsets: list[float] = [0.0]
        self._in_maintenance = False
        self._state = StateFile(state)
        self._http: WireHttpServer | None = None
        self._port = 0
        self._tls: ssl.SSLContext | None = None
        self.make_credentials()
        self._state.load(self)

    # What a venue must say -----------------------------------------------------------------
    def default_markets(self) -> dict[str, WireMarket]:
        raise NotImplementedError

    def make_credentials(self) -> None:
        raise NotImplementedError

    def restore_credentials(self, found: dict[str, Any]) -> None:
        """Take over the keys of an earlier life with the same state file."""
        self.credentials = found["credentials"]

    def answer(self, request: WireRequest) -> WireReply:
        """Execute one request against the ledger."""
        raise NotImplementedError

    def error(self, code: str) -> WireReply:
        """Return the venue's own error body for a code."""
        raise NotImplementedError

    def limited(self, status: int, headers: dict[str, str]) -> WireReply:
        """Return the venue's own "too many requests"."""
        raise NotImplementedError

    # Life ----------------------------------------------------------------------------------
    def start(self, port: int = 0, tls: ssl.SSLContext | None = None) -> Self:
        """Listen on 127.0.0.1; with `tls` (see tls.py) base_url is https."""
        self._tls = tls or self._tls
        self._http = listen(handler_for(self), port or self._port, self._tls)
        self._port = self._http.server_address[1]
        self._state.save(self)
        return self

    def stop(self) -> None:
        """Close the listening port; a later `start()` takes the same one."""
        if self._http is not None:
            self._http.end()
            self._http = None

    def __enter__(self) -> Self:
        return self if self._http else self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self._port}"

    @property
    def log_file(self) -> Path | None:
        """The request log as JSON Lines, when started with a state file."""
        return self._state.log_path

    # Serving -------------------------------------------------------------------------------
    def now_ms(self) -> int:
        return int((time.time() + self._offsets[0]) * 1000)

    def striking(self, request: WireRequest) -> list[Fault]:
        with self.lock:
            found = self.faults.striking(request.method, request.path)
            request.kinds = frozenset(x.kind for x in found)
            request.now_ms = self.now_ms()
            if len(self._offsets) > 1:
                self._offsets.pop(0)
            return found

    def log(self, request: WireRequest) -> None:
        for signature in request.signatures:
            WATCH.signed(signature)
        with self.lock:
            entry = request.logged(time.time())
            if len(self.requests) < LOG_ROWS_MAX:
                self.requests.append(entry)
            self._state.log(entry)

    def execute(self, request: WireRequest, faults: Sequence[Fault] = ()) -> WireReply:
        """Run one request under the exchange's lock, with what its faults do inside."""
        with self.lock:
            self.ledger.advance(request.now_ms)
            self.twist = _twist(faults)
            again = any(x.kind == "duplicate" for x in faults)
            before = len(self.ledger.orders)
            reply = self.answer(request)
            if again and len(self.ledger.orders) > before:
                self.duplicating = True
                self.answer(request)
            self.twist, self.duplicating = Twist(), False
            self._state.save(self)
            return reply

    twist = Twist()
    duplicating = False  # True while a fault has the same order accepted a second time

    def controlled(self, body: bytes) -> WireReply:
        """Answer the control endpoint: {"call": name, "args": [...], "kwargs": {...}}."""
        try:
            return as_json({"result": answer_call(self, json.loads(body))})
        except (ValueError, TypeError, KeyError, AttributeError) as problem:
            return as_json({"error": str(problem)}, 400)

    def new_order(self, symbol: str, side: str, kind: str, tif: str) -> WireOrder:
        """Return an order with the next number and the venue's clock, sizes still zero."""
        number, now = self.ledger.next_number(), self.now_ms()
        zero = Decimal(0)
        ids = (self.order_id(number), number, "", symbol, side, kind, tif)
        return WireOrder(*ids, zero, zero, zero, now, now)

    def order_id(self, number: int) -> str:
        """Return the venue's spelling of an order number."""
        return str(number)

    def visible(self, now_ms: int) -> list[WireOrder]:
        """Return the orders that look-ups may see by now, oldest first."""
        return [x for x in self.ledger.orders.values() if x.visible_at_ms <= now_ms]


def _twist(faults: Sequence[Fault]) -> Twist:
    twist = Twist()
    for fault in [x for x in faults if x.kind in INSIDE]:
        wait_ms = int(fault.seconds * 1000)
        if fault.kind == "hidden":
            twist.hidden_ms = wait_ms
        elif fault.kind == "partial":
            twist.share = Decimal(fault.share)
        elif fault.kind == "late-fill":
            twist.share, twist.late_fill_ms = Decimal(fault.share), max(wait_ms, 1)
    return twist
