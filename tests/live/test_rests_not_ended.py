"""An order that rests is never forgotten: what keeps it from being asked or cancelled is told."""

from collections.abc import Callable

import pytest

from tests.live.conftest import Live, Open
from tests.live.workspace import account_text

RESTING = '[order]\ntype = "post-only"\nttl = "PT2H"\nfallback = "limit-ioc"\n'
WITHIN, BEYOND, NEXT_DAY = 60, 3 * 3600, 25 * 3600
PAPER = '[accounts.main]\nexchange = "paper"\nbalances = { USDT = "1000" }\nprices = "series"\n'


def _lookups_fail(live: Live) -> None:
    live.fault_on_look_ups("status", status=500)


def _key_is_revoked(live: Live) -> None:
    live.server.make_credentials()


def _leads_elsewhere(live: Live) -> None:
    config = live.space.folder / "config.toml"
    main = account_text("main", "binance", live.server.base_url)
    live.space.write("config.toml", config.read_text().replace(main, PAPER))


def _cancel_fails(live: Live) -> None:
    live.server.fault(("DELETE", "/api/v3/order$"), "status", status=500)


Block = Callable[[Live], None]
IN_THE_WAY: dict[Block, int] = {
    _lookups_fail: 69,
    _key_is_revoked: 69,
    _leads_elsewhere: 80,
    _cancel_fails: 0,
}


def _resting(opened: Open) -> Live:
    live = opened("binance", plan=RESTING, price='staleness = "3d"\n')
    assert live.run().code == 0
    assert live.statuses == ["OPEN"]
    return live


@pytest.mark.parametrize("block", IN_THE_WAY)
def test_an_order_that_can_not_be_asked_for_or_cancelled_is_told_and_nothing_rests_beside_it(
    opened: Open, block: Block
) -> None:
    live = _resting(opened)
    block(live)
    live.later(WITHIN)
    found = live.run()
    assert found.code == IN_THE_WAY[block], found.out
    told = [error["message"] for error in found.json["errors"]]
    assert all("rests at the venue and could not be asked for" in one for one in told)
    assert len(told) == (0 if block is _cancel_fails else 1)
    for seconds in (BEYOND, NEXT_DAY):
        live.later(seconds)
        found = live.run()
        assert found.code == 80, found.out
        assert "should rest no longer" in found.json["errors"][0]["message"]
    (decided,) = found.json["decisions"]
    assert "ORDER_UNRESOLVED" in [reason["code"] for reason in decided["reasons"]]
    assert (live.statuses, live.posts) == (["OPEN"], 1)


def test_an_order_whose_cancel_failed_ends_with_the_next_that_works(opened: Open) -> None:
    live = _resting(opened)
    _cancel_fails(live)
    assert live.space.call("halt", "--reason", "sell").code == 0
    found = live.run()
    assert found.code == 80, found.out
    live.server.clear_faults()
    assert live.run().code == 82
    assert live.statuses == ["PARTIAL_CLOSED"]


def test_a_rehearsal_is_not_stopped_by_what_the_run_itself_would_cancel(opened: Open) -> None:
    live = _resting(opened)
    live.later(NEXT_DAY)
    found = live.run("--dry-run")
    assert (found.code, found.json["decisions"][0]["verdict"]) == (0, "BUY"), found.out


def test_status_lists_what_rests(opened: Open) -> None:
    live = _resting(opened)
    (order,) = live.space.call("status", "--json").json["resting"]
    assert (order["client_order_id"], order["status"]) == (live.order_id, "OPEN")
    assert f"order {live.order_id} (main BTC/USDT): rests since" in live.space.call("status").out


def test_resolve_does_not_say_that_an_order_rests_that_it_could_not_ask_for(opened: Open) -> None:
    live = _resting(opened)
    _lookups_fail(live)
    told = live.space.call("resolve", live.order_id, "--json")
    assert told.code == 69, told.out
    assert "could not be asked for" in told.json["message"]
