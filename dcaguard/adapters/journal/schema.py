"""What the journal's file looks like: append-only tables inside, the public views outside."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

APPLICATION_ID = 0x64636167  # "dcag"


@dataclass(frozen=True, slots=True)
class Table:
    """One append-only table whose rows repeat, for SQL, what a chained body says.

    `id` counts from 1 without gaps over all rows of the table; `seq` is the chained row it
    belongs to. Columns are TEXT unless declared otherwise; `*_us` are microseconds since 1970,
    because RFC 3339 texts with and without a fraction do not sort.
    """

    name: str
    columns: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...] = ()  # no two rows may agree in all of them
    indexes: tuple[tuple[str, ...], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, after `id` and `seq`."""
        return tuple(column.split()[0] for column in self.columns)

    @property
    def insert(self) -> str:
        """The statement that adds one row: id, seq, then every column."""
        marks = ", ".join("?" * (len(self.columns) + 2))
        return f"INSERT INTO {self.name} (id, seq, {', '.join(self.names)}) VALUES ({marks})"


def _columns(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.split(","))


RUN_STARTS = Table(
    "runs_started",
    _columns(
        "run_id!, started_at!, mode!, version!, config_digest!".replace("!", " TEXT NOT NULL")
    ),
    keys=(("run_id",),),
)
RUN_ENDS = Table(
    "runs_ended",
    _columns(
        """run_id TEXT NOT NULL, ended_at TEXT NOT NULL, exit_code INTEGER NOT NULL,
        code TEXT NOT NULL"""
    ),
    keys=(("run_id",),),
)
DECISIONS = Table(
    "decisions_stored",
    _columns(
        """decision_id TEXT NOT NULL, run_id TEXT NOT NULL, strategy TEXT NOT NULL,
        slot TEXT NOT NULL, symbol TEXT NOT NULL, verdict TEXT NOT NULL, tranche_quote TEXT,
        buy_quote TEXT, backlog_quote TEXT, regime TEXT, composite TEXT, bid TEXT, ask TEXT,
        price_at TEXT, price_source TEXT, rule_version TEXT, reasons TEXT NOT NULL,
        inputs_digest TEXT, decided_at TEXT NOT NULL"""
    ),
    keys=(("decision_id",),),
    indexes=(("strategy", "slot", "symbol"),),
)
ORDERS = Table(
    "orders_intended",
    _columns(
        """client_order_id TEXT NOT NULL, run_id TEXT NOT NULL, strategy TEXT NOT NULL,
        slot TEXT NOT NULL, slot_key TEXT NOT NULL, symbol TEXT NOT NULL, account TEXT NOT NULL,
        type TEXT NOT NULL, amount TEXT NOT NULL, limit_price TEXT NOT NULL,
        max_quote TEXT NOT NULL, created_at TEXT NOT NULL, created_us INTEGER NOT NULL,
        attempt INTEGER NOT NULL, digest TEXT NOT NULL"""
    ),
    keys=(
        ("client_order_id",),
        ("strategy", "slot", "symbol"),
        # The offset in `slot` may change with a tzdata release; the key has none.
        ("strategy", "slot_key", "symbol"),
    ),
    indexes=(("account", "created_us"), ("created_us",)),
)
ORDER_MOVES = Table(
    "orders_moved",
    _columns(
        """client_order_id TEXT NOT NULL, status TEXT NOT NULL, moved_at TEXT NOT NULL,
        venue_order_id TEXT, sent_at TEXT, closed_at TEXT, filled TEXT, cost TEXT,
        code TEXT, detail TEXT"""
    ),
    indexes=(("client_order_id", "id"),),
)
FILLS = Table(
    "fills_stored",
    _columns(
        """account TEXT NOT NULL, symbol TEXT NOT NULL, trade_id TEXT NOT NULL,
        client_order_id TEXT, side TEXT NOT NULL, amount TEXT NOT NULL, price TEXT NOT NULL,
        cost TEXT NOT NULL, fee_amount TEXT NOT NULL, fee_currency TEXT NOT NULL,
        filled_at TEXT NOT NULL, filled_us INTEGER NOT NULL"""
    ),
    keys=(("account", "symbol", "trade_id"),),
    indexes=(("filled_us",), ("account", "filled_us"), ("client_order_id",)),
)
READINGS = Table(
    "readings_stored",
    _columns(
        """series TEXT NOT NULL, as_of TEXT NOT NULL, observed_at TEXT NOT NULL,
        value TEXT NOT NULL, source TEXT NOT NULL, raw_sha256 TEXT NOT NULL,
        as_of_us INTEGER NOT NULL, observed_us INTEGER NOT NULL"""
    ),
    keys=(("series", "as_of_us", "observed_us"),),
    indexes=(("observed_us",),),
)
REGIMES = Table(
    "regimes_stored",
    _columns(
        """at TEXT NOT NULL, regime TEXT NOT NULL, previous TEXT, composite TEXT,
        blocks TEXT, reasons TEXT"""
    ),
)
BALANCES = Table(
    "balances_stored",
    _columns(
        """run_id TEXT NOT NULL, account TEXT NOT NULL, wallet TEXT NOT NULL, asset TEXT NOT NULL,
        free TEXT, used TEXT, total TEXT, debt TEXT"""
    ),
    indexes=(("account", "id"), ("run_id",)),
)
VIOLATIONS = Table(
    "violations_stored",
    _columns(
        """run_id TEXT NOT NULL, account TEXT NOT NULL, kind TEXT NOT NULL,
        subject TEXT NOT NULL, detail TEXT NOT NULL"""
    ),
    indexes=(("run_id",),),
)

TABLES: tuple[Table, ...] = (
    RUN_STARTS,
    RUN_ENDS,
    DECISIONS,
    ORDERS,
    ORDER_MOVES,
    FILLS,
    READINGS,
    REGIMES,
    BALANCES,
    VIOLATIONS,
)

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

# The newest move of each order says where it stands; an order without a move is an INTENT.
LATEST_MOVE = """\
LEFT JOIN orders_moved AS m ON m.id = (
  SELECT max(id) FROM orders_moved WHERE client_order_id = o.client_order_id
)"""

_VIEWS = (
    """\
CREATE VIEW runs AS
SELECT s.run_id, s.started_at, e.ended_at, s.mode, e.exit_code, e.code, s.version, s.config_digest
FROM runs_started AS s LEFT JOIN runs_ended AS e ON e.run_id = s.run_id""",
    f"""\
CREATE VIEW orders AS
SELECT o.client_order_id, o.run_id, o.strategy, o.slot, o.symbol, o.account, 'BUY' AS side, o.type,
  o.amount, o.limit_price, o.max_quote, coalesce(m.status, 'INTENT') AS status, m.venue_order_id,
  o.created_at, m.sent_at, m.closed_at
FROM orders_intended AS o {LATEST_MOVE}""",
)

# Views with every column of their table that is not there for sorting alone.
_PLAIN_VIEWS = {
    "decisions": DECISIONS,
    "fills": FILLS,
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
