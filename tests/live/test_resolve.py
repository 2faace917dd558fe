"""`resolve` shows what the venue says, and gives up only what nothing speaks for."""

from tests.live.conftest import Live, Open
from tests.live.test_lost_replies import GHOST_SECONDS


def _lost(live: Live) -> str:
    live.fault_on_order("close-before-reading", times=1)
    assert live.run().code == 80
    return live.order_id


def test_resolve_shows_the_evidence_and_keeps_the_order(live: Live) -> None:
    found = live.space.call("resolve", _lost(live)[:8], "--json")
    assert found.code == 80
    assert found.json["evidence"]
    assert found.json["order"]["status"] == "UNKNOWN"


def test_giving_up_too_early_is_refused(binance: Live) -> None:
    found = binance.space.call("resolve", _lost(binance), "--abandon", "--json")
    assert found.code == 80
    assert "too early" in found.json["message"]
    assert binance.statuses == ["UNKNOWN"]


def test_giving_up_is_refused_while_the_venue_is_silent(binance: Live) -> None:
    order = _lost(binance)
    binance.later(GHOST_SECONDS)
    binance.fault_on_look_ups("close")
    assert binance.space.call("resolve", order, "--abandon").code == 80
    assert binance.statuses == ["UNKNOWN"]


def test_giving_up_is_refused_when_the_order_shows(binance: Live) -> None:
    binance.fault_on_order("close", times=1)
    binance.fault_on_look_ups("close", after=1)
    assert binance.run().code == 80
    binance.server.clear_faults()
    found = binance.space.call("resolve", binance.order_id, "--abandon", "--json")
    assert found.json["order"]["status"] == "FILLED"
    assert "not given up" in found.json["message"]
    assert binance.books_agree()


def test_giving_up_is_refused_when_a_trade_speaks_against_it(binance: Live) -> None:
    order = _lost(binance)
    binance.server.foreign_trade("BTC/USDT", "buy", "0.001", "50000")
    binance.server.fault(("GET", "/api/v3/allOrders$"), "status", status=200, body="[]")
    binance.later(GHOST_SECONDS)
    found = binance.space.call("resolve", order, "--abandon", "--json")
    assert found.code == 80, found.out
    assert binance.statuses == ["UNKNOWN"]


def test_giving_up_is_refused_when_the_balance_speaks_against_it(binance: Live) -> None:
    order = _lost(binance)
    # Neither orders nor trades show it, but quote went and base came.
    binance.server.fund("spot", "USDT", "900")
    binance.server.fund("spot", "BTC", "0.002")
    binance.later(GHOST_SECONDS)
    found = binance.space.call("resolve", order, "--abandon", "--json")
    assert found.code == 80, found.out
    assert "balance" in found.json["message"]
    assert binance.statuses == ["UNKNOWN"]


def test_cash_taken_out_meanwhile_is_no_sign_of_an_execution(binance: Live) -> None:
    order = _lost(binance)
    binance.server.fund("spot", "USDT", "500")
    binance.later(GHOST_SECONDS)
    found = binance.space.call("resolve", order, "--abandon", "--json")
    assert (found.code, binance.statuses) == (0, ["ABANDONED"]), found.out


def test_an_absent_order_is_given_up_and_its_slot_is_not_sent_again(opened: Open) -> None:
    for name in ("binance", "kraken", "coinbase"):
        live = opened(name, folder=name)
        order = _lost(live)
        live.later(GHOST_SECONDS)
        found = live.space.call("resolve", order, "--abandon")
        assert (found.code, live.statuses) == (0, ["ABANDONED"]), found.out + found.err
        assert live.run().code == 0
        assert live.posts == 1


def test_an_order_given_up_that_shows_after_all_is_recorded(binance: Live) -> None:
    order = _lost(binance)
    binance.later(GHOST_SECONDS)
    assert binance.space.call("resolve", order, "--abandon").code == 0
    ghost = binance.server.foreign_trade("BTC/USDT", "buy", "0.00197", "50000")
    binance.server.ledger.orders[ghost].client_id = order
    found = binance.run()
    assert found.code == 0, found.out
    assert (binance.statuses, binance.fills) == (["FILLED"], 1)
    assert binance.books_agree()
    assert binance.space.call("audit", "verify").code == 0


def test_resolve_of_a_settled_order_shows_its_fills(binance: Live) -> None:
    assert binance.run().code == 0
    found = binance.space.call("resolve", binance.order_id, "--json")
    assert found.code == 0
    assert any(line.startswith("fill ") for line in found.json["evidence"])


def test_an_order_that_nobody_knows_is_no_input(binance: Live) -> None:
    assert binance.space.call("resolve", "abcdef").code == 66
    assert binance.space.call("resolve", "ab").code == 2
