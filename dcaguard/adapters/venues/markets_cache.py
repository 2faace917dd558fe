"""Markets in a file that may be deleted at any time: only the wanted symbols are ever loaded."""

import contextlib
import json
import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from dcaguard.core.canonical import instant, parse_instant
from dcaguard.core.market import Market
from dcaguard.core.money import ZERO, parse_decimal

_T = TypeVar("_T")

MARKETS_AGE_MAX = timedelta(hours=24)
_TICK_SIZE = 4
_DECIMAL_PLACES = 2
# Venues that round prices to significant digits have no one step; this is finer than any of them.
_FINEST = Decimal("1E-8")
_KEPT = (
    *("id", "lowercaseId", "symbol", "base", "quote", "settle", "baseId", "quoteId", "settleId"),
    *("type", "spot", "margin", "swap", "future", "option", "contract", "active"),
    *("taker", "maker", "precision", "limits", "altname", "wsId"),
)
# What ccxt and the profiles still read of the venue's own row.
_KEPT_INFO = (
    *("orderTypes", "quoteIncrement", "altname", "wsname", "permissions", "permissionSets"),
    *("status", "innovation", "stTag"),
)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS markets(
  exchange TEXT NOT NULL, host TEXT NOT NULL, symbol TEXT NOT NULL, base TEXT NOT NULL,
  active INTEGER NOT NULL, slim TEXT NOT NULL, PRIMARY KEY(exchange, host, symbol)) STRICT;
CREATE TABLE IF NOT EXISTS fetches(
  exchange TEXT NOT NULL, host TEXT NOT NULL, fetched_at TEXT NOT NULL,
  PRIMARY KEY(exchange, host)) STRICT;
