"""Why the regime is what it is, and in words with numbers what would change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from dcaguard.core.event import Event
from dcaguard.core.explain_ways import active_events, standing, unheard, ways_in
from dcaguard.core.gate_facts import Facts, facts, instants
from dcaguard.core.gate_silence import ceiling, recovered
from dcaguard.core.gate_state import GateState, Regime
from dcaguard.core.history import History, micros, moment
from dcaguard.core.signals.evaluate import states
from dcaguard.core.signals.params import GateConfig, SignalsConfig
from dcaguard.core.signals.state import SCORED_BLOCKS, SignalState

_LAST = -1  # the position of the instant that is explained


@dataclass(frozen=True, slots=True)
class Explanation:
    """The regime at the last instant at or before `at`, with all that it was made of."""

    at: datetime  # the instant that was evaluated
    regime: Regime
    since: datetime | None
    composite: float | None
    blocks: Mapping[str, float | None]  # None: UNKNOWN; a block without members is left out
    signals: tuple[SignalState, ...]  # those that add most first
    next: tuple[str, ...]  # what would change the regime
    never_read: tuple[str, ...]  # members that count as disabled for want of any reading


def explain(
    state: GateState,
    history: History,
    config: SignalsConfig,
    gate: GateConfig,
    events: Sequence[Event] = (),
    at: datetime | None = None,
) -> Explanation:
    """Explain `state`: signals as they are at `at`, by default at the state's own instant."""
    when = at or state.evaluated_at or moment(history.first_observed() or 0)
    known = _spell(state, history.until(when), config, gate, events, when)
    total = float(known.composite.total[_LAST])
    found = states(known.samples, known.composite, _LAST)
    return Explanation(
        at=when,
        regime=state.regime,
        since=state.since,
        composite=None if np.isnan(total) else total,
        blocks=block_scores(known, _LAST),
        signals=found,
        next=_next(state, known, config, gate, active_events(events, when, config)),
        never_read=tuple(s.name for s in found if s.observed_at is None or s.gone),
    )


def _spell(
    state: GateState,
    history: History,
    config: SignalsConfig,
    gate: GateConfig,
    events: Sequence[Event],
    when: datetime,
) -> Facts:
    """Return the facts at `when`, behind all since a spell began: what was known in it counts."""
    at = np.array([micros(when)], np.int64)
    if state.regime in (Regime.PAUSED, Regime.CAUTION) and state.since is not None:
        at = np.union1d(instants(history, config, events, micros(state.since) - 1, int(at[0])), at)
    return facts(history, config, gate, events, at)


def block_scores(known: Facts, position: int) -> dict[str, float | None]:
    """Return the score of each block that has members; None where it is UNKNOWN."""
    mix = known.composite
    return {
        block.value: _known(mix.blocks[row, position])
        for row, block in enumerate(SCORED_BLOCKS)
        if mix.present[row, position]
    }


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _next(
    state: GateState,
    known: Facts,
    config: SignalsConfig,
    gate: GateConfig,
    said: tuple[str, ...],
) -> tuple[str, ...]:
    if not gate.enabled:
        return ("the gate is disabled: nothing pauses",)
    locked = tuple(
        f"{lock.venue} is LOCKED ({lock.reason}) until a person acknowledges it"
        for lock in state.locks
        if lock.lifted_at is None
    )
    moves = (*locked, *_market(state, known, config, gate))
    return (*moves, *(said if state.regime is not Regime.PAUSED else ()))


def _market(
    state: GateState, known: Facts, config: SignalsConfig, gate: GateConfig
) -> tuple[str, ...]:
    match state.regime:
        case Regime.PAUSED:
            return _out_of_pause(state, known, config, gate)
        case Regime.PROBE:
            return (_probe(state, gate), _into(known, gate), *ways_in(config, gate))
        case Regime.COOLOFF:
            return (_cooling(state, gate),)
        case Regime.CAUTION:
            left = gate.caution_exit_days - state.calm_days
            return (
                (
                    f"NORMAL after {left} more daily closes below composite "
                    f"{gate.caution_enter:.2f} with every block below {gate.caution_block:.2f}"
                    f"{_not_before_known(known, gate)}"
                ),
                _into(known, gate),
                *ways_in(config, gate),
                *(() if state.since is None else _held(known, state.since, gate)),
            )
        case _:
            return (
                (
                    f"CAUTION at composite {gate.caution_enter:.2f} or one block at "
                    f"{gate.caution_block:.2f}"
                ),
                _into(known, gate),
                *ways_in(config, gate),
            )


