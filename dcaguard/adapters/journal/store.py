"""The journal as the use cases know it: `dcaguard.ports.Journal` on one SQLite file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Self

from dcaguard.adapters.journal import chain
from dcaguard.adapters.journal import orders as order_rows
from dcaguard.adapters.journal import readings as reading_rows
from dcaguard.adapters.journal.backup import BackupReport, back_up
from dcaguard.adapters.journal.book import Book, Result
from dcaguard.adapters.journal.connect import told
from dcaguard.adapters.journal.decode import ENTRY_COLUMNS, entry_of, sound
from dcaguard.adapters.journal.disk import room_for_send
from dcaguard.adapters.journal.verify import VerifyReport, verify
from dcaguard.core.order import Fill, Order, Status
from dcaguard.core.reading import Reading
from dcaguard.ports import AddedReadings, Entry

_PAGE_ROWS = 500
# These say what a method of their own has checked.
_OWN_KINDS = frozenset(
    {
        *("run", "run-end", "order", "order-revision", "order-move", "fill", "fill-link"),
        *("readings", "head-missing", chain.CHECKPOINT),
    }
)
_DECODED_MAX = 8  # selections of series kept decoded


class SqliteJournal:
    """One open journal. Use `open_journal`; the errors are those that the port names."""

    def __init__(
        self, book: Book, notes: tuple[str, ...] = (), known_by: datetime | None = None
    ) -> None:
        self._book = book
        self._known_by = known_by  # a look back: what was fetched later is not there
        self._later: tuple[int, Sequence[int]] | None = None
        self.notes = notes  # what opening repaired or found odd, for people
        self._decoded: dict[tuple[str, ...], tuple[int, list[Reading]]] = {}

    @property
    def path(self) -> Path:
        """The database file."""
        return self._book.path

    def close(self) -> None:
        """Release the file."""
        self._book.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with told(self.path, "read the journal"), sound(self.path):
            yield

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with told(self.path, "write the journal"):
            yield

    def transaction(self) -> AbstractContextManager[None]:
        """See the port."""
        return self._book.transaction()

    def after_send(self, write: Callable[[], Result]) -> Result:
        """Run `write` (one or more writes, all or nothing) with the ballast as last reserve."""

        def whole() -> Result:
            with self._book.transaction():
                return write()

        return self._book.after_send(whole)

    def room_for_send(self) -> None:
        """Raise StorageError (74) unless the result of a send could surely be written."""
        room_for_send(self.path)

    def begin_run(
        self, run_id: str, mode: str, version: str, config_digest: str, at: datetime
    ) -> None:
        """See the port."""
        before, self._book.run_id = self._book.run_id, run_id
        data = {"mode": mode, "version": version, "config_digest": config_digest}
        try:
            with self._writing(), self._book.transaction():
                self._book.add("run", run_id, data, at)
        except BaseException:
            self._book.run_id = before
            raise

    def end_run(self, exit_code: int, code: str, at: datetime) -> None:
        """See the port; later rows belong to no run."""
        assert self._book.run_id, "no run was begun"
        with self._writing(), self._book.transaction():
            self._book.add(
                "run-end", self._book.run_id, {"exit_code": int(exit_code), "code": code}, at
            )
        self._book.run_id = ""

    def append(self, kind: str, subject: str, body: Mapping[str, object], at: datetime) -> int:
        """See the port. ValueError when a kind with public rows lacks what they need."""
        assert kind not in _OWN_KINDS, f"{kind} rows have a method of their own"
        with self._writing(), self._book.transaction():
            return self._book.add(kind, subject, body, at)

    def head(self) -> tuple[int, str]:
        """See the port."""
        with self._reading():
            return chain.newest(self._book.connection)

    def last_at(self) -> datetime | None:
        """See the port."""
        with self._reading():
            return self._book.last_at()

    def latest(self, kind: str, subject: str) -> Entry | None:
        """See the port."""
        with self._reading():
            row = self._book.connection.execute(
                f"SELECT {ENTRY_COLUMNS} FROM journal WHERE kind = ? AND subject = ? "
                "ORDER BY seq DESC LIMIT 1",
                (kind, subject),
            ).fetchone()
            return None if row is None else entry_of(row)

    def entries(self, kind: str, subject: str | None = None, since_seq: int = 0) -> Iterator[Entry]:
        """See the port. Read page by page: no lock is held while the caller works."""
        of_subject, values = ("", []) if subject is None else ("AND subject = ? ", [subject])
        while True:
            with self._reading():
                rows = self._book.connection.execute(
                    f"SELECT {ENTRY_COLUMNS} FROM journal WHERE kind = ? {of_subject}"
                    "AND seq > ? ORDER BY seq LIMIT ?",
                    (kind, *values, since_seq, _PAGE_ROWS),
                ).fetchall()
                page = [entry_of(row) for row in rows]
            yield from page
            if len(page) < _PAGE_ROWS:
                return
            since_seq = page[-1].seq

    def add_readings(
        self, readings: Sequence[Reading], at: datetime, *, revision: bool = False
    ) -> AddedReadings:
        """See the port."""
        with self._writing():
            return reading_rows.add_readings(self._book, readings, at, revision=revision)

    def readings(self, until: datetime | None = None, series: Sequence[str] = ()) -> list[Reading]:
        """See the port."""
        # Readings are never changed, so those decoded once stay true until more are added: a
        # replay of many instants in one process decodes them once.
        with self._reading():
            mark, key = reading_rows.readings_count(self._book), tuple(series)
            known = self._decoded.get(key)
            if known is None or known[0] != mark:
                if len(self._decoded) >= _DECODED_MAX:
                    self._decoded.clear()
                rows = reading_rows.readings(self._book, series, self._left_out())
                known = self._decoded[key] = (mark, rows)
        return [r for r in known[1] if until is None or r.observed_at <= until]

    def _left_out(self) -> Sequence[int]:
        """Return the batches of which a look back sees nothing that was fetched."""
        if self._known_by is None:
            return ()
        count = reading_rows.readings_count(self._book)
        if self._later is None or self._later[0] != count:
            self._later = count, reading_rows.fetched_after(self._book, self._known_by)
        return self._later[1]

    def readings_mark(self) -> str:
        """See the port. What a look back sees is pinned apart from what is known today."""
        with self._reading():
            mark = reading_rows.readings_mark(self._book)
            return f"{mark}@{self._known_by}" if self._left_out() else mark

    def holds_mark(self, mark: str) -> bool:
        """See the port."""
        with self._reading():
            if self._left_out():
                return mark == self.readings_mark()
            return reading_rows.holds_mark(self._book, mark)

    def oldest_observed_since(self, mark: str) -> datetime | None:
        """See the port."""
        with self._reading():
            return reading_rows.oldest_observed_since(self._book, mark)

    def add_order(self, order: Order, slot_key: str, digest: str, at: datetime) -> None:
        """See the port."""
        with self._writing():
            order_rows.add_order(self._book, order, slot_key, digest, at)

    def move_order(
        self,
        client_order_id: str,
        status: Status,
        at: datetime,
        facts: Mapping[str, object] | None = None,
    ) -> Order:
        """See the port; on a full disk the ballast is given up for what follows a send."""

        def move() -> Order:
            return order_rows.move_order(self._book, client_order_id, status, at, facts or {})

        with self._writing():
            return move() if status is Status.SENDING else self._book.after_send(move)

    def revise_order(self, order: Order, digest: str, at: datetime) -> Order:
        """See the port."""
        with self._writing():
            return order_rows.revise_order(self._book, order, digest, at)

    def order(self, client_order_id: str) -> Order | None:
        """See the port."""
        with self._reading():
            return order_rows.order(self._book, client_order_id)

    def orders(
        self,
        *,
        strategy: str | None = None,
        slot_key: str | None = None,
        account: str | None = None,
        status: frozenset[Status] | None = None,
        since: datetime | None = None,
    ) -> list[Order]:
        """See the port."""
        equal = {"strategy": strategy, "slot_key": slot_key, "account": account}
        with self._reading():
            return order_rows.orders(self._book, equal, status, since)

    def add_fill(self, fill: Fill, at: datetime) -> bool:
        """See the port; on a full disk the ballast is given up for it."""
        with self._writing():
            return self._book.after_send(lambda: order_rows.add_fill(self._book, fill, at))

    def fills(
        self,
        *,
        account: str | None = None,
        client_order_id: str | None = None,
        since: datetime | None = None,
    ) -> list[Fill]:
        """See the port."""
        with self._reading():
            return order_rows.fills(self._book, account, client_order_id, since)

    def verify_all(self) -> VerifyReport:
        """Check every row, total and invariant; nothing is changed."""
        with self._reading():
            return verify(self._book)

    def backup(self, dest: Path) -> BackupReport:
        """Copy the journal to the new file `dest` and prove the copy."""
        return back_up(self._book.connection, self.path, dest)
