"""The composite: members make blocks, known blocks make one number, absence makes neither."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dcaguard.core.history import F64, I64, Bools
from dcaguard.core.signals.board import Sample
from dcaguard.core.signals.heard import Heard, block_weights, heard
from dcaguard.core.signals.params import AltcoinBreadth, GateConfig
from dcaguard.core.signals.state import SCORED_BLOCKS


@dataclass(frozen=True, slots=True)
class Composite:
    """Blocks and composite at n instants; block arrays have shape (4, n) in SCORED_BLOCKS order."""

    total: F64  # NaN when no block is known
    blocks: F64  # NaN when unknown or absent
    present: Bools  # has an enabled member that was ever read
    unknown: Bools  # present, but too little of its weight is known
    votes: I64  # signals whose vote counts
    vote_blocks: I64  # blocks those votes come from
    share: F64  # shape (members, n): what one unit of a member's score adds to the composite
    relief: F64  # what breadth took off
    heard: Heard  # the same as the pause rule takes it: with the last word of the silent


def compose(
    samples: Sequence[Sample], gate: GateConfig, breadth: AltcoinBreadth, size: int
) -> Composite:
    """Return the composite of `samples` taken at the same `size` instants."""
    shape = (len(SCORED_BLOCKS), size)
    enabled, known, weighted = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    voting = np.zeros(shape, np.int64)
    row_of = {block: row for row, block in enumerate(SCORED_BLOCKS)}
    for s in samples:
        row, weight = row_of[s.track.spec.block], s.track.spec.weight
        scored = s.counted & ~np.isnan(s.score)
        enabled[row] += weight * s.counted
        known[row] += weight * scored
        weighted[row] += weight * np.where(scored, s.score, 0.0)
        voting[row] += s.counts
    present = enabled > 0
    enough = present & (known > 0) & (known >= gate.coverage_min * enabled)
    blocks = np.where(enough, weighted / np.where(known > 0, known, 1), np.nan)
    base = block_weights(gate.weights)[:, None] * enough
    whole = base.sum(axis=0)
    mixed = np.where(enough, base * np.nan_to_num(blocks), 0.0).sum(axis=0)
    total = np.where(whole > 0, mixed / np.where(whole > 0, whole, 1), np.nan)
    relief = _relief(samples, breadth, size)
    eased = np.maximum(0.0, total - relief)
    unit = base / np.where(whole > 0, whole, 1) / np.where(known > 0, known, 1)
    share = [s.track.spec.weight * unit[row_of[s.track.spec.block]] * s.counted for s in samples]
    return Composite(
        total=eased,
        blocks=blocks,
        present=present,
        unknown=present & ~enough,
        votes=voting.sum(axis=0),
        vote_blocks=np.count_nonzero(voting, axis=0),
        share=np.stack(share) if share else np.empty((0, size)),
        relief=np.where(np.isnan(total), 0.0, total - eased),
        heard=heard(samples, gate, breadth, size),
    )


def _relief(samples: Sequence[Sample], breadth: AltcoinBreadth, size: int) -> F64:
    for s in samples:
        if s.track.spec.name == "altcoin-breadth":
            return np.where(s.detail("relief") > 0, breadth.relief, 0.0)
    return np.zeros(size)
