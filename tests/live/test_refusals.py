"""What a venue refuses or leaves unanswered ends the slot or keeps it open; nothing repeats."""

from decimal import Decimal

import pytest

from tests.live.conftest import Live, Open
from tests.live.test_lost_replies import WITNESS
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
    live: Live, status: int
) -> None:
    after = GUARD[live.case.name]
    live.fault_on_look_ups("rate-limit", status=status, seconds=17, after=after, times=1)
    assert live.run().code == 75
    assert (live.statuses, live.posts) == (["INTENT"], 0)
    live.server.book(live.case.symbol, [["40000", "1"]], [["40010", "1"]])
    assert live.run().code == 0
    assert (live.statuses, live.posts) == (["FILLED"], 1)
    # Today's price, not the first one's.
    assert Decimal(live.server.orders()[0]["price"]) == Decimal("40410.1")


@pytest.mark.parametrize("code", ["EAPI:Rate limit exceeded", "EGeneral:Temporary lockout"])
def test_a_rate_limit_in_krakens_own_words_keeps_the_slot(opened: Open, code: str) -> None:
    live = opened("kraken")
    live.fault_on_look_ups("error", code=code, after=GUARD["kraken"], times=1)
    assert live.run().code == 75
    assert (live.statuses, live.posts) == (["INTENT"], 0)
    assert live.run().code == 0
    assert (live.statuses, live.posts) == (["FILLED"], 1)


def test_a_silent_witness_sends_nothing_and_keeps_the_slot(live: Live) -> None:
    live.fault_on_look_ups("close", after=GUARD[live.case.name], times=2)
    assert live.run().code in {69, 75}
    assert (live.statuses, live.posts) == (["INTENT"], 0)
    live.server.clear_faults()
    assert live.run().code == 0
    assert (live.statuses, live.posts) == (["FILLED"], 1)


GUARD = {"binance": 0, "kraken": 1, "coinbase": 1}  # order questions that the guard asks first


def test_a_rate_limit_on_a_look_up_leaves_the_order_unknown(live: Live) -> None:
    live.fault_on_order("close", times=1)
    live.fault_on_look_ups("rate-limit", status=429, after=WITNESS[live.case.name])
    assert live.run().code == 80
    assert live.run().code == 80
    assert (live.statuses, live.posts) == (["UNKNOWN"], 1)


def test_maintenance_sends_nothing(live: Live) -> None:
    live.server.maintenance()
    found = live.run()
    assert found.code == 69, found.out
    assert (live.statuses, live.posts) == ([], 0)
    live.server.maintenance(on=False)
    assert live.run().code == 0
    assert live.posts == 1


def test_a_maintenance_page_is_no_answer(live: Live) -> None:
    live.server.fault((".*", "."), "status", status=503, body="<html>back soon</html>")
    assert live.run().code == 69
    assert live.posts == 0


def test_a_closed_port_sends_nothing(live: Live) -> None:
    live.server.stop()
    assert live.run().code == 69
    assert live.posts == 0
    live.server.start()
    assert live.run().code == 0
    assert live.posts == 1


@pytest.mark.parametrize("seconds", [5, -5])
def test_a_clock_that_differs_from_the_venues_sends_nothing(live: Live, seconds: float) -> None:
    live.server.clock_offset(seconds)
    assert live.run().code == 75
    assert (live.posts, live.statuses) == (0, [])


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


def test_an_order_without_a_price_limit_is_refused_in_words(opened: Open) -> None:
    live = opened("binance", arm=False, plan='[order]\ntype = "market"\n')
    for words in (("arm", "plan", "--yes"), ("run",)):
        found = live.space.call(*words)
        assert found.code == 78
        assert "limit-ioc" in found.out + found.err
    assert (live.statuses, live.posts) == ([], 0)


# The hosts of the test network, answered for on this machine.
TEST_NETWORK = """
from dcaguard.adapters.venues import hosts, loader
inner = loader._enter_sandbox
def enter(exchange, exchange_id):
    inner(exchange, exchange_id)
    api = exchange.urls["api"]
    assert "testnet.binance.vision" in api["private"]
    moved = lambda url: url.replace("https://testnet.binance.vision", {where!r})
    exchange.urls["api"] = {{group: moved(url) for group, url in api.items()}}
loader._enter_sandbox = enter
loader.refuse_strange_hosts = lambda *_: None
"""


def _sandbox(live: Live, *, base_url: bool) -> None:
    config = (live.space.folder / "config.toml").read_text()
    config = config.replace("live = true", "live = true\nsandbox = true")
    if not base_url:
        config = "".join(x for x in config.splitlines(keepends=True) if "base_url" not in x)
        live.space.patch("sandbox", TEST_NETWORK.format(where=live.server.base_url))
    live.space.write("config.toml", config)
    assert live.space.call("arm", "plan", "--yes").code == 0


def test_a_sandbox_account_buys_on_the_test_network(opened: Open) -> None:
    live = opened("binance", arm=False)
    _sandbox(live, base_url=False)
    found = live.run()
    assert found.code == 0, found.out
    assert (live.statuses, live.posts) == (["FILLED"], 1)
    # What the test network lacks is told, and nothing is asked of it.
    checks = live.space.call("guard", "--json").json["accounts"][0]["checks"]
    told = {one["wallet"]: one for one in checks if one["result"] == "NOT_COVERED"}
    assert {"margin", "isolated", "options", "usdm", "coinm", "key"} <= set(told)
    assert "no such product" in told["margin"]["evidence"][0]["value"]
    assert "another login" in told["usdm"]["evidence"][0]["value"]
    assert {one["path"][:8] for one in live.server.requests} == {"/api/v3/"}


def test_a_debt_on_a_sandbox_account_with_a_base_url_is_still_found(opened: Open) -> None:
    live = opened("binance", arm=False)  # a base_url may lead to real money
    _sandbox(live, base_url=True)
    live.server.debt("margin", "USDT", 1)
    assert live.run().code == 77
    assert live.posts == 0
    live.server.account.debts.clear()
    assert live.run().code == 0
    assert live.posts == 1


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
