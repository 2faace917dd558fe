"""What was last heard of each treasury company at each instant, whatever its age then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dcaguard.core.history import DAY, F64, I64, NEVER, Bools, History
from dcaguard.core.signals.params import TreasurySpiral
from dcaguard.core.signals.rolling import before
from dcaguard.core.signals.sessions import CLOSED_WEEKDAYS_MAX, on_weekdays, weekday_number
from dcaguard.core.signals.spans import gain, unbroken
from dcaguard.core.signals.track import Calendar, Freshness, Rows, derive, lookup, pick
from dcaguard.core.signals.treasury_worth import positive

RETURN_ROWS, PENNY_ROWS, CHANGE_DAYS = 20, 10, 30


@dataclass(frozen=True, slots=True)
class Aged:
    """Figures of each company at each instant, and how old their rows are."""

    figures: Mapping[str, F64]  # by name, each in shape (companies, instants)
    age: I64  # in the unit of `limit`; NEVER before the first row
    limit: int

    def within(self, longer: int) -> dict[str, F64]:
        """Return the figures no older than the limit and `longer`; NaN for the others."""
        old = self.age > self.limit + longer
        return {name: np.where(old, np.nan, x) for name, x in self.figures.items()}

    def any_silent(self, longer: int) -> Bools:
        """Tell for each instant whether a row is too old by `longer` or less."""
        silent = (self.age > self.limit) & (self.age <= self.limit + longer)
        return np.asarray(silent.any(axis=0))


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything that S3 looks at, of the companies of which anything was ever read."""

    at: I64
    given: Aged  # x: mNAV as a source gives it
    reckoned: Aged  # x: mNAV from its parts; diluted: 1 for diluted shares, 0 for outstanding
    closes: Aged  # best: the best close of ten sessions; r20: the return over twenty
    nav: Aged
    entry: Aged
    held: Aged  # now: coins; fewer: 1 when they are fewer than 30 days before, NaN: not known

    def any_silent(self, longer: int) -> bool:
        """Tell whether at any instant a company is silent for no more than `longer`."""
        every = (self.given, self.reckoned, self.closes, self.nav, self.entry, self.held)
        return any(bool(one.any_silent(longer).any()) for one in every)


def heard_of(
    history: History,
    params: TreasurySpiral,
    companies: Mapping[str, tuple[Rows, Rows]],
    now: I64,
) -> Heard:
    """Return what was last heard of the companies, by (mNAV given, mNAV reckoned), at `now`."""
    prices = Freshness(Calendar.NEW_YORK, *[params.stale_price_sessions] * 2)
    slow = Freshness(Calendar.DAYS, *[params.stale_holdings_days] * 2)
    given, reckoned = zip(*companies.values(), strict=True)

    def slowly(part: str) -> Aged:
        found = [derive(history.series(f"dat.{t}.{part}"), positive) for t in companies]
        return _aged(found, ("x",), now, slow)

    # Rows of prices are counted as sessions; not all trade in New York.
    traded = [on_weekdays(history.series(f"dat.{t}.price_usd")) for t in companies]
    return Heard(
        now,
        _aged(given, ("x",), now, prices),
        _aged(reckoned, ("x", "diluted"), now, prices),
        _aged([derive(one, _closes) for one in traded], ("best", "r20"), now, prices),
        slowly("nav_usd"),
        slowly("entry_usd"),
        _held(history, list(companies), now, slow),
    )


def _closes(as_of: I64, close: F64) -> dict[str, F64]:
    """Return the best close of ten rows, below a dollar only when each was, and the return."""
    clock = weekday_number(as_of)
    ten = np.stack([before(close, n) for n in range(PENNY_ROWS)]).max(axis=0)
    seen = unbroken(clock, PENNY_ROWS - 1, CLOSED_WEEKDAYS_MAX)
    return {
        "r20": gain(close, clock, RETURN_ROWS, CLOSED_WEEKDAYS_MAX),
        "best": np.where(seen, ten, np.nan),
    }


def _aged(sources: Sequence[Rows], names: Sequence[str], at: I64, fresh: Freshness) -> Aged:
    figures = {name: np.full((len(sources), at.size), np.nan) for name in names}
    age = np.full((len(sources), at.size), NEVER)
    for number, rows in enumerate(sources):
        if not rows.as_of.size:
            continue
        index = rows.index_at(at)
        known = index >= 0
        age[number] = np.where(known, fresh.age(rows.as_of[index], at), NEVER)
        for name in names:
            figures[name][number] = pick(rows.columns[name], index, known)
    return Aged(figures, age, fresh.unknown)


def _held(history: History, tickers: Sequence[str], now: I64, fresh: Freshness) -> Aged:
    """Return what the companies hold, and whether that is less than 30 days before."""
    sources = [history.series(f"dat.{t}.holdings") for t in tickers]
    found = _aged([derive(one, _as_read) for one in sources], ("now",), now, fresh)
    earlier = np.stack([lookup(one, now - CHANGE_DAYS * DAY, now) for one in sources])
    held = found.figures["now"]
    unknown = np.isnan(held) | np.isnan(earlier)
    fewer = np.where(unknown, np.nan, held < earlier)
    return Aged({"fewer": fewer}, found.age, found.limit)


def _as_read(_as_of: I64, x: F64) -> dict[str, F64]:
    return {"now": x}
