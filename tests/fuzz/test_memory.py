"""The greediest config, reply and page leave the process below a quarter of a gigabyte."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RSS_MIB_MAX = 256


@pytest.mark.parametrize("room", ["configs", "venues", "sources"])
def test_no_input_takes_more_memory_than_it_may(room: str) -> None:
    # A process between pytest and the measured ones: their peak would begin at pytest's own.
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.worst", room],
        cwd=ROOT, capture_output=True, text=True, timeout=250, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    peak, _, name = done.stdout.strip().partition(" ")
    assert int(peak) < RSS_MIB_MAX, f"{peak} MiB: {name}"
