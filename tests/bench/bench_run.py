"""What a pass costs: nothing due, looking at 3 and 5 accounts at 200 ms, a report of 500 assets."""

import sys
import tempfile
from decimal import Decimal
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from timing import HEADER, seconds, side_by_side

from dcaguard.core.account import AccountView, CheckResult, Evidence, Holding, Proof
from dcaguard.core.portfolio import Kind, build
from dcaguard.render.look import Held, balances_text, guard_text
from tests.live.workspace import Workspace, account_text, config_text, keys_text, strategy_text
from tests.venues.wire import BinanceWire

PAPER = '[accounts.paper]\nexchange = "paper"\nbalances = { USDT = "1000" }\n'
DELAY_SECONDS = 0.2
RUNS = 7


def paper_workspace(folder: Path) -> Workspace:
    """Return a paper workspace with nothing due."""
    space = Workspace(folder)
    space.write("config.toml", config_text(PAPER))
    schedule = 'cron = "0 0 1 1 *"'
    space.write("strategies/plan.toml", strategy_text("plan", "paper", "USDT", schedule=schedule))
    return space


def guarded(folder: Path, servers: list[BinanceWire]) -> Workspace:
    """Return a workspace with one account per server."""
    space = Workspace(folder)
    tables = []
    for number, server in enumerate(servers):
        name = f"a{number}"
        tables.append(account_text(name, "binance", server.base_url, live=False))
        space.write(f"{name}.keys.toml", keys_text(server.credentials))
    space.write("config.toml", config_text("".join(tables)))
    return space


def guard_seconds(space: Workspace) -> float:
    """Return how long one guard took."""
    return seconds(lambda: space.call("guard"))


def slow_server() -> BinanceWire:
    """Return a binance whose every reply takes 200 ms."""
    server = BinanceWire().start()
    server.fund("spot", "USDT", 1000)
    server.fault((".*", ".*"), "delay", times=100_000, seconds=DELAY_SECONDS)
    return server


def assets_view(count: int) -> AccountView:
    """Return an account with many assets and a finding for each tenth."""
    from datetime import UTC, datetime

    one = Decimal(1)
    holdings = tuple(
        Holding("spot", f"A{n}", one, Decimal(0), one, Decimal(0)) for n in range(count)
    )
    checks = tuple(
        CheckResult("debt", Proof.PROVED if n % 10 else Proof.VIOLATED,
                    (Evidence("margin", f"borrowed[A{n}]", "1"),), f"A{n} is owed", "margin")
        for n in range(count)
    )  # fmt: skip
    return AccountView("main", "binance", datetime(2026, 1, 1, tzinfo=UTC), holdings, checks)


def main() -> None:
    print(HEADER)
    with tempfile.TemporaryDirectory() as folder:
        space = paper_workspace(Path(folder))
        space.run()
        bare = [sys.executable, "-c", "import typer, pydantic, numpy, sqlite3"]
        import subprocess

        found = side_by_side(
            "run, paper, nothing due / importing typer, pydantic and numpy",
            lambda: seconds(space.run),
            lambda: seconds(lambda: subprocess.run(bare, check=True)),
            RUNS,
        )
        print(found.row())
    for count in (3, 5):
        servers = [slow_server() for _ in range(count)]
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
            many, single = guarded(Path(folder), servers), guarded(Path(other), servers[:1])
            many.call("guard"), single.call("guard")
            found = side_by_side(
                f"guard, {count} accounts at 200 ms a request / one account",
                partial(guard_seconds, many),
                partial(guard_seconds, single),
                3,
            )
            print(found.row("s", 1.0))
        for server in servers:
            server.stop()
    view = assets_view(500)
    prices = {h.asset: Decimal(2) for h in view.holdings}

    def report(views: AccountView) -> None:
        portfolio = build([views], {}, prices)
        balances_text(Held({"main": views}, {"main": Kind.REAL}, portfolio, {}, "USD", {}))
        guard_text({"main": views}, {}, (), {}, unwind=True)

    few = assets_view(5)
    found = side_by_side(
        "guard and balances text, 500 assets / 5 assets",
        lambda: seconds(lambda: report(view)),
        lambda: seconds(lambda: report(few)),
        RUNS,
    )
    print(found.row())


if __name__ == "__main__":
    main()
