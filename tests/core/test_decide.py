"""The decision: a cent on each side of every line, and every reason with its numbers."""

# Decimal(100) equals 100, which the type checker does not know of tuples.
# mypy: disable-error-code="comparison-overlap"

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal as D  # noqa: N817
from typing import Any

import pytest

from dcaguard.core.account import Proof
from dcaguard.core.case import case_of, gate_share
from dcaguard.core.decide import Decision, decide
from dcaguard.core.objections import TIERS
from dcaguard.core.policy.price import SecondOpinion
from dcaguard.core.reason import MEANINGS, Code, Verdict
from dcaguard.core.situation import Finding, Trouble
from tests.core.situated import FINE, NOON, cap, situation

CENT = D("0.01")


def codes(decision: Decision) -> list[Code]:
    return [reason.code for reason in decision.reasons]


def reason(decision: Decision, code: Code) -> Any:
    (found,) = [r for r in decision.reasons if r.code is code]
    return found.detail


def test_buys_the_whole_tranche_when_nothing_objects() -> None:
    found = decide(FINE)
    assert found.verdict is Verdict.BUY
    assert (found.tranche_quote, found.buy_quote, found.backlog_quote) == (D(100), D(100), D(0))
    assert found.withheld_quote == found.from_backlog_quote == found.carry_quote == 0
    assert codes(found) == [Code.REGIME_NORMAL]
    assert found.reasons[0].detail == {"composite": "0.10", "share": "1"}


def test_the_order_costs_at_worst_what_was_decided_and_pays_the_collar_at_most() -> None:
    order = decide(situation(market={"taker_fee": D("0.001")})).order
    assert order is not None
    assert (order.type, order.limit_price) == ("limit-ioc", D("101.00"))
    assert order.amount == D("0.9891")  # 100 / (101 * 1.001) = 0.98911...
    assert order.max_quote == D("0.9891") * D(101) * D("1.001")
    assert order.max_quote <= D(100)


def test_a_post_only_order_rests_at_the_bid() -> None:
    at = situation(wish={"order_type": "post-only"}, quote={"bid": D("99.999"), "ask": D(100)})
    order = decide(at).order
    assert order is not None
    assert (order.type, order.limit_price, order.amount) == ("post-only", D("99.99"), D("1.0001"))


# --- each objection alone ----------------------------------------------------------------------

FOUND = Finding("debt", "margin", Proof.VIOLATED, "borrowed=1")
ALONE: tuple[tuple[Code, dict[str, Any]], ...] = (
    (Code.LEVERAGE_FOUND, {"stops": {"findings": (FOUND,)}}),
    (
        Code.LEVERAGE_CANNOT_TELL,
        {"stops": {"findings": (replace(FOUND, result=Proof.CANNOT_TELL),)}},
    ),
    (Code.KEY_RIGHTS, {"stops": {"findings": (replace(FOUND, check="key-rights"),)}}),
    (Code.NOT_IN_UNIVERSE, {"stops": {"allowed": ("ETH",)}}),
    (Code.NO_REVENUE, {"stops": {"revenue_lack": "stale"}}),
    (Code.LEVERAGED_TOKEN, {"market": {"leveraged_token": True}}),
    (Code.NOT_SPOT, {"market": {"spot": False}}),
    (Code.HALTED, {"stops": {"halted": ""}}),
    (Code.ORDER_UNRESOLVED, {"stops": {"unresolved": ("ab12",)}}),
    (Code.NOT_ARMED, {"stops": {"armed": False}}),
    (Code.VENUE_NOT_LIVE, {"stops": {"not_live": "not tested", "armed": False}}),
    (Code.RATE_LIMITED, {"stops": {"troubles": (Trouble(Code.RATE_LIMITED, "slow"),)}}),
    (Code.MARKET_UNKNOWN, {"means": {"market": None}}),
    (Code.MARKET_INACTIVE, {"market": {"active": False}}),
    (Code.CAP_BELOW_MINIMUM, {"means": {"caps": (cap("4.99", code=Code.CAP_ORDER),)}}),
    (Code.STRATEGY_SPENT, {"wish": {"left": D(0)}}),
    (Code.TARGET_REACHED, {"wish": {"base": D(0)}}),
    (Code.REGIME_PAUSED, {"gate": {"regime": "PAUSED", "share": D(0)}}),
    (Code.REGIME_COOLOFF, {"gate": {"regime": "COOLOFF", "share": D(0)}}),
    (Code.VENUE_LOCKED, {"gate": {"lock": "withdrawals are off"}}),
    (Code.VALUATION_HIGH, {"wish": {"valuation_share": D(0), "valuation": {"value": "1.9"}}}),
    (Code.PRICE_UNKNOWN, {"means": {"quote": None}}),
    (Code.BOOK_ONE_SIDED, {"quote": {"bid": None}}),
    (Code.BOOK_CROSSED, {"quote": {"bid": D("100.01")}}),
    (Code.PRICE_FUTURE, {"quote": {"at": NOON + timedelta(seconds=6)}}),
    (Code.PRICE_STALE, {"quote": {"at": NOON - timedelta(seconds=61)}}),
    (Code.SECOND_OPINION_UNKNOWN, {"means": {"second": SecondOpinion("x", None, D("0.02"))}}),
    (Code.RATE_UNKNOWN, {"means": {"base_per_quote": None}}),
    (Code.BALANCE_UNKNOWN, {"means": {"cash": None}}),
    (Code.CAP_DAY, {"means": {"caps": (cap("99.99"),)}}),
    (Code.CONCENTRATION, {"stops": {"concentration": "0.9 of all coins"}}),
    (Code.CASH_INSUFFICIENT, {"means": {"cash": D("99.99")}}),
    (Code.SPREAD_WIDE, {"quote": {"bid": D("99.49")}}),
    (Code.PRICE_DISAGREES, {"means": {"second": SecondOpinion("x", D(110), D("0.02"))}}),
    (Code.BELOW_MINIMUM, {"wish": {"base": D("4.99")}}),
)


