"""The real command on a real file dies at each edge: nothing twice, no cap passed, no fill lost."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sim.crash_edges import BROKEN, FULL, KILL
from tests.sim.crashing import Zygote, edges, holds, scene
from tests.venues.wire import BinanceWire

PARTS = 6  # so that both cores share them


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote() as found:
        yield found


@pytest.fixture(scope="module")
def names(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    with BinanceWire().start() as server:
        return edges(tmp_path_factory.mktemp("count"), server, zygote)


def crashed(folder: Path, zygote: Zygote, at: int, how: str, again: int = 0) -> None:
    """End a pass at an edge, then call it once, then twice side by side, and count."""
    folder.mkdir()
    with BinanceWire().start() as server:
        space = scene(folder, server, zygote)
        (ended,) = zygote.call(space, at=at, how=how)
        assert ended["code"] in ({-9} if how == KILL else {0, 74, 80}), ended
        if again:
            zygote.call(space, at=again, how=how)
        (after,) = zygote.call(space)
        both = zygote.call(space, twice=True)
        told = f"{how} at edge {at}: {ended['code']}, {after['code']}, {both}"
        assert after["code"] in {0, 80}, after
        # One of two may find the other at work; both may not.
        assert {one["code"] for one in both} <= {0, 75, 80}, told
        found = holds(space, server)
        assert found in ({"FILLED": 1}, {"UNKNOWN": 1}, {"ABANDONED": 1}), f"{told}: {found}"


@pytest.mark.parametrize("part", range(PARTS))
def test_a_pass_killed_before_any_edge_buys_once(
    zygote: Zygote, names: list[str], tmp_path: Path, part: int
) -> None:
    # The moment after one edge and before the next is the same moment, but for the last.
    points = [k for k, name in enumerate(names, 1) if name.startswith("before")] + [len(names)]
    assert len(points) > 50
    for k in points[part::PARTS]:
        crashed(tmp_path / str(k), zygote, k, KILL)


@pytest.mark.parametrize("how", [FULL, BROKEN])
def test_a_disk_that_fails_now_and_then_loses_nothing(
    zygote: Zygote, names: list[str], tmp_path: Path, how: str
) -> None:
    points = _journal_edges(names)
    for k in points[:: 7 if how == FULL else 8]:
        crashed(tmp_path / str(k), zygote, k, how)


def _journal_edges(names: list[str]) -> list[int]:
    return [
        k
        for k, name in enumerate(names, 1)
        if name.startswith("before") and not name.endswith("request")
    ]


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("how", [FULL, BROKEN])
def test_a_disk_that_fails_at_any_edge_loses_nothing(
    zygote: Zygote, names: list[str], tmp_path: Path, how: str, part: int
) -> None:
    for k in _journal_edges(names)[part::PARTS]:
        crashed(tmp_path / str(k), zygote, k, how)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(PARTS))
def test_a_pass_killed_again_while_it_recovers_buys_once(
    zygote: Zygote, names: list[str], tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)
    for n in range(150 // PARTS):
        first, second = dice.randint(1, len(names)), dice.randint(1, len(names))
        crashed(tmp_path / str(n), zygote, first, KILL, again=second)
