"""A person's stop and a gate's pause reach orders that stand at the venue already."""

import shutil
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.live.conftest import Live, Open
from tests.live.workspace import Workspace, account_text, keys_text, strategy_text
from tests.venues.wire import KrakenWire

RESTING = '[order]\ntype = "post-only"\nttl = "10m"\nfallback = "limit-ioc"\n'
HOUR = 3600


def resting(opened: Open, name: str, **parts: str) -> Live:
    """Return an account on which a post-only order has begun to rest."""
    live = opened(name, plan=RESTING, **parts)
    assert live.run().code == 0
    assert live.statuses == ["OPEN"]
    return live


def edit(live: Live, old: str, new: str) -> None:
    config = live.space.folder / "config.toml"
    text = config.read_text()
    assert old in text
    config.write_text(text.replace(old, new, 1))


def test_a_halt_cancels_what_rests_before_its_time_is_over(opened: Open) -> None:
    live = resting(opened, "binance")
    assert live.space.call("halt").code == 0
    assert live.run().code == 82
    assert live.statuses == ["PARTIAL_CLOSED"]
    live.server.book(live.case.symbol, [["49900", "1"]], [["49980", "1"]])
    assert live.run().code == 82
    assert (live.server.trades(), live.posts) == ([], 1)


# Where a person's edit falls: before SENDING is asked for, and right before the order leaves.
EDITS = {"while it is written down": "_sent", "after SENDING was committed": "at_sending"}


@pytest.mark.parametrize("file", ["config.toml", "strategies/plan.toml"])
@pytest.mark.parametrize("moment", EDITS)
def test_an_edit_while_a_run_is_at_work_stops_it(opened: Open, moment: str, file: str) -> None:
    live = opened("binance")
    name = EDITS[moment]
    live.space.patch(
        "edit",
        f"from dcaguard.app import act\ninner = act.{name}\n"
        f"def edited(*words):\n    open({file!r}, 'a').write('# a word more\\n')\n"
        f"    return inner(*words)\nact.{name} = edited\n",
    )
    found = live.run()
    assert found.code == 82, found.out
    assert live.posts == 0
    told = found.json["decisions"][0]["reasons"][0]["detail"]["reason"]
    assert told == f"{file.rpartition('/')[2]} was changed while this run was at work: run again"
    live.space.unpatch("edit")


def test_an_edit_while_a_run_is_at_work_cancels_nothing_that_rests(opened: Open) -> None:
    live = resting(opened, "binance")
    live.space.patch(
        "edit",
        "from dcaguard.app import recover\ninner = recover.drop_orphans\n"
        "def edited(run):\n    open('strategies/plan.toml', 'a').write('# a word more\\n')\n"
        "    return inner(run)\nrecover.drop_orphans = edited\n",
    )
    found = live.run()
    assert found.code == 82, found.out
    (note,) = [one for one in found.json["notes"] if "changed" in one]
    assert note.endswith("plan.toml was changed while this run was at work: run again")
    assert "resume" not in note
    live.space.unpatch("edit")
    assert live.run().code == 0
    assert (live.statuses, live.posts) == (["OPEN"], 1)


def test_a_gate_that_closes_cancels_what_rests_and_carries_the_money(opened: Open) -> None:
    live = resting(opened, "binance", gate="enabled = true")
    now = datetime.now(UTC).replace(microsecond=0)
    seen = (now - timedelta(minutes=1)).isoformat()
    live.space.write("peg.csv", f"as_of,value,observed_at\n{seen},0.9,{seen}\n")
    assert live.space.call("signals", "import", "peg.USDT", "peg.csv").code == 0
    assert live.run().code == 0
    assert (live.statuses, live.posts) == (["PARTIAL_CLOSED"], 1)
    assert [order["status"] for order in live.server.orders()] == ["canceled"]


@pytest.mark.parametrize("name", ["binance", "kraken", "coinbase"])
def test_an_account_that_is_no_longer_live_has_its_real_order_cancelled(
    opened: Open, name: str
) -> None:
    live = resting(opened, name)
    edit(live, "live = true", "live = false")
    live.later(HOUR)
    assert live.run().code == 0
    assert live.statuses == ["PARTIAL_CLOSED"]
    assert [order["status"] for order in live.server.orders()] == ["canceled"]
    assert live.posts == 1


