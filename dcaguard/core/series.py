"""Every series has one entry here: its unit, its possible values, its calendar and its lag.

A name that no entry matches is refused, with the nearest known name.
"""

import difflib
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from dcaguard.core.series_kind import Calendar, Lag, Series

__all__ = ["KNOWN", "NYSE_ASSETS", "PATTERNS", "SESSION_ASSETS", "Calendar", "Lag", "Series",
           "is_share", "lookup", "nearest"]  # fmt: skip

_D = Decimal
_TRILLIONS: Final = _D(10) ** 13
_ZERO: Final = _D(0)

_PRICE: Final = Series("", "USD", "", "price", low=_ZERO, high=_D(10) ** 9, zero=False)
_USD: Final = Series("", "USD", "", "", low=_ZERO, high=_TRILLIONS)
_BTC: Final = Series("", "BTC", "", "chain", low=_ZERO, high=_D(21_000_000))
_SHARE: Final = Series("", "share", "", "breadth", low=_ZERO, high=_D(1))
# The largest steps on record are 0.85 of a policy rate and 0.57 of the two-year yield.
_RATE: Final = Series(
    "", "percent", "", "rates", Calendar.BUSINESS, Lag.NEXT_BUSINESS_DAY_1330, _D(-5), _D(25),
    step=_D("1.5"),
)  # fmt: skip
# The record day is 1.4 billion; an amount below 100,000 is a table in millions.
_FLOW: Final = Series(
    "", "USD", "", "etf", Calendar.NYSE, Lag.NEXT_DAY_1230, _D(-5 * 10**9), _D(5 * 10**9),
    dwarf=_D(10**5), gap_days=0, sessions_only=True,
)  # fmt: skip
# Net assets come with the flows, in the same table.
_AUM: Final = Series(
    "", "USD", "", "etf", Calendar.NYSE, Lag.NEXT_DAY_1230, _ZERO, _TRILLIONS, zero=False,
    jump=_D(5), dwarf=_D(10**8), dwarf_from=date(2024, 9, 1),
)  # fmt: skip

# Names that are stocks, indices or metals; every other px.ASSET is a coin with a daily UTC close.
NYSE_ASSETS: Final = frozenset(
    {"SPX", "NDX", "SPY", "QQQ", "GLD", "ASHR", "EWH", "FXI", "SMH"}
    | {"NVDA", "MSFT", "AAPL", "AVGO", "META", "GOOGL", "AMZN"}
)
_INDICES: Final = frozenset({"SPX", "NDX"})
SESSION_ASSETS: Final = frozenset({"GOLD", "CSI300", "HSI"})
_MAJORS: Final = frozenset({"BTC", "ETH"}) | NYSE_ASSETS | SESSION_ASSETS

