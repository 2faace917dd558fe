"""One armed workspace as a model, copied for each end; one port, so that the copies fit it."""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.canary.watch import WATCH
from tests.kill.straced import Point, killed_at, points, refused_at, struck, unusable
from tests.live.workspace import Ran, Workspace
from tests.sim.crashing import Zygote, holds, scene
from tests.venues.wire import BinanceWire

# A machine that is so busy that a reply takes seconds cannot tell the venue's time from its own:
# the command refuses (75) and says so. That is not what is asked here, so it is asked again.
SLOW = '"CLOCK_SKEW"'


@dataclass(frozen=True)
class Ended:
    """What one end did, whether it came where it was meant, and what became of the order."""

    first: Ran
    struck: bool
    posts: int  # sent by the pass that ended
    became: Counter[str]

    @property
    def slow(self) -> bool:
        """Tell whether the pass refused because the machine is too busy to tell the time."""
        return SLOW in self.first.out


@dataclass
class Stage:
    """What every end starts from: a model workspace and the venue's address and keys."""

    folder: Path
    zygote: Zygote
    credentials: dict[str, str]
    port: int

    @property
    def trace(self) -> Path:
        """What strace wrote last."""
        return self.folder / "trace"

    @contextmanager
    def set(self) -> Iterator[tuple[Workspace, BinanceWire]]:
        """Return a copy of the model beside a fresh exchange at the address that it knows."""
        space = Workspace(self.folder / "space")
        shutil.copytree(self.folder / "model", space.folder)
        server = BinanceWire()
        server.credentials = self.credentials
        furnish(server)
        try:
            with server.start(self.port):
                yield space, server
        finally:
            WATCH.folder(space.folder)
            shutil.rmtree(space.folder)

    def points(self, *, warm: bool = False) -> list[Point]:
        """Number the calls of an undisturbed pass."""
        with self.set() as (space, _):
            return points(space, self.trace, self.zygote if warm else None)

    def killed(self, point: Point) -> Ended:
        """Kill one pass at a point, then call it once, then twice side by side, and count."""
        with self.set() as (space, server):
            first, posts = killed_at(space, self.trace, point), len(server.posts())
            reached = struck(self.trace, space, point)
            self.once_more(space, point)
            both = self.zygote.call(space, twice=True)
            # One of two may find the other at work; both may not.
            assert {one["code"] for one in both} <= {0, 75, 80}, f"killed at {point}: {both}"
            return Ended(first, reached, posts, self.became(space, server, point))

    def refused(self, point: Point, error: str) -> Ended:
        """Let one call of a pass fail, then call it again on a sound disk, and count."""
        with self.set() as (space, server):
            first = refused_at(space, self.trace, point, error, self.zygote)
            posts = len(server.posts())
            reached = struck(self.trace, space, point)
            self.once_more(space, point)
            return Ended(first, reached, posts, self.became(space, server, point))

    def once_more(self, space: Workspace, point: Point, tries: int = 5) -> None:
        """Call the command on a sound machine."""
        (after,) = self.zygote.call(space)
        if SLOW in after["out"] and tries > 1:
            self.once_more(space, point, tries - 1)
        else:
            assert after["code"] in {0, 80}, f"after {point}: {after}"

    def became(self, space: Workspace, server: BinanceWire, point: Point) -> Counter[str]:
        """Compare the venue's books with the journal; an order that arrived must be known."""
        found = holds(space, server)
        known = [{"FILLED": 1}] if server.orders() else [{"UNKNOWN": 1}, {"ABANDONED": 1}]
        assert found in known, f"{point}: {found}"
        return found


def furnish(server: BinanceWire) -> None:
    """Fund the account and quote the market."""
    server.fund("spot", "USDT", 1000)
    server.book("BTC/USDT", bids=[["49990", "1"]], asks=[["50000", "0.001"], ["50010", "5"]])


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Return the stage; skip where nothing can be traced."""
    if why := unusable():
        pytest.skip(why)
    folder = tmp_path_factory.mktemp("kill")
    with Zygote() as zygote:
        with BinanceWire().start() as server:
            scene(folder / "model", server, zygote)
            port = int(server.base_url.rpartition(":")[2])
        yield Stage(folder, zygote, server.credentials, port)


@pytest.fixture(scope="session")
def cold(stage: Stage) -> list[Point]:
    """Return the points of the installed command."""
    return stage.points()


@pytest.fixture(scope="session")
def warm(stage: Stage) -> list[Point]:
    """Return the points of its warm fork."""
    return stage.points(warm=True)
