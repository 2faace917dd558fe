"""The full story of one slot from the journal, bought or not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dcaguard.app.book import REHEARSAL_MARK, slot_subject
from dcaguard.app.resting import FALLBACK
from dcaguard.app.slots import lasting_journal
from dcaguard.app.world import World
from dcaguard.core.errors import NoInputError
from dcaguard.core.order import Fill, Order
from dcaguard.core.schedule import parse_slot
from dcaguard.core.strategy import Strategy
from dcaguard.ports import Entry, Journal


@dataclass(frozen=True, slots=True)
class Tale:
    """One tranche: every decision on it, its order and its fills."""

    strategy: str
    slot: str
    symbol: str
    decisions: tuple[Entry, ...]
    order: Order | None
    fills: tuple[Fill, ...]
    moves: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """All of `why`."""

    tales: tuple[Tale, ...]
    slot_rows: tuple[Mapping[str, object], ...]
    broken: tuple[str, ...] = ()  # lines about strategies that could not be loaded


@dataclass(frozen=True, slots=True)
class _Gone:
    """A strategy that has no file any more."""

    name: str


def why(world: World, slot: str | None, *, dry: bool) -> Why:
    """Return the story of a slot (the newest for None); NoInputError (66) when there is none."""
    slot = None if slot is None else slot.removesuffix(FALLBACK)
    tales: list[Tale] = []
    rows: list[Mapping[str, object]] = []
    for strategy, journal in _told(world, slot, dry=dry):
        key = _rehearsed(journal, strategy, slot) if dry else None
        key = key or _key(journal, strategy, slot)
        if key is None:
            continue
        rows += [
            e.body for e in journal.entries("slot", strategy.name) if e.body["slot_key"] == key
        ]
        tales += [
            tale
            for symbol in _symbols(journal, strategy, key)
            for part in (key, key + FALLBACK)  # the rest of a resting order has its own
            if (tale := _tale(journal, strategy, part, symbol))
        ]
    if not tales and not rows:
        asked = f"slot {slot!r}" if slot else "any slot"
        msg = (
            f"why: the journal says nothing about {asked}: `dcaguard plan` shows the next slots; "
            "simulated orders are read with --dry"
        )
        raise NoInputError(msg)
    return Why(tuple(tales), tuple(rows), world.broken)


def _told(
    world: World, slot: str | None, *, dry: bool
) -> Iterator[tuple[Strategy | _Gone, Journal]]:
    """Yield today's strategies; for a named slot also those that only the journal knows.

    A file that was renamed, removed or broken does not undo what it bought.
    """
    for strategy in world.strategies.values():
        yield strategy, world.dry_journal() if dry else lasting_journal(world, strategy.account)
    if slot is None:
        return
    for journal in (world.dry_journal(),) if dry else (world.journal, world.dry_journal()):
        kind = "decision" if dry else "slot"
        names = dict.fromkeys(str(e.body["strategy"]) for e in journal.entries(kind))
        for name in names:
            if name not in world.strategies:
                yield _Gone(name), journal


def _symbols(journal: Journal, strategy: Strategy | _Gone, key: str) -> list[str]:
    if isinstance(strategy, Strategy):
        return [one.symbol for one in strategy.buy]
    subject = slot_subject(strategy.name, key, "")
    found = (e.subject for e in journal.entries("decision") if e.subject.startswith(subject))
    return list(dict.fromkeys(one.removeprefix(subject) for one in found))


def _key(journal: Journal, strategy: Strategy | _Gone, slot: str | None) -> str | None:
    if slot is not None:
        text = slot.partition("|")[2] if slot.startswith(f"{strategy.name}|") else slot
        try:
            return parse_slot(strategy.name, text).key
        except (ValueError, KeyError):
            return _by_date(journal, strategy, text)
    newest = journal.latest("slot", strategy.name)
    return None if newest is None else str(newest.body["slot_key"])


def _rehearsed(journal: Journal, strategy: Strategy | _Gone, slot: str | None) -> str | None:
    """Return the newest slot of the simulated decisions (that begins with `slot`).

    A rehearsal leaves slots as they are, so only its decisions tell which it looked at.
    """
    found = None
    for entry in journal.entries("decision"):
        key = entry.subject.split("|")[1]
        mine = entry.body["strategy"] == strategy.name
        if mine and (slot is None or slot in (entry.body["slot"], key) or key.startswith(slot)):
            found = key
    return found


def _by_date(journal: Journal, strategy: Strategy | _Gone, text: str) -> str | None:
    """Return the newest slot whose name begins with `text` (a local date, say)."""
    found = None
    for entry in journal.entries("slot", strategy.name):
        if str(entry.body["slot_key"]).startswith(text):
            found = str(entry.body["slot_key"])
    return found


def _tale(journal: Journal, strategy: Strategy | _Gone, key: str, symbol: str) -> Tale | None:
    decisions = tuple(journal.entries("decision", slot_subject(strategy.name, key, symbol)))
    name = str(decisions[-1].body["slot"]) if decisions else ""
    orders = [
        order
        for order in journal.orders(strategy=strategy.name)
        if order.symbol == symbol and order.slot.partition(REHEARSAL_MARK)[0] == name
    ] or [o for o in journal.orders(strategy=strategy.name, slot_key=key) if o.symbol == symbol]
    if not decisions and not orders:
        return None
    order = orders[-1] if orders else None
    cloid = order.client_order_id if order else ""
    return Tale(
        strategy=strategy.name,
        slot=str(decisions[-1].body["slot"]) if decisions else key,
        symbol=symbol,
        decisions=decisions,
        order=order,
        fills=tuple(journal.fills(client_order_id=cloid)) if order else (),
        moves=tuple(journal.entries("order-move", cloid)) if order else (),
    )
