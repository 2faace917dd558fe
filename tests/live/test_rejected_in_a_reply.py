"""An order that its venue calls rejected is over when it traded nothing, and unknown when it did.

Such a status is a venue's word and no proof: what shows later all the same is written down.
"""

from typing import Any

import pytest

from tests.live.conftest import Live, Open

NOTHING = {
    "binance": {
        "status": '"REJECTED"',
        "executedQty": '"0"',
        "cummulativeQuoteQty": '"0"',
        "fills": "[]",
    },
    "coinbase": {"status": '"FAILED"', "filled_size": '"0"', "filled_value": '"0"'},
}
DAY_SECONDS = 86400
FUNDS = {"reject_reason": '"REJECT_REASON_INSUFFICIENT_FUNDS"'}
CALLED = {name: {"status": fields["status"]} for name, fields in NOTHING.items()}


def _told(live: Live, fields: dict[str, str], *, later: bool = False, **how: Any) -> None:
    """Have the venue tell an order like this: where its outcome is told first, or in look-ups."""
    told_in_reply = live.case.name == "binance" and not later
    match = (
        live.case.order_match if told_in_reply else ("GET", r"/(order|allOrders|historical/.*)$")
    )
    live.server.fault(match, "field", fields=fields, **how)


@pytest.mark.parametrize("name", NOTHING)
def test_a_rejection_in_a_reply_ends_the_slot_and_is_told(opened: Open, name: str) -> None:
    live = opened(name)
    _told(live, NOTHING[name])
    first = live.run()
    assert first.code == 76, first.out
    assert live.statuses == ["REJECTED"]
    _told(live, NOTHING[name], later=True)
    (error,) = first.json["errors"]
    assert "refused" in error["message"]
    assert live.space.call("audit", "verify").code == 0
    assert live.run().code == 0
    assert (live.posts, live.fills) == (1, 0)


def test_a_rejection_in_a_reply_for_lack_of_funds_is_a_limit(opened: Open) -> None:
    live = opened("coinbase")
    _told(live, NOTHING["coinbase"] | FUNDS)
    assert live.run().code == 81
    assert (live.statuses, live.posts) == (["REJECTED"], 1)


@pytest.mark.parametrize("name", NOTHING)
def test_a_fill_of_a_rejected_order_is_recorded_when_it_shows(opened: Open, name: str) -> None:
    live = opened(name)
    _told(live, NOTHING[name])  # while in truth it traded
    assert live.run().code == 76
    live.server.clear_faults()
    found = live.run()
    assert found.code == 0, found.out
    assert "a late fill is recorded" in found.json["notes"][-1]
    assert (live.statuses, live.posts) == (["FILLED"], 1)
    assert live.books_agree()
    assert live.space.call("audit", "verify").code == 0


def test_a_rejected_order_that_is_shown_with_fills_counts_and_blocks_until_it_is_told_truly(
    opened: Open,
) -> None:
    live = opened("binance", price='staleness = "3d"\n', caps="order_max = 100\nmonth_max = 150\n")
    _told(live, NOTHING["binance"])
    assert live.run().code == 76
    live.server.clear_faults()
    _told(live, CALLED["binance"], later=True)
    found = live.run()
    assert found.code == 80, found.out
    (error,) = found.json["errors"]
    assert error["exit"] == 76
    assert "although it traded" in error["message"]
    assert live.statuses == ["UNKNOWN"]
    (month,) = [
        cap for cap in live.space.call("status", "--json").json["caps"] if cap["cap"] == "month_max"
    ]
    assert float(month["used"]) > 99
    live.later(DAY_SECONDS)
    (held,) = live.run().json["decisions"]
    assert held["verdict"] == "WAIT"
    assert "ORDER_UNRESOLVED" in [reason["code"] for reason in held["reasons"]]
    asked = live.space.call("resolve", live.order_id, "--json")
    assert (asked.code, live.posts) == (80, 1)
    live.server.clear_faults()
    assert live.space.call("resolve", live.order_id).code == 0
    assert (live.statuses, live.books_agree()) == (["FILLED"], True)
    assert live.space.call("audit", "verify").code == 0


def test_a_rejection_in_doubt_does_not_leave_its_carried_money_to_be_spent_twice(
    opened: Open,
) -> None:
    live = opened("binance", price='staleness = "3d"\n')
    live.fault_on_order("partial", share=0.0)
    assert live.run().code == 0
    live.server.clear_faults()
    live.later(DAY_SECONDS)
    _told(live, NOTHING["binance"])  # the order that repays what was carried
    assert live.run().code == 76
    assert _carried(live) == 100
    live.server.clear_faults()
    _told(live, CALLED["binance"], later=True)
    assert live.run().code == 80
    assert _carried(live) == 0
    live.server.clear_faults()
    assert live.run().code == 0
    assert live.statuses == ["PARTIAL_CLOSED", "FILLED"]
    assert _carried(live) < 5


def _carried(live: Live) -> float:
    (strategy,) = live.space.call("status", "--json").json["strategies"]
    return float(strategy["purses"][0]["carry_quote"])


@pytest.mark.parametrize("name", CALLED)
def test_a_rejection_that_traded_is_unknown_until_it_is_told_truly(opened: Open, name: str) -> None:
    live = opened(name)
    _told(live, CALLED[name])
    _told(live, CALLED[name], later=True)
    first = live.run()
    assert first.code == 76, first.out
    assert (live.statuses, live.fills) == (["UNKNOWN"], 0)
    assert live.run().code == 80
    live.server.clear_faults()
    assert live.run().code == 0
    assert (live.statuses, live.posts) == (["FILLED"], 1)
    assert live.books_agree()


@pytest.mark.parametrize("name", NOTHING)
def test_a_lost_order_that_is_found_rejected_is_told(opened: Open, name: str) -> None:
    live = opened(name)
    live.fault_on_order("close", times=1)
    live.fault_on_look_ups("close", after=2)
    assert live.run().code == 80
    live.server.clear_faults()
    _told(live, NOTHING[name], later=True)
    found = live.run()
    assert found.code == 76, found.out
    assert "refused" in found.json["errors"][0]["message"]
    assert (live.statuses, live.posts) == (["REJECTED"], 1)


def test_an_order_of_another_machine_that_was_rejected_is_told_and_not_sent(opened: Open) -> None:
    live = opened("binance")
    journal = live.space.journal.read_bytes() if live.space.journal.exists() else None
    assert live.run().code == 0
    live.space.journal.unlink()
    (live.space.folder / "dcaguard.head").unlink()
    if journal is not None:
        live.space.journal.write_bytes(journal)
    assert live.space.call("arm", "plan", "--yes").code == 0
    _told(live, NOTHING["binance"], later=True)
    found = live.run()
    assert found.code == 76, found.out
    assert (live.statuses, live.posts) == (["REJECTED"], 1)
    assert live.space.call("audit", "verify").code == 0
