"""S9 privacy-rotation: privacy coins run ahead while Bitcoin falls. Context, low weight."""

from collections.abc import Mapping

import numpy as np

from dcaguard.core.history import DAY, F64, I64, NEVER, History, distinct
from dcaguard.core.signals.memory import ranked_score, remember, short_past
from dcaguard.core.signals.params import PrivacyRotation
from dcaguard.core.signals.rolling import rank
from dcaguard.core.signals.spans import day_number, gain
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

PRICE = "px.BTC"
_DAYS = 20


def series_of(params: PrivacyRotation) -> tuple[str, ...]:
    """Return the series of the coins."""
    return tuple(f"px.{coin}" for coin in params.coins)


def privacy_rotation(history: History, params: PrivacyRotation) -> Track:
    """Return S9: the median coin's 20-day return less Bitcoin's."""
    fresh = Freshness(Calendar.DAYS, params.stale_days, params.stale_days)
    spec = Spec("privacy-rotation", "S9", Block.STRUCTURE, params.weight, "share, 20 d", fresh)
    coins = {s: derive(history.series(s), _month) for s in series_of(params)}
    read = [rows for rows in coins.values() if rows.known_at.size]
    missing = tuple(s for s, rows in coins.items() if not rows.known_at.size)
    bitcoin = derive(history.series(PRICE), _month)
    if len(read) < params.coins_min or not bitcoin.known_at.size:
        return never_read(spec, missing or (PRICE,))
    now = distinct(*(rows.known_at for rows in (bitcoin, *read)))
    now = now[now >= bitcoin.known_at[0]]
    columns = _rotation(bitcoin, read, now, fresh)
    rotation, counted = columns["rotation"], columns["known"] >= params.coins_min
    rotation = np.where(counted, rotation, np.nan)
    as_of = bitcoin.as_of[bitcoin.index_at(now)]
    day = as_of // DAY
    share, _ = rank(rotation, day, params.rank_window, params.rank_min)
    vote = (share >= params.vote_rank) & (columns["bitcoin"] < 0)
    resumed = share < params.resume_rank
    return Track(
        spec=spec,
        known_at=now,
        as_of=as_of,
        value=rotation,
        score=ranked_score(rotation, day, vote, params),
        short=short_past(rotation, day, params),
        vote=vote,
        resumed=resumed,
        breaker=np.zeros(vote.size, bool),
        counted=np.maximum.accumulate(counted),
        memory=remember(vote, resumed, day, params.hold_days),
        expires=np.full(vote.size, NEVER),
        detail={**columns, "share": share},
        reason=_reason,
        missing=missing,
        parts=tuple((rows, fresh) for rows in (bitcoin, *read)),
    )


def _month(as_of: I64, close: F64) -> dict[str, F64]:
    return {"r20": gain(close, day_number(as_of), _DAYS)}


def _rotation(bitcoin: Rows, coins: list[Rows], now: I64, fresh: Freshness) -> dict[str, F64]:
    base = bitcoin.at("r20", now, fresh)
    ahead = np.stack([rows.at("r20", now, fresh) - base for rows in coins])
    known = np.count_nonzero(~np.isnan(ahead), axis=0)
    median = np.full(now.size, np.nan)
    some = known > 0
    if some.any():
        median[some] = np.nanmedian(ahead[:, some], axis=0)
    return {"rotation": median, "bitcoin": base, "known": known.astype(float)}


def _reason(row: Mapping[str, float]) -> str:
    return (
        f"privacy coins {row['rotation']:+.1%} against Bitcoin in 20 days "
        f"(Bitcoin {row['bitcoin']:+.1%})"
    )
