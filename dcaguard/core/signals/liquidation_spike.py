"""S2 liquidation-spike: forced selling in one day. A cool-off of two days, not a regime."""

from collections.abc import Mapping

import numpy as np

from dcaguard.core.history import DAY, F64, HOUR, I64, Bools, History, distinct
from dcaguard.core.signals.memory import ranked_score, remember, short_past
from dcaguard.core.signals.params import LiquidationSpike
from dcaguard.core.signals.rolling import (
    before,
    group_of,
    ratio,
    robust_z,
    sigma,
    trailing_median,
)
from dcaguard.core.signals.spans import day_number, returns
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
_QUIET_DAYS, _MEDIAN_DAYS = 30, 90


def arrivals_of(params: LiquidationSpike) -> tuple[str, ...]:
    """Return every series whose arrival may change S2."""
    return (PRICE, LONGS, INTEREST, *params.venue_feeds)


def _feeds_of(params: LiquidationSpike) -> tuple[str, ...]:
    return (LONGS, *params.venue_feeds)


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
    price = derive(close, lambda as_of, x: _moves(as_of, x, params))
    now = distinct(price.known_at, *_feed_times(history, params))
    now = now[now >= price.known_at[0]]
    as_of = price.as_of[price.index_at(now)]
    columns = {
        "sigmas": price.at("sigmas", now),
        "quiet": price.at("quiet", now, fresh),
        **_longs(history, params, now, as_of),
        "interest": _interest(history, now, fresh),
    }
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


def _feed_times(history: History, params: LiquidationSpike) -> list[I64]:
    return [history.series(name).observed_at for name in (*_feeds_of(params), INTEREST)]


def _moves(as_of: I64, close: F64, params: LiquidationSpike) -> dict[str, F64]:
    day = returns(close, day_number(as_of))
    past = before(day)
    return {
        "sigmas": ratio(day, sigma(past, params.sigma_days)),
        "quiet": ratio(np.abs(day), sigma(past, _QUIET_DAYS)),
    }


def _longs(
    history: History, params: LiquidationSpike, now: I64, price_as_of: I64
) -> dict[str, F64]:
    """Return what the feeds say, each measured against its own past and never against another.

    `longs_z` is the loudest of the feeds that tell of the price's day: an older row is silent on
    that day, and says nothing against a fall. `calm` waits for every feed that is known.
    """
    fresh = Freshness(Calendar.DAYS, params.stale_days, params.stale_days)
    unknown = np.full(now.size, np.nan)
    found = {"longs_z": unknown, "loudest": unknown, "calm": np.ones(now.size), "huge": unknown}
    for number, name in enumerate(_feeds_of(params)):
        source = history.series(name)
        if not source.as_of.size:
            continue
        rows = derive(source, lambda as_of, x: _liquidations(as_of, x, params))
        longs, z, median = rows.several(("longs", "longs_z", "median"), now, fresh)
        current = (rows.index_at(now) >= 0) & _covers(rows, now, price_as_of)
        z = np.where(current, z, np.nan)
        louder = ~np.isnan(z) & ~(z <= found["longs_z"])
        found["loudest"] = np.where(louder, float(number), found["loudest"])
        found["longs_z"] = np.fmax(found["longs_z"], z)
        found["calm"] = np.where(longs > params.resume_multiple * median, 0.0, found["calm"])
        if name == LONGS:
            floor = np.fmax(params.liquidations_usd_min, params.liquidations_multiple * median)
            found["huge"] = np.where(current & (longs >= floor), 1.0, 0.0)
    return found


def _covers(rows: Rows, now: I64, price_as_of: I64) -> Bools:
    """Tell whether the newest row is of the price's day, or of a later one."""
    return np.asarray(rows.as_of[rows.index_at(now)] // DAY >= price_as_of // DAY)


def _interest(history: History, now: I64, fresh: Freshness) -> F64:
    """Return the change of open interest within a day, in percent."""
    interest = history.series(INTEREST)
    if not interest.as_of.size:
        return np.full(now.size, np.nan)
    rows = derive(interest, lambda _, x: {"now": x})
    earlier = lookup(interest, rows.as_of - DAY, rows.known_at, DAY)
    change = 100 * (ratio(rows.columns["now"], earlier) - 1)
    return Rows(rows.known_at, rows.as_of, {"x": change}).at("x", now, fresh)


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
        spike |= columns["huge"] == 1
    return np.asarray(np.where(fed, spike & confirmed, shock))


def _resumed(columns: Mapping[str, F64], params: LiquidationSpike) -> Bools:
    """Heal when the price is quiet and each feed that is known is quiet too."""
    interest = columns["interest"]
    held = np.isnan(interest) | (interest >= params.resume_open_interest_pct)
    quiet = columns["quiet"] < params.resume_volatility_multiple
    return np.asarray((columns["calm"] == 1) & held & quiet)


def _reason(row: Mapping[str, float], params: LiquidationSpike) -> str:
    if np.isnan(row["longs_z"]):
        feed = "no liquidation feed of that day, so price alone votes"
    else:
        name = _feeds_of(params)[int(row["loudest"])]
        where = "" if name == LONGS else f" at {name.split('.')[1]}"
        feed = (
            f"long liquidations z {row['longs_z']:+.1f}{where} (votes from {params.liquidations_z})"
        )
    known = not np.isnan(row["sigmas"])
    day = (
        f"{row['sigmas']:+.1f} sigma"
        if known
        else "can not be weighed (the day before it is not known, or the history is short)"
    )
    return f"Bitcoin's day {day} (votes at -{params.shock_sigmas}); {feed}"
