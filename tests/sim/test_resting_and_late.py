"""Orders that rest and fills that show late, one situation at a time: nothing is lost."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D  # noqa: N817

import pytest

from dcaguard.app import book as books
from dcaguard.app.context import Book
from dcaguard.app.record import record_report
from dcaguard.core.order import Order, Placed, PlaceKind, Status, VenueReport
from dcaguard.core.purse import Purse
from dcaguard.core.strategy import OrderRule
from tests.sim import checks
from tests.sim.faults import Faults
from tests.sim.memory_journal import MemoryJournal
from tests.sim.memory_store import Store
from tests.sim.seams import seams
from tests.sim.simulated_venue import SimVenue
from tests.sim.world import Sim

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
FIRST_SLOT = datetime(2025, 1, 6, 1, tzinfo=UTC)
REST = OrderRule(type="post-only", ttl=10 * MINUTE, fallback="limit-ioc")
ENDED = Status.PARTIAL_CLOSED


@pytest.fixture(autouse=True)
def _in_place() -> Iterator[None]:
    with seams():
        yield


def machine(order: OrderRule) -> Sim:
    """Return an armed machine in good weather, at the first slot's time."""
    sim = Sim(2, Faults())
    for name, strategy in sim.strategies.items():
        sim.strategies[name] = strategy.model_copy(update={"order": order})
    for ledger in sim.ledgers.values():
        ledger.late_share = 0.0
    sim.now = FIRST_SLOT
    sim.arm()
    return sim


def statuses(sim: Sim) -> set[Status]:
    return {order.status for order in sim.host.store.orders.values()}


def after(sim: Sim, span: timedelta) -> None:
    sim.wait(span)
    sim.run()
    checks.after_pass(sim)


def all_known(sim: Sim) -> bool:
    return sim.host.known() == {t for one in sim.ledgers.values() for t in one.traded}


def with_late_fills(sim: Sim, lag: timedelta) -> None:
    for ledger in sim.ledgers.values():
        ledger.late_share, ledger.lag_max = 1.0, lag


@pytest.mark.parametrize("passes", [(1, 30), (30,), (20 * 24 * 60,), (1, 2, 3, 4, 12)])
def test_a_fill_that_shows_late_is_recorded_whenever_the_next_passes_come(
    passes: tuple[int, ...],
) -> None:
    sim = machine(OrderRule())
    with_late_fills(sim, 9 * MINUTE)
    sim.run()
    assert not all_known(sim)
    for ledger in sim.ledgers.values():
        ledger.late_share, ledger.lag_max = 0.0, timedelta(0)
    for minutes in passes:
        after(sim, minutes * MINUTE)
    assert all_known(sim)


def test_a_crash_while_a_late_fill_is_written_does_not_lose_it() -> None:
    for point in range(1, 120):
        sim = machine(OrderRule())
        with_late_fills(sim, MINUTE)
        sim.run()
        sim.wait(30 * MINUTE)
        sim.kill_at = sim.points + point
        sim.run()
        after(sim, 30 * MINUTE)
        assert all_known(sim), f"killed at point {point}"


def test_a_stale_answer_about_an_ended_order_is_no_answer() -> None:
    sim = machine(OrderRule())
    with_late_fills(sim, 9 * MINUTE)
    sim.run()
    for ledger in sim.ledgers.values():
        ledger.blind_until = sim.now + DAY
    after(sim, 30 * MINUTE)
    assert not all_known(sim)
    after(sim, DAY)
    assert all_known(sim)


def test_an_order_that_the_venue_took_is_never_proved_absent() -> None:
    sim = machine(REST)
    sim.run()
    assert statuses(sim) == {Status.OPEN}
    for ledger in sim.ledgers.values():
        ledger.blind_until = sim.now + DAY
    for _ in range(6):
        after(sim, 12 * MINUTE)
    assert statuses(sim) == {Status.UNKNOWN}
    assert sim.counts["sent limit-ioc"] == 0
    sim.halted = "a person"
    after(sim, DAY)
    assert Status.UNKNOWN not in statuses(sim)
    after(sim, MINUTE)
    checks.nothing_rests(sim)


def test_locked_cash_speaks_against_the_absence_of_an_order_that_may_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lost(self: SimVenue, order: Order) -> Placed:
        self._accept(order, timedelta(0))
        return Placed(PlaceKind.UNKNOWN, detail="the reply was lost")

    monkeypatch.setattr(SimVenue, "_answered", lost)
    sim = machine(REST)
    for ledger in sim.ledgers.values():
        ledger.blind_until = sim.now + DAY
    sim.run()
    for _ in range(6):
        after(sim, 12 * MINUTE)
    assert all(ledger.resting for ledger in sim.ledgers.values() if ledger.held)
    assert Status.ABANDONED not in statuses(sim)
    # Cancelled by hand, nothing is locked, and absence can be proved.
    for ledger in sim.ledgers.values():
        for held in list(ledger.resting):
            ledger.cancel(held, sim.now)
    for _ in range(3):
        after(sim, 12 * MINUTE)
    assert Status.ABANDONED in statuses(sim)


def test_what_was_spent_again_is_not_left_over_a_second_time() -> None:
    """An order was given up, its carry spent by the next one; then it shows, without a fill."""
    journal, at = MemoryJournal(Store()), FIRST_SLOT
    journal.begin_run("r", "live", "sim", "sim", at)
    order = Order(
        "a" * 32, "r", "plan", "s", "BTC/USDT", "main", "limit-ioc", D(1), D(72), D(72), at
    )
    journal.add_order(order, "s", "", at)
    terms = {"buy_quote": D(72), "from_backlog": D(0), "from_carry": D(30), "withheld": D(0)}
    journal.append("terms", order.client_order_id, terms, at)
    for status in (Status.SENDING, Status.UNKNOWN, Status.ABANDONED):
        order = journal.move_order(order.client_order_id, status, at)
    books.record_purse(journal, "t", "plan", "BTC/USDT", Purse(carry=D(1)), "remainder", at)
    report = VenueReport(order.client_order_id, "v", ENDED, D(0), D(0), (), fills_complete=True)
    record_report(Book(journal, journal), order, report, at)
    # 42 of its own slot and the 1 that was there; the other 29 were spent meanwhile.
    assert books.purse(journal, "plan", "BTC/USDT") == Purse(carry=D(43))


def test_a_rest_is_cancelled_under_a_halt_and_bought_after_it() -> None:
    sim = machine(REST)
    sim.run()
    sim.halted = "a person"
    after(sim, 11 * MINUTE)
    checks.nothing_rests(sim)
    assert sim.counts["sent limit-ioc"] == 0
    sim.halted = None
    after(sim, MINUTE)
    assert sim.counts["sent limit-ioc"] > 0
