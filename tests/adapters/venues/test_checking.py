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
