"""Each safeguard, taken away alone, is missed: the seed that shows it is kept with it."""

import pytest

from tests.sim.hunt import noticed
from tests.sim.mutants import MUTANTS, Mutant

# The program changes and with it what a seed brings about: then the next seeds are asked too.
NEXT_SEEDS = 150


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.name)
def test_the_simulation_notices_that_a_safeguard_is_gone(mutant: Mutant) -> None:
    for seed in range(mutant.seed, mutant.seed + NEXT_SEEDS):
        if noticed(mutant, seed) is not None:
            return
    pytest.fail(f"nothing was noticed from seed {mutant.seed} on")
