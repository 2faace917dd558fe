"""Simulated years of the shipped pass: one order a slot, no cap passed, no fill lost, no cent lost.

A year is one seed: 52 weeks in which two strategies have one slot each, in bad weather, on one
machine or on two that share a key. A seed that fails prints the line that reproduces it.
"""

import os
from collections import Counter

import pytest

from tests.sim.faults import Faults
from tests.sim.seams import seams
from tests.sim.world import Sim
from tests.sim.year import simulate

YEARS = 1_000
CHUNK = 25
LONG_YEARS = int(os.environ.get("DCAGUARD_SIM_YEARS", "100000"))
SHARD = 250  # years of one long test: short enough to be spread over every core


def years(first: int, count: int) -> Counter[str]:
    total = Counter[str]()
    with seams():
        for seed in range(first, first + count):
            total += simulate(seed)
    return total


@pytest.mark.parametrize("first", range(0, YEARS, CHUNK))
def test_years_in_bad_weather_keep_every_promise(first: int) -> None:
    seen = years(first, CHUNK)
    # The weather must have been bad, and must have let orders through.
    assert seen["killed"] > CHUNK
    assert seen["refused by the lock"] > CHUNK
    assert seen["orders"] > 15 * CHUNK
    assert seen["fills"] > 10 * CHUNK
    assert seen["sent post-only"] > 5 * CHUNK
    assert seen["sent limit-ioc"] > 5 * CHUNK


def test_in_good_weather_every_order_that_is_sent_arrives() -> None:
    total = Counter[str]()
    with seams():
        for seed in range(5):
            total += simulate(seed, faults=Faults())
    assert total["sent"] == total["orders"] > 5 * 30
    assert not total["killed"]


def test_the_same_seed_gives_the_same_year() -> None:
    assert years(7, 2) == years(7, 2)


def test_a_failing_year_names_its_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.sim.checks.after_quiet", _fail)
    with pytest.raises(RuntimeError) as caught:
        years(41, 1)
    assert caught.value.__notes__ == ["reproduce: python -m tests.sim 41"]


def _fail(_sim: object) -> None:
    raise RuntimeError("made to fail")


@pytest.mark.long
@pytest.mark.timeout(0)
@pytest.mark.parametrize("first", range(YEARS, YEARS + LONG_YEARS, SHARD))
def test_very_many_years_keep_every_promise(first: int) -> None:
    """`DCAGUARD_SIM_YEARS` says how many; a failing shard names its seed, a shard its years."""
    count = min(SHARD, YEARS + LONG_YEARS - first)
    assert years(first, count)["orders"] > 15 * count


def test_processes_interleave_the_same_way_again() -> None:
    """The seed alone says which process goes on, also between threads of two machines."""
    with seams():
        seed = next(n for n in range(100) if len(Sim(n).hosts) == 2)
        one, two = simulate(seed), simulate(seed)
    assert one == two
    assert one["overlapping"] > 20
