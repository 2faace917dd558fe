"""Safeguards removed one by one: the simulation is tested by what it then must catch."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from unittest import mock

from dcaguard.app import absence, act, book, counting, gather, look, record, recover, slots
from dcaguard.core import order as orders
from dcaguard.core import recover as rules
from dcaguard.core.errors import DcaguardError
from dcaguard.core.order import UNRESOLVED, Absence, Fill, LookUp, Order, PlaceKind, Status
from dcaguard.core.policy import caps
from tests.sim.everywhere import everywhere
from tests.sim.memory_journal import MemoryJournal
from tests.sim.simulated_venue import NOT_FOUND, SimVenue

Removal = Callable[[ExitStack], None]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One safeguard and how it is taken away.

    `behind` names fences that stand before this one: they are taken away in both runs, so that
    the safeguard is the last one standing.
    """

    name: str
    remove: Removal
    seed: int  # the first seed that catches it
    behind: tuple[str, ...] = ()


def _swap(target: str, new: object) -> Removal:
    return lambda stack: stack.enter_context(mock.patch(target, new)) and None


def _all(real: object, new: object) -> Removal:
    return lambda stack: stack.enter_context(everywhere(real, new))


def _both(*removals: Removal) -> Removal:
    def remove(stack: ExitStack) -> None:
        for one in removals:
            one(stack)

    return remove


# --- what each removal puts in the safeguard's place -------------------------------------------


def _hasty_buy(run: Any, tranche: Any, *rest: Any, **named: Any) -> Any:
    """Buy although the witness was silent."""

    def seen(self: SimVenue, order: Order) -> LookUp:
        try:
            found = _REAL_FIND(self, order)
        except DcaguardError:
            return NOT_FOUND
        return found if found.reports else NOT_FOUND

    with mock.patch.object(SimVenue, "find", seen):
        return _REAL_BUY(run, tranche, *rest, **named)


def _blind_buy(run: Any, tranche: Any, *rest: Any, **named: Any) -> Any:
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
        return _REAL_BUY(run, tranche, *rest, **named)


_REAL_BUY = act.buy


def _post_first(run: Any, book_: Any, venue: Any, order: Order, decision: Any) -> Any:
    placed = venue.place(order)
    with mock.patch.object(SimVenue, "place", lambda _self, _order: placed):
        return _REAL_SEND(run, book_, venue, order, decision)


_REAL_SEND = act._send


def _send_halted(run: Any, book_: Any, venue: Any, order: Order, decision: Any) -> Any:
    class Never:
        def reason(self) -> None:
            return None

    world = run.world
    run.world = replace(world, halt=Never())
    try:
        return _REAL_SEND(run, book_, venue, order, decision)
    finally:
        run.world = world


def _retry(run: Any, book_: Any, venue: Any, order: Order, placed: Any) -> Any:
    if placed.kind is PlaceKind.UNKNOWN:
        placed = venue.place(order)
    return _REAL_AFTER_POST(run, book_, venue, order, placed)


def _refusal(run: Any, book_: Any, venue: Any, order: Order, placed: Any) -> Any:
    if placed.kind in {PlaceKind.UNKNOWN, PlaceKind.IMPOSSIBLE}:
        placed = replace(placed, kind=PlaceKind.REJECTED_OTHER)
    return _REAL_AFTER_POST(run, book_, venue, order, placed)


_REAL_AFTER_POST = act._after_post


def _gone_after_crash(run: Any, account: str, asked: Any) -> None:
    if asked.order.status is Status.SENDING:
        book_ = run.book(account)
        record.record_refused(book_, asked.order, Status.ABANDONED, {}, run.now)
        return
    _REAL_WRITE(run, account, asked)


_REAL_WRITE = recover._write


_REAL_FIND = SimVenue.find


def _without_unknown(journal: Any, since: Any) -> list[tuple[Order, bool]]:
    return [row for row in _REAL_SPENDING(journal, since) if row[0].status not in UNRESOLVED]


_REAL_SPENDING = book.spending_orders


def _proves_by_silence(run: Any, _book: Any, order: Order) -> LookUp:
    answer = run.venue(order.account).prove_absence(order)
    return answer if answer.reports else NOT_FOUND


def _error_is_absence(venue: Any, order: Order, **_: Any) -> Any:
    asked = _REAL_ASK(venue, order)
    silent = asked.answer.absence is Absence.NO_ANSWER
    return recover.Asked(order, NOT_FOUND) if silent else asked


_REAL_ASK = recover.ask


def _nameless(self: MemoryJournal, fill: Fill, at: Any) -> bool:
    count = len(self.store.fills)
    return _REAL_ADD_FILL(self, replace(fill, trade_id=f"{fill.trade_id}/{count}"), at)


_REAL_ADD_FILL = MemoryJournal.add_fill


def _again_after_rejection(book_: Any, strategy: Any, slot: Any) -> list[Any]:
    found = []
    for one in strategy.buy:
        order = slots.order_of(book_, strategy.name, slot, one.symbol)
        if order is None or order.status in {Status.INTENT, Status.REJECTED, Status.ABANDONED}:
            found.append(act.Tranche(strategy, slot, one.symbol))
    return found


