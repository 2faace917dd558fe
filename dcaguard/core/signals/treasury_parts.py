"""The parts of S3's score: how many companies are below their coins, in the red, or selling."""

from collections.abc import Mapping

import numpy as np

from dcaguard.core.history import DAY, F64, I64, Bools, History
from dcaguard.core.signals.params import TreasurySpiral
from dcaguard.core.signals.rolling import before, rank, ratio
from dcaguard.core.signals.sessions import on_weekdays
from dcaguard.core.signals.track import Calendar, Freshness, derive, lookup
from dcaguard.core.signals.treasury_worth import positive

PRICE = "px.BTC"
_RETURN_ROWS, _PENNY_ROWS, CHANGE_DAYS = 20, 10, 30
_RANK_SESSIONS = 504
_SELLERS_FULL = 3
# What each part of the score weighs; parts that are not known leave, the others are renormalised.
_WEIGHTS = {"discount": 0.30, "underwater": 0.20, "lag": 0.20, "penny": 0.10, "sellers": 0.20}
_WEIGHT_KNOWN_MIN = 0.5


def parts_of(
    history: History,
    params: TreasurySpiral,
    tickers: list[str],
    known: tuple[F64, I64],
    limits: tuple[Freshness, Freshness],
) -> dict[str, F64]:
    """Return each part of the score over the companies known then; `known` is (mnav, at)."""
    (mnav, now), (prices, slow) = known, limits

    def table(part: str) -> F64:
        found = [derive(history.series(f"dat.{t}.{part}"), positive) for t in tickers]
        return np.stack([rows.at("x", now, slow) for rows in found])

    # Rows of prices are counted as sessions; not all trade in New York.
    series = [on_weekdays(history.series(f"dat.{t}.price_usd")) for t in tickers]
    closes = [derive(source, _prices).several(("cheap", "r20"), now, prices) for source in series]
    best, returns = np.stack(closes, axis=1)
    nav = table("nav_usd")
    # Where any worth is unknown all companies weigh the same: coins of different kinds don't add.
    unweighed = (np.isnan(nav) & ~np.isnan(mnav)).any(axis=0)
    weight = np.where(unweighed, 1.0, np.nan_to_num(nav))
    penny = np.where(np.isnan(best), np.nan, best < params.penny_usd)
    return {
        "discount": _share(mnav < 1, mnav, weight),
        "underwater": _share(nav < table("entry_usd"), nav, weight),
        "lag": _lag(history, returns, now),
        "penny": _share(penny > 0, penny, np.ones_like(penny)),
        "sellers": _sellers(history, tickers, now, slow),
    }


def _prices(_as_of: I64, close: F64) -> dict[str, F64]:
    ten = np.stack([before(close, n) for n in range(_PENNY_ROWS)])
    # The best close of ten sessions: below a dollar only when every one was.
    return {"r20": ratio(close, before(close, _RETURN_ROWS)) - 1, "cheap": ten.max(axis=0)}


def _share(condition: Bools, known: F64, weight: F64) -> F64:
    """Return the weighted share of companies, of those known; NaN when none is."""
    w = np.where(np.isnan(known), 0.0, weight)
    return ratio((w * condition).sum(axis=0), w.sum(axis=0))


def _lag(history: History, returns: F64, now: I64) -> F64:
    """Return how unusually far the basket trails Bitcoin over 20 rows: 1 is the worst."""
    fresh = Freshness(Calendar.DAYS, 2, 2)
    bitcoin = derive(history.series(PRICE), _prices).at("r20", now, fresh)
    known = (~np.isnan(returns)).sum(axis=0)
    basket = ratio(np.nansum(returns, axis=0), known.astype(float))
    share, _ = rank(bitcoin - basket, now // DAY, _RANK_SESSIONS, _PENNY_ROWS * 12)
    return share


def _sellers(history: History, tickers: list[str], now: I64, fresh: Freshness) -> F64:
    """Return how many companies hold fewer coins than 30 days before."""
    count, known = np.zeros(now.size), np.zeros(now.size)
    for ticker in tickers:
        source = history.series(f"dat.{ticker}.holdings")
        rows = derive(source, lambda _, x: {"x": x})
        held = rows.at("x", now, fresh)
        earlier = lookup(source, now - CHANGE_DAYS * DAY, now)
        count += np.nan_to_num(held < earlier)
        known += ~np.isnan(held) & ~np.isnan(earlier)
    return np.where(known > 0, count, np.nan)


def score_of(parts: Mapping[str, F64]) -> F64:
    """Return the weighted mean of the parts that are known; NaN when too few are."""
    scaled = {**parts, "sellers": np.minimum(1.0, parts["sellers"] / _SELLERS_FULL)}
    table = np.stack([scaled[name] for name in _WEIGHTS])
    weights = np.array(list(_WEIGHTS.values()))[:, None] * ~np.isnan(table)
    known = weights.sum(axis=0)
    return np.where(
        known >= _WEIGHT_KNOWN_MIN,
        ratio((weights * np.nan_to_num(table)).sum(axis=0), known),
        np.nan,
    )
