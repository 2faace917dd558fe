"""What does the order protocol cost beside a bare create_order on the same loopback exchange?

Run by hand: `python tests/bench/bench_order.py [ORDERS]`. Exits 1 when one order's overhead
(ours less the bare order, less the venue's time for our further question) is above 60 ms.
"""

import statistics
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from dcaguard.app import act
from dcaguard.app import run as passes
from dcaguard.wiring import load, opened
from tests.bench.timing import Comparison, Sample, show
from tests.live.workspace import live_workspace, strategy_text
from tests.venues.wire import RemoteExchange, connect, spawn

OVERHEAD_MS_MAX = 60.0
PRICE = "50000"


def ours(folder: Path, server: RemoteExchange, orders: int) -> list[float]:
    """Return the seconds of each order of one pass: intent, witness, one POST, settlement."""
    caps = "order_max = 500\nmonth_max = 1000000\n"
    space = live_workspace(folder, server, caps=caps, arm=False, exchange="binance")
    (folder / "strategies/plan.toml").unlink()
    for number in range(orders):
        name = f"plan{number}"
        space.write(f"strategies/{name}.toml", strategy_text(name, "main", "USDT"))
        armed = space.call("arm", name, "--yes")
        assert armed.code == 0, armed.err
    taken: list[float] = []

    def timed(*args: Any, **named: Any) -> act.Acted:
        began = perf_counter()
        done = act.buy(*args, **named)
        taken.append(perf_counter() - began)
        return done

    passes.buy = timed  # type: ignore[attr-defined]  # the clock goes round the shipped function
    with opened(load(folder / "config.toml")) as world:
        result = passes.run_pass(world, passes.Request("0" * 32, fetch=False))
    assert int(result.exit_code) == 0, result.problems
    assert len(taken) == orders
    return taken


def bare(server: RemoteExchange, orders: int) -> tuple[list[float], list[float]]:
    """Return the seconds of each plain ccxt order, and of each plain look-up."""
    client = connect(server, "binance")  # unthrottled: a loop of orders would only wait
    client.load_markets()
    sent, asked = [], []
    for number in range(orders):
        name = f"bare{number}"
        how = {"timeInForce": "IOC", "clientOrderId": name}
        began = perf_counter()
        client.create_order("BTC/USDT", "limit", "buy", "0.002", PRICE, how)
        sent.append(perf_counter() - began)
        began = perf_counter()
        client.fetch_order(None, "BTC/USDT", {"clientOrderId": name})
        asked.append(perf_counter() - began)
    return sent, asked


def main() -> int:
    """Measure and print one row."""
    orders = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with (
        tempfile.TemporaryDirectory() as place,
        spawn("binance", Path(place) / "wire.json") as server,
    ):
        server.fund("spot", "USDT", 10_000_000)
        server.book("BTC/USDT", [["49990", "1000"]], [[PRICE, "1000"]])
        sent, asked = bare(server, orders)
        full = ours(Path(place) / "space", server, orders)
    row = Comparison("one order, binance on loopback", Sample(tuple(full)), Sample(tuple(sent)))
    show([row])
    medians = [statistics.median(values) for values in (full, sent, asked)]
    overhead = 1000 * (medians[0] - medians[1] - medians[2])
    print(f"\noverhead per order without the venue's time: {overhead:.1f} ms")
    return int(overhead > OVERHEAD_MS_MAX)


if __name__ == "__main__":
    sys.exit(main())
