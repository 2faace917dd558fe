"""A slot's life: only a sent order consumes it, and what it leaves behind is accounted for."""

# Decimal(100) equals 100, which the type checker does not know of tuples.
# mypy: disable-error-code="comparison-overlap"

from decimal import Decimal as D  # noqa: N817
from pathlib import Path
from typing import Any

from tests.app.space import following, panic, space_in, strategy_text

DENYING = "order_max = 5000\nmonth_max = 100000\nreserve_min = 99901"
PAUSING: dict[str, Any] = {
    "gate": "enabled = true",
    "rest": "[signals.recovery]\nenabled = false\n",
}


def slot_events(space: object) -> list[str]:
    return [body["event"] for body in space.bodies("slot")]  # type: ignore[attr-defined]


def test_a_sent_order_consumes_the_slot_and_the_next_call_has_nothing_due(tmp_path: Path) -> None:
    space = space_in(tmp_path)
    space.prices("2025-03-03", 1)
    first, again = space.at("2025-03-03T09:05"), space.at("2025-03-03T09:10")
    assert (first.exit, first.verdict, first.one["order"]["status"]) == (0, "BUY", "FILLED")
    assert (again.exit, again.doc["decisions"], again.doc["orders"]) == (0, [], [])
    assert "nothing due" in again.text
    assert space.rows("SELECT count(*) FROM orders") == [(1,)]
    assert slot_events(space) == ["OPENED", "CLOSED"]


def test_missing_cash_keeps_the_slot_open_until_money_is_there(tmp_path: Path) -> None:
    space = space_in(tmp_path, balances='USDT = "99.99"')
    space.prices("2025-03-03", 1)
    first = space.at("2025-03-03T09:05")
    assert (first.exit, first.verdict, first.codes) == (81, "DENY", ["CASH_INSUFFICIENT"])
    space.write("config.toml", (tmp_path / "config.toml").read_text().replace("99.99", "100"))
    later = space.at("2025-03-03T20:00")
    assert (later.exit, later.verdict) == (0, "BUY")


def test_a_wait_keeps_the_slot_open(tmp_path: Path) -> None:
    space = space_in(tmp_path)
    assert space.at("2025-03-03T09:05").codes == ["PRICE_UNKNOWN"]
    space.prices("2025-03-03", 1)
    assert space.at("2025-03-03T21:00").verdict == "BUY"


def test_a_pause_keeps_the_slot_open_for_the_same_day(tmp_path: Path) -> None:
    space = space_in(tmp_path, **PAUSING)
    space.prices("2025-03-03", 3)
    panic(space, ["2025-03-03"])
    paused = space.at("2025-03-04")
    assert (paused.exit, paused.verdict, paused.codes) == (0, "PAUSE", ["REGIME_PAUSED"])
    # The person switches the gate off: the same slot is still there to be bought.
    space.write(
        "config.toml",
        (tmp_path / "config.toml").read_text().replace("enabled = true", "enabled = false"),
    )
    bought = space.at("2025-03-04T20:00")
    assert (bought.verdict, bought.one["slot"]) == ("BUY", paused.one["slot"])


def test_a_denial_keeps_the_slot_open(tmp_path: Path) -> None:
    space = space_in(tmp_path, caps=DENYING)
    space.prices("2025-03-03", 1)
    assert space.at("2025-03-03T09:05").codes == ["CAP_RESERVE"]
    space.write("config.toml", (tmp_path / "config.toml").read_text().replace("= 99901", "= 99900"))
    assert space.at("2025-03-03T12:00").verdict == "BUY"


def test_an_unchanged_decision_is_written_once_and_the_call_says_held_since(tmp_path: Path) -> None:
    space = space_in(tmp_path, caps=DENYING)
    space.prices("2025-03-03", 1)
    first, again = space.at("2025-03-03T09:05"), space.at("2025-03-03T09:10")
    assert (first.exit, first.one["held_since"]) == (81, None)
    assert (again.exit, again.one["held_since"]) == (0, "2025-03-03T09:05:00Z")
    assert (again.verdict, again.codes) == ("DENY", ["CAP_RESERVE"])
    assert "held since 2025-03-03 09:05:00Z" in again.text
    assert space.verdicts() == ["DENY"]
    assert space.rows("SELECT verdict FROM decisions") == [("DENY",)]


