"""A live workspace whose commands die at numbered edges, and what must hold afterwards."""

import json
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

from dcaguard.adapters.journal.opening import open_journal
from dcaguard.core.order import UNRESOLVED
from tests.canary.watch import WATCH
from tests.live.workspace import Workspace, live_workspace
from tests.venues.wire import BinanceWire

ROOT = Path(__file__).parents[2]
RUN = ("run", "--json", "--no-fetch")
SPENT_MAX = Decimal(100)


class Zygote:
    """The warm process that commands are forked from."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.sim.zygote"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def call(self, space: Workspace, **job: Any) -> list[dict[str, Any]]:
        """Run one command (two with `twice`) and return what became of it."""
        asked = {"folder": str(space.folder), "words": RUN, "at": 0, "how": "kill", **job}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        said = self._process.stdout.readline()
        WATCH.starts(space.folder)
        WATCH.text("stdout or stderr of a forked command", said)
        answer: list[dict[str, Any]] = json.loads(said)
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=10)


def scene(folder: Path, server: BinanceWire, zygote: Zygote) -> Workspace:
    """Return an armed workspace with one slot due, on a fresh exchange."""
    server.fund("spot", "USDT", 1000)
    server.book("BTC/USDT", bids=[["49990", "1"]], asks=[["50000", "0.001"], ["50010", "5"]])
    space = live_workspace(
        folder, server, arm=False, caps="order_max = 100\nday_max = 100\nmonth_max = 100\n"
    )
    (armed,) = zygote.call(space, words=("arm", "plan", "--yes"))
    assert armed["code"] == 0, armed
    return space


def edges(folder: Path, server: BinanceWire, zygote: Zygote) -> list[str]:
    """Return the names of the edges of one undisturbed pass, in order."""
    space = scene(folder, server, zygote)
    (ran,) = zygote.call(space, count=str(folder / "edges.json"))
    assert ran["code"] == 0, ran
    assert len(server.posts()) == 1
    names: list[str] = json.loads((folder / "edges.json").read_text())
    return names


def holds(space: Workspace, server: BinanceWire) -> Counter[str]:
    """Check ledger against journal; return what state the one order ended in."""
    posts, orders = server.posts(), server.orders()
    assert len(posts) <= 1, f"{len(posts)} orders were sent"
    spent = Decimal(1000) - server.balance("spot", "USDT")
    assert spent <= SPENT_MAX, f"{spent} left the account under a cap of {SPENT_MAX}"
    now = datetime.now(UTC)
    with open_journal(space.journal, clock_now=now, create=False, read_only=True) as journal:
        report = journal.verify_all()
        assert report.ok, report.findings
        ours = journal.orders()
        known = sum((fill.amount for fill in journal.fills()), Decimal(0))
    bought = sum((Decimal(str(one["amount"])) for one in server.trades()), Decimal(0))
    assert known == bought, f"the venue executed {bought}, the journal knows {known}"
    assert len(ours) <= 1
    assert len(orders) <= 1
    unknown = [one for one in ours if one.status in UNRESOLVED]
    assert not unknown or not orders, "an order that the venue shows is still not known"
    return Counter(one.status.value for one in ours)
