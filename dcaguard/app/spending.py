"""What one kind of account has spent, or at worst may still spend, as a journal tells it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from dcaguard.app import book as books
from dcaguard.app.by_word import is_by_word
from dcaguard.app.sent import kind_of, kind_of_payer
from dcaguard.app.unaccounted import trades_unaccounted
from dcaguard.app.world import World
from dcaguard.core.money import ZERO, quotient, times
from dcaguard.core.order import Fill, Order
from dcaguard.core.policy.caps import Spend
from dcaguard.core.portfolio import Kind
from dcaguard.ports import Journal

Rate = Callable[[str], Decimal | None]  # base currency per unit of a quote coin


@dataclass(frozen=True, slots=True)
class Outlay:
    """One order's money, or that of a trade whose order the journal has lost."""

    order: Order | None
    spend: Spend


def outlays(
    world: World, journal: Journal, kind: Kind, since: datetime, rate: Rate
) -> list[Outlay] | None:
    """Return what was sent or executed since an instant, or is not final; None without a rate."""
    rows: list[Outlay | None] = []
    fills = books.fills_of_orders(journal, since)
    for order, pending in books.spending_orders(journal, since):
        if kind_of(world, journal, order) is kind:
            value = books.spent_quote(journal, order)
            own = fills.get(order.client_order_id, ())
            row = outlay(order, value, rate, pending=pending, fills=own)
            if row is not None and is_by_word(journal, order.client_order_id):
                # No balance is known to show it.
                row = replace(row, spend=replace(row.spend, in_balances=False))
            rows.append(row)
    for account, trade in trades_unaccounted(world, journal, kind, since):
        rows.append(_lost(account, trade, rate))
    found = [row for row in rows if row is not None]
    return found if len(found) == len(rows) else None


def outlay(
    order: Order, value_quote: Decimal, rate: Rate, *, pending: bool, fills: Sequence[Fill] = ()
) -> Outlay | None:
    """Return one order's money in base currency; None when its quote has no rate."""
    asset, _, quote = order.symbol.partition("/")
    known = rate(quote)
    if value_quote and known is None:
        return None
    worth = known or ZERO
    spend = Spend(
        at=books.spent_at(order),
        account=order.account,
        asset=asset,
        value_base=times(value_quote, worth),
        pending=pending,
        in_balances=not pending,
        fills=tuple((f.filled_at, times(books.fill_cost(f), worth)) for f in fills),
    )
    return Outlay(order, spend)


def _lost(account: str, trade: Mapping[str, object], rate: Rate) -> Outlay | None:
    asset, _, quote = str(trade["symbol"]).partition("/")
    known = rate(quote)
    if known is None:
        return None
    value, at = times(Decimal(str(trade["spent"])), known), trade["filled_at"]
    assert isinstance(at, datetime)
    return Outlay(None, Spend(at, account, asset, value, pending=False, in_balances=True))


def coins_spent(world: World, journal: Journal, kind: Kind, since: datetime) -> set[str]:
    """Return the coins that what counts since an instant was paid in: each needs a rate."""
    symbols = {
        order.symbol
        for order, _ in books.spending_orders(journal, since)
        if kind_of(world, journal, order) is kind and books.spent_quote(journal, order)
    }
    lost = trades_unaccounted(world, journal, kind, since)
    symbols |= {str(trade["symbol"]) for _, trade in lost}
    return {_quote_of(symbol) for symbol in symbols}


def coins_of_strategy(journal: Journal, strategy: str) -> set[str]:
    """Return every coin that a strategy has ever paid in."""
    return {_quote_of(order.symbol) for order in journal.orders(strategy=strategy)}


def _quote_of(symbol: str) -> str:
    return symbol.partition("/")[2]


@dataclass(frozen=True, slots=True)
class StrategySpent:
    """What a strategy's orders have cost or at worst may cost, in the quote it has now."""

    quote: Decimal
    lacks: tuple[str, ...] = ()  # coins that it paid in and that have no rate: not in the sum


def strategy_spent(
    world: World, journal: Journal, strategy: str, account: str, rate: Rate
) -> StrategySpent:
    """Return what a strategy has spent, whatever it bought and in whichever coin.

    On every account of the same kind: an edit does not undo it. Coins at par count one to one,
    others by today's rates.
    """
    quote, at_par = world.strategies[strategy].quote, {"USD", *world.config.stablecoins_at_par}
    total, lacks = ZERO, []
    for coin, spent in _spent_by_coin(world, journal, strategy, world.kind(account)).items():
        if coin == quote or {coin, quote} <= at_par:
            total += spent
        elif (of_coin := rate(coin)) and (of_quote := rate(quote)):
            total += times(spent, quotient(of_coin, of_quote))
        elif spent:
            lacks.append(coin)
    return StrategySpent(total, tuple(sorted(lacks)))


def _spent_by_coin(world: World, journal: Journal, strategy: str, kind: Kind) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for coin in coins_of_strategy(journal, strategy):
        settled = books.spent_by_payer(journal, strategy, coin)
        own = [spent for name, spent in settled.items() if kind_of_payer(world, name) is kind]
        found[coin] = sum(own, ZERO)
    for order in books.reserved_orders(journal):
        if order.strategy == strategy and kind_of(world, journal, order) is kind:
            found[_quote_of(order.symbol)] += order.max_quote
    return found
