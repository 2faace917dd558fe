"""The public tables of a journal as any SQL tool sees them: read-only, every value bound."""

from collections.abc import Iterator, Mapping
from pathlib import Path

VIEWS = frozenset(
    {"runs", "decisions", "orders", "fills", "readings", "regimes", "balances", "violations"}
)


def rows(
    path: Path, view: str, equal: Mapping[str, str], order_by: str = ""
) -> Iterator[dict[str, object]]:
    """Yield rows of a public view whose columns equal the given values.

    Column names are the program's own; values may be anything a person typed: they are bound,
    never part of the SQL.
    """
    # sqlite-utils costs 80 ms to import: only the audit commands pay it.
    from sqlite_utils import Database

    assert view in VIEWS
    assert all(name.isidentifier() for name in (*equal, *([order_by] if order_by else [])))
    import sqlite3

    database = Database(sqlite3.connect(f"file:{path}?mode=ro", uri=True))
    try:
        where = " and ".join(f"{name} = :{name}" for name in equal) or None
        yield from database[view].rows_where(where, dict(equal), order_by=order_by or None)
    finally:
        database.close()
