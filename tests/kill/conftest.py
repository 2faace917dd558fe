"""One armed workspace as a model, copied for each end; one port, so that the copies fit it."""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.canary.watch import WATCH
from tests.kill.straced import FULL, KILL, Point, broken_at, points, struck, unusable
from tests.live.workspace import Ran, Workspace
from tests.sim.crashing import Zygote, holds, scene
from tests.venues.wire import BinanceWire


@dataclass
class Stage:
    """What every end starts from: a model workspace and the venue's address and keys."""

    model: Path
    credentials: dict[str, str]
    port: int
    zygote: Zygote
    points: list[Point]

    def venue(self) -> BinanceWire:
        """Return a fresh exchange at the address that the model knows."""
        server = BinanceWire()
        server.credentials = self.credentials
        server.start(self.port)
        furnish(server)
        return server

    def ended(self, folder: Path, point: Point, how: str) -> "Ended":
        """End one pass at a point, then call it once, then twice side by side, and count."""
        space = Workspace(folder / "space")
        shutil.copytree(self.model, space.folder)
        try:
            with self.venue() as server:
                first = broken_at(space, folder / "trace", point, how)
                sent = len(server.posts())
                (after,) = self.zygote.call(space)
                both = self.zygote.call(space, twice=True)
                told = f"{how} at {point}: {first.code}, {after['code']}, {both}"
                assert after["code"] in {0, 80}, f"{told}: {after}"
                # One of two may find the other at work; both may not.
                assert {one["code"] for one in both} <= {0, 75, 80}, told
                became = holds(space, server)
                assert became in ({"FILLED": 1}, {"UNKNOWN": 1}, {"ABANDONED": 1}), told
                assert not server.orders() or became == {"FILLED": 1}, f"{told}: {became}"
                return Ended(first, sent, became, struck(folder / "trace", space, point))
        finally:
            WATCH.folder(space.folder)
            shutil.rmtree(space.folder)


@dataclass(frozen=True)
class Ended:
    """What one end did and what became of the order afterwards."""

    first: Ran
    sent: int
    became: Counter[str]
    struck: bool


def furnish(server: BinanceWire) -> None:
    """Fund the account and quote the market."""
    server.fund("spot", "USDT", 1000)
    server.book("BTC/USDT", bids=[["49990", "1"]], asks=[["50000", "0.001"], ["50010", "5"]])


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Return the model with its numbered points; skip where nothing can be traced."""
    if why := unusable():
        pytest.skip(why)
    folder = tmp_path_factory.mktemp("kill")
    with Zygote() as zygote:
        with BinanceWire().start() as server:
            model = scene(folder / "model", server, zygote).folder
            port, credentials = int(server.base_url.rpartition(":")[2]), server.credentials
            counted = Workspace(folder / "counted")
            shutil.copytree(model, counted.folder)
            found = points(counted, folder / "trace")
        yield Stage(model, credentials, port, zygote, found)


__all__ = ["FULL", "KILL", "Ended", "Stage"]
