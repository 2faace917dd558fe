"""Waiting money: what a regime withholds, how it is repaid, and what carries over."""

# Decimal(100) equals 100, which the type checker does not know of tuples.
# mypy: disable-error-code="comparison-overlap"

from decimal import Decimal as D  # noqa: N817
from pathlib import Path
from typing import Any

import pytest

from tests.app.space import Space, following, grave_event, panic, space_in, strategy_text

CALM_AGAIN = {"gate": "enabled = true", "rest": "[signals.recovery]\nenabled = false\n"}
SESSIONS = ["2025-03-03", "2025-03-04", "2025-03-05", "2025-03-06", "2025-03-07", "2025-03-10",
            "2025-03-11", "2025-03-12", "2025-03-13", "2025-03-14", "2025-03-17", "2025-03-18",
            "2025-03-19", "2025-03-20", "2025-03-21"]  # fmt: skip


def broken_market(folder: Path, **strategy: Any) -> Space:
    """One day of panic from 3 March 22:30 on: paused to the 7th, a probe to the 14th, then calm."""
    space = space_in(folder, strategy=strategy, fee=0, **CALM_AGAIN)
    # At 80000 a step of 1e-8 is 0.0008 quote: 100 and 50 are whole steps, so nothing carries.
    space.prices("2025-03-03", 60)
    panic(space, SESSIONS[:2])
    panic(space, SESSIONS[2:], vix=15)
    return space


def story(space: Space, first: str, count: int) -> list[tuple[str, str, D, D]]:
    return [(p.regime, p.verdict, p.bought, p.backlog) for p in space.days(first, count)]


def test_pause_probe_and_normal_each_treat_the_money_as_promised(tmp_path: Path) -> None:
    space = broken_market(tmp_path)
    told = story(space, "2025-03-03", 24)
    normal, paused, probe = told[:1], told[1:5], told[5:12]
    assert normal == [("NORMAL", "BUY", 100, 0)]
    assert paused == [("PAUSED", "PAUSE", 0, 100 * n) for n in (1, 2, 3, 4)]
    assert probe == [("PROBE", "BUY", 50, 400 + 50 * n) for n in range(1, 8)]  # seven days
    catching_up, last, plain = told[12:19], told[19], told[20:]
    assert catching_up == [("NORMAL", "BUY", 200, 750 - 100 * n) for n in range(1, 8)]
    assert last == ("NORMAL", "BUY", D(150), D(0))
    assert plain == [("NORMAL", "BUY", 100, 0)] * 4
    # In the end every slot's money was spent, none twice.
    assert space.spent() == 24 * 100
    assert space.purse() == (0, 0)


def test_catching_up_says_what_it_repays(tmp_path: Path) -> None:
    space = broken_market(tmp_path)
    space.days("2025-03-03", 12)
    found = space.at("2025-03-15")
    assert found.codes == ["REGIME_NORMAL", "CATCH_UP"]
    assert found.detail("CATCH_UP") == {"repaid": "100", "left": "650"}


def test_a_multiple_of_one_never_repays(tmp_path: Path) -> None:
    space = broken_market(tmp_path, more="[pause]\ncatch_up_multiple = 1")
    space.days("2025-03-03", 12)
    assert story(space, "2025-03-15", 2) == [("NORMAL", "BUY", 100, 750)] * 2


def test_skip_lets_the_pauses_money_go_and_the_probes_half_too(tmp_path: Path) -> None:
    space = broken_market(tmp_path, more='[pause]\nmode = "skip"')
    told = story(space, "2025-03-03", 13)
    assert told[1:5] == [("PAUSED", "PAUSE", 0, 0)] * 4
    assert told[5:12] == [("PROBE", "BUY", 50, 0)] * 7
    assert told[12] == ("NORMAL", "BUY", 100, 0)


def test_half_buys_half_while_paused_and_remembers_the_rest(tmp_path: Path) -> None:
    space = broken_market(tmp_path, more='[pause]\nmode = "half"')
    space.at("2025-03-03")
    first = space.at("2025-03-04")
    assert (first.regime, first.codes) == ("PAUSED", ["HALF_WHILE_PAUSED"])
    assert (first.bought, first.backlog) == (50, 50)
    assert space.at("2025-03-05").backlog == 100


