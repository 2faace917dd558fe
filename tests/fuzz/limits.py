"""A case that needs more than its share of processor time is a finding, not a wait."""

import contextlib
import signal
import warnings
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TypeVar

Result = TypeVar("Result")
CPU_SECONDS_MAX = 1.0


class TooSlow(BaseException):
    """The case used up its processor time."""


def _stop(number: int, frame: FrameType | None) -> None:
    # What is raised inside the collector's callbacks is lost; the alarm comes again soon.
    if frame is None or frame.f_code.co_name not in {"gc_callback", "__del__"}:
        # What is cut off in the middle leaves a folder or a file open: that is our doing.
        warnings.simplefilter("ignore", ResourceWarning)
        raise TooSlow


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    # Processor time of this process, not time on the wall: a busy machine is no finding.
    usual = signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, seconds, 0.05)
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