@pytest.mark.parametrize(("code", "spoiled"), ALONE, ids=[str(code) for code, _ in ALONE])
def test_each_objection_stops_the_buy_by_itself(code: Code, spoiled: dict[str, Any]) -> None:
    found = decide(situation(**spoiled))
    assert codes(found) == [code]
    assert found.verdict is MEANINGS[code].verdict
    assert found.verdict is not Verdict.BUY
    assert found.buy_quote == found.from_backlog_quote == found.from_carry_quote == 0
    assert found.order is None


def test_every_check_of_every_tier_is_somewhere_the_only_one_that_objects() -> None:
    """A check that can not fire alone would be a missing concept."""
    alone = set()
    for _, parts in ALONE:
        at = situation(**parts)
        case = case_of(at)
        fired = next(f for tier in TIERS if (f := [check for check in tier if check(case)]))
        assert len(fired) == 1
        alone.add(fired[0])
    assert alone == {check for tier in TIERS for check in tier}


def test_the_strongest_tier_speaks_alone_and_says_everything_it_has() -> None:
    at = situation(
        stops={"findings": (FOUND,), "halted": "selling the house", "allowed": ()},
        gate={"regime": "PAUSED", "share": D(0)},
        means={"cash": D(0)},
    )
    assert codes(decide(at)) == [Code.LEVERAGE_FOUND, Code.NOT_IN_UNIVERSE]
    at = situation(at=at, stops={"findings": (), "allowed": ("BTC",), "unresolved": ("a",)})
    assert codes(decide(at)) == [Code.HALTED, Code.ORDER_UNRESOLVED]
    at = situation(at=at, stops={"halted": None, "unresolved": ()}, wish={"valuation_share": D(0)})
    assert codes(decide(at)) == [Code.REGIME_PAUSED, Code.VALUATION_HIGH]
    at = situation(at=at, gate={"share": D(1)}, wish={"valuation_share": D(1)})
    assert codes(decide(at)) == [Code.CASH_INSUFFICIENT]


def test_two_findings_are_two_reasons_and_name_their_wallets() -> None:
    at = situation(stops={"findings": (FOUND, replace(FOUND, wallet="usdm"))})
    found = decide(at)
    assert [r.detail["wallet"] for r in found.reasons] == ["margin", "usdm"]
    assert found.reasons[0].detail == {"check": "debt", "wallet": "margin", "found": "borrowed=1"}


# --- not now --------------------------------------------------------------------------------------


