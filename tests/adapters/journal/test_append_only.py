"""Rows cannot be changed by SQL, and what gets past SQL shows."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from dcaguard.adapters.journal import Finding, SqliteJournal
from dcaguard.adapters.journal.chain import chain_hash
from dcaguard.adapters.journal.tables import TABLES
from dcaguard.core.errors import ExitCode, IntegrityError
from dcaguard.core.order import Fill, Order, Status
from dcaguard.core.reading import Reading

Opened = Callable[..., SqliteJournal]

NAMES = ["journal", *(table.name for table in TABLES)]


@pytest.fixture
def full(
    opened: Opened,
    noon: datetime,
    an_order: Callable[..., Order],
    a_fill: Callable[..., Fill],
) -> Iterator[SqliteJournal]:
    """A journal with two rows or more in every table."""
    journal = opened()
    for number in (1, 2):
        journal.begin_run(f"run-{number}", "dry", "1.0", "digest", noon)
        journal.add_order(an_order(number), f"key-{number}", "digest", noon)
        journal.revise_order(an_order(number, max_quote=Decimal(99)), "digest", noon)
        journal.move_order(f"{number:032x}", Status.SENDING, noon)
        facts = {"filled": Decimal("0.00123"), "venue_order_id": f"v-{number}"}
        journal.move_order(f"{number:032x}", Status.FILLED, noon, facts)
        journal.add_fill(a_fill(number, client_order_id=None), noon)
        journal.add_fill(a_fill(number, client_order_id=f"{number:032x}"), noon)
        named = {"slot": "slot", "symbol": "BTC/USDT", "verdict": "BUY", "reasons": []}
        decision = {"decision_id": f"d-{number}", "strategy": "weekly", **named}
        journal.append("decision", "weekly", decision, noon)
        journal.append("regime", "", {"regime": "NORMAL"}, noon)
        holding = {"wallet": "spot", "asset": "BTC", "free": "1"}
        journal.append("balances", "main", {"account": "main", "rows": [holding] * 2}, noon)
        found = {"kind": "debt", "subject": "margin", "detail": "owes 1"}
        journal.append("violations", "main", {"account": "main", "rows": [found]}, noon)
        journal.add_readings([Reading(f"s{number}", noon, noon, Decimal(1), "test", "0")], noon)
        journal.end_run(0, "OK", noon)
    yield journal
    journal.close()


def stranger(path: Path) -> sqlite3.Connection:
    """A connection as any SQL tool makes it: recursive_triggers is off."""
    connection = sqlite3.connect(path, isolation_level=None)
    assert connection.execute("PRAGMA recursive_triggers").fetchone() == (0,)
    return connection


def test_the_untouched_journal_is_sound(full: SqliteJournal) -> None:
    report = full.verify_all()
    assert report.findings == ()
    assert report.exit_code is ExitCode.OK
    assert (report.seq, report.hash) == full.head()
    assert report.typed_rows == 28


@pytest.mark.parametrize("table", NAMES)
@pytest.mark.parametrize("recursive", [True, False])
def test_no_statement_changes_a_row(
    full: SqliteJournal, path: Path, table: str, recursive: bool
) -> None:
    key = "seq" if table == "journal" else "id"
    with closing(stranger(path)) as connection:
        if recursive:
            connection.execute("PRAGMA recursive_triggers = ON")
        before = connection.execute(f"SELECT * FROM {table}").fetchall()
        assert len(before) >= 2
        second = f"FROM {table} WHERE {key} = 2"
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        fresh = ", ".join("(SELECT max(seq) FROM journal)" if c == "seq" else c for c in columns)
        renumbered = fresh.replace("id", f"(SELECT max(id) + 1 FROM {table})", 1)
        attacks = [
            f"UPDATE {table} SET {columns[-1]} = {columns[-1]}",
            f"UPDATE OR REPLACE {table} SET {key} = 1 WHERE {key} = 2",
            f"DELETE FROM {table}",
            f"DELETE FROM {table} WHERE {key} = (SELECT max({key}) FROM {table})",
            f"INSERT OR REPLACE INTO {table} SELECT * {second}",
            f"REPLACE INTO {table} SELECT * {second}",
            f"INSERT INTO {table} SELECT * {second} ON CONFLICT DO UPDATE SET {key} = {key}",
        ]
        if any(t.name == table and t.keys for t in TABLES):
            # A new number, an old key: REPLACE would delete the old row unseen.
            attacks.append(f"INSERT OR REPLACE INTO {table} SELECT {renumbered} {second}")
        for attack in attacks:
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(attack)
        assert connection.execute(f"SELECT * FROM {table}").fetchall() == before


@pytest.mark.parametrize("view", ["orders", "fills", "readings", "runs", "decisions", "balances"])
def test_public_views_cannot_be_written(full: SqliteJournal, path: Path, view: str) -> None:
    assert full.head()[0] > 0
    with closing(stranger(path)) as connection:
        for attack in (f"DELETE FROM {view}", f"INSERT INTO {view} DEFAULT VALUES"):
            with pytest.raises(sqlite3.OperationalError, match="view"):
                connection.execute(attack)


def without_triggers(path: Path, *statements: str) -> None:
    """Change rows as someone would who knows SQLite: triggers off, and back as they were."""
    with closing(stranger(path)) as connection:
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            assert connection.execute(statement).rowcount != 0
        for _, sql in triggers:
            connection.execute(sql)


def checks(findings: tuple[Finding, ...]) -> set[str]:
    return {finding.check for finding in findings}


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("UPDATE journal SET body = replace(body, 'BUY', 'BUX') WHERE kind = 'decision'", "chain"),
        ("UPDATE journal SET hash = prev_hash WHERE seq = 5", "chain"),
        ("UPDATE journal SET prev_hash = hash WHERE seq = 5", "chain"),
        ("UPDATE journal SET subject = 'other' WHERE seq = 5", "columns"),
        ("UPDATE journal SET run_id = 'other' WHERE seq = 5", "columns"),
        ("UPDATE journal SET at = '2025-03-03T12:00:01Z' WHERE seq = 5", "columns"),
        ("UPDATE journal SET kind = 'note' WHERE seq = 5", "columns"),
        ("UPDATE fills_stored SET cost = '1' WHERE id = 1", "tables"),
        ("UPDATE fills_stored SET filled_us = 0 WHERE id = 2", "tables"),
        ("UPDATE orders_intended SET max_quote = '1' WHERE id = 2", "tables"),
        ("UPDATE orders_moved SET venue_order_id = 'x' WHERE id = 2", "tables"),
        ("UPDATE orders_moved SET status = 'INTENT' WHERE id = 2", "orders"),
        ("UPDATE orders_revised SET max_quote = '9' WHERE id = 2", "tables"),
        ("UPDATE fills_linked SET client_order_id = 'x' WHERE id = 2", "tables"),
        ("UPDATE readings_stored SET value = '7' WHERE id = 1", "tables"),
        ("UPDATE readings_stored SET observed_us = 0 WHERE id = 1", "tables"),
        ("UPDATE decisions_stored SET verdict = 'DENY' WHERE id = 1", "tables"),
        ("UPDATE regimes_stored SET regime = 'PAUSED' WHERE id = 1", "tables"),
        ("UPDATE balances_stored SET free = '2' WHERE id = 3", "tables"),
        ("UPDATE violations_stored SET detail = '' WHERE id = 1", "tables"),
        ("UPDATE runs_ended SET exit_code = 1 WHERE id = 1", "tables"),
        ("DELETE FROM fills_stored WHERE id = 2", "tables"),
        ("DELETE FROM balances_stored WHERE id = 2", "tables"),
        ("INSERT INTO regimes_stored (id, seq, at, regime) VALUES (3, 1, '', '')", "tables"),
    ],
)
def test_what_gets_past_the_triggers_is_found(
    full: SqliteJournal, opened: Opened, path: Path, statement: str, check: str
) -> None:
    full.close()
    without_triggers(path, statement)
    report = opened(read_only=True, checked=False).verify_all()
    assert check in checks(report.findings)
    assert report.exit_code is ExitCode.INTEGRITY


def test_a_rewritten_history_contradicts_the_head(full: SqliteJournal, opened: Opened) -> None:
    full.close()
    with closing(stranger(full.path)) as connection:
        (trigger,) = connection.execute(
            "SELECT sql FROM sqlite_schema WHERE name = 'journal_no_update'"
        ).fetchone()
        connection.execute("DROP TRIGGER journal_no_update")
        prev = ""
        for seq, body in connection.execute("SELECT seq, body FROM journal").fetchall():
            forged = body.replace("run-1", "run-9")
            digest = chain_hash(prev, forged)
            connection.execute(
                "UPDATE journal SET body = ?, prev_hash = ?, hash = ? WHERE seq = ?",
                (forged, prev, digest, seq),
            )
            prev = digest
        connection.execute(trigger)
    with pytest.raises(IntegrityError, match="remembers"):
        opened()
    report = opened(read_only=True, checked=False).verify_all()
    assert "head" in checks(report.findings)


def test_a_total_that_is_not_its_fills_must_be_looked_at(
    opened: Opened,
    noon: datetime,
    an_order: Callable[..., Order],
    a_fill: Callable[..., Fill],
) -> None:
    journal = opened()
    journal.add_order(an_order(), "key", "digest", noon)
    journal.move_order(f"{1:032x}", Status.SENDING, noon)
    journal.add_fill(a_fill(1, amount=Decimal("0.001")), noon)
    journal.move_order(f"{1:032x}", Status.FILLED, noon, {"filled": Decimal("0.00123")})
    report = journal.verify_all()
    assert [f.check for f in report.findings] == ["totals"]
    assert "says 0.00123 was bought, its fills say 0.001" in report.findings[0].detail
    assert report.exit_code is ExitCode.RECONCILE
    journal.add_fill(a_fill(2, amount=Decimal("0.00023")), noon)
    assert journal.verify_all().ok


@pytest.mark.parametrize("table", NAMES)
@pytest.mark.parametrize("suffix", ["no_update", "no_delete", "next_only"])
def test_a_missing_trigger_stops_the_next_open(
    full: SqliteJournal, opened: Opened, path: Path, table: str, suffix: str
) -> None:
    full.close()
    with closing(stranger(path)) as connection:
        connection.execute(f"DROP TRIGGER {table}_{suffix}")
    with pytest.raises(IntegrityError, match=f"trigger {table}_{suffix} is missing"):
        opened()
    with pytest.raises(IntegrityError, match="missing"):
        opened(read_only=True)


def test_a_foreign_trigger_stops_and_a_persons_own_view_does_not(
    full: SqliteJournal, opened: Opened, path: Path
) -> None:
    full.close()
    with closing(stranger(path)) as connection:
        connection.execute("CREATE VIEW mine AS SELECT count(*) FROM fills")
        connection.execute("CREATE TABLE notes (text)")
        opened().close()
        connection.execute(
            "CREATE TRIGGER sly AFTER INSERT ON fills_stored BEGIN DELETE FROM notes; END"
        )
    with pytest.raises(IntegrityError, match="trigger sly does not belong here"):
        opened()


def test_a_flipped_byte_anywhere_in_a_used_page_is_found(
    full: SqliteJournal, opened: Opened, path: Path
) -> None:
    """Flip bits over the whole file; what neither stops nor shows must have changed no row."""
    full.close()
    sound = path.read_bytes()

    def everything() -> list[list[tuple[object, ...]]]:
        with closing(sqlite3.connect(path)) as connection:
            return [connection.execute(f"SELECT * FROM {n} ORDER BY 1").fetchall() for n in NAMES]

    rows = everything()
    unseen = 0
    for offset in range(101, len(sound), 1499):
        flipped = bytearray(sound)
        flipped[offset] ^= 0x04
        path.write_bytes(flipped)
        try:
            with opened(read_only=True, checked=False) as journal:
                report = journal.verify_all()
        except IntegrityError:
            continue
        if report.ok:
            unseen += 1
            assert everything() == rows  # free space, or a text that no row uses
    assert unseen < len(range(101, len(sound), 1499))


@pytest.mark.parametrize("where", ['"reasons":[]', "81000.5", "owes 1", "t1", "run-2"])
def test_a_flipped_byte_in_a_body_or_a_typed_row_is_83(
    full: SqliteJournal, opened: Opened, path: Path, where: str
) -> None:
    full.close()
    content = path.read_bytes()
    wanted = where.encode()
    places = [i for i in range(len(content)) if content.startswith(wanted, i)]
    assert len(places) >= 2  # the body and its typed row
    for place in places:
        flipped = bytearray(content)
        flipped[place + len(wanted) - 1] ^= 0x01
        path.write_bytes(flipped)
        try:
            with opened(read_only=True, checked=False) as journal:
                assert journal.verify_all().exit_code is ExitCode.INTEGRITY
        except IntegrityError:
            continue  # it did not even open
