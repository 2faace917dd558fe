"""What a vote leaves behind: a hold, a spell that lasts until it has healed, and a score."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dcaguard.core.history import F64, I64, Bools
from dcaguard.core.signals.params_base import Ranked
from dcaguard.core.signals.rolling import points_of, rank, score_of_rank


@dataclass(frozen=True, slots=True)
class Memory:
    """How long a vote lingers: counted through its hold, elevated until it has healed."""

    counts: Bools
    elevated: Bools
    last_vote: I64  # row number, -1 before the first
    first_vote: I64  # row that began this elevated spell, -1 for none


def remember(vote: Bools, healed: Bools, clock: I64, hold: int) -> Memory:
    """Fold votes over the rows: elevated from a vote until `healed` after `hold` on `clock`.

    It is a fold over readings alone, written as running maxima, so any past row is the same
    whatever came later. An unknown row neither votes nor heals.
    """
    if not vote.size:
        none = np.empty(0, np.int64)
        return Memory(vote, vote, none, none)
    rows = np.arange(vote.size)
    last_vote = np.maximum.accumulate(np.where(vote, rows, -1))
    held = (last_vote >= 0) & (clock - clock[last_vote] < hold)
    clear = healed & ~vote & ~held
    last_clear = np.maximum.accumulate(np.where(clear, rows, -1))
    elevated = last_vote > last_clear
    votes = np.append(np.flatnonzero(vote), -1)
    first = votes[np.searchsorted(votes[:-1], last_clear + 1)]
    return Memory(vote | held, elevated, last_vote, np.where(elevated, first, -1))


def silent(rows: int) -> Memory:
    """Return the memory of a member that never votes."""
    never, none = np.zeros(rows, bool), np.full(rows, -1)
    return Memory(never, never, none, none)


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of rows, worked out for those that are asked for; NaN: not known."""

    known: Bools  # which rows have one
    of: Callable[[I64], F64]  # numbers of rows -> their scores

    def __call__(self, rows: I64) -> F64:
        """Return the scores of some rows."""
        return self.of(rows)


def ranked_score(x: F64, key: I64, vote: Bools, params: Ranked) -> Scores:
    """Return the scores by rank; where the past is too short for one, 1 on a vote, else 0.

    A vote whose rank has no number, one leg of it being behind a hole, scores 1 too.
    """

    def scores(rows: I64) -> F64:
        share, points = rank(x, key, params.rank_window, params.rank_min, rows)
        short = points < params.rank_min
        score = np.where(short, vote[rows].astype(float), score_of_rank(share))
        return np.where(np.isnan(x[rows]), np.where(vote[rows], 1.0, np.nan), score)

    return Scores(~np.isnan(x) | vote, scores)


def short_past(x: F64, key: I64, params: Ranked) -> Bools:
    """Tell for each row whether its past is too short for a rank."""
    return points_of(x, key, params.rank_window) < params.rank_min


def plain_score(values: F64) -> Scores:
    """Return scores that are already there for every row."""
    return Scores(~np.isnan(values), lambda rows: values[rows])
