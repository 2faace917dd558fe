"""How large a tranche is: no unit of money appears or disappears on the way."""

# Decimal(100) equals 100, which the type checker does not know of tuples.
# mypy: disable-error-code="comparison-overlap"

from decimal import Decimal as D  # noqa: N817
from fractions import Fraction as F  # noqa: N817

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcaguard.core.sizing import (
    Sized,
    Stage,
    base_tranche,
    size,
    stage_multiplier,
    trim,
    value_averaging_tranche,
)

UNIT = D("0.00000001")


def sized(**parts: D) -> Sized:
    given = {
        "base": D(100),
        "multiplier": D(1),
        "share": D(1),
        "backlog": D(0),
        "carry": D(0),
        "catch_up_multiple": D(2),
    }
    return size(**(given | parts))


def test_a_weight_takes_its_part_rounded_down() -> None:
    assert base_tranche(D(250), D("0.7")) == D(175)
    assert base_tranche(D(100), D("0.333333333")) == D("33.33333330")


def test_tranches_of_all_weights_never_exceed_the_slot() -> None:
    weights = [D("0.333333333"), D("0.333333333"), D("0.333333334")]
    parts = [base_tranche(D("99.99"), weight) for weight in weights]
    assert D("99.99") - 3 * UNIT <= sum(parts) <= D("99.99")


@pytest.mark.parametrize(
    ("held", "tranche"),
    [("0", "200"), ("99.99", "200"), ("100.01", "199.99"), ("300", "0"), ("300.01", "0")],
)
def test_value_averaging_fills_the_gap_and_never_sells(held: str, tranche: str) -> None:
    assert value_averaging_tranche(D(300), D(held), D(200)) == D(tranche)


def test_value_averaging_rounds_the_gap_down() -> None:
    assert value_averaging_tranche(D(1), D("0.999999985"), D(1)) == D("0.00000001")


STAGES = [Stage(D("0.4"), D(2)), Stage(D("0.2"), D("1.5"))]


@pytest.mark.parametrize(
    ("drawdown", "multiplier"),
    [
        (None, "1"),
        ("0", "1"),
        ("0.199999999", "1"),
        ("0.2", "1.5"),
        ("0.399999999", "1.5"),
        ("0.4", "2"),
        ("1", "2"),
    ],
)
def test_the_deepest_stage_reached_counts_in_any_order(
    drawdown: str | None, multiplier: str
) -> None:
    known = None if drawdown is None else D(drawdown)
    assert stage_multiplier(STAGES, known) == D(multiplier)
    assert stage_multiplier(STAGES[::-1], known) == D(multiplier)


def test_a_deeper_stage_may_be_the_smaller_one() -> None:
    stages = [Stage(D("0.2"), D(3)), Stage(D("0.4"), D("0.5"))]
    assert stage_multiplier(stages, D("0.4")) == D("0.5")


def test_no_stages_multiply_by_one() -> None:
    assert stage_multiplier([], D("0.9")) == D(1)


def test_a_plain_tranche_is_bought_whole() -> None:
    assert sized() == Sized(D(100), D(100), D(0), D(0), D(0), D(0))
    assert sized().wanted == D(100)


def test_a_stage_is_an_extra_above_the_base() -> None:
    found = sized(multiplier=D("1.5"))
    assert (found.tranche, found.base_now, found.extra_now) == (D(150), D(100), D(50))


def test_a_stage_below_one_lowers_the_base_itself() -> None:
    found = sized(multiplier=D("0.5"))
    assert (found.tranche, found.base_now, found.extra_now) == (D(50), D(50), D(0))


def test_a_share_below_one_repays_no_backlog_by_a_hair() -> None:
    assert sized(share=D("0.99999999"), backlog=D(70)).from_backlog == D(0)
    assert sized(share=D(1), backlog=D(70)).from_backlog == D(70)


@pytest.mark.parametrize(
    ("multiple", "backlog", "repaid"),
    [("1", "70", "0"), ("1.5", "49.99", "49.99"), ("1.5", "50.01", "50"), ("2", "500", "100")],
)
def test_backlog_is_repaid_within_the_multiple_of_the_base(
    multiple: str, backlog: str, repaid: str
) -> None:
    found = sized(backlog=D(backlog), catch_up_multiple=D(multiple))
    assert found.from_backlog == D(repaid)
    assert found.wanted == D(100) + D(repaid)


def test_a_carry_is_used_in_the_share_that_is_let_through() -> None:
    assert sized(carry=D(3)).from_carry == D(3)
    assert sized(carry=D(3), share=D("0.5")).from_carry == D("1.5")
    assert sized(carry=D(3), share=D(0)).wanted == 0


