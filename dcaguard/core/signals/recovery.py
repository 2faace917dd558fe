"""S11 recovery: what has to heal before a pause may end. It never starts one."""

from dataclasses import dataclass

import numpy as np

from dcaguard.core.history import DAY, F64, I64, Column, History, joined
from dcaguard.core.signals.due import overdue
from dcaguard.core.signals.params import Recovery
from dcaguard.core.signals.rolling import rank, ratio, trailing_median
from dcaguard.core.signals.spans import day_number, gain
from dcaguard.core.signals.track import Calendar, Freshness, Rows, derive, lookup

DEPTH, SPREAD = "depth.BTC", "spread.BTC"  # within 1 % of the middle, and as a share of it
PRICE, VOLUME = "px.BTC", "vol.BTC"
STABLECOINS = "stable.supply_usd"
_MEDIAN_DAYS, _WEEK, _YEAR, _YEAR_MIN = 30, 7, 365, 120


@dataclass(frozen=True, slots=True)
class Liquidity:
    """The leg of liquidity at each instant: 1 true, 0 false, NaN not known."""

    leg: F64
    book: F64  # the part of it that own samples of the order book decide
    money: Rows
    sampled: Rows
    reckoned: Rows  # what stands in for a book that was never sampled
    fresh: Freshness

    def missed(self, position: int, at: int) -> bool:
        """Tell whether a day has gone by of which one of its parts was not heard."""
        calm = self.reckoned if np.isnan(self.book[position]) else self.sampled
        return any(overdue(r.known_at, r.as_of, self.fresh, at) for r in (self.money, calm))


@dataclass(frozen=True, slots=True)
class Legs:
    """The three legs at each instant: 1 true, 0 false, NaN not known."""

    flows: F64  # S1 has healed or never was elevated
    whales: F64  # S7 likewise
    liquidity: Liquidity


def enough(known: int, true: int, params: Recovery) -> bool:
    """Tell whether enough known legs are true; with fewer known than that S11 does not bind."""
    return known < params.legs_min or true >= params.legs_min


def liquidity(history: History, params: Recovery, at: I64) -> Liquidity:
    """Return the leg at each instant: the book is deep again and money stays."""
    fresh = Freshness(Calendar.DAYS, params.stale_days, params.stale_days)
    sampled, reckoned = _book(history, params, at), _illiquidity(history, params)
    money = _money(history, params)
    book = sampled.at("x", at, fresh)
    calm_book = np.where(np.isnan(book), reckoned.at("x", at, fresh), book)
    stays = money.at("x", at, fresh)
    unknown = np.isnan(calm_book) | np.isnan(stays)
    leg = np.where(unknown, np.nan, calm_book * stays)
    return Liquidity(leg, book, money, sampled, reckoned, fresh)


def _book(history: History, params: Recovery, at: I64) -> Rows:
    # Hourly samples: the median of 30 days, known after the warm-up.
    window, warm = 24 * _MEDIAN_DAYS, 24 * params.depth_warmup_days

    def compare(_as_of: I64, x: F64) -> dict[str, F64]:
        depth, spread = x[:, 0], x[:, 1]
        deep = ratio(depth, trailing_median(depth, window, warm, first))
        wide = ratio(spread, trailing_median(spread, window, warm, first))
        good = (deep >= params.depth_of_median) & (wide <= params.spread_of_median)
        return {"x": np.where(np.isnan(deep) | np.isnan(wide), np.nan, good)}

    pair = joined([history.series(DEPTH), history.series(SPREAD)])
    pair, first = _within_reach(pair, at, window)
    return derive(pair, compare)


def _within_reach(source: Column, at: I64, window: int) -> tuple[Column, int]:
    """Return (the rows that matter at any of the instants, the first of them that is asked for).

    Each row looks at the `window` rows before it.
    """
    if not source.in_order or not at.size:
        return source, 0
    newest = int(np.searchsorted(source.observed_at, at.min(), "right")) - 1
    begin = max(0, newest - window)
    return source.keep(np.arange(source.as_of.size) >= begin), max(0, newest) - begin


def _illiquidity(history: History, params: Recovery) -> Rows:
    """Amihud: how far the price moves per unit traded, ranked within its own year."""

    def amihud(as_of: I64, x: F64) -> dict[str, F64]:
        close, volume = x[:, 0], x[:, 1]
        return {"x": ratio(np.abs(gain(close, day_number(as_of), 1)), volume * close)}

    pair = joined([history.series(PRICE), history.series(VOLUME)])
    rows = derive(pair, amihud)
    share, _ = rank(rows.columns["x"], rows.as_of // DAY, _YEAR, _YEAR_MIN)
    calm = np.where(np.isnan(share), np.nan, share < params.illiquidity_rank)
    return Rows(rows.known_at, rows.as_of, {"x": calm})


def _money(history: History, params: Recovery) -> Rows:
    source = history.series(STABLECOINS)
    rows = derive(source, lambda _, x: {"now": x})
    earlier = lookup(source, rows.as_of - _WEEK * DAY, rows.known_at, DAY)
    change = 100 * (ratio(rows.columns["now"], earlier) - 1)
    stays = np.where(np.isnan(change), np.nan, change >= params.stablecoin_7d_pct)
    return Rows(rows.known_at, rows.as_of, {"x": stays})
