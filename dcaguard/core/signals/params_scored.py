"""Thresholds of the signals that score within a block, S1 to S10, with their defaults."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from dcaguard.core.signals.params_base import (
    Count,
    Finite,
    Names,
    Negative,
    NotNegative,
    Positive,
    Ranked,
    RankedInSessions,
    Share,
    SignalParams,
    Weight,
    Whole,
)


class EtfOutflow(Ranked):
    """S1: net flow of the US spot Bitcoin ETFs in percent of their assets."""

    weight: Weight = Field(default=1.0, description="within block FLOWS")
    vote_5d_pct: Negative = Field(default=-1.5, description="five sessions' flow / AUM, percent")
    vote_1d_pct: Negative = Field(default=-0.60, description="one session's flow / AUM, percent")
    resume_5d_pct: Finite = Field(default=-0.20, description="five sessions' flow / AUM, percent")
    resume_inflows_min: Annotated[int, Field(ge=0, le=5)] = Field(
        default=3, description="of the last five sessions"
    )
    resume_sessions: Count = Field(default=2, description="in a row that must satisfy resume")
    hold_sessions: Whole = 2
    stale_sessions: Count = Field(default=2, description="NYSE sessions; older rows are STALE")
    unknown_sessions: Count = Field(default=3, description="NYSE sessions; older rows are no data")
    btc_held_estimate: Positive = Field(
        default=1_130_000.0, description="BTC; times px.BTC where no AUM series exists"
    )

    @model_validator(mode="after")
    def _thresholds_in_order(self) -> Self:
        return self._in_order(
            ("stale_sessions", "unknown_sessions"), ("vote_5d_pct", "resume_5d_pct")
        )


Feed = Annotated[str, Field(pattern=r"^liq\.[a-z0-9-]+\.[A-Z0-9.]+\.long_usd$")]


class LiquidationSpike(Ranked):
    """S2: forced selling; a cool-off, not a regime."""

    weight: Weight = Field(default=1.0, description="within block LEVERAGE")
    shock_sigmas: Positive = Field(default=3.0, description="one-day fall of BTC in sigma90")
    sigma_days: Count = Field(default=90, description="log returns before the day")
    liquidations_z: Positive = Field(default=3.5, description="robust z of log1p(24 h longs)")
    liquidations_multiple: Positive = Field(default=5.0, description="of the 90-day median")
    liquidations_usd_min: Positive = Field(
        default=1e9, description="24 h longs that count in a whole-network feed"
    )
    whole_network_feed: bool = Field(
        default=False, description="true: liq.long_usd covers all exchanges, absolute USD counts"
    )
    liquidations_min_days: Count = Field(default=30, description="own history before z counts")
    venue_feeds: tuple[Feed, ...] = Field(
        default=("liq.gate.BTC.long_usd", "liq.htx.BTC.long_usd", "liq.bitfinex.BTC.long_usd"),
        description="one venue's longs each, beside liq.long_usd; only against their own past",
    )
    open_interest_fall_pct: Negative = Field(default=-10.0, description="24 h change, percent")
    resume_multiple: Positive = Field(default=2.0, description="24 h longs at most, of the median")
    resume_open_interest_pct: Finite = Field(default=-2.0, description="24 h change, percent")
    resume_volatility_multiple: Positive = Field(
        default=2.0, description="|1-day return| at most, of the 30-day volatility"
    )
    hold_hours: Count = 48
    max_days: Count = Field(default=5, description="elevated at most this long")
    stale_days: Count = 2

    @model_validator(mode="after")
    def _thresholds_in_order(self) -> Self:
        return self._in_order(("open_interest_fall_pct", "resume_open_interest_pct"))


class TreasurySpiral(Ranked):
    """S3: treasury companies below their coins' worth that begin to sell."""

    weight: Weight = Field(default=0.75, description="within block STRUCTURE")
    tickers: Names = Field(
        default=(
            "MSTR",
            "BMNR",
            "SBET",
            "SQNS",
            "FGNX",
            "XXI",
            "NAKA",
            "FWDI",
            "UPXI",
            "DFDV",
            "3350.T",
            "MARA",
        ),
        description="the basket; series dat.<TICKER>.mnav, .price_usd, .holdings",
    )
    coins: dict[str, str] = Field(
        default={
            "BMNR": "ETH",
            "SBET": "ETH",
            "FGNX": "ETH",
            "FWDI": "SOL",
            "UPXI": "SOL",
            "DFDV": "SOL",
        },
        description="what each holds, for mnav from shares, price and holdings; others hold BTC",
    )
    vote_score: Share = 0.60
    vote_sellers_min: Count = Field(default=2, description="entities with falling holdings, 30 d")
    vote_rise_30d: NotNegative = Field(default=0.15, description="rise of the score in 30 days")
    resume_score: Share = 0.45
    resume_fall_30d: NotNegative = Field(default=0.10, description="fall of the score in 30 days")
    resume_quiet_days: Count = Field(default=14, description="without a sale")
    penny_usd: Positive = Field(default=1.0, description="a share below it for ten sessions")
    hold_days: Whole = 7
    stale_price_sessions: Count = 3
    stale_holdings_days: Count = 14

    @model_validator(mode="after")
    def _thresholds_in_order(self) -> Self:
        return self._in_order(("resume_score", "vote_score"))


