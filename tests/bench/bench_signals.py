"""How long signals and regime take on ten made-up years, beside pandas and plain Python.

Run: python tests/bench/bench_signals.py. Prints seconds, best of three.
"""

import statistics
import timeit
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np

from dcaguard.core.gate import fold
from dcaguard.core.history import DAY, F64, moment
from dcaguard.core.signals.evaluate import evaluate
from dcaguard.core.signals.params import GateConfig, SignalsConfig
from dcaguard.core.signals.rolling import log_returns, rank, sigma
from tests.core.signals.synthetic import START, Market

POINT_DAYS, FOLD_DAYS, WINDOW = 3650, 5000, 365


def best(run: Callable[[], object]) -> float:
    return min(timeit.repeat(run, number=1, repeat=3))


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


def main() -> None:
    signals, gate = SignalsConfig(), GateConfig()
    ten, longer = Market(1, POINT_DAYS).history(), Market(1, FOLD_DAYS).history()
    at, until = moment(START + POINT_DAYS * DAY), moment(START + FOLD_DAYS * DAY)
    print(
        f"every signal, one instant, {POINT_DAYS} days: "
        f"{best(lambda: evaluate(ten, at, signals, gate)):.4f} s"
    )
    print(
        f"signals and regime, {FOLD_DAYS} days at four instants: "
        f"{best(lambda: fold(longer, until, signals, gate)):.3f} s"
    )
    close = longer.series("px.BTC").value
    print(f"one rank score, {FOLD_DAYS} days: here {best(lambda: ours(close)):.4f} s")
    if find_spec("pandas"):
        print(f"  the same with pandas {best(lambda: by_pandas(close)):.4f} s")
    print(f"  the same in plain Python {best(lambda: plain(close)):.3f} s")


if __name__ == "__main__":
    main()
