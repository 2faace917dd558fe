"""What the use cases need from outside, in terms of the core."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol, TypeVar

from dcaguard.core.account import AccountView
from dcaguard.core.login import Login
from dcaguard.core.market import Market, Quote
from dcaguard.core.order import Fill, LookUp, Order, Placed, Status
from dcaguard.core.reading import Reading

Written = TypeVar("Written")


class Secrets(Protocol):
    """Every secret of this process, to be kept out of whatever leaves it or is written down."""

    def scrub(self, text: str) -> str:
        """Return the text without a secret, in whatever spelling."""
        ...

    def add_signature(self, signature: str) -> None:
        """Hide what signed a request from here on."""
        ...


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """Return the current instant, UTC."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards, for time limits."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Venue(Protocol):
    """One account at one exchange: paper, or through ccxt."""

    @property
    def account(self) -> str:
        """The account's name in the config."""

    @property
    def exchange(self) -> str:
        """The exchange id: 'paper', 'kraken', ..."""

    @property
    def login(self) -> Login:
        """What stands behind the name: exchange, place and key."""

    @property
    def can_trade_live(self) -> str:
        """'' when the order path is tested on this venue, else the sentence that refuses it."""

    @property
    def receive_window_seconds(self) -> int:
        """How long after the send the venue may still accept the request."""

    @property
    def order_types(self) -> frozenset[str]:
        """The `[order] type` values this venue can do."""

    def clock_skew_seconds(self) -> float:
        """Return venue time minus ours (half the round trip taken off)."""

    def look(self) -> AccountView:
        """Read every wallet, position, mode and right. Never raises for one wallet's failure."""

    def markets(self, symbols: Sequence[str]) -> Mapping[str, Market]:
        """Return the markets that exist among `symbols`; a missing one is simply absent."""

    def quotes(self, symbols: Sequence[str]) -> Mapping[str, Quote]:
        """Return current quotes; a symbol without one is absent."""

    def prices(self, assets: Sequence[str], base_currency: str) -> Mapping[str, Decimal]:
        """Return base_currency per unit for each asset that the venue's own pairs can price."""

    def find(self, order: Order) -> LookUp:
        """Ask for the order by its client order id, as it really works at this venue."""

    def prove_absence(self, order: Order) -> LookUp:
        """Ask by client id, orders, trades and balance; NOT_FOUND only if all are well-formed."""

    def place(self, order: Order) -> Placed:
        """Send the one POST. Never raises after the socket was touched."""

    def cancel(self, order: Order) -> LookUp:
        """Cancel a resting order and return what the venue then says of it."""

    def trades(self, symbol: str, since: datetime) -> Sequence[Fill]:
        """Return our own executions since an instant, oldest first."""

    def close(self) -> None:
        """Release sockets and files."""


class Source(Protocol):
    """One provider of series."""

    @property
    def name(self) -> str:
        """The source's table name in config."""

    def fetch(self, since: Mapping[str, datetime]) -> Sequence[Reading]:
        """Return new readings of every series it serves; `since` holds the newest as_of known."""


@dataclass(frozen=True, slots=True)
class AddedReadings:
    """What became of a batch of readings."""

    new: int
    same: int  # already known with the same value: ignored
    conflicts: tuple[Reading, ...] = ()  # same (series, as_of, observed_at), another value


@dataclass(frozen=True, slots=True)
class Entry:
    """One chained row of the journal, decoded."""

    seq: int
    at: datetime
    run_id: str
    kind: str
    subject: str
    body: Mapping[str, object]  # JSON types; decimals and times are strings


