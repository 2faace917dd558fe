"""S3 treasury-spiral: companies that hold coins trade below them and begin to sell."""

from collections.abc import Mapping

import numpy as np

from dcaguard.core.history import DAY, F64, I64, NEVER, Bools, History, distinct
from dcaguard.core.signals.memory import plain_score, remember
from dcaguard.core.signals.params import TreasurySpiral
from dcaguard.core.signals.rolling import before, rank, ratio
from dcaguard.core.signals.sessions import on_weekdays
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
from dcaguard.core.signals.treasury_worth import PARTS, coin_of, positive, worth

PRICE = "px.BTC"
_RETURN_ROWS, _PENNY_ROWS, _CHANGE_DAYS = 20, 10, 30
_RANK_SESSIONS = 504
_SELLERS_FULL = 3
# What each part of the score weighs; parts that are not known leave, the others are renormalised.
_WEIGHTS = {"discount": 0.30, "underwater": 0.20, "lag": 0.20, "penny": 0.10, "sellers": 0.20}
_WEIGHT_KNOWN_MIN = 0.5


def series_of(params: TreasurySpiral) -> tuple[str, ...]:
    """Return every series the signal can use: mnav, what it is reckoned from, and entry_usd."""
    parts = ("mnav", *PARTS, "entry_usd")
    own = tuple(f"dat.{ticker}.{part}" for ticker in params.tickers for part in parts)
    return own + tuple(dict.fromkeys(coin_of(ticker, params) for ticker in params.tickers))


