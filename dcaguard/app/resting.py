"""Orders that rest: cancelled past their time, and their rest bought once where it was stated."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from dcaguard.app import book as books
from dcaguard.app.act import Tranche, buy
from dcaguard.app.context import Book, Pass
from dcaguard.app.decided import Decided, after_buying
from dcaguard.app.decisions import recheck, record, record_news
from dcaguard.app.gather import gather
from dcaguard.app.record import order_terms
from dcaguard.app.sight import Sight
from dcaguard.app.situations import situation_of
from dcaguard.app.slots import DueStrategy, is_armed, order_of
from dcaguard.core.case import gate_share
from dcaguard.core.decide import Decision, decide
from dcaguard.core.errors import DcaguardError
from dcaguard.core.money import ONE, ZERO
from dcaguard.core.order import Order, Status
from dcaguard.core.reason import Verdict
from dcaguard.core.situation import Situation
from dcaguard.core.slots import Slot
from dcaguard.core.strategy import Strategy

FALLBACK = "+fallback"


class RestSlot(Slot):
    """The rest of a slot's tranche: named after the slot, and bought at most once like it."""

    __slots__ = ()

    @property
    def key(self) -> str:
        """The slot's key with a mark: no other order ever has it."""
        return super().key + FALLBACK

    @property
    def id(self) -> str:
        """The slot's id with the same mark."""
        return super().id + FALLBACK


@dataclass(frozen=True, slots=True)
class Rest:
    """What an ended resting order left over, where its strategy states a fallback."""

    strategy: Strategy
    slot: RestSlot
    first: Order


def rests_to_buy(run: Pass, strategies: Collection[str]) -> list[Rest]:
    """Return the rests that these strategies may still buy; unsent ones that are over are given up.

    Whatever was asked for, nobody's order is left half done.
    """
    found: list[Rest] = []
    for strategy in run.world.strategies.values():
        account = strategy.account
        if not run.keeps_main(account) or not run.world.is_of_this_time(account):
            continue
        book = run.book(account)
        if book.rehearsal or _over(run, book, strategy) or strategy.name not in strategies:
            continue
        slot = _rest_slot(book, strategy)
        assert slot is not None
        for first in _left_over(book, strategy):
            second = order_of(book, strategy.name, slot, first.symbol)
            if second is None or second.status is Status.INTENT:
                found.append(Rest(strategy, slot, first))
    return found


def buy_rests(run: Pass, sight: Sight, rests: Sequence[Rest]) -> list[Decided]:
    """Buy the rests, each by what is known now; one account's failure stops no other's."""
    decided: list[Decided] = []
    for rest in rests:
        try:
            decided.append(_buy_rest(run, sight, rest))
        except DcaguardError as error:
            run.ledger.fail(error, rest.strategy.account)
    return decided


def _over(run: Pass, book: Book, strategy: Strategy) -> bool:
    """Give up unsent rests of slots that ended; tell whether there is nothing else to do."""
    slot, states = _rest_slot(book, strategy), _states_fallback(strategy)
    for order in book.read.orders(strategy=strategy.name, status=frozenset({Status.INTENT})):
        current = states and slot is not None and order.slot == slot.id
        if order.slot.endswith(FALLBACK) and not current:
            facts = {"detail": "slot over, never sent"}
            book.write.move_order(order.client_order_id, Status.ABANDONED, run.now, facts)
    return slot is None or not states


def _states_fallback(strategy: Strategy) -> bool:
    return strategy.order.type == "post-only" and strategy.order.fallback != "none"


def _rest_slot(book: Book, strategy: Strategy) -> RestSlot | None:
    """Return the rest of the newest slot; of an older one it carries to the newest."""
    slot = books.slot_state(book.read, strategy.name).slot
    return None if slot is None else RestSlot(slot.strategy, slot.local, slot.zone, slot.instant)


def _left_over(book: Book, strategy: Strategy) -> list[Order]:
    """Return resting orders of the newest slot that ended unfilled; none may still fill."""
    state = books.slot_state(book.read, strategy.name)
    if state.slot is None:
        return []
    found = []
    for one in strategy.buy:
        order = order_of(book, strategy.name, state.slot, one.symbol)
        if (
            order is not None
            and order.type == "post-only"
            and order.status is Status.PARTIAL_CLOSED
            and books.settlement(book.read, order.client_order_id) is not None
            and order.client_order_id not in books.unsettled(book.read)
        ):
            found.append(order)
    return found


def _buy_rest(run: Pass, sight: Sight, rest: Rest) -> Decided:
    strategy, book = rest.strategy, run.book(rest.strategy.account)
    armed = is_armed(run, strategy)
    facts = gather(run, sight, [DueStrategy(strategy, (), armed)])
    tranche = Tranche(strategy, rest.slot, rest.first.symbol)
    situation = _for_rest(book, rest.first, situation_of(run, facts, tranche, armed=armed))
    decision = decide(situation)

    def hold(held: Decision) -> Decided:
        since = record_news(book, tranche, situation, held, run.now)
        return Decided(tranche, held, situation, is_new=since is None, held_since=since)

    if decision.verdict is not Verdict.BUY:
        return hold(decision)
    # What is bought now was carried when the first order ended, unless a target remembers it.
    repaid = replace(
        decision, from_carry_quote=decision.buy_quote if situation.wish.remembers else ZERO
    )
    acted = buy(
        run,
        tranche,
        repaid,
        record_decision=lambda: record(book, tranche, situation, decision, run.now),
        recheck=lambda: recheck(run, facts, tranche, situation, decision),
    )
    return after_buying(run, tranche, situation, decision, acted, hold)


def _for_rest(book: Book, first: Order, situation: Situation) -> Situation:
    """Return the situation with the first order's rest as all that is wished for.

    The gate's share was taken of the tranche when the first order was sized: now it only permits.
    """
    terms = order_terms(book, first)
    settled = books.settlement(book.read, first.client_order_id)
    assert settled is not None
    carried = books.purse(book.read, first.strategy, first.symbol).carry
    meant = type(carried)(str(terms.get("buy_quote", "0")))
    rest = max(meant - settled.spent, ZERO)
    if situation.wish.remembers:
        rest = min(rest, carried)
    share = ONE if gate_share(situation) > ZERO else ZERO
    wish = replace(
        situation.wish,
        base=rest,
        multiplier=ONE,
        valuation_share=ONE,
        backlog=ZERO,
        carry=ZERO,
        order_type="limit-ioc",
    )
    return replace(situation, wish=wish, gate=replace(situation.gate, share=share))
