"""What one bought order asks of its venue is listed, and never more than this."""

import pytest

from tests.live.conftest import Live, Open

# In the order of the wire. A venue that fills in its reply needs no look-up after it.
BUYING: dict[str, tuple[str, ...]] = {
    "binance": (
        "balances GET /api/v3/account",
        "ticker GET /api/v3/ticker/24hr",
        "witness GET /api/v3/order",
        "order POST /api/v3/order",
    ),
    # Kraken lists open and closed orders apart, and trades apart from their order.
    "kraken": (
        "balances POST /0/private/BalanceEx",
        "ticker GET /0/public/Depth",
        "witness POST /0/private/OpenOrders",
        "witness POST /0/private/ClosedOrders",
        "order POST /0/private/AddOrder",
        "look-up POST /0/private/QueryOrders",
        "look-up POST /0/private/QueryTrades",
    ),
    "coinbase": (
        "balances GET /api/v3/brokerage/accounts",
        "ticker GET /api/v3/brokerage/market/product_book",
        "witness GET /api/v3/brokerage/orders/historical/batch",
        "order POST /api/v3/brokerage/orders",
        "look-up GET /api/v3/brokerage/orders/historical/ID",
        "look-up GET /api/v3/brokerage/orders/historical/fills",
    ),
}
# Twice: a clock that jumps between two questions is wrong, whatever it says.
CLOCK = {
    "binance": "GET /api/v3/time",
    "kraken": "GET /0/public/Time",
    "coinbase": "GET /api/v3/brokerage/time",
}
GUARD: dict[str, frozenset[str]] = {
    "binance": frozenset(
        {
            "GET /sapi/v1/asset/wallet/balance",
            "GET /sapi/v1/account/apiRestrictions",
            "GET /sapi/v1/margin/account",
            "GET /sapi/v1/margin/isolated/account",
            "GET /fapi/v3/account",
            "GET /dapi/v1/account",
            "GET /eapi/v1/position",
            "GET /sapi/v1/portfolio/account",
            "GET /sapi/v2/loan/flexible/ongoing/orders",
            "GET /sapi/v1/loan/ongoing/orders",
            "GET /sapi/v1/loan/vip/ongoing/orders",
            "POST /sapi/v1/asset/get-funding-asset",
            "GET /sapi/v1/simple-earn/locked/position",
        }
    ),
    "kraken": frozenset(
        {
            "POST /0/private/GetApiKeyInfo",
            "POST /0/private/TradeBalance",
            "POST /0/private/OpenPositions",
            "POST /0/private/OpenOrders",
        }
    ),
    "coinbase": frozenset(
        {
            "GET /api/v3/brokerage/key_permissions",
            "GET /api/v3/brokerage/cfm/positions",
            "GET /api/v3/brokerage/cfm/balance_summary",
            "GET /api/v3/brokerage/orders/historical/batch",
        }
    ),
}


def _asked(live: Live, since: int) -> list[str]:
    venue_ids = {one["order_id"] for one in live.server.orders()}
    rows = []
    for one in live.server.requests[since:]:
        head, _, last = one["path"].rpartition("/")
        path = f"{head}/ID" if last in venue_ids else one["path"]
        rows.append(f"{one['method']} {path}")
    return rows


@pytest.mark.parametrize("name", BUYING)
def test_a_bought_order_asks_for_no_more_than_this(opened: Open, name: str) -> None:
    live = opened(name)
    assert live.space.call("guard").code == 0  # the market list of the day is known from here on
    before = len(live.server.requests)
    assert live.run().code == 0
    assert (live.statuses, live.fills) == (["FILLED"], 1)
    asked = _asked(live, before)
    assert asked[:2] == [CLOCK[name]] * 2
    rest = asked[2:]
    for one in GUARD[name]:
        rest.remove(one)
    assert rest == [one.partition(" ")[2] for one in BUYING[name]]


def test_a_pass_with_nothing_due_and_nothing_open_asks_nothing(live: Live) -> None:
    for _ in range(2):  # the order; then once more after it, for a late fill
        assert live.run().code == 0
    before = len(live.server.requests)
    assert live.run().code == 0
    assert live.server.requests[before:] == []


def test_a_second_order_of_the_same_pass_shares_what_was_read(live: Live) -> None:
    space, before = live.space, len(live.server.requests)
    text = (space.folder / "strategies/plan.toml").read_text()
    space.write("strategies/second.toml", text.replace('name = "plan"', 'name = "second"'))
    assert space.call("arm", "second", "--yes").code == 0
    assert live.run().code == 0
    assert live.statuses == ["FILLED", "FILLED"]
    asked = _asked(live, before)
    shared = {CLOCK[live.case.name], *GUARD[live.case.name]} - _witnesses(live)
    shared |= {one.partition(" ")[2] for one in BUYING[live.case.name][:2]}
    assert {one: asked.count(one) for one in shared} == {
        one: 2 if one == CLOCK[live.case.name] else 1 for one in shared
    }


def _witnesses(live: Live) -> set[str]:
    rows = BUYING[live.case.name]
    return {one.partition(" ")[2] for one in rows if one.startswith("witness")}
