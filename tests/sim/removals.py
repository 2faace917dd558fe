"""What stands in a safeguard's place once it is taken away."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any
from unittest import mock

from dcaguard.app import act, book, record, recover, slots
from dcaguard.core import order as orders
from dcaguard.core.errors import DcaguardError
from dcaguard.core.order import UNRESOLVED, Absence, Fill, LookUp, Order, PlaceKind, Status
from tests.sim.memory_journal import MemoryJournal
from tests.sim.simulated_venue import NOT_FOUND, SimVenue


def hasty_buy(run: Any, tranche: Any, *rest: Any, **named: Any) -> Any:
    """Buy although the witness was silent."""

    def seen(self: SimVenue, order: Order) -> LookUp:
        try:
            found = REAL_FIND(self, order)
        except DcaguardError:
            return NOT_FOUND
        return found if found.reports else NOT_FOUND

    with mock.patch.object(SimVenue, "find", seen):
        return REAL_BUY(run, tranche, *rest, **named)


def blind_buy(run: Any, tranche: Any, *rest: Any, **named: Any) -> Any:
    """Buy without a witness: until the POST the venue is taken to know nothing."""
    venue = run.venue(tranche.account)
    find, place = type(venue).find, type(venue).place
    sent: list[Order] = []

    def seen(self: SimVenue, order: Order) -> LookUp:
        return find(self, order) if sent or self is not venue else NOT_FOUND

    def posted(self: SimVenue, order: Order) -> Any:
        sent.append(order)
        return place(self, order)

    with mock.patch.multiple(SimVenue, find=seen, place=posted):
        return REAL_BUY(run, tranche, *rest, **named)


REAL_BUY = act.buy


def post_first(run: Any, book_: Any, venue: Any, order: Order, decision: Any) -> Any:
    placed = venue.place(order)
    with mock.patch.object(SimVenue, "place", return_value=placed):
        return REAL_SEND(run, book_, venue, order, decision)


REAL_SEND = act._send


def send_halted(run: Any, book_: Any, venue: Any, order: Order, decision: Any) -> Any:
    class Never:
        def reason(self) -> None:
            return None

    world = run.world
    run.world = replace(world, halt=Never())
    try:
        return REAL_SEND(run, book_, venue, order, decision)
    finally:
        run.world = world


def retry(run: Any, book_: Any, venue: Any, order: Order, placed: Any) -> Any:
    if placed.kind is PlaceKind.UNKNOWN:
        placed = venue.place(order)
    return REAL_AFTER_POST(run, book_, venue, order, placed)


def refusal(run: Any, book_: Any, venue: Any, order: Order, placed: Any) -> Any:
    if placed.kind in {PlaceKind.UNKNOWN, PlaceKind.IMPOSSIBLE}:
        placed = replace(placed, kind=PlaceKind.REJECTED_OTHER)
    return REAL_AFTER_POST(run, book_, venue, order, placed)


REAL_AFTER_POST = act._after_post


def gone_after_crash(run: Any, account: str, asked: Any) -> None:
    if asked.order.status is Status.SENDING:
        book_ = run.book(account)
        record.record_refused(book_, asked.order, Status.ABANDONED, {}, run.now)
        return
    REAL_WRITE(run, account, asked)


REAL_WRITE = recover._write


REAL_FIND = SimVenue.find


def without_unknown(journal: Any, since: Any) -> list[tuple[Order, bool]]:
    return [row for row in REAL_SPENDING(journal, since) if row[0].status not in UNRESOLVED]


REAL_SPENDING = book.spending_orders


def proves_by_silence(run: Any, _book: Any, order: Order) -> LookUp:
    answer = run.venue(order.account).prove_absence(order)
    return answer if answer.reports else NOT_FOUND


def error_is_absence(venue: Any, order: Order, **_: Any) -> Any:
    asked = REAL_ASK(venue, order)
    silent = asked.answer.absence is Absence.NO_ANSWER
    return recover.Asked(order, NOT_FOUND) if silent else asked


REAL_ASK = recover.ask


def nameless(self: MemoryJournal, fill: Fill, at: Any) -> bool:
    count = len(self.store.fills)
    return REAL_ADD_FILL(self, replace(fill, trade_id=f"{fill.trade_id}/{count}"), at)


REAL_ADD_FILL = MemoryJournal.add_fill


def again_after_rejection(book_: Any, strategy: Any, slot: Any) -> list[Any]:
    found = []
    for one in strategy.buy:
        order = slots.order_of(book_, strategy.name, slot, one.symbol)
        if order is None or order.status in {Status.INTENT, Status.REJECTED, Status.ABANDONED}:
            found.append(act.Tranche(strategy, slot, one.symbol))
    return found


def any_id(account: str, strategy: str, slot_key: str, symbol: str, attempt: int) -> str:
    SERIAL.append(0)
    return REAL_ID(account, strategy, slot_key, symbol, len(SERIAL))


SERIAL: list[int] = []
REAL_ID = orders.client_order_id


def forgets_slots(self: MemoryJournal, order: Order, key: str, digest: str, at: Any) -> None:
    for known in [k for k in self.store.slots if k[0] == order.strategy]:
        del self.store.slots[known]
    REAL_ADD_ORDER(self, order, key, digest, at)


REAL_ADD_ORDER = MemoryJournal.add_order


def settle_at_once(book_: Any, order: Order, _filled: Any, at: Any) -> bool:
    fills = book_.write.fills(client_order_id=order.client_order_id)
    known = sum((fill.amount for fill in fills), Decimal(0))
    return REAL_SETTLE(book_, order, known, at)


REAL_SETTLE = record.settle


@contextmanager
def each_write_alone(self: MemoryJournal) -> Iterator[None]:
    """A transaction that keeps what was written before it failed."""
    with REAL_TRANSACTION(self):
        try:
            yield
        except BaseException:
            self.store.undo.clear()
            raise


REAL_TRANSACTION = MemoryJournal.transaction
