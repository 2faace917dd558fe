"""`resolve` shows what the venue says, and gives up only what nothing speaks for."""

import json
import uuid
from decimal import Decimal as D  # noqa: N817

from tests.live.conftest import Live, Open
from tests.live.test_lost_replies import GHOST_SECONDS, WITNESS


def _lost(live: Live) -> str:
    live.fault_on_order("close-before-reading", times=1)
    assert live.run().code == 80
    return live.order_id


def test_resolve_shows_the_evidence_and_keeps_the_order(live: Live) -> None:
    found = live.space.call("resolve", _lost(live)[:8], "--json")
    assert found.code == 80
    assert found.json["evidence"]
    assert found.json["order"]["status"] == "UNKNOWN"


def test_giving_up_too_early_is_refused(live: Live) -> None:
    found = live.space.call("resolve", _lost(live), "--abandon", "--json")
    assert found.code == 80
    assert "too early" in found.json["message"]
    assert live.statuses == ["UNKNOWN"]


def test_giving_up_by_a_clock_that_is_not_the_venues_is_refused(opened: Open) -> None:
    live = opened("kraken")
    order = _lost(live)
    live.space.live_later(GHOST_SECONDS + 300)  # ours alone: the request may still arrive
    found = live.space.call("resolve", order, "--abandon", "--json")
    assert found.code == 75
    assert "clock" in found.json["message"]
    assert live.statuses == ["UNKNOWN"]


def test_giving_up_is_refused_while_the_venue_is_silent(live: Live) -> None:
    order = _lost(live)
    live.later(GHOST_SECONDS)
    live.fault_on_look_ups("close")
    assert live.space.call("resolve", order, "--abandon").code == 80
    assert live.statuses == ["UNKNOWN"]


def test_giving_up_is_refused_when_the_order_shows(live: Live) -> None:
    live.fault_on_order("close", times=1)
    live.fault_on_look_ups("close", after=WITNESS[live.case.name])
    assert live.run().code == 80
    live.server.clear_faults()
    found = live.space.call("resolve", live.order_id, "--abandon", "--json")
    assert found.json["order"]["status"] == "FILLED"
    assert "not given up" in found.json["message"]
    assert live.books_agree()


NO_ORDERS = {  # a list that lacks the order whose trade is told elsewhere
    "binance": ("/api/v3/allOrders$", "[]"),
    "kraken": ("/ClosedOrders$", '{"error":[],"result":{"closed":{},"count":0}}'),
    "coinbase": ("/historical/batch$", '{"orders":[],"has_next":false,"cursor":""}'),
}


def test_giving_up_is_refused_when_a_trade_speaks_against_it(live: Live) -> None:
    order = _lost(live)
    live.server.foreign_trade(live.case.symbol, "buy", "0.001", "50000")
    path, body = NO_ORDERS[live.case.name]
    live.server.fault((".*", path), "status", status=200, body=body)
    live.later(GHOST_SECONDS)
    found = live.space.call("resolve", order, "--abandon", "--json")
    assert found.code == 80, found.out
    assert live.statuses == ["UNKNOWN"]


def test_giving_up_is_refused_when_the_balance_speaks_against_it(live: Live) -> None:
    order = _lost(live)
    # Neither orders nor trades show it, but quote went and base came.
    live.server.fund("spot", live.case.quote, "900")
    live.server.fund("spot", "BTC", "0.002")
    live.later(GHOST_SECONDS)
    found = live.space.call("resolve", order, "--abandon", "--json")
    assert found.code == 80, found.out
    assert "balance" in found.json["message"]
    assert live.statuses == ["UNKNOWN"]


def test_a_deposit_does_not_hide_what_an_execution_brought(live: Live) -> None:
    """The cash that was paid in the same hour covers what was paid out; the coin is there."""
    order = _lost(live)
    live.server.fund("spot", live.case.quote, "5000")
    live.server.fund("spot", "BTC", "0.0001")
    live.later(GHOST_SECONDS)
    found = live.space.call("resolve", order, "--abandon", "--json")
    assert found.code == 80, found.out
    assert live.statuses == ["UNKNOWN"]


