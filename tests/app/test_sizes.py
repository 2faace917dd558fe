"""Stages, valuation, value averaging and totals: how much a strategy asks for over its life."""

# Decimal(100) equals 100, which the type checker does not know of tuples.
# mypy: disable-error-code="comparison-overlap"

from decimal import ROUND_DOWN
from decimal import Decimal as D  # noqa: N817
from pathlib import Path
from typing import Any

import pytest

from tests.app.space import Space, following, panic, space_in

STAGES = """
[[stage]]
drawdown = 0.20
multiplier = 1.5
[[stage]]
drawdown = 0.40
multiplier = 2.0
"""


def test_stages_follow_the_fall_from_the_trailing_high(tmp_path: Path) -> None:
    space = space_in(tmp_path, fee=0, strategy={"more": STAGES})
    closes = [100000, 80001, 80000, 60001, 60000, 80001]
    space.read("px.BTC", zip(following("2025-03-02", 6), closes, strict=True))
    found = space.days("2025-03-03", 6)
    assert [D(p.one["tranche_quote"]) for p in found] == [100, 100, 150, 150, 200, 100]
    assert found[2].codes[:2] == ["GATE_DISABLED", "STAGE"]
    assert found[2].detail("STAGE") == {"drawdown": "0.2", "multiplier": "1.5"}
    assert "STAGE" not in found[1].codes


def test_a_high_older_than_the_look_back_is_forgotten(tmp_path: Path) -> None:
    more = STAGES + "[stages]\nhigh_lookback_days = 3\n"
    space = space_in(tmp_path, fee=0, strategy={"more": more})
    closes = [100000, 60000, 60000, 60000]
    space.read("px.BTC", zip(following("2025-03-02", 4), closes, strict=True))
    assert [D(p.one["tranche_quote"]) for p in space.days("2025-03-04", 3)] == [200, 200, 100]


def test_a_high_that_is_not_known_yet_does_not_count(tmp_path: Path) -> None:
    space = space_in(tmp_path, fee=0, strategy={"more": STAGES})
    space.prices("2025-03-03", 4, 60000)
    space.read("px.BTC", [("2025-02-20", 100000)], known="2025-03-05T00:00")
    told = [D(p.one["tranche_quote"]) for p in space.days("2025-03-03", 4)]
    assert told == [100, 100, 200, 200]


# --- valuation ------------------------------------------------------------------------------------

MAYER = '[valuation]\nmetric = "mayer"\nabove = {above}\nshare = {share}\n'


def dear(folder: Path, above: str, share: str) -> Space:
    """Two hundred days at 80000, then 120000: 1.4975 times the mean."""
    more = MAYER.format(above=above, share=share)
    space = space_in(folder, fee=0, strategy={"more": more}, gate="enabled = false")
    space.prices("2024-08-16", 199)  # to 2 March
    space.read("px.BTC", [("2025-03-03", 120000)])
    return space


def test_a_throttle_of_zero_pauses_above_its_line_and_the_money_waits(tmp_path: Path) -> None:
    space = dear(tmp_path, "1.4", "0.0")
    found = space.at("2025-03-04")
    assert (found.exit, found.verdict, found.codes) == (0, "PAUSE", ["VALUATION_HIGH"])
    assert found.backlog == 100
    assert found.detail("VALUATION_HIGH")["value"] == "1.496"


def test_a_throttle_withholds_its_part(tmp_path: Path) -> None:
    found = dear(tmp_path, "1.4", "0.25").at("2025-03-04")
    assert (found.bought, found.backlog) == (25, 75)
    assert found.codes == ["GATE_DISABLED", "VALUATION_THROTTLED"]


def test_below_its_line_a_throttle_says_nothing(tmp_path: Path) -> None:
    found = dear(tmp_path, "1.5", "0.0").at("2025-03-04")
    assert (found.bought, found.codes) == (100, ["GATE_DISABLED"])


