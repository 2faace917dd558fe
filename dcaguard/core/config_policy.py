"""The limits an owner sets, as typed. A limit can only stop a purchase, never cause one."""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Literal, Self

from pydantic import Field, model_validator

from dcaguard.core.config_time import Duration
from dcaguard.core.config_values import (
    Asset,
    Mistakes,
    Name,
    NotNegative,
    Positive,
    Share,
    Switch,
    Typed,
)
from dcaguard.core.money import plain


class Leverage(Typed):
    """What a leverage finding stops. There is no number to raise: leverage is never allowed."""

    on_violation: Literal["stop-all", "stop-account"] = Field(
        "stop-all", description="what a finding stops: stop-all or stop-account"
    )
    require_key_rights: Literal["not-violated", "proved"] = Field(
        "not-violated", description="proved: also refuse venues that cannot show a key's rights"
    )
    accept_cannot_tell: tuple[str, ...] = Field(
        (), description='wallets a key may not read and that you vouch for, such as "main:usdm"'
    )


class Group(Typed):
    """Assets that share one ceiling."""

    assets: tuple[Asset, ...] = Field(min_length=1, description="the assets counted together")
    weight_max: Share = Field(description="their largest share of NAV")


class Caps(Typed):
    """The most that may be spent and held, in base_currency or as shares of NAV."""

    order_max: Positive = Field(description="base_currency, one order; required")
    day_max: Positive | None = Field(None, description="base_currency, one day in `timezone`")
    week_max: Positive | None = Field(None, description="base_currency, one ISO week")
    month_max: Positive = Field(description="base_currency, one calendar month; required")
    reserve_min: NotNegative = Field(
        Decimal(0), description="base_currency, cash that stays on each account"
    )
    asset_weight_max: dict[Asset | Literal["default"], Share] = Field(
        default_factory=dict, description="largest share of NAV per asset; `default` for the rest"
    )
    account_weight_max: dict[Name, Share] = Field(
        default_factory=dict, description="largest share of NAV per account; `default` for the rest"
    )
    groups: dict[Name, Group] = Field(
        default_factory=dict, description="assets that share one ceiling"
    )

    @model_validator(mode="after")
    def shorter_spans_are_not_above_longer_ones(self) -> Self:
        """Refuse a cap that a longer span's cap makes meaningless."""
        names = ("order_max", "day_max", "week_max", "month_max")
        given = [(n, v) for n in names if (v := getattr(self, n)) is not None]
        Mistakes.check(
            *(
                (a, f"{plain(x)} is above {b} = {plain(y)}: lower {a} or raise {b}")
                for (a, x), (b, y) in pairwise(given)
                if x > y
            )
        )
        return self

    def asset_ceiling(self, asset: str) -> Decimal | None:
        """Return the largest share of NAV that `asset` may have, or None for no ceiling."""
        return self.asset_weight_max.get(asset, self.asset_weight_max.get("default"))

    def account_ceiling(self, account: str) -> Decimal | None:
        """Return the largest share of NAV that `account` may hold, or None for no ceiling."""
        return self.account_weight_max.get(account, self.account_weight_max.get("default"))


class Price(Typed):
    """Which prices may be bought at."""

    collar: Share = Field(
        Decimal("0.01"), description="limit = reference ask * (1 + collar), rounded down to a tick"
    )
    spread_max: Share = Field(
        Decimal("0.005"), description="largest (ask - bid) / mid that is bought into"
    )
    second_opinion: str | None = Field(
        None, description="another venue (account or exchange id) whose public price must agree"
    )
    second_opinion_tolerance: Share = Field(
        Decimal("0.02"), description="how far the second opinion may differ, as a share"
    )
    staleness: Duration = Field(timedelta(seconds=60), description="largest age of a venue's quote")
    series_staleness: Duration = Field(
        timedelta(days=2), description="largest age of a paper price that comes from readings"
    )


class AssetRule(Typed):
    """What is asked of one asset beyond being allowed."""

    needs_revenue: Switch = Field(
        default=False, description="bought only while its protocol earns revenue_min_usd_per_year"
    )


class Universe(Typed):
    """What may be bought at all."""

    allow: tuple[Asset, ...] = Field(
        min_length=1, description="the assets that may be bought; nothing else ever is"
    )
    revenue_min_usd_per_year: NotNegative = Field(
        Decimal(20_000_000), description="USD a year, for assets listed with needs_revenue = true"
    )
    assets: dict[Asset, AssetRule] = Field(
        default_factory=dict, description="rules for single assets"
    )

    @model_validator(mode="after")
    def rules_are_for_allowed_assets(self) -> Self:
        """Refuse a rule for an asset that is never bought: it is a typing mistake."""
        Mistakes.check(
            *(
                (f"assets.{a}", f"{a} is not in `allow`: add it there or remove this rule")
                for a in self.assets
                if a not in self.allow
            )
        )
        return self


class Policy(Typed):
    """Every limit in one place."""

    leverage: Leverage = Field(default_factory=Leverage)
    caps: Caps
    price: Price = Field(default_factory=Price)
    universe: Universe