def test_a_trace_of_interest_is_no_sign_of_an_execution(live: Live) -> None:
    order = _lost(live)
    live.server.fund("spot", "BTC", "0.00000002")
    live.later(GHOST_SECONDS)
    assert live.space.call("resolve", order, "--abandon").code == 0
    assert live.statuses == ["ABANDONED"]


def test_cash_taken_out_meanwhile_is_no_sign_of_an_execution(live: Live) -> None:
    order = _lost(live)
    live.server.fund("spot", live.case.quote, "500")
    live.later(GHOST_SECONDS)
    found = live.space.call("resolve", order, "--abandon", "--json")
    assert (found.code, live.statuses) == (0, ["ABANDONED"]), found.out


def test_an_absent_order_is_given_up_and_its_slot_is_not_sent_again(opened: Open) -> None:
    for name in ("binance", "kraken", "coinbase"):
        live = opened(name, folder=name)
        order = _lost(live)
        live.later(GHOST_SECONDS)
        found = live.space.call("resolve", order, "--abandon")
        assert (found.code, live.statuses) == (0, ["ABANDONED"]), found.out + found.err
        assert live.run().code == 0
        assert live.posts == 1


def test_an_order_given_up_that_shows_after_all_is_recorded(live: Live) -> None:
    order = _lost(live)
    live.later(GHOST_SECONDS)
    assert live.space.call("resolve", order, "--abandon").code == 0
    ghost = live.server.foreign_trade(live.case.symbol, "buy", "0.00196", "50000")
    shown = live.server.ledger.orders[ghost]
    shown.client_id = order if live.case.name == "binance" else str(uuid.UUID(hex=order))
    config = {"sor_limit_ioc": {"base_size": "0.00196", "limit_price": "50000"}}
    shown.flags = json.dumps(config) if live.case.name == "coinbase" else "fciq"
    found = live.run()
    assert found.code == 0, found.out
    assert (live.statuses, live.fills) == (["FILLED"], 1)
    assert "a late fill is recorded" in found.out
    assert live.books_agree()
    assert live.space.call("audit", "verify").code == 0


def test_an_order_given_up_that_shows_what_can_not_be_is_in_doubt_again(live: Live) -> None:
    """It would count nothing while its venue holds something under its id."""
    order = _lost(live)
    live.later(GHOST_SECONDS)
    assert live.space.call("resolve", order, "--abandon").code == 0
    ghost = live.server.foreign_trade(live.case.symbol, "buy", "0.5", "50000")
    shown = live.server.ledger.orders[ghost]
    shown.client_id = order if live.case.name == "binance" else str(uuid.UUID(hex=order))
    config = {"sor_limit_ioc": {"base_size": "0.00196", "limit_price": "50000"}}
    shown.flags = json.dumps(config) if live.case.name == "coinbase" else "fciq"
    shown.amount = D("0.00196")  # and more of it was executed
    assert live.run().code == 80
    assert live.statuses == ["UNKNOWN"]


def test_a_person_says_one_thing_of_an_order(live: Live) -> None:
    order = _lost(live)
    both = live.space.call("resolve", order, "--abandon", "--as-bought")
    assert both.code == 2
    assert "name one" in both.err
    assert live.statuses == ["UNKNOWN"]


def test_an_order_that_nothing_can_tell_of_counts_as_bought_by_a_persons_word(live: Live) -> None:
    order = _lost(live)
    found = live.space.call("resolve", order, "--as-bought", "--json")
    assert (found.code, live.statuses) == (0, ["PARTIAL_CLOSED"]), found.out
    assert "counted as bought, by a person" in found.json["message"]
    (trade,) = live.space.call("audit", "trades", "--json").json["trades"]
    assert trade["counted_as_bought"] is True
    shown = live.space.call("resolve", order)
    assert "counted as bought, by a person" in shown.out
    assert live.run().code == 0
    assert live.posts == 1
    assert live.space.call("audit", "verify").code == 0


def test_resolve_of_a_settled_order_shows_its_fills(live: Live) -> None:
    assert live.run().code == 0
    found = live.space.call("resolve", live.order_id, "--json")
    assert found.code == 0
    assert any(line.startswith("fill ") for line in found.json["evidence"])


def test_an_order_that_nobody_knows_is_no_input(live: Live) -> None:
    assert live.space.call("resolve", "abcdef").code == 66
    assert live.space.call("resolve", "ab").code == 2
