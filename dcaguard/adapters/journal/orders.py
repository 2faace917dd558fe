"""Orders are written once and move by appended rows; a venue's trade id is kept once."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime

from dcaguard.adapters.journal.book import Book
from dcaguard.adapters.journal.decode import ORDER_COLUMNS, fill_of, order_of
from dcaguard.adapters.journal.projection import microseconds
from dcaguard.adapters.journal.schema import FILL_COLUMNS, FILLS_NOW, ORDERS_NOW
from dcaguard.core.canonical import instant
from dcaguard.core.errors import DuplicateSlotError, ReconcileError
from dcaguard.core.order import Fill, Order, Status, may_move

CLOSED = frozenset({Status.FILLED, Status.PARTIAL_CLOSED, Status.REJECTED, Status.ABANDONED})
_FACTS = frozenset({"venue_order_id", "filled", "cost", "code", "detail", "evidence"})
_ASKED = ("amount", "limit_price", "max_quote")
_MOVES_LATER = ("status", "venue_order_id", "sent_at", "closed_at")  # not part of the intent

_ORDERS = f"SELECT {ORDER_COLUMNS} FROM {ORDERS_NOW}"


def add_order(book: Book, order: Order, slot_key: str, digest: str, at: datetime) -> None:
    """Write an INTENT; DuplicateSlotError when its slot and symbol or its id were used before."""
    assert order.status is Status.INTENT, "an order begins as an INTENT"
    data = {k: v for k, v in asdict(order).items() if k not in _MOVES_LATER}
    with book.transaction():
        _refuse_used(book, order, slot_key)
        book.add(
            "order", order.client_order_id, {**data, "slot_key": slot_key, "digest": digest}, at
        )


def _refuse_used(book: Book, order: Order, slot_key: str) -> None:
    """Raise DuplicateSlotError before the UNIQUE keys do: the sentence can then name the order."""
    row = book.connection.execute(
        """SELECT client_order_id, slot FROM orders_intended WHERE client_order_id = ?
        UNION ALL SELECT client_order_id, slot FROM orders_intended
          WHERE strategy = ? AND slot = ? AND symbol = ?
        UNION ALL SELECT client_order_id, slot FROM orders_intended
          WHERE strategy = ? AND slot_key = ? AND symbol = ?""",
        (
            order.client_order_id,
            *(order.strategy, order.slot, order.symbol),
            *(order.strategy, slot_key, order.symbol),
        ),
    ).fetchone()
    if row is not None:
        raise DuplicateSlotError(
            f"{order.strategy}: slot {row[1]} of {order.symbol} already has order {row[0]}: "
            "a slot is bought at most once."
        )


def move_order(
    book: Book,
    client_order_id: str,
    status: Status,
    at: datetime,
    facts: Mapping[str, object],
) -> Order:
    """Append a move that core.order.MOVES allows; return the order as it then stands."""
    unknown = set(facts) - _FACTS
    assert not unknown, f"unknown facts: {sorted(unknown)}"
    with book.transaction():
        before = order(book, client_order_id)
        assert before is not None, f"no order {client_order_id}"
        assert may_move(before.status, status), f"{before.status} may not become {status}"
        data: dict[str, object] = {
            **facts,
            "client_order_id": client_order_id,
            "status": status,
            "venue_order_id": facts.get("venue_order_id") or before.venue_order_id,
            "sent_at": at if status is Status.SENDING else before.sent_at,
            "closed_at": at if status in CLOSED else None,
        }
        book.add("order-move", client_order_id, data, at)
        after = order(book, client_order_id)
    assert after is not None
    return after


def revise_order(book: Book, order_: Order, digest: str, at: datetime) -> Order:
    """Append what an INTENT now asks for; return the order as it then stands."""
    with book.transaction():
        before = order(book, order_.client_order_id)
        assert before is not None, f"no order {order_.client_order_id}"
        assert before.status is Status.INTENT, f"{before.status}: only an INTENT may be revised"
        asked = {name: getattr(order_, name) for name in _ASKED}
        same = replace(
            before, **asked, run_id=order_.run_id, slot=order_.slot, created_at=order_.created_at
        )
        assert same == order_, "a revision changes amount, limit and worst case, nothing else"
        data = {**asked, "client_order_id": order_.client_order_id, "digest": digest}
        book.add("order-revision", order_.client_order_id, data, at)
        after = order(book, order_.client_order_id)
    assert after is not None
    return after


def order(book: Book, client_order_id: str) -> Order | None:
    """Return one order as it stands now."""
    row = book.connection.execute(
        f"{_ORDERS} WHERE o.client_order_id = ?", (client_order_id,)
    ).fetchone()
    return None if row is None else order_of(row)


def orders(
    book: Book,
    equal: Mapping[str, str | None],
    status: frozenset[Status] | None,
    since: datetime | None,
) -> list[Order]:
    """Return orders whose columns equal `equal` (None: any), oldest first."""
    wanted: list[tuple[str, list[str | int]]] = [
        (f"o.{column} = ?", [value]) for column, value in equal.items() if value is not None
    ]
    if since is not None:
        wanted.append(("o.created_us >= ?", [microseconds(since)]))
    if status is not None:
        marks = ", ".join("?" * len(status))
        wanted.append((f"coalesce(m.status, 'INTENT') IN ({marks})", [*sorted(status)]))
    where = " AND ".join(text for text, _ in wanted) or "true"
    values = [value for _, group in wanted for value in group]
    rows = book.connection.execute(f"{_ORDERS} WHERE {where} ORDER BY o.id", values)
    return [order_of(row) for row in rows]


def add_fill(book: Book, fill: Fill, at: datetime) -> bool:
    """Keep one execution; False when it is known with the same values, ReconcileError if not."""
    with book.transaction():
        known = _known_fill(book, fill)
        if known is None:
            book.add("fill", _subject(fill), asdict(fill), at)
            return True
        # Venues' lists of trades, and files that a person imports, often do not name orders.
        if fill.client_order_id is None:
            fill = replace(fill, client_order_id=known.client_order_id)
        elif known.client_order_id is None:
            known = replace(known, client_order_id=fill.client_order_id)
            names = ("account", "symbol", "trade_id", "client_order_id")
            book.add("fill-link", _subject(fill), {name: getattr(fill, name) for name in names}, at)
        _refuse_other(known, fill)
    return False


def _subject(fill: Fill) -> str:
    return f"{fill.account}:{fill.symbol}:{fill.trade_id}"


def _refuse_other(known: Fill, fill: Fill) -> None:
    """Raise ReconcileError (84) when a trade comes again with other values."""
    wrong = [name for name, value in asdict(fill).items() if value != getattr(known, name)]
    if wrong:
        raise ReconcileError(
            f"{fill.account}: trade {fill.trade_id} of {fill.symbol} is in the journal with "
            f"another {', '.join(wrong)} (recorded {_told(known)}, now {_told(fill)}): "
            "compare both with the venue's own list (`dcaguard audit trades` shows ours)."
        )


def _told(fill: Fill) -> str:
    return f"{fill.side} {fill.amount} at {fill.price} on {instant(fill.filled_at)}"


def _known_fill(book: Book, fill: Fill) -> Fill | None:
    row = book.connection.execute(
        f"""SELECT {FILL_COLUMNS} FROM {FILLS_NOW}
        WHERE f.account = ? AND f.symbol = ? AND f.trade_id = ?""",
        (fill.account, fill.symbol, fill.trade_id),
    ).fetchone()
    return None if row is None else fill_of(row)


# Two indexed look-ups; an OR over both tables would read every fill.
_OF_ORDER = """f.id IN (
  SELECT id FROM fills_stored WHERE client_order_id = :client_order_id
  UNION SELECT s.id FROM fills_linked AS k JOIN fills_stored AS s
    ON s.account = k.account AND s.symbol = k.symbol AND s.trade_id = k.trade_id
    WHERE k.client_order_id = :client_order_id)"""


def fills(
    book: Book, account: str | None, client_order_id: str | None, since: datetime | None
) -> list[Fill]:
    """Return executions that match every given filter, oldest first."""
    wanted = []
    if account is not None:
        wanted.append("f.account = :account")
    if client_order_id is not None:
        wanted.append(_OF_ORDER)
    if since is not None:
        wanted.append("f.filled_us >= :since_us")
    where = " AND ".join(wanted) or "true"
    rows = book.connection.execute(
        f"SELECT {FILL_COLUMNS} FROM {FILLS_NOW} WHERE {where} ORDER BY f.filled_us, f.id",
        {
            "account": account,
            "client_order_id": client_order_id,
            "since_us": None if since is None else microseconds(since),
        },
    )
    return [fill_of(row) for row in rows]
