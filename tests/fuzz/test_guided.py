"""Coverage-guided fuzzing of the parsers, each in a process of its own and for a bounded time."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.guided import DEFAULT_SECONDS
from tests.fuzz.targets import TARGETS

ROOT = Path(__file__).parents[2]
# Read here: the suite forgets a person's variables before its tests run.
SEED = os.environ.get("DCAGUARD_FUZZ_SEED", "1")
SECONDS = int(os.environ.get("DCAGUARD_FUZZ_SECONDS", DEFAULT_SECONDS))
_START_SECONDS = 300  # watching every branch of ccxt's parsers takes its time to set up


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_accepts_what_it_is_begun_with(name: str) -> None:
    seeds = TARGETS[name].seeds()
    assert seeds
    for raw in seeds[:: max(1, len(seeds) // 5)]:
        TARGETS[name].play(raw)


@pytest.mark.long
@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris is not built for this Python"
)
@pytest.mark.parametrize("name", TARGETS)
def test_no_input_that_guided_fuzzing_finds_breaks_a_parser(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.guided", name, str(SECONDS), SEED],
        cwd=ROOT, capture_output=True, text=True, errors="replace", check=False,
        timeout=SECONDS + _START_SECONDS,
    )  # fmt: skip
    told = [line for line in done.stdout.splitlines() if not line.startswith("INFO")]
    end = [line for line in done.stderr.splitlines() if "INFO: Instrumenting" not in line]
    print("\n".join([*told[-5:], *end[-12:]]))  # noqa: T201 - executions, coverage, seed, input
    assert done.returncode == 0, "\n".join([*told[-5:], *end[-40:]])
