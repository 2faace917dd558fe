"""What the gate looks at: the fixed instants, and at each of them the rules as yes or no."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from dcaguard.core.event import Acknowledgement, Event, OperatorEvent
from dcaguard.core.history import DAY, F64, HOUR, I64, Bools, History, micros, moment
from dcaguard.core.signals.board import Sample, by_name, sample, tracks
from dcaguard.core.signals.composite import Composite, compose
from dcaguard.core.signals.heard import Heard, heard
from dcaguard.core.signals.liquidation_spike import arrivals_of
from dcaguard.core.signals.params import AltcoinBreadth, GateConfig, Recovery, SignalsConfig
from dcaguard.core.signals.recovery import Legs, liquidity
from dcaguard.core.signals.state import SCORED_BLOCKS
from dcaguard.core.signals.venue_custody import safety_series

# When daily data arrive: crypto closes, ETF flows, FRED rates, American closes (UTC).
FIXED = (0, 12 * HOUR + HOUR // 2, 13 * HOUR + HOUR // 2, 22 * HOUR + HOUR // 2)


@dataclass(frozen=True, slots=True)
class Facts:
    """The rules at n instants. Everything the regime depends on besides its own past."""

    at: I64
    daily: Bools  # 00:00 UTC: counters and exits move only here
    pause: Bools  # the pause rule or a breaker, without the members that are gone
    broken: Bools  # a breaker
    gone: I64  # bit set of the members that are silent for too long to count towards a pause
    cautious: Bools
    shock: I64  # as_of of the day that shocked; 0 without a shock
    eased: Bools  # composite low by what is known, with enough blocks known
    breaks: tuple[F64, ...]  # each breaker: 1 true, 0 false, NaN not known
    unknown: I64  # bit set of blocks that are UNKNOWN or not there, in SCORED_BLOCKS order
    high: I64  # bit set of blocks at or above block_enter, or with a vote that counts
    samples: tuple[Sample, ...]
    composite: Composite
    legs: Legs


def next_fixed(at: datetime) -> datetime:
    """Return the first fixed instant after `at`."""
    now = micros(at)
    midnight = now // DAY * DAY
    return moment(min(t for t in (*(midnight + f for f in FIXED), midnight + DAY) if t > now))


def instants(
    history: History,
    config: SignalsConfig,
    events: Iterable[Event],
    after: int | None,
    until: int,
) -> I64:
    """Return the instants in (after, until] at which the regime is evaluated.

    The fixed ones, each arrival of a reading of S2 or SAFETY, and each thing a person said. With
    `after` None they begin with the first reading or word.
    """
    said = [micros(e.at if isinstance(e, Acknowledgement) else e.since) for e in events]
    said += [micros(e.ended) for e in events if isinstance(e, OperatorEvent) and e.ended]
    beginnings = [at for at in (history.first_observed(), *said) if at is not None and at <= until]
    if not beginnings:
        return np.empty(0, np.int64)
    first = min(beginnings)
    # One microsecond earlier, so that the first reading's own instant is among them.
    begin = max(first - 1, after) if after is not None else first - 1
    days = np.arange(begin // DAY, until // DAY + 1, dtype=np.int64) * DAY
    fixed = (days[:, None] + np.array(FIXED)).ravel()
    names: list[str] = []
    if config.liquidation_spike.enabled:
        names.extend(arrivals_of(config.liquidation_spike))
    if config.venue_custody.enabled:
        names.extend(safety_series(history))
    arrivals = history.arrivals(names, begin, until)
    every = np.unique(np.concatenate([fixed, arrivals, np.array(said, np.int64)]))
    return every[(every > begin) & (every <= until)]


def facts(
    history: History,
    config: SignalsConfig,
    gate: GateConfig,
    events: Sequence[Event],
    at: I64,
) -> Facts:
    """Evaluate every rule at every instant of `at`."""
    samples = tuple(sample(track, at) for track in tracks(history, config, events))
    composite = compose(samples, gate, config.altcoin_breadth, at.size)
    named = by_name(samples)
    legs = _legs(named.get("etf-outflow"), named.get("whale-selling"), history, config.recovery, at)
    breaks = tuple(x for s in samples for x in s.breaks().values())
    unknown, broken = composite.unknown.sum(axis=0), _broken(breaks, at)
    return Facts(
        at=at,
        daily=at % DAY == 0,
        pause=_pause(composite.heard, composite, gate) | broken,
        broken=broken,
        gone=composite.heard.gone,
        cautious=_cautious(composite, gate, unknown) | _event(named.get("regulation"), at),
        shock=_shock(named.get("liquidation-spike"), at),
        eased=_eased(composite, gate, unknown),
        breaks=breaks,
        unknown=_bits(np.isnan(composite.blocks)),
        high=_bits(_at_least(composite.blocks, gate.block_enter) | _voting(samples, at)),
        samples=samples,
        composite=composite,
        legs=legs,
    )


def _at_least(x: F64, threshold: float) -> Bools:
    return np.asarray(np.nan_to_num(x, nan=-1.0) >= threshold)


def _pause(by: Heard, composite: Composite, gate: GateConfig) -> Bools:
    """High in two blocks at once, or three votes from two blocks: never one block alone.

    The last words of the silent count, but a block of which little more is known is not high.
    """
    high = _at_least(by.blocks, gate.block_enter) & by.supported
    broad = _at_least(by.total, gate.enter) & (np.count_nonzero(high, axis=0) >= gate.blocks_min)
    many = (composite.votes >= gate.votes_min) & (composite.vote_blocks >= gate.votes_blocks_min)
    return np.asarray(broad | (many & _at_least(by.total, gate.votes_composite_min)))


def pauses(
    known: Facts, position: int, gate: GateConfig, breadth: AltcoinBreadth, left: int
) -> bool:
    """Tell whether the pause rule holds where only the members `left` have left it.

    A calm member's leaving raises what remains: of itself that may not begin a pause. So a member
    leaves the rule only once the rule was false without it; till then its last word stays.
    """
    if not known.pause[position] or not int(known.gone[position]) & ~left:
        return bool(known.pause[position])
    samples = [s.only(position) for s in known.samples]
    by = heard(samples, gate, breadth, 1, left)
    votes = known.composite.votes[position : position + 1]
    blocks = known.composite.vote_blocks[position : position + 1]
    composite = replace(known.composite, votes=votes, vote_blocks=blocks)
    return bool(known.broken[position] or _pause(by, composite, gate)[0])


def _cautious(composite: Composite, gate: GateConfig, unknown: I64) -> Bools:
    one = _at_least(composite.blocks, gate.caution_block).any(axis=0)
    dark = unknown >= gate.unknown_blocks_caution
    return np.asarray(_at_least(composite.total, gate.caution_enter) | one | dark)


def _event(regulation: Sample | None, at: I64) -> Bools:
    """Halve the buys while a person's grave event lasts; one signal can't pause alone."""
    if regulation is None:
        return np.zeros(at.size, bool)
    return np.asarray(regulation.detail("event") > 0)


def _shock(spike: Sample | None, at: I64) -> I64:
    if spike is None or not spike.track.as_of.size:
        return np.zeros(at.size, np.int64)
    return np.where(spike.vote, spike.track.as_of[spike.index], 0)


def _eased(composite: Composite, gate: GateConfig, unknown: I64) -> Bools:
    """Low by what is known. With too many blocks in the dark nothing has eased."""
    low = np.nan_to_num(composite.total, nan=np.inf) <= gate.exit
    return np.asarray(low & (unknown < gate.unknown_blocks_caution))


def _legs(
    etf: Sample | None, whales: Sample | None, history: History, params: Recovery, at: I64
) -> Legs:
    return Legs(_healed(etf, at), _healed(whales, at), liquidity(history, params, at))


def _healed(s: Sample | None, at: I64) -> F64:
    if s is None:
        return np.full(at.size, np.nan)
    return np.where(s.known, ~s.elevated | s.resumed, np.nan)


def _broken(breaks: Sequence[F64], at: I64) -> Bools:
    found = np.zeros(at.size, bool)
    for x in breaks:
        found |= x == 1.0
    return found


def _voting(samples: Sequence[Sample], at: I64) -> Bools:
    rows = {block: row for row, block in enumerate(SCORED_BLOCKS)}
    found = np.zeros((len(SCORED_BLOCKS), at.size), bool)
    for s in samples:
        found[rows[s.track.spec.block]] |= s.counts | s.breaker
    return found


def _bits(blocks: Bools) -> I64:
    powers = 1 << np.arange(len(SCORED_BLOCKS))
    return np.asarray((blocks * powers[:, None]).sum(axis=0), np.int64)
