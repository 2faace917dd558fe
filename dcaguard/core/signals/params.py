"""Every threshold a person may set for signals and gate, with the default it has when unset.

Thresholds are statistics, not money: floats. Shares of 1 unless the name says `_pct`, `_bp`,
`_usd`, `_days`, `_sessions`, `_hours`. TOML tables carry the signal's public name.
"""

from typing import Annotated, Self

from pydantic import Field, model_validator

from dcaguard.core.signals.params_base import (
    Count,
    Finite,
    Negative,
    NotNegative,
    Params,
    Positive,
    Share,
    SignalParams,
    Weight,
    Whole,
)
from dcaguard.core.signals.params_scored import (
    AltcoinBreadth,
    EtfOutflow,
    EverythingSold,
    LiquidationSpike,
    MegacapDrawdown,
    PrivacyRotation,
    RateRepricing,
    Regulation,
    TreasurySpiral,
    WhaleSelling,
)

__all__ = [
    "AltcoinBreadth",
    "BlockWeights",
    "Eligibility",
    "EtfOutflow",
    "EverythingSold",
    "GateConfig",
    "LiquidationSpike",
    "MegacapDrawdown",
    "PrivacyRotation",
    "RateRepricing",
    "Recovery",
    "Regulation",
    "SignalsConfig",
    "TreasurySpiral",
    "VenueCustody",
    "WhaleSelling",
]


class Recovery(SignalParams):
    """S11: what has to heal before a pause may end."""

    legs_min: Annotated[int, Field(ge=1, le=3)] = 2
    days: Count = Field(default=3, description="daily evaluations in a row")
    depth_of_median: Share = 0.70
    spread_of_median: Positive = 2.0
    depth_warmup_days: Count = 14
    illiquidity_rank: Share = Field(default=0.70, description="Amihud, without own depth history")
    stablecoin_7d_pct: Finite = -0.25
    stale_days: Count = 3


class VenueCustody(SignalParams):
    """S12: the venue and the quote coin. Stands outside the composite; fails closed."""

    withdrawals_off_hours: Count = 2
    inflow_24h_pct: Negative = Field(default=-7.0, description="of the venue's known assets")
    inflow_1w_pct: Negative = Field(default=-20.0, description="of the venue's known assets")
    clean_assets_min: Share = 0.70
    failures_max: Count = Field(default=2, description="signed requests failed in a row")
    peg_caution: Share = Field(default=0.005, description="distance from par for an hour")
    peg_caution_hours: Count = 1
    peg_stop: Share = Field(default=0.02, description="distance from par")
    stale_venue_hours: Count = 1
    stale_reserves_hours: Count = 24
    stale_peg_hours: Count = 26
    concentration_max: Share | None = Field(
        default=None, description="share of coins on one venue; unset: a reminder only"
    )

    @model_validator(mode="after")
    def _pegs_in_order(self) -> Self:
        return self._in_order(("peg_caution", "peg_stop"))


class Eligibility(SignalParams):
    """S13: which assets earn their place."""

    always: tuple[str, ...] = ("BTC", "ETH")
    revenue_min_usd_per_year: NotNegative = 20_000_000.0
    market_cap_to_revenue_max: Positive = 40.0
    revenue_kept_min: Share = Field(default=0.5, description="90 days against the 90 before")
    listed_days_min: Whole = 365
    stale_days: Count = 14


class SignalsConfig(Params):
    """`[signals.*]`: one table per signal, named as people read it."""

    etf_outflow: EtfOutflow = Field(default=EtfOutflow(), alias="etf-outflow")
    liquidation_spike: LiquidationSpike = Field(
        default=LiquidationSpike(), alias="liquidation-spike"
    )
    treasury_spiral: TreasurySpiral = Field(default=TreasurySpiral(), alias="treasury-spiral")
    rate_repricing: RateRepricing = Field(default=RateRepricing(), alias="rate-repricing")
    megacap_drawdown: MegacapDrawdown = Field(default=MegacapDrawdown(), alias="megacap-drawdown")
    everything_sold: EverythingSold = Field(default=EverythingSold(), alias="everything-sold")
    whale_selling: WhaleSelling = Field(default=WhaleSelling(), alias="whale-selling")
    regulation: Regulation = Field(default=Regulation())
    privacy_rotation: PrivacyRotation = Field(default=PrivacyRotation(), alias="privacy-rotation")
    altcoin_breadth: AltcoinBreadth = Field(default=AltcoinBreadth(), alias="altcoin-breadth")
    recovery: Recovery = Field(default=Recovery())
    venue_custody: VenueCustody = Field(default=VenueCustody(), alias="venue-custody")
    eligibility: Eligibility = Field(default=Eligibility())


