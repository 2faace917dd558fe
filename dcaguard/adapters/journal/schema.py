"""What the journal's file looks like: append-only tables inside, the public views outside."""

from collections.abc import Callable, Iterator

from dcaguard.adapters.journal.tables import (
    BALANCES,
    DECISIONS,
    READINGS,
    REGIMES,
    TABLES,
    VIOLATIONS,
    Table,
)

APPLICATION_ID = 0x64636167  # "dcag"

_JOURNAL = """\
CREATE TABLE journal (
  seq INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  run_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT"""

# The newest move of each order says where it stands, an order without a move is an INTENT; the
# newest revision says what it asks for.
ORDERS_NOW = """\
orders_intended AS o
LEFT JOIN orders_moved AS m ON m.id = (
  SELECT max(id) FROM orders_moved WHERE client_order_id = o.client_order_id
)
LEFT JOIN orders_revised AS r ON r.id = (
  SELECT max(id) FROM orders_revised WHERE client_order_id = o.client_order_id
)"""
ASKED_NOW = """\
coalesce(r.amount, o.amount) AS amount, coalesce(r.limit_price, o.limit_price) AS limit_price,
  coalesce(r.max_quote, o.max_quote) AS max_quote"""

FILLS_NOW = """\
fills_stored AS f LEFT JOIN fills_linked AS l
  ON l.account = f.account AND l.symbol = f.symbol AND l.trade_id = f.trade_id"""
FILL_COLUMNS = """\
f.account, f.symbol, f.trade_id,
  coalesce(f.client_order_id, l.client_order_id) AS client_order_id, f.side, f.amount, f.price,
  f.cost, f.fee_amount, f.fee_currency, f.filled_at"""

_VIEWS = (
    """\
CREATE VIEW runs AS
SELECT s.run_id, s.started_at, e.ended_at, s.mode, e.exit_code, e.code, s.version, s.config_digest
FROM runs_started AS s LEFT JOIN runs_ended AS e ON e.run_id = s.run_id""",
    f"""\
CREATE VIEW orders AS
SELECT o.client_order_id, o.run_id, o.strategy, o.slot, o.symbol, o.account, 'BUY' AS side, o.type,
  {ASKED_NOW}, coalesce(m.status, 'INTENT') AS status, m.venue_order_id,
  o.created_at, m.sent_at, m.closed_at
FROM {ORDERS_NOW}""",
    f"CREATE VIEW fills AS\nSELECT {FILL_COLUMNS}\nFROM {FILLS_NOW}",
)

# Views with every column of their table that is not there for sorting alone.
_PLAIN_VIEWS = {
    "decisions": DECISIONS,
    "readings": READINGS,
    "regimes": REGIMES,
    "balances": BALANCES,
    "violations": VIOLATIONS,
}


def version_1() -> Iterator[str]:
    """Yield the statements that make an empty file a journal of version 1."""
    yield _JOURNAL
    # `seq` stands in both, so that neither `latest` nor `entries` ever sorts or scans.
    yield "CREATE INDEX journal_by_kind_subject ON journal (kind, subject, seq)"
    yield "CREATE INDEX journal_by_kind ON journal (kind, seq)"
    yield from _append_only(
        "journal", "NEW.seq IS NOT (SELECT coalesce(max(seq), 0) FROM journal) + 1"
    )
    for table in TABLES:
        yield from _typed(table)
    yield from _VIEWS
    for view, table in _PLAIN_VIEWS.items():
        shown = ", ".join(name for name in table.names if not name.endswith("_us"))
        yield f"CREATE VIEW {view} AS\nSELECT {shown} FROM {table.name}"


def _typed(table: Table) -> Iterator[str]:
    """Yield a typed table with its keys, indexes and triggers."""
    lines = ["id INTEGER PRIMARY KEY", "seq INTEGER NOT NULL REFERENCES journal (seq)"]
    lines += table.columns
    lines += [f"UNIQUE ({', '.join(key)})" for key in table.keys]
    yield f"CREATE TABLE {table.name} (\n  " + ",\n  ".join(lines) + "\n) STRICT"
    yield f"CREATE INDEX {table.name}_by_seq ON {table.name} (seq)"
    for index in table.indexes:
        yield f"CREATE INDEX {table.name}_by_{'_'.join(index)} ON {table.name} ({', '.join(index)})"
    wrong = [
        f"NEW.id IS NOT (SELECT coalesce(max(id), 0) FROM {table.name}) + 1",
        "NEW.seq IS NOT (SELECT max(seq) FROM journal)",
    ]
    for key in table.keys:
        same = " AND ".join(f"{column} = NEW.{column}" for column in key)
        wrong.append(f"EXISTS (SELECT 1 FROM {table.name} WHERE {same})")
    yield from _append_only(table.name, "\n  OR ".join(wrong))


def _append_only(table: str, wrong: str) -> Iterator[str]:
    """Yield the triggers that refuse every change, and every insert that is not the next row.

    The check before INSERT holds even on connections without `recursive_triggers`, where REPLACE
    deletes the old row without asking the DELETE trigger.
    """
    for action in ("UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} BEGIN\n"
            f"  SELECT RAISE(ABORT, '{table} is append-only: no {action}');\nEND"
        )
    yield (
        f"CREATE TRIGGER {table}_next_only BEFORE INSERT ON {table}\nWHEN {wrong}\nBEGIN\n"
        f"  SELECT RAISE(ABORT, '{table} is append-only: only a new next row');\nEND"
    )


# version -> the statements that lead there from the version before; only ever added to.
MIGRATIONS: dict[int, Callable[[], Iterator[str]]] = {1: version_1}


def schema_version() -> int:
    """Return the newest version this program knows."""
    return max(MIGRATIONS)
