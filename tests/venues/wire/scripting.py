"""What tests script on a loopback exchange, and what they ask its own books afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from threading import RLock, Timer
from typing import Any

from tests.venues.wire.faults import Fault, Faults
from tests.venues.wire.ledger import Ledger
from tests.venues.wire.matching import Book, levels
from tests.venues.wire.messages import WireReply, WireRequest
from tests.venues.wire.records import WireMarket, WireOrder, row


@dataclass
class Account:
    """What an account is besides its ledger: debts, positions, rights, modes, foreign orders."""

    debts: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    positions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    resting: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    rights: dict[str, Any] = field(default_factory=dict)
    modes: dict[str, Any] = field(default_factory=dict)
    access: dict[str, str] = field(default_factory=dict)  # wallet -> open | denied | absent


class Scripting:
    """The half of an exchange that tests talk to. `WireExchange` is the half that serves."""

    ORDER_POST = ""  # path of the order POST
    lock: RLock
    ledger: Ledger
    account: Account
    faults: Faults
    requests: list[dict[str, Any]]
    _answers: dict[tuple[str, str], WireReply]
    _offsets: list[float]
    _in_maintenance: bool

    def now_ms(self) -> int:
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError

    def start(self) -> object:
        raise NotImplementedError

    def new_order(self, symbol: str, side: str, kind: str, tif: str) -> WireOrder:
        raise NotImplementedError

    # Scripting -----------------------------------------------------------------------------
    def market(self, symbol: str, **changes: Any) -> None:
        """Add a market or change its rules (amount_step, cost_min, active, ...)."""
        known = self.ledger.markets.get(symbol) or WireMarket(symbol)
        exact: dict[str, Any] = {
            k: Decimal(v) if isinstance(v, str) else v for k, v in changes.items()
        }
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
        """Owe `borrowed` + `interest` of an asset in a wallet ("margin", "loan", ...)."""
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
        """Change the key's rights: read, trade, withdraw, transfer, margin, futures, ip_lock.

        binance also options, portfolio_margin and any raw enable*/permits* field; kraken earn.
        """
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

    def maintenance(self, on: bool = True) -> None:
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
        """Script a fault (see faults.py).

        "refuse" closes the port at once, and opens it again after `seconds` when they are given.
        """
        found = Fault(kind, (match[0], match[1]), **how)
        if kind != "refuse":
            self.faults.active.append(found)
            return found
        self.stop()
        if found.seconds:
            reopening = Timer(found.seconds, self.start)
            reopening.daemon = True
            reopening.start()
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

    def _opened(self, wallet: str) -> None:
        self.account.access[wallet] = "open"
