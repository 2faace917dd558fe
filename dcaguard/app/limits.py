"""What is used of each limit, or that it is not known here: a missing rate is never a zero."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dcaguard.app.spending import Rate, outlays
from dcaguard.app.world import World
from dcaguard.core.money import ONE, ZERO
from dcaguard.core.policy.caps import CapUse, Spend, windows
from dcaguard.core.portfolio import Kind
from dcaguard.ports import Journal

Count = Callable[[Sequence[Spend]], tuple[CapUse, ...]]


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit as it is shown, in the base currency."""

    cap: str
    limit_base: Decimal
    used_base: Decimal | None  # None: money of a coin without a rate counts in it
    left_base: Decimal | None
    lacks: tuple[str, ...] = ()  # the coins without a rate


@dataclass(frozen=True, slots=True)
class Spending:
    """Which money is counted, and at which rates."""

    journal: Journal
    kind: Kind
    prices: Mapping[str, Decimal]  # base currency per unit
    now: datetime


def limits(world: World, spending: Spending, count: Count) -> tuple[Limit, ...]:
    """Return what `count` makes of the money spent since the windows began."""
    unrated: set[str] = set()
    known = count(_spends(world, spending, _rates(spending.prices, unrated)))
    lacks: dict[str, list[str]] = {use.cap: [] for use in known}
    for coin in sorted(unrated):
        # Whatever this coin is worth: it matters to each limit that changes when it is worth 1.
        worth = _rates({**spending.prices, coin: ONE}, set())
        trial = count(_spends(world, spending, worth))
        for use, tried in zip(known, trial, strict=True):
            if use.used_base != tried.used_base:
                lacks[use.cap].append(coin)
    return tuple(_limit(use, lacks[use.cap]) for use in known)


def _limit(use: CapUse, lacks: Sequence[str]) -> Limit:
    if lacks:
        return Limit(use.cap, use.limit_base, None, None, tuple(lacks))
    return Limit(use.cap, use.limit_base, use.used_base, use.left_base)


def _rates(prices: Mapping[str, Decimal], unrated: set[str]) -> Rate:
    """Return what a coin is worth; one without a price is noted in `unrated` and worth nothing."""

    def rate(asset: str) -> Decimal:
        if asset not in prices:
            unrated.add(asset)
        return prices.get(asset, ZERO)

    return rate


def _spends(world: World, spending: Spending, rate: Rate) -> list[Spend]:
    since = windows(spending.now, world.config.timezone).first
    rows = outlays(world, spending.journal, spending.kind, since, rate)
    return [row.spend for row in rows or ()]
