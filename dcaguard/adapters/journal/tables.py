"""The typed tables that repeat for SQL what the chained bodies say."""

from dataclasses import dataclass


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
ORDER_REVISIONS = Table(
    "orders_revised",
    _columns(
        """client_order_id TEXT NOT NULL, amount TEXT NOT NULL, limit_price TEXT NOT NULL,
        max_quote TEXT NOT NULL, digest TEXT NOT NULL, revised_at TEXT NOT NULL"""
    ),
    indexes=(("client_order_id", "id"),),
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
# A trade that was kept before anyone knew which order it belongs to.
FILL_LINKS = Table(
    "fills_linked",
    _columns(
        """account TEXT NOT NULL, symbol TEXT NOT NULL, trade_id TEXT NOT NULL,
        client_order_id TEXT NOT NULL"""
    ),
    keys=(("account", "symbol", "trade_id"),),
    indexes=(("client_order_id",),),
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
    ORDER_REVISIONS,
    ORDER_MOVES,
    FILLS,
    FILL_LINKS,
    READINGS,
    REGIMES,
    BALANCES,
    VIOLATIONS,
)