def _not_before_known(known: Facts, gate: GateConfig) -> str:
    """Say that no close counts while too many blocks are UNKNOWN; nothing when enough are known."""
    if known.composite.unknown[:, _LAST].sum() < gate.unknown_blocks_caution:
        return ""
    return f", none of which counts while {gate.unknown_blocks_caution} blocks are UNKNOWN"


def _cooling(state: GateState, gate: GateConfig) -> str:
    """Say when COOLOFF ends, and how far further shocks can move that."""
    said = f"ends {_until(state.cooloff_until)}, then the rules decide"
    if state.since is None:
        return said
    latest = state.since + timedelta(days=gate.cooloff_days_max)
    if state.cooloff_until is not None and state.cooloff_until >= latest:
        return (
            f"{said}; further shocks do not lengthen it: {gate.cooloff_days_max} days are its most"
        )
    return (
        f"{said}; each further shock begins its {gate.cooloff_hours} hours again, "
        f"to {_until(latest)} at the latest"
    )


def _probe(state: GateState, gate: GateConfig) -> str:
    """Say how much a probe buys and what follows it: what holds at its end, not always NORMAL."""
    share = gate.probe_share_forced if state.forced else gate.probe_share
    kind = "forced by the longest pause, nothing healed" if state.forced else "earned"
    alarm = "" if state.armed else "; an alarm that never stopped counts again only then"
    return (
        f"PROBE buys {share:.0%} ({kind}) until {_until(state.probe_until)}; then PAUSED or "
        f"CAUTION if their conditions hold, else NORMAL{alarm}"
    )


def _until(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at is not None else "at the next instant"


def _silent(known: Facts) -> str:
    """Name the silent members whose last scores count towards a pause, where there are any."""
    by = known.composite.heard
    pairs = zip(known.samples, by.held, strict=True)
    held = [s.track.spec.name for s, stands in pairs if stands[_LAST]]
    if not held:
        return ""
    makes = _number(by.total[_LAST])
    return f"; towards it the last scores of the silent count ({', '.join(held)}: {makes})"


def _into(known: Facts, gate: GateConfig) -> str:
    scores = {n: s for n, s in block_scores(known, _LAST).items() if s is not None}
    high = [name for name, score in scores.items() if score >= gate.block_enter]
    return (
        f"PAUSED at composite {gate.enter:.2f} (now {_number(known.composite.total[_LAST])}) with "
        f"{gate.blocks_min} blocks at {gate.block_enter:.2f} (now {len(high)}), or with "
        f"{gate.votes_min} votes (now {known.composite.votes[_LAST]}) from {gate.votes_blocks_min} "
        f"blocks at composite {gate.votes_composite_min:.2f}{_silent(known)}"
    )


def _out_of_pause(
    state: GateState, known: Facts, config: SignalsConfig, gate: GateConfig
) -> tuple[str, ...]:
    assert state.since is not None
    hold = state.since + timedelta(days=state.hold_days or gate.hold_days)
    now = _number(known.composite.total[_LAST])
    latest = state.since + timedelta(days=gate.max_pause_days)
    said = [
        (
            f"PROBE after {gate.exit_days} daily closes (so far {state.calm_days}) with composite "
            f"at or below {gate.exit:.2f} (now {now})"
            + (f", not before {_until(hold)}" if micros(hold) > known.at[_LAST] else "")
        ),
        f"a small PROBE by itself {_until(latest)}",
    ]
    dark = [
        block.value
        for row, block in enumerate(SCORED_BLOCKS)
        if state.tripped >> row & 1 and known.unknown[_LAST] >> row & 1
    ]
    if dark:
        said.append(f"{', '.join(dark)} brought the pause and must be known again first")
    legs = recovered(known, state.since, known.at.size - 1)
    if config.recovery.enabled and legs.known >= config.recovery.legs_min:
        said.append(
            f"recovery: {legs.true} of {legs.known} legs known in this pause are true, "
            f"{config.recovery.legs_min} needed"
        )
    said.extend(standing(known, state.since, config))
    return (*said, *unheard(known, state.since, gate))


def _held(known: Facts, since: datetime, gate: GateConfig) -> tuple[str, ...]:
    """Say which members fell silent since the regime began, and what their last scores make."""
    top = ceiling(known, since, known.at.size - 1, gate)
    if not top.held:
        return ()
    sentence = (
        f"silent since this began: {', '.join(top.held)}; for its end the last scores count "
        f"(composite {top.total:.2f}), at most {gate.max_pause_days} days"
    )
    return (sentence,)


def _number(value: float) -> str:
    return "unknown" if np.isnan(value) else f"{value:.2f}"
