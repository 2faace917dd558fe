"""What counts against a tranche's caps and cash as the journal stands at this moment."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from dcaguard.app import book as books
from dcaguard.app.act import Tranche
from dcaguard.app.context import Book, Pass
from dcaguard.app.facts import Facts
from dcaguard.app.look import Looked, cash_base, locked_base
from dcaguard.app.spending import (
    StrategySpent,
    coins_of_strategy,
    coins_spent,
    outlay,
    outlays,
    strategy_spent,
)
from dcaguard.app.world import World
from dcaguard.core.money import ONE, ZERO
from dcaguard.core.order import Order, Status
from dcaguard.core.policy.caps import Buying, CapUse, Spend, Windows, uses, windows
from dcaguard.core.portfolio import spendable
from dcaguard.core.strategy import Strategy


def cap_uses(run: Pass, book: Book, facts: Facts, tranche: Tranche) -> tuple[CapUse, ...] | None:
    """Return every cap on a tranche and what is used of it; None when something has no price.

    The tranche's own unsent INTENT does not count against itself.
    """
    world, weighed = run.world, facts.of(tranche.account)
    view = facts.seen(tranche.account).view
    # A slot that is still to come is previewed in the windows that it falls in.
    span = _windows(run, tranche.slot.instant)
    spends = _spends(run, book, facts, tranche, span.first)
    if spends is None or view is None:
        return None
    money = world.config.money | {
        s.quote for s in world.strategies.values() if s.account == tranche.account
    }
    buying = Buying(
        account=tranche.account,
        asset=tranche.symbol.partition("/")[0],
        spends=spends,
        portfolio=weighed.portfolio,
        cash_base=cash_base(view, money, weighed.prices),
        locked_base=locked_base(view, money, weighed.prices),
        windows=span,
    )
    return uses(world.config.policy.caps, buying)


def _windows(run: Pass, *instants: datetime) -> Windows:
    """Return the windows of now: an order leaves on a slow venue perhaps on another day."""
    at = max(run.now, run.world.clock.now(), *instants)
    return windows(at, run.world.config.timezone)


def coins_to_price(run: Pass, strategy: Strategy) -> set[str]:
    """Return the coins whose rates a strategy's limits need: its own, and those spent before."""
    book, kind = run.book(strategy.account), run.world.kind(strategy.account)
    spent = coins_spent(run.world, book.read, kind, _windows(run).first)
    if strategy.budget.total is not None:
        spent |= coins_of_strategy(book.read, strategy.name)
    return {strategy.quote, *spent}


def unpriced(
    run: Pass, book: Book, facts: Facts, tranche: Tranche, caps: tuple[CapUse, ...] | None
) -> str:
    """Return a coin without a rate in which money was spent that counts here; "" for none.

    `caps` are the tranche's own: None when something in them has no price.
    """
    lacking: Collection[str] = ()
    if caps is None:
        world, since = run.world, _windows(run, tranche.slot.instant).first
        spent = coins_spent(world, book.read, world.kind(tranche.account), since)
        lacking = spent - facts.of(tranche.account).prices.keys()
    if not lacking and tranche.strategy.budget.total is not None:
        lacking = _spent(run, book, facts, tranche).lacks
    return min(lacking, default="")


def _spent(run: Pass, book: Book, facts: Facts, tranche: Tranche) -> StrategySpent:
    rate = facts.of(tranche.account).prices.get
    return strategy_spent(run.world, book.read, tranche.strategy.name, tranche.account, rate)


def _spends(
    run: Pass, book: Book, facts: Facts, tranche: Tranche, since: datetime
) -> list[Spend] | None:
    kind, rate = run.world.kind(tranche.account), facts.of(tranche.account).prices.get
    rows = outlays(run.world, book.read, kind, since, rate)
    if rows is None:
        return None
    if book.rehearsal:
        own = [o for o in run.bought if run.world.kind(o.account) is kind]
        rehearsed = [outlay(order, order.max_quote, rate, pending=False) for order in own]
        rows += [row for row in rehearsed if row is not None]
    here = {order.client_order_id for order in run.bought}
    return [
        replace(row.spend, in_balances=False, sent_since=True)
        if row.order is not None and row.order.client_order_id in here
        else row.spend
        for row in rows
        if row.order is None or not _is_own_intent(row.order, tranche)
    ]


def _is_own_intent(order: Order, tranche: Tranche) -> bool:
    return (order.strategy, order.slot, order.symbol) == (
        tranche.strategy.name,
        tranche.slot.id,
        tranche.symbol,
    )


def cash_quote(run: Pass, looked: Looked, asset: str) -> Decimal | None:
    """Return spendable cash in quote, less what this pass has spent since it was read.

    None when the venue lists no such balance: a venue that leaves a row out has not said "zero".
    """
    if looked.view is None:
        return None
    free = spendable(looked.view, asset)
    if free is None:
        return ZERO if run.world.is_paper(looked.account) else None
    spent = sum(
        (
            order.max_quote
            for order in run.bought
            if order.account == looked.account and order.symbol.partition("/")[2] == asset
        ),
        ZERO,
    )
    return free - spent


def left_quote(run: Pass, book: Book, facts: Facts, tranche: Tranche) -> Decimal | None:
    """Return what is left of a strategy's total, in quote; None when it has no total.

    Money in a coin without a rate is not in it: `unpriced` stops the purchase. The tranche's own
    unsent INTENT does not count against itself.
    """
    strategy = tranche.strategy
    if strategy.budget.total is None:
        return None
    spent = _spent(run, book, facts, tranche).quote
    own = [o for o in books.reserved_orders(book.read) if _is_own_intent(o, tranche)]
    spent -= sum((order.max_quote for order in own if order.status is Status.INTENT), ZERO)
    if book.rehearsal:
        spent += sum((o.max_quote for o in run.bought if o.strategy == strategy.name), ZERO)
    return strategy.budget.total - spent


def needs_nav(world: World, asset: str, account: str) -> bool:
    """Tell whether any cap on this purchase is a share of NAV that could bind."""
    caps = world.config.policy.caps
    ceilings = [caps.asset_ceiling(asset), caps.account_ceiling(account)]
    ceilings += [g.weight_max for g in caps.groups.values() if asset in g.assets]
    return any(ceiling is not None and ceiling < ONE for ceiling in ceilings)
