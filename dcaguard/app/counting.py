"""What counts against a tranche's caps and cash as the journal stands at this moment."""

from datetime import datetime
from decimal import Decimal

from dcaguard.app import book as books
from dcaguard.app.act import Tranche
from dcaguard.app.context import Book, Pass
from dcaguard.app.facts import Facts
from dcaguard.app.look import Looked, cash_base
from dcaguard.app.world import World
from dcaguard.core.money import ONE, ZERO, times
from dcaguard.core.order import Order, Status
from dcaguard.core.policy.caps import Buying, CapUse, Spend, uses, windows
from dcaguard.core.portfolio import spendable


def cap_uses(run: Pass, book: Book, facts: Facts, tranche: Tranche) -> tuple[CapUse, ...] | None:
    """Return every cap on a tranche and what is used of it; None when something has no price.

    The tranche's own unsent INTENT does not count against itself.
    """
    world = run.world
    view = facts.seen(tranche.account).view
    spends = _spends(run, book, facts, tranche)
    if spends is None or view is None:
        return None
    money = {world.config.base_currency, *world.config.stablecoins_at_par}
    money |= {s.quote for s in world.strategies.values() if s.account == tranche.account}
    buying = Buying(
        account=tranche.account,
        asset=tranche.symbol.partition("/")[0],
        spends=spends,
        portfolio=facts.portfolio,
        cash_base=cash_base(view, money, facts.prices),
        windows=windows(run.now, world.config.timezone),
    )
    return uses(world.config.policy.caps, buying)


def _spends(run: Pass, book: Book, facts: Facts, tranche: Tranche) -> list[Spend] | None:
    rows = books.spending_orders(book.read, _window_start(run))
    if book.rehearsal:
        rows += [(order, True) for order in run.bought]
    here = {order.client_order_id for order in run.bought}
    spends = []
    for order, pending in rows:
        if _is_own_intent(order, tranche):
            continue
        value = (
            order.max_quote
            if book.rehearsal and order in run.bought
            else (books.spent_quote(book.read, order))
        )
        rate = facts.prices.get(order.symbol.partition("/")[2])
        if value and rate is None:
            return None
        spends.append(
            Spend(
                at=books.spent_at(order),
                account=order.account,
                asset=order.symbol.partition("/")[0],
                value_base=times(value, rate or ZERO),
                pending=pending,
                in_balances=not pending and order.client_order_id not in here,
            )
        )
    return spends


def _window_start(run: Pass) -> datetime:
    span = windows(run.now, run.world.config.timezone)
    return min(span.day, span.week, span.month)


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


def left_quote(run: Pass, book: Book, tranche: Tranche) -> Decimal | None:
    """Return what is left of a strategy's total, in quote; None when it has no total.

    The tranche's own unsent INTENT does not count against itself.
    """
    strategy = tranche.strategy
    if strategy.budget.total is None:
        return None
    symbols = [one.symbol for one in strategy.buy]
    spent = books.strategy_spent_quote(book.read, strategy.name, symbols)
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
