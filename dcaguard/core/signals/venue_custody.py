"""S12 venue-custody: is the counterparty safe, does the quote coin hold its peg. Fails closed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np

from dcaguard.core.history import (
    DAY,
    F64,
    HOUR,
    I64,
    NEVER,
    Bools,
    Column,
    History,
    micros,
    moment,
)
from dcaguard.core.signals.params import VenueCustody
from dcaguard.core.signals.rolling import ratio
from dcaguard.core.signals.track import derive, lookup

# A coin that broke its peg is trusted again after a day without a reading as bad as caution.
_PEG_QUIET = DAY
_CEX, _VENUE, _PEG = "cex.", "venue.", "peg."


class Safety(StrEnum):
    """What S12 says of one venue or one quote coin; STOP and UNKNOWN both mean: do not buy."""

    SAFE = "SAFE"
    CAUTION = "CAUTION"
    STOP = "STOP"
    UNKNOWN = "UNKNOWN"
    NEVER_READ = "NEVER_READ"


@dataclass(frozen=True, slots=True)
class SafetyState:
    """One venue or quote coin at one instant, with the sentence that says why."""

    subject: str
    state: Safety
    reason: str


@dataclass(frozen=True, slots=True)
class Expiry:
    """Until when what was last read of a venue or a quote coin may be trusted."""

    subject: str
    series: str  # the one that is the first to be too old
    hours: int  # how old it may be
    until: datetime  # this instant included

    @property
    def reason(self) -> str:
        """Say what is too old and what to do."""
        return (
            f"{self.series} is older than {self.hours} h, so nothing is bought: `dcaguard signals "
            "fetch` (a run with a slot due does so first), or import it"
        )


def safety_series(history: History) -> tuple[str, ...]:
    """Return every SAFETY series that the history holds: cex.*, venue.*, peg.*."""
    return tuple(sorted(s for s in history.columns if s.startswith((_CEX, _VENUE, _PEG))))


def venues(history: History) -> tuple[str, ...]:
    """Return the venues of which something was read."""
    found = {s.split(".")[1] for s in history.columns if s.startswith((_CEX, _VENUE))}
    return tuple(sorted(found))


def quote_coins(history: History) -> tuple[str, ...]:
    """Return the quote coins whose peg was read."""
    return tuple(sorted(s.removeprefix(_PEG) for s in history.columns if s.startswith(_PEG)))


def expiries(history: History, params: VenueCustody, at: int) -> tuple[Expiry, ...]:
    """Return, for each venue and quote coin of which something was read by `at`, when it is old."""
    hours = {
        _CEX: params.stale_reserves_hours,
        _VENUE: params.stale_venue_hours,
        _PEG: params.stale_peg_hours,
    }
    found: dict[str, Expiry] = {}
    for series in safety_series(history):
        kind, subject = f"{series.split('.')[0]}.", series.split(".")[1]
        source, limit = history.series(series), hours[kind]
        count = int(np.searchsorted(source.observed_at, at, "right"))
        if count:
            # A day's value that came late was not true any longer than its day.
            told = np.minimum(source.observed_at[:count], source.as_of[:count] + DAY)
            until = moment(int(told.max()) + limit * HOUR)
            if subject not in found or until < found[subject].until:
                found[subject] = Expiry(subject, series, limit, until)
    return tuple(found[subject] for subject in sorted(found))


def venue_trips(history: History, venue: str, params: VenueCustody, at: I64) -> dict[str, Bools]:
    """Return, for each reason to lock a venue, the instants at which it is true."""
    fresh = params.stale_reserves_hours * HOUR
    worth = _newest(history.series(f"cex.{venue}.tvl_usd"), at, 2 * fresh)
    day = _newest(history.series(f"cex.{venue}.inflow_24h_usd"), at, 2 * fresh)
    week = _newest(history.series(f"cex.{venue}.inflow_7d_usd"), at, 2 * fresh)
    clean = _newest(history.series(f"cex.{venue}.clean_usd"), at, 2 * fresh)
    failures = _newest(history.series(f"venue.{venue}.failures"), at, NEVER)
    return {
        "coins leave within a day": 100 * ratio(day, worth) <= params.inflow_24h_pct,
        "coins leave within a week": 100 * ratio(week, worth) <= params.inflow_1w_pct,
        "reserves are mostly its own token": ratio(clean, worth) < params.clean_assets_min,
        "signed requests fail": failures >= params.failures_max,
        "withdrawals are off": _withdrawals_off(history, venue, params, at),
    }


def _withdrawals_off(history: History, venue: str, params: VenueCustody, at: I64) -> Bools:
    """Tell where withdrawals of some coin have been off for longer than allowed."""
    found = np.zeros(at.size, bool)
    prefix = f"venue.{venue}.withdraw."
    for name in history.columns:
        if name.startswith(prefix):
            source = history.series(name)
            off = source.value == 0
            start = np.where(off, source.observed_at, 0)
            run = _run_start(off, start)
            index = np.searchsorted(source.observed_at, at, "right") - 1
            age = at - run[index]
            found |= (index >= 0) & off[index] & (age > params.withdrawals_off_hours * HOUR)
    return found


def _run_start(condition: Bools, start: I64) -> I64:
    """Return for each row when the condition began to hold without a break."""
    begins = condition & ~np.append(False, condition[:-1])
    return np.asarray(np.maximum.accumulate(np.where(begins, start, 0)))


def _newest(source: Column, at: I64, age_max: int) -> F64:
    rows = derive(source, lambda _, x: {"x": x})
    index = rows.index_at(at)
    if not rows.known_at.size:
        return np.full(at.size, np.nan)
    known = (index >= 0) & (at - rows.known_at[index] <= age_max)
    return np.where(known, rows.columns["x"][index], np.nan)


def peg_states(
    history: History, coin: str, params: VenueCustody, at: I64
) -> tuple[Bools, Bools, Bools]:
    """Return (stopped, caution, known) for a quote coin at each instant.

    It stops at once when far from par, eases to caution after an hour a little off, and clears
    after a day without a reading that bad.
    """
    source = history.series(f"{_PEG}{coin}")
    if not source.as_of.size:
        none = np.zeros(at.size, bool)
        return none, none.copy(), none.copy()
    seen, away = source.observed_at, np.abs(source.value - 1)
    far, off = away >= params.peg_stop, away >= params.peg_caution
    run = _run_start(off, seen)
    last_off = np.maximum.accumulate(np.where(off, seen, -NEVER // 2))
    last_far = np.maximum.accumulate(np.where(far, seen, -NEVER // 2))
    # Off for good: two readings an hour apart, or the newest has stood for an hour.
    index = np.searchsorted(seen, at, "right") - 1
    known = (index >= 0) & (at - seen[index] <= params.stale_peg_hours * HOUR)
    lasting = off[index] & (at - run[index] >= params.peg_caution_hours * HOUR)
    recent = (at - last_off[index] < _PEG_QUIET) & _ever_lasting(off, run, seen, params)[index]
    stopped = _stopped(far, off, seen)[index] | (at - last_far[index] < _PEG_QUIET)
    read = index >= 0
    return read & stopped, read & (lasting | recent), known


def _stopped(far: Bools, off: Bools, seen: I64) -> Bools:
    """Tell for each row whether it is off since a row that was far off."""
    last_far = np.maximum.accumulate(np.where(far, seen, -1))
    last_fine = np.maximum.accumulate(np.where(~off, seen, -1))
    return np.asarray(last_far > last_fine)


def _ever_lasting(off: Bools, run: I64, seen: I64, params: VenueCustody) -> Bools:
    """Tell for each row whether the newest spell off par lasted long enough to count."""
    long = off & (seen - run >= params.peg_caution_hours * HOUR)
    last_long = np.maximum.accumulate(np.where(long, seen, -1))
    return np.asarray((last_long >= 0) & (seen - last_long < _PEG_QUIET))


def venue_status(
    history: History, venue: str, coin: str | None, params: VenueCustody, at: I64
) -> tuple[SafetyState, ...]:
    """Return S12 of a venue and of a quote coin (None for fiat) at ONE instant (`at` size 1)."""
    trips = [why for why, true in venue_trips(history, venue, params, at).items() if true[0]]
    old = {e.subject: e for e in expiries(history, params, int(at[0]))}.get(venue)
    if old is not None and at[0] <= micros(old.until):
        old = None
    states = [SafetyState(venue, *_venue_verdict(history, venue, trips, old))]
    if coin is not None:
        stopped, caution, known = (bool(x[0]) for x in peg_states(history, coin, params, at))
        series = f"{_PEG}{coin}"
        worth = lookup(history.series(series), at, at)[0]
        match (series in history.columns and not bool(np.isnan(worth)), stopped, known, caution):
            case (False, _, _, _):
                verdict = (Safety.NEVER_READ, f"{series} was never read")
            case (_, True, _, _):
                verdict = (Safety.STOP, f"{coin} trades at {worth:.4f}: too far from par")
            case (_, _, False, _):
                verdict = (Safety.UNKNOWN, f"{series} is older than {params.stale_peg_hours} h")
            case (_, _, _, True):
                verdict = (Safety.CAUTION, f"{coin} trades at {worth:.4f}: off par")
            case _:
                verdict = (Safety.SAFE, f"{coin} trades at {worth:.4f}")
        states.append(SafetyState(coin, *verdict))
    return tuple(states)


def _venue_verdict(
    history: History, venue: str, trips: list[str], old: Expiry | None
) -> tuple[Safety, str]:
    if trips:
        return Safety.STOP, f"{venue}: {'; '.join(trips)}"
    if venue not in venues(history):
        return Safety.NEVER_READ, f"nothing about {venue} was ever read"
    if old is not None:
        return Safety.UNKNOWN, f"{venue}: {old.reason}"
    return Safety.SAFE, f"{venue}: no alarm"
