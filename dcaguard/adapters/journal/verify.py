"""All that can be checked of a journal without asking anyone: rows, copies, head, totals."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

from dcaguard.adapters.journal import chain
from dcaguard.adapters.journal.book import Book, roll_back
from dcaguard.adapters.journal.connect import told
from dcaguard.adapters.journal.head import Head, check_head, read_head
from dcaguard.adapters.journal.invariants import order_faults, total_faults
from dcaguard.adapters.journal.migrate import schema_faults
from dcaguard.adapters.journal.projection import Cells, project
from dcaguard.adapters.journal.readings import batch_digest
from dcaguard.adapters.journal.tables import READINGS, TABLES, Table
from dcaguard.core.errors import DcaguardError, ExitCode, gravest

FINDINGS_MAX = 100  # of each check: the first ones tell the story


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold."""

    check: str  # "file", "schema", "chain", "columns", "tables", "head", "orders", "totals"
    detail: str  # one sentence for people
    exit_code: ExitCode = ExitCode.INTEGRITY


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was checked and what was found."""

    rows: int  # chained rows read
    typed_rows: int  # rows of the public tables compared with their bodies
    seq: int
    hash: str
    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        return not self.findings

    @property
    def exit_code(self) -> ExitCode:
        """OK, INTEGRITY (83), or RECONCILE (84) when only totals differ."""
        return gravest([finding.exit_code for finding in self.findings])


@dataclass(slots=True)
class _Audit:
    """The findings so far."""

    book: Book
    findings: list[Finding] = field(default_factory=list)
    rows: int = 0
    typed_rows: int = 0
    prev_hash: str = chain.FIRST_PREV_HASH

    def find(self, check: str, detail: str, code: ExitCode = ExitCode.INTEGRITY) -> None:
        if sum(finding.check == check for finding in self.findings) < FINDINGS_MAX:
            self.findings.append(Finding(check, detail, code))

    @contextmanager
    def step(self, check: str) -> Iterator[None]:
        """Turn a failure to read into a finding: the other steps still run."""
        try:
            with told(self.book.path, "read the journal"):
                yield
        except DcaguardError as error:
            if error.exit_code is not ExitCode.INTEGRITY:
                raise
            self.find(check, str(error))
        except (ValueError, TypeError, KeyError, ArithmeticError, sqlite3.Error) as error:
            self.find(check, f"a row cannot be read: {error}")


def verify(book: Book) -> VerifyReport:
    """Check file, schema, chain, columns, typed tables, head, orders and totals in one snapshot."""
    audit, connection = _Audit(book), book.connection
    head: Head | None = None
    with audit.step("head"):
        head = read_head(book.head_path)  # before the snapshot, or it could be newer than that
    connection.execute("BEGIN")
    try:
        with audit.step("file"):
            _check_file(audit)
        with audit.step("schema"):
            for fault in schema_faults(connection):
                audit.find("schema", fault)
        with audit.step("chain"):
            _check_rows(audit)
        with audit.step("head"):
            _check_head(audit, head)
        with audit.step("orders"):
            for fault in order_faults(connection):
                audit.find("orders", fault)
        with audit.step("totals"):
            for fault in total_faults(connection):
                audit.find("totals", fault, ExitCode.RECONCILE)
    finally:
        roll_back(connection)
    return VerifyReport(
        audit.rows, audit.typed_rows, audit.rows, audit.prev_hash, tuple(audit.findings)
    )


def _check_file(audit: _Audit) -> None:
    """Ask SQLite itself."""
    connection = audit.book.connection
    for (answer,) in connection.execute(f"PRAGMA integrity_check({FINDINGS_MAX})"):
        if answer != "ok":
            audit.find("file", str(answer))
    for table, *_ in connection.execute("PRAGMA foreign_key_check"):
        audit.find("file", f"{table}: a row belongs to no chained row")


def _check_head(audit: _Audit, head: Head | None) -> None:
    book = audit.book
    if head is not None:
        check_head(book.connection, book.path, book.head_path, head)
    elif audit.rows and not any(finding.check == "head" for finding in audit.findings):
        audit.find(
            "head",
            f"{book.head_path}: is missing, so rows cut off the end could not be noticed; "
            "the next run writes it again and records that it was missing",
        )


def _check_rows(audit: _Audit) -> None:
    """Walk the chain once, comparing columns and typed rows on the way."""
    typed = {table: _Typed(audit, table) for table in TABLES}
    expected_seq = 1
    for row in chain.rows_since(audit.book.connection, 1):
        broken = chain.row_break(row, expected_seq, audit.prev_hash)
        if broken:
            audit.find("chain", f"row {broken.seq}: {broken.why}")
        _check_body(audit, row, typed)
        expected_seq, audit.prev_hash = row[0] + 1, row[7]
        audit.rows = row[0]
    for copy in typed.values():
        copy.expect_end()


def _check_body(audit: _Audit, row: chain.RawRow, typed: "dict[Table, _Typed]") -> None:
    seq, at, run_id, kind, subject, text = row[:6]
    try:
        body = json.loads(text)
        named = (body["seq"], body["at"], body["run_id"], body["kind"], body["subject"])
        if named != (seq, at, run_id, kind, subject):
            audit.find("columns", f"row {seq}: its columns differ from its body")
        for table, cells in project(body["kind"], body["run_id"], body["at"], body["data"]):
            typed[table].expect(seq, cells)
        if body["kind"] == "readings":
            typed[READINGS].expect_batch(seq, body["data"]["count"], body["data"]["digest"])
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        audit.find("columns", f"row {seq}: its body cannot be read ({error})")


class _Typed:
    """A typed table read in step with the chain: its ids and seqs rise together."""

    def __init__(self, audit: _Audit, table: Table) -> None:
        self._audit = audit
        self._name = table.name
        self._rows = audit.book.connection.execute(
            f"SELECT id, seq, {', '.join(table.names)} FROM {table.name} ORDER BY id"
        )
        self._last_id = 0
        self._lost = False  # after the first difference the rest cannot be aligned

    def expect(self, seq: int, cells: Cells) -> None:
        """Compare the next row."""
        self._compare(seq, self._take(1), [cells])

    def expect_batch(self, seq: int, count: int, digest: str) -> None:
        """Compare the next `count` rows with the digest of their batch."""
        rows = self._take(count)
        cells = [tuple(row[2:]) for row in rows]
        if len(rows) == count and batch_digest(cells) == digest:
            self._compare(seq, rows, cells)
        else:
            self._differ(seq)

    def expect_end(self) -> None:
        """Compare with nothing."""
        if not self._lost and self._take(1):
            self._audit.find("tables", f"{self._name}: has rows that no chained row vouches for")

    def _take(self, count: int) -> list[Cells]:
        return [] if self._lost else list(islice(self._rows, count))

    def _compare(self, seq: int, rows: list[Cells], cells: list[Cells]) -> None:
        wanted = [(self._last_id + n, seq, *row) for n, row in enumerate(cells, start=1)]
        if rows != wanted:
            self._differ(seq)
        self._last_id += len(rows)
        self._audit.typed_rows += len(rows)

    def _differ(self, seq: int) -> None:
        if not self._lost:
            self._audit.find("tables", f"{self._name}: does not say what row {seq} of journal says")
        self._lost = True