def test_a_backlog_holds_so_many_slots_and_no_more(tmp_path: Path) -> None:
    space = broken_market(tmp_path, more="[pause]\nbacklog_slots_max = 2")
    told = story(space, "2025-03-03", 6)
    assert [backlog for _, _, _, backlog in told] == [0, 100, 200, 200, 200, 200]


def test_caution_withholds_half_into_the_backlog(tmp_path: Path) -> None:
    space = space_in(tmp_path, fee=0, gate="enabled = true")
    space.prices("2025-03-03", 40)
    normal = space.at("2025-03-03")
    grave_event(space, "2025-03-03T12:00", "2025-03-05T00:00")
    found = space.at("2025-03-04")
    assert (normal.regime, found.regime, found.codes) == ("NORMAL", "CAUTION", ["REGIME_CAUTION"])
    assert (found.bought, found.backlog) == (50, 50)
    assert found.detail("REGIME_CAUTION")["share"] == "0.5"
    assert space.purse() == (50, 0)  # the order left: its half is remembered at once


# --- remainders -----------------------------------------------------------------------------------


def test_what_rounding_leaves_over_carries_to_the_next_slot(tmp_path: Path) -> None:
    space = space_in(tmp_path)  # a fee of 0.1 % makes no whole steps
    space.prices("2025-03-03", 3)
    first = space.at("2025-03-03")
    _, carry = space.purse()
    assert carry == 100 - space.spent()
    assert 0 < carry < D("0.001")
    assert (first.bought, first.codes) == (100, ["GATE_DISABLED"])
    second = space.at("2025-03-04")
    assert second.codes == ["GATE_DISABLED", "CARRIED"]
    assert second.bought == 100 + D(second.detail("CARRIED")["carried"])
    _, carried = space.purse()
    assert space.spent() + carried == 200


def test_what_the_collar_reserved_and_the_price_did_not_need_carries(tmp_path: Path) -> None:
    space = space_in(tmp_path, fee=0, price="collar = 0.01")
    space.prices("2025-03-03", 2)
    space.at("2025-03-03")
    spent, (_, carry) = space.spent(), space.purse()
    assert spent + carry == 100
    assert D("0.98") < carry < D("1.00")


def test_three_a_day_below_a_minimum_of_five_buys_every_second_day(tmp_path: Path) -> None:
    space = space_in(tmp_path, fee=0, strategy={"per_slot": 3})
    space.prices("2025-03-03", 8)
    told = [(p.verdict, p.bought) for p in space.days("2025-03-03", 6)]
    assert told == [("DENY", 0), ("BUY", 6)] * 3
    assert space.spent() == 18
    rows = [b["why"] for b in space.bodies("purse")]
    assert rows == ["below the minimum", "SENDING"] * 3


def test_below_the_minimum_is_told_and_exits_81_once_a_slot(tmp_path: Path) -> None:
    space = space_in(tmp_path, fee=0, strategy={"per_slot": 3})
    space.prices("2025-03-03", 2)
    first, again = space.at("2025-03-03T09:05"), space.at("2025-03-03T09:10")
    assert (first.exit, again.exit) == (81, 0)
    assert first.codes == again.codes == ["BELOW_MINIMUM"]
    assert space.purse() == (0, 0)  # it carries when the slot ends, not at every call


def test_a_carry_is_held_per_symbol(tmp_path: Path) -> None:
    buys = (("BTC/USDT", "0.97"), ("ETH/USDT", "0.03"))
    space = space_in(tmp_path, fee=0, strategy={"buys": buys})
    space.prices("2025-03-03", 3)
    space.prices("2025-03-03", 3, 2000, asset="ETH")
    space.at("2025-03-03")
    space.at("2025-03-04")
    assert space.purse("ETH/USDT") == (0, 0)
    bought = {d["symbol"]: d["buy_quote"] for d in space.bodies("decision")[-2:]}
    assert bought == {"BTC/USDT": "97", "ETH/USDT": "6"}


# --- caps -----------------------------------------------------------------------------------------


def test_a_cap_denies_the_base_whole_and_never_shrinks_it(tmp_path: Path) -> None:
    caps = "order_max = 100\nday_max = 100\nweek_max = 250\nmonth_max = 1000"
    space = space_in(tmp_path, fee=0, caps=caps)
    space.prices("2025-03-03", 9)
    told = [(p.verdict, p.bought, p.codes[-1]) for p in space.days("2025-03-03", 4)]
    assert told[:2] == [("BUY", 100, "GATE_DISABLED")] * 2
    assert told[2:] == [("DENY", 0, "CAP_WEEK")] * 2  # 50 were left: not bought
    assert space.at("2025-03-10").verdict == "BUY"  # the next Monday


