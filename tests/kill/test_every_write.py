"""The shipped command ends at any call of the system: one order, no cap passed, no fill lost."""

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from tests.kill.conftest import Stage
from tests.kill.straced import BROKEN, FULL, KILL, ON_FILES, Point

PARTS = 24  # each a test of its own, so that all cores share them
SAMPLE = 5
BEYOND = 3  # a pass may make a call or two more than the one that was counted


def test_the_points_cover_every_way_to_write(stage: Stage) -> None:
    kinds = Counter(point.call for point in stage.points)
    assert {"pwrite64", "fdatasync", "fsync", "unlink", "rename", "openat", "sendto"} <= set(kinds)
    on = {point.on for point in stage.points}
    assert {"dcaguard.db", "dcaguard.db-journal", ".dcaguard.head.tmp", "socket", "answer"} <= on
    assert len(stage.points) > 300, kinds


@pytest.mark.timeout(900)
def test_the_command_killed_at_some_calls_buys_once(stage: Stage, tmp_path: Path) -> None:
    seed = Random().randrange(2**32)
    for point in (*_around_the_send(stage.points), *_spread(stage.points, SAMPLE, seed)):
        ended = stage.ended(tmp_path, point, KILL)
        # How many reads a reply takes is the network's choice; everything else is numbered alike.
        assert ended.struck or point.call == "recvfrom", f"seed {seed}: {point} was never reached"
        assert ended.first.code == (-9 if ended.struck else 0), f"seed {seed}: {point}"


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


def _part(stage: Stage, part: int, calls: tuple[str, ...] = ()) -> list[Point]:
    """Return this part's points and, in the last part, what may lie beyond the counted ones."""
    mine = [x for x in stage.points if x.number % PARTS == part and (not calls or x.call in calls)]
    last = {x.call: x for x in stage.points}["pwrite64"]
    beyond = [Point("pwrite64", last.number + k, last.on, sent=True) for k in range(1, BEYOND + 1)]
    return mine + [x for x in beyond if x.number % PARTS == part]


def _told(how: str, part: int, found: Counter[str]) -> None:
    print(f"{how} part {part}: {dict(sorted(found.items()))}")  # noqa: T201 - shown by `-s`, `-rP`


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(PARTS))
def test_the_command_killed_at_any_call_buys_once(stage: Stage, tmp_path: Path, part: int) -> None:
    found = Counter[str]()
    for point in _part(stage, part):
        ended = stage.ended(tmp_path, point, KILL)
        assert ended.first.code == (-9 if ended.struck else 0), point
        found["points" if ended.struck else "beyond"] += 1
        found.update(ended.became)
    _told(KILL, part, found)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("how", [FULL, BROKEN])
@pytest.mark.parametrize("part", range(PARTS))
def test_a_disk_that_fails_at_any_call_stops_before_the_send_and_loses_nothing_after(
    stage: Stage, tmp_path: Path, part: int, how: str
) -> None:
    found = Counter[str]()
    for point in _part(stage, part, ON_FILES):
        ended = stage.ended(tmp_path, point, how)
        told = f"{how} at {point}: {ended.first}"
        assert ended.first.code in {0, 74, 80}, told
        if ended.first.code == 74 and not point.sent:
            assert not ended.sent, told
        found[f"exit {ended.first.code}" if ended.struck else "beyond"] += 1
        found[
            f"{ended.first.code} {point.call} {point.on} sent={point.sent} posts={ended.sent}"
        ] += 1
        found.update(ended.became)
    _told(how, part, found)