_ROWS: Final = (
    replace(_FLOW, name="etf.btc.flow_usd",
            description="net flow of US spot BTC ETFs per session, inflow positive"),
    replace(_FLOW, name="etf.eth.flow_usd",
            description="net flow of US spot ETH ETFs per session, inflow positive"),
    replace(_AUM, name="etf.btc.aum_usd", description="net assets of US spot BTC ETFs",
            dwarf=_D(10**9), dwarf_from=date(2024, 2, 1)),
    replace(_AUM, name="etf.eth.aum_usd", description="net assets of US spot ETH ETFs"),
    replace(_USD, name="liq.long_usd", group="leverage",
            description="long positions liquidated in the day"),
    replace(_USD, name="liq.short_usd", group="leverage",
            description="short positions liquidated in the day"),
    replace(_USD, name="oi.btc_usd", group="leverage", zero=False, jump=_D(5), dwarf=_D(10**5),
            intraday=True, description="open interest of BTC derivatives"),
    Series("funding.btc", "fraction per 8 h", "perpetual funding rate", "leverage",
           low=_D("-0.05"), high=_D("0.05"), intraday=True),
    Series("vix", "index points", "expected volatility of the S&P 500", "volatility",
           Calendar.NYSE, Lag.SAME_DAY_2230, _D(5), _D(150), zero=False, jump=_D(4), gap_days=0),
    replace(_RATE, name="us2y", description="US Treasury yield, two years"),
    replace(_RATE, name="effr", description="effective federal funds rate"),
    replace(_RATE, name="effr.month", description="effective federal funds rate, monthly mean",
            calendar=Calendar.IRREGULAR, lag=Lag.FIFTH_OF_NEXT_MONTH),
    Series("ofr.fsi", "index points", "OFR financial stress index", "stress",
           Calendar.BUSINESS, low=_D(-15), high=_D(60), step=_D(10)),
    replace(_BTC, name="ex.btc.inflow", description="BTC sent to exchanges in the day"),
    replace(_BTC, name="ex.btc.outflow", description="BTC taken from exchanges in the day"),
    replace(_BTC, name="ex.btc.supply", description="BTC held by exchanges", zero=False,
            jump=_D(5), settled=_D(100_000)),
    Series("cdd.btc", "coin days", "coin days destroyed in the day", "chain", low=_ZERO,
           high=_D(10) ** 12),
    replace(_BTC, name="lth.btc", description="BTC of long-term holders", zero=False, jump=_D(2)),
    replace(_USD, name="stable.supply_usd", description="market value of all stablecoins",
            group="stablecoins", zero=False, jump=_D(3), dwarf=_D(10**9),
            dwarf_from=date(2020, 1, 1)),
    replace(_SHARE, name="breadth.above_50dma", description="coins above their 50-day mean"),
    replace(_SHARE, name="breadth.at_30d_low", description="coins at their 30-day low"),
    replace(_SHARE, name="breadth.beats_btc_7d", intraday=True,
            description="coins that beat BTC over 7 days"),
    Series("news.regulation", "percent of articles", "news on crypto seizures, bans, lawsuits",
           "news", low=_ZERO, high=_D(100)),
    Series("fng", "0 to 100", "fear and greed; shown, never used", "sentiment", low=_ZERO,
           high=_D(100)),
    replace(_SHARE, name="odds.fed_easier.kalshi", group="odds", intraday=True,
            description="odds on Kalshi that the Fed eases at its next meeting"),
    replace(_SHARE, name="odds.fed_easier.polymarket", group="odds", intraday=True,
            description="odds on Polymarket that the Fed eases at its next meeting"),
)  # fmt: skip

KNOWN: Final = {row.name: row for row in _ROWS}

_ASSET = r"[A-Z0-9][A-Z0-9.]{0,14}"
_OF_A_TREASURY = "mnav|price_usd|holdings|entry_usd|nav_usd|notice|shares|diluted_shares"
PATTERNS: Final = (
    "px.ASSET", "px.ASSET.high", "px.ASSET.low", "dat.TICKER.mnav", "dat.TICKER.price_usd",
    "dat.TICKER.holdings", "dat.TICKER.entry_usd", "dat.TICKER.nav_usd", "dat.TICKER.notice",
    "dat.TICKER.shares", "dat.TICKER.diluted_shares",
    "cex.VENUE.tvl_usd", "cex.VENUE.clean_usd", "cex.VENUE.inflow_24h_usd",
    "cex.VENUE.inflow_7d_usd", "rev.ASSET.usd_day", "rev.ASSET.holders_usd_day", "mcap.ASSET",
    "liq.VENUE.COIN.long_usd", "liq.VENUE.COIN.short_usd",
    "peg.COIN", "vol.ASSET", "depth.ASSET", "spread.ASSET", "venue.VENUE.failures",
    "venue.VENUE.withdraw.ASSET",
)  # fmt: skip


# A coin that loses its peg goes towards zero: that must pass.
_PEG: Final = Series(
    "", "USD", "price of a stablecoin", "peg", low=_ZERO, high=_D(2), intraday=True
)
_SPREAD: Final = Series("", "share", "spread of an order book", "book", low=_ZERO, high=_D(1))
_COUNT: Final = Series(
    "", "count", "requests to a venue that failed in a row", "venue", Calendar.IRREGULAR,
    low=_ZERO, high=_D(10**6),
)  # fmt: skip
_SIMPLE: Final = (
    (rf"rev\.{_ASSET}\.usd_day",
     replace(_USD, description="protocol revenue of the day", group="revenue")),
    (rf"rev\.{_ASSET}\.holders_usd_day",
     replace(_USD, description="revenue of the day that holders earn", group="revenue")),
    (rf"liq\.[a-z0-9-]+\.{_ASSET}\.(long|short)_usd",
     replace(_USD, description="positions of one coin liquidated at one venue in the day",
             group="leverage")),
    (rf"mcap\.{_ASSET}",
     replace(_USD, description="market value", group="value", zero=False, jump=_D(100),
             dwarf=_D(10**5))),
    (rf"peg\.{_ASSET}", _PEG),
    (rf"depth\.{_ASSET}", replace(_USD, description="orders within 1 % of the middle",
                                  group="book", calendar=Calendar.IRREGULAR)),
    (rf"vol\.{_ASSET}", replace(_USD, description="turnover of the day", group="turnover")),
    (rf"spread\.{_ASSET}", replace(_SPREAD, calendar=Calendar.IRREGULAR)),
    (r"venue\.[a-z0-9-]+\.failures", _COUNT),
    (rf"venue\.[a-z0-9-]+\.withdraw\.{_ASSET}",
     replace(_COUNT, unit="1 open, 0 closed", description="withdrawals of an asset", high=_D(1))),
)  # fmt: skip


