"""The simulation's journal and the real one answer the same operations in the same way."""

import tempfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dcaguard.adapters.journal.opening import open_journal
from dcaguard.core.errors import DcaguardError
from dcaguard.core.order import Fill, Order, Status
from dcaguard.core.reading import Reading
from dcaguard.ports import Journal
from tests.sim.memory_journal import MemoryJournal
from tests.sim.memory_store import Store

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
Op = tuple[Any, ...]


class Undone(Exception):  # noqa: N818 - a part that ends in failure
    """What a transaction is ended with."""


def at(minute: int) -> datetime:
    return NOON + timedelta(minutes=minute)


def order(number: int, slot: int, amount: int) -> Order:
    return Order(
        client_order_id=f"{number:032x}",
        run_id="r" * 32,
        strategy=f"s{number % 2}",
        slot=f"2025-03-0{slot}T09:00+01:00[Europe/Berlin]",
        symbol="BTC/USDT",
        account=f"a{number % 2}",
        type="limit-ioc",
        amount=Decimal(amount) / 7,
        limit_price=Decimal("50000.10"),
        max_quote=Decimal(amount) * 3,
        created_at=at(slot),
    )


def fill(trade: int, owner: int | None, amount: int) -> Fill:
    return Fill(
        account="a0",
        symbol="BTC/USDT",
        trade_id=str(trade),
        client_order_id=None if owner is None else f"{owner:032x}",
        side="BUY",
        amount=Decimal(amount),
        price=Decimal("1.10"),
        cost=Decimal(amount) * Decimal("1.10"),
        fee_amount=Decimal("0.001"),
        fee_currency="USDT",
        filled_at=at(trade),
    )


def reading(number: int, value: int) -> Reading:
    day = NOON + timedelta(days=number)
    return Reading("px.BTC", day, day + timedelta(hours=1), Decimal(value), "test", "0" * 64)


small = st.integers(0, 3)
statuses = st.sampled_from(list(Status))
flat = st.one_of(
    st.tuples(st.just("append"), st.sampled_from(["slot", "purse"]), small, small),
    st.tuples(st.just("add_order"), small, st.integers(1, 3), st.integers(1, 9)),
    st.tuples(st.just("move"), small, statuses, small),
    st.tuples(st.just("revise"), small, st.integers(1, 3), st.integers(1, 9)),
    st.tuples(st.just("fill"), small, st.one_of(st.none(), small), st.integers(1, 2)),
    st.tuples(st.just("readings"), st.lists(st.tuples(small, small), max_size=3)),
    st.tuples(st.just("run"), small),
    st.tuples(st.just("end")),
)
ops = st.recursive(
    flat,
    lambda inner: st.tuples(
        st.sampled_from(["keep", "undo", "after_send"]), st.lists(inner, max_size=4)
    ),
    max_leaves=8,
)


def perform(journal: Journal, op: Op) -> object:
    """Do one operation; what it raises is its answer, as the name of the error."""
    try:
        return _perform(journal, op)
    except (DcaguardError, AssertionError, Undone) as error:
        return type(error).__name__


def _perform(journal: Journal, op: Op) -> object:  # noqa: C901 - one case each
    match op:
        case ("append", kind, subject, value):
            body = {"value": Decimal(value) / 8, "at": at(value), "on": value > 1, "none": None}
            return journal.append(kind, str(subject), body, at(value))
        case ("add_order", number, slot, amount):
            key = f"2025-03-0{slot}T09:00[Europe/Berlin]"
            journal.add_order(order(number, slot, amount), key, "d" * 64, at(slot))
        case ("move", number, status, minute):
            facts = {"venue_order_id": str(minute)} if minute else None
            return journal.move_order(f"{number:032x}", status, at(minute), facts)
        case ("revise", number, slot, amount):
            return journal.revise_order(order(number, slot, amount), "e" * 64, at(slot))
        case ("fill", trade, owner, amount):
            return journal.add_fill(fill(trade, owner, amount), at(trade))
        case ("readings", rows):
            return journal.add_readings([reading(*row) for row in rows], at(9))
        case ("run", number):
            seq, _ = journal.head()  # a run's id is never used twice
            journal.begin_run(f"run{seq}.{number}", "live", "1", "c", at(number))
        case ("end",):
            journal.end_run(0, "OK", at(5))
        case ("after_send", parts):
            return journal.after_send(lambda: [perform(journal, part) for part in parts])
        case ("keep" | "undo" as how, parts):
            with journal.transaction():
                answers = [perform(journal, part) for part in parts]
                if how == "undo":
                    raise Undone
            return answers
    return None


def everything(journal: Journal) -> dict[str, object]:
    """Ask every question the port has."""
    kinds = ("slot", "purse", "order", "order-move", "fill", "fill-link", "readings", "run")
    entries = {
        kind: [(e.seq, e.at, e.run_id, e.subject) for e in journal.entries(kind)] for kind in kinds
    }
    latest = [journal.latest(kind, str(n)) for kind in ("slot", "purse") for n in range(4)]
    orders = {
        "all": journal.orders(),
        "one": [journal.order(f"{n:032x}") for n in range(4)],
        "strategy": journal.orders(strategy="s1"),
        "slot": [
            journal.orders(strategy="s0", slot_key=f"2025-03-0{n}T09:00[Europe/Berlin]")
            for n in (1, 2, 3)
        ],
        "status": journal.orders(account="a0", status=frozenset({Status.INTENT, Status.OPEN})),
        "since": journal.orders(since=at(2)),
    }
    fills = [
        journal.fills(),
        journal.fills(account="a0", since=at(1)),
        *(journal.fills(client_order_id=f"{n:032x}") for n in range(4)),
    ]
    readings = (journal.readings(), journal.readings(until=NOON + timedelta(days=1), series=["x"]))
    mark = journal.readings_mark()
    marks = (
        mark.partition(":")[0],  # what follows pins the content, each in its own way
        journal.holds_mark(mark),
        journal.holds_mark("0:"),
        journal.holds_mark(f"{mark}x"),
        journal.oldest_observed_since("0:"),
        journal.oldest_observed_since("1:x"),
    )
    return {
        "entries": entries,
        "latest": latest,
        "orders": orders,
        "fills": fills,
        "readings": readings,
        "marks": marks,
        "end": (journal.head()[0], journal.last_at()),
    }


@settings(max_examples=150, deadline=None)
@given(st.lists(ops, max_size=25))
def test_both_journals_answer_every_operation_alike(sequence: list[Op]) -> None:
    memory = MemoryJournal(Store())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dcaguard.db"
        with open_journal(path, clock_now=NOON, create=True) as real:
            for op in sequence:
                assert perform(memory, op) == perform(real, op), op
            assert everything(memory) == everything(real)
