"""What a plan came to, beside plain DCA that began with the same money."""

from decimal import Decimal as D  # noqa: N817
from fractions import Fraction as F  # noqa: N817

from hypothesis import given
from hypothesis import strategies as st

from dcaguard.core.performance import Bought, Outcome, difference, outcome, plain_buy

TWO = (Bought(D(100), D("0.5")), Bought(D(50), D("0.5")))


def test_units_spent_average_and_wealth_add_up() -> None:
    assert outcome(TWO, D(300), D(200)) == Outcome(D(150), D("1.0"), D(150), D(350))


def test_nothing_bought_has_no_average_and_keeps_the_money() -> None:
    assert outcome((), D(300), D(200)) == Outcome(D(0), D(0), None, D(300))


def test_plain_dca_pays_its_fee_out_of_the_tranche() -> None:
    bought = plain_buy(D("100.1"), D(100), D("0.001"))
    assert bought == Bought(D("100.1"), D(1))


def test_the_difference_is_a_share_of_the_other() -> None:
    ours, other = outcome(TWO, D(300), D(250)), outcome((), D(320), D(200))
    assert difference(ours, other) == D("0.25")
    assert difference(other, ours) == D("-0.2")
    assert difference(ours, ours) == 0


money = st.decimals("0.01", "100000", places=2, allow_nan=False, allow_infinity=False)


@given(st.lists(st.tuples(money, money), min_size=1, max_size=8), money, money)
def test_wealth_is_coins_at_the_last_price_and_money_not_spent(
    rows: list[tuple[D, D]], start: D, last: D
) -> None:
    found = outcome([Bought(spent, units) for spent, units in rows], start, last)
    spent, units = sum(F(s) for s, _ in rows), sum(F(u) for _, u in rows)
    assert F(found.terminal_wealth) == units * F(last) + F(start) - spent
    assert found.average_cost is not None
    assert abs(F(found.average_cost) * units - spent) < F(1, 10**30)


@given(money, money, st.sampled_from([D(0), D("0.001"), D("0.05")]))
def test_a_plain_buys_units_cost_its_tranche_again(tranche: D, ask: D, fee: D) -> None:
    units = plain_buy(tranche, ask, fee).units
    assert abs(F(units) * F(ask) * (1 + F(fee)) - F(tranche)) < F(1, 10**30)
