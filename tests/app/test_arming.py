"""Arming: live money moves only on rules that a person confirmed, and an edit asks again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.workspace import Workspace, live_workspace
from tests.venues.wire.cases import CASES
from tests.venues.wire.exchange import WireExchange


@pytest.fixture
def server() -> Iterator[WireExchange]:
    case = next(one for one in CASES if one.name == "kraken")
    with case.start() as running:
        yield running


def posts(server: WireExchange) -> int:
    return len(server.posts())


def edit(space: Workspace, name: str, old: str, new: str) -> None:
    text = (space.folder / name).read_text()
    assert old in text
    space.write(name, text.replace(old, new, 1))


def test_an_unarmed_live_strategy_waits_exits_78_and_says_the_command(
    tmp_path: Path, server: WireExchange
) -> None:
    space = live_workspace(tmp_path, server, arm=False)
    done = space.run()
    assert (done.code, done.json["code"], done.json["ok"]) == (78, "CONFIG", False)
    (decision,) = done.json["decisions"]
    assert (decision["verdict"], done.codes()) == ("WAIT", ["NOT_ARMED"])
    assert decision["reasons"][0]["detail"]["command"] == "dcaguard arm plan"
    assert posts(server) == 0
    spoken = space.call("status")
    assert "NOT ARMED" in spoken.out


def test_the_first_arming_buys_the_slot_that_just_was(tmp_path: Path, server: WireExchange) -> None:
    space = live_workspace(tmp_path, server, arm=False)
    space.run()
    armed = space.call("arm", "plan", "--yes", "--json")
    assert (armed.code, armed.json["first"], armed.json["unchanged"]) == (0, True, False)
    done = space.run()
    assert (done.code, done.json["decisions"][0]["verdict"]) == (0, "BUY")
    assert posts(server) == 1
    assert (space.run().code, posts(server)) == (0, 1)


def test_a_comment_is_no_edit(tmp_path: Path, server: WireExchange) -> None:
    space = live_workspace(tmp_path, server)
    edit(space, "config.toml", "schema = 1", "# only words\nschema = 1")
    edit(space, "strategies/plan.toml", "per_slot = 100", "per_slot = 100.00  # the same")
    armed = space.call("arm", "plan", "--yes", "--json")
    assert armed.json["unchanged"] is True
    assert space.run().json["decisions"][0]["verdict"] == "BUY"


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("strategies/plan.toml", "per_slot = 100", "per_slot = 101"),
        ("config.toml", "order_max = 500", "order_max = 499"),
        ("config.toml", "enabled = false", "enabled = true"),
        ("config.toml", "[gate]", "[signals.etf-outflow]\nenabled = false\n[gate]"),
        ("config.toml", "[accounts.main]", 'timezone = "Europe/Berlin"\n[accounts.main]'),
    ],
    ids=["strategy", "policy", "gate", "signals", "timezone"],
)
def test_an_edit_asks_for_a_new_confirmation(
    tmp_path: Path, server: WireExchange, name: str, old: str, new: str
) -> None:
    space = live_workspace(tmp_path, server)
    edit(space, name, old, new)
    done = space.run()
    assert (done.code, done.codes()) == (78, ["NOT_ARMED"])
    assert posts(server) == 0
    told = space.call("status", "--json").json
    assert told["strategies"][0]["armed"] is False


def test_after_an_edit_the_next_slot_is_the_first(tmp_path: Path, server: WireExchange) -> None:
    space = live_workspace(tmp_path, server)
    edit(space, "strategies/plan.toml", "per_slot = 100", "per_slot = 50")
    again = space.call("arm", "plan", "--yes", "--json")
    assert (again.json["first"], again.json["unchanged"]) == (False, False)
    done = space.run()
    assert (done.code, done.json["decisions"], posts(server)) == (0, [], 0)


def test_undoing_an_edit_is_the_confirmed_rules_again(tmp_path: Path, server: WireExchange) -> None:
    space = live_workspace(tmp_path, server)
    edit(space, "config.toml", "order_max = 500", "order_max = 499")
    assert space.run().codes() == ["NOT_ARMED"]
    edit(space, "config.toml", "order_max = 499", "order_max = 500")
    assert space.run().json["decisions"][0]["verdict"] == "BUY"
    assert posts(server) == 1


def test_arming_asks_and_a_no_changes_nothing(tmp_path: Path, server: WireExchange) -> None:
    space = live_workspace(tmp_path, server, arm=False)
    declined = space.call("arm", "plan", stdin="n\n")
    assert declined.code != 0
    assert space.run().codes() == ["NOT_ARMED"]
    unasked = space.call("arm", "plan", "--json")
    assert (unasked.code, unasked.json["code"]) == (2, "USAGE")


def test_a_dry_account_needs_no_arming_and_keeps_its_own_journal(
    tmp_path: Path, server: WireExchange
) -> None:
    space = live_workspace(tmp_path, server, arm=False)
    edit(space, "config.toml", "live = true", "live = false")
    first, again = space.run(), space.run()
    assert (first.code, first.json["decisions"][0]["verdict"]) == (0, "BUY")
    assert first.json["decisions"][0]["order"]["status"] == "FILLED"
    assert again.json["decisions"] == []  # unlike --dry-run, this account has a past
    assert posts(server) == 0
    told = space.call("status", "--json", "--dry").json
    (plan,) = told["strategies"]
    assert (plan["mode"], plan["spent_quote"] != "0.00") == ("dry", True)
    assert any("--dry" in note for note in space.call("status", "--json").json["notes"])
    why = space.call("why", "--json", "--dry").json
    assert [d["verdict"] for d in why["tranches"][0]["decisions"]] == ["BUY"]
