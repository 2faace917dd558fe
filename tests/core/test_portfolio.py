"""What is held and owed: an asset without a price counts zero, a debt without one is told."""

# Decimal(100) equals 100, which the type checker does not know of tuples.
# mypy: disable-error-code="comparison-overlap"

from datetime import UTC, datetime
from decimal import Decimal as D  # noqa: N817
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dcaguard.core.account import AccountView, Holding
from dcaguard.core.portfolio import build, distinct_views, par_prices, spendable

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
PRICES = {"USDT": D(1), "BTC": D(100), "ETH": D(10)}


def holding(asset: str, total: Any, *, debt: Any = 0, free: Any = None, **more: Any) -> Holding:
    whole = D(total)
    spare = whole if free is None else D(free)
    return Holding(more.pop("wallet", "spot"), asset, spare, whole - spare, whole, D(debt), **more)


def view(account: str, *holdings: Holding, key: str = "") -> AccountView:
    return AccountView(account, "kraken", NOON, holdings, (), (), key)


def test_nav_is_what_is_held_minus_what_is_owed() -> None:
    found = build([view("a", holding("USDT", 50), holding("BTC", 2, debt="0.5"))], {}, PRICES)
    assert (found.gross_base, found.nav_base) == (D(250), D(200))
    assert found.leverage == D("1.25")
    assert found.asset_value_base == {"USDT": 50, "BTC": 200}
    assert found.account_value_base == {"a": 250}


def test_a_negative_balance_is_owed() -> None:
    found = build([view("a", holding("USDT", -50), holding("BTC", 2))], {}, PRICES)
    assert (found.gross_base, found.nav_base) == (D(200), D(150))


def test_leverage_means_nothing_without_a_positive_nav() -> None:
    assert build([], {}, PRICES).leverage is None
    assert build([view("a", holding("USDT", 10, debt=10))], {}, PRICES).leverage is None


def test_coins_kept_elsewhere_count_and_can_not_be_spent() -> None:
    found = build([view("a", holding("BTC", 1))], {"cold": {"BTC": D("0.5")}}, PRICES)
    assert found.nav_base == D(150)
    assert found.asset_value_base == {"BTC": D(150)}
    assert found.account_value_base == {"a": D(100), "cold": D(50)}
    assert [row.holding.spendable for row in found.valued] == [True, False]
    assert [row.holding.used for row in found.valued] == [0, 0]


def test_a_nav_below_one_is_positive() -> None:
    assert build([view("a", holding("USDT", "0.5"))], {}, PRICES).leverage == 1


def test_an_asset_without_a_price_counts_zero_and_is_named() -> None:
    found = build([view("a", holding("DUST", 7), holding("BTC", 1), holding("NIL", 0))], {}, PRICES)
    assert (found.nav_base, found.unpriced, found.unpriced_debt) == (D(100), ("DUST",), ())
    assert found.valued[0].value_base is None


def test_a_debt_without_a_price_is_named_and_does_not_pass_for_none() -> None:
    found = build([view("a", holding("DUST", 0, debt=7))], {}, PRICES)
    assert (found.unpriced, found.unpriced_debt) == ((), ("DUST",))


def test_one_key_under_two_names_is_one_account() -> None:
    first, again = view("a", holding("BTC", 1), key="k"), view("b", holding("BTC", 1), key="k")
    other = view("c", holding("BTC", 1), key="other")
    assert distinct_views([first, again, other]) == (first, other)
    assert build([first, again, other], {}, PRICES).nav_base == D(200)


def test_accounts_without_a_fingerprint_are_never_taken_for_each_other() -> None:
    assert len(distinct_views([view("a"), view("b")])) == 2


def test_coins_at_par_have_the_dollars_price() -> None:
    assert par_prices({"BTC": D(9)}, "USD", ["USDT"]) == {"BTC": 9, "USD": 1, "USDT": 1}
    assert par_prices({"USD": D("0.9")}, "EUR", ["USDT"]) == {
        "USD": D("0.9"),
        "EUR": 1,
        "USDT": D("0.9"),
    }


def test_without_the_dollars_price_a_coin_at_par_has_none() -> None:
    assert par_prices({}, "EUR", ["USDT"]) == {"EUR": 1}


def test_what_is_locked_lent_or_elsewhere_can_not_be_spent() -> None:
    rows = (
        holding("USDT", 100, free=60),
        holding("USDT", 40, wallet="funding"),
        holding("USDT", 30, spendable=False),
        holding("BTC", 1),
    )
    assert spendable(view("a", *rows), "USDT") == D(100)


def test_a_missing_row_is_zero_only_when_the_venue_listed_something() -> None:
    assert spendable(view("a", holding("BTC", 1)), "USDT") == 0
    assert spendable(view("a"), "USDT") is None
    assert spendable(view("a", holding("USDT", 5, spendable=False)), "USDT") == 0


amounts = st.decimals("-9", "99", places=4, allow_nan=False, allow_infinity=False)
rows = st.lists(
    st.builds(
        lambda asset, total, debt: holding(asset, total, debt=abs(debt)),
        st.sampled_from(["USDT", "BTC", "ETH", "DUST"]),
        amounts,
        amounts,
    ),
    max_size=5,
)


@given(rows, rows)
def test_the_parts_add_up_to_the_whole(one: list[Holding], two: list[Holding]) -> None:
    found = build([view("a", *one), view("b", *two)], {}, PRICES)
    value = sum((h.total * PRICES.get(h.asset, D(0)) for h in (*one, *two)), D(0))
    owed = sum((h.debt * PRICES.get(h.asset, D(0)) for h in (*one, *two)), D(0))
    assert found.nav_base == value - owed
    assert sum(found.asset_value_base.values()) == sum(found.account_value_base.values()) == value
    assert found.gross_base >= max(value, D(0))
    assert build([view("b", *two), view("a", *one)], {}, PRICES).nav_base == found.nav_base
