"""The outside history as readings, each with the instant from which it could be known."""

import csv
import gzip
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np

from dcaguard.core.history import History, moment
from dcaguard.core.reading import Reading
from dcaguard.core.signals.sessions import is_session

FOLDER = os.environ.get("DCAGUARD_HISTORY_DIR", "")
FIRST = "2015-01-01"
NEXT_MIDNIGHT, FLOWS, CLOSE = (
    timedelta(days=1),
    timedelta(days=1, hours=12.5),
    timedelta(hours=22.5),
)


def rows(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV file, plain or gzip."""
    path = Path(FOLDER) / name
    opened = gzip.open(path, "rt") if name.endswith(".gz") else path.open()  # noqa: SIM115 - closed below
    with opened as file:
        yield from csv.DictReader(file)


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass
class Collected:
    """Readings as they are gathered."""

    readings: list[Reading] = field(default_factory=list)

    def add(self, series: str, as_of: datetime, lag: timedelta, value: Decimal | str) -> None:
        if value != "":
            self.readings.append(Reading(series, as_of, as_of + lag, Decimal(value), "test", ""))

    def table(self, name: str, columns: dict[str, str], lag: timedelta, scale: int = 1) -> None:
        for row in rows(name):
            if row["date"] < FIRST:
                continue
            for column, series in columns.items():
                if row[column] != "":
                    self.add(series, day(row["date"]), lag, Decimal(row[column]) * scale)


def business_lag(at: datetime) -> timedelta:
    """Return the lag to 13:30 UTC of the next session."""
    days = [at + timedelta(days=n) for n in range(1, 8)]
    micros = np.array([int(d.timestamp()) * 1_000_000 for d in days])
    return timedelta(days=int(np.flatnonzero(is_session(micros))[0]) + 1, hours=13.5)


def market_readings(found: Collected) -> None:
    closes = {"close": "px.BTC", "high": "px.BTC.high", "low": "px.BTC.low", "volume": "vol.BTC"}
    found.table("prices/btc_usd_daily_long.csv", closes, NEXT_MIDNIGHT)
    macro = {
        "sp500": "px.SPX",
        "gold": "px.GOLD",
        "sse_composite": "px.CSI300",
        "hang_seng": "px.HSI",
        "nvda_adj_close": "px.NVDA",
        "msft_adj_close": "px.MSFT",
        "aapl_adj_close": "px.AAPL",
    }
    found.table("macro/macro_daily.csv.gz", macro, CLOSE)
    found.table("macro/vix_ohlc_daily.csv", {"close": "vix"}, CLOSE)
    for row in rows("macro/macro_daily.csv.gz"):
        found.add("us2y", day(row["date"]), business_lag(day(row["date"])), row["us2y_pct"])
    for row in rows("macro/fedfunds_monthly.csv"):
        at = day(row["date"])
        following = (at + timedelta(days=32)).replace(day=5)
        found.add("effr", at, following - at, row["fedfunds_pct"])


def crypto_readings(found: Collected) -> None:
    found.table("etf/btc_spot_etf_flows_usd_m.csv", {"total": "etf.btc.flow_usd"}, FLOWS, 10**6)
    for row in rows("onchain/btc_onchain_daily.csv.gz"):
        if row["date"] < FIRST or not row["exchange_netflow_btc"]:
            continue
        at, net = day(row["date"]), Decimal(row["exchange_netflow_btc"])
        found.add("ex.btc.inflow", at, NEXT_MIDNIGHT, max(net, Decimal(0)))
        found.add("ex.btc.outflow", at, NEXT_MIDNIGHT, max(-net, Decimal(0)))
        found.add("ex.btc.supply", at, NEXT_MIDNIGHT, row["exchange_reserve_btc"])
        found.add("cdd.btc", at, NEXT_MIDNIGHT, row["exchange_inflow_cdd"])
    for row in rows("stablecoins/stablecoin_mcap_daily.csv.gz"):
        if row["date"] >= "2021-01-01":
            found.add("stable.supply_usd", day(row["date"]), NEXT_MIDNIGHT, row["total_usd"])


def breadth_readings(found: Collected) -> None:
    table: dict[str, dict[str, float]] = {}
    for row in rows("prices/alts_daily_binance_33.csv.gz"):
        table.setdefault(row["date"], {})[row["symbol"]] = float(row["close"])
    dates, coins = sorted(table), sorted({c for r in table.values() for c in r})
    close = np.array([[table[d].get(c, np.nan) for c in coins] for d in dates])
    bitcoin = coins.index("BTCUSDT")
    for n in range(50, len(dates)):
        now, at = close[n], day(dates[n])
        mean, low = close[n - 49 : n + 1].mean(axis=0), close[n - 29 : n + 1].min(axis=0)
        week = now / close[n - 7] - 1
        shares = {
            "breadth.above_50dma": np.mean(now[~np.isnan(mean)] > mean[~np.isnan(mean)]),
            "breadth.at_30d_low": np.mean(now[~np.isnan(low)] <= low[~np.isnan(low)]),
            "breadth.beats_btc_7d": np.mean(week[~np.isnan(week)] > week[bitcoin]),
        }
        for series, value in shares.items():
            found.add(series, at, NEXT_MIDNIGHT, Decimal(str(round(float(value), 6))))


def outside_history() -> History:
    """Return everything that the outside folder offers to the signals."""
    found = Collected()
    market_readings(found)
    crypto_readings(found)
    breadth_readings(found)
    return History.of(found.readings)


def demo_history() -> History:
    """Return only the three small tables: close, ETF flows, VIX."""
    found = Collected()
    found.table("demo/btc_close_usd.csv", {"close_usd": "px.BTC"}, NEXT_MIDNIGHT)
    flows = {"net_flow_usd_m": "etf.btc.flow_usd"}
    found.table("demo/etf_btc_flow_usd_m.csv", flows, FLOWS, 10**6)
    found.table("demo/vix_close.csv", {"close": "vix"}, CLOSE)
    return History.of(found.readings)


__all__ = ["FOLDER", "Collected", "day", "demo_history", "moment", "outside_history", "rows"]
