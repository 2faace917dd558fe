"""What must hold between orders, their moves and their fills, whatever the venues say."""

import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby

from dcaguard.core.money import EXACT, plain
from dcaguard.core.order import Status, may_move


def order_faults(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield each slot with two orders, each move out of turn, each row about no order."""
    for key in ("strategy, slot, symbol", "strategy, slot_key, symbol", "client_order_id"):
        # "+" keeps SQLite from trusting the very index that should have refused the second.
        grouped = ", ".join(f"+{column}" for column in key.split(", "))
        for row in connection.execute(
            f"SELECT {key} FROM orders_intended GROUP BY {grouped} HAVING count(*) > 1"
        ):
            yield f"more than one order for {' '.join(map(str, row))}"
    yield from _strays(connection)
    moves = connection.execute(
        "SELECT client_order_id, status FROM orders_moved ORDER BY client_order_id, id"
    )
    for client_order_id, group in groupby(moves, key=lambda row: row[0]):
        before = Status.INTENT
        for _, text in group:
            after = Status(text)
            if not may_move(before, after):
                yield f"order {client_order_id} went from {before} to {after}"
            before = after


def _strays(connection: sqlite3.Connection) -> Iterator[str]:
    for table, what in (
        ("orders_moved", "moves"),
        ("orders_revised", "revisions"),
        ("fills", "fills"),
    ):
        for (client_order_id,) in connection.execute(
            f"""SELECT DISTINCT client_order_id FROM {table} WHERE client_order_id IS NOT NULL
            AND client_order_id NOT IN (SELECT client_order_id FROM orders_intended)"""
        ):
            yield f"{what} of order {client_order_id}, which was never written down"


def total_faults(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield each ended order whose total (base) is not the sum of its fills."""
    filled: dict[str, Decimal] = {}
    for client_order_id, amount in connection.execute(
        "SELECT client_order_id, amount FROM fills WHERE client_order_id IS NOT NULL"
    ):
        before = filled.get(client_order_id, Decimal(0))
        filled[client_order_id] = EXACT.add(before, Decimal(amount))
    for client_order_id, status, total in connection.execute(
        """SELECT m.client_order_id, m.status, m.filled FROM orders_moved AS m WHERE m.id = (
        SELECT max(id) FROM orders_moved WHERE client_order_id = m.client_order_id)"""
    ):
        if status not in {Status.FILLED, Status.PARTIAL_CLOSED}:
            continue
        found = filled.get(client_order_id, Decimal(0))
        if total is not None and Decimal(total) != found:
            yield (
                f"order {client_order_id} says {plain(Decimal(total))} was bought, "
                f"its fills say {plain(found)}"
            )
        elif total is None and status == Status.FILLED and not found:
            yield f"order {client_order_id} is FILLED but has no fills"
