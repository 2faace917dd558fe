"""One signal or one series over time: each day as it was known then, never as it is known now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import numpy as np

from dcaguard.app.folding import events_of
from dcaguard.app.signals import asked_revenue, watched_by
from dcaguard.app.signals_about import ABOUT, BY_NAME, BY_NUMBER, About
from dcaguard.app.world import World
from dcaguard.core.event import Event
from dcaguard.core.explain import (
    Told,
    Watched,
    disabled,
    eligibility_told,
    recovery_told,
    told,
)
from dcaguard.core.explain_custody import custody_told
from dcaguard.core.history import History, micros
from dcaguard.core.reading import Reading
from dcaguard.core.series import lookup, nearest
from dcaguard.core.signals.board import Sample, sample, tracks
from dcaguard.core.signals.evaluate import state_at
from dcaguard.core.signals.params import SignalsConfig
from dcaguard.core.signals.state import SignalState

DAYS_SHOWN = 30
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """From and to, both included; what stands at `end` is the last that is shown."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class SignalHistory:
    """A signal at 00:00 UTC of each day, and at the end of the window."""

    about: About
    rows: tuple[tuple[datetime, Told], ...]


@dataclass(frozen=True, slots=True)
class SeriesHistory:
    """The readings of a series, every vintage of each day."""

    series: str
    unit: str
    description: str
    rows: tuple[Reading, ...]


def signal_called(name: str) -> About | None:
    """Return the signal called `name` or numbered so ('S1'); None for anything else."""
    return BY_NAME.get(name.lower()) or BY_NUMBER.get(name.upper())


def nearest_name(name: str) -> str:
    """Return the signal or series that `name` most resembles."""
    starts = [about.name for about in ABOUT if about.name.startswith(name.lower()[:4])]
    return starts[0] if starts else nearest(name)


def signal_names() -> str:
    """Return the number and name of every signal, for a person who typed another."""
    return ", ".join(f"{about.number} {about.name}" for about in ABOUT)


def series_history(
    world: World, series: str, start: datetime | None, end: datetime | None
) -> SeriesHistory:
    """Return the readings known now whose day lies in the window; all of them by default."""
    about = lookup(series)
    assert about is not None, "the caller knows the series"
    rows = world.journal.readings(until=world.clock.now(), series=[series])
    kept = tuple(
        r for r in rows if (start is None or r.as_of >= start) and (end is None or r.as_of <= end)
    )
    return SeriesHistory(series, about.unit, about.description, kept)


def signal_history(
    world: World, about: About, start: datetime | None, end: datetime | None
) -> SignalHistory:
    """Return the signal at each day's 00:00 UTC from what was known by then; 30 days by default."""
    now = world.clock.now()
    last = min(end or now, now)
    window = Window(start or last - DAYS_SHOWN * _DAY, last)
    instants = daily(window)
    if not instants:
        return SignalHistory(about, ())
    history = History.of(world.journal.readings(until=instants[-1]))
    events = events_of(world.journal, instants[-1])
    config = only(world.config.signals, about)
    if not getattr(config, about.field).enabled:
        told_off = disabled(about.name, about.number, about.block)
        return SignalHistory(about, tuple((at, told_off) for at in instants))
    if about.name in _SCORED:
        found = _scored(history, config, events, instants)
        rows = [told(states[0]) for states in found]
    else:
        rows = _beside(world, about, (history, config, events), instants)
    return SignalHistory(about, tuple(zip(instants, rows, strict=True)))


_SCORED = frozenset(a.name for a in ABOUT) - {"recovery", "venue-custody", "eligibility"}


def daily(window: Window) -> list[datetime]:
    """Return every 00:00 UTC inside the window, and its end."""
    first = datetime.combine(window.start.astimezone(UTC).date(), time(), UTC)
    if first < window.start:
        first += _DAY
    found = []
    while first <= window.end:
        found.append(first)
        first += _DAY
    if window.start <= window.end and (not found or found[-1] != window.end):
        found.append(window.end)
    return found


def only(config: SignalsConfig, about: About) -> SignalsConfig:
    """Return the config with just the signal on, and the two that recovery listens to."""
    kept = {about.field}
    if about.name == "recovery":
        kept |= {"etf_outflow", "whale_selling"}
    off = {
        name: getattr(config, name).model_copy(update={"enabled": False})
        for name in type(config).model_fields
        if name not in kept
    }
    return config.model_copy(update=off)


def _scored(
    history: History, config: SignalsConfig, events: Sequence[Event], instants: Sequence[datetime]
) -> list[list[SignalState]]:
    """Return, for each instant, the states of the numbered signals that are on."""
    at = np.array([micros(instant) for instant in instants], np.int64)
    found: list[Sample] = [
        sample(track, at) for track in tracks(history, config, events) if track.spec.number
    ]
    # Alone it adds nothing: contributions are of the composite, which `explain` shows.
    return [[state_at(s, place, 0.0) for s in found] for place in range(at.size)]


def _beside(
    world: World,
    about: About,
    known: tuple[History, SignalsConfig, Sequence[Event]],
    instants: Sequence[datetime],
) -> list[Told]:
    history, config, events = known
    watched: Watched = watched_by(world)
    match about.name:
        case "recovery":
            states = _scored(history, config, events, instants)
            return [
                recovery_told(row, history, at, config.recovery)
                for row, at in zip(states, instants, strict=True)
            ]
        case "venue-custody":
            return [custody_told(watched, history, at, config.venue_custody) for at in instants]
        case _:
            asked = asked_revenue(world)
            return [eligibility_told(watched, history, at, asked) for at in instants]
