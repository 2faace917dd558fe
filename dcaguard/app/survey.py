"""What is held, owed, limited and planned now, without deciding anything that is written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dcaguard.app.facts import weigh
from dcaguard.app.limits import Count, Limit, Spending, limits
from dcaguard.app.look import Ask, Looked, cash_base, locked_base, look, portfolio_of
from dcaguard.app.world import World
from dcaguard.core.account import AccountView, CheckResult
from dcaguard.core.errors import DcaguardError
from dcaguard.core.money import ZERO
from dcaguard.core.policy.caps import Buying, uses, windows
from dcaguard.core.policy.leverage import leverage_check
from dcaguard.core.portfolio import Kind, Portfolio


@dataclass(frozen=True, slots=True)
class Survey:
    """Everything `balances` and `guard` show."""

    views: Mapping[str, AccountView]
    looked: Mapping[str, Looked]
    kinds: Mapping[str, Kind]  # by account
    portfolio: Portfolio  # of the gravest kind of money there is, with the coins kept elsewhere
    pretend: Mapping[Kind, Portfolio]  # the other kinds, each by itself
    extra: Mapping[str, tuple[CheckResult, ...]]  # effective leverage, by account
    caps: tuple[Limit, ...]
    failures: Mapping[str, str]
    errors: tuple[DcaguardError, ...]


def survey(world: World, accounts: Sequence[str], now: datetime) -> Survey:
    """Look at accounts (all for none) side by side and value what they hold."""
    names = list(dict.fromkeys(accounts)) or list(world.config.accounts)
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
    _, prices = portfolio_of(world.config, looked)
    kinds = {name: world.kind(name) for name in names}
    by_kind = {
        kind: {name: one for name, one in looked.items() if kinds[name] is kind} for kind in Kind
    }
    first = next((kind for kind in Kind if by_kind[kind]), Kind.REAL)
    return Survey(
        views=views,
        looked=looked,
        kinds=kinds,
        portfolio=portfolio_of(world.config, by_kind[first])[0],
        pretend={
            kind: portfolio_of(world.config, own, kept_elsewhere=False)[0]
            for kind, own in by_kind.items()
            if own and kind is not first
        },
        extra={name: leverage_check(view, prices) for name, view in views.items()},
        caps=cap_table(world, looked, now),
        failures={name: str(error) for name, error in errors.items()},
        errors=tuple(errors.values()),
    )


def cap_table(world: World, looked: Mapping[str, Looked], now: datetime) -> tuple[Limit, ...]:
    """Return every cap with limit, used and left: spending first, then a row per allowed asset.

    Where several kinds of money are planned with, shared limits are those of the gravest one.
    """
    weighed, rows = weigh(world, looked), dict[str, Limit]()
    accounts = sorted({s.account for s in world.strategies.values()}) or list(world.config.accounts)
    money = world.config.money
    for account in sorted(accounts, key=lambda name: _gravity(world, name)):
        kind = world.kind(account)
        portfolio, prices = weighed[kind].portfolio, weighed[kind].prices
        one = looked.get(account)
        view = one.view if one is not None else None
        for asset in world.config.policy.universe.allow:
            buying = Buying(
                account=account,
                asset=asset,
                spends=(),
                portfolio=portfolio,
                cash_base=ZERO if view is None else cash_base(view, money, prices),
                locked_base=ZERO if view is None else locked_base(view, money, prices),
                windows=windows(now, world.config.timezone),
            )
            spending = Spending(world.journal, kind, prices, now)
            for limit in limits(world, spending, _counted(world, buying)):
                name = limit.cap if limit.cap != "reserve_min" else f"reserve_min.{account}"
                rows.setdefault(name, limit)
    return tuple(rows.values())


def _counted(world: World, buying: Buying) -> Count:
    return lambda spends: uses(world.config.policy.caps, replace(buying, spends=spends))


def _gravity(world: World, account: str) -> tuple[int, int, str]:
    """Sort live accounts first, real before the rest; accounts with simulated orders last."""
    dry = not world.is_live(account) and not world.is_paper(account)
    return (int(dry), list(Kind).index(world.kind(account)), account)


def kind_shown(world: World, *, dry: bool) -> Kind:
    """Return whose spending is shown of a journal that may hold several kinds."""
    names = {s.account for s in world.strategies.values()} or set(world.config.accounts)
    kept = [n for n in names if dry == (not world.is_live(n) and not world.is_paper(n))]
    first = min(kept or names, key=lambda name: _gravity(world, name))
    return world.kind(first)
