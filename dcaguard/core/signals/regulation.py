"""S8 regulation: a burst of bad news while Bitcoin falls, or an event that a person entered."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import numpy as np

from dcaguard.core.event import OperatorEvent, Severity
from dcaguard.core.history import F64, HOUR, I64, NEVER, Bools, History, distinct, micros
from dcaguard.core.signals.memory import Memory, plain_score
from dcaguard.core.signals.params import Regulation
from dcaguard.core.signals.rolling import before, mean, ratio, sigma
from dcaguard.core.signals.spans import day_number, returns
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

NEWS, PRICE = "news.regulation", "px.BTC"
_SIGMA_DAYS = 90
_MEDIUM_SCORE = 0.5
_NOTE_SHOWN = 80  # characters of a person's note in a sentence


def regulation(history: History, params: Regulation, events: Sequence[OperatorEvent]) -> Track:
    """Return S8. News fades after its hours; a person's event lasts until its end."""
    spec = Spec(
        "regulation",
        "S8",
        Block.STRUCTURE,
        params.weight,
        "z",
        _fresh(params),
        params.window_days + 1,
    )
    spans = [span for event in events if (span := _span(event, params))]
    news = history.series(NEWS)
    edges = [edge for _, start, end in spans for edge in (start, end)]
    now = distinct(news.observed_at, np.array(edges, np.int64))
    if not now.size:
        return never_read(spec, (NEWS,))
    rows = derive(news, lambda _, x: _unusual(x, params.window_days))
    z, read = rows.at("z", now, _fresh(params)), rows.index_at(now) >= 0
    fell = _btc_sigmas(history, now) <= -params.vote_btc_sigmas
    burst = (z >= params.vote_z) & fell
    high, medium = _active(spans, now, Severity.HIGH), _active(spans, now, Severity.MEDIUM)
    memory, expires = _lasting(burst, high, now, params.expire_hours * HOUR)
    return Track(
        spec=spec,
        known_at=now,
        as_of=_as_of(rows, spans, now),
        value=np.where(np.isnan(z) & (high | medium), 0.0, z),
        score=plain_score(_score(rows, now, burst | high, medium, params)),
        short=np.zeros(now.size, bool),
        vote=burst | high,
        resumed=~memory.elevated & ~np.isnan(z),
        breaker=np.zeros(now.size, bool),
        counted=read | high | medium,
        memory=memory,
        expires=expires,
        detail={
            "z": z,
            "event": high.astype(float),
            "named": _gravest(events, params, now),
            "read": read.astype(float),
        },
        reason=lambda row: _reason(row, params, events),
        missing=() if news.as_of.size else (NEWS,),
    )


def _lasting(burst: Bools, high: Bools, now: I64, fades: int) -> tuple[Memory, I64]:
    """Return what a burst and an event leave behind, and when that ends by itself."""
    since = _since(burst, now)
    elevated = (now - since < fades) | high
    first = np.searchsorted(now, since)
    memory = Memory(elevated, elevated, first, np.where(elevated, first, -1))
    return memory, np.where(high, NEVER, since + fades)


def _score(rows: Rows, now: I64, vote: Bools, medium: Bools, params: Regulation) -> F64:
    z = rows.at("z", now, _fresh(params))
    score = np.where(vote, 1.0, np.clip(z / params.vote_z, 0, 1))
    score = np.where(medium, np.fmax(score, _MEDIUM_SCORE), score)
    # When an event ends, the last word of silent news stands again, not the event's.
    return np.where(np.isnan(score), np.clip(rows.at("z", now) / params.vote_z, 0, 1), score)


def _fresh(params: Regulation) -> Freshness:
    return Freshness(Calendar.DAYS, params.stale_days, params.stale_days)


def _span(event: OperatorEvent, params: Regulation) -> tuple[Severity, int, int] | None:
    """Return (severity, start, end) in microseconds; None for events that are only noted."""
    if event.severity is Severity.LOW:
        return None
    end = event.until or event.since + timedelta(days=params.event_expire_days)
    end = end if event.ended is None else min(end, event.ended)
    return (event.severity, micros(event.since), micros(end)) if end > event.since else None


def _active(spans: Sequence[tuple[Severity, int, int]], now: I64, severity: Severity) -> Bools:
    found = np.zeros(now.size, bool)
    for kind, start, end in spans:
        if kind is severity:
            found |= (now >= start) & (now < end)
    return found


def _gravest(events: Sequence[OperatorEvent], params: Regulation, now: I64) -> F64:
    """Return which event tells most at each instant, the newest of the gravest; -1 for none."""
    found = np.full(now.size, -1.0)
    for severity in (Severity.MEDIUM, Severity.HIGH):
        for number, event in enumerate(events):
            span = _span(event, params) if event.severity is severity else None
            if span is not None:
                found = np.where((now >= span[1]) & (now < span[2]), float(number), found)
    return found


def _as_of(rows: Rows, spans: Sequence[tuple[Severity, int, int]], now: I64) -> I64:
    """Return the time of the newest row; while an event lasts its end, so that it stays fresh."""
    ending, newest = _ending(spans, now), rows.index_at(now)
    read = rows.as_of[newest] if rows.as_of.size else now
    return np.where(ending > now, ending, np.where(newest >= 0, read, now))


def _ending(spans: Sequence[tuple[Severity, int, int]], now: I64) -> I64:
    """Return when the last event that is active at each instant ends; 0 where none is."""
    found = np.zeros(now.size, np.int64)
    for _, start, end in spans:
        found = np.where((now >= start) & (now < end), np.maximum(found, end), found)
    return found


def _unusual(share: F64, window: int) -> dict[str, F64]:
    past = before(share)
    return {"z": ratio(share - mean(past, window), sigma(past, window))}


def _btc_sigmas(history: History, now: I64) -> F64:
    def moves(as_of: I64, close: F64) -> dict[str, F64]:
        day = returns(close, day_number(as_of))
        return {"x": ratio(day, sigma(before(day), _SIGMA_DAYS))}

    two_days = Freshness(Calendar.DAYS, 2, 2)
    return derive(history.series(PRICE), moves).at("x", now, two_days)


def _since(burst: Bools, now: I64) -> I64:
    """Return the instant of the newest burst; long ago when there was none."""
    return np.asarray(np.maximum.accumulate(np.where(burst, now, now[0] - NEVER // 2)))


def _reason(row: Mapping[str, float], params: Regulation, events: Sequence[OperatorEvent]) -> str:
    event = events[int(row["named"])] if row["named"] >= 0 else None
    if event is not None and event.severity is Severity.HIGH:
        return _told(event)
    news = f"news on bans and seizures z {row['z']:+.1f}"
    if np.isnan(row["z"]):
        known = "too few or too old to rate" if row["read"] else "never read"
        news = f"news on bans and seizures {known}"
    news = f"{news} (votes from {params.vote_z} while Bitcoin falls)"
    return news if event is None else f"{_told(event)}, which counts and has no vote; {news}"


def _told(event: OperatorEvent) -> str:
    note = event.note if len(event.note) <= _NOTE_SHOWN else f"{event.note[:_NOTE_SHOWN]}..."
    named = f' "{note}"' if note else ""
    severity = event.severity.value.lower()
    return f"a person entered an event of {severity} severity{named} that has not ended"
