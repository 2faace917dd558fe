"""How dear an asset is: apart from stress, because its sign is the opposite one."""

from datetime import date, datetime
from decimal import Decimal

import numpy as np

from dcaguard.core.history import DAY, F64, I64, History, micros

_MEAN_DAYS = 200
_GENESIS_DAY = (date(2009, 1, 3) - date(1970, 1, 1)).days
_SLOPE, _OFFSET = 5.84, 17.01
# A price older than this says nothing about today.
_STALE_DAYS = 3
LADDER = (Decimal("0.20"), Decimal("0.35"), Decimal("0.50"))


def ahr999(history: History, at: datetime) -> float | None:
    """Return Bitcoin's AHR999: below 0.45 cheap, above 1.2 dear. None without 200 days.

    (price / geometric mean of 200 days) * (price / what its age predicts).
    """
    days, closes = _closes(history, "BTC", at)
    if closes.size < _MEAN_DAYS:
        return None
    price = float(closes[-1])
    geometric = float(np.exp(np.log(closes[-_MEAN_DAYS:]).mean()))
    age_days = int(days[-1]) - _GENESIS_DAY
    predicted = 10 ** (_SLOPE * float(np.log10(age_days)) - _OFFSET)
    return price / geometric * (price / predicted)


def mayer(history: History, at: datetime, asset: str = "BTC") -> float | None:
    """Return price / mean of 200 days; None without 200 days or with an old price."""
    _, closes = _closes(history, asset, at)
    if closes.size < _MEAN_DAYS:
        return None
    return float(closes[-1]) / float(closes[-_MEAN_DAYS:].mean())


def drawdown_from_high(
    history: History, asset: str, at: datetime, lookback_days: int
) -> float | None:
    """Return how far the newest close is below the highest of `lookback_days`, 0 to 1."""
    days, closes = _closes(history, asset, at)
    if not closes.size:
        return None
    recent = closes[days > int(days[-1]) - lookback_days]
    return 1 - float(closes[-1]) / float(recent.max())


def drawdown_from_all_time_high(history: History, asset: str, at: datetime) -> float | None:
    """Return how far the newest close is below the highest ever known, 0 to 1."""
    return drawdown_from_high(history, asset, at, lookback_days=2**30)


def rungs_reached(drawdown: float | None, ladder: tuple[Decimal, ...] = LADDER) -> int:
    """Return how many rungs of the ladder a drawdown has reached; 0 when it is not known."""
    if drawdown is None:
        return 0
    return sum(Decimal(str(round(drawdown, 9))) >= rung for rung in ladder)


def _closes(history: History, asset: str, at: datetime) -> tuple[I64, F64]:
    """Return (day numbers, closes) known at `at`; empty when the newest is too old."""
    as_of, closes = history.visible(f"px.{asset}", at)
    good = closes > 0
    days, closes = as_of[good] // DAY, closes[good]
    if not days.size or micros(at) // DAY - int(days[-1]) - 1 > _STALE_DAYS:
        return days[:0], closes[:0]
    return days, closes
