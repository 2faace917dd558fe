"""Clocks: one that runs, one that stands."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from dcaguard.adapters.clock import FixedClock, SystemClock

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)


def test_the_system_clock_runs_forward_in_utc() -> None:
    clock = SystemClock()
    first, began = clock.now(), clock.monotonic()
    clock.sleep(0.01)
    assert first.tzinfo is UTC
    assert clock.now() > first
    assert clock.monotonic() - began >= 0.009


def test_a_fixed_clock_stands_until_it_sleeps() -> None:
    clock = FixedClock(NOON)
    assert clock.now() == clock.now() == NOON
    clock.sleep(90)
    assert clock.now() == NOON + timedelta(seconds=90)
    assert clock.monotonic() == 90


def test_a_fixed_clock_moves_back_without_time_running_backwards() -> None:
    clock = FixedClock(NOON)
    clock.move_to(NOON + timedelta(hours=1))
    clock.move_to(NOON)
    assert clock.now() == NOON
    assert clock.monotonic() == 3600


def test_a_fixed_clock_speaks_utc_and_needs_a_zone() -> None:
    berlin = timezone(timedelta(hours=1))
    assert FixedClock(datetime(2025, 3, 3, 13, tzinfo=berlin)).now() == NOON
    with pytest.raises(ValueError, match="zone"):
        FixedClock(datetime(2025, 3, 3))  # noqa: DTZ001 (the point of the test)