def _any_id(account: str, strategy: str, slot_key: str, symbol: str, attempt: int) -> str:
    _SERIAL.append(0)
    return _REAL_ID(account, strategy, slot_key, symbol, len(_SERIAL))


_SERIAL: list[int] = []
_REAL_ID = orders.client_order_id


def _forgets_slots(self: MemoryJournal, order: Order, key: str, digest: str, at: Any) -> None:
    for known in [k for k in self.store.slots if k[0] == order.strategy]:
        del self.store.slots[known]
    _REAL_ADD_ORDER(self, order, key, digest, at)


_REAL_ADD_ORDER = MemoryJournal.add_order


def _settle_at_once(book_: Any, order: Order, _filled: Any, at: Any) -> bool:
    fills = book_.write.fills(client_order_id=order.client_order_id)
    known = sum((fill.amount for fill in fills), Decimal(0))
    return _REAL_SETTLE(book_, order, known, at)


_REAL_SETTLE = record.settle


@contextmanager
def _each_write_alone(self: MemoryJournal) -> Iterator[None]:
    """A transaction that keeps what was written before it failed."""
    with _REAL_TRANSACTION(self):
        try:
            yield
        except BaseException:
            self.store.undo.clear()
            raise


_REAL_TRANSACTION = MemoryJournal.transaction


# --- the table: seeds are found by `python -m tests.sim.hunt` ------------------------------------

_UNBLOCKED = _both(
    _swap("dcaguard.app.situations.UNRESOLVED", frozenset()),
    _swap("dcaguard.app.run.UNRESOLVED", frozenset()),
)
_UNWEIGHED = _all(absence._balance, lambda *_: ("", True))
_WEIGHED = ("absence is weighed against balances",)
_LOCK = _swap("tests.sim.world.Sim.locked", lambda _self: False)
MUTANTS: tuple[Mutant, ...] = (
    Mutant("the lock", _LOCK, 0),
    Mutant("the deterministic order id", _all(_REAL_ID, _any_id), 0),
    Mutant(
        "one order per slot and symbol in the journal",
        _swap("tests.sim.memory_journal.MemoryJournal.add_order", _forgets_slots),
        0,
        behind=("slots remember their orders", "the deterministic order id"),
    ),
    Mutant("slots remember their orders", _all(slots.order_of, lambda *_: None), 0),
    Mutant("the witness before the send", _all(act.buy, _blind_buy), 0),
    Mutant("a silent witness stops", _all(act.buy, _hasty_buy), 0),
    Mutant("SENDING before the POST", _swap("dcaguard.app.act._send", _post_first), 0),
    Mutant("one POST, no retry", _swap("dcaguard.app.act._after_post", _retry), 0),
    Mutant("a lost reply is no refusal", _swap("dcaguard.app.act._after_post", _refusal), 0),
    Mutant("a crash while SENDING is unknown", _swap("dcaguard.app.recover._write", _gone_after_crash), 0),
    Mutant("unknown orders count in caps", _all(book.spending_orders, _without_unknown), 0),
    Mutant("missing fills are asked for again", _all(book.unsettled, lambda _journal: ()), 0),
    Mutant("an unknown order blocks its account", _UNBLOCKED, 0),
    Mutant(
        "an error is no absence",
        _both(_all(recover.ask, _error_is_absence), _all(absence.prove, _proves_by_silence)),
        0,
    ),
    Mutant("absence is weighed against balances", _UNWEIGHED, 0),
    Mutant("absence needs time", _all(rules.proof_possible_at, lambda order, _s: order.created_at), 0, _WEIGHED),
    Mutant("absence needs two proofs", _all(rules.absence_proved, lambda *_: True), 0, _WEIGHED),
    Mutant("recovery before decisions", _all(recover.recover, lambda _run: None), 0),
    Mutant("caps", _all(caps.over, lambda *_: ()), 0),
    Mutant("money counts where it left", _all(book.spent_at, lambda order: order.created_at), 0),
    Mutant("the halt right before the POST", _swap("dcaguard.app.act._send", _send_halted), 0),
    Mutant("balances must be known", _all(counting.cash_quote, lambda *_: Decimal(10**6)), 0),
    Mutant("debt stops", _all(gather.findings_of, lambda *_: {}), 0),
    Mutant("the venue's clock", _all(look.refuse_skew, lambda _venue: None), 0),
    Mutant("a trade is kept once", _swap("tests.sim.memory_journal.MemoryJournal.add_fill", _nameless), 0),
    Mutant("fills must add up", _all(record.settle, _settle_at_once), 0),
    Mutant("nothing is sent again", _all(slots.tranches, _again_after_rejection), 0),
    Mutant("the purse is emptied at SENDING", _all(act.at_sending, lambda purse, _decision: purse), 0),
    Mutant("a refusal fills the purse again", _all(record.at_refused, lambda purse, *_: purse), 0),
    Mutant("a transaction is whole or nothing", _swap("tests.sim.memory_journal.MemoryJournal.transaction", _each_write_alone), 0),
)
