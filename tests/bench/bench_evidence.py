"""What pausing cost on recorded years: 10 USD of BTC a day, deferred or skipped, beside plain.

Needs the outside history: set DCAGUARD_HISTORY_DIR to its folder. No fees, bought at the close.
"""

import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from dcaguard.core.gate import Regime, Transition, fold
from dcaguard.core.signals.params import GateConfig, SignalsConfig
from dcaguard.core.sizing import size
from tests.history.outside import FOLDER, day, outside_history, rows

TRANCHE = Decimal(10)
CATCH_UP = Decimal(2)
ZERO, ONE, HALF = Decimal(0), Decimal(1), Decimal("0.5")
SHARES = {Regime.NORMAL: ONE, Regime.CAUTION: HALF, Regime.PROBE: HALF}  # all others: nothing


def shares(moves: tuple[Transition, ...], days: list[str]) -> list[Decimal]:
    """Return the share that the gate lets through at 13:00 UTC of each day."""
    found, position, now = [], 0, Regime.NORMAL
    for text in days:
        at = day(text) + timedelta(hours=13)
        while position < len(moves) and moves[position].at <= at:
            now, position = moves[position].regime, position + 1
        found.append(SHARES.get(now, ZERO))
    return found


def wealth(closes: list[Decimal], allowed: list[Decimal], *, defer: bool) -> Decimal:
    """Return holdings at the last close plus all money that was not spent."""
    units = spent = backlog = ZERO
    for close, share in zip(closes, allowed, strict=True):
        sized = size(
            base=TRANCHE,
            multiplier=ONE,
            share=share,
            backlog=backlog,
            carry=ZERO,
            catch_up_multiple=CATCH_UP,
        )
        backlog += (sized.withheld if defer else ZERO) - sized.from_backlog
        spent += sized.wanted
        units += sized.wanted / close
    return units * closes[-1] + TRANCHE * len(closes) - spent


def main() -> None:
    if not FOLDER:
        print("DCAGUARD_HISTORY_DIR is not set: nothing to measure on")
        return
    table = {row["date"]: row["close"] for row in rows("prices/btc_usd_daily_long.csv")}
    moves = fold(outside_history(), day(max(table)), SignalsConfig(), GateConfig())[1]
    print("| from | to | days with nothing bought | deferred | skipped |\n|---|---|--:|--:|--:|")
    for first in ("2018-01-01", "2021-01-01", "2024-01-01"):
        days = sorted(date for date in table if date >= first and table[date])
        closes = [Decimal(table[date]) for date in days]
        allowed = shares(moves, days)
        plain = wealth(closes, [ONE] * len(days), defer=True)
        cost = [wealth(closes, allowed, defer=way) / plain * 100 - 100 for way in (True, False)]
        quiet = Decimal(allowed.count(ZERO)) / len(days) * 100
        print(f"| {first} | {days[-1]} | {quiet:.0f} % | {cost[0]:+.1f} % | {cost[1]:+.1f} % |")


if __name__ == "__main__":
    main()
