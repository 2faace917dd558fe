"""The shipped command ends at any call of the system: one order, no cap passed, no fill lost."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from tests.kill.conftest import Ended, Stage
from tests.kill.straced import BROKEN, FULL, ON_FILES, Point

PARTS = 24  # each a test of its own, so that all cores share them
SAMPLE = 5
SHIFTS = (1, -1, 2, -2, 3, -3)
BEYOND = 3  # a pass may make a call or two more than the one that was counted


def test_the_points_cover_every_way_to_write(cold: list[Point]) -> None:
    kinds = Counter(point.call for point in cold)
    assert {"pwrite64", "fdatasync", "fsync", "unlink", "rename", "openat", "sendto"} <= set(kinds)
    on = {point.on for point in cold}
    assert {"dcaguard.db", "dcaguard.db-journal", ".dcaguard.head.tmp", "socket", "answer"} <= on
    assert len(cold) > 300, kinds


@pytest.mark.timeout(900)
def test_the_command_killed_at_some_calls_buys_once(stage: Stage, cold: list[Point]) -> None:
    seed = Random().randrange(2**32)
    for point in (*_around_the_send(cold), *_spread(cold, SAMPLE, seed)):
        ended = _reached(stage.killed, point)
        # How many reads a reply takes is the network's choice.
        assert ended.struck or point.call == "recvfrom", f"seed {seed}: {point} was never reached"
        assert ended.first.code == (-9 if ended.struck else 0), f"seed {seed}: {point}"


def _reached(end: Callable[[Point], Ended], point: Point) -> Ended:
    """End a pass at a point; among all files that are read, ours may open a bit later or sooner."""
    ended = end(point)
    for shift in SHIFTS:
        if ended.struck or not (ended.slow or point.call == "openat"):
            break
        ended = end(point if ended.slow else replace(point, number=point.number + shift))
    return ended


def _around_the_send(points: list[Point]) -> list[Point]:
    """Return the calls that send the order, the wait for its reply and what is written next."""
    first = next(n for n, point in enumerate(points) if point.sent)
    written = next(n for n, point in enumerate(points) if point.sent and point.call in ON_FILES)
    return points[first - 1 : written + 1]


def _spread(points: list[Point], count: int, seed: int) -> list[Point]:
    """Return one point of each of `count` stretches of the pass."""
    dice = Random(seed)
    size = len(points) / count
    return [points[int((n + dice.random()) * size)] for n in range(count)]


def _part(points: list[Point], part: int) -> list[Point]:
    """Return this part's points; workers count apart, so the split is by number, not by place."""
    last = {point.call: point for point in points}
    beyond = [
        Point(call, last[call].number + k, last[call].on, sent=True)
        for call in ("pwrite64", "recvfrom")
        for k in range(1, BEYOND + 1)
        if call in last
    ]
    return [point for point in (*points, *beyond) if point.number % PARTS == part]


def _told(part: int, found: Counter[str]) -> None:
    print(f"part {part}: {dict(sorted(found.items()))}")  # noqa: T201 - what `-rP` shows


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(PARTS))
def test_the_command_killed_at_any_call_buys_once(
    stage: Stage, cold: list[Point], part: int
) -> None:
    found = Counter[str]()
    for point in _part(cold, part):
        ended = _reached(stage.killed, point)
        assert ended.first.code == (-9 if ended.struck else 0), point
        found["killed" if ended.struck else "beyond"] += 1
        found.update(ended.became)
    _told(part, found)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("how", [FULL, BROKEN])
@pytest.mark.parametrize("part", range(PARTS))
def test_a_disk_that_fails_at_any_call_stops_before_the_send_and_loses_nothing_after(
    stage: Stage, warm: list[Point], part: int, how: str
) -> None:
    found = Counter[str]()
    for point in _part([x for x in warm if x.call in ON_FILES], part):
        ended = _reached(lambda at: stage.refused(at, how), point)
        assert _stopped(point, ended), f"{how} at {point}: {ended}"
        found[f"exit {ended.first.code}" if ended.struck else "beyond"] += 1
        found[f"{point.call} {point.on} {point.sent} {ended.first.code} posts={ended.posts}"] += 1
        found.update(ended.became)
    _told(part, found)


def _stopped(point: Point, ended: Ended) -> bool:
    """Tell whether a failure before the send kept the order back, unless it was of no weight.

    The market cache may be lost and the head is written once more: both may cost nothing.
    """
    if not ended.struck:
        return True
    if not point.sent and point.on.startswith("dcaguard.db"):
        return (ended.first.code, ended.posts) == (74, 0)
    return ended.first.code in {0, 74, 80}