def test_a_throttle_without_data_does_not_hold_back_and_says_so(tmp_path: Path) -> None:
    more = MAYER.format(above="0.1", share="0.0")
    space = space_in(tmp_path, fee=0, strategy={"more": more})
    space.prices("2025-03-03", 1)
    found = space.at("2025-03-03")
    assert (found.bought, found.codes) == (100, ["GATE_DISABLED", "VALUATION_UNKNOWN"])


# --- value averaging ------------------------------------------------------------------------------

VALUE = '[sizing]\nmode = "value-averaging"\n'


def averaging(folder: Path, closes: list[Any], more: str = VALUE) -> Space:
    space = space_in(folder, fee=0, strategy={"more": more})
    space.read("px.BTC", zip(following("2025-03-02", len(closes)), closes, strict=True))
    return space


def test_value_averaging_lifts_the_holdings_to_a_growing_target(tmp_path: Path) -> None:
    space = averaging(tmp_path, [50000, 50000, 40000])
    told = [p.bought for p in space.days("2025-03-03", 3)]
    # 100; then 200 - 100; then 300 - 200 * 0.8 = 140.
    assert told == [100, 100, 140]


def test_value_averaging_never_sells_and_waits_at_its_target(tmp_path: Path) -> None:
    space = averaging(tmp_path, [50000, 100000, 250000, 50000])
    found = space.days("2025-03-03", 4)
    assert [p.verdict for p in found] == ["BUY", "WAIT", "WAIT", "BUY"]
    assert found[1].codes == found[2].codes == ["TARGET_REACHED"]
    assert (found[1].exit, found[2].exit) == (0, 0)
    assert {row[0] for row in space.rows("SELECT side FROM fills")} == {"BUY"}
    # The target goes on growing while it waits: the fourth slot wants 400, has 100, may take 200.
    assert found[3].bought == 200


def test_value_averaging_counts_slots_that_were_missed(tmp_path: Path) -> None:
    space = averaging(tmp_path, [50000] * 6)
    space.at("2025-03-03")
    assert space.at("2025-03-06").bought == 200  # 400 - 100, at most twice per_slot
    assert space.at("2025-03-07").bought == 200  # 500 - 300


def test_an_edited_schedule_does_not_count_the_past_again(tmp_path: Path) -> None:
    space = averaging(tmp_path, [50000] * 12)
    plan = space.folder / "strategies/plan.toml"
    text = plan.read_text()
    plan.write_text(text.replace('cron = "0 9 * * *"', 'cron = "0 9 * * 1"'))
    assert [space.at(day).bought for day in ("2025-03-03", "2025-03-10")] == [100, 100]
    plan.write_text(text)
    # The third slot that there ever was: 300 - 200.
    assert space.at("2025-03-11").bought == 100


def test_value_averaging_counts_what_still_rests_as_bought(tmp_path: Path) -> None:
    more = VALUE + '[order]\ntype = "post-only"\nttl = "72h"\n'
    space = averaging(tmp_path, [80000, 80000, 80000, 79000], more)
    config = space.folder / "config.toml"
    config.write_text(config.read_text().replace("spread = 0.0\n", "spread = 0.002\n"))
    asked = [p.bought.quantize(D(1)) for p in space.days("2025-03-03", 3)]
    assert asked == [100, 100, 100]
    assert {row[0] for row in space.rows("SELECT status FROM orders")} == {"OPEN"}


def test_stages_do_not_multiply_what_a_target_asks_for(tmp_path: Path) -> None:
    stage = "[[stage]]\ndrawdown = 0.1\nmultiplier = 2\n"
    space = averaging(tmp_path, [50000], VALUE + stage)
    found = space.call("config", "validate")
    assert found.code == 78
    assert "stage: " in found.out + found.err


