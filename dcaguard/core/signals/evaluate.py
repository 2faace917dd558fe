"""Every signal at one instant, in words and numbers."""

import re
from collections.abc import Sequence
from datetime import datetime

import numpy as np

from dcaguard.core.event import Event
from dcaguard.core.history import DAY, History, micros, moment
from dcaguard.core.signals.board import Sample, sample, tracks
from dcaguard.core.signals.composite import Composite, compose
from dcaguard.core.signals.params import GateConfig, SignalsConfig
from dcaguard.core.signals.state import SignalState, Stance

# A number that is not known, in a sentence: with its unit.
_UNKNOWN_NUMBER = re.compile(r"[+-]?nan(?: ?%| sigma| bp)?(?!\w)")


def evaluate(
    history: History,
    at: datetime,
    config: SignalsConfig,
    gate: GateConfig,
    events: Sequence[Event] = (),
) -> tuple[SignalState, ...]:
    """Return every enabled signal and member at `at`, those that add most to stress first."""
    # Even "never read" is told of that instant: a series that begins later does not exist yet.
    history, instants = history.until(at), np.array([micros(at)], np.int64)
    samples = [sample(track, instants) for track in tracks(history, config, events)]
    return states(samples, compose(samples, gate, config.altcoin_breadth, 1), 0)


def states(
    samples: Sequence[Sample], composite: Composite, position: int
) -> tuple[SignalState, ...]:
    """Return the states at one position of samples taken at several instants."""
    gone = int(composite.heard.gone[position])
    found = [
        state_at(s, position, float(share[position]), gone=bool(gone >> bit & 1))
        for bit, (s, share) in enumerate(zip(samples, composite.share, strict=True))
    ]
    return tuple(sorted(found, key=lambda s: -(s.contribution or 0.0)))


def state_at(s: Sample, position: int, share: float, *, gone: bool = False) -> SignalState:
    """Return one signal's state; `share` is what a unit of its score adds to the composite."""
    spec, row = s.track.spec, int(s.index[position])
    read = row >= 0
    known = bool(s.known[position])
    score = float(s.score[position]) if known else float("nan")
    value = float(s.track.value[row]) if known else float("nan")
    scored = not np.isnan(score)
    counted = bool(s.counted[position])
    observed = int(s.track.known_at[row]) if read else 0
    first = int(s.track.memory.first_vote[row]) if read else -1
    elevated = bool(s.elevated[position] or s.breaker[position] or s.vote[position])
    return SignalState(
        name=spec.name,
        number=spec.number,
        block=spec.block,
        state=_stance(known=known, elevated=elevated),
        score=score if scored else None,
        vote=bool(s.vote[position]),
        counts=bool(s.counts[position]),
        breaker=bool(s.breaker[position]),
        value=None if np.isnan(value) else value,
        unit=spec.unit,
        # An event of a person's has its end as its row's time; nothing is newer than its sight.
        as_of=moment(min(int(s.track.as_of[row]), observed)) if read else None,
        observed_at=moment(observed) if read else None,
        weight=spec.weight if counted and not gone else 0.0,
        contribution=score * share if scored and counted else None,
        reason=_reason(s, row, known=known, live=bool(s.live[position]))
        + ("; silent for so long that it counts as never read" if gone else ""),
        stale=bool(s.stale[position]),
        short_history=bool(read and s.track.short[row]),
        resumed=bool(s.resumed[position]),
        since=moment(int(s.track.known_at[first])) if elevated and first >= 0 else None,
        missing=s.track.missing,
        scarce=_scarce(s, position),
        unread=bool(s.track.needs and not known),
        gone=gone,
    )


def _stance(*, known: bool, elevated: bool) -> Stance:
    if not known:
        return Stance.UNKNOWN
    return Stance.ELEVATED if elevated else Stance.CALM


def _scarce(s: Sample, position: int) -> bool:
    fresh = bool(s.live[position] and not s.known[position])
    return fresh and int(s.said[position]) < 0


def _too_little(s: Sample, row: int, words: str) -> str:
    days, needed = np.unique(s.track.as_of[: row + 1] // DAY).size, s.track.spec.rows_min
    if days < needed:
        return f"history too short: {days} of {needed} days or sessions needed ({words})"
    if needed:
        return f"not known: what was read gives no figure, as where nothing ever moves ({words})"
    return f"not known yet, with {days} days or sessions read ({words})"


def _reason(s: Sample, row: int, *, known: bool, live: bool) -> str:
    if row < 0:
        names = ", ".join(s.track.missing)
        return f"never read: {names}" if names else "nothing known yet"
    words = s.track.reason({name: float(x[row]) for name, x in s.track.detail.items()})
    words = _UNKNOWN_NUMBER.sub("unknown", words)
    if known:
        return words
    if s.track.needs:
        return f"never read: {', '.join(s.track.needs)} ({words})"
    if live and not s.track.score.known[: row + 1].any():
        return _too_little(s, row, words)
    age = moment(int(s.track.as_of[row])).date()
    if live:
        return (
            f"not known on {age}: of the rows that it is compared with some are missing ({words})"
        )
    return f"not known: newest row is of {age} ({words})"