def treasury_spiral(history: History, params: TreasurySpiral) -> Track:
    """Return S3. Its score is the spiral itself, not a rank: a level that lasts is no news."""
    limit = params.stale_price_sessions
    fresh = Freshness(Calendar.NEW_YORK, limit, limit)
    spec = Spec("treasury-spiral", "S3", Block.STRUCTURE, params.weight, "score", fresh)
    # A company of which nothing was ever read adds nothing to any part.
    heard = [t for t in params.tickers if any(n.startswith(f"dat.{t}.") for n in history.columns)]
    given = {t: derive(history.series(f"dat.{t}.mnav"), positive) for t in heard}
    reckoned = {t: worth(history, t, params) for t in heard}
    read = [t for t in heard if _speaks(given[t]) or _speaks(reckoned[t])]
    if not read:
        return never_read(spec, tuple(f"dat.{t}.mnav" for t in params.tickers))
    rows = [rows[t] for t in read for rows in (given, reckoned) if _speaks(rows[t])]
    now = distinct(*(one.known_at for one in rows))
    prices = Freshness(Calendar.NEW_YORK, limit, limit)
    mnav, told = _mnav(list(given.values()), list(reckoned.values()), now, prices)
    parts = _parts(history, params, heard, (mnav, now))
    score = _score(parts)
    rise = score - _days_ago(score, now, _CHANGE_DAYS)
    sellers = np.nan_to_num(parts["sellers"])
    vote = (score >= params.vote_score) & (
        (sellers >= params.vote_sellers_min) | (rise >= params.vote_rise_30d)
    )
    quiet = _quiet(sellers > 0, now, params.resume_quiet_days)
    resumed = (score <= params.resume_score) | ((rise <= -params.resume_fall_30d) & quiet)
    as_of = _newest(rows, now)
    none = np.zeros(vote.size, bool)
    return Track(
        spec=spec,
        known_at=now,
        as_of=as_of,
        value=score,
        score=plain_score(score),
        short=none,
        vote=vote,
        resumed=resumed,
        breaker=none,
        counted=~none,
        memory=remember(vote, resumed, now // DAY, params.hold_days),
        expires=np.full(vote.size, NEVER),
        detail={**parts, **told, "rise": rise},
        reason=lambda row: _reason(row, params),
        missing=tuple(f"dat.{t}.mnav" for t in params.tickers if t not in read),
    )


def _speaks(rows: Rows) -> bool:
    return bool(np.any(~np.isnan(rows.columns["x"])))


def _mnav(
    given: list[Rows], reckoned: list[Rows], now: I64, fresh: Freshness
) -> tuple[F64, dict[str, F64]]:
    """Return mNAV of each company, the given before the reckoned, and how many are which."""
    told = np.stack([rows.at("x", now, fresh) for rows in given])
    both = [rows.several(("x", "diluted"), now, fresh) for rows in reckoned]
    own, diluted = np.stack(both, axis=1)
    mine = np.isnan(told) & ~np.isnan(own)
    counts = {
        "given": (~np.isnan(told)).sum(axis=0).astype(float),
        "diluted": (mine & (diluted == 1)).sum(axis=0).astype(float),
        "undiluted": (mine & (diluted == 0)).sum(axis=0).astype(float),
    }
    return np.where(np.isnan(told), own, told), counts


def _parts(
    history: History, params: TreasurySpiral, tickers: list[str], known: tuple[F64, I64]
) -> dict[str, F64]:
    """Return each part of the score over the companies known then; `known` is (mnav, at)."""
    mnav, now = known
    slow = Freshness(Calendar.DAYS, params.stale_holdings_days, params.stale_holdings_days)
    prices = Freshness(Calendar.NEW_YORK, params.stale_price_sessions, params.stale_price_sessions)

    def table(part: str) -> F64:
        found = [derive(history.series(f"dat.{t}.{part}"), positive) for t in tickers]
        return np.stack([rows.at("x", now, slow) for rows in found])

    # Rows of prices are counted as sessions; not all trade in New York.
    series = [on_weekdays(history.series(f"dat.{t}.price_usd")) for t in tickers]
    closes = [derive(source, _prices).several(("cheap", "r20"), now, prices) for source in series]
    best, returns = np.stack(closes, axis=1)
    nav = table("nav_usd")
    # Where any worth is unknown all companies weigh the same: coins of different kinds don't add.
    unweighed = (np.isnan(nav) & ~np.isnan(mnav)).any(axis=0)
    weight = np.where(unweighed, 1.0, np.nan_to_num(nav))
    penny = np.where(np.isnan(best), np.nan, best < params.penny_usd)
    return {
        "discount": _share(mnav < 1, mnav, weight),
        "underwater": _share(nav < table("entry_usd"), nav, weight),
        "lag": _lag(history, returns, now),
        "penny": _share(penny > 0, penny, np.ones_like(penny)),
        "sellers": _sellers(history, tickers, now, slow),
    }


def _prices(_as_of: I64, close: F64) -> dict[str, F64]:
    ten = np.stack([before(close, n) for n in range(_PENNY_ROWS)])
    # The best close of ten sessions: below a dollar only when every one was.
    return {"r20": ratio(close, before(close, _RETURN_ROWS)) - 1, "cheap": ten.max(axis=0)}


def _share(condition: Bools, known: F64, weight: F64) -> F64:
    """Return the weighted share of companies, of those known; NaN when none is."""
    w = np.where(np.isnan(known), 0.0, weight)
    return ratio((w * condition).sum(axis=0), w.sum(axis=0))


def _lag(history: History, returns: F64, now: I64) -> F64:
    """Return how unusually far the basket trails Bitcoin over 20 rows: 1 is the worst."""
    fresh = Freshness(Calendar.DAYS, 2, 2)
    bitcoin = derive(history.series(PRICE), _prices).at("r20", now, fresh)
    known = (~np.isnan(returns)).sum(axis=0)
    basket = ratio(np.nansum(returns, axis=0), known.astype(float))
    share, _ = rank(bitcoin - basket, now // DAY, _RANK_SESSIONS, _PENNY_ROWS * 12)
    return share


def _sellers(history: History, tickers: list[str], now: I64, fresh: Freshness) -> F64:
    """Return how many companies hold fewer coins than 30 days before."""
    count, known = np.zeros(now.size), np.zeros(now.size)
    for ticker in tickers:
        source = history.series(f"dat.{ticker}.holdings")
        rows = derive(source, lambda _, x: {"x": x})
        held = rows.at("x", now, fresh)
        earlier = lookup(source, now - _CHANGE_DAYS * DAY, now)
        count += np.nan_to_num(held < earlier)
        known += ~np.isnan(held) & ~np.isnan(earlier)
    return np.where(known > 0, count, np.nan)


def _score(parts: Mapping[str, F64]) -> F64:
    scaled = {**parts, "sellers": np.minimum(1.0, parts["sellers"] / _SELLERS_FULL)}
    table = np.stack([scaled[name] for name in _WEIGHTS])
    weights = np.array(list(_WEIGHTS.values()))[:, None] * ~np.isnan(table)
    known = weights.sum(axis=0)
    return np.where(
        known >= _WEIGHT_KNOWN_MIN,
        ratio((weights * np.nan_to_num(table)).sum(axis=0), known),
        np.nan,
    )


def _days_ago(x: F64, now: I64, days: int) -> F64:
    index = np.searchsorted(now, now - days * DAY, "right") - 1
    return np.where(index >= 0, x[index], np.nan)


def _quiet(sale: Bools, now: I64, days: int) -> Bools:
    last = np.maximum.accumulate(np.where(sale, now, -NEVER))
    return np.asarray(now - last >= days * DAY)


def _newest(sources: list[Rows], now: I64) -> I64:
    found = np.full(now.size, -NEVER)
    for source in sources:
        index = source.index_at(now)
        newest = np.maximum.accumulate(source.as_of)
        found = np.where(index >= 0, np.maximum(found, newest[index]), found)
    return found


def _reason(row: Mapping[str, float], params: TreasurySpiral) -> str:
    return (
        f"{row['discount']:.0%} of treasury companies below their coins' worth, "
        f"{np.nan_to_num(row['sellers']):.0f} sold in 30 days, score change {row['rise']:+.2f} in "
        f"30 days; votes at {params.vote_score} with {params.vote_sellers_min} sellers or "
        f"+{params.vote_rise_30d}; mNAV {_origin(row)}"
    )


def _origin(row: Mapping[str, float]) -> str:
    """Return where the figures come from, such as "of 2 given, 1 from diluted shares"."""
    words = {
        "given": "given",
        "diluted": "from diluted shares",
        "undiluted": "from shares outstanding",
    }
    counts = {words[name]: int(np.nan_to_num(row[name])) for name in words}
    told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return f"of {told}" if told else "not known"
