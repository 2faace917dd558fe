"""Orders of which the venue later says something else, or nothing."""

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.errors import reasons
from tests.errors import situations as s
from tests.errors.scenes import Scene
from tests.live.workspace import Workspace, live_workspace, strategy_text
from tests.venues.wire import WireExchange

RUN = "run --no-fetch"
RESTING = '[order]\ntype = "post-only"\nttl = "10m"\n'
AFTER_TTL_SECONDS = 700.0
Script = Callable[[WireExchange], object]


def after_a_run(
    code: int, script: Script, *, plan: str = "", later: float = 0, thin: bool = False
) -> Scene:
    """Return the scene of a second run: an order was sent, and then the venue's books change."""

    def make(folder: Path, stack: ExitStack) -> Workspace:
        server = s.BINANCE.start()
        stack.callback(server.stop)
        rest = "0.0005" if thin else "1"
        server.book("BTC/USDT", [["49990", "1"]], [["50000", "0.001"], ["50010", rest]])
        space = live_workspace(folder, server, plan=plan)
        if code:
            server.fault(s.BINANCE.order_match, "close-before-reading", times=1)
        ran = space.call("run", "--no-fetch")
        assert ran.code == code, ran.out + ran.err
        script(server)
        if later:
            space.live_later(later)
            server.clock_offset(later)
        return space

    return Scene(make, (RUN,))


def _shrunk(server: WireExchange) -> None:
    (order,) = server.ledger.orders.values()
    gone = server.ledger.trades.pop(order.trades.pop())
    order.filled -= gone.amount
    order.cost -= gone.cost
    order.fee -= gone.fee


def _part_only(server: WireExchange) -> None:
    _shrunk(server)
    (order,) = server.ledger.orders.values()
    order.status = "expired"


def _dearer(server: WireExchange) -> None:
    (order,) = server.ledger.orders.values()
    trade = server.ledger.trades[order.trades[0]]
    trade.price += 1
    order.cost += trade.amount


def _forgotten(server: WireExchange) -> None:
    server.ledger.orders.clear()


def _forgotten_purchase(folder: Path, stack: ExitStack) -> Workspace:
    space, server = s.served(folder, stack)
    space.write("strategies/again.toml", strategy_text("again", "main", "USDT"))
    assert space.call("arm", "again", "--yes").code == 0
    shutil.copy(space.journal, folder / "copy.db")
    assert space.call("run", "plan", "--no-fetch").code == 0
    shutil.copy(folder / "copy.db", space.journal)
    (folder / "dcaguard.head").unlink()
    server.fault(("GET", "/api/v3/myTrades$"), "field", fields={"qty": '"-1"'})
    return space


def _unreachable(folder: Path, stack: ExitStack) -> Workspace:
    space, _ = s.served(folder, stack)
    space.patch("refused", UNREACHABLE)
    return space


# The connection for the order is refused, after all reads went well.
UNREACHABLE = """\
import dcaguard.adapters.venues.connection as connection
import requests
_send = connection.LineAdapter.send
def send(self, request, *a, **k):
    if request.method == "POST":
        raise requests.exceptions.ConnectionError("refused")
    return _send(self, request, *a, **k)
connection.LineAdapter.send = send
"""

SCENES: dict[str, Scene] = {
    "a fill that is gone": after_a_run(0, _shrunk, thin=True),
    "an order of which a part is gone": after_a_run(0, _part_only),
    "a trade at another price": after_a_run(0, _dearer),
    "an order that never arrived": after_a_run(80, lambda _: None, later=AFTER_TTL_SECONDS),
    "a resting order that is gone": after_a_run(
        0, _forgotten, plan=RESTING, later=AFTER_TTL_SECONDS
    ),
    "trades that make no sense": Scene(_forgotten_purchase, ("run again --no-fetch",)),
    "a connection that is refused": Scene(_unreachable, (RUN,)),
    "a venue that nobody tested": Scene(reasons._untested_venue, (RUN,)),
}