def test_extras_are_trimmed_to_the_cap(tmp_path: Path) -> None:
    space = broken_market(tmp_path)
    text = (tmp_path / "config.toml").read_text()
    space.write("config.toml", text.replace("order_max = 5000", "order_max = 130"))
    space.days("2025-03-03", 12)
    found = space.at("2025-03-15")
    assert found.codes == ["REGIME_NORMAL", "CATCH_UP", "TRIMMED_TO_CAP"]
    assert (found.bought, found.backlog) == (130, 720)
    assert found.detail("TRIMMED_TO_CAP") == {"trimmed": "70", "buy": "130"}


def test_two_strategies_share_a_cap_in_one_pass_and_over_days(tmp_path: Path) -> None:
    caps = "order_max = 100\nday_max = 150\nmonth_max = 1000"
    space = space_in(tmp_path, fee=0, caps=caps)
    space.write("strategies/second.toml", strategy_text("second", per_slot=60))
    space.prices("2025-03-03", 3)
    for day in following("2025-03-03", 2):
        found = space.at(day)
        verdicts = {d["strategy"]: d["verdict"] for d in found.doc["decisions"]}
        assert verdicts == {"plan": "BUY", "second": "DENY"}
        assert found.exit == 0  # 81 only when every due tranche was refused
    space.write("strategies/second.toml", strategy_text("second", per_slot=50))
    found = space.at("2025-03-05")
    assert {d["verdict"] for d in found.doc["decisions"]} == {"BUY"}


def test_coins_kept_elsewhere_count_in_an_assets_weight(tmp_path: Path) -> None:
    weights = "order_max = 5000\nmonth_max = 100000\nasset_weight_max = { BTC = 0.5 }"
    cold = '[holdings.cold]\nBTC = "1.25"\n'
    space = space_in(tmp_path, fee=0, caps=weights, rest=cold)  # 100000 cash, 100000 in BTC
    space.prices("2025-03-03", 1)
    found = space.at("2025-03-03")
    assert (found.exit, found.codes) == (81, ["CAP_ASSET_WEIGHT"])
    assert found.detail("CAP_ASSET_WEIGHT")["used"] == "100000"
    text = (tmp_path / "config.toml").read_text()
    space.write("config.toml", text.replace('"1.25"', '"1.2475"'))  # 99800: 100 fit, 99900 of nav
    assert space.at("2025-03-03T10:00").verdict == "BUY"


def test_an_asset_without_a_price_counts_zero_and_does_not_stop(tmp_path: Path) -> None:
    weights = "order_max = 5000\nmonth_max = 100000\nasset_weight_max = { BTC = 0.001 }"
    space = space_in(tmp_path, fee=0, caps=weights, rest='[holdings.cold]\nDUST = "5000000"\n')
    space.prices("2025-03-03", 1)
    assert space.at("2025-03-03").verdict == "BUY"  # 100 of 100000
    assert space.call("balances", "--json").json["unpriced"] == ["DUST"]


def test_the_collar_and_the_fee_are_inside_the_cap(tmp_path: Path) -> None:
    caps = "order_max = 100\nday_max = 100\nmonth_max = 100"
    space = space_in(tmp_path, fee="0.026", price="collar = 0.05", caps=caps)
    space.prices("2025-03-03", 1)
    order = space.at("2025-03-03").one["order"]
    assert D("99.9") < D(order["max_quote"]) <= 100
    assert D(order["amount"]) * D(order["limit_price"]) * D("1.026") == D(order["max_quote"])


@pytest.mark.parametrize("dollars", [2000, 50])
def test_a_month_is_never_overspent_however_often_it_is_called(
    tmp_path: Path, dollars: int
) -> None:
    caps = f"order_max = 100\nmonth_max = {max(dollars, 100)}"
    strategy = {"schedule": 'cron = "0 */6 * * *"', "per_slot": 40}
    space = space_in(tmp_path, fee=0, caps=caps, strategy=strategy)
    space.prices("2025-03-03", 4)
    for day in following("2025-03-03", 3):
        for time in ("00:05", "06:05", "12:05", "18:05"):
            space.at(f"{day}T{time}")
    assert space.spent() == min(max(dollars, 100) // 40, 12) * 40
