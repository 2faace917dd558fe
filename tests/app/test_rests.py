"""What rests, and what it leaves over, goes by readings that were just fetched, and by its name."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from dcaguard.adapters.config import load_config
from dcaguard.app.run import Request, Result, run_pass
from dcaguard.app.world import FetchReport
from dcaguard.core.reading import Reading
from dcaguard.wiring import opened
from tests.app.space import Space, moment, space_in, strategy_text

RESTING = '[order]\ntype = "post-only"\nttl = "{}"\nfallback = "{}"\n'
SHOCK = "2025-03-03T22:30"  # the dollar coin breaks, and nobody has read it yet


@dataclass
class Sources:
    """One source that knows of the shock, and when it was asked."""

    space: Space
    asked: list[str] = field(default_factory=list)

    def run(self, when: str, *strategies: str, fetch: bool = True, dry_run: bool = False) -> Result:
        """Do one pass that may ask the source."""

        def answer(names: Sequence[str], _budget: float) -> list[FetchReport]:
            self.asked.append(when)
            return [FetchReport(name, self._known(moment(when))) for name in names]

        loaded = load_config(self.space.folder / "config.toml", {}, self.space.folder)
        with opened(loaded, as_of=moment(when)) as opening:
            world = replace(opening, fetch=answer, source_names=lambda: ["okx"])
            request = Request(uuid4().hex, strategies, dry_run=dry_run, fetch=fetch)
            return run_pass(world, request)

    @staticmethod
    def _known(at: datetime) -> list[Reading]:
        broken = Reading("peg.USDT", at, at, Decimal("0.80"), "okx", "")
        return [broken] if at > moment(SHOCK) else []

    @property
    def orders(self) -> list[tuple[str, bool]]:
        """Every order's status, and whether it is a fallback."""
        rows = self.space.rows("SELECT status, slot FROM orders ORDER BY created_at")
        return [(status, slot.endswith("+fallback")) for status, slot in rows]


def resting(folder: Path, ttl: str = "20h", fallback: str = "limit-ioc") -> Sources:
    """Return a calm market in which the slot of 3 March rests below the price."""
    more = RESTING.format(ttl, fallback)
    space = space_in(folder, fee=0, strategy={"more": more}, gate="enabled = true")
    text = (folder / "config.toml").read_text()
    space.write("config.toml", text.replace("spread = 0.0\n", "spread = 0.001\n"))
    space.prices("2025-02-21", 20)
    space.read("peg.USDT", [("2025-03-03", "1.0"), ("2025-03-04", "1.0")], known="00:10")
    found = Sources(space)
    found.run("2025-03-03T09:05")
    assert found.orders == [("OPEN", False)]
    assert found.asked == ["2025-03-03T09:05"]
    return found


def test_a_rest_is_bought_only_by_readings_that_were_just_fetched(tmp_path: Path) -> None:
    market = resting(tmp_path)
    (held,) = market.run("2025-03-04T05:10").decided
    assert market.asked[1:] == ["2025-03-04T05:10"]
    assert (held.decision.verdict, held.tranche.slot.id[-9:]) == ("PAUSE", "+fallback")
    assert market.orders == [("PARTIAL_CLOSED", False)]


def test_an_order_rests_no_longer_than_the_newest_readings_let_it(tmp_path: Path) -> None:
    market = resting(tmp_path, "P3D", "none")
    market.run("2025-03-03T23:10")
    assert market.asked[1:] == ["2025-03-03T23:10"]
    assert market.orders == [("PARTIAL_CLOSED", False)]


def test_in_a_calm_market_the_order_rests_on_and_its_rest_is_bought(tmp_path: Path) -> None:
    market = resting(tmp_path, "10h")
    market.run("2025-03-03T18:10")
    assert market.orders == [("OPEN", False)]
    market.run("2025-03-03T19:10")
    assert market.orders == [("PARTIAL_CLOSED", False), ("FILLED", True)]


@pytest.mark.parametrize("how", [{"fetch": False}, {"dry_run": True}])
def test_neither_no_fetch_nor_a_dry_run_fetches_for_a_rest(
    tmp_path: Path, how: dict[str, Any]
) -> None:
    market = resting(tmp_path)
    market.run("2025-03-04T05:10", **how)
    assert market.asked == ["2025-03-03T09:05"]


def test_with_nothing_due_and_nothing_resting_nothing_is_fetched(tmp_path: Path) -> None:
    market = resting(tmp_path, "10h", "none")
    market.run("2025-03-03T19:10")
    assert market.orders == [("PARTIAL_CLOSED", False)]
    asked = list(market.asked)
    market.run("2025-03-04T05:10")
    assert market.asked == asked


def test_an_order_is_settled_although_the_sources_can_not_be_asked(tmp_path: Path) -> None:
    market = resting(tmp_path)

    def down(*_: object) -> Sequence[FetchReport]:
        raise KeyboardInterrupt

    loaded = load_config(tmp_path / "config.toml", {}, tmp_path)
    with opened(loaded, as_of=moment("2025-03-04T09:05")) as opening:
        world = replace(opening, fetch=down, source_names=lambda: ["okx"])
        with pytest.raises(KeyboardInterrupt):
            run_pass(world, Request(uuid4().hex))
    assert market.orders == [("PARTIAL_CLOSED", False)]


def test_a_run_of_one_strategy_settles_all_orders_and_buys_only_for_that_one(
    tmp_path: Path,
) -> None:
    market = resting(tmp_path, "10h")
    market.space.write(
        "strategies/other.toml", strategy_text("other", schedule='cron = "0 0 1 1 *"')
    )
    assert market.run("2025-03-03T19:10", "other").decided == ()
    assert market.orders == [("PARTIAL_CLOSED", False)]
    market.run("2025-03-03T19:15", "plan")
    assert market.orders == [("PARTIAL_CLOSED", False), ("FILLED", True)]


def test_a_strategy_named_twice_is_run_once(tmp_path: Path) -> None:
    space = space_in(tmp_path, fee=0)
    space.prices("2025-03-03", 2)
    for dry_run in (True, False):
        found = space.at("2025-03-03", "plan", "plan", dry_run=dry_run)
        assert [d["verdict"] for d in found.doc["decisions"]] == ["BUY"]
    assert len(space.rows("SELECT 1 FROM orders")) == 1
