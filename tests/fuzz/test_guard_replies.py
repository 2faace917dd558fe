"""Fifteen venues tell of a debt, a position or a right in a reply that is spoiled besides."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.guard_cases import Violating, tried, violating
from tests.fuzz.spoiling import NAMES, parsed, places

NUMBERS = st.integers(0, 2**16 - 1)


def test_every_venue_has_a_violation_to_spoil() -> None:
    count = Counter(told.venue for told in violating())
    assert len(count) == 15, count
    assert sum(count.values()) > 150


@settings(derandomize=True, max_examples=60, suppress_health_check=list(HealthCheck), database=None)
@given(at=NUMBERS, where=NUMBERS, what=NUMBERS)
def test_no_spoiled_reply_proves_what_it_tells_against(at: int, where: int, what: int) -> None:
    known = violating()
    assert tried(known[at % len(known)], where, what) == ""


@pytest.mark.long
@pytest.mark.parametrize("at", range(20))
def test_no_place_and_no_way_hides_a_violation(at: int) -> None:
    wrong = []
    for told in violating()[at::20]:
        wrong += [found for where, what in _all(told) if (found := tried(told, where, what))]
    assert wrong == []


def _all(told: Violating) -> list[tuple[int, int]]:
    count = len(list(places(parsed(told.body))))
    return [(where, what) for where in range(min(count, 40)) for what in range(len(NAMES))]
