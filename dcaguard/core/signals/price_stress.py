"""The price members of LEVERAGE: how far, how fast and how wildly Bitcoin moves."""

import numpy as np

from dcaguard.core.history import F64, I64, History, joined
from dcaguard.core.signals.params import LiquidationSpike
from dcaguard.core.signals.rolling import highest, ratio, sigma
from dcaguard.core.signals.spans import day_number, gain, returns, whole
from dcaguard.core.signals.state import Block
from dcaguard.core.signals.track import (
    Calendar,
    Freshness,
    Rows,
    Spec,
    Track,
    derive,
    member,
    never_read,
)

PRICE, HIGH, LOW = "px.BTC", "px.BTC.high", "px.BTC.low"
_HIGH_DAYS, _VOLATILITY_DAYS, _RETURN_DAYS = 90, 10, 5
_WEIGHT = 1.0  # LEVERAGE is a plain mean


def price_stress(history: History, params: LiquidationSpike) -> tuple[Track, ...]:
    """Return dd90, rv10, ret5 and range. They leave with S2 when it is disabled."""
    close = history.series(PRICE)
    bars = joined([history.series(HIGH), history.series(LOW)])
    specs = {name: _spec(name, params) for name in ("dd90", "rv10", "ret5", "range")}
    if close.as_of.size:
        rows = derive(close, _stress)
        found = [
            _member(specs["dd90"], rows, params, "{:.1%} below the 90-day high"),
            _member(specs["rv10"], rows, params, "10-day volatility {:.2%} a day"),
            _member(specs["ret5"], rows, params, "{:.1%} lost in 5 days"),
        ]
    else:
        found = [never_read(specs[name], (PRICE,)) for name in ("dd90", "rv10", "ret5")]
    if bars.as_of.size:
        rows = derive(bars, lambda _, pair: {"range": ratio(pair[:, 0], pair[:, 1]) - 1})
        found.append(_member(specs["range"], rows, params, "day's range {:.1%}"))
    else:
        found.append(never_read(specs["range"], (HIGH, LOW)))
    return tuple(found)


def _spec(name: str, params: LiquidationSpike) -> Spec:
    fresh = Freshness(Calendar.DAYS, params.stale_days, params.stale_days)
    return Spec(name, "", Block.LEVERAGE, _WEIGHT, "share", fresh)


def _stress(as_of: I64, close: F64) -> dict[str, F64]:
    day = day_number(as_of)
    fall = 1 - ratio(close, highest(close, _HIGH_DAYS))
    wild = sigma(returns(close, day), _VOLATILITY_DAYS)
    return {
        "dd90": np.where(whole(day, _HIGH_DAYS), fall, np.nan),
        "rv10": np.where(whole(day, _VOLATILITY_DAYS + 1), wild, np.nan),
        "ret5": -gain(close, day, _RETURN_DAYS),
    }


def _member(spec: Spec, rows: Rows, params: LiquidationSpike, words: str) -> Track:
    x = rows.columns[spec.name]
    own = Rows(rows.known_at, rows.as_of, {"value": np.asarray(x)})
    return member(spec, own, x, params, lambda row: words.format(row["value"]))
