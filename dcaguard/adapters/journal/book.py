"""One transaction is chained rows, their typed rows and then the head: all of it or nothing."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from dcaguard.adapters.journal import chain
from dcaguard.adapters.journal.connect import (
    BUSY_COMMIT_SECONDS,
    BUSY_SECONDS,
    DiskFullError,
    set_patience,
    told,
)
from dcaguard.adapters.journal.disk import (
    NEARLY_FULL_BYTES,
    drop_ballast,
    free_bytes,
)
from dcaguard.adapters.journal.head import write_head
from dcaguard.adapters.journal.projection import Cells, project
from dcaguard.adapters.journal.tables import Table
from dcaguard.core.canonical import instant, parse_instant
from dcaguard.core.errors import StorageError

Result = TypeVar("Result")


class Book:
    """The open file: what may be written, in which order, and what happens when it fails."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path,
        head_path: Path,
        scrub: chain.Scrub = str,
    ) -> None:
        self.connection = connection
        self.path = path
        self.head_path = head_path
        self.ballast_path = path.with_suffix(".ballast")
        self.run_id = ""
        self._scrub = scrub
        self._depth = 0
        self._wrote = False

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """BEGIN IMMEDIATE ... COMMIT, then the head; inside another one: a part that can fail."""
        if self._depth:
            with self._part():
                yield
            return
        with told(self.path, "write the journal"):
            self._spare_ballast()
            begin(self.connection)
        self._depth, self._wrote = 1, False
        try:
            yield
            with told(self.path, "write the journal"):
                self._finish()
        except BaseException:
            roll_back(self.connection)
            raise
        finally:
            self._depth = 0
        if self._wrote:
            self._remember_head()

    def _finish(self) -> None:
        """Commit, unless SQLite has given the transaction up behind the caller's back."""
        if not self.connection.in_transaction:
            raise StorageError(
                f"{self.path}: an earlier write of the same step failed, so nothing of it was "
                "kept: free space or check the disk and run again."
            )
        if self._wrote and chain.checkpoint_due(self.connection):
            at = self.last_at()
            assert at is not None
            seq, digest = chain.newest(self.connection)
            self.add(chain.CHECKPOINT, "", {"seq": seq, "hash": digest}, at)
        commit(self.connection)

    @contextmanager
    def _part(self) -> Iterator[None]:
        """Undo what this part wrote when it fails; the transaction around it goes on."""
        if not self.connection.in_transaction:
            raise StorageError(
                f"{self.path}: an earlier write of the same step failed, so nothing of it was "
                "kept: free space or check the disk and run again."
            )
        self.connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK TO part")
                self.connection.execute("RELEASE part")
            raise
        self.connection.execute("RELEASE part")

    def add(self, kind: str, subject: str, data: Mapping[str, object], at: datetime) -> int:
        """Chain one row and its typed rows inside a transaction; return its seq."""
        assert self._depth, "a row belongs in a transaction"
        named = (self.run_id, kind, subject)
        seq, stored = chain.insert_row(self.connection, named, data, at, self._scrub)
        for table, cells in project(kind, self.run_id, instant(at), stored):
            insert_typed(self.connection, table, seq, [cells])
        self._wrote = True
        return seq

    def last_at(self) -> datetime | None:
        """Return the time of the newest row."""
        row = self.connection.execute("SELECT at FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
        return None if row is None else parse_instant(row[0])

    def after_send(self, write: Callable[[], Result]) -> Result:
        """Run `write`; on a full disk give the ballast back and run it once more.

        Only for writes that change nothing when they fail.
        """
        try:
            with told(self.path, "write the journal"):
                return write()
        except DiskFullError:
            if not drop_ballast(self.ballast_path):
                raise
            return write()

    def _spare_ballast(self) -> None:
        """Give the ballast back before a write that would otherwise fail half way."""
        if free_bytes(self.path.parent) < NEARLY_FULL_BYTES:
            drop_ballast(self.ballast_path)

    def _remember_head(self) -> None:
        """Write the head of what was just committed; the next open repairs what fails here."""
        with told(self.path, "read the newest row"):
            head = chain.newest(self.connection)
        try:
            write_head(self.head_path, head)
        except StorageError:
            if not drop_ballast(self.ballast_path):
                raise
            write_head(self.head_path, head)


def insert_typed(connection: sqlite3.Connection, table: Table, seq: int, rows: list[Cells]) -> None:
    """Insert typed rows of the chained row `seq`, numbered on from the newest."""
    query = f"SELECT coalesce(max(id), 0) FROM {table.name}"
    (last_id,) = connection.execute(query).fetchone()
    numbered = ((last_id + n, seq, *cells) for n, cells in enumerate(rows, start=1))
    connection.executemany(table.insert, numbered)


def begin(connection: sqlite3.Connection) -> None:
    """Take the write lock; nobody else writes until commit or roll_back."""
    set_patience(connection, BUSY_SECONDS)
    connection.execute("BEGIN IMMEDIATE")


def commit(connection: sqlite3.Connection) -> None:
    """Make the transaction durable (`synchronous=EXTRA`), waiting for readers to end."""
    set_patience(connection, BUSY_COMMIT_SECONDS)
    connection.execute("COMMIT")


def roll_back(connection: sqlite3.Connection) -> None:
    """Give the transaction up; SQLite may have done so itself."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")
