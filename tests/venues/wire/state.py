"""Keeps an exchange's books and request log in files, so that other processes can read them."""

import json
import os
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.venues.wire.ledger import Fees, Ledger
from tests.venues.wire.matching import Book, levels
from tests.venues.wire.records import WireOrder, WireTrade, row, unrow
from tests.venues.wire.scripting import Account

if TYPE_CHECKING:
    from tests.venues.wire.exchange import WireExchange


class StateFile:
    """A JSON file with base_url, credentials and books, beside it FILE.log (JSON Lines)."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.log_path = None if path is None else path.with_name(f"{path.name}.log")

    def load(self, exchange: "WireExchange") -> None:
        """Take over books, account and credentials of an earlier life, when the file is there."""
        if self._path is None or not self._path.exists():
            return
        found = json.loads(self._path.read_text())
        _restore(exchange.ledger, found["ledger"])
        exchange.account = Account(**found["account"])
        exchange.restore_credentials(found)
        if self.log_path is not None and self.log_path.exists():
            lines = self.log_path.read_text().splitlines()
            exchange.requests.extend(json.loads(x) for x in lines)

    def save(self, exchange: "WireExchange") -> None:
        """Write everything at once: a reader never sees half a file."""
        if self._path is None:
            return
        found = {
            "exchange": exchange.NAME,
            "base_url": exchange.base_url,
            "pid": os.getpid(),
            "credentials": exchange.credentials,
            "account": asdict(exchange.account),
            "ledger": _snapshot(exchange.ledger),
        }
        fresh = self._path.with_name(f"{self._path.name}.new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(found, default=str))
        fresh.replace(self._path)

    def log(self, entry: dict[str, Any]) -> None:
        """Append one request."""
        if self.log_path is not None:
            with self.log_path.open("a") as out:
                out.write(json.dumps(entry) + "\n")


def _snapshot(ledger: Ledger) -> dict[str, Any]:
    return {
        "totals": {
            w: {a: format(v, "f") for a, v in found.items()} for w, found in ledger.totals.items()
        },
        "books": {k: asdict(v) for k, v in ledger.books.items()},
        "fees": asdict(ledger.fees),
        "orders": [row(x) for x in ledger.orders.values()],
        "trades": [row(x) for x in ledger.trades.values()],
        "late": ledger.late,
        "held": {a: format(v, "f") for a, v in ledger.held.items()},
        "counter": ledger.counter,
    }


def _restore(ledger: Ledger, found: dict[str, Any]) -> None:
    for wallet, assets in found["totals"].items():
        ledger.totals[wallet] = {a: Decimal(v) for a, v in assets.items()}
    for symbol, book in found["books"].items():
        sides = {k: levels(book.pop(k)) for k in ("bids", "asks")}
        ledger.books[symbol] = Book(**{**book, **sides, "last": Decimal(book["last"])})
    fees = found["fees"]
    ledger.fees = Fees(Decimal(fees["taker"]), Decimal(fees["maker"]), fees["asset"])
    for item in found["orders"]:
        ledger.orders[item["order_id"]] = unrow(WireOrder, item)
    for item in found["trades"]:
        ledger.trades[item["trade_id"]] = unrow(WireTrade, item)
    ledger.late = [(int(at), str(order_id)) for at, order_id in found["late"]]
    ledger.held = {a: Decimal(v) for a, v in found["held"].items()}
    ledger.counter = int(found["counter"])
