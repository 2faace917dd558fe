"""A slot's life: due, open until the next one, then closed with its money accounted for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dcaguard.app import book as books
from dcaguard.app.act import Tranche
from dcaguard.app.arming import arming
from dcaguard.app.context import Book, Pass
from dcaguard.app.world import World
from dcaguard.core.arming import arming_digest
from dcaguard.core.order import Order, Status
from dcaguard.core.purse import Purse, at_close, remembered_why
from dcaguard.core.reason import Verdict
from dcaguard.core.schedule import DueSlots, Slot, due
from dcaguard.core.strategy import Strategy
from dcaguard.ports import Journal


@dataclass(frozen=True, slots=True)
class DueStrategy:
    """A strategy with slots to decide now."""

    strategy: Strategy
    slots: tuple[Slot, ...]  # oldest first
    armed: bool


def is_armed(run: Pass, strategy: Strategy) -> bool:
    """Tell whether a person confirmed exactly these rules; paper and dry accounts need none."""
    if not run.world.is_live(strategy.account):
        return True
    known = arming(run.world.journal, strategy.name)
    return known is not None and known.digest == arming_digest(run.world.config, strategy)


def due_now(run: Pass, strategy: Strategy) -> DueStrategy:
    """Return a strategy's slots to decide, after closing what has run out.

    A rehearsal closes in mind only: what the ended slot leaves is in the purses that it reads.
    """
    book = run.book(strategy.account)
    state = books.slot_state(book.read, strategy.name)
    found = _due(run, strategy, state)
    if state.slot is not None and state.slot.instant > run.now:
        run.ledger.note(
            f"{strategy.name}: its slot {state.slot.id} was looked at already and lies after "
            "this time: nothing is due before it"
        )
    if book.rehearsal:
        for symbol, left in left_by_open_slot(book, strategy, found.due, run.now).items():
            run.purses[strategy.name, symbol] = left
    else:
        if state.slot is not None and state.is_open and state.slot not in found.due:
            _close_if_over(run, book, strategy, state.slot, found.due)
        if found.missed:
            _miss(run, book, found.missed)
    return DueStrategy(strategy, found.due, is_armed(run, strategy))


def _due(run: Pass, strategy: Strategy, state: books.SlotState) -> DueSlots:
    live = run.world.is_live(strategy.account)
    known = arming(run.world.journal, strategy.name) if live else None
    return due(
        strategy,
        run.now,
        looked_at=state.slot,
        still_open=state.is_open,
        armed_at=known.at if known else None,
        first_arming=known.looks_back if known else True,
    )


def _close_if_over(
    run: Pass, book: Book, strategy: Strategy, slot: Slot, due_slots: Sequence[Slot]
) -> None:
    """Close the slot that was open when its successor, or the schedule's end, has come."""
    successor = due_slots or due(strategy, run.now, looked_at=slot, still_open=True).due != (slot,)
    if successor and run.now >= slot.instant:
        close(run, book, strategy, slot)


def close(run: Pass, book: Book, strategy: Strategy, slot: Slot) -> None:
    """End a slot: what a pause withheld is backlog, what was too small carries, the rest drops."""
    at = run.now
    with book.write.transaction():
        for symbol in (one.symbol for one in strategy.buy):
            order = order_of(book, strategy.name, slot, symbol)
            if order is not None and order.status is not Status.INTENT:
                continue
            if order is not None:
                book.write.move_order(
                    order.client_order_id, Status.ABANDONED, at, {"detail": "slot over, never sent"}
                )
            if (left := _left(book.read, strategy.name, slot, symbol)) is not None:
                after, why = left
                books.record_purse(book.write, slot.id, strategy.name, symbol, after, why, at)
        books.record_slot(book.write, slot, "CLOSED", newest=slot, is_open=False, at=at)


def left_by_open_slot(
    book: Book, strategy: Strategy, deciding: Sequence[Slot], now: datetime
) -> dict[str, Purse]:
    """Return the purses, by symbol, that the end of the open slot will change; write nothing.

    A slot that is still to be decided has not ended.
    """
    state = books.slot_state(book.read, strategy.name)
    slot = state.slot
    if slot is None or not state.is_open or slot in deciding or slot.instant > now:
        return {}
    found = {}
    for symbol in (one.symbol for one in strategy.buy):
        order = order_of(book, strategy.name, slot, symbol)
        left = _left(book.read, strategy.name, slot, symbol)
        if left is not None and (order is None or order.status is Status.INTENT):
            found[symbol] = left[0]
    return found


def _left(journal: Journal, strategy: str, slot: Slot, symbol: str) -> tuple[Purse, str] | None:
    """Return the purse once a slot without an order has ended, and why it changes, if it does."""
    # A venue that was down, or a halt, at the last call does not undo what a pause withheld before.
    subject = books.slot_subject(strategy, slot.key, symbol)
    told = [e for e in journal.entries("decision", subject) if e.body["verdict"] != Verdict.WAIT]
    if not told:
        return None
    body = told[-1].body
    reasons = body["reasons"]
    assert isinstance(reasons, list)
    why = remembered_why(str(body["verdict"]), [reason["code"] for reason in reasons])
    if not why:
        return None
    withheld, carried = Decimal(str(body["withheld_quote"])), Decimal(str(body["carry_quote"]))
    return at_close(books.purse(journal, strategy, symbol), withheld, carried), why


def _miss(run: Pass, book: Book, missed: Sequence[Slot]) -> None:
    """Write slots that nobody looked at in time, as one row."""
    newest = missed[-1]
    subject = newest.strategy
    body = {
        "strategy": subject,
        "slot": newest.id,
        "slot_key": newest.key,
        "scheduled_at": newest.instant,
        "event": "MISSED",
        "count": len(missed),
        "first": missed[0].id,
        "newest": newest.id,
        "open": False,
    }
    book.write.append("slot", subject, body, run.now)
    run.ledger.note(f"{subject}: {len(missed)} slot(s) missed, the last at {newest.id}")


def order_of(book: Book, strategy: str, slot: Slot, symbol: str) -> Order | None:
    """Return the one order of a slot and symbol, if it was ever written down."""
    rows = book.read.orders(strategy=strategy, slot_key=slot.key)
    return next((order for order in rows if order.symbol == symbol), None)


def tranches(book: Book, strategy: Strategy, slot: Slot) -> list[Tranche]:
    """Return the tranches of a slot that were never sent."""
    rows = []
    for one in strategy.buy:
        order = order_of(book, strategy.name, slot, one.symbol)
        if order is None or order.status is Status.INTENT:
            rows.append(Tranche(strategy, slot, one.symbol))
    return rows


def mark_looked_at(run: Pass, book: Book, slot: Slot, *, newest: Slot, is_open: bool) -> None:
    """Write that a slot was looked at, or that it ended, when that is news."""
    if book.rehearsal:
        return
    state = books.slot_state(book.read, slot.strategy)
    if state.slot is not None and state.slot.key == newest.key and state.is_open == is_open:
        return
    event = "OPENED" if is_open else "CLOSED"
    books.record_slot(book.write, slot, event, newest=newest, is_open=is_open, at=run.now)


def lasting_journal(world: World, account: str) -> Journal:
    """Return the journal that an account's strategies really keep."""
    main = world.is_paper(account) or world.is_live(account)
    return world.journal if main else world.dry_journal()
