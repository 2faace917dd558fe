"""What the accounts hold and owe at one instant: NAV, exposure, cash, borrow."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from dcaguard.core.account import AccountView, Holding, Proof
from dcaguard.core.money import ONE, ZERO, quotient, times
from dcaguard.core.policy.rules import BALANCES


class Kind(StrEnum):
    """Whose money an account holds: one kind's never counts in another's limits."""

    REAL = "REAL"
    SANDBOX = "SANDBOX"  # the venue's own test network
    PAPER = "PAPER"


@dataclass(frozen=True, slots=True)
class Valued:
    """One holding with its value; None when the asset has no price."""

    account: str
    holding: Holding
    value_base: Decimal | None


@dataclass(frozen=True, slots=True)
class Portfolio:
    """All accounts and the coins kept elsewhere, valued in the base currency."""

    valued: tuple[Valued, ...]
    nav_base: Decimal  # everything held minus everything owed
    gross_base: Decimal  # everything held
    asset_value_base: Mapping[str, Decimal]
    account_value_base: Mapping[str, Decimal]
    unpriced: tuple[str, ...]  # held assets that count zero
    unpriced_debt: tuple[str, ...]  # owed assets whose debt can not be valued

    @property
    def leverage(self) -> Decimal | None:
        """Gross holdings over NAV; 1 means nothing is owed, None when NAV is not positive."""
        return quotient(self.gross_base, self.nav_base) if self.nav_base > ZERO else None


def coins_share(portfolio: Portfolio, money: Container[str], account: str) -> Decimal | None:
    """Return the share of all coins' value (`money` apart) that lies on one account."""
    rows = [v for v in portfolio.valued if v.holding.asset not in money and v.value_base]
    whole = sum((v.value_base or ZERO for v in rows), ZERO)
    if whole <= ZERO:
        return None
    there = sum((v.value_base or ZERO for v in rows if v.account == account), ZERO)
    return quotient(there, whole)


def distinct_views(views: Sequence[AccountView]) -> tuple[AccountView, ...]:
    """Drop views of a login that another account name shows already (same key, same coins)."""
    seen: set[str] = set()
    kept = []
    for view in views:
        if view.key_fingerprint and view.key_fingerprint in seen:
            continue
        seen.add(view.key_fingerprint)
        kept.append(view)
    return tuple(kept)


def par_prices(
    prices: Mapping[str, Decimal], base_currency: str, at_par: Sequence[str]
) -> dict[str, Decimal]:
    """Return prices with the base currency at 1 and the coins at par at the dollar's price."""
    full = dict(prices)
    full[base_currency] = ONE
    usd = ONE if base_currency == "USD" else prices.get("USD")
    if usd is not None:
        full.update(dict.fromkeys(at_par, usd))
    return full


def build(
    views: Sequence[AccountView],
    cold: Mapping[str, Mapping[str, Decimal]],
    prices: Mapping[str, Decimal],
) -> Portfolio:
    """Value everything. `cold` maps a place to its coins; `prices` are base currency per unit."""
    rows = [(view.account, holding) for view in distinct_views(views) for holding in view.holdings]
    rows += [
        (place, Holding(place, asset, amount, ZERO, amount, ZERO, spendable=False))
        for place, coins in cold.items()
        for asset, amount in coins.items()
    ]
    valued = tuple(_value(account, holding, prices) for account, holding in rows)
    assets: dict[str, Decimal] = {}
    gross = owed = ZERO
    for row in valued:
        price = prices.get(row.holding.asset, ZERO)
        value = row.value_base or ZERO
        gross += max(value, ZERO)
        owed += times(row.holding.debt, price) + max(-value, ZERO)
        assets[row.holding.asset] = assets.get(row.holding.asset, ZERO) + value
    accounts = {place: _worth(rows, place, prices) for place, _ in rows}
    # A second name for the same login holds the same coins: once in NAV, under both ceilings.
    for view in views:
        own = [(view.account, holding) for holding in view.holdings]
        accounts.setdefault(view.account, _worth(own, view.account, prices))
    return Portfolio(
        valued=valued,
        nav_base=gross - owed,
        gross_base=gross,
        asset_value_base=assets,
        account_value_base=accounts,
        unpriced=_without_price(valued, prices, owed=False),
        unpriced_debt=_without_price(valued, prices, owed=True),
    )


def _worth(
    rows: Sequence[tuple[str, Holding]], place: str, prices: Mapping[str, Decimal]
) -> Decimal:
    held = [holding for name, holding in rows if name == place]
    return sum((times(one.total, prices.get(one.asset, ZERO)) for one in held), ZERO)


def _value(account: str, holding: Holding, prices: Mapping[str, Decimal]) -> Valued:
    price = prices.get(holding.asset)
    return Valued(account, holding, None if price is None else times(holding.total, price))


def _without_price(
    valued: Sequence[Valued], prices: Mapping[str, Decimal], *, owed: bool
) -> tuple[str, ...]:
    names = {
        row.holding.asset
        for row in valued
        if row.holding.asset not in prices and (row.holding.debt if owed else row.holding.total)
    }
    return tuple(sorted(names))


SPOT = "spot"  # the wallet that a spot order draws on, in every profile with an order path


def cash_unread(view: AccountView) -> str:
    """Return why the spot wallet's own balances are not known, or ''."""
    return next(
        (
            check.detail
            for check in view.checks
            if (check.check, check.wallet, check.result) == (BALANCES, SPOT, Proof.CANNOT_TELL)
        ),
        "",
    )


def spendable(view: AccountView, asset: str) -> Decimal | None:
    """Return what a spot order may draw on, in units of `asset`; None when it was not read.

    A venue that answered and does not list the asset holds none of it only if it listed others;
    an empty answer says nothing.
    """
    rows = [h for h in view.holdings if h.asset == asset and h.spendable]
    if rows:
        return sum((row.free for row in rows), ZERO)
    return ZERO if view.holdings else None
