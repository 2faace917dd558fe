"""Exact decimals: no digit is lost, and every rounding has a direction."""

# Decimal(100) equals 100, which the type checker does not know of tuples.
# mypy: disable-error-code="comparison-overlap"

from decimal import ROUND_DOWN
from decimal import Decimal as D  # noqa: N817
from fractions import Fraction as F  # noqa: N817

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcaguard.core.money import (
    cents,
    money,
    parse_decimal,
    plain,
    quotient,
    round_down,
    round_up,
    rounded,
    times,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.50", "1.50"),
        (" 2 ", "2"),
        ("-3e2", "-300"),
        (7, "7"),
        (D("0.1"), "0.1"),
        ("1e20", "1e20"),
    ],
)
def test_a_number_is_read_exactly(text: object, value: str) -> None:
    assert parse_decimal(text) == D(value)


@pytest.mark.parametrize(
    "text",
    ["", " ", "abc", "1,5", "NaN", "sNaN", "Infinity", "-inf", "1e21", "1e400", "1e-31", "0x1",
     "1" * 41, 0.1, True, None, [], b"1", "1 2"],
)  # fmt: skip
def test_what_is_no_real_number_is_unknown(text: object) -> None:
    assert parse_decimal(text) is None


def test_the_finest_and_longest_real_numbers_are_read() -> None:
    assert parse_decimal("1e-30") == D("1e-30")
    assert parse_decimal("1." + "1" * 29) == D("1." + "1" * 29)
    assert parse_decimal("0e-30") == 0


@pytest.mark.parametrize(
    ("value", "text"),
    [("1E+3", "1000"), ("1.500", "1.5"), ("-0", "0"), ("0.00", "0"), ("-0.00", "0"), ("100", "100"),
     ("1E-8", "0.00000001"), ("-2.50", "-2.5")],
)  # fmt: skip
def test_equal_numbers_have_one_spelling(value: str, text: str) -> None:
    assert plain(D(value)) == text


@pytest.mark.parametrize(
    ("value", "text"), [("250", "250.00"), ("0.5", "0.50"), ("1.005", "1.005"), ("0", "0.00")]
)
def test_people_see_at_least_two_places(value: str, text: str) -> None:
    assert money(D(value)) == text


@pytest.mark.parametrize(
    ("value", "step", "low", "high"),
    [("1.009", "0.01", "1.00", "1.01"), ("1.00", "0.01", "1.00", "1.00"), ("7", "5", "5", "10"),
     ("0.0000000049", "0.00000001", "0", "0.00000001"), ("0.3", "0.1", "0.3", "0.3")],
)  # fmt: skip
def test_rounding_goes_the_way_it_is_called(value: str, step: str, low: str, high: str) -> None:
    assert round_down(D(value), D(step)) == D(low)
    assert round_up(D(value), D(step)) == D(high)


numbers = st.decimals("0", "1e12", places=12, allow_nan=False, allow_infinity=False)
steps = st.sampled_from([D("1E-8"), D("0.01"), D("0.05"), D("0.125"), D(3)])


@given(numbers, steps)
def test_both_roundings_hold_the_number_between_two_neighbouring_steps(value: D, step: D) -> None:
    low, high = F(round_down(value, step)), F(round_up(value, step))
    assert low % F(step) == high % F(step) == 0
    assert low <= F(value) <= high
    assert high - low in {0, F(step)}


@given(numbers, numbers)
def test_a_product_is_exact_where_the_default_context_would_round(left: D, right: D) -> None:
    assert F(times(left, right)) == F(left) * F(right)


@given(numbers, numbers.filter(bool))
def test_a_quotient_is_right_to_sixty_digits(left: D, right: D) -> None:
    exact = F(left) / F(right)
    assert abs(F(quotient(left, right)) - exact) <= exact / 10**59


@given(st.decimals(allow_nan=False, allow_infinity=False, places=20, min_value=-(10**15),
                   max_value=10**15))  # fmt: skip
def test_the_one_spelling_reads_back_as_the_same_number(value: D) -> None:
    assert parse_decimal(plain(value)) == value
    assert plain(D(f"{value:f}00")) == plain(value)


@pytest.mark.parametrize("value", ["1E+90", "123456789012345678901234567890.129"])
def test_a_number_of_any_size_is_rounded_for_people(value: str) -> None:
    assert rounded(D(value), D("0.01"), ROUND_DOWN) <= D(value)
    assert cents(D(value)).partition(".")[2] in {"00", "12"}
