"""S7 whale-selling: coins flow to exchanges while old coins wake up."""

from collections.abc import Mapping

import numpy as np

from dcaguard.core.history import DAY, F64, I64, NEVER, Bools, History, joined
from dcaguard.core.signals.memory import ranked_score, remember, short_past
from dcaguard.core.signals.params import WhaleSelling
from dcaguard.core.signals.rolling import order_statistics, quartile_z, rank, ratio
from dcaguard.core.signals.spans import day_number, sum_of
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

INFLOW, OUTFLOW, SUPPLY = "ex.btc.inflow", "ex.btc.outflow", "ex.btc.supply"
COIN_DAYS, HOLDERS = "cdd.btc", "lth.btc"
_NEEDED = (INFLOW, OUTFLOW, SUPPLY)
_WEEK, _OLD_DAYS, _YEAR, _YEAR_MIN, _HOLDER_DAYS = 7, 90, 365, 120, 30
_KEPT_DAYS = 30


def whale_selling(history: History, params: WhaleSelling) -> Track:
    """Return S7: netflow to exchanges, confirmed by coin days or by long-term holders' supply."""
    fresh = Freshness(Calendar.DAYS, params.stale_days, params.stale_days)
    spec = Spec("whale-selling", "S7", Block.FLOWS, params.weight, "robust z, 7 d", fresh)
    missing = tuple(s for s in _NEEDED if s not in history.columns)
    if missing:
        return never_read(spec, missing)
    flows = joined([history.series(s) for s in _NEEDED])
    rows = derive(flows, lambda as_of, x: _netflow(as_of, x, params))
    z = rows.columns["z"]
    # A confirmation that falls silent keeps its last word for as long as a pause may last.
    kept = Freshness(Calendar.DAYS, params.stale_days, params.stale_days + _KEPT_DAYS)
    coins = _old_coins(history)
    columns = {
        **rows.columns,
        "old": coins.at("x", rows.known_at, fresh),
        "old_kept": coins.at("x", rows.known_at, kept),
        "holders": _holders(history, rows.known_at, fresh),
    }
    awake = (columns["old"] >= params.vote_old) | (columns["holders"] <= params.vote_lth_30d_pct)
    vote = (z >= params.vote_z) & awake
    resumed = _resumed(columns, params)
    day = rows.as_of // DAY
    return Track(
        spec=spec,
        known_at=rows.known_at,
        as_of=rows.as_of,
        value=z,
        score=ranked_score(z, day, vote, params),
        short=short_past(z, day, params),
        vote=vote,
        resumed=resumed,
        breaker=np.zeros(vote.size, bool),
        counted=np.ones(vote.size, bool),
        memory=remember(vote, resumed, day, params.hold_days),
        expires=np.full(vote.size, NEVER),
        detail=columns,
        reason=lambda row: _reason(row, params),
        missing=tuple(s for s in (COIN_DAYS, HOLDERS) if s not in history.columns),
    )


def _netflow(as_of: I64, flows: F64, params: WhaleSelling) -> dict[str, F64]:
    """Cut one-day values at their own past extreme: exchanges reshuffle their wallets."""
    net = flows[:, 0] - flows[:, 1]
    cap = order_statistics(net, _YEAR, (params.cap_percentile,))[:, 0]
    week = ratio(sum_of(np.fmin(net, cap), day_number(as_of), _WEEK), flows[:, 2])
    return {"z": quartile_z(week, _YEAR, _YEAR_MIN)}


def _old_coins(history: History) -> Rows:
    def week(as_of: I64, x: F64) -> dict[str, F64]:
        return {"week": sum_of(x, day_number(as_of), _WEEK)}

    rows = derive(history.series(COIN_DAYS), week)
    share, _ = rank(rows.columns["week"], rows.as_of // DAY, _OLD_DAYS, _OLD_DAYS)
    return Rows(rows.known_at, rows.as_of, {"x": share})


def _holders(history: History, at: I64, fresh: Freshness) -> F64:
    source = history.series(HOLDERS)
    if not source.as_of.size:
        return np.full(at.size, np.nan)
    rows = derive(source, lambda _, x: {"now": x})
    earlier = lookup(source, rows.as_of - _HOLDER_DAYS * DAY, rows.known_at, 3 * DAY)
    change = 100 * (ratio(rows.columns["now"], earlier) - 1)
    return Rows(rows.known_at, rows.as_of, {"x": change}).at("x", at, fresh)


def _resumed(columns: Mapping[str, F64], params: WhaleSelling) -> Bools:
    old = columns["old_kept"]
    return np.asarray(
        (columns["z"] < params.resume_z) & ((old < params.resume_old) | np.isnan(old))
    )


def _reason(row: Mapping[str, float], params: WhaleSelling) -> str:
    old = "unknown" if np.isnan(row["old"]) else f"{row['old']:.0%}"
    return (
        f"netflow to exchanges z {row['z']:+.1f} (votes from {params.vote_z} with old coins at "
        f"{params.vote_old:.0%}), old coins' rank {old}"
    )
