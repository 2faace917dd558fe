"""What the pause rule hears: a silent member's last score for a while, then nothing of it.

Silence is neither calm nor danger. Counted as calm, one feed that died would weaken the rule for
ever; left out at once, a calm one would raise it by falling silent. So the last score stands as
long as it can still mean something, and then the member counts as one that was never read.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dcaguard.core.history import F64, I64, Bools
from dcaguard.core.signals.board import Sample, last_row
from dcaguard.core.signals.params import AltcoinBreadth, BlockWeights, GateConfig
from dcaguard.core.signals.state import SCORED_BLOCKS

_EVERY = -1  # all bits set


@dataclass(frozen=True, slots=True)
class Heard:
    """Composite and blocks as the pause rule takes them, at n instants."""

    total: F64  # NaN when nobody was heard
    blocks: F64  # shape (4, n); NaN where nobody was heard
    supported: Bools  # the same shape: enough of the block's weight is known now, not just then
    gone: I64  # bit set of the members, in their order, that are silent for too long
    held: tuple[Bools, ...]  # per member: its last score stands in


def block_weights(weights: BlockWeights) -> F64:
    """Return the weights in SCORED_BLOCKS order."""
    return np.array([weights.leverage, weights.flows, weights.macro, weights.structure])


def heard(
    samples: Sequence[Sample],
    gate: GateConfig,
    breadth: AltcoinBreadth,
    size: int,
    leaving: int = _EVERY,
) -> Heard:
    """Return what is heard of `samples`; of those that are gone, only the bits `leaving` leave."""
    shape = (len(SCORED_BLOCKS), size)
    weights, known, weighted = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    gone, held = np.zeros(size, np.int64), []
    for bit, s in enumerate(samples):
        row, weight = SCORED_BLOCKS.index(s.track.spec.block), s.track.spec.weight
        silent = s.counted & np.isnan(s.score) & (s.said >= 0)
        old = silent & _too_old(s, s.said, gate)
        gone |= old.astype(np.int64) << bit
        counts = s.counted & (s.said >= 0) & ~(old & bool(leaving >> bit & 1))
        held.append(counts & silent)
        weights[row] += weight * counts
        known[row] += weight * (counts & ~silent)
        weighted[row] += weight * np.where(counts, s.last, 0.0)
    some = weights > 0
    blocks = np.where(some, weighted / np.where(some, weights, 1), np.nan)
    base = block_weights(gate.weights)[:, None] * some
    whole = base.sum(axis=0)
    total = (base * np.nan_to_num(blocks)).sum(axis=0) / np.where(whole > 0, whole, 1)
    relief, old = _relief(samples, gate, breadth, size)
    gone |= old.astype(np.int64) << len(samples)
    relief = np.where(old & bool(leaving >> len(samples) & 1), 0.0, relief)
    return Heard(
        total=np.where(whole > 0, np.maximum(0.0, total - relief), np.nan),
        blocks=blocks,
        supported=(known > 0) & (known >= gate.coverage_min * weights),
        gone=gone,
        held=tuple(held),
    )


def _too_old(s: Sample, row: I64, gate: GateConfig) -> Bools:
    if not s.track.as_of.size:
        return np.zeros(row.size, bool)
    return s.too_long_silent(np.maximum(row, 0), gate.silent_days)


def _relief(
    samples: Sequence[Sample], gate: GateConfig, breadth: AltcoinBreadth, size: int
) -> tuple[F64, Bools]:
    """Return (relief by breadth's last word on it, where that word is too old)."""
    for s in samples:
        eased = s.track.detail.get("relief")
        if s.track.spec.name == "altcoin-breadth" and eased is not None and eased.size:
            row = last_row(~np.isnan(eased), s.index)
            spoke = s.counted & (row >= 0)
            given = np.where(spoke & (eased[row] > 0), breadth.relief, 0.0)
            silent = ~s.live | (row != s.index)
            return given, spoke & silent & _too_old(s, row, gate)
    return np.zeros(size), np.zeros(size, bool)