class RateRepricing(RankedInSessions):
    """S4: the priced policy path moves up."""

    weight: Weight = Field(default=0.75, description="within block MACRO")
    vote_20d_bp: Positive = 25.0
    vote_5d_bp: Positive = 15.0
    vote_5d_z: Positive = Field(default=2.0, description="z of the 5-session change, 365 days")
    vote_odds_drop: Share = Field(default=0.30, description="odds of easing, lost in ten days")
    odds_apart_max: Share = Field(default=0.25, description="wider: the odds are not used")
    resume_5d_bp: Finite = 0.0
    resume_20d_bp: Finite = 10.0
    hold_sessions: Whole = 3
    stale_sessions: Count = 3

    @model_validator(mode="after")
    def _thresholds_in_order(self) -> Self:
        return self._in_order(("resume_5d_bp", "vote_5d_bp"), ("resume_20d_bp", "vote_20d_bp"))


class MegacapDrawdown(RankedInSessions):
    """S5: the largest technology shares fall together."""

    weight: Weight = Field(default=0.75, description="within block MACRO")
    shares: Names = Field(
        default=("NVDA", "MSFT", "AAPL"), description="the basket; series px.<TICKER>"
    )
    leader: str = Field(default="NVDA", description="must have fallen on its own as well")
    high_sessions: Count = 60
    vote_basket_pct: Negative = Field(default=-10.0, description="from the 60-session high")
    vote_leader_pct: Negative = Field(default=-15.0, description="from the 60-session high")
    vote_5d_z: Negative = Field(default=-2.0, description="5-session return in its own sigmas")
    resume_recovered: Share = Field(default=1 / 3, description="share of the fall made good")
    resume_mean_sessions: Count = Field(default=20, description="or close above this mean")
    resume_sessions: Count = 3
    hold_sessions: Whole = 3
    stale_sessions: Count = 2

    @model_validator(mode="after")
    def _thresholds_in_order(self) -> Self:
        if self.leader not in self.shares:
            shown, known = self.leader[:40], ", ".join(self.shares)
            msg = f"leader {shown!r} is not among shares: name one of {known}"
            raise ValueError(msg)
        return self