@lru_cache(maxsize=1024)
def lookup(name: str) -> Series | None:
    """Return what is known about the series called `name`, or None for an unknown name."""
    if name in KNOWN:
        return KNOWN[name]
    for pattern, build in (
        (rf"px\.({_ASSET}?)(\.high|\.low)?", _price),
        (rf"dat\.({_ASSET}?)\.({_OF_A_TREASURY})", _treasury),
        (r"cex\.([a-z0-9-]+)\.(tvl_usd|clean_usd|inflow_24h_usd|inflow_7d_usd)", _exchange),
    ):
        if match := re.fullmatch(pattern, name):
            return build(name, match[1], match[2] or "")
    for pattern, kind in _SIMPLE:
        if re.fullmatch(pattern, name):
            return replace(kind, name=name)
    return None


def is_share(name: str) -> bool:
    """Tell whether a series is the price of a share or fund, which may be split."""
    if name.startswith("dat."):
        return name.endswith(".price_usd")
    return name.startswith("px.") and name.removeprefix("px.") in NYSE_ASSETS - _INDICES


def nearest(name: str) -> str:
    """Return the known name or pattern that `name` most resembles."""
    names = [*KNOWN, *PATTERNS, "px.BTC", "px.ETH", "px.SPX", "px.GOLD", "peg.USDT", "peg.USDC"]
    # Case is the commonest slip, so it does not count against a name.
    by_lower = {known.lower(): known for known in names}
    return by_lower[difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.0)[0]]


def _price(name: str, asset: str, bar: str) -> Series:
    # Daily lows of thin early markets jumped sevenfold; closes of majors never did fivefold. One
    # sale into an empty book takes the low of a smaller coin to next to nothing.
    # Of shares, indices and funds on this list none rose or fell by half in a day since 2001.
    jump: Decimal | None = _D(20) if bar else _D(5) if asset in _MAJORS else _D(8)
    if asset in NYSE_ASSETS and not bar:
        jump = _D("1.8")
    if bar == ".low" and asset not in _MAJORS:
        jump = None
    what = f"{bar[1:] or 'close'} of {asset}"
    price = replace(_PRICE, name=name, description=what, jump=jump, gap_days=None if bar else 0)
    if asset == "BTC":
        # Since 2018 it never cost less than 3,000.
        return replace(price, dwarf=_D(1000), dwarf_from=date(2018, 1, 1))
    if asset in NYSE_ASSETS:
        return replace(price, calendar=Calendar.NYSE, lag=Lag.SAME_DAY_2230)
    if asset in SESSION_ASSETS:
        return replace(
            price,
            calendar=Calendar.SESSIONS,
            lag=Lag.SAME_DAY_2230,
            gap_days=3 if asset == "GOLD" else None,
        )
    return price


def _treasury(name: str, ticker: str, field: str) -> Series:
    base = replace(
        _USD, name=name, group="treasuries", calendar=Calendar.IRREGULAR, zero=False,
        description=f"{field} of the treasury company {ticker}",
    )  # fmt: skip
    match field:
        case "mnav":
            # The dearest were worth some twenty times their coins; in percent it would be 100.
            return replace(base, unit="ratio", high=_D(50))
        case "price_usd":
            return replace(base, calendar=Calendar.NYSE, lag=Lag.SAME_DAY_2230, jump=_D(15))
        case "holdings":
            return replace(base, unit="coins", zero=True)
        case "notice":
            return replace(base, unit="filings", high=_D(100), zero=True)
        case "shares" | "diluted_shares":
            # Fewer than ten thousand is a table in thousands.
            return replace(base, unit="shares", high=_D(10**12), dwarf=_D(10**4))
    return base


def _exchange(name: str, venue: str, field: str) -> Series:
    signed = field.startswith("inflow")
    return replace(
        _USD, name=name, group="custody", calendar=Calendar.IRREGULAR, zero=signed,
        low=-_TRILLIONS if signed else _ZERO, description=f"{field} of {venue}'s own wallets",
    )  # fmt: skip
