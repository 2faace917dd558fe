"""What does the order protocol cost beside a bare create_order on the same loopback exchange?

Run by hand: `python tests/bench/bench_order.py [ORDERS]`. One order's time runs from its situation
and decision over every commit to its settled fills. Its overhead is that time less what was spent
waiting for the venue's answers. Exits 1 when the median overhead on any venue is above 60 ms.
"""

import statistics
import sys
import tempfile
import uuid
from pathlib import Path
from time import perf_counter
from typing import Any

from dcaguard.adapters.venues.session import GuardedSession
from dcaguard.app import run as passes
from dcaguard.wiring import load, opened
from tests.bench.timing import Comparison, Sample, show
from tests.live.workspace import live_workspace, strategy_text
from tests.venues.wire import RemoteExchange, connect, spawn
from tests.venues.wire.cases import CASES, Case

OVERHEAD_MS_MAX = 60.0
CAPS = "order_max = 500\nmonth_max = 1000000\n"


class Stopwatch:
    """Goes round two shipped functions: one order of a pass, and one exchange of bytes."""

    def __init__(self) -> None:
        self.orders: list[float] = []
        self.waits: list[float] = []  # for the venue, within the order of the same place
        self._waited = 0.0
        self._order = passes._decide_one
        self._exchange = GuardedSession._exchange

    def order(self, *args: Any, **named: Any) -> passes.Decided:
        """Take the time of one order."""
        self._waited, began = 0.0, perf_counter()
        done = self._order(*args, **named)
        self.orders.append(perf_counter() - began)
        self.waits.append(self._waited)
        return done

    def exchange(self, session: GuardedSession, *args: Any) -> Any:
        """Add up the time of one request and its reply."""
        began = perf_counter()
        try:
            return self._exchange(session, *args)
        finally:
            self._waited += perf_counter() - began


def ours(case: Case, folder: Path, server: RemoteExchange, orders: int) -> Stopwatch:
    """Return the times of the orders of one pass."""
    space = live_workspace(folder, server, caps=CAPS, arm=False, exchange=case.name)
    (folder / "strategies/plan.toml").unlink()
    for number in range(orders):
        name = f"plan{number}"
        space.write(f"strategies/{name}.toml", strategy_text(name, "main", case.quote))
        armed = space.call("arm", name, "--yes")
        assert armed.code == 0, armed.err
    watch = Stopwatch()
    usual = passes._decide_one, GuardedSession._exchange

    def exchange(session: GuardedSession, *args: Any) -> Any:
        return watch.exchange(session, *args)

    passes._decide_one = watch.order
    GuardedSession._exchange = exchange  # type: ignore[method-assign]
    try:
        with opened(load(folder / "config.toml")) as world:
            result = passes.run_pass(world, passes.Request("0" * 32, fetch=False))
    finally:
        passes._decide_one, GuardedSession._exchange = usual  # type: ignore[method-assign]
    assert int(result.exit_code) == 0, result.problems
    assert len(watch.orders) == orders
    assert len(server.posts()) == 2 * orders
    return watch


def bare(case: Case, server: RemoteExchange, orders: int) -> list[float]:
    """Return the seconds of each plain ccxt order."""
    client = connect(server, case.name)  # unthrottled: a loop of orders would only wait
    client.load_markets()
    sent = []
    for _ in range(orders):
        how = {"timeInForce": "IOC", case.id_param: str(uuid.uuid4())}
        began = perf_counter()
        client.create_order(case.symbol, "limit", "buy", "0.002", "50000", how)
        sent.append(perf_counter() - began)
    return sent


def measured(case: Case, orders: int) -> tuple[Comparison, float]:
    """Return one venue's row, and its median overhead per order in ms."""
    with (
        tempfile.TemporaryDirectory() as place,
        spawn(case.name, Path(place) / "wire.json") as server,
    ):
        server.fund("spot", case.quote, 10_000_000)
        server.book(case.symbol, [["49990", "1000"]], [["50000", "1000"]])
        plain = bare(case, server, orders)
        watch = ours(case, Path(place) / "space", server, orders)
    row = Comparison(
        f"one order, {case.name} on loopback", Sample(tuple(watch.orders)), Sample(tuple(plain))
    )
    spent = [full - wait for full, wait in zip(watch.orders, watch.waits, strict=True)]
    return row, 1000 * statistics.median(spent)


def main() -> int:
    """Measure and print one row for each venue."""
    orders = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    found = [measured(case, orders) for case in CASES]
    show([row for row, _ in found])
    print()
    for case, (_, overhead) in zip(CASES, found, strict=True):
        print(f"{case.name}: overhead per order without the venue's time: {overhead:.1f} ms")
    return int(any(overhead > OVERHEAD_MS_MAX for _, overhead in found))


if __name__ == "__main__":
    sys.exit(main())
