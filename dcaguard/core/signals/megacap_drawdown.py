"""S5 megacap-drawdown: the largest technology shares fall far below their recent high."""

from collections.abc import Mapping
from functools import partial
from itertools import pairwise

import numpy as np

from dcaguard.core.history import F64, I64, NEVER, Column, History, joined
from dcaguard.core.signals.memory import ranked_score, remember, short_past
from dcaguard.core.signals.params import MegacapDrawdown
from dcaguard.core.signals.rolling import (
    before,
    highest,
    in_a_row,
    log_returns,
    mean,
    ratio,
    sigma,
)
from dcaguard.core.signals.sessions import on_sessions, session_number
from dcaguard.core.signals.spans import change, unbroken, whole
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

_WEEK, _SIGMA_SESSIONS = 5, 90


def series_of(params: MegacapDrawdown) -> tuple[str, ...]:
    """Return the series of the basket."""
    return tuple(f"px.{share}" for share in params.shares)


def megacap_drawdown(history: History, params: MegacapDrawdown) -> Track:
    """Return S5 over an equal-weight basket, rebalanced each session."""
    fresh = Freshness(Calendar.NEW_YORK, params.stale_sessions, params.stale_sessions)
    spec = Spec(
        "megacap-drawdown",
        "S5",
        Block.MACRO,
        params.weight,
        "% from high",
        fresh,
        params.high_sessions,
    )
    names = series_of(params)
    shares = {s: on_sessions(history.series(s)) for s in names}
    missing = tuple(s for s, source in shares.items() if not source.as_of.size)
    if len(missing) == len(names):
        return never_read(spec, missing)
    rows = _basket(shares, params)
    columns = rows.columns
    vote = (columns["basket"] <= params.vote_basket_pct) & (
        columns["leader"] <= params.vote_leader_pct
    )
    vote |= columns["z5"] <= params.vote_5d_z
    key = session_number(rows.as_of)
    calmer = (columns["recovered"] >= params.resume_recovered) | (columns["above_mean"] > 0)
    resumed = in_a_row(calmer & ~np.isnan(columns["basket"]), key) >= params.resume_sessions
    return Track(
        spec=spec,
        known_at=rows.known_at,
        as_of=rows.as_of,
        value=columns["basket"],
        score=ranked_score(-columns["basket"], key, vote, params),
        short=short_past(-columns["basket"], key, params),
        vote=vote,
        resumed=resumed,
        breaker=np.zeros(vote.size, bool),
        counted=np.ones(vote.size, bool),
        memory=remember(vote, resumed, key, params.hold_sessions),
        expires=np.full(vote.size, NEVER),
        detail=columns,
        reason=lambda row: _reason(row, params),
        missing=missing,
    )


def _basket(shares: Mapping[str, Column], params: MegacapDrawdown) -> Rows:
    """Derive each row from the shares that had been read by then: a later one changes no past."""
    begins = {s: int(c.observed_at[0]) for s, c in shares.items() if c.as_of.size}
    starts = [*sorted(set(begins.values())), NEVER]
    pieces = []
    for start, end in pairwise(starts):
        read = [s for s, first in begins.items() if first <= start]
        leader = f"px.{params.leader}"
        position = read.index(leader) if leader in read else None
        fall = partial(_falls, leader=position, params=params)
        rows = derive(joined([shares[s] for s in read]), fall)
        inside = (rows.known_at >= start) & (rows.known_at < end)
        columns = {name: x[inside] for name, x in rows.columns.items()}
        pieces.append(Rows(rows.known_at[inside], rows.as_of[inside], columns))
    return Rows(
        np.concatenate([p.known_at for p in pieces]),
        np.concatenate([p.as_of for p in pieces]),
        {name: np.concatenate([p.columns[name] for p in pieces]) for name in pieces[0].columns},
    )


def _falls(as_of: I64, closes: F64, leader: int | None, params: MegacapDrawdown) -> dict[str, F64]:
    clock = session_number(as_of)
    steps = np.stack([log_returns(c) for c in closes.T], axis=1).mean(axis=1)
    logs = np.cumsum(np.nan_to_num(steps))
    # A high of which the sessions before it are missing is none: then nothing is known below it.
    seen = np.where(whole(clock, params.high_sessions), 1.0, np.nan)
    level = np.exp(logs)
    high = highest(level, params.high_sessions) * seen
    low = _low_since_high(level, high, params.high_sessions)
    one_session = np.where(unbroken(clock, 1), steps, np.nan)
    spread = sigma(before(one_session), _SIGMA_SESSIONS) * np.sqrt(_WEEK)
    own = closes[:, leader] if leader is not None else np.full(len(closes), np.nan)
    middle = np.where(whole(clock, params.resume_mean_sessions), 1.0, np.nan)
    return {
        "basket": 100 * (level / high - 1),
        "leader": 100 * (ratio(own, highest(own, params.high_sessions) * seen) - 1),
        "z5": ratio(change(logs, clock, _WEEK), spread),
        "recovered": np.where(level >= high, 1.0, ratio(level - low, high - low)),
        "above_mean": (level > mean(level, params.resume_mean_sessions) * middle).astype(float),
    }


def _low_since_high(level: F64, high: F64, sessions: int) -> F64:
    """Return each row's lowest level since its high: what lies before the high is no fall of it."""
    low, passed = level.copy(), level >= high
    for back in range(1, sessions):
        earlier = before(level, back)
        low = np.where(passed, low, np.fmin(low, earlier))
        passed = passed | (earlier >= high)
    return np.where(passed, low, np.nan)


def _reason(row: Mapping[str, float], params: MegacapDrawdown) -> str:
    return (
        f"basket {row['basket']:+.1f} %, {params.leader} {row['leader']:+.1f} % from the "
        f"{params.high_sessions}-session high (vote at {params.vote_basket_pct:+.0f} % and "
        f"{params.vote_leader_pct:+.0f} %), five sessions {row['z5']:+.1f} sigma"
    )