"""


class MarketsCache:
    """One venue's slim market rows in cache.db, keyed by exchange and host."""

    def __init__(self, path: Path, exchange: str, host: str) -> None:
        self._path = path
        self._key = (exchange, host)

    def fetched_at(self) -> datetime | None:
        """Return when the whole list was last stored, or None."""

        def ask(db: sqlite3.Connection) -> datetime | None:
            found = db.execute(
                "SELECT fetched_at FROM fetches WHERE exchange=? AND host=?", self._key
            ).fetchone()
            return parse_instant(found[0]) if found else None

        return self._tried(ask, None)

    def read(self, symbols: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Return the stored rows of these symbols."""

        def ask(db: sqlite3.Connection) -> dict[str, dict[str, Any]]:
            found: dict[str, dict[str, Any]] = {}
            for symbol in symbols:
                row = db.execute(
                    "SELECT slim FROM markets WHERE exchange=? AND host=? AND symbol=?",
                    (*self._key, symbol),
                ).fetchone()
                if row is not None:
                    found[symbol] = json.loads(row[0])
            return found

        return self._tried(ask, {})

    def one_per_base(self) -> list[dict[str, Any]]:
        """Return one row for every base the venue lists, an open market where there is one."""

        def ask(db: sqlite3.Connection) -> list[dict[str, Any]]:
            # SQLite takes the other columns from the row that has the max().
            found = db.execute(
                "SELECT slim, max(active) FROM markets WHERE exchange=? AND host=? GROUP BY base",
                self._key,
            )
            return [json.loads(slim) for slim, _ in found]

        return self._tried(ask, [])

    def store(self, markets: Sequence[Mapping[str, Any]], at: datetime) -> None:
        """Replace the stored list of this venue."""
        rows = [
            (*self._key, slim["symbol"], slim["base"], slim["active"] is not False, _text(slim))
            for slim in markets
        ]

        def write(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM markets WHERE exchange=? AND host=?", self._key)
            db.executemany("INSERT OR REPLACE INTO markets VALUES(?,?,?,?,?,?)", rows)
            db.execute("INSERT OR REPLACE INTO fetches VALUES(?,?,?)", (*self._key, instant(at)))

        self._tried(write, None)

    def _tried(self, work: Callable[[sqlite3.Connection], _T], otherwise: _T) -> _T:
        """Work on the file; a broken one is made anew, an unreachable one is done without."""
        for _ in range(2):
            try:
                self._make()
                with contextlib.closing(_connected(self._path)) as db, db:
                    return work(db)
            except (sqlite3.OperationalError, OSError):
                return otherwise
            except (sqlite3.DatabaseError, ValueError):
                # It holds nothing that can not be fetched again.
                self._path.unlink(missing_ok=True)
                Path(f"{self._path}-journal").unlink(missing_ok=True)
        return otherwise

    def _make(self) -> None:
        """Create the file for its owner alone before SQLite would create it for others too."""
        with contextlib.suppress(FileExistsError):
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def as_market(slim: Mapping[str, Any], precision_mode: int) -> Market | None:
    """Return the market's rules in exact decimals, or None when its steps are not stated."""
    precision, limits = slim.get("precision") or {}, slim.get("limits") or {}
    amount_step = _step(precision.get("amount"), precision_mode)
    price_step = _step(precision.get("price"), precision_mode, price=True)
    if amount_step is None or price_step is None:
        return None
    amount, cost = limits.get("amount") or {}, limits.get("cost") or {}
    taker = parse_decimal(slim.get("taker"))
    return Market(
        symbol=str(slim["symbol"]),
        base=str(slim["base"]),
        quote=str(slim["quote"]),
        spot=slim.get("spot") is True and slim.get("type") == "spot" and not slim.get("contract"),
        # Some venues never say; only a clear "no" closes a market.
        active=slim.get("active") is not False,
        amount_step=amount_step,
        price_step=price_step,
        amount_min=_above_zero(amount.get("min")),
        amount_max=_above_zero(amount.get("max")),
        cost_min=_above_zero(cost.get("min")),
        cost_max=_above_zero(cost.get("max")),
        # Not stated: the dearest taker fee of the supported venues, so that no order overspends.
        taker_fee=taker if taker is not None and taker >= ZERO else Decimal("0.012"),
        leveraged_token=slim.get("leveraged") is True,
    )


def _connected(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=5)
    try:
        db.executescript("PRAGMA journal_mode=DELETE; PRAGMA synchronous=OFF;" + _SCHEMA)
    except sqlite3.DatabaseError:
        db.close()
        raise
    return db


def slimmed(markets: Sequence[Mapping[str, Any]], taker: object) -> list[dict[str, Any]]:
    """Return the rows with what is needed later, and whether each is a leveraged token.

    `taker` is the venue's general taker fee, for markets that state none of their own.
    """
    from dcaguard.core.policy.tokens import leveraged_token

    bases = {str(market["base"]) for market in markets}
    found = []
    for market in markets:
        info = market.get("info")
        info = info if isinstance(info, dict) else {}
        slim = {name: market.get(name) for name in _KEPT}
        slim["taker"] = str(slim["taker"] if slim["taker"] is not None else taker)
        slim["info"] = {name: info[name] for name in _KEPT_INFO if name in info}
        slim["leveraged"] = leveraged_token(str(market["base"]), bases, info)
        found.append(slim)
    return found


def _text(slim: Mapping[str, Any]) -> str:
    return json.dumps(slim, default=str)


def _step(text: object, mode: int, *, price: bool = False) -> Decimal | None:
    value = _exact(text)
    if mode == _TICK_SIZE:
        return value if value is not None and value > ZERO else None
    if mode == _DECIMAL_PLACES or not price:
        places = int(value) if value is not None and value == int(value) else 8
        return Decimal(1).scaleb(-places)
    return _FINEST


def _above_zero(text: object) -> Decimal | None:
    value = _exact(text)
    return value if value is not None and value > ZERO else None


def _exact(value: object) -> Decimal | None:
    """Return a market rule exactly; ccxt spells some of its own constants as floats."""
    return parse_decimal(repr(value) if isinstance(value, float) else value)