def test_a_new_reason_is_written_and_exits_81_again(tmp_path: Path) -> None:
    space = space_in(tmp_path, caps=DENYING)
    space.prices("2025-03-03", 1)
    text = (tmp_path / "config.toml").read_text()
    exits = [space.at("2025-03-03T09:05").exit]
    space.write("config.toml", text.replace('"100000"', '"50"'))
    exits += [space.at(f"2025-03-03T09:{minute}").exit for minute in (10, 15)]
    space.write("config.toml", text)
    exits += [space.at(f"2025-03-03T09:{minute}").exit for minute in (20, 25)]
    assert exits == [81, 81, 0, 81, 0]
    written = [[r["code"] for r in body["reasons"]] for body in space.bodies("decision")]
    assert written == [["CAP_RESERVE"], ["CAP_RESERVE", "CASH_INSUFFICIENT"], ["CAP_RESERVE"]]


def test_a_changed_verdict_is_written(tmp_path: Path) -> None:
    space = space_in(tmp_path, caps=DENYING)
    space.at("2025-03-03T09:05")
    space.prices("2025-03-03", 1)
    space.at("2025-03-03T09:10")
    space.write("config.toml", (tmp_path / "config.toml").read_text().replace("= 99901", "= 99900"))
    space.at("2025-03-03T09:15")
    assert space.verdicts() == ["WAIT", "DENY", "BUY"]


def test_what_a_pause_withheld_becomes_backlog_when_the_slot_ends(tmp_path: Path) -> None:
    space = space_in(tmp_path, **PAUSING)
    space.prices("2025-03-03", 4)
    panic(space, ["2025-03-03"])
    assert space.at("2025-03-04").backlog == 100
    assert space.purse() == (0, 0)  # not before the slot has ended
    second = space.at("2025-03-05")
    assert second.backlog == 200
    assert space.purse() == (100, 0)
    (row,) = space.bodies("purse")
    assert (row["why"], row["backlog_change"]) == ("withheld by a pause", "100")
    assert row["slot"].startswith("2025-03-04T09:00")


def test_what_a_cap_denied_is_dropped_and_both_are_in_the_journal(tmp_path: Path) -> None:
    space = space_in(tmp_path, caps=DENYING)
    space.prices("2025-03-03", 2)
    space.at("2025-03-03")
    space.at("2025-03-04")
    assert space.purse() == (0, 0)
    assert space.verdicts() == ["DENY", "DENY"]
    closed = [b for b in space.bodies("slot") if b["event"] == "CLOSED"]
    assert [b["slot"][:10] for b in closed] == ["2025-03-03"]


def test_missing_cash_is_dropped_when_the_slot_ends(tmp_path: Path) -> None:
    space = space_in(tmp_path, balances='USDT = "50"')
    space.prices("2025-03-03", 2)
    space.days("2025-03-03", 2)
    assert space.purse() == (0, 0)


def test_only_the_last_decision_of_a_slot_counts_for_its_money(tmp_path: Path) -> None:
    """Paused in the morning, denied at night: a denial is dropped."""
    space = space_in(tmp_path, **PAUSING)
    space.prices("2025-03-03", 3)
    panic(space, ["2025-03-03"])
    assert space.at("2025-03-04").verdict == "PAUSE"
    text = (tmp_path / "config.toml").read_text()
    space.write("config.toml", text.replace("enabled = true", "enabled = false"))
    space.write(
        "config.toml",
        (tmp_path / "config.toml").read_text().replace("100000\n", "100000\nreserve_min = 99901\n"),
    )
    assert space.at("2025-03-04T20:00").codes == ["CAP_RESERVE"]
    space.at("2025-03-05")
    assert space.purse() == (0, 0)


def test_a_wait_at_the_last_call_does_not_undo_what_a_pause_withheld(tmp_path: Path) -> None:
    space = space_in(tmp_path, **PAUSING)
    space.prices("2025-03-03", 3)
    panic(space, ["2025-03-03"])
    assert space.at("2025-03-04").verdict == "PAUSE"
    space.write("HALT", "away")
    halted = space.at("2025-03-04T23:00")
    assert (halted.exit, halted.verdict, halted.codes) == (82, "WAIT", ["HALTED"])
    (tmp_path / "HALT").unlink()
    space.at("2025-03-05")
    assert space.purse() == (100, 0)


def test_a_slot_that_only_waited_leaves_nothing(tmp_path: Path) -> None:
    space = space_in(tmp_path)
    space.prices("2025-03-03", 3)
    space.write("HALT", "away")
    space.at("2025-03-03")
    (tmp_path / "HALT").unlink()
    assert space.at("2025-03-04").bought == 100
    assert [body["why"] for body in space.bodies("purse")] == ["remainder"]


