"""A strategy is data: what to buy, when, with how much; the policy can only be undercut."""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from dcaguard.core.config_schedule import Schedule
from dcaguard.core.config_time import Duration
from dcaguard.core.config_values import (
    Asset,
    AtLeastOne,
    Count,
    Mistakes,
    Name,
    OpenShare,
    Positive,
    Share,
    Symbol,
    Typed,
    at_least,
)
from dcaguard.core.money import ONE, ZERO, plain

__all__ = [
    "Budget",
    "Buy",
    "OrderRule",
    "Pause",
    "Schedule",
    "Sizing",
    "StageRule",
    "Stages",
    "Strategy",
    "Valuation",
]


class Budget(Typed):
    """How much money, in quote."""

    per_slot: Positive = Field(description="quote, all symbols together; required")
    total: Positive | None = Field(None, description="quote; the strategy ends when it is spent")

    @model_validator(mode="after")
    def total_covers_one_slot(self) -> Self:
        """Refuse a total that not even one slot fits in."""
        short = self.total is not None and self.total < self.per_slot
        Mistakes.check(
            ("total", f"is below per_slot = {plain(self.per_slot)}: raise it or remove it")
            if short
            else None
        )
        return self


class Buy(Typed):
    """One symbol and its part of each slot."""

    symbol: Symbol = Field(description='spot, such as "BTC/USDT"')
    weight: Share = Field(description="share of per_slot; all weights together are exactly 1")

    @property
    def base(self) -> str:
        """The asset that is bought."""
        return self.symbol.partition("/")[0]


def whole(buys: tuple[Buy, ...]) -> tuple[Buy, ...]:
    """Return the buys when each symbol stands once and the weights sum to exactly 1."""
    total = sum((b.weight for b in buys), ZERO)
    if len({b.symbol for b in buys}) < len(buys):
        raise ValueError("names a symbol twice: give it one weight")
    if total != ONE:
        raise ValueError(f"weights sum to {plain(total)}: they must sum to exactly 1")
    return buys


class StageRule(Typed):
    """From this drawdown on, the tranche is multiplied."""

    drawdown: OpenShare = Field(description="share below the trailing high")
    multiplier: Positive = Field(description="times the tranche")


class Stages(Typed):
    """How the stages measure drawdown."""

    high_lookback_days: Annotated[Count, at_least(1)] = Field(
        365, description="days whose highest close is the trailing high"
    )


class Pause(Typed):
    """What a pause does to this strategy's money."""

    mode: Literal["defer", "skip", "half"] = Field(
        "defer", description="defer: money waits; skip: it is let go; half: half is bought"
    )
    catch_up_multiple: AtLeastOne = Field(
        Decimal(2), description="tranche and repaid backlog together, as a multiple of the tranche"
    )
    backlog_slots_max: Annotated[Count, at_least(0)] = Field(
        60, description="tranches the backlog may hold"
    )
    ladder: tuple[OpenShare, ...] = Field(
        (), description="drawdowns that each release one tranche while paused"
    )
    enter: Share | None = Field(None, description="tighter than the policy's gate.enter")
    exit: Share | None = Field(None, description="tighter than the policy's gate.exit")

    @model_validator(mode="after")
    def rungs_and_thresholds_are_in_order(self) -> Self:
        """Refuse a ladder out of order and an exit that is not below its enter."""
        rungs = list(self.ladder)
        mixed = rungs != sorted(set(rungs))
        crossed = self.enter is not None and self.exit is not None and self.exit >= self.enter
        Mistakes.check(
            ("ladder", "must rise from rung to rung: write it like [0.20, 0.35]")
            if mixed
            else None,
            ("exit", "must be below enter: lower it") if crossed else None,
        )
        return self


class Valuation(Typed):
    """Buy less when expensive: apart from stress, with the opposite sign."""

    metric: Literal["ahr999", "mayer"] = Field(
        description="ahr999 or mayer; of Bitcoin, whatever is bought"
    )
    above: Positive = Field(description="from this value on, only `share` is bought")
    share: Share = Field(Decimal(0), description="part of the tranche bought when above")


class Sizing(Typed):
    """Fixed amounts, or whatever lifts the holdings to a growing target (never selling)."""

    mode: Literal["fixed", "value-averaging"] = Field(
        "fixed", description="fixed or value-averaging"
    )
    target_growth: Positive | None = Field(
        None, description="value-averaging: quote the target grows by each slot; unset: per_slot"
    )
    multiple_max: AtLeastOne = Field(
        Decimal(2), description="value-averaging: largest tranche as a multiple of per_slot"
    )

    @model_validator(mode="after")
    def parameters_fit_the_mode(self) -> Self:
        """Refuse parameters that the mode would ignore."""
        unused = self.changed(("target_growth", "multiple_max")) if self.mode == "fixed" else []
        Mistakes.check(
            *((key, 'does nothing without mode = "value-averaging": remove it') for key in unused)
        )
        return self


class OrderRule(Typed):
    """How the order is worded; the price limit always comes from policy.price."""

    type: Literal["limit-ioc", "post-only", "market"] = Field(
        "limit-ioc", description="limit-ioc, post-only or market"
    )
    ttl: Duration = Field(
        timedelta(minutes=10), description="post-only: how long it rests before it is cancelled"
    )
    fallback: Literal["limit-ioc", "none"] = Field(
        "none", description="post-only: what buys the rest after ttl"
    )

    @model_validator(mode="after")
    def parameters_fit_the_type(self) -> Self:
        """Refuse parameters that the order type would ignore."""
        unused = self.changed(("ttl", "fallback")) if self.type != "post-only" else []
        Mistakes.check(
            *((key, 'does nothing without type = "post-only": remove it') for key in unused)
        )
        return self


class Strategy(Typed):
    """Everything strategies/NAME.toml says."""

    name: Name = Field(description="the same as the file's name without .toml")
    description: str = Field("", max_length=500, description="one sentence for people")
    account: Name = Field(description="an account of config.toml")
    quote: Asset = Field(description="the money that is spent; every symbol ends with it")
    schedule: Schedule
    budget: Budget
    buy: Annotated[tuple[Buy, ...], AfterValidator(whole)] = Field(min_length=1)
    stage: tuple[StageRule, ...] = ()
    stages: Stages = Field(default_factory=Stages)
    pause: Pause = Field(default_factory=Pause)
    valuation: Valuation | None = None
    sizing: Sizing = Field(default_factory=Sizing)
    order: OrderRule = Field(default_factory=OrderRule)

    @model_validator(mode="after")
    def parts_add_up(self) -> Self:
        """Refuse repeated stages and symbols that another money buys."""
        drawdowns = [s.drawdown for s in self.stage]
        Mistakes.check(
            *(
                (f"buy.{i}.symbol", f"does not end with the quote: write {b.base}/{self.quote}")
                for i, b in enumerate(self.buy)
                if b.symbol != f"{b.base}/{self.quote}"
            ),
            ("stage", "names a drawdown twice: keep one multiplier for it")
            if len(set(drawdowns)) < len(drawdowns)
            else None,
            (
                "stage",
                'does nothing beside "value-averaging", whose target says how much: remove one',
            )
            if self.stage and self.sizing.mode != "fixed"
            else None,
        )
        return self
