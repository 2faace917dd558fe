"""What arming says it will buy is what is bought, and a new name buys no slot twice."""

import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal as D  # noqa: N817
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from dcaguard.app.arm import arm, what_is_armed
from dcaguard.app.arming import record_arming
from dcaguard.app.book import record_purse
from dcaguard.core.arming import arming_digest
from dcaguard.core.canonical import jsonable
from dcaguard.core.purse import Purse
from dcaguard.render.arm import arm_json, arm_text
from tests.app.live_space import PAPER, LiveSpace, binance, live_space, told
from tests.live.workspace import due_cron
from tests.venues.wire.exchange import WireExchange

DAY = timedelta(days=1)
STALE = 'staleness = "3d"\n'  # the exchange stays in the present


@pytest.fixture
def server() -> Iterator[WireExchange]:
    with binance() as running:
        yield running


def words(space: LiveSpace, name: str) -> str:
    with space.world() as world:
        return arm_text(what_is_armed(world, name))


def rename(space: LiveSpace) -> None:
    """Give the strategy `old` the name `new`, and its file too."""
    (space.folder / "strategies/old.toml").rename(space.folder / "strategies/new.toml")
    space.edit("strategies/new.toml", 'name = "old"', 'name = "new"')


def test_the_first_arming_names_the_slot_that_it_looks_back_on(
    tmp_path: Path, server: WireExchange
) -> None:
    space = live_space(tmp_path, server, "plan")
    (slot,) = space.arm("plan").slots_due
    assert f"slot {slot.id} was scheduled before: the next run buys it" in words(space, "plan")
    found = space.passed()
    assert [one.tranche.slot for one in found.decided] == [slot]
    assert "due now" not in words(space, "plan")


def test_a_renamed_strategy_does_not_buy_its_slot_again(
    tmp_path: Path, server: WireExchange
) -> None:
    space = live_space(tmp_path, server, "old")
    space.arm("old")
    assert told(space.passed()) == {"BUY old": []}
    rename(space)
    about = space.arm("new")
    assert (about.slots_due, about.bought_already is not None) == ((), True)
    assert "strategy old bought BTC/USDT" in arm_text(about)
    found = space.passed()
    assert (told(found), found.exit_code, len(server.posts())) == ({}, 0, 1)


def test_a_slot_whose_order_was_never_sent_may_be_bought_under_a_new_name(
    tmp_path: Path, server: WireExchange
) -> None:
    space = live_space(tmp_path, server, "old")
    space.arm("old")
    server.fault(("GET", "/api/v3/order$"), "status", status=503)
    space.passed()
    assert space.rows("SELECT status FROM orders") == [("INTENT",)]
    server.clear_faults()
    rename(space)
    assert space.arm("new").slots_due
    assert told(space.passed()) == {"BUY new": []}
    assert len(server.posts()) == 1


def test_arming_shows_what_an_earlier_larger_tranche_left_over(
    tmp_path: Path, server: WireExchange
) -> None:
    space = live_space(tmp_path, server, "plan", price=STALE)
    space.arm("plan")
    server.fault(("POST", "/api/v3/order$"), "partial", share=0.0)
    space.passed()
    server.clear_faults()
    space.edit("strategies/plan.toml", "per_slot = 100", "per_slot = 6")
    about = space.arm("plan")
    assert "100 carried over, in USDT: BTC/USDT buys it beside the tranche" in arm_text(about)
    with space.world() as world:
        said: Any = jsonable(arm_json(about, arm(world, about)))
    schema = resources.files("dcaguard") / "schemas" / "arm.json"
    head = {"schema": "dcaguard.arm/1", "ok": True, "code": "OK", "exit": 0}
    Draft202012Validator(json.loads(schema.read_text())).validate(head | said)
    assert said["remembered"] == [
        {"symbol": "BTC/USDT", "backlog_quote": "0", "carry_quote": "100"}
    ]
    (found,) = space.passed(ahead=DAY).decided
    assert found.decision.buy_quote == 106


def test_a_total_outlives_an_edit_of_what_is_bought(tmp_path: Path, server: WireExchange) -> None:
    server.market("ETH/USDT")
    server.book("ETH/USDT", [["2999", "10"]], [["3000", "10"]])
    space = live_space(tmp_path, server, "plan", price=STALE, budget="total = 150")
    space.arm("plan")
    space.passed()
    space.edit("strategies/plan.toml", "BTC/USDT", "ETH/USDT")
    space.arm("plan")
    (found,) = space.passed(ahead=DAY).decided
    assert (found.tranche.symbol, found.decision.buy_quote) == ("ETH/USDT", D("51.5"))


def test_what_a_paper_account_left_over_is_not_bought_with_real_money(
    tmp_path: Path, server: WireExchange
) -> None:
    thin = PAPER.replace("prices", "depth_quote = 1\nprices")
    space = live_space(tmp_path, server, "plan@paper", accounts=thin)
    with space.world() as world:
        record_purse(
            world.journal, "", "plan", "BTC/USDT", Purse(D(5), D(7)), "x", world.clock.now()
        )
    space.edit("strategies/plan.toml", '"paper"', '"main"')
    about = space.arm("plan")
    assert (about.remembered, about.pretend) == ({}, {"BTC/USDT": Purse(D(5), D(7))})
    assert "12 USDT that BTC/USDT carries was pretend money" in arm_text(about)
    assert about.no_past
    (found,) = space.passed().decided
    assert found.decision.buy_quote == D(100)
    assert not space.arm("plan").no_past


@pytest.mark.parametrize("bought", [True, False])
def test_what_an_older_arming_remembers_is_real_only_where_an_order_tells_it(
    tmp_path: Path, server: WireExchange, bought: bool
) -> None:
    space = live_space(tmp_path, server, "plan", price=STALE)
    with space.world() as world:
        strategy = world.strategies["plan"]
        mark, now = arming_digest(world.config, strategy), world.clock.now()
        record_arming(world.journal, "plan", mark, now)  # as it was: without a kind
        kept = Purse(D(5), D(7))
    if bought:
        assert told(space.passed(ahead=DAY)) == {"BUY plan": []}
    with space.world() as world:
        record_purse(world.journal, "", "plan", "BTC/USDT", kept, "x", world.clock.now())
    space.edit("strategies/plan.toml", "per_slot = 100", "per_slot = 90")
    with space.world() as world:
        about = what_is_armed(world, "plan")
    found = {"BTC/USDT": kept}
    assert (about.remembered, about.pretend) == ((found, {}) if bought else ({}, found))


def test_a_strategy_renamed_together_with_its_account_or_hour_buys_no_slot_again(
    tmp_path: Path, server: WireExchange
) -> None:
    space = live_space(tmp_path, server, "old")
    space.arm("old")
    assert told(space.passed()) == {"BUY old": []}
    rename(space)
    space.edit("strategies/new.toml", '"main"', '"alt"')
    space.edit("config.toml", "[accounts.main]", "[accounts.alt]")
    assert space.arm("new").bought_already is not None
    space.edit("strategies/new.toml", due_cron(), due_cron(minutes_ago=2))
    assert (told(space.passed()), len(server.posts())) == ({}, 1)
