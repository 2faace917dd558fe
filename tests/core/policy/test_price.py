"""Prices that may be bought on, and orders that never cost more than their budget."""

# Decimal(100) equals 100, which the type checker does not know of tuples.
# mypy: disable-error-code="comparison-overlap"

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal as D  # noqa: N817
from fractions import Fraction as F  # noqa: N817
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcaguard.core.market import Quote
from dcaguard.core.policy.price import (
    PriceRules,
    SecondOpinion,
    below_minimum,
    hours,
    limit_price,
    objections,
    order_amount,
    unusable,
    worst_cost,
)
from dcaguard.core.reason import Code, Reason
from tests.core.situated import MARKET, NOON, QUOTE, RULES


def codes(reasons: tuple[Reason, ...]) -> list[Code]:
    return [reason.code for reason in reasons]


def judged(quote: Quote | None) -> list[Code]:
    return codes(unusable(quote, RULES, NOON, "BTC/USDT"))


def test_a_fresh_two_sided_quote_is_usable() -> None:
    assert judged(QUOTE) == []


def test_a_coin_worth_less_than_one_has_a_price() -> None:
    assert judged(replace(QUOTE, bid=D("0.00000001"), ask=D("0.5"))) == []


def test_no_quote_is_no_price() -> None:
    assert judged(None) == [Code.PRICE_UNKNOWN]


@pytest.mark.parametrize("side", ["bid", "ask"])
@pytest.mark.parametrize("value", ["0", "-0.01", "NaN", "sNaN", "Infinity", "-Infinity"])
def test_an_impossible_side_is_no_price(side: str, value: str) -> None:
    changes: dict[str, Any] = {side: D(value)}
    assert judged(replace(QUOTE, **changes)) == [Code.PRICE_UNKNOWN]


def test_an_impossible_side_is_told_before_a_missing_one() -> None:
    assert judged(replace(QUOTE, bid=None, ask=D(0))) == [Code.PRICE_UNKNOWN]


@pytest.mark.parametrize("missing", [{"bid": None}, {"ask": None}, {"bid": None, "ask": None}])
def test_a_missing_side_is_one_sided(missing: dict[str, Any]) -> None:
    assert judged(replace(QUOTE, **missing)) == [Code.BOOK_ONE_SIDED]


def test_bid_and_ask_may_touch_but_not_cross() -> None:
    assert judged(replace(QUOTE, bid=D(100), ask=D(100))) == []
    assert judged(replace(QUOTE, bid=D("100.01"), ask=D(100))) == [Code.BOOK_CROSSED]


@pytest.mark.parametrize(("seconds", "expected"), [(60, []), (60.000001, [Code.PRICE_STALE])])
def test_a_quote_is_fresh_to_the_last_microsecond(seconds: float, expected: list[Code]) -> None:
    assert judged(replace(QUOTE, at=NOON - timedelta(seconds=seconds))) == expected


@pytest.mark.parametrize(("seconds", "expected"), [(5, []), (5.000001, [Code.PRICE_FUTURE])])
def test_a_venues_clock_may_run_five_seconds_ahead(seconds: float, expected: list[Code]) -> None:
    assert judged(replace(QUOTE, at=NOON + timedelta(seconds=seconds))) == expected


def test_crossed_and_stale_are_both_told() -> None:
    old = replace(QUOTE, bid=D(101), at=NOON - timedelta(days=1))
    (crossed, stale) = unusable(old, RULES, NOON, "BTC/USDT")
    assert codes((crossed, stale)) == [Code.BOOK_CROSSED, Code.PRICE_STALE]
    assert stale.detail == {
        "price_at": "2025-03-02T12:00:00Z",
        "source": "test",
        "staleness_max_hours": "0.01",
    }


@pytest.mark.parametrize(
    ("span", "told"),
    [(timedelta(days=2), "48"), (timedelta(minutes=90), "1.5"), (timedelta(0), "0")],
)
def test_a_span_is_told_in_hours(span: timedelta, told: str) -> None:
    assert hours(span) == D(told)


# --- too wide, too dear ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bid", "wide"),
    [("99.5012469", False), ("99.5012468", True), ("100", False)],  # 0.5 % of the middle
)
def test_the_spread_is_a_share_of_the_middle(bid: str, *, wide: bool) -> None:
    found = objections(replace(QUOTE, bid=D(bid)), RULES, None)
    assert codes(found) == ([Code.SPREAD_WIDE] if wide else [])


def test_a_spread_and_a_gap_of_exactly_what_is_allowed_are_allowed() -> None:
    quote = replace(QUOTE, bid=D(99), ask=D(101))
    assert objections(quote, replace(RULES, spread_max=D("0.02")), None) == ()
    assert (
        objections(
            replace(QUOTE, bid=D(102), ask=D(102)),
            RULES,
            SecondOpinion("kraken", D(100), D("0.02")),
        )
        == ()
    )


def test_a_wide_spread_says_how_wide() -> None:
    (found,) = objections(replace(QUOTE, bid=D(98)), RULES, None)
    assert found.detail == {"spread": "0.020202", "spread_max": "0.005"}


@pytest.mark.parametrize(
    ("other", "disagrees"),
    [("98.04", False), ("98.03", True), ("102.04", False), ("102.05", True), ("100", False)],
)
def test_the_second_opinion_may_differ_by_its_tolerance_either_way(
    other: str, *, disagrees: bool
) -> None:
    second = SecondOpinion("kraken", D(other), D("0.02"))
    assert codes(objections(QUOTE, RULES, second)) == ([Code.PRICE_DISAGREES] if disagrees else [])