def test_one_symbol_may_be_bought_while_the_other_waits(tmp_path: Path) -> None:
    two = {"buys": (("BTC/USDT", "0.6"), ("ETH/USDT", "0.4"))}
    space = space_in(tmp_path, strategy=two)
    space.prices("2025-03-03", 1)
    first = space.at("2025-03-03T09:05")
    assert (first.of("BTC/USDT")["verdict"], first.of("ETH/USDT")["verdict"]) == ("BUY", "WAIT")
    space.prices("2025-03-03", 1, 2000, asset="ETH")
    second = space.at("2025-03-03T10:00")
    assert (second.one["symbol"], second.verdict, second.bought) == ("ETH/USDT", "BUY", 40)
    assert space.at("2025-03-03T11:00").doc["decisions"] == []


def test_a_slot_that_nobody_looked_at_in_time_is_missed_and_written(tmp_path: Path) -> None:
    space = space_in(tmp_path)
    space.prices("2025-03-03", 5)
    space.at("2025-03-03")
    # 16:00 is more than a quarter of a day late.
    late = space.at("2025-03-06T16:00")
    missed = [b for b in space.bodies("slot") if b["event"] == "MISSED"]
    assert [(b["first"][:10], b["slot"][:10], b["count"]) for b in missed] == [
        ("2025-03-04", "2025-03-05", 2)
    ]
    assert late.one["slot"].startswith("2025-03-06")  # on_missed = newest


def test_the_very_first_slot_is_due_only_within_its_lateness(tmp_path: Path) -> None:
    space = space_in(tmp_path)
    space.prices("2025-03-03", 3)
    assert space.at("2025-03-03T15:00:01").doc["decisions"] == []
    assert space.at("2025-03-04T15:00").one["slot"].startswith("2025-03-04")


def test_lateness_may_be_set(tmp_path: Path) -> None:
    schedule = 'cron = "0 9 * * *"\nlateness_max = "30m"'
    space = space_in(tmp_path, strategy={"schedule": schedule})
    space.prices("2025-03-03", 3)
    assert space.at("2025-03-03T09:30:01").doc["decisions"] == []
    assert space.at("2025-03-04T09:30").verdict == "BUY"


def test_skip_lets_every_late_slot_go(tmp_path: Path) -> None:
    schedule = 'cron = "0 9 * * *"\non_missed = "skip"'
    space = space_in(tmp_path, strategy={"schedule": schedule})
    space.prices("2025-03-03", 5)
    space.at("2025-03-03")
    late = space.at("2025-03-06T16:00")
    assert late.doc["decisions"] == []
    assert any("3 slot(s) missed" in note for note in late.doc["notes"])
    assert space.at("2025-03-07").verdict == "BUY"
    assert space.rows("SELECT count(*) FROM orders") == [(2,)]


def test_all_catches_up_as_many_as_asked_and_misses_the_rest(tmp_path: Path) -> None:
    schedule = 'cron = "0 9 * * *"\non_missed = "all"\nall_max = 2'
    space = space_in(tmp_path, strategy={"schedule": schedule})
    space.prices("2025-03-03", 7)
    space.at("2025-03-03")
    late = space.at("2025-03-07T09:05")
    assert [d["slot"][:10] for d in late.doc["decisions"]] == [
        "2025-03-05",
        "2025-03-06",
        "2025-03-07",
    ]
    assert {d["verdict"] for d in late.doc["decisions"]} == {"BUY"}
    missed = [b for b in space.bodies("slot") if b["event"] == "MISSED"]
    assert [(b["slot"][:10], b["count"]) for b in missed] == [("2025-03-04", 1)]
    assert space.at("2025-03-07T09:10").doc["decisions"] == []


def test_calls_every_five_minutes_buy_once_a_day(tmp_path: Path) -> None:
    space = space_in(tmp_path)
    space.prices("2025-03-03", 3)
    for day in following("2025-03-03", 2):
        for time in ("08:55", "09:00", "09:05", "13:00", "23:55"):
            space.at(f"{day}T{time}")
    assert space.rows("SELECT count(*) FROM orders") == [(2,)]
    assert space.spent() <= D(200)


def test_two_strategies_fail_and_buy_independently(tmp_path: Path) -> None:
    space = space_in(tmp_path)
    space.write("strategies/coins.toml", strategy_text("coins", buys=(("ETH/USDT", "1.0"),)))
    space.prices("2025-03-03", 1)
    found = space.at("2025-03-03")
    assert found.of()["verdict"] == "BUY"
    assert found.of("ETH/USDT", "coins")["verdict"] == "WAIT"
    assert found.exit == 65


def test_only_the_named_strategies_are_looked_at(tmp_path: Path) -> None:
    space = space_in(tmp_path)
    space.write("strategies/other.toml", strategy_text("other"))
    space.prices("2025-03-03", 1)
    assert [d["strategy"] for d in space.at("2025-03-03", "other").doc["decisions"]] == ["other"]
    assert [d["strategy"] for d in space.at("2025-03-03").doc["decisions"]] == ["plan"]
