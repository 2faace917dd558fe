"""What a company costs against its coins, from parts that have sources: known only when all are.

mNAV = shares x price / (holdings x price of the coin), as each close of the share becomes known.
"""

import numpy as np

from dcaguard.core.history import F64, I64, Bools, History
from dcaguard.core.signals.params import TreasurySpiral
from dcaguard.core.signals.rolling import before, ratio
from dcaguard.core.signals.sessions import on_weekdays
from dcaguard.core.signals.track import Calendar, Freshness, Rows, derive

PARTS = ("price_usd", "shares", "diluted_shares", "holdings", "nav_usd")
_DAYS_OF_A_QUARTER = 200  # a count holds until the next quarter's report, filed up to 90 days late
_SPLIT_RATIO = 2.0  # from one close to the next, while the count of shares stays


def coin_of(ticker: str, params: TreasurySpiral) -> str:
    """Return the series of the price of the coin that a company holds."""
    return f"px.{params.coins.get(ticker, 'BTC')}"


def worth(history: History, ticker: str, params: TreasurySpiral) -> Rows:
    """Return mNAV ("x") at each close from the first known one on, and what the shares were.

    "diluted" is 1 for diluted shares, 0 for those outstanding.
    """
    close = derive(on_weekdays(history.series(f"dat.{ticker}.price_usd")), positive)
    at = close.known_at
    slow = Freshness(Calendar.DAYS, params.stale_holdings_days, params.stale_holdings_days)
    quarter = Freshness(Calendar.DAYS, _DAYS_OF_A_QUARTER, _DAYS_OF_A_QUARTER)
    daily = Freshness(Calendar.DAYS, 2, 2)

    def part(name: str, fresh: Freshness) -> F64:
        return derive(history.series(name), positive).at("x", at, fresh)

    diluted = part(f"dat.{ticker}.diluted_shares", quarter)
    plain = part(f"dat.{ticker}.shares", quarter)
    shares = np.where(np.isnan(diluted), plain, diluted)
    coins = part(f"dat.{ticker}.holdings", slow) * part(coin_of(ticker, params), daily)
    # A provider's own sum of all coins tells the same, of the moment at which it was read.
    coins = np.where(np.isnan(coins), part(f"dat.{ticker}.nav_usd", daily), coins)
    found = ratio(shares * close.columns["x"], coins)
    known = np.where(_split(found, shares), np.nan, found)
    kind = np.where(np.isnan(diluted), 0.0, 1.0)
    # Before that there is no row, as there was none on the day.
    since = slice(int(np.argmax(~np.isnan(known))) if (~np.isnan(known)).any() else at.size, None)
    return Rows(at[since], close.as_of[since], {"x": known[since], "diluted": kind[since]})


def positive(_as_of: I64, x: F64) -> dict[str, F64]:
    """Return the values; zero means that the provider does not know."""
    return {"x": np.where(x > 0, x, np.nan)}


def _split(mnav: F64, shares: F64) -> Bools:
    """Tell where the price may be of split shares and the count of the old ones.

    From the jump on nothing is known until another count is reported.
    """
    if not mnav.size:
        return np.zeros(0, bool)
    step = ratio(mnav, before(mnav))
    recounted = shares != before(shares)
    jumped = ~recounted & ((step >= _SPLIT_RATIO) | (step <= 1 / _SPLIT_RATIO))
    jumps = np.cumsum(jumped)
    at_recount = np.maximum.accumulate(np.where(recounted, jumps, 0))
    return np.asarray(jumps > at_recount)
