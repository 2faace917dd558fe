"""Find the first seed that catches each removed safeguard.

`python -m tests.sim.hunt [EVERY PART [NAME]]`; the table is in `mutants.py`. The seed that stands
there is asked first.
"""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.sim.faults import Violated
from tests.sim.mutants import MUTANTS, Mutant
from tests.sim.seams import seams
from tests.sim.world import Sim
from tests.sim.year import simulate

SEEDS_MAX = 1000
BY_NAME = {one.name: one for one in MUTANTS}


@contextmanager
def without(mutant: Mutant, *, itself: bool) -> Iterator[None]:
    """Take away what stands before a safeguard, and the safeguard too if `itself`."""
    with seams(), ExitStack() as stack:
        for name in mutant.behind:
            BY_NAME[name].remove(stack)
        if itself:
            mutant.remove(stack)
        yield


def caught(mutant: Mutant, seed: int, *, itself: bool = True) -> Exception | None:
    """Return what a year without the safeguard ends in; None when nothing was noticed."""
    try:
        with without(mutant, itself=itself):
            simulate(seed)
    except (Violated, AssertionError) as error:
        # A broken promise, or a refusal of the journal's. Anything else is a broken removal.
        return error
    return None


def hunt(mutant: Mutant, first: int = 0) -> tuple[int, str] | None:
    """Return the first seed that is clean with the safeguard and caught without it."""
    for seed in (mutant.seed, *range(first, SEEDS_MAX)):
        if (error := noticed(mutant, seed)) is not None:
            return seed, f"{type(error).__name__}: {error}"
    return None


def noticed(mutant: Mutant, seed: int) -> Exception | None:
    """Return what the missing safeguard brings about in a year that is ordinary with it."""
    if len(Sim(seed).hosts) < mutant.hosts:
        return None
    error = caught(mutant, seed)
    return error if error is not None and caught(mutant, seed, itself=False) is None else None


def main(words: list[str]) -> None:
    every, part = (int(words.pop(0)), int(words.pop(0))) if words[1:2] else (1, 0)
    for mutant in MUTANTS[part::every]:
        if not words or any(word in mutant.name for word in words):
            print(f"{mutant.name}: {hunt(mutant)}"[:220], flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
