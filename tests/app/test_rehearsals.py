"""Dry runs and made-up times: repeatable, in a journal of their own, and never on real money."""

# Decimal(100) equals 100, which the type checker does not know of tuples.
# mypy: disable-error-code="comparison-overlap"

import hashlib
from pathlib import Path

import pytest

from tests.app.space import Space, space_in, strategy_text
from tests.canary.keys import kraken_keys
from tests.live.workspace import account_text, keys_text

LIVE = account_text("main", "kraken", "http://127.0.0.1:9", live=False)


def digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def space(tmp_path: Path) -> Space:
    made = space_in(tmp_path, fee=0)
    made.prices("2025-03-03", 5)
    return made


def test_a_dry_run_can_be_repeated_and_leaves_the_slot_to_be_bought(space: Space) -> None:
    first, again = (space.at(f"2025-03-03T09:0{n}", dry_run=True) for n in (5, 6))
    assert first.doc["dry_run"] is again.doc["dry_run"] is True
    assert [(p.verdict, p.bought, p.one["order"]["status"]) for p in (first, again)] == [
        ("BUY", 100, "FILLED")
    ] * 2
    real = space.at("2025-03-03T09:07")
    assert (real.verdict, real.one["order"]["status"]) == ("BUY", "FILLED")


def test_a_dry_run_writes_only_beside_the_journal(space: Space) -> None:
    space.at("2025-03-03T09:05", dry_run=True)
    assert (space.folder / "dcaguard.dry.db").exists()
    assert space.rows("SELECT count(*) FROM orders") == [(0,)]
    assert space.rows("SELECT count(*) FROM decisions") == [(0,)]
    assert space.rows("SELECT count(*) FROM orders", dry=True) == [(1,)]
    assert space.verdicts(dry=True) == ["BUY"]
    assert space.bodies("slot") == space.bodies("purse") == []


def test_a_dry_run_spends_nothing_of_the_paper_accounts_money(space: Space) -> None:
    space.at("2025-03-03T09:05", dry_run=True)
    doc = space.call("balances", "--json").json
    (cash,) = [h for h in doc["accounts"][0]["holdings"] if h["asset"] == "USDT"]
    assert cash["total"] == "100000"


def test_a_dry_run_decides_what_the_run_after_it_decides(space: Space) -> None:
    space.at("2025-03-03")
    dry, real = space.at("2025-03-04T09:05", dry_run=True), space.at("2025-03-04T09:05")
    assert (dry.codes, dry.bought, dry.one["slot"]) == (real.codes, real.bought, real.one["slot"])


def test_two_strategies_of_one_dry_run_share_the_caps(tmp_path: Path) -> None:
    space = space_in(tmp_path, fee=0, caps="order_max = 100\nday_max = 150\nmonth_max = 1000")
    space.write("strategies/second.toml", strategy_text("second", per_slot=60))
    space.prices("2025-03-03", 3)
    for minute in ("05", "06"):
        found = space.at(f"2025-03-03T09:{minute}", dry_run=True)
        verdicts = {d["strategy"]: d["verdict"] for d in found.doc["decisions"]}
        assert verdicts == {"plan": "BUY", "second": "DENY"}


# --- made-up times, with the installed command ----------------------------------------------------


def test_a_paper_account_may_run_at_any_time(space: Space) -> None:
    done = space.command_at("2025-03-03")
    assert (done.code, done.json["as_of"]) == (0, "2025-03-03T09:05:00Z")
    assert done.json["schema"] == "dcaguard.run/1"
    assert [done.json[key] for key in ("ok", "code", "exit")] == [True, "OK", 0]
    assert done.json["decisions"][0]["verdict"] == "BUY"
    again = space.command_at("2025-03-03")
    assert (again.code, again.json["decisions"]) == (0, [])


def test_a_made_up_time_on_another_account_is_refused_and_changes_nothing(space: Space) -> None:
    text = (space.folder / "config.toml").read_text()
    space.write("config.toml", text.replace("[policy.caps]", LIVE + "[policy.caps]"))
    plan = space.folder / "strategies/plan.toml"
    real = plan.read_text().replace('"plan"', '"real"').replace('"paper"', '"main"')
    space.write("strategies/real.toml", real.replace("USDT", "USD"))
    before = digest_of(space.journal)
    refused = space.command_at("2025-03-03")
    assert (refused.code, refused.json["code"], refused.json["ok"]) == (2, "USAGE", False)
    assert "--dry-run" in refused.json["errors"][0]["message"]
    assert digest_of(space.journal) == before
    assert space.command_at("2025-03-03", "real").code == 2
    named = space.command_at("2025-03-03", "plan")  # only paper strategies are named
    assert (named.code, named.json["decisions"][0]["strategy"]) == (0, "plan")


def test_a_made_up_time_asks_no_venue_and_never_buys_on_balances_it_does_not_have(
    space: Space,
) -> None:
    text = (space.folder / "config.toml").read_text()
    space.write("config.toml", text.replace("[policy.caps]", LIVE + "[policy.caps]"))
    plan = space.folder / "strategies/plan.toml"
    plan.write_text(plan.read_text().replace('"paper"', '"main"').replace("USDT", "USD"))
    space.write("main.keys.toml", keys_text(kraken_keys()))
    done = space.command_at("2025-03-03", "--dry-run")
    assert done.code in {65, 81}
    assert done.json["orders"] == []
    assert "VENUE_UNAVAILABLE" not in done.codes()  # nobody listens on that port


