"""A reading counts from when it was known; history that arrives late says what it changed."""

import csv
from decimal import Decimal as D  # noqa: N817
from importlib.resources import files
from pathlib import Path
from typing import Any

from tests.app.space import Space, panic, space_in

GATE: dict[str, Any] = {"gate": "enabled = true", "rest": "[signals.recovery]\nenabled = false\n"}


def watched(folder: Path) -> Space:
    space = space_in(folder, fee=0, **GATE)
    space.prices("2025-03-03", 20)
    return space


def regimes(space: Space) -> list[tuple[str, str | None, str]]:
    rows = space.rows("SELECT at, previous, regime FROM regimes ORDER BY rowid")
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
        panic(space, ["2025-03-05", "2025-03-06"], vix=15)
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
