"""What a venue says of an order is believed only when it can be true."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal as D  # noqa: N817

import pytest

from dcaguard.adapters.venues.orders.checking import ContradictionError, checked
from dcaguard.adapters.venues.orders.coinbase_words import refused_as
from dcaguard.core.order import Fill, Order, PlaceKind, Status, VenueReport

AT = datetime(2025, 3, 3, 8, tzinfo=UTC)
ID = "a" * 32
ORDER = Order(
    ID, "run", "plan", "slot", "BTC/USD", "main", "limit-ioc", D("0.002"), D(50500), D(102), AT
)
FILL = Fill("main", "BTC/USD", "T1", ID, "BUY", D("0.002"), D(50000), D(100), D("0.1"), "USD", AT)
SAID = VenueReport(ID, "V1", Status.FILLED, D("0.002"), D(100), (FILL,))


def test_an_order_that_is_called_rejected_has_traded_nothing() -> None:
    nothing = replace(SAID, status=Status.REJECTED, filled=D(0), cost=D(0), fills=())
    assert checked(ORDER, nothing).status is Status.REJECTED
    for fills in ((), (FILL,)):
        with pytest.raises(ContradictionError, match="although it traded"):
            checked(ORDER, replace(SAID, status=Status.REJECTED, fills=fills))
    with pytest.raises(ContradictionError):
        checked(ORDER, replace(nothing, fills=(FILL,)))


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("REJECT_REASON_INSUFFICIENT_FUNDS", PlaceKind.REJECTED_FUNDS),
        ("INSUFFICIENT_FUND", PlaceKind.REJECTED_FUNDS),
        ("REJECT_REASON_UNSPECIFIED", PlaceKind.REJECTED_OTHER),
        (None, PlaceKind.REJECTED_OTHER),
        (5, PlaceKind.REJECTED_OTHER),
    ],
)
def test_coinbase_tells_whether_funds_were_lacking(reason: object, kind: PlaceKind) -> None:
    assert refused_as({"reject_reason": reason}) is kind


def told(fill: Fill = FILL, **said: object) -> VenueReport:
    return replace(SAID, fills=(fill,), **said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("amount", "price", "cost"),
    [
        ("0.21804000", "6851.5", "1493.9"),  # as kraken told it: five digits of 1493.90106
        ("0.10000000", "71.05741", "7.105741"),
        ("0.00004999", "60010.1", "2.99990"),  # cut at 2.999904899
        ("0.00000001", "60010.1", "0.00060"),
        ("0.00000001", "10.1", "0.00000"),
        ("0.000297920684505", "21220.64", "6.3220675944333996"),  # as coinbase told it
    ],
)
def test_a_cost_is_rounded_as_its_venue_rounds_it(amount: str, price: str, cost: str) -> None:
    fill = replace(FILL, amount=D(amount), price=D(price), cost=D(cost), fee_amount=D(0))
    order = replace(ORDER, amount=D(amount), limit_price=D(price), max_quote=D(2000))
    said = VenueReport(ID, "V1", Status.FILLED, D(amount), D(cost) or D("0.00001"), (fill,))
    assert checked(order, said).fills_complete


@pytest.mark.parametrize(
    ("cost", "possible"),
    [
        *[(cost, True) for cost in ("100", "100.01", "99.99")],
        *[(cost, False) for cost in ("100.0101", "99.9899", "0.00200", "101")],
    ],
)
def test_a_trade_costs_its_price_times_its_amount(cost: str, *, possible: bool) -> None:
    said = told(replace(FILL, cost=D(cost)))
    if possible:
        assert checked(ORDER, said).fills == said.fills
    else:
        with pytest.raises(ContradictionError, match="does not cost its price"):
            checked(ORDER, said)


@pytest.mark.parametrize(("cost", "possible"), [("100.01", True), ("100.0201", False)])
def test_trades_cost_together_what_the_order_cost(cost: str, *, possible: bool) -> None:
    said = told(cost=D(cost))
    if possible:
        assert checked(ORDER, said).cost == D(cost)
    else:
        with pytest.raises(ContradictionError, match="not the order's cost"):
            checked(ORDER, said)


def test_a_trade_at_another_price_than_the_order_cost_is_a_contradiction() -> None:
    cheap = replace(FILL, price=D(1), cost=D("0.002"), fee_amount=D(0))
    with pytest.raises(ContradictionError, match="not the order's cost"):
        checked(ORDER, told(cheap))


def test_trades_that_are_not_all_told_cost_no_more_than_the_order() -> None:
    half = replace(FILL, amount=D("0.001"), cost=D(50), fee_amount=D(0))
    assert not checked(ORDER, told(half)).fills_complete
    with pytest.raises(ContradictionError, match="not the order's cost"):
        checked(ORDER, told(half, cost=D(40)))


@pytest.mark.parametrize(("cost", "possible"), [("101", True), ("101.02", False)])
def test_an_order_costs_no_more_than_its_limit_allows(cost: str, *, possible: bool) -> None:
    found = replace(ORDER, max_quote=D(10**6))  # of another machine: only its own limit bounds it
    said = replace(SAID, cost=D(cost), fills=())
    if possible:
        assert checked(found, said).cost == D(cost)
    else:
        with pytest.raises(ContradictionError, match="limit allows"):
            checked(found, said)


@pytest.mark.parametrize(
    ("fee", "asset", "possible"),
    [
        ("1.97", "USD", True),  # above what was planned: it was paid, so it is written down
        ("5", "USD", True),
        ("5.001", "USD", False),
        ("900000", "USD", False),
        ("0.0001", "BTC", True),
        ("0.000111", "BTC", False),
        ("0.002", "BTC", False),
        ("7", "BNB", True),  # what it is worth is not told here
    ],
)
def test_fees_are_a_share_of_what_was_traded(fee: str, asset: str, *, possible: bool) -> None:
    said = told(replace(FILL, fee_amount=D(fee), fee_currency=asset))
    if possible:
        assert checked(ORDER, said).fills == said.fills
    else:
        with pytest.raises(ContradictionError, match=f"fees in {asset}"):
            checked(ORDER, said)
