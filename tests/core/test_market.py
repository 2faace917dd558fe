"""Markets and quotes are values: frozen, equal by content, unknown where the venue said nothing."""

from dataclasses import FrozenInstanceError, replace
from decimal import Decimal as D  # noqa: N817

import pytest

from dcaguard.core.market import Market, Quote
from tests.core.situated import MARKET, NOON, QUOTE


@pytest.mark.parametrize(("value", "field"), [(MARKET, "active"), (QUOTE, "ask")])
def test_a_value_is_never_changed_in_place(value: Market | Quote, field: str) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(value, field, None)
    assert replace(value) == value


def test_a_market_is_no_leveraged_token_unless_it_is_said() -> None:
    assert not MARKET.leveraged_token


def test_how_much_is_on_offer_is_unknown_unless_it_is_told() -> None:
    assert Quote("BTC/USDT", D(1), D(2), NOON, "x").ask_amount is None
