"""An order that ended without a fill is in doubt again: nothing counts twice, proofs begin anew."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D  # noqa: N817
from pathlib import Path

import pytest

from dcaguard.adapters.journal import SqliteJournal, open_journal
from dcaguard.app import book as books
from dcaguard.app.answers import absence_proofs
from dcaguard.app.context import Book
from dcaguard.app.record import record_doubt, record_refused
from dcaguard.core.order import Order, Status
from dcaguard.core.purse import Purse

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
SLOT = "2025-03-03T09:00+00:00[UTC]"
ORDER = Order(
    client_order_id="a" * 32,
    run_id="run",
    strategy="plan",
    slot=SLOT,
    symbol="BTC/USDT",
    account="main",
    type="limit-ioc",
    amount=D("0.004"),
    limit_price=D(50000),
    max_quote=D(200),
    created_at=NOON,
)
TERMS = {"buy_quote": "200", "from_backlog": "60", "from_carry": "40", "withheld": "0"}


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    with closing(open_journal(tmp_path / "dcaguard.db", clock_now=NOON)) as opened:
        opened.begin_run("run", "live", "1", "0", NOON)
        yield opened


def given_up(journal: SqliteJournal, status: Status) -> Order:
    """Return an order that repays backlog and carry, and ended without a fill."""
    journal.add_order(ORDER, "2025-03-03T09:00[UTC]", "0" * 64, NOON)
    journal.append("terms", ORDER.client_order_id, TERMS, NOON)
    sending = journal.move_order(ORDER.client_order_id, Status.SENDING, NOON)
    return record_refused(Book(journal, journal), sending, status, {}, NOON)


@pytest.mark.parametrize("status", [Status.REJECTED, Status.ABANDONED])
@pytest.mark.parametrize("left", [Purse(), Purse(D(10), D(5)), Purse(D(60), D(40))], ids=str)
def test_a_doubt_puts_back_only_what_it_took_out(
    journal: SqliteJournal, status: Status, left: Purse
) -> None:
    order, book = given_up(journal, status), Book(journal, journal)
    assert books.purse(journal, "plan", "BTC/USDT") == Purse(D(60), D(40))
    # Another slot has repaid itself from it meanwhile.
    books.record_purse(journal, SLOT, "plan", "BTC/USDT", left, "SENDING", NOON)
    for _ in range(3):
        order = record_doubt(book, order, {"detail": "it traded"}, NOON)
        assert books.purse(journal, "plan", "BTC/USDT") == Purse()
        order = record_refused(book, order, status, {}, NOON)
        assert books.purse(journal, "plan", "BTC/USDT") == left


def test_a_doubt_ends_the_proofs_of_absence_before_it(journal: SqliteJournal) -> None:
    order = given_up(journal, Status.ABANDONED)
    for minutes in (0, 2):
        at = NOON + timedelta(minutes=minutes)
        journal.append("absence", order.client_order_id, {"proved_at": at}, at)
    assert len(absence_proofs(journal, order)) == 2
    doubted = record_doubt(Book(journal, journal), order, {"detail": "it traded"}, NOON)
    assert (doubted.status, absence_proofs(journal, order)) == (Status.UNKNOWN, [])
