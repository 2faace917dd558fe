"""A reply to an order that is lost, late, impossible or doubled never leads to a second order."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.live.conftest import LOOK_UPS, Live, Open

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


@pytest.mark.parametrize("status", [500, 502, 503, 504, 524])
def test_a_server_error_after_execution_is_unknown_until_the_fill_is_found(
    live: Live, status: int
) -> None:
    live.fault_on_order("status", status=status, executed=True, times=1)
    live.fault_on_look_ups("status", status=status, after=WITNESS[live.case.name])
    assert live.run().code == 80
    assert live.statuses == ["UNKNOWN"]
    live.server.clear_faults()
    assert live.run().code == 0
    assert (live.statuses, live.posts) == (["FILLED"], 1)
    assert live.books_agree()


# In each venue's own words: the order may well have been taken.
DOES_NOT_KNOW = [
    *[("binance", code) for code in ("-1000", "-1001", "-1006", "-1007", "-1008")],
    *[("kraken", f"EService:{word}") for word in ("Timeout", "Unavailable", "Busy")],
    *[("kraken", word) for word in ("EGeneral:Internal error", "EOrder:Duplicate client order id")],
    *[("coinbase", word) for word in ("INTERNAL", "UNAVAILABLE", "DEADLINE_EXCEEDED", "UNKNOWN")],
    ("coinbase", "a reason that nobody knows"),  # 200, success false, UNKNOWN_FAILURE_REASON
]


@pytest.mark.parametrize(("name", "code"), DOES_NOT_KNOW)
def test_a_venue_saying_that_it_does_not_know_proves_nothing(
    opened: Open, name: str, code: str
) -> None:
    live = opened(name)
    live.fault_on_order("error", code=code, executed=True, times=1)
    live.fault_on_look_ups("status", status=503, after=WITNESS[name])
    assert live.run().code == 80
    assert live.statuses == ["UNKNOWN"]
    live.server.clear_faults()
    assert live.run().code == 0
    assert (live.statuses, live.posts) == (["FILLED"], 1)
    assert live.books_agree()


def test_a_connection_reset_after_the_body_is_unknown(live: Live) -> None:
    live.fault_on_order("reset", times=1)
    live.fault_on_look_ups("reset", after=WITNESS[live.case.name])
    assert live.run().code == 80
    assert live.statuses == ["UNKNOWN"]
    live.server.clear_faults()
    assert live.run().code == 0
    assert (live.posts, live.statuses) == (1, ["FILLED"])


def test_an_order_hidden_from_look_ups_is_found_once_it_shows(live: Live) -> None:
    live.fault_on_order("hidden", seconds=60, times=1)
    live.fault_on_order("close", times=1)
    assert live.run().code == 80
    live.later(61)
    assert live.run().code == 0
    assert (live.posts, live.statuses) == (1, ["FILLED"])


def test_a_timeout_before_and_after_execution_is_one_order_at_most(opened: Open) -> None:
    before = [opened(name, f"{name}-before") for name in WITNESS]
    after = [opened(name, f"{name}-after") for name in WITNESS]
    for live in before:
        live.fault_on_order("delay", when="never", seconds=35, times=1)
    for live in after:
        live.fault_on_order("delay", when="before", seconds=35, times=1)
    with ThreadPoolExecutor(6) as pool:  # each waits half a minute
        codes = list(pool.map(lambda one: one.run(timeout=240).code, before + after))
    assert codes == [80, 80, 80, 0, 0, 0]
    assert [(one.statuses, one.posts) for one in before] == [(["UNKNOWN"], 1)] * 3
    assert [(one.statuses, one.posts, one.fills) for one in after] == [(["FILLED"], 1, 1)] * 3


@pytest.mark.parametrize("status", [418, 429])
def test_a_rate_limit_on_the_order_is_unknown_until_looked_up(live: Live, status: int) -> None:
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


IMPOSSIBLE: dict[str, dict[str, str]] = {  # kind of fault -> the raw tokens it writes, by role
    **{kind: {} for kind in ("nan", "infinity", "overflow", "huge-int", "negative", "overfilled")},
    **{kind: {} for kind in ("wrong-symbol", "wrong-side")},
    "a word": {"filled": '"lots"', "cost": '"plenty"'},
    "a truth": {"filled": "true", "cost": "true"},
    "an object": {"filled": '{"value": "0.002"}', "cost": "[100]"},
}


def _spoil(live: Live, match: tuple[str, str], kind: str, **how: int) -> None:
    """Write impossible values into what a venue says, under the names it uses itself."""
    tokens = IMPOSSIBLE[kind]
    names = {name: tokens[role] for role in tokens for name in live.server.FIELDS[role]}
    live.server.fault(match, "field" if names else kind, fields=names, **how)


@pytest.mark.parametrize("kind", IMPOSSIBLE)
def test_an_impossible_reply_is_unknown_and_breaks_the_protocol(live: Live, kind: str) -> None:
    # Only binance tells the fill in its reply; the others tell it when they are asked.
    name = live.case.name
    _spoil(live, live.case.order_match, kind)
    _spoil(live, (".*", LOOK_UPS[name]), kind, after=WITNESS[name])
    first = live.run()
    assert first.code == 76, first.out
    assert (live.statuses, live.fills, live.posts) == (["UNKNOWN"], 0, 1)
    live.server.clear_faults()
    assert live.run().code == 0
    assert (live.posts, live.statuses) == (1, ["FILLED"])
    assert live.books_agree()


def test_an_impossible_outcome_is_never_believed(live: Live) -> None:
    live.server.fault((live.case.order_match[0], live.case.order_match[1]), "negative")
    live.fault_on_look_ups("negative")
    assert live.run().code in {76, 80}
    assert (live.posts, live.fills) == (1, 0)


@pytest.mark.parametrize("kind", ["truncated", "empty", "object", "list", "null", "html", "nul"])
def test_a_reply_that_says_nothing_is_settled_by_looking_up(live: Live, kind: str) -> None:
    live.fault_on_order(kind, times=1)
    assert live.run().code == 0
    assert (live.posts, live.statuses) == (1, ["FILLED"])


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
        "SELECT json_extract(body, '$.data.by_payer') FROM journal "
        "WHERE kind = 'spent' AND subject LIKE 'plan|/%'"
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