WOULD_TAKE: dict[str, tuple[str, dict[str, Any]]] = {
    "binance": (
        "status",
        {"status": 400, "body": '{"code":-2010,"msg":"Order would immediately match and take."}'},
    ),
    "kraken": ("error", {"code": "EOrder:Post only order"}),
    "coinbase": ("error", {"code": "would-take"}),
}


def lost(live: Live) -> None:
    """Lose an order's reply, and let the venue hide the order for a while."""
    live.fault_on_order("hidden", times=1, seconds=100)
    live.fault_on_order("close", times=1)
    assert live.run().code == 80
    assert live.statuses == ["UNKNOWN"]


def test_an_unknown_order_of_an_account_that_is_no_longer_live_stays_a_question(live: Live) -> None:
    lost(live)
    edit(live, "live = true", "live = false")
    assert live.run().code == 80
    assert live.statuses == ["UNKNOWN"]
    live.server.clear_faults()
    live.later(200)
    assert live.run().code == 0
    assert (live.statuses, live.posts) == (["FILLED"], 1)
    assert live.books_agree()


def test_a_real_order_is_never_taken_for_a_simulated_one(opened: Open) -> None:
    live = opened("binance")
    assert live.run().code == 0
    edit(live, "live = true", "live = false")
    assert live.run().code == 0
    dry = live.space.call("audit", "trades", "--dry", "--json")
    ids = {trade["trade_id"] for trade in live.server.trades()}
    simulated = {fill["trade_id"] for row in dry.json["trades"] for fill in row["fills"]}
    assert (len(ids), bool(simulated), ids & simulated) == (1, True, set())


