"""S6 everything-sold: Bitcoin, shares and gold fall together; the extreme pauses by itself."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from dcaguard.core.history import F64, I64, NEVER, Bools, Column, History, distinct
from dcaguard.core.signals.memory import ranked_score, remember, short_past
from dcaguard.core.signals.params import EverythingSold
from dcaguard.core.signals.rolling import before, highest, in_a_row, ratio, sigma
from dcaguard.core.signals.sessions import (
    CLOSED_WEEKDAYS_MAX,
    on_sessions,
    on_weekdays,
    session_number,
    weekday_number,
)
from dcaguard.core.signals.spans import day_number, returns, whole
from dcaguard.core.signals.state import Block
from dcaguard.core.signals.track import (
    Calendar,
    Derive,
    Freshness,
    Rows,
    Spec,
    Track,
    derive,
    never_read,
)

BITCOIN, SHARES, GOLD, CHINA, HONG_KONG = "px.BTC", "px.SPX", "px.GOLD", "px.CSI300", "px.HSI"
MARKETS = (BITCOIN, SHARES, GOLD, CHINA, HONG_KONG)
VIX = "vix"
# The names of its two breakers, and how a sentence names them.
BREAKERS = {"j3": "Bitcoin, shares and gold fell together", "vix": "VIX"}
_CORE = (BITCOIN, SHARES, GOLD)
_BARS = 5
_VIX_PEAK_SESSIONS = 60
# Christmas and New Year lie within five bars.
_GOLD_CLOSED_WEEKDAYS = 2


def everything_sold(history: History, params: EverythingSold) -> Track:
    """Return S6: each market's fall over five of its own bars, in its own sigmas."""
    fresh = Freshness(Calendar.NEW_YORK, params.stale_sessions, params.stale_sessions)
    spec = Spec("everything-sold", "S6", Block.MACRO, params.weight, "sigmas, least of 3", fresh)
    missing = tuple(s for s in (*MARKETS, VIX) if s not in history.columns)
    falls = {s: derive(_own_bars(history, s), _fall(s, params)) for s in MARKETS}
    vix = derive(_own_bars(history, VIX), _vix)
    sources = [rows for rows in (*falls.values(), vix) if rows.known_at.size]
    if not sources:
        return never_read(spec, missing)
    now = distinct(*(rows.known_at for rows in sources))
    columns = _together(falls, vix, now, params)
    as_of = _newest(sources, now)
    # Sessions are counted by the American rows: Bitcoin's weekend adds rows, not sessions.
    american = [r for r in (falls[SHARES], falls[GOLD], vix) if r.known_at.size]
    day = _newest(american, now)
    key = session_number(np.where(day >= 0, day, as_of))
    measured = _measured(falls, now) >= params.assets_min
    track = _track(spec, (now, as_of, key, measured), columns, params, missing)
    # The score and the breakers look at these; of the others three or more of five are enough.
    looked_at = {**{s: falls[s] for s in _CORE}, VIX: vix}
    parts = tuple((r, _freshness(s, params)) for s, r in looked_at.items())
    unread = tuple(s for s in MARKETS if s in missing)
    needs = unread if len(MARKETS) - len(unread) < params.assets_min else ()
    return replace(track, parts=parts, needs=needs)


def _own_bars(history: History, name: str) -> Column:
    """Return a market's own bars; closes that a source carried into closed days are dropped."""
    source = history.series(name)
    if name == BITCOIN:
        return source
    return on_sessions(source) if name in (SHARES, VIX) else on_weekdays(source)


def _clock(name: str, as_of: I64) -> tuple[I64, int]:
    """Return (numbers of a market's bars, how many it may leave out for its own holidays)."""
    if name == BITCOIN:
        return day_number(as_of), 0
    if name == SHARES:
        return session_number(as_of), 0
    return weekday_number(as_of), _GOLD_CLOSED_WEEKDAYS if name == GOLD else CLOSED_WEEKDAYS_MAX


def _fall(name: str, params: EverythingSold) -> Derive:
    def fall(as_of: I64, close: F64) -> dict[str, F64]:
        clock, closed = _clock(name, as_of)
        one, five = (returns(close, clock, bars, closed) for bars in (1, _BARS))
        return {"d": -ratio(five, sigma(before(one), params.sigma_bars) * np.sqrt(_BARS))}

    return fall


def _vix(as_of: I64, vix: F64) -> dict[str, F64]:
    peak = highest(vix, _VIX_PEAK_SESSIONS)
    seen = whole(session_number(as_of), _VIX_PEAK_SESSIONS)
    return {"vix": vix, "peak": np.where(seen, peak, np.nan)}


