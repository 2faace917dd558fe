"""What is written down when the regime moves: numbers, votes, inputs, and words for people."""

from collections.abc import Mapping

import numpy as np

from dcaguard.core.gate_facts import Facts
from dcaguard.core.gate_state import GateState, Regime, Transition
from dcaguard.core.history import moment
from dcaguard.core.signals.everything_sold import BREAKERS
from dcaguard.core.signals.params import GateConfig
from dcaguard.core.signals.state import SCORED_BLOCKS


def transition(
    previous: Regime, after: GateState, known: Facts, position: int, gate: GateConfig
) -> Transition:
    """Return the record of a move at one position of the facts."""
    mix = known.composite
    total = float(mix.total[position])
    blocks = {
        block.value: None
        if np.isnan(mix.blocks[row, position])
        else float(mix.blocks[row, position])
        for row, block in enumerate(SCORED_BLOCKS)
        if mix.present[row, position]
    }
    added = {
        s.track.spec.name: float(weight[position] * s.score[position])
        for s, weight in zip(known.samples, mix.share, strict=True)
        if s.counted[position] and not np.isnan(s.score[position])
    }
    votes = tuple(s.track.spec.name for s in known.samples if s.counts[position])
    grave = any(s.detail("event")[position] > 0 for s in known.samples)
    breakers = tuple(
        f"{s.track.spec.name} ({BREAKERS[name]})"
        for s in known.samples
        for name, true in s.breaks().items()
        if true[position] == 1.0
    )
    return Transition(
        at=moment(int(known.at[position])),
        regime=after.regime,
        previous=previous,
        subject="",
        composite=None if np.isnan(total) else total,
        blocks=blocks,
        contributions=dict(sorted(added.items(), key=lambda item: -item[1])),
        votes=votes,
        reasons=(
            *_words(after, (total, blocks), votes, breakers, gate),
            *(("a person's event of high severity",) if grave else ()),
        ),
        inputs=_inputs(known, position),
    )


def _inputs(known: Facts, position: int) -> dict[str, object]:
    """Return what each known signal measured, and of when."""
    return {
        s.track.spec.name: {
            "value": float(s.track.value[s.index[position]]),
            "as_of": moment(int(s.track.as_of[s.index[position]])),
            "observed_at": moment(int(s.track.known_at[s.index[position]])),
        }
        for s in known.samples
        if s.known[position] and not np.isnan(s.track.value[s.index[position]])
    }


def _words(
    after: GateState,
    measured: tuple[float, Mapping[str, float | None]],
    votes: tuple[str, ...],
    breakers: tuple[str, ...],
    gate: GateConfig,
) -> tuple[str, ...]:
    """Say in sentences why the regime is what it became."""
    total, blocks = measured
    shown = ", ".join(
        f"{name} {'unknown' if score is None else format(score, '.2f')}"
        for name, score in blocks.items()
    )
    said = [f"breaker: {', '.join(breakers)}"] if breakers else []
    said.append(f"composite {'unknown' if np.isnan(total) else format(total, '.2f')} ({shown})")
    if votes:
        said.append(f"votes: {', '.join(votes)}")
    match after.regime:
        case Regime.PAUSED:
            said.append(f"holds at least {after.hold_days} days, ends at {gate.exit:.2f} or below")
        case Regime.PROBE if after.forced:
            said.append(
                f"paused for {gate.max_pause_days} days: small buys although nothing healed"
            )
        case Regime.PROBE:
            said.append(f"healed for {gate.exit_days} daily closes")
        case Regime.COOLOFF:
            said.append(f"one-day shock: {gate.cooloff_hours} hours of quiet")
        case _:
            pass
    return tuple(said)
