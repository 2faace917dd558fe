"""Broken config and strategy files through the real loader: one clear line and its code."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dcaguard.core.config_starter import CONFIG, STRATEGIES
from dcaguard.core.errors import ExitCode
from tests.fuzz.configs import FULL, WHOLE, every_token_everywhere, spoiled, tried
from tests.fuzz.spoiling import Spoil

NUMBERS = st.integers(0, 2**16 - 1)
WEEKLY = STRATEGIES["weekly"]
always = settings(derandomize=True, suppress_health_check=list(HealthCheck), database=None)


def test_the_files_that_are_spoiled_are_good_at_first(tmp_path: Path) -> None:
    assert tried(tmp_path, CONFIG.encode(), WEEKLY.encode()) is ExitCode.OK
    assert tried(tmp_path, FULL.encode()) is ExitCode.OK


@pytest.mark.parametrize("way", range(len(WHOLE)))
def test_a_whole_file_of_nonsense_is_told_in_one_line(tmp_path: Path, way: int) -> None:
    lines = [at for at, line in enumerate(CONFIG.splitlines()) if "=" in line and line[0] != "#"]
    tried(tmp_path, spoiled(CONFIG, (len(lines), way)), WEEKLY.encode())


@settings(always, max_examples=120)
@given(text=st.sampled_from([FULL, CONFIG]), spoil=st.tuples(NUMBERS, NUMBERS))
def test_a_broken_config_is_refused_in_words_or_can_be_used(
    tmp_path_factory: pytest.TempPathFactory, text: str, spoil: Spoil
) -> None:
    tried(tmp_path_factory.mktemp("config"), spoiled(text, spoil), WEEKLY.encode())


@settings(always, max_examples=80)
@given(name=st.sampled_from(sorted(STRATEGIES)), spoil=st.tuples(NUMBERS, NUMBERS))
def test_a_broken_strategy_is_refused_in_words_or_can_be_used(
    tmp_path_factory: pytest.TempPathFactory, name: str, spoil: Spoil
) -> None:
    folder = tmp_path_factory.mktemp("strategy")
    tried(folder, CONFIG.encode(), spoiled(STRATEGIES[name], spoil))


@settings(always, max_examples=60)
@given(raw=st.binary(max_size=400))
def test_any_bytes_are_no_traceback(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    assert tried(tmp_path_factory.mktemp("bytes"), raw) is not ExitCode.OK


@pytest.mark.long
@pytest.mark.parametrize("part", range(16))
def test_every_value_replaced_by_every_token(tmp_path: Path, part: int) -> None:
    for number, (config, strategy) in enumerate(every_token_everywhere()):
        if number % 16 == part:
            tried(tmp_path, config, strategy)
