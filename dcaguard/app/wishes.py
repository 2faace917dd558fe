"""What a strategy asks for in one slot: base tranche, stage, valuation, remembered money."""

from decimal import Decimal

from dcaguard.app import book as books
from dcaguard.app.act import Tranche
from dcaguard.app.by_word import may_be_bought
from dcaguard.app.context import Book, Pass
from dcaguard.app.counting import left_quote
from dcaguard.app.facts import Facts
from dcaguard.app.rungs import rungs_released
from dcaguard.app.sight import Sight
from dcaguard.core.money import ONE, ZERO, times
from dcaguard.core.order import Status
from dcaguard.core.schedule import slots_between
from dcaguard.core.situation import Wish
from dcaguard.core.sizing import (
    Stage,
    base_tranche,
    stage_multiplier,
    value_averaging_tranche,
)


def wish_of(run: Pass, book: Book, facts: Facts, tranche: Tranche) -> Wish:
    """Return what the strategy wants for this tranche, before anyone objects."""
    strategy, symbol = tranche.strategy, tranche.symbol
    asset = symbol.partition("/")[0]
    purse = books.purse(book.read, strategy.name, symbol)
    fixed, base = _base(book, facts, tranche)
    lookback = strategy.stages.high_lookback_days
    drawdown = facts.sight.drawdown(asset, lookback) if strategy.stage else None
    stages = [Stage(one.drawdown, one.multiplier) for one in strategy.stage]
    share, valuation = facts.sight.valuation(strategy)
    remembers = strategy.sizing.mode == "fixed"
    return Wish(
        base=base,
        multiplier=stage_multiplier(stages, drawdown),
        drawdown=drawdown,
        staged=bool(strategy.stage),
        valuation_share=share,
        valuation=valuation,
        ladder_share=_ladder_share(book, facts.sight, tranche),
        pause_mode=strategy.pause.mode,
        backlog=purse.backlog if remembers else ZERO,
        carry=purse.carry if remembers else ZERO,
        catch_up_multiple=strategy.pause.catch_up_multiple,
        backlog_max=times(fixed, Decimal(strategy.pause.backlog_slots_max)),
        left=left_quote(run, book, facts, tranche),
        order_type=strategy.order.type,
        remembers=remembers,
    )


def _base(book: Book, facts: Facts, tranche: Tranche) -> tuple[Decimal, Decimal]:
    """Return the fixed tranche and the one that the sizing mode asks for."""
    strategy = tranche.strategy
    weight = next(one.weight for one in strategy.buy if one.symbol == tranche.symbol)
    fixed = base_tranche(strategy.budget.per_slot, weight)
    if strategy.sizing.mode == "fixed":
        return fixed, fixed
    growth = strategy.sizing.target_growth or strategy.budget.per_slot
    target = times(times(growth, weight), Decimal(_slot_number(book, tranche)))
    quote = facts.seen(tranche.account).quotes.get(tranche.symbol)
    price = quote.bid if quote is not None and quote.bid is not None else ZERO
    bought = books.bought_total(book.read, strategy.name, tranche.symbol)
    bought += may_be_bought(book.read, strategy.name, tranche.symbol)
    held = times(bought, price)
    largest = times(fixed, strategy.sizing.multiple_max)
    return fixed, value_averaging_tranche(target, held + _coming(book, tranche), largest)


def _coming(book: Book, tranche: Tranche) -> Decimal:
    """Return what orders of this strategy and symbol may still buy, in quote at their worst."""
    return sum(
        (
            order.max_quote
            for order in books.reserved_orders(book.read)
            if (order.strategy, order.symbol) == (tranche.strategy.name, tranche.symbol)
            and not (order.status is Status.INTENT and order.slot == tranche.slot.id)
        ),
        ZERO,
    )


def _slot_number(book: Book, tranche: Tranche) -> int:
    """Return which slot of its strategy this is: those looked at, those missed, and this one.

    What is past is counted as it was: a schedule that is edited does not count it again.
    """
    looked_at, missed = set[str](), 0
    for row in book.read.entries("slot", tranche.strategy.name):
        if row.body["event"] == "MISSED":
            missed += int(str(row.body["count"]))
        else:
            looked_at.add(str(row.body["slot_key"]))
    before = len(looked_at - {tranche.slot.key}) + missed
    newest = books.slot_state(book.read, tranche.strategy.name).slot
    if newest is None or newest.instant >= tranche.slot.instant:
        return before + 1
    # A preview writes no row of what was missed since.
    return before + sum(
        1 for _ in slots_between(tranche.strategy, newest.instant, tranche.slot.instant)
    )


def _ladder_share(book: Book, sight: Sight, tranche: Tranche) -> Decimal:
    """Return 1 when a rung of the strategy's ladder is reached and was not used in this pause."""
    rungs = tranche.strategy.pause.ladder
    if not rungs:
        return ZERO
    drawdown = sight.drawdown_from_peak(tranche.symbol.partition("/")[0])
    if drawdown is None:
        return ZERO
    reached = sum(1 for rung in rungs if drawdown >= rung)
    released = rungs_released(
        book.read, tranche.strategy.name, tranche.symbol, sight.since(tranche.strategy)
    )
    return ONE if reached > released else ZERO