def test_a_venue_in_trouble_has_not_said_that_the_market_is_unknown() -> None:
    trouble = (Trouble(Code.VENUE_UNAVAILABLE, "503"),)
    found = decide(situation(stops={"troubles": trouble}, means={"market": None, "quote": None}))
    assert codes(found) == [Code.VENUE_UNAVAILABLE]
    assert found.reasons[0].detail == {"account": "main", "detail": "503"}


def test_an_order_cap_of_exactly_the_minimum_is_no_contradiction() -> None:
    at = situation(means={"caps": (cap(5, code=Code.CAP_ORDER),)})
    assert codes(decide(at)) == [Code.CAP_ORDER]
    dearer = situation(at=at, means={"base_per_quote": D("1.01")})
    assert reason(decide(dearer), Code.CAP_BELOW_MINIMUM) == {
        "cap": "cap_order",
        "limit": "5",
        "minimum": "5.05",
    }


def test_only_the_order_cap_is_compared_with_the_venues_minimum() -> None:
    assert codes(decide(situation(means={"caps": (cap("4.99"),)}))) == [Code.CAP_DAY]


def test_a_market_without_a_cost_minimum_has_nothing_to_compare() -> None:
    at = situation(market={"cost_min": None}, means={"caps": (cap("4.99", code=Code.CAP_ORDER),)})
    assert codes(decide(at)) == [Code.CAP_ORDER]


def test_the_last_cent_of_a_total_is_spent_and_no_more() -> None:
    found = decide(situation(wish={"left": D("99.99"), "backlog": D(50), "carry": D(1)}))
    assert found.verdict is Verdict.BUY
    assert (found.tranche_quote, found.buy_quote) == (D("99.99"), D("99.99"))
    assert found.from_backlog_quote == found.from_carry_quote == 0
    assert codes(decide(situation(wish={"left": D("-0.01")}))) == [Code.STRATEGY_SPENT]


def test_sums_below_one_are_money_too() -> None:
    free = {"cost_min": None}
    assert decide(situation(wish={"left": D("0.5")}, market=free)).tranche_quote == D("0.5")
    assert decide(situation(wish={"base": D(0), "carry": D("0.5")}, market=free)).buy_quote > 0
    paused = {"regime": "PAUSED", "share": D(0)}
    assert codes(decide(situation(wish={"base": D("0.5")}, gate=paused))) == [Code.REGIME_PAUSED]


def test_a_target_reached_still_repays_what_was_carried() -> None:
    found = decide(situation(wish={"base": D(0), "carry": D(7)}))
    assert (found.verdict, found.buy_quote) == (Verdict.BUY, D(7))


# --- the gate -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gate", "wish", "share"),
    [
        ({"share": D(1)}, {}, D(1)),
        ({"regime": "CAUTION", "share": D("0.5")}, {}, D("0.5")),
        ({"regime": "PROBE", "share": D("0.25")}, {"pause_mode": "half"}, D("0.25")),
        ({"regime": "PAUSED", "share": D(0)}, {}, D(0)),
        ({"regime": "PAUSED", "share": D(0)}, {"pause_mode": "half"}, D("0.5")),
        ({"regime": "PAUSED", "share": D(0)}, {"pause_mode": "skip"}, D(0)),
        ({"regime": "PAUSED", "share": D(0)}, {"ladder_share": D(1)}, D(1)),
        ({"regime": "COOLOFF", "share": D(0)}, {"ladder_share": D(1), "pause_mode": "half"}, D(0)),
        ({"regime": "PAUSED", "share": D(0), "lock": "x"}, {"ladder_share": D(1)}, D(0)),
        ({"enabled": False, "regime": "PAUSED", "share": D(0)}, {}, D(1)),
        ({"enabled": False, "share": D(0), "lock": "x"}, {}, D(1)),
        ({"share": D(2)}, {}, D(1)),
    ],
)
def test_the_share_that_a_regime_lets_through(
    gate: dict[str, Any], wish: dict[str, Any], share: D
) -> None:
    assert gate_share(situation(gate=gate, wish=wish)) == share


def test_caution_buys_half_and_remembers_the_other_half() -> None:
    found = decide(situation(gate={"regime": "CAUTION", "share": D("0.5")}, wish={"backlog": D(7)}))
    assert (found.buy_quote, found.withheld_quote, found.backlog_quote) == (D(50), D(50), D(57))
    assert found.from_backlog_quote == 0
    assert codes(found) == [Code.REGIME_CAUTION]
    assert found.reasons[0].detail["share"] == "0.5"


