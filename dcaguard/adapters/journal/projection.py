"""What a chained row says, said again in typed rows for SQL; a pure function of the body."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from dcaguard.adapters.journal.tables import (
    BALANCES,
    DECISIONS,
    FILL_LINKS,
    FILLS,
    ORDER_MOVES,
    ORDER_REVISIONS,
    ORDERS,
    REGIMES,
    RUN_ENDS,
    RUN_STARTS,
    VIOLATIONS,
    Table,
)
from dcaguard.core.canonical import canonical_json, parse_instant

Data = Mapping[str, object]
Cells = tuple[str | int | None, ...]
TypedRow = tuple[Table, Cells]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(at: datetime) -> int:
    """Return an aware datetime as microseconds since 1970, exactly."""
    return (at - EPOCH) // _MICROSECOND


def project(kind: str, run_id: str, at: str, data: Data) -> list[TypedRow]:
    """Return the typed rows of one chained row; none for kinds without a table.

    ValueError when `data` lacks what the table needs: a bug of the caller, or a damaged body.
    """
    spell = _KINDS.get(kind)
    if spell is None:
        return []
    return [(table, _cells(table, row)) for table, row in spell(run_id, at, data)]


def _cells(table: Table, row: Data) -> Cells:
    """Return the cells in column order."""
    return tuple(
        _cell(f"{table.name}.{name}", column, row.get(name))
        for name, column in zip(table.names, table.columns, strict=True)
    )


def _cell(where: str, column: str, value: object) -> str | int | None:
    """Return one cell: whole numbers for INTEGER, else text; lists and tables as JSON."""
    if value is None:
        if column.endswith("NOT NULL"):
            raise ValueError(f"{where}: a value is missing")
        return None
    if " INTEGER" in column:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"{where}: {value!r} is not a whole number")
        return value
    return value if isinstance(value, str) else canonical_json(value)


def _us(data: Data, key: str) -> int:
    return microseconds(parse_instant(str(data.get(key))))


def _rows(data: Data) -> list[Data]:
    """Return `data["rows"]`, a list of tables."""
    rows = data.get("rows")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("rows: a list of tables is missing")
    return rows


Spelled = list[tuple[Table, Data]]


def _run(run_id: str, at: str, data: Data) -> Spelled:
    return [(RUN_STARTS, {**data, "run_id": run_id, "started_at": at})]


def _run_end(run_id: str, at: str, data: Data) -> Spelled:
    return [(RUN_ENDS, {**data, "run_id": run_id, "ended_at": at})]


def _decision(run_id: str, at: str, data: Data) -> Spelled:
    return [(DECISIONS, {"decided_at": at, **data, "run_id": run_id})]


def _order(_run_id: str, _at: str, data: Data) -> Spelled:
    return [(ORDERS, {**data, "created_us": _us(data, "created_at")})]


def _order_revision(_run_id: str, at: str, data: Data) -> Spelled:
    return [(ORDER_REVISIONS, {**data, "revised_at": at})]


def _order_move(_run_id: str, at: str, data: Data) -> Spelled:
    return [(ORDER_MOVES, {**data, "moved_at": at})]


def _fill(_run_id: str, _at: str, data: Data) -> Spelled:
    return [(FILLS, {**data, "filled_us": _us(data, "filled_at")})]


def _fill_link(_run_id: str, _at: str, data: Data) -> Spelled:
    return [(FILL_LINKS, data)]


def _regime(_run_id: str, at: str, data: Data) -> Spelled:
    return [(REGIMES, {"at": at, **data})]


def _balances(run_id: str, _at: str, data: Data) -> Spelled:
    named = {"run_id": run_id, "account": data.get("account")}
    return [(BALANCES, {**row, **named}) for row in _rows(data)]


def _violations(run_id: str, _at: str, data: Data) -> Spelled:
    named = {"run_id": run_id, "account": data.get("account")}
    return [(VIOLATIONS, {**row, **named}) for row in _rows(data)]


_KINDS: dict[str, Callable[[str, str, Data], Spelled]] = {
    "run": _run,
    "run-end": _run_end,
    "decision": _decision,
    "order": _order,
    "order-revision": _order_revision,
    "order-move": _order_move,
    "fill": _fill,
    "fill-link": _fill_link,
    "regime": _regime,
    "balances": _balances,
    "violations": _violations,
}
