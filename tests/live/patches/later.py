"""Lets a child process live LATER_SECONDS ahead of this machine: its clock, and ccxt's."""

import os
import time
from datetime import UTC, datetime, timedelta

from dcaguard.adapters.clock import SystemClock

_AHEAD = float(os.environ.get("LATER_SECONDS", "0"))
_time, _time_ns = time.time, time.time_ns

time.time = lambda: _time() + _AHEAD
time.time_ns = lambda: _time_ns() + int(_AHEAD * 1_000_000_000)


def _now(self: SystemClock) -> datetime:
    del self
    return datetime.now(UTC) + timedelta(seconds=_AHEAD)


SystemClock.now = _now  # type: ignore[method-assign]