def test_a_skipping_strategy_lets_the_withheld_half_go() -> None:
    gate = {"regime": "CAUTION", "share": D("0.5")}
    found = decide(situation(gate=gate, wish={"pause_mode": "skip", "backlog": D(7)}))
    assert (found.buy_quote, found.withheld_quote, found.backlog_quote) == (D(50), D(0), D(7))


@pytest.mark.parametrize(
    ("mode", "withheld"), [("defer", D(100)), ("half", D(100)), ("skip", D(0))]
)
def test_a_pause_remembers_the_whole_tranche_unless_it_is_skipped(mode: str, withheld: D) -> None:
    at = situation(gate={"regime": "COOLOFF", "share": D(0)}, wish={"pause_mode": mode})
    found = decide(at)
    assert found.verdict is Verdict.PAUSE
    assert (found.withheld_quote, found.backlog_quote, found.carry_quote) == (withheld, withheld, 0)


def test_a_pause_says_since_when_and_by_what() -> None:
    found = decide(situation(gate={"regime": "PAUSED", "share": D(0), "detail": {"exit": "0.4"}}))
    assert reason(found, Code.REGIME_PAUSED) == {
        "since": "2025-02-22T12:00:00Z",
        "composite": "0.10",
        "exit": "0.4",
    }


@pytest.mark.parametrize(("backlog", "withheld"), [(50, 100), (51, 99), (150, 0), (200, 0)])
def test_the_backlog_has_a_ceiling(backlog: int, withheld: int) -> None:
    gate = {"regime": "PAUSED", "share": D(0)}
    found = decide(situation(gate=gate, wish={"backlog": D(backlog), "backlog_max": D(150)}))
    assert (found.withheld_quote, found.backlog_quote) == (D(withheld), D(backlog + withheld))


def test_half_while_paused_says_so_and_a_ladder_says_so() -> None:
    paused = {"regime": "PAUSED", "share": D(0)}
    half = decide(situation(gate=paused, wish={"pause_mode": "half"}))
    assert (codes(half), half.buy_quote) == ([Code.HALF_WHILE_PAUSED], D(50))
    both = decide(situation(gate=paused, wish={"pause_mode": "half", "ladder_share": D(1)}))
    assert (codes(both), both.buy_quote) == ([Code.LADDER_WHILE_PAUSED], D(100))
    rung = decide(situation(gate=paused, wish={"ladder_share": D(1)}))
    assert (codes(rung), rung.buy_quote) == ([Code.LADDER_WHILE_PAUSED], D(100))


def test_a_rung_releases_one_tranche_and_repays_nothing() -> None:
    paused = {"regime": "PAUSED", "share": D(0)}
    found = decide(situation(gate=paused, wish={"ladder_share": D(1), "backlog": D(70)}))
    assert (found.buy_quote, found.from_backlog_quote, found.backlog_quote) == (100, 0, 70)
    off = decide(situation(gate=paused | {"enabled": False}, wish={"backlog": D(70)}))
    assert (off.buy_quote, off.from_backlog_quote) == (170, 70)


def test_a_half_that_the_gate_itself_gives_is_the_strategys_half() -> None:
    gate = {"regime": "PAUSED", "share": D("0.6")}
    found = decide(situation(gate=gate, wish={"pause_mode": "half"}))
    assert (codes(found), found.buy_quote) == ([Code.HALF_WHILE_PAUSED], D(60))


def test_probe_and_a_disabled_gate_say_so() -> None:
    assert codes(decide(situation(gate={"regime": "PROBE", "share": D("0.5")}))) == [
        Code.REGIME_PROBE
    ]
    forced = {"regime": "PROBE", "share": D("0.25"), "detail": {"forced": "yes"}}
    assert decide(situation(gate=forced)).reasons[0].detail["forced"] == "yes"
    assert codes(decide(situation(gate={"enabled": False}))) == [Code.GATE_DISABLED]


# --- sizes ----------------------------------------------------------------------------------------


def test_backlog_is_repaid_up_to_the_multiple_and_the_rest_waits() -> None:
    found = decide(situation(wish={"backlog": D(130), "catch_up_multiple": D("1.5")}))
    assert (found.buy_quote, found.from_backlog_quote) == (D(150), D(50))
    assert found.backlog_quote == D(80)
    assert reason(found, Code.CATCH_UP) == {"repaid": "50", "left": "80"}


