"""The purses: remembered money is taken out once and put back when nothing came of it."""

# Decimal(100) equals 100, which the type checker does not know of tuples.
# mypy: disable-error-code="comparison-overlap"

from decimal import Decimal as D  # noqa: N817
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcaguard.core.decide import Decision
from dcaguard.core.purse import (
    Purse,
    at_close,
    at_corrected,
    at_found,
    at_refused,
    at_sending,
    at_settled,
)
from dcaguard.core.reason import Verdict

HELD = Purse(D(70), D(3))


def bought(**parts: D) -> Decision:
    named: dict[str, Any] = {f"{name}_quote": value for name, value in parts.items()}
    sizes = {"tranche_quote": D(100), "buy_quote": D(100), "backlog_quote": D(0)}
    return Decision(Verdict.BUY, (), **({"withheld_quote": D(0)} | sizes | named))


def test_an_empty_purse_holds_nothing() -> None:
    assert Purse() == Purse(D(0), D(0))


def test_a_slot_that_ends_without_an_order_remembers_both_kinds() -> None:
    assert at_close(HELD, D(100), D("4.99")) == Purse(D(170), D("7.99"))
    assert at_close(HELD, D(0), D(0)) == HELD


def test_sending_takes_out_what_is_repaid_and_puts_in_what_is_withheld() -> None:
    repaying = bought(from_backlog=D(70), from_carry=D(3))
    assert at_sending(HELD, repaying) == Purse(D(0), D(0))
    half = bought(withheld=D(50), from_carry=D("1.5"))
    assert at_sending(HELD, half) == Purse(D(120), D("1.5"))


def test_sending_never_leaves_less_than_nothing() -> None:
    more = bought(from_backlog=D("70.01"), from_carry=D("3.01"), withheld=D(5))
    assert at_sending(HELD, more) == Purse(D(5), D(0))


@pytest.mark.parametrize(("spent", "carry"), [("100", "3"), ("99.99", "3.01"), ("100.01", "3")])
def test_what_an_order_did_not_spend_carries_and_an_excess_takes_nothing(
    spent: str, carry: str
) -> None:
    assert at_settled(HELD, D(100), D(spent)) == Purse(D(70), D(carry))


def test_a_refused_order_gives_back_what_it_would_have_repaid() -> None:
    assert at_refused(Purse(D(0), D(1)), D(70), D(2)) == HELD


@pytest.mark.parametrize(
    ("before", "after", "carry"),
    [
        ("90", "95", "8"),  # 10 were left over, 5 are
        ("90", "100", "3"),
        ("90", "120", "3"),  # never more than what was left over at first
        ("100", "120", "13"),
        ("110", "120", "13"),
        ("95", "90", "18"),
    ],
)
def test_a_cost_that_is_corrected_corrects_what_carries(
    before: str, after: str, carry: str
) -> None:
    assert at_corrected(Purse(D(70), D(13)), D(100), D(before), D(after)) == Purse(D(70), D(carry))


def test_a_correction_never_leaves_less_than_nothing() -> None:
    assert at_corrected(Purse(D(0), D("4.99")), D(100), D(90), D(95)) == Purse(D(0), D(0))


def test_an_order_found_at_the_venue_counts_as_if_it_had_just_been_sent() -> None:
    out = bought(from_backlog=D(70), from_carry=D(2), withheld=D(50))
    assert at_found(HELD, D(70), D(2), D(50)) == at_sending(HELD, out) == Purse(D(50), D(1))
    assert at_found(HELD, D("70.01"), D("3.01"), D(0)) == Purse(D(0), D(0))


@given(*[st.decimals("0", "500", places=8, allow_nan=False, allow_infinity=False)] * 4)
def test_sent_and_refused_is_as_if_nothing_had_happened_but_the_withheld(
    backlog: D, carry: D, repaid: D, withheld: D
) -> None:
    purse = Purse(backlog, carry)
    out = bought(from_backlog=min(repaid, backlog), from_carry=carry, withheld=withheld)
    again = at_refused(at_sending(purse, out), out.from_backlog_quote, out.from_carry_quote)
    assert again == Purse(backlog + withheld, carry)


@given(*[st.decimals("0", "500", places=8, allow_nan=False, allow_infinity=False)] * 4)
def test_a_bought_slot_neither_makes_nor_loses_money(
    backlog: D, carry: D, unspent: D, base: D
) -> None:
    """base + backlog + carry = spent + what the purses then hold."""
    buy = base + backlog + carry
    spent = max(buy - unspent, D(0))
    sent = at_sending(Purse(backlog, carry), bought(from_backlog=backlog, from_carry=carry))
    after = at_settled(sent, buy, spent)
    assert spent + after.backlog + after.carry == buy
