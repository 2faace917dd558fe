"""What `plan`, a dry run and `arm` announce is what the next run buys, to the cent."""

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.app.space import Space, panic, space_in, strategy_text

HIGH = '[valuation]\nmetric = "mayer"\nabove = 1.2'
ALL_MISSED = 'cron = "0 9 * * *"\non_missed = "all"\nall_max = 3'
Row = tuple[str, str, str, str, list[str]]


def rows_of(doc: dict[str, Any]) -> list[Row]:
    """Strategy, slot, verdict, amount and reasons of each decision."""
    rows = doc["decisions"] if "decisions" in doc else doc["next_run"]
    return [
        (r["strategy"], r["slot"], r["verdict"], r["buy_quote"], [x["code"] for x in r["reasons"]])
        for r in rows
    ]


def planned(space: Space, when: str) -> list[Row]:
    told = space.call("plan", "--json", "--as-of", f"{when}:00Z").json
    return rows_of(told)


def previews_and_run(space: Space, when: str) -> list[list[Row]]:
    """What plan, a dry run and then the run say."""
    told = [planned(space, when), rows_of(space.at(when, dry_run=True).doc)]
    return [*told, rows_of(space.at(when).doc)]


@pytest.fixture
def withheld(tmp_path: Path) -> Space:
    """A strategy whose slot of 3 March was withheld, since the price was high that day."""
    space = space_in(tmp_path, fee=0, strategy={"more": HIGH})
    space.prices("2024-07-01", 244, 50000)
    dear_on_one_day = {"2025-03-02": 90000, "2025-03-03": 50000, "2025-03-04": 50000}
    space.read("px.BTC", dear_on_one_day.items())
    assert space.at("2025-03-03").codes == ["VALUATION_HIGH"]
    return space


def test_what_an_ended_slot_withheld_is_announced_before_it_is_bought(withheld: Space) -> None:
    plan, dry, run = previews_and_run(withheld, "2025-03-04T09:05")
    assert plan == dry == run
    assert [row[2:4] for row in run] == [("BUY", "200.00")]
    assert "CATCH_UP" in run[0][4]


def test_a_preview_closes_no_slot(withheld: Space) -> None:
    before = hashlib.sha256(withheld.journal.read_bytes()).hexdigest()
    planned(withheld, "2025-03-04T09:05")
    assert hashlib.sha256(withheld.journal.read_bytes()).hexdigest() == before
    withheld.at("2025-03-04T09:05", dry_run=True)
    assert withheld.bodies("purse") == []
    assert [row["event"] for row in withheld.bodies("slot")] == ["OPENED"]


def test_a_slot_that_is_still_to_be_decided_is_not_remembered_twice(withheld: Space) -> None:
    plan, dry, _ = previews_and_run(withheld, "2025-03-03T10:00")
    assert plan[0][1:4] == dry[0][1:4] == ("2025-03-03T09:00+00:00[UTC]", "PAUSE", "0")
    backlog = withheld.call("plan", "--json", "--as-of", "2025-03-03T10:00:00Z").json
    assert backlog["next_run"][0]["backlog_quote"] == "100.00"


def test_arm_shows_the_money_that_an_ended_slot_leaves(withheld: Space) -> None:
    told = withheld.call("arm", "plan", "--yes", "--json").json  # long after the slot
    assert [row["backlog_quote"] for row in told["remembered"]] == ["100"]


def test_a_pause_of_several_days_is_previewed_with_all_its_money(tmp_path: Path) -> None:
    space = space_in(tmp_path, fee=0, gate="enabled = true")
    space.prices("2025-03-03", 5)
    panic(space, ["2025-03-03", "2025-03-04"])
    space.days("2025-03-03", 2)
    words = ("plan", "--json", "--as-of", "2025-03-05T09:05:00Z")
    backlog = space.call(*words).json["next_run"][0]["backlog_quote"]
    assert backlog == space.at("2025-03-05", dry_run=True).one["backlog_quote"]
    assert backlog == space.at("2025-03-05").one["backlog_quote"]


def test_slots_caught_up_together_repay_their_money_once(tmp_path: Path) -> None:
    space = space_in(tmp_path, fee=0, strategy={"more": HIGH, "schedule": ALL_MISSED})
    space.prices("2024-07-01", 244, 50000)
    space.read("px.BTC", [("2025-03-02", 90000)])
    space.read("px.BTC", [(f"2025-03-0{day}", 50000) for day in range(3, 8)])
    space.at("2025-03-03")
    plan, dry, run = previews_and_run(space, "2025-03-06T09:05")
    assert plan == dry == run
    assert [row[3] for row in run] == ["200.00", "100.00", "100.00"]


def test_slots_caught_up_while_withheld_pile_up_in_the_preview_too(tmp_path: Path) -> None:
    space = space_in(tmp_path, fee=0, strategy={"more": HIGH, "schedule": ALL_MISSED})
    space.prices("2024-07-01", 244, 50000)
    space.read("px.BTC", [(f"2025-03-0{day}", 90000) for day in range(2, 8)])
    space.at("2025-03-03")
    when = "2025-03-06T09:05"
    told = space.call("plan", "--json", "--as-of", f"{when}:00Z").json["next_run"]
    dry, run = (space.at(when, dry_run=is_dry).doc["decisions"] for is_dry in (True, False))
    backlogs = [[row["backlog_quote"] for row in rows] for rows in (told, dry, run)]
    assert backlogs == [["200.00", "300.00", "400.00"]] * 3


@pytest.mark.parametrize(
    ("config", "code"),
    [
        ({"caps": "order_max = 100\nday_max = 150\nmonth_max = 2000"}, "CAP_DAY"),
        ({"balances": 'USDT = "150"'}, "CASH_INSUFFICIENT"),
    ],
)
def test_two_strategies_of_one_plan_share_caps_and_cash(
    tmp_path: Path, config: Mapping[str, Any], code: str
) -> None:
    space = space_in(tmp_path, fee=0, **config)
    space.write("strategies/second.toml", strategy_text("second"))
    space.prices("2025-03-03", 3)
    plan, dry, run = previews_and_run(space, "2025-03-03T09:05")
    assert plan == dry == run
    assert [row[2] for row in run] == ["BUY", "DENY"]
    assert code in run[1][4]


def test_slots_of_one_plan_share_a_strategys_total(tmp_path: Path) -> None:
    parts = {"schedule": ALL_MISSED, "budget": "total = 250"}
    space = space_in(tmp_path, fee=0, strategy=parts)
    space.prices("2025-03-03", 5)
    space.at("2025-03-03")
    plan, dry, run = previews_and_run(space, "2025-03-06T09:05")
    assert plan == dry == run
    assert sum(Decimal(row[3]) for row in run) == 150


def test_what_is_due_today_leaves_tomorrows_day_free_but_not_its_cash(tmp_path: Path) -> None:
    caps = "order_max = 100\nday_max = 150\nmonth_max = 2000"
    space = space_in(tmp_path, fee=0, caps=caps, balances='USDT = "150"')
    space.write("strategies/early.toml", strategy_text("early", schedule='cron = "0 8 4 * *"'))
    space.prices("2025-03-03", 3)
    (plan, early) = planned(space, "2025-03-03T09:05")
    assert (plan[0], plan[2], early[0], early[4]) == ("plan", "BUY", "early", ["CASH_INSUFFICIENT"])