def test_a_carry_is_added_whole_and_named() -> None:
    found = decide(situation(wish={"carry": D("0.37")}))
    assert (found.buy_quote, found.from_carry_quote) == (D("100.37"), D("0.37"))
    assert reason(found, Code.CARRIED) == {"carried": "0.37"}


def test_a_stage_multiplies_and_says_how_deep() -> None:
    found = decide(situation(wish={"multiplier": D("1.5"), "drawdown": D("0.2"), "staged": True}))
    assert (found.tranche_quote, found.buy_quote) == (D(150), D(150))
    assert reason(found, Code.STAGE) == {"drawdown": "0.2", "multiplier": "1.5"}


def test_an_unknown_drawdown_is_told_only_when_there_are_stages() -> None:
    assert codes(decide(situation(wish={"staged": True}))) == [
        Code.REGIME_NORMAL,
        Code.STAGE_UNKNOWN,
    ]
    assert codes(decide(situation(wish={"staged": True, "drawdown": D(0)}))) == [Code.REGIME_NORMAL]


def test_a_throttle_withholds_its_part_and_says_by_what() -> None:
    about = {"metric": "mayer", "above": "1.2", "value": "1.900"}
    found = decide(situation(wish={"valuation_share": D("0.25"), "valuation": about}))
    assert (found.buy_quote, found.withheld_quote) == (D(25), D(75))
    assert reason(found, Code.VALUATION_THROTTLED) == about
    calm = decide(situation(wish={"valuation": about}))
    assert codes(calm) == [Code.REGIME_NORMAL]
    dark = decide(situation(wish={"valuation": {"metric": "mayer", "above": "1.2"}}))
    assert codes(dark) == [Code.REGIME_NORMAL, Code.VALUATION_UNKNOWN]


# --- limits ---------------------------------------------------------------------------------------


def test_a_cap_is_reached_to_the_cent_and_not_passed() -> None:
    assert decide(situation(means={"caps": (cap(150, 50),)})).verdict is Verdict.BUY
    found = decide(situation(means={"caps": (cap(150, "50.01"),)}))
    assert found.verdict is Verdict.DENY
    assert reason(found, Code.CAP_DAY) == {
        "cap": "cap_day",
        "limit": "150",
        "used": "50.01",
        "order": "100",
    }
    assert found.withheld_quote == found.carry_quote == 0  # a denial is dropped


def test_every_broken_cap_is_named() -> None:
    caps = (cap(50), cap(500), cap(70, code=Code.CAP_WEEK))
    assert codes(decide(situation(means={"caps": caps}))) == [Code.CAP_DAY, Code.CAP_WEEK]


def test_a_rate_of_zero_is_no_rate() -> None:
    assert codes(decide(situation(means={"base_per_quote": D(0)}))) == [Code.RATE_UNKNOWN]


def test_caps_count_in_the_base_currency() -> None:
    caps = (cap(110),)
    assert decide(situation(means={"caps": caps, "base_per_quote": D("1.1")})).buy_quote == D(100)
    found = decide(situation(means={"caps": caps, "base_per_quote": D("1.1001")}))
    assert codes(found) == [Code.CAP_DAY]


def test_extras_are_trimmed_to_the_cap_and_the_base_is_not() -> None:
    wish = {"multiplier": D(2), "drawdown": D("0.4"), "backlog": D(100), "carry": D(10)}
    found = decide(situation(wish=wish, means={"caps": (cap(150),)}))
    assert (found.verdict, found.buy_quote) == (Verdict.BUY, D(150))
    assert found.from_backlog_quote == found.from_carry_quote == 0  # both stay remembered
    assert found.backlog_quote == D(100)
    assert reason(found, Code.TRIMMED_TO_CAP) == {"trimmed": "160", "buy": "150"}
    assert decide(situation(wish=wish, means={"caps": (cap("99.99"),)})).verdict is Verdict.DENY


def test_extras_are_trimmed_to_cash_in_the_order_backlog_carry_stage() -> None:
    wish = {"multiplier": D("1.5"), "backlog": D(100), "carry": D(10)}
    found = decide(situation(wish=wish, means={"cash": D(255)}))
    assert (found.buy_quote, found.from_backlog_quote, found.from_carry_quote) == (255, 95, 10)
    found = decide(situation(wish=wish, means={"cash": D(155)}))
    assert (found.buy_quote, found.from_backlog_quote, found.from_carry_quote) == (155, 0, 5)


