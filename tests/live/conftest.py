"""A live account on a loopback exchange, with the command beside it and the venue's own books."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.live.workspace import HANGS_SECONDS, Ran, Workspace, live_workspace
from tests.venues.wire import WireExchange
from tests.venues.wire.cases import CASES, Case

LOOK_UPS = {  # where each venue is asked for an order
    "binance": r"/api/v3/(order|allOrders)$",
    "kraken": r"/(OpenOrders|ClosedOrders|QueryOrders)$",
    "coinbase": r"/orders/historical/",
}


# On kraken and coinbase these run with the long tests: each is a command or more a venue, and the
# code that they drive is the same. Sending, refusals, lost replies and look-ups run on all three.
ELSEWHERE_LONG = {"test_data", "test_full_disk", "test_outside", "test_resolve", "test_stopping"}
IMPOSSIBLE = "test_an_impossible"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave what is slow and alike on the other venues to `make test-long`."""
    for item in items:
        if item.path.parent != Path(__file__).parent:
            continue
        alike = item.path.stem in ELSEWHERE_LONG or item.name.startswith(IMPOSSIBLE)
        if alike and re.search(r"\b(kraken|coinbase)\b", item.name):
            item.add_marker("long")


@dataclass
class Live:
    """One armed workspace, its exchange, and what both have in their books."""

    case: Case
    server: WireExchange
    space: Workspace

    def run(self, *words: str, timeout: float = HANGS_SECONDS) -> Ran:
        """Do one pass."""
        return self.space.run(*words, timeout=timeout)

    def fault_on_order(self, kind: str, **how: Any) -> None:
        """Script a fault on the order POST."""
        self.server.fault(self.case.order_match, kind, **how)

    def fault_on_look_ups(self, kind: str, **how: Any) -> None:
        """Script a fault on everything that asks for an order."""
        self.server.fault((".*", LOOK_UPS[self.case.name]), kind, **how)

    def later(self, seconds: float) -> None:
        """Move this account and its venue into the future."""
        self.space.live_later(seconds)
        self.server.clock_offset(seconds)

    @property
    def posts(self) -> int:
        """How many order POSTs the venue saw."""
        return len(self.server.posts())

    @property
    def statuses(self) -> list[str]:
        """What the journal says of every order."""
        return [row[0] for row in self.space.rows("SELECT status FROM orders ORDER BY created_at")]

    @property
    def fills(self) -> int:
        """How many executions the journal holds."""
        return int(self.space.rows("SELECT count(*) FROM fills")[0][0])

    @property
    def order_id(self) -> str:
        """The client order id of the one order."""
        found = self.space.rows("SELECT client_order_id FROM orders")
        assert len(found) == 1
        return str(found[0][0])

    def books_agree(self) -> bool:
        """Tell whether the journal holds exactly the venue's trades."""
        ours = self.space.rows("SELECT trade_id, amount, price FROM fills")
        theirs = [(t["trade_id"], t["amount"], t["price"]) for t in self.server.trades()]
        return len(ours) == len(theirs) and all(
            any(float(a) == float(x) and float(p) == float(y) for _, x, y in theirs)
            for _, a, p in ours
        )


Open = Callable[..., Live]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Return a maker of live accounts by venue name; their servers end with the test."""
    servers: list[WireExchange] = []
    log = tmp_path / "connections"

    def make(name: str, folder: str = "space", **parts: Any) -> Live:
        case = next(one for one in CASES if one.name == name)
        server = case.start()
        servers.append(server)
        return Live(case, server, live_workspace(tmp_path / folder, server, watch=log, **parts))

    yield make
    for server in servers:
        server.stop()
    asked = set(log.read_text().splitlines()) if log.exists() else set()
    beyond = {one for one in asked if one.split(" ", 1)[1] not in {"127.0.0.1", "localhost"}}
    assert beyond == set(), "a command tried to leave this machine"


@pytest.fixture(params=[case.name for case in CASES])
def live(request: pytest.FixtureRequest, opened: Open) -> Live:
    """Return a live account on each venue in turn."""
    return opened(request.param)


@pytest.fixture
def binance(opened: Open) -> Live:
    """Return a live account on the binance-like venue, for what does not differ by venue."""
    return opened("binance")