def test_value_averaging_has_its_own_growth_and_ceiling(tmp_path: Path) -> None:
    more = VALUE + "target_growth = 40\nmultiple_max = 1.1\n"
    space = averaging(tmp_path, [50000, 5000, 500], more)
    # 40; 80 - 4; then 120 - 8 = 112, but at most 110.
    assert [p.bought for p in space.days("2025-03-03", 3)] == [40, 76, 110]


def test_what_value_averaging_did_not_spend_is_asked_for_once(tmp_path: Path) -> None:
    space = space_in(tmp_path, fee="0.001", strategy={"more": VALUE})
    space.prices("2025-03-02", 3, price=70000)
    found = space.days("2025-03-03", 3)
    assert D(found[0].one["buy_quote"]) == 100
    amounts = [D(row[0]) for row in space.rows("SELECT amount FROM fills ORDER BY filled_at")]
    bids = [D(row[0]) for row in space.rows("SELECT bid FROM decisions ORDER BY decided_at")]
    for nth in (1, 2):
        gap = 100 * (nth + 1) - sum(amounts[:nth], D(0)) * bids[nth]
        assert D(found[nth].one["buy_quote"]) == gap.quantize(D("1e-8"), ROUND_DOWN)
        assert "CARRIED" not in found[nth].codes
    assert space.purse() == (0, 0)


def test_what_a_pause_put_off_value_averaging_asks_for_once(tmp_path: Path) -> None:
    more = f"{VALUE}multiple_max = 10\n"
    space = space_in(tmp_path, fee=0, strategy={"more": more}, gate="enabled = true")
    space.prices("2025-03-02", 20)
    panic(space, ["2025-03-03"])
    panic(space, following("2025-03-04", 14), vix=15)
    found = space.days("2025-03-03", 15)
    paused = [p for p in found if p.verdict == "PAUSE"]
    assert len(paused) > 2
    assert {p.backlog for p in paused} == {0}
    # PROBE buys half of the gap each day; never more than the target has grown.
    assert space.spent() <= 1500
    assert all("CATCH_UP" not in p.codes for p in found)


# --- total ----------------------------------------------------------------------------------------


def test_a_total_ends_the_strategy_to_the_last_cent(tmp_path: Path) -> None:
    space = space_in(tmp_path, fee=0, strategy={"budget": "total = 250"})
    space.prices("2025-03-03", 6)
    found = space.days("2025-03-03", 5)
    assert [p.bought for p in found] == [100, 100, 50, 0, 0]
    assert [p.codes for p in found[3:]] == [["STRATEGY_SPENT"]] * 2
    assert [p.exit for p in found] == [0] * 5
    assert space.spent() == 250


def test_a_total_is_of_the_strategy_not_of_each_symbol(tmp_path: Path) -> None:
    two = {"buys": (("BTC/USDT", "0.5"), ("ETH/USDT", "0.5")), "budget": "total = 120"}
    space = space_in(tmp_path, fee=0, strategy=two)
    space.prices("2025-03-03", 3)
    space.prices("2025-03-03", 3, 2000, asset="ETH")
    space.days("2025-03-03", 3)
    assert space.spent() == 120


def test_a_schedule_of_so_many_slots_ends(tmp_path: Path) -> None:
    schedule = 'cron = "0 9 * * *"\nstart = 2025-03-03\nslots = 2'
    space = space_in(tmp_path, fee=0, strategy={"schedule": schedule})
    space.prices("2025-03-03", 6)
    assert [len(p.doc["decisions"]) for p in space.days("2025-03-03", 4)] == [1, 1, 0, 0]


@pytest.mark.parametrize("left", ["4.99", "5"])
def test_a_rest_below_the_minimum_is_never_rounded_up(tmp_path: Path, left: str) -> None:
    budget = f"total = {100 + D(left)}"
    space = space_in(tmp_path, fee=0, strategy={"budget": budget})
    space.prices("2025-03-03", 4)
    space.days("2025-03-03", 3)
    assert space.spent() == (100 if left == "4.99" else 105)
