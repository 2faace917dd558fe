"""The only place that knows what time it is."""

import time
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the current instant, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never run backwards, for time limits."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(max(0.0, seconds))


class FixedClock:
    """A clock that stands still until it is told to move: `--as-of`, replays, the demo."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            msg = "an instant needs a zone"
            raise ValueError(msg)
        self._at = at.astimezone(UTC)
        self._elapsed = 0.0

    def now(self) -> datetime:
        """Return the instant that it was set to, UTC."""
        return self._at

    def monotonic(self) -> float:
        """Return the seconds that have been slept or skipped so far."""
        return self._elapsed

    def sleep(self, seconds: float) -> None:
        """Move on at once; nobody waits."""
        seconds = max(0.0, seconds)
        self._at += timedelta(seconds=seconds)
        self._elapsed += seconds

    def move_to(self, at: datetime) -> None:
        """Jump to another instant; time limits count only jumps forward."""
        at = at.astimezone(UTC)
        self._elapsed += max(0.0, (at - self._at).total_seconds())
        self._at = at
