"""Made-up markets with every series a signal can read, calm years with crashes in between."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from dcaguard.core.history import DAY, F64, HOUR, I64, Column, History, column, micros
from dcaguard.core.signals.params import SignalsConfig
from dcaguard.core.signals.sessions import is_session

START = micros(datetime(2021, 3, 1, tzinfo=UTC))
FLOWS_LAG, CLOSE_LAG = DAY + 12 * HOUR + HOUR // 2, 22 * HOUR + HOUR // 2
RATES_CLOCK = 13 * HOUR + HOUR // 2  # of the next business day
RATES_LAG = DAY + RATES_CLOCK  # of a day before a business day
FIELDS = tuple(SignalsConfig.model_fields)


def daily(values: F64, lag: int = DAY, start: int = START) -> Column:
    """Return one reading a day from `start`, each known `lag` after its day began."""
    as_of = start + DAY * np.arange(values.size, dtype=np.int64)
    return column(as_of, as_of + lag, values)


def sessions(values: F64, lag: int, start: int = START) -> Column:
    """Return one reading for each New York session among the days."""
    whole = daily(values, lag, start)
    return whole.keep(is_session(whole.as_of))


def sessions_later(values: F64, count: int, clock: int) -> Column:
    """Return one reading for each session, known at a time of the `count`-th session after it."""
    ahead = START + DAY * np.arange(values.size + 14, dtype=np.int64)
    days = ahead[is_session(ahead)]
    whole = sessions(values, 0)
    at = np.searchsorted(days, whole.as_of)
    return column(whole.as_of, days[at + count] + clock, whole.value)


def only(*names: str, **changed: dict[str, object]) -> SignalsConfig:
    """Return a config with just these signals enabled."""
    tables = {f: {"enabled": f in names, **changed.get(f, {})} for f in FIELDS}
    return SignalsConfig.model_validate(tables)


@dataclass
class Market:
    """Random walks with shared crashes."""

    seed: int
    days: int

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        crash = np.zeros(self.days)
        for start in self.rng.integers(20, max(21, self.days - 5), size=max(2, self.days // 60)):
            crash[start : start + int(self.rng.integers(1, 12))] = 1.0
        self.crash = crash

    def walk(self, start: float, spread: float, hit: float) -> F64:
        steps = self.rng.normal(0, spread, self.days) - hit * self.crash * self.rng.random(
            self.days
        )
        return start * np.exp(np.cumsum(steps))

    def level(self, mean: float, spread: float, hit: float) -> F64:
        return mean + spread * self.rng.normal(0, 1, self.days) + hit * self.crash

    def history(self) -> History:
        close = self.walk(40_000, 0.025, 0.06)
        spot = {
            "px.BTC": daily(close),
            "px.BTC.high": daily(close * (1 + 0.02 * self.rng.random(self.days))),
            "px.BTC.low": daily(close * (1 - 0.03 * self.rng.random(self.days))),
            "vol.BTC": daily(self.level(1e4, 1e3, 2e4)),
            "liq.long_usd": daily(np.abs(self.level(2e7, 1e7, 4e8))),
            "oi.btc_usd": daily(self.walk(2e10, 0.02, 0.03)),
            "stable.supply_usd": daily(self.walk(1.5e11, 0.002, 0.002)),
            "ex.btc.inflow": daily(np.abs(self.level(3e4, 5e3, 2e4))),
            "ex.btc.outflow": daily(np.abs(self.level(3e4, 5e3, 0))),
            "ex.btc.supply": daily(self.level(2.3e6, 1e3, 0)),
            "cdd.btc": daily(np.abs(self.level(1e7, 2e6, 3e7))),
            "lth.btc": daily(self.walk(1.4e7, 0.001, 0.001)),
            "news.regulation": daily(np.abs(self.level(1.0, 0.2, 2.0))),
            "breadth.above_50dma": daily(np.clip(self.level(0.5, 0.15, -0.45), 0, 1)),
            "breadth.at_30d_low": daily(np.clip(self.level(0.1, 0.05, 0.5), 0, 1)),
            "breadth.beats_btc_7d": daily(np.clip(self.level(0.5, 0.2, 0), 0, 1)),
            "peg.USDC": daily(1 + 0.001 * self.rng.normal(0, 1, self.days) - 0.01 * self.crash),
        }
        coins = {f"px.{c}": daily(self.walk(100, 0.04, 0.05)) for c in ("ZEC", "XMR", "DASH")}
        return History({**spot, **coins, **self._american(), **self._treasuries()})

    def _american(self) -> dict[str, Column]:
        shares = ("SPX", "GOLD", "CSI300", "HSI", "NVDA", "MSFT", "AAPL")
        return {
            **{f"px.{s}": sessions(self.walk(1000, 0.01, 0.03), CLOSE_LAG) for s in shares},
            "vix": sessions(np.abs(self.level(17, 2, 20)), CLOSE_LAG),
            "ofr.fsi": sessions_later(self.level(-1, 0.3, 4), 2, CLOSE_LAG),
            "us2y": sessions_later(
                4 + np.cumsum(self.rng.normal(0, 0.05, self.days)), 1, RATES_CLOCK
            ),
            "effr": sessions_later(
                np.asarray(4 + 0.25 * np.round(np.cumsum(0.01 * self.crash))), 1, RATES_CLOCK
            ),
            "etf.btc.flow_usd": sessions(self.level(5e7, 2e8, -5e8), FLOWS_LAG),
        }

    def _treasuries(self) -> dict[str, Column]:
        found = {}
        for ticker in ("MSTR", "BMNR", "SBET"):
            found[f"dat.{ticker}.mnav"] = sessions(self.level(1.1, 0.1, -0.4), CLOSE_LAG)
            found[f"dat.{ticker}.price_usd"] = sessions(self.walk(5, 0.05, 0.1), CLOSE_LAG)
            found[f"dat.{ticker}.holdings"] = sessions(self.walk(1e5, 0.001, 0.001), CLOSE_LAG)
        return found


def revised(history: History, names: tuple[str, ...], seed: int) -> History:
    """Return the history with some readings of `names` corrected one to nine days later."""
    rng = np.random.default_rng(seed)
    columns = dict(history.columns)
    for name in names:
        source = columns[name]
        rows = rng.choice(source.as_of.size, size=min(12, source.as_of.size), replace=False)
        later = source.observed_at[rows] + rng.integers(1, 9, rows.size) * DAY
        columns[name] = column(
            np.concatenate([source.as_of, source.as_of[rows]]),
            np.concatenate([source.observed_at, later]),
            np.concatenate([source.value, source.value[rows] * rng.uniform(0.8, 1.2, rows.size)]),
        )
    return History(columns)


def staggered(history: History, seed: int) -> History:
    """Return the history with every third series beginning up to 150 days later."""
    rng = np.random.default_rng(seed)
    begins = {
        name: START + int(rng.integers(0, 150)) * DAY * int(rng.integers(0, 3) == 0)
        for name in history.columns
    }
    return History({n: c.keep(c.as_of >= begins[n]) for n, c in history.columns.items()})


def grid(days: int, every: int = HOUR * 7) -> I64:
    """Return instants across the made-up days, at odd hours too."""
    return np.arange(START, START + days * DAY, every, dtype=np.int64)
