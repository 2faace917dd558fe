"""One loopback exchange: what tests script, what they ask afterwards, and its life as a server."""

import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

from tests.venues.wire.faults import INSIDE, Fault, Faults
from tests.venues.wire.ledger import Ledger, Twist
from tests.venues.wire.matching import Book, levels
from tests.venues.wire.messages import WireReply, WireRequest
from tests.venues.wire.records import WireMarket, WireOrder, row
from tests.venues.wire.remote import answer_call
from tests.venues.wire.serving import WireHttpServer, as_json, handler_for, listen
from tests.venues.wire.state import StateFile

LOG_ROWS_MAX = 100_000


@dataclass
class Account:
    """What an account is besides its ledger: debts, positions, rights, modes, foreign orders."""

    debts: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    positions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    resting: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    rights: dict[str, Any] = field(default_factory=dict)
    modes: dict[str, Any] = field(default_factory=dict)
    access: dict[str, str] = field(default_factory=dict)  # wallet -> open | denied | absent


class WireExchange:
    """Base of the three venues. Use `BinanceWire`, `KrakenWire` or `CoinbaseWire`."""

    NAME: ClassVar[str] = ""
    FIELDS: ClassVar[dict[str, tuple[str, ...]]] = {}  # role -> the venue's field names
    ORDER_POST: ClassVar[str] = ""  # path of the order POST

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
    def start(self, port: int = 0) -> "WireExchange":
        self._http = listen(handler_for(self), port or self._port)
        self._port = self._http.server_address[1]
        self._state.save(self)
        return self

    def stop(self) -> None:
        """Close the listening port; a later `start()` takes the same one."""
        if self._http is not None:
            self._http.shutdown()
            self._http.server_close()
            self._http = None

    def __enter__(self) -> "WireExchange":
        return self if self._http else self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def log_file(self) -> Path | None:
        """The request log as JSON Lines, when started with a state file."""
        return self._state.log_path

    # Scripting -----------------------------------------------------------------------------
    def market(self, symbol: str, **changes: Any) -> None:
        """Add a market or change its rules (amount_step, cost_min, active, ...)."""
        known = self.ledger.markets.get(symbol) or WireMarket(symbol)
        exact = {k: Decimal(v) if isinstance(v, str) else v for k, v in changes.items()}
        self.ledger.markets[symbol] = replace(known, **exact)

    def book(self, symbol: str, bids: object, asks: object, age_seconds: float = 0) -> None:
        """Set both sides: rows of [price, amount], best first. Resting orders may fill at once."""
        with self.lock:
            old = self.ledger.books[symbol]
            self.ledger.books[symbol] = Book(
                levels(bids), levels(asks), age_seconds, old.version + 1, old.last
            )
            self.ledger.books[symbol].last = self.ledger.books[symbol].mid()
            self.ledger.advance(self.now_ms())

    def fees(self, taker: object = "0.001", maker: object = "0.001", asset: str = "base") -> None:
        """Set the fee shares and what they are taken in: "base", "quote" or an asset ("BNB")."""
        fees = self.ledger.fees
        fees.taker, fees.maker, fees.asset = Decimal(str(taker)), Decimal(str(maker)), asset

    def fund(self, wallet: str, asset: str, amount: object, held: object = 0) -> None:
        """Set what a wallet holds in all; `held` of it (spot only) is locked by something else."""
        with self.lock:
            self.ledger.totals[wallet][asset] = Decimal(str(amount))
            if wallet == "spot":
                self.ledger.held[asset] = Decimal(str(held))
            self._opened(wallet)

    def debt(self, wallet: str, asset: str, borrowed: object, interest: object = 0) -> None:
        """Owe `borrowed` + `interest` of an asset in a wallet ("margin", "isolated", "loan", ...)."""
        owed = {"borrowed": str(borrowed), "interest": str(interest)}
        self.account.debts.setdefault(wallet, {})[asset] = owed
        self._opened(wallet)

    def position(self, wallet: str, symbol: str, amount: object, **raw: Any) -> None:
        """Open a position; `raw` overrides the venue's own fields."""
        found = {"symbol": symbol, "amount": str(amount), **raw}
        self.account.positions.setdefault(wallet, []).append(found)
        self._opened(wallet)

    def resting(self, wallet: str, **raw: Any) -> None:
        """Show an open order that is not ours in a wallet, in the venue's own fields."""
        self.account.resting.setdefault(wallet, []).append(raw)

    def rights(self, **changes: Any) -> None:
        """Change the key's rights: read, trade, withdraw, transfer, margin, futures, ip_lock."""
        self.account.rights.update(changes)

    def mode(self, **changes: Any) -> None:
        """Change account modes, by the venue's own names."""
        self.account.modes.update(changes)

    def access(self, wallet: str, state: str) -> None:
        """Say how a wallet answers this key: "open", "denied" or "absent"."""
        self.account.access[wallet] = state

    def clock_offset(self, *seconds: float) -> None:
        """Shift the venue's clock; several values are used one per request, the last one stays."""
        self._offsets = list(seconds) or [0.0]

    def maintenance(self, on: bool = True) -> None:  # noqa: FBT001, FBT002 - reads as a sentence
        self._in_maintenance = on

    @property
    def in_maintenance(self) -> bool:
        return self._in_maintenance

    def script(self, method: str, path: str, body: object, status: int = 200) -> None:
        """Answer one path with fixed JSON, after the signature was checked."""
        self._answers[method, path] = WireReply(body, status)

    def scripted(self, request: WireRequest) -> WireReply | None:
        return self._answers.get((request.method, request.path))

    def fault(self, match: Sequence[str] = (".*", ".*"), kind: str = "", **how: Any) -> Fault:
        """Script a fault (see faults.py); "refuse" closes the port at once."""
        found = Fault(kind, (match[0], match[1]), **how)
        if kind == "refuse":
            self.stop()
        else:
            self.faults.active.append(found)
        return found

    def clear_faults(self) -> None:
        self.faults.active.clear()

    def late_fill(self, order_id: str, amount: object, price: object) -> None:
        """Let an order, cancelled or not, trade more now."""
        with self.lock:
            args = (Decimal(str(amount)), Decimal(str(price)), self.now_ms())
            self.ledger.fill_more(order_id, *args)

    def foreign_trade(self, symbol: str, side: str, amount: object, price: object) -> str:
        """Trade by hand on the same account, outside any client of ours; returns the order id."""
        with self.lock:
            order = self.new_order(symbol, side, "limit", "GTC")
            order.amount, order.price = Decimal(str(amount)), Decimal(str(price))
            self.ledger.orders[order.order_id] = order
            self.ledger.fill_more(order.order_id, order.amount, order.price, self.now_ms())
            return order.order_id

    # Asking --------------------------------------------------------------------------------
    def posts(self) -> list[dict[str, Any]]:
        """Return the order POSTs seen on the wire."""
        wanted = ("POST", self.ORDER_POST)
        return [x for x in self.requests if (x["method"], x["path"]) == wanted]

    def orders(self) -> list[dict[str, Any]]:
        with self.lock:
            return [row(x) for x in self.ledger.orders.values()]

    def trades(self) -> list[dict[str, Any]]:
        with self.lock:
            return [row(x) for x in self.ledger.trades.values()]

    def balance(self, wallet: str, asset: str) -> Decimal:
        with self.lock:
            return self.ledger.total(wallet, asset)

    def free(self, wallet: str, asset: str) -> Decimal:
        with self.lock:
            return self.ledger.free(wallet, asset)

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

    def _opened(self, wallet: str) -> None:
        self.account.access.setdefault(wallet, "open")


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
