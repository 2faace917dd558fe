"""The parts of S3's score: how many companies are below their coins, in the red, or selling."""

from collections.abc import Mapping

import numpy as np

from dcaguard.core.history import DAY, F64, I64, Bools, History
from dcaguard.core.signals.params import TreasurySpiral
from dcaguard.core.signals.rolling import rank, ratio
from dcaguard.core.signals.spans import day_number, gain
from dcaguard.core.signals.track import Calendar, Freshness, derive
from dcaguard.core.signals.treasury_heard import PENNY_ROWS, RETURN_ROWS, Heard

PRICE = "px.BTC"
_RANK_SESSIONS = 504
_SELLERS_FULL = 3
# What each part of the score weighs; parts that are not known leave, the others are renormalised.
_WEIGHTS = {"discount": 0.30, "underwater": 0.20, "lag": 0.20, "penny": 0.10, "sellers": 0.20}
_WEIGHT_KNOWN_MIN = 0.5


def parts_of(
    history: History, params: TreasurySpiral, heard: Heard, mnav: F64, longer: int
) -> dict[str, F64]:
    """Return each part of the score over the companies known then, each heard `longer`."""
    nav, entry = heard.nav.within(longer)["x"], heard.entry.within(longer)["x"]
    closes = heard.closes.within(longer)
    # Where any worth is unknown all companies weigh the same: coins of different kinds don't add.
    unweighed = (np.isnan(nav) & ~np.isnan(mnav)).any(axis=0)
    weight = np.where(unweighed, 1.0, np.nan_to_num(nav))
    best = closes["best"]
    penny = np.where(np.isnan(best), np.nan, best < params.penny_usd)
    return {
        "discount": _share(mnav < 1, mnav, weight),
        "underwater": _share(nav < entry, nav, weight),
        "lag": _lag(history, closes["r20"], heard.at),
        "penny": _share(penny > 0, penny, np.ones_like(penny)),
        "sellers": _sellers(heard.held.within(longer)["fewer"]),
    }


def _share(condition: Bools, known: F64, weight: F64) -> F64:
    """Return the weighted share of companies, of those known; NaN when none is."""
    w = np.where(np.isnan(known), 0.0, weight)
    return ratio((w * condition).sum(axis=0), w.sum(axis=0))


def _lag(history: History, returns: F64, now: I64) -> F64:
    """Return how unusually far the basket trails Bitcoin over 20 rows: 1 is the worst."""
    fresh = Freshness(Calendar.DAYS, 2, 2)
    bitcoin = derive(history.series(PRICE), _month).at("r20", now, fresh)
    known = (~np.isnan(returns)).sum(axis=0)
    basket = ratio(np.nansum(returns, axis=0), known.astype(float))
    share, _ = rank(bitcoin - basket, now // DAY, _RANK_SESSIONS, PENNY_ROWS * 12)
    return share


def _month(as_of: I64, close: F64) -> dict[str, F64]:
    return {"r20": gain(close, day_number(as_of), RETURN_ROWS)}


def _sellers(fewer: F64) -> F64:
    """Return how many companies hold fewer coins than 30 days before; NaN when none is known."""
    known = (~np.isnan(fewer)).any(axis=0)
    return np.where(known, np.nansum(fewer, axis=0), np.nan)


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
