"""Each safeguard, taken away alone, is missed: the seed that shows it is kept with it."""

import pytest

from tests.sim.hunt import caught
from tests.sim.mutants import MUTANTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.name)
def test_the_simulation_notices_that_a_safeguard_is_gone(mutant: Mutant) -> None:
    assert caught(mutant, mutant.seed, itself=False) is None, "the seed fails with it in place"
    assert caught(mutant, mutant.seed) is not None, f"seed {mutant.seed} notices nothing"