def test_a_made_up_time_on_paper_settles_nothing_on_a_real_account(opened: Open) -> None:
    live = opened("binance")
    paper = '[accounts.toys]\nexchange = "paper"\nbalances = { USDT = "1000" }\n'
    edit(live, "[policy.caps]", f"{paper}\n[policy.caps]")
    live.space.write("strategies/toy.toml", strategy_text("toy", "toys", "USDT"))
    assert live.space.call("arm", "plan", "--yes").code == 0
    lost(live)
    at = datetime.now(UTC)
    for hours in (1, 2, 3):
        later = (at + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
        found = live.space.call("run", "toy", "--as-of", later, "--json")
        assert found.code in {0, 65}, found.out
    assert live.statuses[0] == "UNKNOWN"
    live.server.clear_faults()
    live.later(200)
    assert live.space.call("resolve", live.order_id).code == 0
    assert live.statuses == ["FILLED"]


def test_resolve_settles_the_journal_that_holds_the_order(opened: Open) -> None:
    live = opened("binance")
    lost(live)
    edit(live, "live = true", "live = false")
    live.server.clear_faults()
    live.later(200)
    assert live.space.call("resolve", live.order_id).code == 0
    assert live.statuses == ["FILLED"]


def test_an_order_on_an_account_that_is_gone_is_told_and_can_not_be_resolved(opened: Open) -> None:
    live = opened("binance")
    lost(live)
    text = (live.space.folder / "config.toml").read_text()
    live.space.write("config.toml", text.replace("[accounts.main]", "[accounts.renamed]"))
    plan = live.space.folder / "strategies/plan.toml"
    plan.write_text(plan.read_text().replace('"main"', '"renamed"'))
    found = live.run()
    assert found.code == 80, found.out
    assert any("[accounts.main]" in one["message"] for one in found.json["errors"])
    resolved = live.space.call("resolve", live.order_id)
    assert resolved.code == 78
    assert "[accounts.main]" in resolved.err
    assert "--as-bought" in resolved.err
    assert live.posts == 1
    ended = live.space.call("resolve", live.order_id, "--as-bought")
    assert (ended.code, live.statuses) == (0, ["PARTIAL_CLOSED"]), ended.err
    assert live.run().code == 0  # told no more, and its slot is not sent again
    assert live.posts == 1


@pytest.mark.parametrize("name", ["binance", "kraken", "coinbase"])
def test_a_post_only_order_that_would_take_ends_and_its_fallback_buys(
    opened: Open, name: str
) -> None:
    live = opened(name, plan=RESTING)
    kind, how = WOULD_TAKE[name]
    live.fault_on_order(kind, times=1, **how)
    first = live.run()
    assert first.code == 0, first.out
    second = live.run()
    assert second.code == 0, second.out
    assert live.statuses[0] == "PARTIAL_CLOSED"
    assert live.statuses[1] in {"FILLED", "PARTIAL_CLOSED"}
    assert live.fills >= 1
    assert live.run().code == 0
    assert live.books_agree()


GUARD_ASKS = {"binance": 0, "kraken": 1, "coinbase": 1}


def test_a_strategy_that_can_not_be_read_for_one_pass_keeps_its_slot(live: Live) -> None:
    # The guard asks the order lists too: only the witness, which comes last, goes unanswered.
    live.fault_on_look_ups("status", status=503, after=GUARD_ASKS[live.case.name])
    assert live.run().code in {69, 75, 80}
    assert live.statuses == ["INTENT"]
    plan = live.space.folder / "strategies/plan.toml"
    text = plan.read_text()
    plan.write_text(text + "\ntypo = 1\n")
    assert live.run().code == 78
    plan.write_text(text)
    live.server.clear_faults()
    found = live.run()
    assert found.code == 0, found.out
    assert (live.statuses, live.posts) == (["FILLED"], 1)


BOOKS = {
    "two hours old": ([["49990", "1"]], [["50000", "1"]], 7200),
    "crossed": ([["50010", "1"]], [["50000", "1"]], 0),
    "without bids": ([], [["50000", "1"]], 0),
    "far too wide": ([["1", "1"]], [["50000", "1"]], 0),
}


@pytest.mark.parametrize("which", BOOKS)
def test_a_second_opinion_that_we_would_not_buy_on_is_none(opened: Open, which: str) -> None:
    live = opened("binance", arm=False)
    second = KrakenWire().start()
    try:
        second.market("BTC/USDT")
        bids, asks, age = BOOKS[which]
        second.book("BTC/USDT", bids, asks, age_seconds=age)
        other = account_text("other", "kraken", second.base_url, live=False)
        edit(live, "[policy.caps]", f"{other}\n[policy.caps]")
        edit(live, "[policy.price]", '[policy.price]\nsecond_opinion = "other"')
        live.space.write("other.keys.toml", keys_text(second.credentials))
        assert live.space.call("arm", "plan", "--yes").code == 0
        found = live.run()
    finally:
        second.stop()
    assert found.code == 65, found.out
    assert found.codes() == ["SECOND_OPINION_UNKNOWN"]
    assert live.posts == 0


def test_a_quote_that_grew_old_while_the_venue_was_asked_is_not_bought_on(opened: Open) -> None:
    live = opened("binance", price='staleness = "2s"\n')
    live.fault_on_look_ups("delay", seconds=4, when="after")
    found = live.run()
    assert found.code == 65, found.out
    assert found.codes() == ["PRICE_STALE"]
    assert (live.posts, live.statuses) == (0, ["INTENT"])
    live.server.clear_faults()
    assert live.run().code == 0
    assert live.posts == 1


def test_a_second_strategy_waits_while_an_old_account_has_a_question(opened: Open) -> None:
    live = opened("binance")
    lost(live)
    edit(live, "live = true", "live = false")
    live.space.write("strategies/more.toml", strategy_text("more", "main", "USDT"))
    assert live.run().code == 80
    assert live.posts == 1


def test_a_folder_that_others_may_change_is_not_bought_from(opened: Open) -> None:
    live = opened("binance")
    for mode, code in ((0o777, 77), (0o775, 77), (0o1777, 0)):
        live.space.folder.chmod(mode)
        found = live.run()
        assert found.code == code, (oct(mode), found.out)
        assert ("chmod go-w" in found.out) is (code == 77)
    live.space.folder.chmod(0o700)
    assert live.posts == 1


def test_a_halt_beside_a_shared_journal_stops_every_folder(opened: Open) -> None:
    live = opened("binance")
    other = live.space.folder.parent / "other"
    shutil.copytree(live.space.folder, other)
    config = other / "config.toml"
    text = f'{config.read_text()}\n[journal]\npath = "{live.space.journal}"\n'
    config.write_text(text)
    assert Workspace(other, dict(live.space.environ)).call("halt").code == 0
    assert live.run().code == 82
    assert live.posts == 0
    assert live.space.call("resume", "--confirm").code == 0
    assert live.run().code == 0
    assert live.posts == 1
