"""Fills that contradict their order's own cost are not written down; the true ones are, later."""

import pytest

from tests.live.conftest import Live, Open

TRADES = {"binance": r"/myTrades$", "kraken": "/QueryTrades$", "coinbase": "/historical/fills$"}
CHEAP = {  # a price that the order's cost contradicts
    "binance": {"price": '"1"'},
    "kraken": {"price": '"1.0"', "cost": '"0.00197"'},
    "coinbase": {"price": '"1"'},
}
DEAR = {  # a fee that nobody can have paid, in quote
    "binance": {"commission": '"900000"', "commissionAsset": '"USDT"'},
    "kraken": {"fee": '"900000"'},
    "coinbase": {"commission": '"900000"'},
}


def _tell(live: Live, fields: dict[str, str]) -> None:
    if live.case.name == "binance":
        live.fault_on_order("field", fields=fields)
    live.server.fault((".*", TRADES[live.case.name]), "field", fields=fields)


@pytest.mark.parametrize("fields", [CHEAP, DEAR], ids=["prices", "fees"])
def test_contradictory_trades_are_unknown_until_they_are_told_truly(
    live: Live, fields: dict[str, dict[str, str]]
) -> None:
    _tell(live, fields[live.case.name])
    first = live.run()
    assert first.code == 76, first.out
    assert (live.statuses, live.fills) == (["UNKNOWN"], 0)
    live.server.clear_faults()
    assert live.run().code == 0
    assert (live.statuses, live.posts) == (["FILLED"], 1)
    assert live.books_agree()


def test_a_fee_above_the_planned_one_is_written_down(opened: Open) -> None:
    live = opened("binance")
    live.server.fees(taker="0.02", asset="quote")
    assert live.run().code == 0
    assert live.statuses == ["FILLED"]
    assert live.space.rows("SELECT fee_amount FROM fills") == [("1.97",)]
    assert live.books_agree()