class Journal(Protocol):
    """The append-only, chained record. Every write is one chained row plus its public rows.

    Outside `transaction()` each call commits by itself; inside, all of them commit together or
    not at all. Errors: StorageError (74) for the disk, TryAgainError (75) for a locked file,
    IntegrityError (83) for a broken chain, ConfigError (78) for a newer file.
    """

    def transaction(self) -> AbstractContextManager[None]:
        """BEGIN IMMEDIATE ... COMMIT; reads inside see the locked state."""

    def after_send(self, write: Callable[[], Written]) -> Written:
        """Run `write` as one transaction; what an order did is written even on a full disk."""

    def begin_run(
        self, run_id: str, mode: str, version: str, config_digest: str, at: datetime
    ) -> None:
        """Start a run; later appends carry its id. mode: "live", "dry", "paper", "command"."""

    def end_run(self, exit_code: int, code: str, at: datetime) -> None:
        """Close the run that `begin_run` started."""

    def append(self, kind: str, subject: str, body: Mapping[str, object], at: datetime) -> int:
        """Write one chained row (body spelled canonically) and return its seq.

        Kinds with public rows of their own (decision, regime, balances, violations, ...) also
        fill those tables from the body's keys.
        """

    def head(self) -> tuple[int, str]:
        """Return (seq, hash) of the newest row; (0, "") when empty."""

    def last_at(self) -> datetime | None:
        """Return the time of the newest row."""

    def latest(self, kind: str, subject: str) -> Entry | None:
        """Return the newest row of this kind and subject."""

    def entries(self, kind: str, subject: str | None = None, since_seq: int = 0) -> Iterator[Entry]:
        """Yield rows of a kind in order of seq, optionally of one subject, after `since_seq`."""

    def add_readings(
        self, readings: Sequence[Reading], at: datetime, *, revision: bool = False
    ) -> AddedReadings:
        """Add new readings in one transaction; nothing is written when there are conflicts.

        With `revision` a conflicting value is stored as a later reading (observed_at = at).
        """

    def readings(self, until: datetime | None = None, series: Sequence[str] = ()) -> list[Reading]:
        """Return readings with observed_at <= until, ordered by series, as_of, observed_at."""

    def readings_mark(self) -> str:
        """Return a text that pins every reading added so far, by content: others have another."""

    def holds_mark(self, mark: str) -> bool:
        """Tell whether what a mark pins was added here, first and unchanged."""

    def oldest_observed_since(self, mark: str) -> datetime | None:
        """Return the smallest observed_at among readings added after a mark that it holds."""

    def add_order(self, order: Order, slot_key: str, digest: str, at: datetime) -> None:
        """Insert an INTENT; DuplicateSlotError when slot and symbol or the id were used before."""

    def move_order(
        self,
        client_order_id: str,
        status: Status,
        at: datetime,
        facts: Mapping[str, object] | None = None,
    ) -> Order:
        """Append a move allowed by core.order.MOVES and return the order as it then stands.

        `facts` may hold venue_order_id, filled, cost, code, detail, evidence. A move that the
        table does not allow is an AssertionError (a bug).
        """

    def revise_order(self, order: Order, digest: str, at: datetime) -> Order:
        """Replace amount, limit and worst case of an INTENT that was never sent.

        A crash or a silent venue may leave an INTENT behind; prices have moved by the next run.
        """

    def order(self, client_order_id: str) -> Order | None:
        """Return one order."""

    def orders(
        self,
        *,
        strategy: str | None = None,
        slot_key: str | None = None,
        account: str | None = None,
        status: frozenset[Status] | None = None,
        since: datetime | None = None,
    ) -> list[Order]:
        """Return orders that match every given filter, oldest first."""

    def add_fill(self, fill: Fill, at: datetime) -> bool:
        """Add one execution; False when it is known already with the same values.

        The same (account, symbol, trade_id) with other values is a ReconcileError (84).
        """

    def fills(
        self,
        *,
        account: str | None = None,
        client_order_id: str | None = None,
        since: datetime | None = None,
    ) -> list[Fill]:
        """Return executions that match, oldest first."""


class Halt(Protocol):
    """The person's stop: a file whose existence stops buying."""

    def reason(self) -> str | None:
        """Return the halt's reason, or None when it is not set; unreadable counts as set."""

    def edited(self) -> str | None:
        """Return which file that this run goes by was changed meanwhile, or None."""

    def set(self, reason: str) -> None:
        """Set it."""

    def clear(self) -> None:
        """Remove it."""
