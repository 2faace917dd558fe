"""A reply to an order that is lost, late, impossible or doubled never leads to a second order."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.live.conftest import Live, Open

GHOST_SECONDS = 730  # the longest receive window, ten minutes, and a little


def test_a_request_lost_on_its_way_is_unknown_then_abandoned(live: Live) -> None:
    live.fault_on_order("close-before-reading", times=1)
    assert live.run().code == 80
    assert live.statuses == ["UNKNOWN"]
    assert live.run().code == 80
    live.later(GHOST_SECONDS)
    assert live.run().code == 80  # the first proof
    live.later(GHOST_SECONDS + 61)
    last = live.run()
    assert last.code == 0, last.out
    assert live.statuses == ["ABANDONED"]
    assert live.run().code == 0
    assert live.posts == 1
    assert live.server.orders() == []


def test_a_fill_whose_reply_was_lost_is_found_by_the_same_run(live: Live) -> None:
    live.fault_on_order("close", times=1)
    assert live.run().code == 0
    assert (live.statuses, live.posts, live.fills) == (["FILLED"], 1, 1)
    assert live.books_agree()


def test_a_fill_whose_reply_was_lost_is_found_by_the_next_run(live: Live) -> None:
    live.fault_on_order("close", times=1)
    live.fault_on_look_ups("close", after=WITNESS[live.case.name])
    assert live.run().code == 80
    assert (live.statuses, live.fills) == (["UNKNOWN"], 0)
    live.server.clear_faults()
    assert live.run().code == 0
    assert (live.statuses, live.posts) == (["FILLED"], 1)
    assert live.books_agree()


# How many order questions precede the send: the guard reads open orders, then the witness asks.
WITNESS = {"binance": 1, "kraken": 3, "coinbase": 2}


@pytest.mark.parametrize(
    ("name", "status"),
    [("binance", 500), ("binance", 502), ("binance", 524), ("kraken", 503), ("coinbase", 504)],
)
def test_a_server_error_after_execution_is_unknown_until_the_fill_is_found(
    opened: Open, name: str, status: int
) -> None:
    live = opened(name)
    live.fault_on_order("status", status=status, executed=True, times=1)
    live.fault_on_look_ups("status", status=status, after=WITNESS[live.case.name])
    assert live.run().code == 80
    assert live.statuses == ["UNKNOWN"]
    live.server.clear_faults()
    assert live.run().code == 0
    assert (live.statuses, live.posts) == (["FILLED"], 1)
    assert live.books_agree()


@pytest.mark.parametrize("code", ["-1000", "-1001", "-1006", "-1007"])
def test_binance_saying_that_it_does_not_know_proves_nothing(binance: Live, code: str) -> None:
    binance.fault_on_order("error", code=code, executed=True, times=1)
    binance.fault_on_look_ups("status", status=503, after=1)
    assert binance.run().code == 80
    binance.server.clear_faults()
    assert binance.run().code == 0
    assert (binance.statuses, binance.posts) == (["FILLED"], 1)


def test_a_connection_reset_after_the_body_is_unknown(live: Live) -> None:
    live.fault_on_order("reset", times=1)
    live.fault_on_look_ups("reset", after=WITNESS[live.case.name])
    assert live.run().code == 80
    assert live.statuses == ["UNKNOWN"]
    live.server.clear_faults()
    assert live.run().code == 0
    assert (live.posts, live.statuses) == (1, ["FILLED"])


def test_an_order_hidden_from_look_ups_is_found_once_it_shows(binance: Live) -> None:
    binance.fault_on_order("hidden", seconds=2, times=1)
    binance.fault_on_order("close", times=1)
    assert binance.run().code == 80
    binance.later(3)
    assert binance.run().code == 0
    assert (binance.posts, binance.statuses) == (1, ["FILLED"])


@pytest.mark.timeout(120)
def test_a_timeout_before_and_after_execution_is_one_order_at_most(opened: Open) -> None:
    before, after = opened("binance", "before"), opened("kraken", "after")
    before.fault_on_order("delay", when="never", seconds=35, times=1)
    after.fault_on_order("delay", when="before", seconds=35, times=1)
    with ThreadPoolExecutor(2) as pool:
        codes = list(pool.map(lambda one: one.run(timeout=100).code, (before, after)))
    assert codes == [80, 0]
    assert (before.statuses, before.posts) == (["UNKNOWN"], 1)
    assert (after.statuses, after.posts, after.fills) == (["FILLED"], 1, 1)


@pytest.mark.parametrize(("name", "status"), [("binance", 418), ("kraken", 429), ("coinbase", 429)])
def test_a_rate_limit_on_the_order_is_unknown_until_looked_up(
    opened: Open, name: str, status: int
) -> None:
    live = opened(name)
    live.fault_on_order("rate-limit", status=status, executed=True, times=1)
    live.fault_on_look_ups("rate-limit", status=status, after=WITNESS[live.case.name])
    assert live.run().code == 80
    assert live.statuses == ["UNKNOWN"]
    live.server.clear_faults()
    assert live.run().code == 0
    assert (live.posts, live.statuses) == (1, ["FILLED"])


def test_a_redirected_order_is_one_post_and_breaks_the_protocol(live: Live) -> None:
    live.fault_on_order("redirect", status=307)
    assert live.run().code == 76
    assert live.statuses == ["UNKNOWN"]
    assert live.run().code == 80
    assert live.posts == 1


@pytest.mark.parametrize(
    "kind", ["nan", "infinity", "overflow", "huge-int", "negative", "overfilled", "wrong-symbol"]
)
def test_an_impossible_reply_is_unknown_and_breaks_the_protocol(binance: Live, kind: str) -> None:
    binance.fault_on_order(kind, times=1)
    binance.fault_on_look_ups("close", after=1)
    first = binance.run()
    assert first.code == 76, first.out
    assert (binance.statuses, binance.fills) == (["UNKNOWN"], 0)
    binance.server.clear_faults()
    assert binance.run().code == 0
    assert (binance.posts, binance.statuses) == (1, ["FILLED"])
    assert binance.books_agree()


def test_an_impossible_outcome_is_never_believed(live: Live) -> None:
    live.server.fault((live.case.order_match[0], live.case.order_match[1]), "negative")
    live.fault_on_look_ups("negative")
    assert live.run().code in {76, 80}
    assert (live.posts, live.fills) == (1, 0)


@pytest.mark.parametrize("kind", ["truncated", "empty", "object", "list", "null", "html", "nul"])
def test_a_reply_that_says_nothing_is_settled_by_looking_up(binance: Live, kind: str) -> None:
    binance.fault_on_order(kind, times=1)
    assert binance.run().code == 0
    assert (binance.posts, binance.statuses) == (1, ["FILLED"])


def test_a_venue_that_takes_one_order_twice_is_told_and_both_count(live: Live) -> None:
    live.fault_on_order("duplicate", times=1)
    live.server.fault((live.case.order_match[0], live.case.order_match[1]), "close", times=1)
    found = live.run()
    assert found.code == 84, found.out
    assert live.posts == 1
    assert len(live.server.orders()) == 2
    assert live.fills == 2
    assert live.books_agree()
    spent = live.space.rows(
        "SELECT json_extract(body, '$.data.total') FROM journal WHERE kind = 'spent'"
    )
    assert len(spent) == 1
    assert live.space.call("audit", "verify").code == 0
    assert live.run().code == 0
    assert live.posts == 1


def test_a_twin_behind_a_clean_reply_is_found_by_a_later_run(live: Live) -> None:
    live.fault_on_order("duplicate", times=1)
    assert live.run().code in {0, 84}
    codes = {live.run().code, live.run().code}
    assert live.fills == 2
    assert live.books_agree()
    assert live.posts == 1
    assert codes <= {0, 84}
    assert live.space.call("audit", "verify").code == 0