def _together(
    falls: Mapping[str, Rows], vix: Rows, now: I64, params: EverythingSold
) -> dict[str, F64]:
    """Return J3, K5 and VIX at each instant, from what was fresh enough then."""
    d = {name: rows.at("d", now, _freshness(name, params)) for name, rows in falls.items()}
    every = np.stack([d[name] for name in MARKETS])
    known = np.count_nonzero(~np.isnan(every), axis=0)
    enough = known >= params.assets_min
    falling = np.count_nonzero(every >= params.falling_sigmas, axis=0).astype(float)
    least = np.min(np.stack([d[name] for name in _CORE]), axis=0)
    fresh = _freshness(VIX, params)
    return {
        "j3": np.where(enough, least, np.nan),
        "k5": np.where(enough, falling, np.nan),
        "known": known.astype(float),
        "read": _measured(falls, now).astype(float),
        "vix": vix.at("vix", now, fresh),
        "peak": vix.at("peak", now, fresh),
        "vix_read": (vix.index_at(now) >= 0).astype(float),
    }


def _freshness(name: str, params: EverythingSold) -> Freshness:
    if name == BITCOIN:
        return Freshness(Calendar.DAYS, params.stale_sessions, params.stale_sessions)
    if name in (CHINA, HONG_KONG):
        limit = params.stale_sessions + CLOSED_WEEKDAYS_MAX
        return Freshness(Calendar.WEEKDAYS, limit, limit)
    return Freshness(Calendar.NEW_YORK, params.stale_sessions, params.stale_sessions)


def _newest(sources: list[Rows], now: I64) -> I64:
    """Return the newest as_of known at each instant; -1 before anything is."""
    found = np.full(now.size, -1)
    for rows in sources:
        index = rows.index_at(now)
        found = np.where(index >= 0, np.maximum(found, rows.as_of[index]), found)
    return found


def _measured(falls: Mapping[str, Rows], now: I64) -> I64:
    """Return how many markets had been read by each instant, fresh or not."""
    return np.asarray(np.sum([rows.index_at(now) >= 0 for rows in falls.values()], axis=0))


def _track(
    spec: Spec,
    rows: tuple[I64, I64, I64, Bools],
    columns: Mapping[str, F64],
    params: EverythingSold,
    missing: tuple[str, ...],
) -> Track:
    now, as_of, key, measured = rows
    j3, vix = columns["j3"], columns["vix"]
    vote = (j3 >= params.vote_sigmas) | (columns["k5"] >= params.vote_falling_min)
    breaks = _breaks(columns, params)
    breaker = np.any(np.stack(list(breaks.values())) == 1.0, axis=0)
    calm_vix = (vix < params.resume_vix) | (vix <= (1 - params.resume_vix_fall) * columns["peak"])
    calm_vix |= columns["vix_read"] == 0
    apart = in_a_row((j3 < params.resume_sigmas) | ~measured, key) >= params.resume_sessions
    resumed = apart & calm_vix
    return Track(
        spec=spec,
        known_at=now,
        as_of=as_of,
        value=j3,
        score=ranked_score(j3, key, vote & ~np.isnan(j3), params),
        short=short_past(j3, key, params),
        vote=vote,
        resumed=resumed,
        breaker=breaker,
        counted=measured,
        memory=remember(vote | breaker, resumed, key, params.hold_sessions),
        expires=np.full(now.size, NEVER),
        detail={**columns, **breaks},
        reason=lambda row: _reason(row, params),
        missing=missing,
    )


def _breaks(columns: Mapping[str, F64], params: EverythingSold) -> dict[str, F64]:
    """Return each of the two breakers: 1 true, 0 false, NaN where what it looks at is not known."""
    limits = {"j3": params.breaker_sigmas, "vix": params.breaker_vix}
    return {
        f"breaks.{name}": np.where(np.isnan(columns[name]), np.nan, columns[name] >= limit)
        for name, limit in limits.items()
    }


def _reason(row: Mapping[str, float], params: EverythingSold) -> str:
    if np.isnan(row["j3"]):
        least = (
            f"{row['read']:.0f} of 5 markets read, {row['known']:.0f} of them fresh with "
            f"{params.sigma_bars} bars or more of their own, {params.assets_min} needed"
        )
    else:
        least = (
            f"Bitcoin, shares and gold each fell at least {row['j3']:+.2f} sigma in 5 bars "
            f"(votes at {params.vote_sigmas}, breaks at {params.breaker_sigmas}), "
            f"{row['k5']:.0f} of 5 markets fell"
        )
    vix = "VIX unknown" if np.isnan(row["vix"]) else f"VIX {row['vix']:.1f}"
    return f"{least}; {vix} (breaks at {params.breaker_vix:.0f})"
