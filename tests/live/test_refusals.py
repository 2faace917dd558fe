"""What a venue refuses or leaves unanswered ends the slot or keeps it open; nothing repeats."""

import json

import pytest

from tests.live.conftest import Live, Open
from tests.venues.wire.cases import PUBLIC_PATHS


def test_a_proved_lack_of_funds_is_a_limit_and_the_slot_is_over(live: Live) -> None:
    # The balance read says enough; by the time the order arrives it is gone.
    live.fault_on_order("error", code=NO_FUNDS[live.case.name], times=1)
    first = live.run()
    assert first.code == 81, first.out
    assert live.statuses == ["REJECTED"]
    assert live.run().code == 0
    assert live.posts == 1


NO_FUNDS = {
    "binance": "-2010",
    "kraken": "EOrder:Insufficient funds",
    "coinbase": "funds",
}


def test_a_filter_failure_breaks_the_protocol_and_the_slot_is_over(live: Live) -> None:
    live.fault_on_order("error", code=FILTER[live.case.name], times=1)
    first = live.run()
    assert first.code == 76, first.out
    assert live.statuses == ["REJECTED"]
    assert live.run().code == 0
    assert live.posts == 1


FILTER = {
    "binance": "-1013",
    "kraken": "EOrder:Order minimum not met",
    "coinbase": "amount-step",
}


@pytest.mark.parametrize("status", [429, 418])
def test_a_rate_limit_on_the_witness_sends_nothing_and_keeps_the_slot(
    binance: Live, status: int
) -> None:
    binance.server.fault(("GET", r"/api/v3/order$"), "rate-limit", status=status, times=1)
    assert binance.run().code == 75
    assert (binance.statuses, binance.posts) == (["INTENT"], 0)
    binance.server.book("BTC/USDT", [["40000", "1"]], [["40010", "1"]])
    assert binance.run().code == 0
    assert (binance.statuses, binance.posts) == (["FILLED"], 1)
    assert binance.server.orders()[0]["price"] == "40410.1"  # today's price, not the first one's


def test_a_silent_witness_sends_nothing_and_keeps_the_slot(live: Live) -> None:
    live.fault_on_look_ups("close", after=GUARD[live.case.name], times=2)
    assert live.run().code in {69, 75}
    assert (live.statuses, live.posts) == (["INTENT"], 0)
    live.server.clear_faults()
    assert live.run().code == 0
    assert (live.statuses, live.posts) == (["FILLED"], 1)


GUARD = {"binance": 0, "kraken": 1, "coinbase": 1}  # order questions that the guard asks first


def test_a_rate_limit_on_a_look_up_leaves_the_order_unknown(binance: Live) -> None:
    binance.fault_on_order("close", times=1)
    binance.fault_on_look_ups("rate-limit", status=429, after=1)
    assert binance.run().code == 80
    assert binance.run().code == 80
    assert (binance.statuses, binance.posts) == (["UNKNOWN"], 1)


def test_maintenance_sends_nothing(live: Live) -> None:
    live.server.maintenance()
    found = live.run()
    assert found.code == 69, found.out
    assert (live.statuses, live.posts) == ([], 0)
    live.server.maintenance(on=False)
    assert live.run().code == 0
    assert live.posts == 1


def test_a_maintenance_page_is_no_answer(binance: Live) -> None:
    binance.server.fault((".*", "."), "status", status=503, body="<html>back soon</html>")
    assert binance.run().code == 69
    assert binance.posts == 0


def test_a_closed_port_sends_nothing(live: Live) -> None:
    live.server.stop()
    assert live.run().code == 69
    assert live.posts == 0
    live.server.start()
    assert live.run().code == 0
    assert live.posts == 1


@pytest.mark.parametrize("seconds", [5, -5, 90])
def test_a_clock_that_differs_from_the_venues_sends_nothing(binance: Live, seconds: float) -> None:
    binance.server.clock_offset(seconds)
    assert binance.run().code == 75
    assert binance.posts == 0


def test_a_venue_clock_that_jumps_between_calls_sends_nothing(live: Live) -> None:
    live.server.clock_offset(0, 5)
    assert live.run().code == 75
    assert live.posts == 0


def test_a_clock_that_ran_backwards_sends_nothing(binance: Live) -> None:
    binance.later(3600)
    assert binance.run().code == 0
    binance.later(0)
    assert binance.run().code == 75
    assert binance.posts == 1


@pytest.mark.parametrize("kind", ["market"])
def test_an_order_type_that_the_venue_path_lacks_is_refused_in_words(
    opened: Open, kind: str
) -> None:
    live = opened("binance", plan=f'[order]\ntype = "{kind}"\n')
    found = live.run()
    assert found.code == 78
    assert "limit-ioc" in found.out
    assert (live.statuses, live.posts) == ([], 0)


def test_a_sandbox_account_buys_on_the_test_network(opened: Open) -> None:
    live = opened("binance", arm=False)
    config = (live.space.folder / "config.toml").read_text()
    config = config.replace("live = true", "live = true\nsandbox = true")
    live.space.write("config.toml", config)
    # The test network has spot alone: a person vouches for the wallets that it does not show.
    checks = live.space.call("guard", "--json").json["accounts"][0]["checks"]
    dark = {f"main:{one['wallet']}" for one in checks if one["result"] == "CANNOT_TELL"}
    accepted = f"[policy.leverage]\naccept_cannot_tell = {json.dumps(sorted(dark))}"
    live.space.write("config.toml", config.replace("[policy.leverage]", accepted))
    assert live.space.call("arm", "plan", "--yes").code == 0
    found = live.run()
    assert found.code == 0, found.out
    assert (live.statuses, live.posts) == (["FILLED"], 1)


def test_a_slow_venue_is_no_price_from_the_future(binance: Live) -> None:
    binance.server.fault(("GET", "/sapi/v1/account/apiRestrictions$"), "delay", seconds=6)
    assert binance.run().code == 0
    assert binance.posts == 1


def test_what_is_called_first_is_the_clock(live: Live) -> None:
    before = len(live.server.requests)
    assert live.run().code == 0
    asked = [(q["method"], q["path"]) for q in live.server.requests[before:]]
    assert (
        asked[0][1].startswith(PUBLIC_PATHS[live.case.name].rsplit("/", 1)[0])
        or "ime" in asked[0][1]
    )
    # Clock twice, markets, guard, book, witness, the order, and at most two questions about it.
    at = next(i for i, row in enumerate(asked) if row == ("POST", live.server.ORDER_POST))
    assert len(asked) - at - 1 <= 2, asked[at:]
