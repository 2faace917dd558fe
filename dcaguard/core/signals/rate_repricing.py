"""S4 rate-repricing: the market moves its path of US policy rates up."""

from collections.abc import Mapping

import numpy as np

from dcaguard.core.history import DAY, F64, I64, NEVER, Bools, Column, History
from dcaguard.core.signals.memory import ranked_score, remember, short_past
from dcaguard.core.signals.params import RateRepricing
from dcaguard.core.signals.rolling import before, mean, ratio, sigma
from dcaguard.core.signals.sessions import on_sessions, session_number
from dcaguard.core.signals.spans import change
from dcaguard.core.signals.state import Block
from dcaguard.core.signals.track import (
    Calendar,
    Freshness,
    Rows,
    Spec,
    Track,
    derive,
    lookup,
    never_read,
)

YIELD, POLICY, POLICY_MONTH = "us2y", "effr", "effr.month"  # percent
ODDS = ("odds.fed_easier.kalshi", "odds.fed_easier.polymarket")  # shares
_WEEK, _MONTH, _YEAR = 5, 20, 252  # sessions
# Bonds rest on Columbus Day and Veterans Day, which shares trade.
_BOND_HOLIDAYS = 2
# A daily or monthly change of the policy rate this large is a decision, not a drift.
_STEP_BP = 10.0
# A day's rate is of that time for the sessions that the signal itself may be old, a month's mean
# (dated by its first day, known on the fifth of the next) until the next one is long due.
_DAY_REACH, _MONTH_REACH = 7 * DAY, 75 * DAY
_MONTH_MIN = 28 * DAY
_ODDS_DAYS, _ODDS_STALE_DAYS, _OPINIONS_MIN = 10, 3, 2


def rate_repricing(history: History, params: RateRepricing) -> Track:
    """Return S4: change of (two-year yield - policy rate) in bp, decided steps taken out.

    Without that a cut would look like a hawkish surprise on the day it is made.
    """
    limit = params.stale_sessions
    fresh = Freshness(Calendar.NEW_YORK, limit, limit, rests=1)
    spec = Spec("rate-repricing", "S4", Block.MACRO, params.weight, "bp, 20 sessions", fresh)
    if YIELD not in history.columns or not {POLICY, POLICY_MONTH} & history.columns.keys():
        return never_read(spec, tuple(s for s in (YIELD, POLICY) if s not in history.columns))
    rows = derive(on_sessions(history.series(YIELD)), lambda _, x: {"yield": x})
    policy = _policy(history, rows)
    known = ~np.isnan(policy)
    if not known.any():
        return never_read(spec, (POLICY,))
    lacks = () if known[-1] else (POLICY,)
    # A yield without the policy rate of then is no row: the path is the one less the other.
    rows, policy = rows.keep(known), policy[known]
    columns = _changes(rows, policy)
    h5, h20, z = columns["h5"], columns["h20"], columns["z"]
    vote = (h20 >= params.vote_20d_bp) | (h5 >= params.vote_5d_bp) | (z >= params.vote_5d_z)
    vote |= _odds_fell(history, params, rows.known_at)
    resumed = (h5 <= params.resume_5d_bp) & (h20 < params.resume_20d_bp)
    key = session_number(rows.as_of)
    # Ranked by the leg that is nearest to its vote, so a higher score is never a weaker vote.
    nearest = np.fmax(h5 / params.vote_5d_bp, h20 / params.vote_20d_bp)
    return Track(
        spec=spec,
        known_at=rows.known_at,
        as_of=rows.as_of,
        value=h20,
        score=ranked_score(np.where(np.isnan(h20), np.nan, nearest), key, vote, params),
        short=short_past(np.where(np.isnan(h20), np.nan, nearest), key, params),
        vote=vote,
        resumed=resumed,
        breaker=np.zeros(vote.size, bool),
        counted=np.ones(vote.size, bool),
        memory=remember(vote, resumed, key, params.hold_sessions),
        expires=np.full(vote.size, NEVER),
        detail=columns,
        reason=lambda row: _reason(row, params),
        missing=(*lacks, *(s for s in ODDS if s not in history.columns)),
    )


def _policy(history: History, rows: Rows) -> F64:
    """Return the policy rate as known with each row: by day, else the newest monthly mean.

    NaN where both are of another time.
    """
    source = history.series(POLICY)
    means = _is_mean(source)
    found = np.full(rows.as_of.size, np.nan)
    for own, reach in (
        (history.series(POLICY_MONTH), _MONTH_REACH),
        (source.keep(means), _MONTH_REACH),
        (source.keep(~means), _DAY_REACH),
    ):
        rate = lookup(own, rows.as_of, rows.known_at, reach)
        found = np.where(np.isnan(rate), found, rate)
    return found


def _is_mean(source: Column) -> Bools:
    """Tell which rows of the policy rate are means of months: firsts, a month after the newest."""
    newest = np.maximum.accumulate(source.as_of)
    far = np.append(True, source.as_of[1:] - newest[:-1] >= _MONTH_MIN)[: source.as_of.size]
    days = (source.as_of // DAY).astype("datetime64[D]")
    return np.asarray(far & (days == days.astype("datetime64[M]")))


def _odds_fell(history: History, params: RateRepricing, at: I64) -> Bools:
    """Tell where two markets agree that the odds of easing collapsed within ten days."""
    fresh = Freshness(Calendar.DAYS, _ODDS_STALE_DAYS, _ODDS_STALE_DAYS)
    odds = [derive(history.series(s), lambda _, x: {"x": x}) for s in ODDS]
    now = np.stack([rows.at("x", at, fresh) for rows in odds])
    then = np.stack([rows.at("x", at - _ODDS_DAYS * DAY, fresh) for rows in odds])
    drops = then - now
    agreed = np.count_nonzero(~np.isnan(drops), axis=0) >= _OPINIONS_MIN
    # A median of two is their mean; markets far apart ask different questions.
    close = now.max(axis=0) - now.min(axis=0) <= params.odds_apart_max
    return np.asarray(agreed & close & (drops.mean(axis=0) >= params.vote_odds_drop))


def _changes(rows: Rows, policy: F64) -> dict[str, F64]:
    path = 100 * (rows.columns["yield"] - policy)
    moves = 100 * (policy - before(policy))
    steps = np.cumsum(np.where(np.abs(moves) >= _STEP_BP, moves, 0.0))
    level = path + steps
    clock = session_number(rows.as_of)
    h5, h20 = (change(level, clock, n, _BOND_HOLIDAYS) for n in (_WEEK, _MONTH))
    z = ratio(h5 - mean(before(h5), _YEAR), sigma(before(h5), _YEAR))
    return {"path": path, "h5": h5, "h20": h20, "z": z}


def _reason(row: Mapping[str, float], params: RateRepricing) -> str:
    return (
        f"priced policy path {row['h5']:+.0f} bp in 5 and {row['h20']:+.0f} bp in 20 sessions; "
        f"votes at +{params.vote_5d_bp:.0f} or +{params.vote_20d_bp:.0f} bp"
    )