def test_the_trim_is_exact_at_a_rate_that_does_not_divide() -> None:
    at = situation(
        wish={"carry": D(50)}, means={"caps": (cap(300),), "base_per_quote": D(3), "cash": D(500)}
    )
    found = decide(at)
    assert (found.buy_quote, found.from_carry_quote) == (D(100), D(0))
    at = situation(at=at, means={"caps": (cap(400),)})
    assert decide(at).buy_quote == D("133.33333333")


def test_a_cap_that_does_not_grow_stops_only_what_is_over_it_already() -> None:
    full = cap(100, 100, Code.CAP_ACCOUNT_WEIGHT, grows=False)
    assert decide(situation(means={"caps": (full,)})).buy_quote == D(100)
    over = cap(100, "100.01", Code.CAP_ACCOUNT_WEIGHT, grows=False)
    assert codes(decide(situation(means={"caps": (over,)}))) == [Code.CAP_ACCOUNT_WEIGHT]


def test_cash_covers_to_the_cent() -> None:
    assert decide(situation(means={"cash": D(100)})).verdict is Verdict.BUY
    found = decide(situation(means={"cash": D(100) - CENT}))
    assert reason(found, Code.CASH_INSUFFICIENT) == {"cash": "99.99", "needed": "100"}


def test_no_cash_at_all_is_told_as_that_even_when_only_extras_are_wanted() -> None:
    at = situation(wish={"base": D(0), "carry": D(7)}, means={"cash": D(0)})
    assert codes(decide(at)) == [Code.CASH_INSUFFICIENT]


def test_cash_and_caps_are_both_named_and_the_minimum_is_not_guessed() -> None:
    at = situation(means={"cash": D(1), "caps": (cap(1),)})
    assert codes(decide(at)) == [Code.CAP_DAY, Code.CASH_INSUFFICIENT]


def test_what_is_below_a_minimum_carries_and_is_never_rounded_up() -> None:
    found = decide(
        situation(wish={"base": D("4.99"), "carry": D("0.01")}, market={"cost_min": 5.01})
    )
    assert found.verdict is Verdict.DENY
    assert (found.carry_quote, found.withheld_quote) == (D("4.99"), D(0))


def test_a_half_below_the_minimum_carries_and_the_other_half_is_backlog() -> None:
    gate = {"regime": "CAUTION", "share": D("0.5")}
    found = decide(situation(gate=gate, wish={"base": D(8)}))
    assert codes(found) == [Code.BELOW_MINIMUM]
    assert (found.carry_quote, found.withheld_quote, found.backlog_quote) == (D(4), D(4), D(4))
    skipped = decide(situation(gate=gate, wish={"base": D(8), "pause_mode": "skip"}))
    assert (skipped.carry_quote, skipped.withheld_quote) == (D(4), D(0))


def test_below_a_minimum_and_something_else_is_a_denial_and_carries_nothing() -> None:
    at = situation(wish={"base": D("4.99")}, quote={"bid": D(99)})
    found = decide(at)
    assert codes(found) == [Code.SPREAD_WIDE, Code.BELOW_MINIMUM]
    assert found.carry_quote == found.withheld_quote == 0


def test_the_cost_minimum_is_counted_at_the_ask() -> None:
    # 5.06 buys 0.0501 at the collar's limit of 101: 5.01 at the ask, 5.06 at worst.
    assert decide(situation(wish={"base": D("5.07")})).verdict is Verdict.BUY
    assert codes(decide(situation(wish={"base": D("5.04")}))) == [Code.BELOW_MINIMUM]


def test_a_resting_orders_minimum_is_counted_at_its_own_price() -> None:
    # 5.00 buys 0.0502 at the bid: 5.02 at the ask, but the venue counts 4.9954.
    rests = situation(wish={"base": D(5), "order_type": "post-only"}, quote={"bid": D("99.51")})
    assert codes(decide(rests)) == [Code.BELOW_MINIMUM]


def test_a_decision_without_reasons_does_not_exist() -> None:
    assert decide(FINE).reasons
    assert all(decide(situation(**parts)).reasons for _, parts in ALONE)
