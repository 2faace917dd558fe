import pytest

from dcaguard.core.series import KNOWN, Calendar, lookup, nearest

NAMES = [
    "etf.btc.flow_usd",
    "etf.btc.aum_usd",
    "etf.eth.flow_usd",
    "liq.long_usd",
    "liq.short_usd",
    "oi.btc_usd",
    "funding.btc",
    "px.BTC",
    "px.SPX",
    "px.GOLD",
    "px.CSI300",
    "px.HSI",
    "px.NVDA",
    "px.MSFT",
    "px.AAPL",
    "vix",
    "us2y",
    "effr",
    "dat.MSTR.mnav",
    "dat.MSTR.price_usd",
    "dat.3350.T.holdings",
    "ex.btc.inflow",
    "ex.btc.outflow",
    "ex.btc.supply",
    "cdd.btc",
    "stable.supply_usd",
    "peg.USDT",
    "peg.USDC",
    "breadth.above_50dma",
    "breadth.at_30d_low",
    "breadth.beats_btc_7d",
    "cex.binance.tvl_usd",
    "cex.okx.inflow_24h_usd",
    "news.regulation",
    "rev.AAVE.usd_day",
    "fng",
    "px.BTC.high",
    "px.ETH.low",
]


@pytest.mark.parametrize("name", NAMES)
def test_every_series_of_the_design_is_known_with_a_unit(name: str) -> None:
    found = lookup(name)
    assert found is not None
    assert found.name == name
    assert found.unit
    assert found.description
    assert found.group


def test_bounds_are_in_order_and_a_scale_is_positive() -> None:
    for series in KNOWN.values():
        assert series.low is None or series.high is None or series.low < series.high
        assert series.jump is None or series.jump > 1
        assert series.dwarf is None or series.dwarf > 0


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("etf.btc.flow", "etf.btc.flow_usd"),
        ("px.btc", "px.BTC"),
        ("VIX", "vix"),
        ("us2yr", "us2y"),
        ("peg.usdt", "peg.USDT"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(typed: str, meant: str) -> None:
    assert lookup(typed) is None
    assert nearest(typed) == meant


@pytest.mark.parametrize("name", ["", "px.", "px.BTC.open", "dat.MSTR", "px.BTC\n", "cex.x.y"])
def test_a_name_that_no_pattern_matches_is_unknown(name: str) -> None:
    assert lookup(name) is None


def test_stocks_follow_new_york_and_coins_follow_the_day() -> None:
    nvidia, solana, hang_seng = lookup("px.NVDA"), lookup("px.SOL"), lookup("px.HSI")
    assert nvidia is not None
    assert nvidia.calendar is Calendar.NYSE
    assert solana is not None
    assert solana.calendar is Calendar.DAILY
    assert hang_seng is not None
    assert hang_seng.calendar is Calendar.SESSIONS
