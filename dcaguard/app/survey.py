"""What is held, owed, limited and planned now, without deciding anything that is written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dcaguard.app import book as books
from dcaguard.app.context import Pass
from dcaguard.app.look import Ask, Looked, look, portfolio_of
from dcaguard.app.world import World
from dcaguard.core.account import AccountView, CheckResult
from dcaguard.core.errors import DcaguardError
from dcaguard.core.money import ZERO, times
from dcaguard.core.policy.caps import Buying, CapUse, Spend, uses, windows
from dcaguard.core.policy.leverage import leverage_check
from dcaguard.core.portfolio import Portfolio
from dcaguard.ports import Journal


@dataclass(frozen=True, slots=True)
class Survey:
    """Everything `balances` and `guard` show."""

    views: Mapping[str, AccountView]
    looked: Mapping[str, Looked]
    portfolio: Portfolio
    prices: Mapping[str, Decimal]
    extra: Mapping[str, tuple[CheckResult, ...]]  # effective leverage, by account
    caps: tuple[CapUse, ...]
    failures: Mapping[str, str]
    errors: tuple[DcaguardError, ...]


def survey(world: World, accounts: Sequence[str], now: datetime) -> Survey:
    """Look at accounts (all for none) side by side and value what they hold."""
    names = list(accounts) or list(world.config.accounts)
    asks, errors = [], {}
    cold = tuple(sorted({asset for coins in world.config.holdings.values() for asset in coins}))
    for name in names:
        try:
            asks.append(Ask(world.dry_venue(name), (), cold, value_all=True))
        except DcaguardError as error:
            errors[name] = error
    looked = look(world, asks)
    errors |= {name: one.failure for name, one in looked.items() if one.failure is not None}
    views = {name: one.view for name, one in looked.items() if one.view is not None}
    portfolio, prices = portfolio_of(world.config, looked)
    return Survey(
        views=views,
        looked=looked,
        portfolio=portfolio,
        prices=prices,
        extra={name: leverage_check(view, prices) for name, view in views.items()},
        caps=cap_table(world, portfolio, prices, now),
        failures={name: str(error) for name, error in errors.items()},
        errors=tuple(errors.values()),
    )


def spends_now(
    world: World, prices: Mapping[str, Decimal], now: datetime, journal: Journal | None = None
) -> list[Spend]:
    """Return a journal's spending since the month began; what has no rate counts zero."""
    span = windows(now, world.config.timezone)
    book = journal or world.journal
    rows = books.spending_orders(book, min(span.day, span.week, span.month))
    spends = []
    for order, pending in rows:
        asset, _, quote = order.symbol.partition("/")
        value = times(books.spent_quote(book, order), prices.get(quote, ZERO))
        at = books.spent_at(order)
        spends.append(Spend(at, order.account, asset, value, pending, not pending))
    return spends


def cap_table(
    world: World, portfolio: Portfolio, prices: Mapping[str, Decimal], now: datetime
) -> tuple[CapUse, ...]:
    """Return every cap with limit, used and left: spending first, then a row per allowed asset."""
    spends = spends_now(world, prices, now)
    rows: dict[str, CapUse] = {}
    accounts = sorted({s.account for s in world.strategies.values()}) or list(world.config.accounts)
    money = {world.config.base_currency, *world.config.stablecoins_at_par}
    for account in accounts:
        cash = sum(
            (
                v.value_base or ZERO
                for v in portfolio.valued
                if v.account == account and v.holding.asset in money and v.holding.spendable
            ),
            ZERO,
        )
        for asset in world.config.policy.universe.allow:
            buying = Buying(
                account=account,
                asset=asset,
                spends=spends,
                portfolio=portfolio,
                cash_base=cash,
                windows=windows(now, world.config.timezone),
            )
            for use in uses(world.config.policy.caps, buying):
                name = use.cap if use.cap != "reserve_min" else f"reserve_min.{account}"
                rows.setdefault(name, use)
    return tuple(rows.values())


def unpriced_pass(world: World, now: datetime) -> Pass:
    """Return a pass that reads only: for previews that must not write."""
    return Pass(world, "0" * 32, now, dry_run=True)