@pytest.mark.parametrize("when", ["yesterday", "2025-13-01", "2025-03-03T09:00:00+99:00"])
def test_a_time_that_is_none_is_a_usage_error(space: Space, when: str) -> None:
    done = space.call("run", "--json", "--as-of", when)
    assert (done.code, done.json["code"]) == (2, "USAGE")


def test_detailed_exit_codes_tell_bought_from_held_from_nothing(space: Space) -> None:
    def code(when: str) -> int:
        return space.command_at(when, "--detailed-exitcode").code

    assert (code("2025-03-03"), code("2025-03-03T09:10")) == (10, 0)
    text = (space.folder / "config.toml").read_text()
    space.write("config.toml", text.replace("= 100000\n", "= 100000\nreserve_min = 99999\n"))
    first = space.command_at("2025-03-04", "--detailed-exitcode")
    held = space.command_at("2025-03-04T09:10", "--detailed-exitcode")
    assert (first.code, first.json["code"]) == (81, "LIMIT")
    assert (held.code, held.json["code"], held.json["ok"]) == (11, "HELD", True)


# --- the gate switched off ------------------------------------------------------------------------


def test_without_a_gate_plan_run_and_status_say_plain_dca(space: Space) -> None:
    stamp = ("--as-of", "2025-03-03T09:05:00Z")
    for words in (("plan", *stamp), ("run", *stamp), ("status", *stamp)):
        spoken = space.call(*words)
        assert (spoken.code, "plain DCA" in spoken.out) == (0, True), words
        told = space.call(*words, "--json")
        assert told.json["gate_enabled"] is False


def test_with_a_gate_they_say_the_regime_instead(tmp_path: Path) -> None:
    space = space_in(tmp_path, fee=0, gate="enabled = true")
    space.prices("2025-03-03", 2)
    for command in ("plan", "run", "status"):
        spoken = space.call(command, "--as-of", "2025-03-03T09:05:00Z")
        assert "plain DCA" not in spoken.out
        assert "regime NORMAL" in spoken.out


def test_plan_writes_nothing_and_tells_the_next_slots_in_local_time(tmp_path: Path) -> None:
    schedule = 'cron = "0 9 * * MON"\ntimezone = "Europe/Berlin"'
    space = space_in(tmp_path, fee=0, strategy={"schedule": schedule})
    space.prices("2025-03-24", 3)
    before = digest_of(space.journal)
    told = space.call("plan", "--json", "--slots", "3", "--as-of", "2025-03-24T08:05:00Z").json
    assert digest_of(space.journal) == before
    assert not (tmp_path / "dcaguard.dry.db").exists()
    (due,) = told["next_run"]
    assert (due["due"], due["verdict"], due["slot"]) == (
        True,
        "BUY",
        "2025-03-24T09:00+01:00[Europe/Berlin]",
    )
    assert [one["scheduled_at"] for one in told["slots"]] == [
        "2025-03-31T07:00:00Z",
        "2025-04-07T07:00:00Z",
        "2025-04-14T07:00:00Z",
    ]


def test_why_tells_a_held_slot_and_a_bought_one(space: Space) -> None:
    text = (space.folder / "config.toml").read_text()
    space.write("config.toml", text.replace("= 100000\n", "= 100000\nreserve_min = 99999\n"))
    space.at("2025-03-03T09:05")
    space.write("config.toml", text)
    space.at("2025-03-03T09:10")
    told = space.call("why", "2025-03-03", "--json").json
    (tale,) = told["tranches"]
    assert [d["verdict"] for d in tale["decisions"]] == ["DENY", "BUY"]
    assert tale["order"]["status"] == "FILLED"
    assert [m["status"] for m in tale["moves"]][-1] == "FILLED"
    assert len(tale["fills"]) == 1
    spoken = space.call("why").out
    assert "CAP_RESERVE" in spoken
    assert "filled" in spoken


def test_why_of_a_slot_that_never_was_is_no_input(space: Space) -> None:
    space.at("2025-03-03")
    done = space.call("why", "2024-01-01", "--json")
    assert (done.code, done.json["code"], done.json["ok"]) == (66, "NO_INPUT", False)


def test_status_tells_spent_left_backlog_and_what_comes_next(tmp_path: Path) -> None:
    caps = "order_max = 100\nday_max = 150\nmonth_max = 1000"
    space = space_in(tmp_path, fee=0, caps=caps, strategy={"budget": "total = 250"})
    space.prices("2025-03-03", 2)
    space.at("2025-03-03")
    told = space.call("status", "--json", "--as-of", "2025-03-03T10:00:00Z").json
    (plan,) = told["strategies"]
    assert (plan["spent_quote"], plan["left_quote"], plan["mode"]) == ("100.00", "150.00", "paper")
    assert plan["next_slots"][0]["scheduled_at"] == "2025-03-04T09:00:00Z"
    caps_told = {c["cap"]: (c["used"], c["left"]) for c in told["caps"]}
    assert caps_told["day_max"] == ("100", "50")
    assert caps_told["month_max"] == ("100", "900")
