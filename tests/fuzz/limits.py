"""A case that needs more than its share of processor time or memory is a finding, not a wait."""

import contextlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TypeVar

Result = TypeVar("Result")
CPU_SECONDS_MAX = 1.0
RSS_MIB_MAX = 256


class TooSlow(BaseException):  # noqa: N818 - no `except Exception` of the code under test may eat it
    """The case used up its processor time."""


def _stop(number: int, frame: FrameType | None) -> None:
    raise TooSlow


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    # Processor time of this process, not time on the wall: a busy machine is no finding.
    usual = signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, usual)


def in_time(work: Callable[[], Result], seconds: float = CPU_SECONDS_MAX) -> Result:
    """Return what `work` returns; a second run is granted, and one too slow again is a failure."""
    for _ in range(2):
        try:
            with _alarm(seconds):
                return work()
        except TooSlow:
            continue
    msg = f"more than {seconds} s of processor time, twice"
    raise AssertionError(msg)


def memory_mib(module: str, *arguments: str) -> tuple[int, str]:
    """Return the largest resident memory of `python -m module ...` in MiB, and what it printed."""
    code = (
        "import resource, runpy, sys; sys.argv = sys.argv[1:]; "
        "runpy.run_module(sys.argv[0], run_name='__main__'); "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    # ru_maxrss of a fork begins at its parent's: a small process in between starts it afresh.
    line = [sys.executable, "-c", code, module, *arguments]
    done = subprocess.run(
        ["/bin/sh", "-c", '"$@"', "sh", *line],
        capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": os.getcwd()},  # noqa: PTH109
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    *said, peak = done.stdout.splitlines()
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return int(peak) // unit, "\n".join(said)


def peak_mib() -> int:
    """Return this process's own largest resident memory in MiB."""
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit
