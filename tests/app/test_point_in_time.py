"""A reading counts from when it was known; history that arrives late says what it changed."""

import csv
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D  # noqa: N817
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from dcaguard.adapters.config import load_config
from dcaguard.app.fetching import fetch
from dcaguard.app.run import Request, run_pass
from dcaguard.app.sight import Sight
from dcaguard.app.world import FetchReport
from dcaguard.core.history import History
from dcaguard.core.reading import Reading
from dcaguard.wiring import opened
from tests.app.live_space import PAPER, LiveSpace, binance, live_space
from tests.app.space import Space, following, panic, space_in

GATE: dict[str, Any] = {"gate": "enabled = true", "rest": "[signals.recovery]\nenabled = false\n"}


def watched(folder: Path) -> Space:
    space = space_in(folder, fee=0, **GATE)
    space.prices("2025-03-03", 20)
    return space


def regimes(space: Space | LiveSpace) -> list[tuple[str, str | None, str]]:
    sql = "SELECT at, previous, regime FROM regimes ORDER BY rowid"
    rows = space.rows(sql)
    return [(at, previous, regime) for at, previous, regime in rows]


def test_a_reading_counts_only_from_the_instant_it_was_known(tmp_path: Path) -> None:
    space = watched(tmp_path)
    panic(space, ["2025-03-03"])  # the close of the 3rd, known at 22:30
    assert space.regime_at("2025-03-03T22:29") == "NORMAL"
    assert space.regime_at("2025-03-03T22:30") == "PAUSED"


def test_the_regime_does_not_depend_on_when_or_how_often_run_is_called(tmp_path: Path) -> None:
    often, once = watched(tmp_path / "often"), watched(tmp_path / "once")
    for space in (often, once):
        panic(space, ["2025-03-03", "2025-03-04"])
        panic(space, ["2025-03-05", "2025-03-06", "2025-03-07"], vix=15)
    for hour in range(0, 24, 3):
        often.at(f"2025-03-04T{hour:02}:05")
    for when in ("2025-03-05T09:05", "2025-03-06T21:00", "2025-03-08T09:05"):
        often.at(when)
    assert often.at("2025-03-09").regime == once.at("2025-03-09").regime == "PROBE"
    moves = [row for row in regimes(once) if row[1] is not None]
    assert [row for row in regimes(often) if row[1] is not None] == moves
    assert [row[2] for row in moves] == ["PAUSED", "PROBE"]


def test_a_future_reading_in_the_journal_changes_nothing_before_it(tmp_path: Path) -> None:
    space = watched(tmp_path)
    panic(space, ["2025-03-10"])
    assert space.at("2025-03-10").regime == "NORMAL"
    assert space.at("2025-03-11").regime == "PAUSED"


def test_history_that_arrives_late_is_told_and_rewrites_nothing(tmp_path: Path) -> None:
    space = watched(tmp_path)
    assert space.at("2025-03-04").regime == "NORMAL"
    before = regimes(space)
    decisions = space.rows("SELECT * FROM decisions")
    panic(space, ["2025-03-03"])  # known, it says, at 22:30 of the day before
    found = space.at("2025-03-05")
    assert (found.regime, found.verdict) == ("PAUSED", "PAUSE")
    after = regimes(space)
    assert after[: len(before)] == before
    assert [row[2] for row in after[len(before) :]] == ["PAUSED"]
    assert space.rows("SELECT * FROM decisions")[: len(decisions)] == decisions


def test_a_look_ahead_on_paper_is_not_known_to_a_pass_before_it(tmp_path: Path) -> None:
    space = watched(tmp_path)
    panic(space, ["2025-03-03"])
    assert space.at("2025-03-03").regime == "NORMAL"
    assert space.at("2025-04-20").regime != "PAUSED"  # the pause has run out by then
    ahead = regimes(space)
    assert [space.at(day).regime for day in ("2025-03-03", "2025-03-05")] == ["NORMAL", "PAUSED"]
    assert regimes(space) == ahead, "what it would say later changed nothing, and moved once"


def remember(space: LiveSpace, now: datetime, readings: list[Reading]) -> None:
    with space.world() as world:
        world.journal.add_readings(readings, now)


def test_a_made_up_time_says_nothing_of_the_regime_to_a_live_account(tmp_path: Path) -> None:
    server = binance()
    try:
        space = live_space(tmp_path, server, "plan", "toy@paper", accounts=PAPER, **GATE)
        loaded = load_config(space.folder / "config.toml", {}, space.folder)
        now = datetime.now(UTC)
        week = [now - timedelta(days=n) for n in range(1, 8)]  # some have a session
        remember(space, now, [Reading("px.BTC", at, at, D(80000), "test", "") for at in week])
        with opened(loaded, as_of=now + timedelta(days=400)) as world:
            run_pass(world, Request(uuid4().hex, ("toy",), fetch=False))
        assert regimes(space) == []
        remember(space, now, [Reading("vix", at, at, D(45), "test", "") for at in week])
        assert space.passed("plan").regime == "PAUSED"
        assert [move[2] for move in regimes(space)] == ["PAUSED"]
    finally:
        server.stop()


def test_a_source_that_dates_a_known_day_by_another_hour_revises_it(tmp_path: Path) -> None:
    """A session that a person dated by its close is one session when a source dates it plainly."""
    space = watched(tmp_path)
    loaded = load_config(space.folder / "config.toml", {}, space.folder)
    close = datetime(2025, 3, 4, 21, tzinfo=UTC)
    known_at = close + timedelta(hours=15, minutes=30)
    flow = Reading("etf.btc.flow_usd", close, known_at, D(-5), "import:a.csv", "")
    plainly = replace(flow, as_of=close.replace(hour=0), source="farside")
    with opened(loaded, as_of=datetime(2025, 3, 6, tzinfo=UTC)) as world:
        world.journal.add_readings([flow], known_at)

        def told(one: Reading) -> tuple[int, int]:
            ready = replace(world, fetch=lambda *_: [FetchReport("farside", [one])])
            (found,) = fetch(ready, ["farside"], 1)
            return found.new, found.same

        assert told(plainly) == (0, 1)
        assert told(replace(plainly, value=D(-7))) == (1, 0)
        rows = world.journal.readings(series=[flow.series])
        as_of, values = History.of(rows).visible(flow.series, world.clock.now())
    assert [(r.as_of, r.value) for r in rows] == [(close, D(-5)), (close, D(-7))]
    assert (as_of.size, values.tolist()) == (1, [-7.0])


def brought(space: Space, at: datetime, source: str, rows: list[Reading]) -> tuple[int, int]:
    """Fetch `rows` at an instant; return how many were new and how many were not."""
    loaded = load_config(space.folder / "config.toml", {}, space.folder)
    with opened(loaded, as_of=at) as world:
        ready = replace(world, fetch=lambda *_: [FetchReport(source, rows)])
        (found,) = fetch(ready, [source], 1)
    return found.new, found.same


def closes(source: str, first: str, count: int, vix: int) -> list[Reading]:
    """Return closes of VIX as a source dates them: each known at 22:30 of its day."""
    days = [datetime.fromisoformat(day).replace(tzinfo=UTC) for day in following(first, count)]
    known = timedelta(hours=22, minutes=30)
    return [Reading("vix", day, day + known, D(vix), source, "") for day in days]


def gate_at(space: Space, at: datetime) -> object:
    loaded = load_config(space.folder / "config.toml", {}, space.folder)
    with opened(loaded, as_of=at, write=False) as world:
        return Sight(world, at).state().to_json()


def kept(space: Space) -> list[tuple[str, str, str]]:
    return [
        (as_of[:10], observed_at[:16], value)
        for as_of, observed_at, value in space.rows(
            "SELECT as_of, observed_at, value FROM readings WHERE series = 'vix' ORDER BY 1, 2"
        )
    ]


def test_a_look_back_sees_nothing_that_was_fetched_later(tmp_path: Path) -> None:
    """The panic of the 3rd to the 6th came on the 7th: on the 5th nobody had paused."""
    space = watched(tmp_path)
    quiet = datetime(2025, 3, 1, 9, tzinfo=UTC)
    brought(space, quiet, "fred", closes("fred", "2025-02-27", 2, 15))
    before = space.regime_at("2025-03-05T20:00")
    late = datetime(2025, 3, 7, 9, 5, tzinfo=UTC)
    assert brought(space, late, "fred", closes("fred", "2025-03-03", 4, 45)) == (4, 0)
    assert space.regime_at("2025-03-05T20:00") == before == "NORMAL"
    assert space.regime_at("2025-03-07T09:04") != "PAUSED"
    assert space.regime_at("2025-03-07T09:05") == "PAUSED"
    # What is kept for one look is not taken for another's.
    assert space.regime_at("2025-03-05T20:00") == "NORMAL"
    assert space.regime_at("2025-03-07T12:30") == "PAUSED"


def test_before_anything_was_written_a_look_back_uses_what_is_known_now(tmp_path: Path) -> None:
    space = watched(tmp_path)
    at = datetime(2025, 3, 7, 9, 5, tzinfo=UTC)
    brought(space, at, "fred", closes("fred", "2025-03-03", 4, 45))
    assert space.regime_at("2025-03-05T20:00") == "PAUSED"


def test_what_a_person_imports_later_was_known_when_they_say(tmp_path: Path) -> None:
    space = watched(tmp_path)
    quiet = datetime(2025, 3, 1, 9, tzinfo=UTC)
    brought(space, quiet, "fred", closes("fred", "2025-02-27", 2, 15))
    panic(space, ["2025-03-03", "2025-03-04"])
    assert space.regime_at("2025-03-05T20:00") == "PAUSED"


@pytest.mark.parametrize("vix", [(15, 15, 45, 45, 15), (15, 45, 15, 15, 15), (15,) * 5])
def test_the_regime_is_the_same_whoever_fetches_daily_or_once_a_week(
    tmp_path: Path, vix: tuple[int, ...]
) -> None:
    daily, weekly = watched(tmp_path / "daily"), watched(tmp_path / "weekly")
    first = datetime(2025, 3, 3, 23, tzinfo=UTC)
    days = following("2025-03-03", len(vix))
    rows = [closes("fred", day, 1, level)[0] for day, level in zip(days, vix, strict=True)]
    for day, row in enumerate(rows):
        brought(daily, first + timedelta(days=day), "fred", [row])
    brought(weekly, first, "fred", rows[:1])
    monday = first + timedelta(days=7)
    brought(weekly, monday, "fred", rows)
    brought(daily, monday, "fred", rows)
    noon = monday.replace(hour=23, minute=30)
    assert gate_at(daily, noon) == gate_at(weekly, noon)


def test_a_late_value_keeps_its_usual_hour_and_a_revision_counts_from_now(tmp_path: Path) -> None:
    space = watched(tmp_path)
    at = datetime(2025, 3, 7, 23, tzinfo=UTC)
    assert brought(space, at, "fred", closes("fred", "2025-03-05", 2, 15)) == (2, 0)
    more = closes("fred", "2025-03-03", 4, 15) + closes("fred", "2025-03-07", 1, 16)
    assert brought(space, at + timedelta(days=3), "fred", more) == (3, 2)
    assert kept(space) == [
        ("2025-03-03", "2025-03-03T22:30", "15"),
        ("2025-03-04", "2025-03-04T22:30", "15"),
        ("2025-03-05", "2025-03-05T22:30", "15"),
        ("2025-03-06", "2025-03-06T22:30", "15"),
        ("2025-03-07", "2025-03-07T22:30", "16"),
    ]


def test_a_second_source_says_nothing_new_or_revises_from_now_on(tmp_path: Path) -> None:
    space = watched(tmp_path)
    panic(space, ["2025-03-03"], vix=15)
    at = datetime(2025, 3, 6, 14, tzinfo=UTC)
    slower = [replace(one, observed_at=at) for one in closes("fred", "2025-03-03", 1, 15)]
    assert brought(space, at, "fred", slower) == (0, 1)
    assert brought(space, at, "yfinance", closes("yfinance", "2025-03-03", 1, 16)) == (1, 0)
    assert kept(space) == [
        ("2025-03-03", "2025-03-03T22:30", "15"),
        ("2025-03-03", "2025-03-06T14:00", "16"),
    ]


def test_a_late_reading_before_everything_else_is_folded_in(tmp_path: Path) -> None:
    """The same readings give the same regime, in whatever order they came in."""
    late, early = watched(tmp_path / "late"), watched(tmp_path / "early")
    panic(early, ["2025-03-03"])
    late.at("2025-03-04")
    panic(late, ["2025-03-03"])
    assert late.regime_at("2025-03-04T20:00") == early.regime_at("2025-03-04T20:00") == "PAUSED"


def test_a_price_is_bought_at_as_it_was_known(tmp_path: Path) -> None:
    space = space_in(tmp_path, fee=0)
    space.read("px.BTC", [("2025-03-02", 80000), ("2025-03-03", 90000)])
    assert space.at("2025-03-03").one["order"]["limit_price"] == "80000"
    assert space.at("2025-03-04").one["order"]["limit_price"] == "90000"


def test_an_old_price_is_no_price_to_buy_at(tmp_path: Path) -> None:
    space = space_in(tmp_path, fee=0)
    space.prices("2025-03-03", 1)  # true to the end of the 2nd and the 3rd
    assert space.at("2025-03-05T09:05").verdict == "BUY"
    stale = space.at("2025-03-06T09:05")
    assert (stale.exit, stale.verdict, stale.codes) == (65, "WAIT", ["PRICE_STALE"])


def test_a_decision_keeps_the_prices_it_saw_even_when_it_paused(tmp_path: Path) -> None:
    space = watched(tmp_path)
    panic(space, ["2025-03-03"])
    space.at("2025-03-04")
    ((verdict, ask, source, at),) = space.rows(
        "SELECT verdict, ask, price_source, price_at FROM decisions"
    )
    assert (verdict, ask, source) == ("PAUSE", "80000", "series px.BTC")
    assert at == "2025-03-04T00:00:00Z"


def test_the_real_days_of_early_2025_pause(tmp_path: Path) -> None:
    """The recorded closes and flows that the program ships: on 26 February buying had paused."""
    space = space_in(tmp_path, fee=0, gate="enabled = true")
    data = files("dcaguard") / "data"
    for name, series, scale, known in (
        ("btc_close_usd.csv", "px.BTC", 1, ""),
        ("vix_close.csv", "vix", 1, "22:30"),
        ("etf_btc_flow_usd_m.csv", "etf.btc.flow_usd", 1_000_000, ""),
    ):
        rows = list(csv.reader((data / name).read_text().splitlines()))[1:]
        space.read(series, [(day, D(value) * scale) for day, value in rows], known=known)
    before = space.at("2025-01-20")
    assert (before.verdict, before.regime) == ("BUY", "NORMAL")
    found = space.at("2025-02-27")
    assert (found.verdict, found.regime) == ("PAUSE", "PAUSED")
    assert space.rows("SELECT count(*) FROM orders") == [(1,)]
