"""Rows of the file become values again, or the file is damaged: nothing in between."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

from dcaguard.adapters.journal.connect import VERIFY
from dcaguard.adapters.journal.projection import EPOCH
from dcaguard.adapters.journal.schema import ASKED_NOW
from dcaguard.core.canonical import parse_instant
from dcaguard.core.errors import IntegrityError
from dcaguard.core.order import Fill, Order, Status
from dcaguard.core.reading import Reading
from dcaguard.ports import Entry

ORDER_COLUMNS = f"""o.client_order_id, o.run_id, o.strategy, o.slot, o.symbol, o.account, o.type,
{ASKED_NOW}, o.created_at, coalesce(m.status, 'INTENT'),
m.venue_order_id, m.sent_at, m.closed_at, o.attempt"""

READING_COLUMNS = "series, as_of_us, observed_us, value, source, raw_sha256"

ENTRY_COLUMNS = "seq, at, run_id, kind, subject, body"


@contextmanager
def sound(path: Path) -> Iterator[None]:
    """Turn a cell that cannot be read as what it should be into IntegrityError (83)."""
    try:
        yield
    except (ValueError, TypeError, KeyError, OverflowError, InvalidOperation) as error:
        raise IntegrityError(f"{path}: a row cannot be read ({error}): {VERIFY}.") from error


def _instant_or_none(text: str | None) -> datetime | None:
    return None if text is None else parse_instant(text)


def order_of(row: Sequence[str]) -> Order:
    """Return the order in ORDER_COLUMNS."""
    return Order(
        client_order_id=row[0],
        run_id=row[1],
        strategy=row[2],
        slot=row[3],
        symbol=row[4],
        account=row[5],
        type=row[6],
        amount=Decimal(row[7]),
        limit_price=Decimal(row[8]),
        max_quote=Decimal(row[9]),
        created_at=parse_instant(row[10]),
        status=Status(row[11]),
        venue_order_id=row[12],
        sent_at=_instant_or_none(row[13]),
        closed_at=_instant_or_none(row[14]),
        attempt=int(row[15]),
    )


def fill_of(row: Sequence[str]) -> Fill:
    """Return the execution in schema.FILL_COLUMNS."""
    return Fill(
        account=row[0],
        symbol=row[1],
        trade_id=row[2],
        client_order_id=row[3],
        side=row[4],
        amount=Decimal(row[5]),
        price=Decimal(row[6]),
        cost=Decimal(row[7]),
        fee_amount=Decimal(row[8]),
        fee_currency=row[9],
        filled_at=parse_instant(row[10]),
    )


def readings_of(rows: Sequence[tuple[str, int, int, str, str, str]]) -> list[Reading]:
    """Return the readings in READING_COLUMNS; tens of thousands of them for one decision."""
    instants: dict[int, datetime] = {}  # many series share their days

    def at(us: int) -> datetime:
        found = instants.get(us)
        if found is None:
            found = instants[us] = EPOCH + timedelta(microseconds=us)
        return found

    return [
        Reading(series, at(as_of), at(observed), Decimal(value), source, raw)
        for series, as_of, observed, value, source, raw in rows
    ]


def entry_of(row: Sequence[str]) -> Entry:
    """Return the entry in ENTRY_COLUMNS; its body is what the caller of `append` said."""
    body = json.loads(row[5])
    return Entry(int(row[0]), parse_instant(row[1]), row[2], row[3], row[4], body["data"])
