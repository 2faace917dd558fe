"""What is written down is what is read back, once, in order, exactly."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dcaguard.adapters.journal import SqliteJournal, open_journal
from dcaguard.core.canonical import canonical_json
from dcaguard.core.errors import DuplicateSlotError, ReconcileError, StorageError
from dcaguard.core.order import Fill, Order, Status
from dcaguard.core.reading import Reading

MakeOrder = Callable[..., Order]
MakeFill = Callable[..., Fill]
Opened = Callable[..., SqliteJournal]

PUBLIC = {
    "runs": "run_id, started_at, ended_at, mode, exit_code, code, version, config_digest",
    "decisions": "decision_id, run_id, strategy, slot, symbol, verdict, tranche_quote, buy_quote, "
    "backlog_quote, regime, composite, bid, ask, price_at, price_source, rule_version, reasons, "
    "inputs_digest, decided_at",
    "orders": "client_order_id, run_id, strategy, slot, symbol, account, side, type, amount, "
    "limit_price, max_quote, status, venue_order_id, created_at, sent_at, closed_at",
    "fills": "account, symbol, trade_id, client_order_id, side, amount, price, cost, fee_amount, "
    "fee_currency, filled_at",
    "readings": "series, as_of, observed_at, value, source, raw_sha256",
    "regimes": "at, regime, previous, composite, blocks, reasons",
    "balances": "run_id, account, wallet, asset, free, used, total, debt",
    "violations": "run_id, account, kind, subject, detail",
    "journal": "seq, at, run_id, kind, subject, body, prev_hash, hash",
}


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize("name", PUBLIC)
def test_public_names_and_columns_are_the_promised_ones(
    journal: SqliteJournal, path: Path, name: str
) -> None:
    assert journal.head() == (0, "")
    found = [row[1] for row in rows(path, f"PRAGMA table_info({name})")]
    assert found == PUBLIC[name].split(", ")


def test_the_file_is_strict_identified_and_keeps_no_wal(journal: SqliteJournal, path: Path) -> None:
    assert rows(path, "PRAGMA application_id") == [(0x64636167,)]
    assert rows(path, "PRAGMA user_version") == [(1,)]
    assert rows(path, "PRAGMA journal_mode") == [("delete",)]
    tables = rows(path, "SELECT name, strict FROM pragma_table_list WHERE type = 'table'")
    assert [name for name, strict in tables if not strict] in (
        ["sqlite_schema", "sqlite_temp_schema"],
        ["sqlite_temp_schema", "sqlite_schema"],
    )
    assert journal.path == path


def test_a_body_holds_its_columns_and_chains_from_the_empty_text(
    journal: SqliteJournal, path: Path, noon: datetime
) -> None:
    journal.begin_run("run-1", "dry", "1.0", "digest", noon)
    assert journal.append("note", "some-subject", {"price": Decimal("1.50")}, noon) == 2
    (first, second) = rows(path, "SELECT * FROM journal ORDER BY seq")
    body = json.loads(str(second[5]))
    assert first[6] == ""
    assert second[6] == first[7]
    assert (second[0], second[1], second[3]) == (2, "2025-03-03T12:00:00Z", "note")
    assert body == {
        "seq": 2,
        "at": "2025-03-03T12:00:00Z",
        "run_id": "run-1",
        "kind": "note",
        "subject": "some-subject",
        "data": {"price": "1.5"},
    }
    assert canonical_json(body) == second[5]
    assert journal.head() == (2, second[7])


def test_latest_and_entries_return_what_was_appended(
    journal: SqliteJournal, noon: datetime
) -> None:
    for number in range(1203):  # three pages and two checkpoints
        with journal.transaction():
            journal.append("note", "even" if number % 2 == 0 else "odd", {"n": number}, noon)
    newest = journal.latest("note", "even")
    assert newest is not None
    assert newest.body == {"n": 1202}
    assert newest.at == noon
    assert [entry.body["n"] for entry in journal.entries("note")] == list(range(1203))
    assert [e.body["n"] for e in journal.entries("note", "odd", newest.seq - 4)] == [1199, 1201]
    assert journal.latest("note", "neither") is None
    assert [entry.kind for entry in journal.entries("checkpoint")] == ["checkpoint"] * 2
    assert journal.last_at() == noon


def test_a_transaction_keeps_all_or_nothing(journal: SqliteJournal, noon: datetime) -> None:
    journal.append("note", "", {}, noon)
    before = journal.head()

    def half() -> None:
        with journal.transaction():
            journal.append("note", "", {}, noon)
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        half()
    assert journal.head() == before
    with journal.transaction():
        journal.append("note", "", {}, noon)
        with pytest.raises(ValueError, match="decision_id"):
            journal.append("decision", "", {"strategy": "weekly"}, noon)
        journal.append("note", "", {}, noon)
    assert journal.head()[0] == 3
    assert journal.verify_all().ok


def test_a_transaction_that_sqlite_gave_up_is_never_half_kept(
    journal: SqliteJournal, noon: datetime
) -> None:

    def given_up() -> None:
        with journal.transaction():
            journal.append("note", "", {}, noon)
            journal._book.connection.execute("ROLLBACK")  # as SQLite does by itself on a full disk
            journal.append("note", "", {}, noon)

    with pytest.raises(StorageError, match="nothing of it was kept"):
        given_up()
    assert journal.head() == (0, "")


def test_runs_show_their_end(journal: SqliteJournal, path: Path, noon: datetime) -> None:
    journal.begin_run("run-1", "live", "1.0", "digest", noon)
    journal.append("note", "", {}, noon)
    journal.end_run(11, "HELD", noon + timedelta(seconds=1.5))
    journal.append("note", "", {}, noon)
    journal.begin_run("run-2", "paper", "1.0", "digest", noon)
    start = "2025-03-03T12:00:00Z"
    assert rows(path, "SELECT * FROM runs") == [
        ("run-1", start, "2025-03-03T12:00:01.500000Z", "live", 11, "HELD", "1.0", "digest"),
        ("run-2", start, None, "paper", None, None, "1.0", "digest"),
    ]
    assert [r[0] for r in rows(path, "SELECT run_id FROM journal")] == [
        *("run-1", "run-1", "run-1", "", "run-2")
    ]


def test_known_kinds_fill_their_public_rows(
    journal: SqliteJournal, path: Path, noon: datetime
) -> None:
    journal.begin_run("run-1", "dry", "1.0", "digest", noon)
    decision = {
        "decision_id": "d-1",
        "strategy": "weekly",
        "slot": "slot",
        "symbol": "BTC/USDT",
        "verdict": "PAUSE",
        "tranche_quote": Decimal("175.00"),
        "buy_quote": Decimal(0),
        "composite": None,
        "reasons": [{"code": "REGIME_PAUSED"}],
        "inputs": {"kept": "in the chain"},
    }
    journal.append("decision", "weekly", decision, noon)
    regime = {"regime": "PAUSED", "previous": "NORMAL", "composite": "0.71", "blocks": {"A": "1"}}
    journal.append("regime", "", {**regime, "at": noon, "reasons": []}, noon + timedelta(hours=1))
    holding = {"wallet": "spot", "asset": "BTC", "free": Decimal("1.10"), "used": 0, "total": "1.1"}
    journal.append("balances", "main", {"account": "main", "rows": [{**holding, "debt": 0}]}, noon)
    found = {"kind": "debt", "subject": "margin", "detail": {"borrowed": "1"}}
    journal.append("violations", "main", {"account": "main", "rows": [found, found]}, noon)
    assert rows(path, "SELECT tranche_quote, composite, reasons, run_id FROM decisions") == [
        ("175", None, '[{"code":"REGIME_PAUSED"}]', "run-1")
    ]
    assert rows(path, "SELECT * FROM regimes") == [
        ("2025-03-03T12:00:00Z", "PAUSED", "NORMAL", "0.71", '{"A":"1"}', "[]")
    ]
    assert rows(path, "SELECT * FROM balances") == [
        ("run-1", "main", "spot", "BTC", "1.1", "0", "1.1", "0")
    ]
    assert (
        rows(path, "SELECT * FROM violations")
        == [("run-1", "main", "debt", "margin", '{"borrowed":"1"}')] * 2
    )
    assert journal.verify_all().ok


def test_an_order_lives_by_its_moves(
    journal: SqliteJournal, path: Path, noon: datetime, an_order: MakeOrder
) -> None:
    order = an_order()
    journal.add_order(order, "key", "digest", noon)
    assert journal.order(order.client_order_id) == order
    sending = journal.move_order(order.client_order_id, Status.SENDING, noon + timedelta(seconds=1))
    assert (sending.status, sending.sent_at) == (Status.SENDING, noon + timedelta(seconds=1))
    journal.move_order(order.client_order_id, Status.OPEN, noon, {"venue_order_id": "v-1"})
    done = journal.move_order(
        order.client_order_id,
        Status.PARTIAL_CLOSED,
        noon + timedelta(seconds=3),
        {"filled": Decimal("0.0"), "evidence": ("asked by id",)},
    )
    assert done.venue_order_id == "v-1"
    assert done.closed_at == noon + timedelta(seconds=3)
    assert journal.order(order.client_order_id) == done
    assert rows(path, "SELECT side, status, venue_order_id, amount FROM orders") == [
        ("BUY", "PARTIAL_CLOSED", "v-1", "0.00123")
    ]
    with pytest.raises(AssertionError, match="may not become"):
        journal.move_order(order.client_order_id, Status.SENDING, noon)
    assert journal.verify_all().ok


@pytest.mark.parametrize(
    "second",
    [
        {"number": 1, "slot": "another", "key": "another"},  # the same id
        {"number": 2, "slot": "slot", "key": "another"},
        {"number": 2, "slot": "another", "key": "key"},
    ],
)
def test_a_slot_or_an_id_is_never_used_twice(
    journal: SqliteJournal, noon: datetime, an_order: MakeOrder, second: dict[str, object]
) -> None:
    journal.add_order(an_order(1, slot="slot"), "key", "digest", noon)
    before = journal.head()
    again = an_order(second["number"], slot=second["slot"])
    with pytest.raises(DuplicateSlotError, match="at most once"):
        journal.add_order(again, str(second["key"]), "digest", noon)
    with pytest.raises(DuplicateSlotError), journal.transaction():
        journal.add_order(again, str(second["key"]), "digest", noon)
    assert journal.head() == before
    other = an_order(3, slot="slot", symbol="ETH/USDT")
    journal.add_order(other, "key", "digest", noon)
    assert [o.symbol for o in journal.orders(slot_key="key")] == ["BTC/USDT", "ETH/USDT"]


def test_orders_are_found_by_every_filter(
    journal: SqliteJournal, noon: datetime, an_order: MakeOrder
) -> None:
    for number in (1, 2, 3):
        order = an_order(number, created_at=noon + timedelta(milliseconds=number))
        journal.add_order(order, f"key-{number}", "digest", noon)
    journal.add_order(an_order(4, account="other", strategy="daily"), "key-4", "digest", noon)
    journal.move_order(f"{2:032x}", Status.SENDING, noon)

    def numbers(**filters: object) -> list[int]:
        return [int(o.client_order_id, 16) for o in journal.orders(**filters)]  # type: ignore[arg-type]

    assert numbers() == [1, 2, 3, 4]
    assert numbers(strategy="weekly") == [1, 2, 3]
    assert numbers(slot_key="key-3") == [3]
    assert numbers(account="other") == [4]
    assert numbers(status=frozenset({Status.SENDING, Status.UNKNOWN})) == [2]
    assert numbers(status=frozenset({Status.INTENT}), account="main") == [1, 3]
    assert numbers(status=frozenset()) == []
    assert numbers(since=noon + timedelta(milliseconds=2)) == [2, 3]  # '.002Z' sorts before 'Z'


def test_a_trade_is_kept_once_and_never_changed(
    journal: SqliteJournal, noon: datetime, a_fill: MakeFill
) -> None:
    fill = a_fill()
    assert journal.add_fill(fill, noon) is True
    before = journal.head()
    assert journal.add_fill(a_fill(amount=Decimal("0.001230")), noon) is False
    assert journal.add_fill(a_fill(client_order_id=None), noon) is False
    with pytest.raises(ReconcileError, match="another amount"):
        journal.add_fill(a_fill(amount=Decimal("0.00124")), noon)
    assert journal.head() == before
    assert journal.fills() == [fill]


def test_a_trade_learns_its_order_once(
    journal: SqliteJournal,
    path: Path,
    noon: datetime,
    an_order: MakeOrder,
    a_fill: MakeFill,
) -> None:
    journal.add_order(an_order(1), "key-1", "digest", noon)
    journal.add_order(an_order(2), "key-2", "digest", noon)
    assert journal.add_fill(a_fill(client_order_id=None), noon) is True  # from an imported file
    assert journal.fills(client_order_id=f"{1:032x}") == []
    assert journal.add_fill(a_fill(), noon) is False
    head = journal.head()
    assert journal.add_fill(a_fill(), noon) is False
    assert journal.add_fill(a_fill(client_order_id=None), noon) is False
    with pytest.raises(ReconcileError, match="another client_order_id"):
        journal.add_fill(a_fill(client_order_id=f"{2:032x}"), noon)
    assert journal.head() == head
    assert journal.fills() == journal.fills(client_order_id=f"{1:032x}", account="main")
    assert journal.fills() == [a_fill()]
    assert rows(path, "SELECT client_order_id FROM fills") == [(f"{1:032x}",)]
    assert journal.verify_all().ok


def test_an_intent_may_be_revised_until_it_is_sent(
    journal: SqliteJournal, path: Path, noon: datetime, an_order: MakeOrder
) -> None:
    journal.add_order(an_order(), "key", "digest", noon)
    later = an_order(
        amount=Decimal("0.0013"),
        limit_price=Decimal(76000),
        max_quote=Decimal(99),
        run_id="run-2",
        created_at=noon + timedelta(hours=1),
    )
    revised = journal.revise_order(later, "digest-2", noon)
    assert revised == an_order(
        amount=Decimal("0.0013"), limit_price=Decimal(76000), max_quote=Decimal(99)
    )
    assert journal.orders() == [revised]
    assert rows(path, "SELECT amount, limit_price, max_quote FROM orders") == [
        ("0.0013", "76000", "99")
    ]
    with pytest.raises(AssertionError, match="nothing else"):
        journal.revise_order(an_order(symbol="ETH/USDT"), "digest-3", noon)
    journal.move_order(revised.client_order_id, Status.SENDING, noon)
    with pytest.raises(AssertionError, match="only an INTENT"):
        journal.revise_order(later, "digest-3", noon)
    assert journal.order(revised.client_order_id) == journal.orders()[0]
    assert journal.verify_all().ok


def test_fills_are_found_by_every_filter_in_order_of_time(
    journal: SqliteJournal, noon: datetime, a_fill: MakeFill
) -> None:
    late = a_fill(1, filled_at=noon + timedelta(milliseconds=500))
    early = a_fill(2, filled_at=noon, account="other", client_order_id=None)
    journal.add_fill(late, noon)
    journal.add_fill(early, noon)
    assert journal.fills() == [early, late]
    assert journal.fills(account="main") == [late]
    assert journal.fills(client_order_id=f"{1:032x}") == [late]
    assert journal.fills(since=noon + timedelta(milliseconds=1)) == [late]


decimals = st.decimals(allow_nan=False, allow_infinity=False, places=None) | st.decimals(
    min_value=-(10**15), max_value=10**15, places=12
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amount=decimals, price=decimals)
def test_decimals_come_back_equal(
    journal: SqliteJournal, a_fill: MakeFill, noon: datetime, amount: Decimal, price: Decimal
) -> None:
    number = len(journal.fills())
    fill = a_fill(number, amount=amount, price=price, client_order_id=f"{number:032x}")
    assert journal.add_fill(fill, noon)
    assert journal.fills(client_order_id=fill.client_order_id) == [fill]


def test_text_without_utf8_is_still_written_down(journal: SqliteJournal, noon: datetime) -> None:
    journal.append("note", "odd \ud800", {"message": "venue said \udcff", "nul": "\0"}, noon)
    entry = journal.latest("note", "odd ?")
    assert entry is not None
    assert entry.body == {"message": "venue said ?", "nul": "\0"}
    assert journal.verify_all().ok


def test_the_file_opens_again_with_everything(
    opened: Opened, noon: datetime, an_order: MakeOrder
) -> None:
    first = opened()
    first.add_order(an_order(), "key", "digest", noon)
    head = first.head()
    first.close()
    again = opened()
    assert again.head() == head
    assert again.notes == ()
    assert again.order(an_order().client_order_id) == an_order()


def reading(day: int, value: object, *, lag_hours: int = 24, series: str = "a") -> Reading:
    as_of = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=day)
    observed_at = as_of + timedelta(hours=lag_hours)
    return Reading(series, as_of, observed_at, Decimal(str(value)), "import:a.csv", "0" * 64)


def test_readings_are_added_once_and_conflicts_write_nothing(
    journal: SqliteJournal, noon: datetime
) -> None:
    added = journal.add_readings([reading(0, "1.50"), reading(1, 2), reading(0, "1.5")], noon)
    assert (added.new, added.same, added.conflicts) == (2, 1, ())
    before = journal.head()
    again = journal.add_readings([reading(0, "1.5"), reading(1, 3), reading(2, 4)], noon)
    assert (again.new, again.same, again.conflicts) == (0, 1, (reading(1, 3),))
    within = journal.add_readings([reading(5, 1), reading(5, 2)], noon)
    assert within.conflicts == (reading(5, 2),)
    assert journal.add_readings([reading(0, "1.5")], noon).same == 1
    assert journal.head() == before
    assert journal.readings() == [reading(0, "1.5"), reading(1, 2)]


def test_a_revision_is_a_later_reading_and_the_same_one_again_adds_nothing(
    journal: SqliteJournal, noon: datetime
) -> None:
    journal.add_readings([reading(0, 1)], noon)
    revised = journal.add_readings([reading(0, 2)], noon, revision=True)
    assert (revised.new, revised.conflicts) == (1, ())
    assert [(r.value, r.observed_at) for r in journal.readings()] == [
        (Decimal(1), reading(0, 1).observed_at),
        (Decimal(2), noon),
    ]
    again = journal.add_readings([reading(0, 2)], noon + timedelta(days=1), revision=True)
    assert (again.new, again.same) == (0, 1)
    assert journal.verify_all().ok


def test_readings_are_cut_at_what_could_be_known(journal: SqliteJournal) -> None:
    known = [reading(day, day, series=name) for name in ("b", "a") for day in (2, 0, 1)]
    journal.add_readings(known, datetime(2024, 2, 1, tzinfo=UTC))
    ordered = sorted(known, key=lambda r: (r.series, r.as_of))
    assert journal.readings() == ordered
    until = reading(1, 1).observed_at
    assert journal.readings(until) == [r for r in ordered if r.observed_at <= until]
    assert len(journal.readings(until - timedelta(microseconds=1))) == 2
    assert journal.readings(series=["a"]) == ordered[:3]
    assert journal.readings(until, ["b", "nothing"]) == ordered[3:5]


def test_the_mark_finds_late_arrivals(journal: SqliteJournal, noon: datetime) -> None:
    empty = journal.readings_mark()
    assert journal.oldest_observed_since(empty) is None
    journal.add_readings([reading(5, 1), reading(6, 1)], noon)
    mark = journal.readings_mark()
    assert journal.oldest_observed_since(mark) is None
    journal.add_readings([reading(3, 1), reading(9, 1)], noon)
    assert journal.readings_mark() != mark
    assert journal.oldest_observed_since(mark) == reading(3, 1).observed_at
    assert journal.oldest_observed_since(empty) == reading(3, 1).observed_at
    assert all(map(journal.holds_mark, (empty, mark, journal.readings_mark())))


def test_a_mark_is_not_held_by_a_journal_with_other_readings(
    tmp_path: Path, journal: SqliteJournal, noon: datetime
) -> None:
    journal.add_readings([reading(5, 15)], noon)
    older = tmp_path / "older.db"
    journal.backup(older)
    journal.add_readings([reading(6, 1)], noon)
    mark = journal.readings_mark()
    assert journal.holds_mark(mark)
    with closing(open_journal(tmp_path / "other.db", clock_now=noon)) as other:
        assert not other.holds_mark(mark)
        other.add_readings([reading(5, 45), reading(6, 1)], noon)
        assert not other.holds_mark(mark)
        assert other.readings_mark() != mark
    with closing(open_journal(older, clock_now=noon)) as restored:
        assert not restored.holds_mark(mark)
        restored.add_readings([reading(6, 2)], noon)  # as many as the mark names
        assert not restored.holds_mark(mark)
        assert not restored.holds_mark("")


def test_five_thousand_readings_are_in_within_a_second(
    journal: SqliteJournal, noon: datetime
) -> None:
    started = process_time()
    many = [reading(n, n) for n in range(5000)]
    assert journal.add_readings(many, noon).new == 5000
    assert process_time() - started < 1
    assert len(journal.readings()) == 5000


def test_two_journals_in_one_folder_do_not_meet(tmp_path: Path, noon: datetime) -> None:
    live = open_journal(tmp_path / "dcaguard.db", clock_now=noon)
    dry = open_journal(tmp_path / "dcaguard.dry.db", clock_now=noon)
    with live, dry:
        dry.append("note", "", {}, noon)
        assert (live.head()[0], dry.head()[0]) == (0, 1)
    assert (tmp_path / "dcaguard.dry.head").read_text().startswith("1 ")
    assert (tmp_path / "dcaguard.head").read_text() == "0 -\n"