def test_a_second_opinion_without_a_price_is_another_checks_business() -> None:
    assert objections(QUOTE, RULES, SecondOpinion("kraken", None, D(0))) == ()


def test_a_disagreement_names_both_prices_and_the_gap() -> None:
    (found,) = objections(QUOTE, RULES, SecondOpinion("kraken", D(80), D("0.02")))
    assert found.detail == {
        "ask": "100",
        "other": "80",
        "other_source": "kraken",
        "gap": "0.25",
        "tolerance": "0.02",
    }


# --- limit, amount, worst case --------------------------------------------------------------------


def test_the_limit_is_the_collar_above_the_ask_rounded_down_to_the_tick() -> None:
    assert limit_price(D("99.99"), D("0.01"), MARKET) == D("100.98")  # 100.9899
    assert limit_price(D(100), D(0), MARKET) == D(100)


def test_the_amount_costs_at_worst_the_budget_fee_included() -> None:
    market = replace(MARKET, taker_fee=D("0.001"))
    assert order_amount(D("100.1"), D(100), market) == D(1)
    assert order_amount(D("100.09"), D(100), market) == D("0.9999")
    assert worst_cost(D(1), D(100), market) == D("100.1")


def test_a_tick_coarser_than_the_price_prices_nothing() -> None:
    limit = limit_price(D("0.5"), D("0.01"), replace(MARKET, price_step=D(1)))
    assert limit == 0
    assert order_amount(D(100), limit, MARKET) == 0


@pytest.mark.parametrize(("most", "amount"), [("0.5", "0.5"), ("0.50009", "0.5"), ("2", "1")])
def test_the_venues_largest_amount_is_kept_in_steps(most: str, amount: str) -> None:
    assert order_amount(D(100), D(100), replace(MARKET, amount_max=D(most))) == D(amount)


@pytest.mark.parametrize(
    ("amount", "market", "small"),
    [
        ("0", {"cost_min": None}, True),
        ("0.0001", {"cost_min": None}, False),
        ("0.0009", {"cost_min": None, "amount_min": D("0.001")}, True),
        ("0.001", {"cost_min": None, "amount_min": D("0.001")}, False),
        ("0.0499", {}, True),
        ("0.05", {}, False),
    ],
)
def test_each_minimum_is_reached_exactly(
    amount: str, market: dict[str, D | None], *, small: bool
) -> None:
    changes: dict[str, Any] = dict(market)
    found = below_minimum(D(amount), D(100), replace(MARKET, **changes))
    assert (found is not None) == small


def test_below_a_minimum_says_what_is_asked() -> None:
    found = below_minimum(D("0.0123456"), D("99.99"), replace(MARKET, amount_min=D(1)))
    assert found is not None
    assert found.detail == {
        "amount": "0.0123456",
        "cost": "1.234436",
        "amount_min": "1",
        "cost_min": "5",
    }


steps = st.sampled_from([D("1E-8"), D("0.0001"), D("0.01"), D("0.05"), D(1)])
prices = st.one_of(
    st.sampled_from([D("0.017"), D("100.005"), D("63251.7")]),
    st.decimals("0.001", "200000", places=6, allow_nan=False, allow_infinity=False),
)


@given(prices, st.sampled_from([D(0), D("0.01"), D("0.05")]), steps)
def test_a_limit_is_the_highest_tick_within_the_collar(ask: D, collar: D, tick: D) -> None:
    limit = F(limit_price(ask, collar, replace(MARKET, price_step=tick)))
    highest = F(ask) * (1 + F(collar))
    assert limit % F(tick) == 0
    assert limit <= highest < limit + F(tick)


@given(
    st.decimals("0", "5000", places=8, allow_nan=False, allow_infinity=False),
    prices,
    steps,
    st.sampled_from([D(0), D("0.001"), D("0.026")]),
)
def test_an_amount_is_the_largest_whose_worst_case_fits(
    budget: D, limit: D, step: D, fee: D
) -> None:
    market = replace(MARKET, amount_step=step, taker_fee=fee)
    amount = order_amount(budget, limit, market)
    assert F(amount) % F(step) == 0
    assert F(worst_cost(amount, limit, market)) == F(amount) * F(limit) * (1 + F(fee))
    assert worst_cost(amount, limit, market) <= budget
    assert worst_cost(amount + step, limit, market) > budget


@given(prices, st.sampled_from(["0", "0.0049", "0.005", "0.0051", "0.1"]))
def test_spread_is_told_exactly_when_it_is_above_the_owners(ask: D, below: str) -> None:
    quote = Quote("BTC/USDT", ask * (1 - D(below)), ask, NOON, "test")
    rules = PriceRules(D(0), D("0.005"), timedelta(minutes=1))
    assert quote.bid is not None
    wide = (F(ask) - F(quote.bid)) * 2 > F("0.005") * (F(ask) + F(quote.bid))
    assert bool(objections(quote, rules, None)) == wide


def test_an_order_stays_below_the_venues_largest_cost() -> None:
    market = replace(MARKET, cost_max=D(50))
    limit = D(100)
    amount = order_amount(D(1000), limit, market)
    assert amount * limit <= D(50) < (amount + market.amount_step) * limit
