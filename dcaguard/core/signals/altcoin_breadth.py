"""S10 altcoin-breadth: how many coins still stand; when they stop falling it gives relief."""

from collections.abc import Mapping

import numpy as np

from dcaguard.core.history import DAY, F64, I64, NEVER, History, joined
from dcaguard.core.signals.memory import ranked_score, remember, short_past
from dcaguard.core.signals.params import AltcoinBreadth
from dcaguard.core.signals.rolling import in_a_row, lowest
from dcaguard.core.signals.spans import day_number, whole
from dcaguard.core.signals.state import Block
from dcaguard.core.signals.track import (
    Calendar,
    Freshness,
    Rows,
    Spec,
    Track,
    derive,
    never_read,
)

# Shares of all coins, 0 to 1.
ABOVE, AT_LOW, BEATS = "breadth.above_50dma", "breadth.at_30d_low", "breadth.beats_btc_7d"
PRICE = "px.BTC"
_LOW_DAYS = 10


def altcoin_breadth(history: History, params: AltcoinBreadth) -> Track:
    """Return S10. Its column `relief` is 1 where the composite is eased."""
    fresh = Freshness(Calendar.DAYS, params.stale_days, params.stale_days)
    spec = Spec("altcoin-breadth", "S10", Block.STRUCTURE, params.weight, "share > 50 dma", fresh)
    missing = tuple(s for s in (ABOVE, AT_LOW) if s not in history.columns)
    if missing:
        return never_read(spec, missing)
    both = joined([history.series(ABOVE), history.series(AT_LOW)])
    rows = derive(both, lambda _, x: {"above": x[:, 0], "at_low": x[:, 1]})
    above, at_low = rows.columns["above"], rows.columns["at_low"]
    vote = (above <= params.vote_above_50dma) & (at_low >= params.vote_at_low)
    day = rows.as_of // DAY
    calmer = (above >= params.resume_above_50dma) | (at_low <= params.resume_at_low)
    resumed = in_a_row(calmer, day) >= params.resume_days
    relief = _relief(history, rows, params, fresh)
    return Track(
        spec=spec,
        known_at=rows.known_at,
        as_of=rows.as_of,
        value=above,
        score=ranked_score(-above, day, vote, params),
        short=short_past(-above, day, params),
        vote=vote,
        resumed=resumed,
        breaker=np.zeros(vote.size, bool),
        counted=np.ones(vote.size, bool),
        memory=remember(vote, resumed, day, params.hold_days),
        expires=np.full(vote.size, NEVER),
        detail={**rows.columns, "relief": relief},
        reason=lambda row: _reason(row, params),
        missing=tuple(s for s in (BEATS,) if s not in history.columns),
    )


def _relief(history: History, rows: Rows, params: AltcoinBreadth, fresh: Freshness) -> F64:
    """Bitcoin makes a low of ten days and the others do not follow: selling is narrow.

    1 true, 0 false, NaN where one of the two was read and has fallen silent.
    """
    bitcoin = derive(history.series(PRICE), _at_low)
    beats = derive(history.series(BEATS), lambda _, x: {"beats": x})
    low, ahead = bitcoin.at("low", rows.known_at, fresh), beats.at("beats", rows.known_at, fresh)
    narrow = rows.columns["at_low"] <= params.relief_at_low
    both = (bitcoin.index_at(rows.known_at) >= 0) & (beats.index_at(rows.known_at) >= 0)
    silent = both & (np.isnan(low) | np.isnan(ahead)) & narrow
    return np.where(silent, np.nan, (low > 0) & narrow & (ahead >= params.relief_beats_btc))


def _at_low(as_of: I64, close: F64) -> dict[str, F64]:
    low = (close <= lowest(close, _LOW_DAYS)) & (np.arange(close.size) >= _LOW_DAYS - 1)
    return {"low": np.where(whole(day_number(as_of), _LOW_DAYS), low, np.nan)}


def _reason(row: Mapping[str, float], params: AltcoinBreadth) -> str:
    eased = "; Bitcoin's low is not shared: relief" if row["relief"] > 0 else ""
    return (
        f"{row['above']:.0%} of coins above their 50-day mean, {row['at_low']:.0%} at a 30-day "
        f"low (votes at {params.vote_above_50dma:.0%} and {params.vote_at_low:.0%}){eased}"
    )
