"""S2 liquidation-spike: forced selling in one day. A cool-off of two days, not a regime."""

from collections.abc import Mapping

import numpy as np

from dcaguard.core.history import DAY, F64, HOUR, I64, Bools, History, distinct
from dcaguard.core.signals.memory import ranked_score, remember, short_past
from dcaguard.core.signals.params import LiquidationSpike
from dcaguard.core.signals.rolling import (
    before,
    group_of,
    log_returns,
    ratio,
    robust_z,
    sigma,
    trailing_median,
)
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

PRICE, LONGS, INTEREST = "px.BTC", "liq.long_usd", "oi.btc_usd"
ARRIVALS = (PRICE, LONGS, INTEREST)
_QUIET_DAYS, _MEDIAN_DAYS = 30, 90


def liquidation_spike(history: History, params: LiquidationSpike) -> Track:
    """Return S2. Without a liquidation feed the price alone decides."""
    fresh = Freshness(Calendar.DAYS, params.stale_days, params.stale_days)
    spec = Spec(
        "liquidation-spike",
        "S2",
        Block.LEVERAGE,
        params.weight,
        "sigma90, 1 day",
        fresh,
        params.sigma_days + 1,
    )
    close = history.series(PRICE)
    if not close.as_of.size:
        return never_read(spec, (PRICE,))
    price = derive(close, lambda _, x: _moves(x, params))
    now = distinct(price.known_at, *_feed_times(history))
    now = now[now >= price.known_at[0]]
    columns = {
        "sigmas": price.at("sigmas", now),
        "quiet": price.at("quiet", now, fresh),
        **_feeds(history, params, now, fresh),
    }
    as_of = price.as_of[price.index_at(now)]
    vote = _vote(columns, params)
    resumed = _resumed(columns, params)
    memory = remember(vote, resumed, now, params.hold_hours * HOUR)
    return Track(
        spec=spec,
        known_at=now,
        as_of=as_of,
        value=columns["sigmas"],
        score=ranked_score(-columns["sigmas"], as_of // DAY, vote, params),
        short=short_past(-columns["sigmas"], as_of // DAY, params),
        vote=vote,
        resumed=resumed,
        breaker=np.zeros(vote.size, bool),
        counted=np.ones(vote.size, bool),
        memory=memory,
        expires=now[memory.last_vote] + params.max_days * DAY,
        detail=columns,
        reason=lambda row: _reason(row, params),
        missing=tuple(s for s in (LONGS, INTEREST) if s not in history.columns),
    )


def _feed_times(history: History) -> tuple[I64, I64]:
    return history.series(LONGS).observed_at, history.series(INTEREST).observed_at


def _moves(close: F64, params: LiquidationSpike) -> dict[str, F64]:
    returns = log_returns(close)
    past = before(returns)
    return {
        "sigmas": ratio(returns, sigma(past, params.sigma_days)),
        "quiet": ratio(np.abs(returns), sigma(past, _QUIET_DAYS)),
    }


def _feeds(
    history: History, params: LiquidationSpike, now: I64, fresh: Freshness
) -> dict[str, F64]:
    """Return liquidations against their own past and the day's change of open interest."""
    unknown = np.full(now.size, np.nan)
    found = {"longs": unknown, "longs_z": unknown, "median": unknown, "interest": unknown}
    longs = history.series(LONGS)
    if longs.as_of.size:
        rows = derive(longs, lambda as_of, x: _liquidations(as_of, x, params))
        found |= {name: rows.at(name, now, fresh) for name in ("longs", "longs_z", "median")}
    interest = history.series(INTEREST)
    if interest.as_of.size:
        rows = derive(interest, lambda _, x: {"now": x})
        earlier = lookup(interest, rows.as_of - DAY, rows.known_at)
        change = 100 * (ratio(rows.columns["now"], earlier) - 1)
        found["interest"] = Rows(rows.known_at, rows.as_of, {"x": change}).at("x", now, fresh)
    return found


def _liquidations(as_of: I64, longs: F64, params: LiquidationSpike) -> dict[str, F64]:
    """Compare each row with the last row of each of the 90 days before its own."""
    group, last = group_of(as_of // DAY)
    daily = longs[last]
    minimum = params.liquidations_min_days
    median = trailing_median(daily, _MEDIAN_DAYS, minimum)[group]
    if last.size == longs.size:
        z = robust_z(np.log1p(np.maximum(daily, 0)), _MEDIAN_DAYS, minimum)
    else:
        z = _intraday_z(longs, daily, group, minimum)
    return {"longs": longs, "longs_z": z, "median": median}


def _intraday_z(longs: F64, daily: F64, group: I64, minimum: int) -> F64:
    logs, finals = np.log1p(np.maximum(longs, 0)), np.log1p(np.maximum(daily, 0))
    found = np.full(longs.size, np.nan)
    for row, (value, day) in enumerate(zip(logs, group, strict=True)):
        past = np.append(finals[max(0, day - _MEDIAN_DAYS) : day], value)
        found[row] = robust_z(past, _MEDIAN_DAYS, minimum)[-1]
    return found


def _vote(columns: Mapping[str, F64], params: LiquidationSpike) -> Bools:
    shock = columns["sigmas"] <= -params.shock_sigmas
    confirmed = shock | (columns["interest"] <= params.open_interest_fall_pct)
    fed = ~np.isnan(columns["longs_z"])
    spike = columns["longs_z"] >= params.liquidations_z
    if params.whole_network_feed:
        floor = params.liquidations_multiple * columns["median"]
        spike |= columns["longs"] >= np.fmax(params.liquidations_usd_min, floor)
    return np.asarray(np.where(fed, spike & confirmed, shock))


def _resumed(columns: Mapping[str, F64], params: LiquidationSpike) -> Bools:
    """Heal when the price is quiet and each feed that is known is quiet too."""
    longs, interest = columns["longs"], columns["interest"]
    sold_out = np.isnan(longs) | ~(longs > params.resume_multiple * columns["median"])
    held = np.isnan(interest) | (interest >= params.resume_open_interest_pct)
    quiet = columns["quiet"] < params.resume_volatility_multiple
    return np.asarray(sold_out & held & quiet)


def _reason(row: Mapping[str, float], params: LiquidationSpike) -> str:
    if np.isnan(row["longs_z"]):
        feed = "no liquidation feed, so price alone votes"
    else:
        feed = f"long liquidations z {row['longs_z']:+.1f} (votes from {params.liquidations_z})"
    known = not np.isnan(row["sigmas"])
    day = f"{row['sigmas']:+.1f} sigma" if known else "can not be weighed yet (short history)"
    return f"Bitcoin's day {day} (votes at -{params.shock_sigmas}); {feed}"
