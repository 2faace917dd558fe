"""All enabled signals side by side, read at any instants from one set of tracks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from dcaguard.core.event import Event, OperatorEvent
from dcaguard.core.history import DAY, F64, I64, Bools, History
from dcaguard.core.signals.altcoin_breadth import altcoin_breadth
from dcaguard.core.signals.etf_outflow import etf_outflow
from dcaguard.core.signals.everything_sold import everything_sold
from dcaguard.core.signals.liquidation_spike import liquidation_spike
from dcaguard.core.signals.megacap_drawdown import megacap_drawdown
from dcaguard.core.signals.params import SignalsConfig
from dcaguard.core.signals.price_stress import price_stress
from dcaguard.core.signals.privacy_rotation import privacy_rotation
from dcaguard.core.signals.rate_repricing import rate_repricing
from dcaguard.core.signals.regulation import regulation
from dcaguard.core.signals.slow_gauges import macro_gauges, stablecoin_supply
from dcaguard.core.signals.track import Track
from dcaguard.core.signals.treasury_spiral import treasury_spiral
from dcaguard.core.signals.whale_selling import whale_selling


def tracks(
    history: History, config: SignalsConfig, events: Sequence[Event] = ()
) -> tuple[Track, ...]:
    """Return the tracks of every enabled signal and of the plain members that go with it."""
    own = [event for event in events if isinstance(event, OperatorEvent)]
    found = (made for enabled, make in _makers(history, config, own) if enabled for made in make())
    return tuple(found)


def _makers(
    history: History, config: SignalsConfig, events: Sequence[OperatorEvent]
) -> tuple[tuple[bool, Callable[[], tuple[Track, ...]]], ...]:
    """List every scored signal with the plain members that leave with it: the whole board."""
    etf, spike, dat = config.etf_outflow, config.liquidation_spike, config.treasury_spiral
    rates, megacap, sold = config.rate_repricing, config.megacap_drawdown, config.everything_sold
    whales, news = config.whale_selling, config.regulation
    privacy, breadth = config.privacy_rotation, config.altcoin_breadth
    return (
        (etf.enabled, lambda: (etf_outflow(history, etf),)),
        (
            spike.enabled,
            lambda: (liquidation_spike(history, spike), *price_stress(history, spike)),
        ),
        (dat.enabled, lambda: (treasury_spiral(history, dat),)),
        (rates.enabled, lambda: (rate_repricing(history, rates),)),
        (megacap.enabled, lambda: (megacap_drawdown(history, megacap),)),
        (sold.enabled, lambda: (everything_sold(history, sold), *macro_gauges(history, sold))),
        (
            whales.enabled,
            lambda: (whale_selling(history, whales), stablecoin_supply(history, whales)),
        ),
        (news.enabled, lambda: (regulation(history, news, events),)),
        (privacy.enabled, lambda: (privacy_rotation(history, privacy),)),
        (breadth.enabled, lambda: (altcoin_breadth(history, breadth),)),
    )


@dataclass(frozen=True, slots=True)
class Sample:
    """One track at chosen instants: arrays as long as there are instants."""

    track: Track
    index: I64  # row of the track; -1 before the first
    live: Bools  # its newest row is not too old
    known: Bools
    stale: Bools
    score: F64  # NaN when not known
    vote: Bools
    counts: Bools
    breaker: Bools
    elevated: Bools
    resumed: Bools
    counted: Bools
    at: I64
    said: I64  # row of its last score, however old; -1 before the first
    last: F64  # that score

    def only(self, position: int) -> "Sample":
        """Return the same at one of its instants."""
        part = slice(position, position + 1)
        arrays = {f.name: getattr(self, f.name)[part] for f in fields(self) if f.name != "track"}
        return Sample(self.track, **arrays)

    def too_long_silent(self, row: I64, days: int) -> Bools:
        """Tell where what `row` said was no data any more `days` days ago."""
        fresh = self.track.spec.fresh
        return np.asarray(fresh.age(self.track.as_of[row], self.at - days * DAY) > fresh.unknown)

    def detail(self, name: str) -> F64:
        """Return a column of the signal's own working; NaN where it is not known."""
        values = self.track.detail.get(name)
        if values is None or not values.size:
            return np.full(self.index.size, np.nan)
        return np.where(self.known, values[self.index], np.nan)

    def breaks(self) -> Mapping[str, F64]:
        """Return each of its breakers by name: 1 true, 0 false, NaN where that is not known."""
        return {
            name.removeprefix("breaks."): np.where(self.live, x[self.index], np.nan)
            for name, x in self.track.detail.items()
            if name.startswith("breaks.") and x.size
        }


def sample(track: Track, at: I64) -> Sample:
    """Return what the track says at each instant; a row older than its limit says nothing."""
    index = np.asarray(np.searchsorted(track.known_at, at, "right") - 1)
    no = np.zeros(at.size, bool)
    if not track.known_at.size:
        nothing = np.full(at.size, np.nan)
        none = np.full(at.size, -1)
        return Sample(
            track, index, no, no, no, nothing, no, no, no, no, no, no, at, none, nothing
        )  # fmt: skip
    age = track.spec.fresh.age(track.as_of[index], at)
    live = (index >= 0) & (age <= track.spec.fresh.unknown)
    lasting = live & (at < track.expires[index])
    vote, breaker = live & track.vote[index], live & track.breaker[index]
    elevated = lasting & track.memory.elevated[index]
    known = live & (~np.isnan(track.value[index]) | vote | breaker | elevated)
    said = last_row(track.score.known, index)
    last = np.where(said >= 0, _looked_at(track, said), np.nan)
    return Sample(
        track=track,
        index=index,
        live=live,
        known=known,
        stale=live & (age > track.spec.fresh.stale),
        score=np.where(live & (said == index), last, np.nan),
        vote=vote,
        counts=vote | (lasting & track.memory.counts[index]),
        breaker=breaker,
        elevated=elevated,
        resumed=live & track.resumed[index],
        counted=(index >= 0) & track.counted[index],
        at=at,
        said=said,
        last=last,
    )


def last_row(known: Bools, index: I64) -> I64:
    """Return, for each of the rows `index`, the newest at or before it that is known; -1: none."""
    newest = np.maximum.accumulate(np.where(known, np.arange(known.size), -1))
    return np.asarray(np.where(index >= 0, newest[np.maximum(index, 0)], -1))


def _looked_at(track: Track, index: I64) -> F64:
    """Return the scores of rows, worked out once for each row: many instants see the same one."""
    first = np.append(True, index[1:] != index[:-1])[: index.size]
    scores = track.score(np.maximum(index[first], 0))
    return np.asarray(scores[np.cumsum(first) - 1], np.float64)


def by_name(samples: Sequence[Sample]) -> Mapping[str, Sample]:
    """Return the samples by the name of their signal."""
    return {s.track.spec.name: s for s in samples}
