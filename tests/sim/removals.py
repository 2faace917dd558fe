"""What stands in a safeguard's place once it is taken away."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from dcaguard.app import act, answers, asking, book, record, recover, slots
from dcaguard.core import order as orders
from dcaguard.core.errors import DcaguardError
from dcaguard.core.order import UNRESOLVED, Absence, Fill, LookUp, Order, Placed, PlaceKind, Status
from tests.sim.memory_journal import MemoryJournal
from tests.sim.simulated_venue import NOT_FOUND, SimVenue


class _Through:
    """A venue seen through something that answers in its place."""

    def __init__(self, venue: SimVenue) -> None:
        self._venue = venue

    def __getattr__(self, name: str) -> Any:
        return getattr(self._venue, name)


class _Hasty(_Through):
    def find(self, order: Order) -> LookUp:
        try:
            found = self._venue.find(order)
        except DcaguardError:
            return NOT_FOUND
        return found if found.reports else NOT_FOUND


class _Blind(_Through):
    """Until the POST the venue is taken to know nothing."""

    _sent = False

    def find(self, order: Order) -> LookUp:
        return self._venue.find(order) if self._sent else NOT_FOUND

    def place(self, order: Order) -> Placed:
        self._sent = True
        return self._venue.place(order)


class _Placed(_Through):
    """A venue that has had its POST already."""

    def __init__(self, venue: SimVenue, placed: Placed) -> None:
        super().__init__(venue)
        self._placed = placed

    def place(self, _order: Order) -> Placed:
        return self._placed


def _buy_through(how: type[_Through], run: Any, tranche: Any, *rest: Any, **named: Any) -> Any:
    world, venue = run.world, how(run.venue(tranche.account))
    run.world = replace(world, venue=lambda _name: venue)
    try:
        return REAL_BUY(run, tranche, *rest, **named)
    finally:
        run.world = world


hasty_buy = partial(_buy_through, _Hasty)  # although the witness was silent
blind_buy = partial(_buy_through, _Blind)  # without a witness
REAL_BUY = act.buy


def post_first(run: Any, book_: Any, venue: Any, order: Order, *rest: Any) -> Any:
    return REAL_SEND(run, book_, _Placed(venue, venue.place(order)), order, *rest)


REAL_SEND = act._send


def send_halted(run: Any, book_: Any, venue: Any, order: Order, *rest: Any) -> Any:
    class Never:
        def reason(self) -> None:
            return None

        edited = reason

    world = run.world
    run.world = replace(world, halt=Never())
    try:
        return REAL_SEND(run, book_, venue, order, *rest)
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


def without_unknown(journal: Any, since: Any) -> list[tuple[Order, bool]]:
    return [row for row in REAL_SPENDING(journal, since) if row[0].status not in UNRESOLVED]


REAL_SPENDING = book.spending_orders


def without_resting(journal: Any, since: Any) -> list[tuple[Order, bool]]:
    return [row for row in REAL_SPENDING(journal, since) if row[0].status is not Status.OPEN]


def thinks_it_cancelled(venue: Any, order: Order, sent: Any, *, cancel: bool = False) -> Any:
    asked = REAL_ASK(venue, order, sent)
    if not cancel:
        return asked
    ended = [
        replace(r, status=Status.PARTIAL_CLOSED) if r.status is Status.OPEN else r
        for r in asked.answer.reports
    ]
    return replace(asked, answer=replace(asked.answer, reports=tuple(ended)))


def asked_once(_run: Any, book_: Any, order: Order) -> bool:
    closed = order.closed_at is not None and order.sent_at is not None
    return closed and book_.read.latest("asked-again", order.client_order_id) is None


def asked_first_written_later(run: Any, book_: Any, asked: Any) -> None:
    if asked.answer.reports:
        recover._write_asked(run, book_, asked)
    REAL_WRITE_AGAIN(run, book_, asked)


REAL_WRITE_AGAIN = recover._write_again


def rests_while_halted(run: Any) -> Any:
    return REAL_RECOVER(run) if run.world.halt.reason() is None else []


REAL_RECOVER = recover.recover


def forgets_that_it_was_taken(run: Any, book_: Any, order: Order, asked: Any) -> None:
    REAL_SETTLE_ANSWER(run, book_, replace(order, venue_order_id=None), asked)


REAL_SETTLE_ANSWER = answers.settle_answer


def whole_again(_book: Any, _first: Any, situation: Any) -> Any:
    zero = Decimal(0)
    wish = replace(situation.wish, order_type="limit-ioc", backlog=zero, carry=zero)
    return replace(situation, wish=wish)


def proves_by_silence(run: Any, _book: Any, order: Order) -> LookUp:
    answer = run.venue(order.account).prove_absence(order)
    return answer if answer.reports else NOT_FOUND


def error_is_absence(venue: Any, order: Order, sent: Any, **_: Any) -> Any:
    asked = REAL_ASK(venue, order, sent)
    silent = asked.answer.absence is Absence.NO_ANSWER
    return asking.Asked(order, NOT_FOUND) if silent else asked


REAL_ASK = asking.ask


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
        self.store.slots[known].clear()
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
