"""Bytes of a journal changed, or its end cut off: 83 or another code of ours, never a traceback."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dcaguard.core.errors import ExitCode
from tests.fuzz.journals import broken, made, tried

PLACES = st.integers(0, 2**20)
FLIPS = st.lists(st.tuples(PLACES, st.integers(0, 254)), max_size=4).map(tuple)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("whole"))


def test_a_journal_that_nobody_touched_is_whole(whole: Path, tmp_path: Path) -> None:
    assert tried(broken(whole, tmp_path, 0, ())) is ExitCode.OK


@settings(derandomize=True, max_examples=60, suppress_health_check=list(HealthCheck), database=None)
@given(cuts=st.one_of(st.just(0), PLACES), flips=FLIPS)
def test_a_damaged_journal_opens_whole_or_says_what_is_wrong(
    whole: Path, tmp_path_factory: pytest.TempPathFactory, cuts: int, flips: tuple[()]
) -> None:
    folder = tmp_path_factory.mktemp("broken")
    tried(broken(whole, folder, cuts, flips))


@pytest.mark.long
@pytest.mark.parametrize("part", range(8))
def test_a_flip_at_any_byte_is_told_or_harmless(whole: Path, tmp_path: Path, part: int) -> None:
    for at in range(part * 7, whole.stat().st_size, 8 * 37):
        tried(broken(whole, tmp_path, 0, ((at, at % 251),)))
