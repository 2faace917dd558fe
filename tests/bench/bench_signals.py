"""How long signals and regime take on ten made-up years, beside pandas and plain Python.

Run: python tests/bench/bench_signals.py. Every series that one of the thirteen can read is as
long. Seconds of this process's own time, best of several, so that a busy machine disturbs less.
"""

import statistics
import time
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np

from dcaguard.core.explain import Told, Watched, eligibility_told, recovery_told, told
from dcaguard.core.explain_custody import custody_told
from dcaguard.core.gate import fold
from dcaguard.core.history import DAY, F64, Column, History, moment
from dcaguard.core.signals.evaluate import evaluate
from dcaguard.core.signals.params import GateConfig, SignalsConfig
from dcaguard.core.signals.rolling import log_returns, order_statistics, rank, sigma
from tests.core.signals.synthetic import CLOSE_LAG, START, Market, daily, sessions

POINT_DAYS, FOLD_DAYS, WINDOW = 3650, 5000, 365
SIGNALS, GATE = SignalsConfig(), GateConfig()
WATCHED = Watched(("kraken",), ("USDC", "USDT"), ("SOL",))


def best(run: Callable[[], object], times: int = 5) -> float:
    found = []
    for _ in range(times):
        begin = time.process_time()
        run()
        found.append(time.process_time() - begin)
    return min(found)


def whole(days: int) -> History:
    """Return the made-up market with every series that any of the thirteen signals can read."""
    market = Market(1, days)
    columns = dict(market.history().columns)
    for ticker in SIGNALS.treasury_spiral.tickers:
        counts = (("shares", 2e8), ("diluted_shares", 2.2e8))
        for part, mean in (("mnav", 1.1), ("nav_usd", 1e9), ("entry_usd", 9e8), *counts):
            values = np.abs(market.level(mean, 0.1 * mean, -0.4 * mean))
            columns[f"dat.{ticker}.{part}"] = sessions(values, CLOSE_LAG)
        columns[f"dat.{ticker}.price_usd"] = sessions(market.walk(5, 0.05, 0.1), CLOSE_LAG)
        columns[f"dat.{ticker}.holdings"] = sessions(market.walk(1e5, 0.001, 0.001), CLOSE_LAG)
    extra: dict[str, Column] = {
        "etf.btc.aum_usd": daily(market.walk(1e11, 0.02, 0.03)),
        "px.ZEN": daily(market.walk(100, 0.04, 0.05)),
        "odds.fed_easier.kalshi": daily(market.rng.random(days)),
        "odds.fed_easier.polymarket": daily(market.rng.random(days)),
        "depth.BTC": daily(np.abs(market.level(1e8, 1e7, -5e7))),
        "spread.BTC": daily(np.abs(market.level(1e-4, 1e-5, 5e-4))),
        "peg.USDT": daily(1 + 0.0005 * market.rng.normal(0, 1, days)),
        "cex.kraken.tvl_usd": daily(market.walk(1e10, 0.01, 0.01)),
        "cex.kraken.clean_usd": daily(market.walk(1e10, 0.001, 0.001)),
        "cex.kraken.inflow_24h_usd": daily(market.level(0, 1e8, -1e8)),
        "cex.kraken.inflow_7d_usd": daily(market.level(0, 3e8, -3e8)),
        "venue.kraken.failures": daily(np.zeros(days)),
        "venue.kraken.withdraw.BTC": daily(np.ones(days)),
        "rev.SOL.usd_day": daily(market.walk(1e6, 0.01, 0.01)),
        "rev.SOL.holders_usd_day": daily(market.walk(1e5, 0.01, 0.01)),
        "mcap.SOL": daily(market.walk(1e10, 0.01, 0.01)),
        "px.SOL": daily(market.walk(100, 0.04, 0.05)),
    }
    return History({**columns, **extra})


def thirteen(history: History, day: int) -> list[Told]:
    """Evaluate all thirteen at the end of one day."""
    at = moment(START + day * DAY)
    scored = evaluate(history, at, SIGNALS, GATE)
    found = [told(state) for state in scored if state.number]
    found.append(recovery_told(scored, history, at, SIGNALS.recovery))
    found.append(custody_told(WATCHED, history, at, SIGNALS.venue_custody))
    found.append(eligibility_told(WATCHED, history, at, SIGNALS.eligibility))
    return found


def ours(close: F64) -> F64:
    volatility = sigma(log_returns(close), 10)
    return rank(volatility, np.arange(close.size), WINDOW, 120)[0]


def by_pandas(close: F64) -> object:
    import pandas as pd

    volatility = np.log(pd.Series(close)).diff().rolling(10).std()
    return volatility.rolling(WINDOW, min_periods=120).rank(pct=True, method="max")


def plain(close: F64) -> list[float]:
    logs = [0.0, *np.diff(np.log(close)).tolist()]
    volatility = [
        statistics.stdev(logs[max(0, n - 9) : n + 1] or [0, 0]) for n in range(9, len(logs))
    ]
    return [
        sum(v <= now for v in volatility[max(0, n - WINDOW + 1) : n + 1]) / min(n + 1, WINDOW)
        for n, now in enumerate(volatility)
    ]


def quartiles_by_pandas(close: F64) -> object:
    import pandas as pd

    past = pd.Series(close).shift().rolling(WINDOW, min_periods=1)
    return [past.quantile(share) for share in (0.25, 0.5, 0.75)]


def main() -> None:
    ten, longer = whole(POINT_DAYS), whole(FOLD_DAYS)
    until = moment(START + FOLD_DAYS * DAY)
    told_all = thirteen(ten, POINT_DAYS)
    assert len({one.number for one in told_all}) == 13
    assert all(one.observed_at is not None for one in told_all), "a signal was given no series"
    print(
        f"all thirteen signals, one instant, {POINT_DAYS} days of {len(ten.columns)} series: "
        f"{best(lambda: thirteen(ten, POINT_DAYS), 15):.4f} s"
    )
    print(
        f"signals and regime, {FOLD_DAYS} days at four instants: "
        f"{best(lambda: fold(longer, until, SIGNALS, GATE), 3):.3f} s"
    )
    close = longer.series("px.BTC").value
    print(f"one rank score, {FOLD_DAYS} days: here {best(lambda: ours(close)):.4f} s")
    if find_spec("pandas"):
        print(f"  the same with pandas {best(lambda: by_pandas(close)):.4f} s")
    print(f"  the same in plain Python {best(lambda: plain(close)):.3f} s")
    quartiles = (0.25, 0.5, 0.75)
    here = best(lambda: order_statistics(close, WINDOW, quartiles))
    print(f"three quartiles of the year before, {FOLD_DAYS} days: here {here:.4f} s")
    if find_spec("pandas"):
        print(f"  the same with pandas {best(lambda: quartiles_by_pandas(close)):.4f} s")


if __name__ == "__main__":
    main()
