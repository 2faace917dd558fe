"""A stop that is asked for while an order is out waits until its outcome is written down."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_WAITING = b"dcaguard: an order is out: its outcome is written down first, then this stops\n"


class Stopped(BaseException):
    """A person or the system asked this process to end. No `except Exception` swallows it."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_status = 128 + number
        self.code = "INTERRUPTED" if number == signal.SIGINT else "TERMINATED"


@dataclass(slots=True)
class _State:
    held: bool = False
    asked: int = 0  # the signal that came meanwhile


_STATE = _State()


@contextmanager
def heard() -> Iterator[None]:
    """Turn SIGINT and SIGTERM into Stopped inside this block; what was ignored stays ignored."""
    _STATE.asked = 0
    before = {}
    if threading.current_thread() is threading.main_thread():
        usual = {number: signal.getsignal(number) for number in _SIGNALS}
        before = {n: h for n, h in usual.items() if h is not signal.SIG_IGN}
    for number in before:
        signal.signal(number, _stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let this block end before a signal does anything; one that waits already forbids it."""
    _stop_if_asked()
    _STATE.held = True
    try:
        yield
    finally:
        _STATE.held = False
    _stop_if_asked()


def _stop_if_asked() -> None:
    if _STATE.asked:
        raise Stopped(_STATE.asked)


def _stop(number: int, _: FrameType | None) -> None:
    if not _STATE.held:
        raise Stopped(number)
    _STATE.asked = number
    os.write(2, _WAITING)  # not through sys.stderr: it may be in the middle of a line
