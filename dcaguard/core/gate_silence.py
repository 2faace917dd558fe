"""What fell silent within a spell keeps its last word, and no day without news ends a pause."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from dcaguard.core.gate_facts import Facts
from dcaguard.core.history import F64, micros
from dcaguard.core.signals.board import Sample
from dcaguard.core.signals.due import late
from dcaguard.core.signals.heard import block_weights
from dcaguard.core.signals.params import GateConfig, Recovery
from dcaguard.core.signals.recovery import enough
from dcaguard.core.signals.state import SCORED_BLOCKS


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Composite and blocks at one instant with the last scores of what fell silent since."""

    total: float  # NaN when no block says anything
    blocks: tuple[float, ...]  # in SCORED_BLOCKS order; NaN likewise
    held: tuple[str, ...]  # members whose last score is used
    told: tuple[Sample, ...]  # the members that have a score now


@dataclass(frozen=True, slots=True)
class Recovered:
    """The legs of the recovery at one instant: a leg that fell silent is known and not true."""

    known: int
    true: int


def may_end(
    known: Facts, since: datetime, position: int, gate: GateConfig, params: Recovery
) -> bool:
    """Tell whether the midnight at `position` counts towards the end of a pause since `since`.

    Only if everything that spoke in the pause has spoken of this day too: absence heals nothing.
    """
    if not known.eased[position] or _broken(known, _begin(known, since), position):
        return False
    found = recovered(known, since, position)
    if params.enabled and not enough(found.known, found.true, params):
        return False
    top = ceiling(known, since, position, gate)
    return not top.total > gate.exit and not missed(known, top, since, position)


def missed(known: Facts, top: Ceiling, since: datetime, position: int) -> tuple[str, ...]:
    """Return the members that spoke in the spell, and of the day of `position` did not."""
    at = int(known.at[position])
    silent = [s.track.spec.name for s in top.told if late(s.track, at, micros(since))]
    return (*top.held, *silent)


def stays_cautious(known: Facts, since: datetime, position: int, gate: GateConfig) -> bool:
    """Tell whether CAUTION's condition stands at `position`, or may stand in what fell silent."""
    if known.cautious[position]:
        return True
    top = ceiling(known, since, position, gate)
    return top.total >= gate.caution_enter or any(x >= gate.caution_block for x in top.blocks)


def ceiling(known: Facts, since: datetime, position: int, gate: GateConfig) -> Ceiling:
    """Return the composite where each member that spoke since `since` still says its last word."""
    begin = _begin(known, since)
    weighted, weights = np.zeros(len(SCORED_BLOCKS)), np.zeros(len(SCORED_BLOCKS))
    held, told = [], []
    for s in known.samples:
        if not s.counted[position]:
            continue
        score, spec = s.score[position], s.track.spec
        if np.isnan(score):
            score = _last_word(s.score[begin : position + 1])
            if np.isnan(score):
                continue
            held.append(spec.name)
        else:
            told.append(s)
        row = SCORED_BLOCKS.index(spec.block)
        weighted[row] += spec.weight * score
        weights[row] += spec.weight
    said = weights > 0
    blocks = np.where(said, weighted / np.where(said, weights, 1), np.nan)
    base = block_weights(gate.weights) * said
    if not base.sum() > 0:
        return Ceiling(float("nan"), tuple(blocks.tolist()), tuple(held), tuple(told))
    total = float((base * np.nan_to_num(blocks)).sum() / base.sum())
    total = max(0.0, total - float(known.composite.relief[position]))
    return Ceiling(total, tuple(blocks.tolist()), tuple(held), tuple(told))


def recovered(known: Facts, since: datetime, position: int) -> Recovered:
    """Return how many legs were known since `since`, and how many of them are true now."""
    window = slice(_begin(known, since), position + 1)
    legs, at = known.legs, int(known.at[position])
    told = [leg[window] for leg in (legs.flows, legs.whales, legs.liquidity.leg)]
    true = [leg[-1] == 1.0 for leg in told]
    # Another measure stands in for a book that was never sampled, not for one that fell silent.
    silenced = _silenced(legs.liquidity.book[window])
    true[-1] = true[-1] and not silenced and not legs.liquidity.missed(position, at)
    return Recovered(sum(bool(np.any(~np.isnan(leg))) for leg in told), sum(map(bool, true)))


def _begin(known: Facts, since: datetime) -> int:
    return int(np.searchsorted(known.at, micros(since)))


def _broken(known: Facts, begin: int, position: int) -> bool:
    return any(stands(x[begin : position + 1]) for x in known.breaks)


def stands(breaker: F64) -> bool:
    """Tell whether a breaker stands, by its last word: it was true and nothing denied it since."""
    return _last_word(breaker) == 1.0


def _last_word(x: F64) -> float:
    spoken = x[~np.isnan(x)]
    return float(spoken[-1]) if spoken.size else float("nan")


def _silenced(x: F64) -> bool:
    return bool(np.isnan(x[-1]) and np.any(~np.isnan(x)))