class BlockWeights(Params):
    """How much each block weighs in the composite; renormalised over known blocks."""

    leverage: Weight = 0.30
    flows: Weight = 0.25
    macro: Weight = 0.30
    structure: Weight = 0.15

    @model_validator(mode="after")
    def _something_weighs(self) -> Self:
        if self.leverage + self.flows + self.macro + self.structure <= 0:
            msg = "at least one block must weigh more than 0: raise one"
            raise ValueError(msg)
        return self


class GateConfig(Params):
    """`[gate]`: when the regime moves and what each regime lets through."""

    enabled: bool = Field(default=True, description="false: plain DCA, NORMAL always")
    enter: Share = Field(default=0.60, description="composite that may pause, with two blocks")
    exit: Share = Field(default=0.40, description="composite at or below which a pause may end")
    block_enter: Share = Field(default=0.60, description="score each of those blocks must have")
    blocks_min: Annotated[int, Field(ge=1, le=4)] = 2
    votes_min: Count = 3
    votes_blocks_min: Annotated[int, Field(ge=1, le=4)] = 2
    votes_composite_min: Share = 0.50
    caution_enter: Share = Field(default=0.50, description="composite that halves the buys")
    caution_block: Share = Field(default=0.80, description="one block that halves the buys")
    caution_exit_days: Count = Field(default=3, description="daily closes without its condition")
    hold_days: Whole = Field(default=3, description="least length of a pause")
    hold_days_max: Whole = Field(default=14, description="a re-trip doubles the hold up to this")
    exit_days: Count = Field(default=3, description="daily closes that satisfy the exit")
    max_pause_days: Count = Field(default=30, description="then a small probe, unless SAFETY")
    probe_days: Count = 7
    cooloff_hours: Count = 48
    cooloff_days_max: Count = Field(
        default=5, description="its longest, from its begin on, however many shocks follow"
    )
    caution_share: Share = 0.50
    probe_share: Share = 0.50
    probe_share_forced: Share = Field(default=0.25, description="probe after max_pause_days")
    coverage_min: Share = Field(default=0.50, description="of a block's weight, else UNKNOWN")
    silent_days: Count = Field(
        default=30,
        description="days that the last score of what fell silent counts towards a pause, beyond "
        "its own limit; then it counts as never read. As long as the longest pause: a feed that is "
        "down for a holiday weakens nothing, one that died weighs no longer",
    )
    unknown_blocks_caution: Annotated[int, Field(ge=1, le=4)] = 2
    weights: BlockWeights = BlockWeights()

    @model_validator(mode="after")
    def _thresholds_in_order(self) -> Self:
        if self.exit >= self.enter:
            msg = f"exit {self.exit} must be below enter {self.enter}: lower exit or raise enter"
            raise ValueError(msg)
        if self.caution_enter > self.enter:
            msg = f"caution_enter {self.caution_enter} is above enter {self.enter}: lower it"
            raise ValueError(msg)
        if self.hold_days > self.hold_days_max:
            msg = (
                f"hold_days {self.hold_days} is above hold_days_max {self.hold_days_max}: lower it"
            )
            raise ValueError(msg)
        if self.max_pause_days < self.hold_days_max:
            msg = (
                f"max_pause_days {self.max_pause_days} is below "
                f"hold_days_max {self.hold_days_max}: raise it"
            )
            raise ValueError(msg)
        return self
