"""A market's steps and minimums, and what it last quoted."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Market:
    """The rules one spot symbol trades by, as the venue states them. None means not stated."""

    symbol: str  # "BTC/USDT"
    base: str
    quote: str
    spot: bool  # False for anything that is not plain spot: such a market is never bought
    active: bool
    amount_step: Decimal  # base
    price_step: Decimal  # quote per base
    amount_min: Decimal | None  # base
    amount_max: Decimal | None  # base
    cost_min: Decimal | None  # quote
    cost_max: Decimal | None  # quote
    taker_fee: Decimal  # share of cost
    leveraged_token: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """Best bid and ask of one symbol at one instant. None means that side was not there."""

    symbol: str
    bid: Decimal | None  # quote per base
    ask: Decimal | None  # quote per base
    at: datetime  # when it was true: the venue's own time where it gives one, UTC
    source: str  # "kraken ticker", "series px.BTC", ...
    ask_amount: Decimal | None = None  # base on offer at the ask, None when not told
