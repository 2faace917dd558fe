"""A live workspace on loopback exchanges whose passes run in this process, at any of its times."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from dcaguard.adapters.config import load_config
from dcaguard.app.arm import ToArm, arm, what_is_armed
from dcaguard.app.run import Request, Result, run_pass
from dcaguard.app.world import World
from dcaguard.wiring import opened
from tests.live.workspace import Workspace, account_text, config_text, keys_text, strategy_text
from tests.venues.wire.cases import CASES
from tests.venues.wire.exchange import WireExchange

PAPER = '[accounts.paper]\nexchange = "paper"\nbalances = { USDT = "100000" }\nprices = "series"\n'


@dataclass
class Ahead:
    """The machine's clock, some time ahead."""

    by: timedelta

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        del seconds


@dataclass
class LiveSpace(Workspace):
    """The folder and its passes."""

    @contextmanager
    def world(self, ahead: timedelta = timedelta(0)) -> Iterator[World]:
        loaded = load_config(self.folder / "config.toml", {}, self.folder)
        with opened(loaded) as world:
            yield replace(world, clock=Ahead(ahead)) if ahead else world

    def arm(self, name: str) -> ToArm:
        with self.world() as world:
            about = what_is_armed(world, name)
            arm(world, about)
        return about

    def passed(self, *strategies: str, ahead: timedelta = timedelta(0)) -> Result:
        with self.world(ahead) as world:
            return run_pass(world, Request(uuid4().hex, strategies, fetch=False))

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new, 1))


def binance(usd: int = 1000) -> WireExchange:
    """Return a running exchange with this much USDT."""
    server = next(one for one in CASES if one.name == "binance").start()
    server.fund("spot", "USDT", usd)
    return server


def live_space(
    folder: Path, server: WireExchange, *names: str, accounts: str = "", **parts: str
) -> LiveSpace:
    """Return a workspace with the live account `main`; each strategy is named NAME@ACCOUNT."""
    space = LiveSpace(folder)
    main = account_text("main", "binance", server.base_url)
    space.write("config.toml", config_text(main + accounts, **parts))
    space.write("main.keys.toml", keys_text(server.credentials))
    for name, _, account in (one.partition("@") for one in names):
        plan = strategy_text(name, account or "main", "USDT", budget=parts.get("budget", ""))
        space.write(f"strategies/{name}.toml", plan)
    return space


def told(result: Result) -> dict[str, list[str]]:
    """Return the verdict and reason codes of each strategy's decision."""
    return {
        one.decision.verdict + " " + one.tranche.strategy.name: [
            str(reason.code) for reason in one.decision.reasons if reason.code != "GATE_DISABLED"
        ]
        for one in result.decided
    }
