"""S3 treasury-spiral: companies that hold coins trade below them and begin to sell."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dcaguard.core.history import DAY, F64, I64, NEVER, Bools, History, distinct
from dcaguard.core.signals.memory import plain_score, remember
from dcaguard.core.signals.params import TreasurySpiral
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
from dcaguard.core.signals.treasury_heard import CHANGE_DAYS, Heard, heard_of
from dcaguard.core.signals.treasury_parts import parts_of, score_of
from dcaguard.core.signals.treasury_worth import PARTS, coin_of, positive, worth

_SILENT = 30  # days, or sessions, beyond its limit for which a company's last word still counts


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
    of_all = heard_of(history, params, {t: (given[t], reckoned[t]) for t in heard}, now)
    found = _judged(history, params, of_all, 0)
    # A company's silence neither begins a vote nor ends one: its last word has to agree.
    last_words = _judged(history, params, of_all, _SILENT) if of_all.any_silent(_SILENT) else found
    vote, resumed = found.vote & last_words.vote, found.resumed & last_words.resumed
    score, as_of = found.score, _newest(rows, now)
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
        detail=found.detail,
        reason=lambda row: _reason(row, params),
        missing=tuple(f"dat.{t}.mnav" for t in params.tickers if t not in read),
    )


@dataclass(frozen=True, slots=True)
class _Judged:
    """What the companies heard of say at each instant."""

    score: F64
    vote: Bools
    resumed: Bools
    detail: Mapping[str, F64]


def _judged(history: History, params: TreasurySpiral, heard: Heard, longer: int) -> _Judged:
    """Judge the companies, each heard `longer` than its limit."""
    now = heard.at
    mnav, told = _mnav(heard, longer)
    parts = parts_of(history, params, heard, mnav, longer)
    score = score_of(parts)
    rise = score - _days_ago(score, now, CHANGE_DAYS)
    sellers = np.nan_to_num(parts["sellers"])
    vote = (score >= params.vote_score) & (
        (sellers >= params.vote_sellers_min) | (rise >= params.vote_rise_30d)
    )
    quiet = _quiet(sellers > 0, now, params.resume_quiet_days)
    resumed = (score <= params.resume_score) | ((rise <= -params.resume_fall_30d) & quiet)
    return _Judged(score, vote, resumed, {**parts, **told, "rise": rise})


def _speaks(rows: Rows) -> bool:
    return bool(np.any(~np.isnan(rows.columns["x"])))


def _mnav(heard: Heard, longer: int) -> tuple[F64, dict[str, F64]]:
    """Return mNAV of each company, the given before the reckoned, and how many are which."""
    given, reckoned = heard.given.within(longer)["x"], heard.reckoned.within(longer)
    own, diluted = reckoned["x"], reckoned["diluted"]
    mine = np.isnan(given) & ~np.isnan(own)
    counts = {
        "given": (~np.isnan(given)).sum(axis=0).astype(float),
        "diluted": (mine & (diluted == 1)).sum(axis=0).astype(float),
        "undiluted": (mine & (diluted == 0)).sum(axis=0).astype(float),
    }
    return np.where(np.isnan(given), own, given), counts


def _days_ago(x: F64, now: I64, days: int) -> F64:
    index = np.searchsorted(now, now - days * DAY, "right") - 1
    near = now - days * DAY - now[index] <= days // 10 * DAY
    return np.where((index >= 0) & near, x[index], np.nan)


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