def test_a_trim_takes_backlog_first_then_carry_then_the_stage() -> None:
    found = sized(multiplier=D("1.5"), backlog=D(20), carry=D(10))
    assert found.wanted == D(180)
    told = [
        (t.buy, t.from_backlog, t.from_carry, t.trimmed)
        for t in (trim(found, D(room)) for room in ("180", "179.99", "160", "155", "150", "100"))
    ]
    assert told == [
        (180, 20, 10, 0),
        (D("179.99"), D("19.99"), 10, D("0.01")),
        (160, 0, 10, 20),
        (155, 0, 5, 25),
        (150, 0, 0, 30),
        (100, 0, 0, 80),
    ]


def test_a_base_that_does_not_fit_is_a_bug_not_a_trim() -> None:
    with pytest.raises(AssertionError):
        trim(sized(), D("99.99"))


def amounts(most: str = "600") -> st.SearchStrategy[D]:
    edges = [D(0), UNIT, D("0.01"), D("99.99"), D(100), D("100.01")]
    wide = st.decimals("0", most, places=8, allow_nan=False, allow_infinity=False)
    return st.one_of(st.sampled_from(edges), wide)


def parts() -> st.SearchStrategy[dict[str, D]]:
    share = st.one_of(
        st.sampled_from([D(0), D(1), D("0.5"), D("0.99999999")]),
        st.decimals("0", "1", places=4, allow_nan=False, allow_infinity=False),
    )
    factor = st.sampled_from([D("0.5"), D(1), D("1.5"), D("2.37")])
    return st.fixed_dictionaries(
        {
            "base": amounts(),
            "multiplier": factor,
            "share": share,
            "backlog": amounts(),
            "carry": amounts("9"),
            "catch_up_multiple": st.sampled_from([D(1), D("1.5"), D(2), D(10)]),
        }
    )


@given(parts())
def test_what_is_planned_is_allowed_or_withheld_and_nothing_else(given: dict[str, D]) -> None:
    found = size(**given)
    allowed = found.wanted - found.from_backlog - found.from_carry
    assert found.tranche == allowed + found.withheld
    assert min(allowed, found.withheld, found.base_now, found.extra_now, found.wanted) >= 0
    exact = F(given["base"]) * F(given["multiplier"])
    assert 0 <= exact - F(found.tranche) < F(UNIT)
    assert 0 <= F(found.tranche) * F(given["share"]) - F(allowed) < F(UNIT)


@given(parts())
def test_remembered_money_is_never_used_beyond_what_there_is(given: dict[str, D]) -> None:
    found = size(**given)
    assert 0 <= found.from_backlog <= given["backlog"]
    assert 0 <= found.from_carry <= given["carry"]
    assert found.base_now <= given["base"]
    assert F(found.from_backlog) <= F(given["base"]) * (F(given["catch_up_multiple"]) - 1)
    if given["share"] < 1:
        assert found.from_backlog == 0
    else:
        assert found.from_carry == given["carry"]


@given(parts(), st.decimals("0", "1", places=4, allow_nan=False, allow_infinity=False))
def test_a_larger_share_never_buys_less_and_never_withholds_more(
    given: dict[str, D], other: D
) -> None:
    low, high = sorted((given["share"], other))
    less, more = size(**(given | {"share": low})), size(**(given | {"share": high}))
    assert less.wanted <= more.wanted
    assert less.base_now <= more.base_now
    assert less.withheld >= more.withheld


@given(parts(), amounts("900"))
def test_a_trim_spends_all_the_room_and_takes_only_from_the_extras(
    given: dict[str, D], over_base: D
) -> None:
    found = size(**given)
    room = found.base_now + over_base
    cut = trim(found, room)
    assert cut.buy == min(found.wanted, room)
    assert found.base_now <= cut.buy
    assert cut.buy + cut.trimmed == found.wanted
    assert 0 <= cut.from_backlog <= found.from_backlog
    assert 0 <= cut.from_carry <= found.from_carry
    kept = found.extra_now - found.from_backlog - found.from_carry  # the stage's own part
    off = (found.from_backlog - cut.from_backlog) + (found.from_carry - cut.from_carry)
    assert cut.trimmed - off <= kept
    if cut.from_backlog:
        assert cut.from_carry == found.from_carry  # the carry is touched after the backlog
    if cut.from_carry or cut.from_backlog:
        assert cut.trimmed == off  # the stage is touched last
