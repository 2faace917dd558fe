"""The embedded exchange's own memory: each client id once, with its trades, on disk."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from dcaguard.core.canonical import instant, parse_instant
from dcaguard.core.errors import StorageError
from dcaguard.core.money import plain
from dcaguard.core.order import Fill, Order

_SCHEMA = """
CREATE TABLE IF NOT EXISTS orders(
  client_order_id TEXT PRIMARY KEY, account TEXT NOT NULL, symbol TEXT NOT NULL,
  type TEXT NOT NULL, amount TEXT NOT NULL, limit_price TEXT NOT NULL, max_quote TEXT NOT NULL,
  strategy TEXT NOT NULL, slot TEXT NOT NULL, run_id TEXT NOT NULL, created_at TEXT NOT NULL,
  resting INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS trades(
  trade_id TEXT PRIMARY KEY, client_order_id TEXT NOT NULL REFERENCES orders,
  amount TEXT NOT NULL, price TEXT NOT NULL, cost TEXT NOT NULL,
  fee_amount TEXT NOT NULL, fee_currency TEXT NOT NULL, filled_at TEXT NOT NULL) STRICT;
"""


class PaperBook:
    """Orders and trades of one paper account; `path` None keeps them in memory only."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        try:
            if path is not None:
                with contextlib.suppress(FileExistsError):
                    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            self._db = sqlite3.connect(path or ":memory:", timeout=5, isolation_level=None)
            self._db.executescript(
                "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA; PRAGMA foreign_keys=ON;"
                + _SCHEMA
            )
        except (OSError, sqlite3.Error) as error:
            raise self._failure(error) from None

    def add(self, order: Order, fill: Fill | None, *, resting: bool) -> bool:
        """Take a new order with what it got at once; False when its client id is known."""
        row = (
            *(order.client_order_id, order.account, order.symbol, order.type, plain(order.amount)),
            *(plain(order.limit_price), plain(order.max_quote), order.strategy, order.slot),
            *(order.run_id, instant(order.created_at), int(resting)),
        )
        with self._write():
            known = self._db.execute(
                "SELECT 1 FROM orders WHERE client_order_id=?", (order.client_order_id,)
            ).fetchone()
            if known:
                return False
            self._db.execute("INSERT INTO orders VALUES(?,?,?,?,?,?,?,?,?,?,?,?)", row)
            if fill is not None:
                self._insert(fill)
        return True

    def settle(self, client_order_id: str, fill: Fill | None) -> None:
        """End a resting order, with its execution or by a cancel."""
        with self._write():
            changed = self._db.execute(
                "UPDATE orders SET resting=0 WHERE client_order_id=? AND resting=1",
                (client_order_id,),
            ).rowcount
            if changed and fill is not None:
                self._insert(fill)

    def orders(self, client_order_id: str | None = None) -> list[tuple[Order, bool]]:
        """Return orders, oldest first, each with whether it still rests."""
        where = "" if client_order_id is None else " WHERE client_order_id=?"
        bound = () if client_order_id is None else (client_order_id,)
        with self._reading():
            found = self._db.execute(f"SELECT * FROM orders{where} ORDER BY rowid", bound)  # noqa: S608 (two constants)
            return [(_order(row), bool(row[11])) for row in found]

    def fills(self, client_order_id: str | None = None) -> list[Fill]:
        """Return executions, oldest first."""
        where = "" if client_order_id is None else " WHERE t.client_order_id=?"
        bound = () if client_order_id is None else (client_order_id,)
        with self._reading():
            found = self._db.execute(
                "SELECT o.account, o.symbol, t.* FROM trades t JOIN orders o USING(client_order_id)"  # noqa: S608 (two constants)
                f"{where} ORDER BY t.rowid",
                bound,
            )
            return [_fill(row) for row in found]

    def close(self) -> None:
        """Release the file."""
        self._db.close()

    def _insert(self, fill: Fill) -> None:
        self._db.execute(
            "INSERT INTO trades VALUES(?,?,?,?,?,?,?,?)",
            (
                *(fill.trade_id, fill.client_order_id, plain(fill.amount), plain(fill.price)),
                *(plain(fill.cost), plain(fill.fee_amount), fill.fee_currency),
                instant(fill.filled_at),
            ),
        )

    @contextlib.contextmanager
    def _write(self) -> Iterator[None]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._failure(error) from None

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._failure(error) from None

    def _failure(self, error: Exception) -> StorageError:
        return StorageError(
            f"{self._path}: the paper account can not be kept there ({error}): "
            "check the folder's rights and space, or move the file away."
        )


def _order(row: tuple[str, ...]) -> Order:
    order = Order(
        client_order_id=row[0],
        run_id=row[9],
        strategy=row[7],
        slot=row[8],
        symbol=row[2],
        account=row[1],
        type=row[3],
        amount=Decimal(row[4]),
        limit_price=Decimal(row[5]),
        max_quote=Decimal(row[6]),
        created_at=parse_instant(row[10]),
    )
    return replace(order, venue_order_id=f"paper-{row[0]}")


def _fill(row: tuple[str, ...]) -> Fill:
    filled_at: datetime = parse_instant(row[9])
    return Fill(
        account=row[0],
        symbol=row[1],
        trade_id=row[2],
        client_order_id=row[3],
        side="BUY",
        amount=Decimal(row[4]),
        price=Decimal(row[5]),
        cost=Decimal(row[6]),
        fee_amount=Decimal(row[7]),
        fee_currency=row[8],
        filled_at=filled_at,
    )