class EverythingSold(RankedInSessions):
    """S6: BTC, shares and gold fall in the same days; the extreme is a breaker."""

    weight: Weight = Field(default=1.25, description="within block MACRO")
    vix_weight: Weight = Field(default=0.75, description="within block MACRO")
    ofr_weight: Weight = Field(default=0.75, description="within block MACRO")
    vote_sigmas: Positive = Field(default=1.0, description="least fall of BTC, SPX and gold")
    breaker_sigmas: Positive = Field(default=1.25, description="enters PAUSED by itself")
    breaker_vix: Positive = Field(default=40.0, description="enters PAUSED by itself")
    falling_sigmas: Positive = Field(default=0.75, description="a market counts as falling")
    vote_falling_min: Annotated[int, Field(ge=1, le=5)] = 4
    assets_min: Annotated[int, Field(ge=1, le=5)] = Field(default=3, description="of five")
    sigma_bars: Count = Field(default=90, description="own returns of each market")
    resume_sigmas: Finite = 0.25
    resume_sessions: Count = 3
    resume_vix: Positive = 25.0
    resume_vix_fall: Share = Field(default=0.30, description="or this far below its peak")
    hold_sessions: Whole = 3
    stale_sessions: Count = 2

    @model_validator(mode="after")
    def _thresholds_in_order(self) -> Self:
        return self._in_order(
            ("resume_sigmas", "vote_sigmas"),
            ("vote_sigmas", "breaker_sigmas"),
            ("resume_vix", "breaker_vix"),
        )


class WhaleSelling(Ranked):
    """S7: old coins move and coins flow to exchanges."""

    weight: Weight = Field(default=0.5, description="within block FLOWS")
    stablecoin_weight: Weight = Field(default=0.5, description="within block FLOWS")
    vote_z: Positive = Field(default=2.0, description="robust z of the 7-day netflow / supply")
    vote_old: Share = Field(default=0.95, description="90-day percentile of 7-day coin days")
    vote_lth_30d_pct: Negative = Field(default=-2.0, description="long-term holders' supply")
    resume_z: Finite = 0.5
    resume_old: Share = 0.70
    cap_percentile: Share = Field(default=0.995, description="one-day values are cut here")
    hold_days: Whole = 3
    stale_days: Count = 3

    @model_validator(mode="after")
    def _thresholds_in_order(self) -> Self:
        return self._in_order(("resume_z", "vote_z"), ("resume_old", "vote_old"))


class Regulation(SignalParams):
    """S8: a burst of news on bans and seizures, or a person's own event."""

    weight: Weight = Field(default=0.25, description="within block STRUCTURE")
    window_days: Count = 90
    vote_z: Positive = 4.0
    vote_btc_sigmas: NotNegative = Field(default=1.0, description="24 h fall of BTC in sigma90")
    expire_hours: Count = 72
    event_expire_days: Count = 14
    stale_days: Count = 2


class PrivacyRotation(Ranked):
    """S9: privacy coins rise while BTC falls. Context only."""

    weight: Weight = Field(default=0.25, description="within block STRUCTURE")
    coins: Names = Field(default=("ZEC", "XMR", "DASH", "ZEN"), description="series px.<COIN>")
    coins_min: Count = 2
    vote_rank: Share = 0.95
    resume_rank: Share = 0.80
    hold_days: Whole = 0
    stale_days: Count = 2

    @model_validator(mode="after")
    def _thresholds_in_order(self) -> Self:
        if self.coins_min > len(self.coins):
            msg = (
                f"coins_min {self.coins_min} is above the {len(self.coins)} coins that are named: "
                "lower it or name more"
            )
            raise ValueError(msg)
        return self._in_order(("resume_rank", "vote_rank"))


class AltcoinBreadth(Ranked):
    """S10: how many coins still stand; can give relief."""

    weight: Weight = Field(default=0.5, description="within block STRUCTURE")
    vote_above_50dma: Share = 0.10
    vote_at_low: Share = 0.50
    relief: Share = Field(default=0.10, description="taken off the composite")
    relief_at_low: Share = 0.10
    relief_beats_btc: Share = 0.60
    resume_above_50dma: Share = 0.30
    resume_at_low: Share = 0.15
    resume_days: Count = 3
    hold_days: Whole = 0
    stale_days: Count = 2

    @model_validator(mode="after")
    def _thresholds_in_order(self) -> Self:
        return self._in_order(
            ("vote_above_50dma", "resume_above_50dma"), ("resume_at_low", "vote_at_low")
        )
