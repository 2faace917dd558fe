"""The signals commands as a person calls them: what they print, refuse, and leave untouched."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import dcaguard as package
from dcaguard.adapters.lock import single_writer
from dcaguard.core.source_params import SourcesConfig
from tests.venues.wire.data_server import DataServer

FLOWS = [("2025-02-20", "100000000"), ("2025-02-21", "-62700000"), ("2025-02-24", "-539000000")]
SERIES = "etf.btc.flow_usd"


def run(folder: Path, *words: str, env: dict[str, str] | None = None) -> Any:
    # The package under test is found from any folder, installed or not.
    place = {"PYTHONPATH": str(Path(package.__file__).parents[1]), **(env or {})}
    command = [sys.executable, "-m", "dcaguard", *words]
    return subprocess.run(
        command, cwd=folder, env=os.environ | place, capture_output=True, check=False, text=True
    )


def document(folder: Path, *words: str, exit_code: int = 0, **how: Any) -> dict[str, Any]:
    """Return what `--json` prints, after it was checked against the shipped schema."""
    done = run(folder, "--json", *words, **how)
    assert done.returncode == exit_code, done.stdout + done.stderr
    found = json.loads(done.stdout)
    name = found["schema"].removeprefix("dcaguard.").removesuffix("/1")
    shipped = resources.files("dcaguard") / "schemas" / f"{name}.json"
    checker = Draft202012Validator(
        json.loads(shipped.read_text(encoding="utf-8")),
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    assert [error.message for error in checker.iter_errors(found)] == []
    assert (found["exit"], found["ok"]) == (exit_code, exit_code == 0)
    assert isinstance(found, dict)
    return found


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    assert run(tmp_path, "init").returncode == 0
    return tmp_path


def csv_file(folder: Path, rows: list[tuple[str, str]], name: str = "flows.csv") -> str:
    (folder / name).write_text("as_of,value\n" + "".join(f"{d},{v}\n" for d, v in rows))
    return name


def rows_written(folder: Path) -> int:
    if not (folder / "dcaguard.db").exists():
        return 0
    with sqlite3.connect(folder / "dcaguard.db") as journal:
        return int(journal.execute("SELECT count(*) FROM readings").fetchone()[0])


# --- the list -------------------------------------------------------------------------------------
def test_a_fresh_workspace_tells_of_each_signal_what_it_is_what_is_missing_and_from_where(
    workspace: Path,
) -> None:
    found = document(workspace, "signals")
    assert [one["number"] for one in found["signals"]] == [f"S{n}" for n in range(1, 14)]
    for one in found["signals"]:
        assert one["state"] == "UNKNOWN"
        assert len(one["what"].split()) > 3
        assert one["missing"] or "BTC, ETH need none" in one["reason"]
        assert one["sources"] or not one["missing"], one["name"]
    text = run(workspace, "signals").stdout
    assert "missing: etf.btc.flow_usd" in text
    assert "farside" in text
    assert not (workspace / "dcaguard.db").exists(), "looking makes no journal"


def test_a_signal_that_is_switched_off_says_so(workspace: Path) -> None:
    with (workspace / "config.toml").open("a") as config:
        for name in ("etf-outflow", "recovery"):
            config.write(f"\n[signals.{name}]\nenabled = false\n")
    found = {one["name"]: one for one in document(workspace, "signals")["signals"]}
    for name in ("etf-outflow", "recovery"):
        assert (found[name]["freshness"], found[name]["enabled"]) == ("DISABLED", False)
    assert found["whale-selling"]["enabled"] is True


def test_the_explanation_of_an_empty_journal_is_normal_and_unknown(workspace: Path) -> None:
    found = document(workspace, "signals", "explain")
    assert (found["regime"], found["composite"], found["blocks"]) == ("NORMAL", None, {})
    assert found["next"]


# --- import ---------------------------------------------------------------------------------------
def test_an_import_tells_what_is_new_and_the_same_file_adds_nothing(workspace: Path) -> None:
    name = csv_file(workspace, FLOWS)
    first = document(workspace, "signals", "import", SERIES, name)
    assert (first["new"], first["same"]) == (3, 0)
    assert (first["first"], first["last"]) == ("2025-02-20T00:00:00Z", "2025-02-24T00:00:00Z")
    again = document(workspace, "signals", "import", SERIES, name)
    assert (again["new"], again["same"]) == (0, 3)
    assert rows_written(workspace) == 3
    rows = document(workspace, "signals", "history", SERIES)["rows"]
    assert [(r["as_of"][:10], r["value"]) for r in rows] == FLOWS
    assert rows[0]["observed_at"] == "2025-02-21T12:30:00Z"
    assert rows[0]["source"] == "import:flows.csv"


def test_another_value_is_refused_with_its_line_and_both_values_until_it_is_a_revision(
    workspace: Path,
) -> None:
    document(workspace, "signals", "import", SERIES, csv_file(workspace, FLOWS))
    other = csv_file(workspace, [*FLOWS[:1], ("2025-02-21", "-60000000"), FLOWS[2]], "new.csv")
    refused = document(workspace, "signals", "import", SERIES, other, exit_code=65)
    message = refused["errors"][0]["message"]
    for part in ("new.csv:3", "-62700000", "-60000000", "--revision"):
        assert part in message
    assert rows_written(workspace) == 3
    done = document(workspace, "signals", "import", SERIES, other, "--revision")
    assert (done["new"], done["same"], done["revision"]) == (1, 2, True)
    rows = document(workspace, "signals", "history", SERIES, "--from", "2025-02-21")["rows"]
    values = [(r["as_of"][:10], r["value"]) for r in rows]
    assert values == [("2025-02-21", "-62700000"), ("2025-02-21", "-60000000"), FLOWS[2]]
    assert rows[1]["observed_at"] > rows[0]["observed_at"]


def test_a_file_that_does_not_say_when_speaks_of_the_newest_word_on_a_day(workspace: Path) -> None:
    """A provider that is known at another hour is contradicted all the same."""
    (workspace / "slow.csv").write_text(
        "as_of,value,observed_at\n2025-02-20,100000000,2025-02-21T13:05:00Z\n"
    )
    document(workspace, "signals", "import", SERIES, "slow.csv")
    same = csv_file(workspace, FLOWS[:1], "same.csv")
    found = document(workspace, "signals", "import", SERIES, same)
    assert (found["new"], found["same"]) == (0, 1)
    other = csv_file(workspace, [("2025-02-20", "-70000000")], "other.csv")
    refused = document(workspace, "signals", "import", SERIES, other, exit_code=65)
    assert "other.csv:2" in refused["errors"][0]["message"]
    assert rows_written(workspace) == 1
    document(workspace, "signals", "import", SERIES, other, "--revision")
    # The first word again, as a revision of the second: the newest counts.
    document(workspace, "signals", "import", SERIES, same, "--revision")
    rows = document(workspace, "signals", "history", SERIES)["rows"]
    assert [row["value"] for row in rows] == ["100000000", "-70000000", "100000000"]
    assert [row["observed_at"] for row in rows] == sorted(row["observed_at"] for row in rows)


def test_of_a_days_words_in_a_file_the_last_is_the_newest_and_comes_once(workspace: Path) -> None:
    (workspace / "known.csv").write_text(
        "as_of,value,observed_at\n2025-02-20,100000000,2025-02-21T12:30:00Z\n"
    )
    document(workspace, "signals", "import", SERIES, "known.csv")
    (workspace / "words.csv").write_text(
        "as_of,value,observed_at\n2025-02-20,-70000000,2025-02-21T12:30:00Z\n"
        "2025-02-20,-80000000,2025-02-22T12:30:00Z\n"
    )
    for _ in range(3):
        document(workspace, "signals", "import", SERIES, "words.csv", "--revision")
        rows = document(workspace, "signals", "history", SERIES)["rows"]
        assert [row["value"] for row in rows] == ["100000000", "-80000000"]


def at_hour(flows: list[tuple[str, str]], change: int = 0) -> list[tuple[str, str]]:
    return [(f"{day}T21:00:00Z", str(int(value) + change)) for day, value in flows]


def test_a_day_at_another_hour_is_the_same_reading_or_refused_with_both_rows(
    workspace: Path,
) -> None:
    """Eight sessions of outflow and the same eight again must never be sixteen sessions."""
    document(workspace, "signals", "import", SERIES, csv_file(workspace, FLOWS))
    again = csv_file(workspace, at_hour(FLOWS), "again.csv")
    found = document(workspace, "signals", "import", SERIES, again)
    assert (found["new"], found["same"]) == (0, 3)
    other = csv_file(workspace, at_hour(FLOWS, 10**6), "other.csv")
    refused = document(workspace, "signals", "import", SERIES, other, exit_code=65)
    message = refused["errors"][0]["message"]
    for part in (
        "other.csv:2",
        FLOWS[0][1],
        "00:00Z",
        "21:00Z",
        "import:flows.csv",
        "one row a day",
    ):
        assert part in message
    assert "\n" not in message
    assert rows_written(workspace) == 3
    done = document(workspace, "signals", "import", SERIES, other, "--revision")
    assert (done["new"], done["same"], done["revision"]) == (3, 0, True)
    rows = document(workspace, "signals", "history", SERIES)["rows"]
    assert {row["as_of"] for row in rows} == {f"{day}T00:00:00Z" for day, _ in FLOWS}
    assert rows_written(workspace) == 6


def test_a_file_of_hours_is_refused_where_a_series_has_one_value_a_day(workspace: Path) -> None:
    hours = [(f"2025-02-20T{hour:02d}:00:00Z", str(80000 + hour)) for hour in range(24)]
    name = csv_file(workspace, hours, "hours.csv")
    refused = document(workspace, "signals", "import", "px.BTC", name, exit_code=65)
    assert "hours.csv:3: 2025-02-20" in refused["errors"][0]["message"]
    assert rows_written(workspace) == 0
    pegs = csv_file(workspace, [(at, "0.99") for at, _ in hours], "peg.csv")
    assert document(workspace, "signals", "import", "peg.USDC", pegs)["new"] == 24


def test_a_revision_changes_no_answer_about_the_past(workspace: Path) -> None:
    rows = [(f"2025-02-{day:02}", "100000000") for day in (18, 19, 20, 21)]
    assets = [(day, "100000000000") for day, _ in rows]
    document(workspace, "signals", "import", SERIES, csv_file(workspace, rows))
    document(workspace, "signals", "import", "etf.btc.aum_usd", csv_file(workspace, assets))
    asked = ("signals", "--as-of", "2025-02-24")
    before = document(workspace, *asked)["signals"][0]
    assert before["state"] == "CALM"
    worse = csv_file(workspace, [*rows[:3], (rows[3][0], "-400000000")], "worse.csv")
    document(workspace, "signals", "import", SERIES, worse, "--revision")
    assert document(workspace, *asked)["signals"][0] == before


BAD = {
    "a day with two values": ([*FLOWS, ("2025-02-24", "-1")], ":5"),
    "a text in a number": ([*FLOWS, ("2025-02-25", "n/a")], ":5"),
    "a day in the future": ([*FLOWS, ("2099-02-25", "100000000")], ":5"),
    "a thousand times too large": ([*FLOWS, ("2025-02-25", "-1113700000000")], ":5"),
    "a missing session": ([FLOWS[0], FLOWS[2]], ":3"),
    "a day that is none": ([*FLOWS, ("2025-02-30", "100000000")], ":5"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_file_with_a_bad_row_is_refused_at_its_line_and_writes_nothing(
    workspace: Path, what: str
) -> None:
    rows, line = BAD[what]
    found = document(
        workspace, "signals", "import", SERIES, csv_file(workspace, rows), exit_code=65
    )
    assert f"flows.csv{line}" in found["errors"][0]["message"]
    assert rows_written(workspace) == 0


@pytest.mark.parametrize("day", ["2025-02-25", "2025-02-19"])
def test_a_value_a_thousand_times_off_the_known_ones_is_refused_on_either_side(
    workspace: Path, day: str
) -> None:
    known = [("2025-02-20", "98000"), ("2025-02-21", "96000"), ("2025-02-22", "96500")]
    document(workspace, "signals", "import", "px.BTC", csv_file(workspace, known))
    wild = csv_file(workspace, [(day, "96.5")], "wild.csv")
    found = document(workspace, "signals", "import", "px.BTC", wild, exit_code=65)
    assert "wild.csv:2" in found["errors"][0]["message"]
    assert rows_written(workspace) == 3


@pytest.mark.parametrize(
    ("words", "exit_code", "part"),
    [
        (("px.btc", "flows.csv"), 65, "px.BTC"),
        (("px.BTC", "none.csv"), 66, "none.csv"),
        (("px.BTC", "flows.csv", "--observed-at-lag", "soon"), 2, "18h"),
    ],
)
def test_a_mistake_in_the_call_is_one_line_with_a_remedy(
    workspace: Path, words: tuple[str, ...], exit_code: int, part: str
) -> None:
    csv_file(workspace, FLOWS)
    done = run(workspace, "signals", "import", *words)
    assert done.returncode == exit_code
    assert part in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_lag_moves_the_instant_at_which_a_value_is_known(workspace: Path) -> None:
    rows = [("2025-02-20", "98000"), ("2025-02-21", "96000")]
    csv_file(workspace, rows)
    document(workspace, "signals", "import", "px.BTC", "flows.csv", "--observed-at-lag", "PT36H")
    found = document(workspace, "signals", "history", "px.BTC")["rows"]
    assert [r["observed_at"] for r in found] == ["2025-02-21T12:00:00Z", "2025-02-22T12:00:00Z"]


def test_an_import_waits_for_no_other_run(workspace: Path) -> None:
    csv_file(workspace, FLOWS)
    with single_writer(workspace / "dcaguard.lock"):
        document(workspace, "signals", "import", SERIES, "flows.csv", exit_code=75)
    assert rows_written(workspace) == 0


# --- history --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("nonsense",), "no signal or series"),
        (("etf-outflow", "--from", "soon"), "2025-02-28"),
        (("etf-outflow", "--from", "2025-02-02", "--to", "2025-02-01"), "swap"),
    ],
)
def test_a_history_that_cannot_be_shown_is_a_usage_error(
    workspace: Path, words: tuple[str, ...], part: str
) -> None:
    found = document(workspace, "signals", "history", *words, exit_code=2)
    assert part in found["errors"][0]["message"]


def test_the_window_of_a_series_holds_both_of_its_days(workspace: Path) -> None:
    document(workspace, "signals", "import", SERIES, csv_file(workspace, FLOWS))
    window = ("--from", "2025-02-20", "--to", "2025-02-21")
    rows = document(workspace, "signals", "history", SERIES, *window)["rows"]
    assert [(r["as_of"][:10], r["value"]) for r in rows] == FLOWS[:2]


# --- fetch and sources ----------------------------------------------------------------------------
@pytest.fixture
def server() -> Iterator[DataServer]:
    with DataServer() as running:
        yield running


def sources(folder: Path, **tables: str) -> None:
    """Switch every source off but these."""
    off = [n for n in SourcesConfig.model_fields if n not in {"csv", "json_", *tables}]
    text = "".join(f"\n[sources.{name}]\nenabled = false\n" for name in off)
    text += "".join(f"\n[sources.{name}]\n{table}\n" for name, table in tables.items() if table)
    with (folder / "config.toml").open("a") as config:
        config.write(text)


def own_flows(folder: Path) -> None:
    """Add a mapped file, which is read without a network."""
    csv_file(folder, FLOWS)
    with (folder / "config.toml").open("a") as config:
        config.write(f'\n[sources.csv.mine]\nseries = "{SERIES}"\npath = "flows.csv"\n')


def test_a_fetch_writes_what_came_and_tells_of_the_source_that_failed(
    workspace: Path, server: DataServer
) -> None:
    server.route("/graph/fredgraph.csv", challenge=200)
    sources(workspace, fred=f'base_url = "{server.base_url}"')
    own_flows(workspace)
    found = document(workspace, "signals", "fetch")
    assert {one["source"]: one["new"] for one in found["sources"]} == {"csv": 3, "fred": 0}
    assert [error["where"] for error in found["errors"]] == ["fred"]
    assert rows_written(workspace) == 3
    again = run(workspace, "signals", "fetch")
    assert (again.returncode, "1 of 2 sources failed (fred)" in again.stderr) == (0, True)
    assert run(workspace, "signals", "fetch", "fred").returncode == 65
    rows = {one["source"]: one for one in document(workspace, "signals", "sources")["sources"]}
    assert (rows["csv"]["last_success"] is None, rows["csv"]["last_error"]) == (False, None)
    assert rows["fred"]["last_success"] is None
    assert "fred" in rows["fred"]["error"]
    assert rows["farside"]["enabled"] is False


def contradicted(folder: Path) -> None:
    """Let two tables tell of one series, and disagree on its last day."""
    sources(folder)
    own_flows(folder)
    rows = (folder / "flows.csv").read_text().splitlines()
    day = rows[-1].partition(",")[0]
    (folder / "other.csv").write_text("\n".join([*rows[:-1], f"{day},3000000000"]) + "\n")
    with (folder / "config.toml").open("a") as config:
        config.write(f'\n[sources.csv.other]\nseries = "{SERIES}"\npath = "other.csv"\n')


def test_two_tables_that_contradict_each_other_are_both_refused_for_that_day(
    workspace: Path,
) -> None:
    contradicted(workspace)
    found = document(workspace, "signals", "fetch")
    (error,) = found["errors"]
    assert "csv.other says 3000000000" in error["message"]
    assert "csv.mine says" in error["message"]
    assert rows_written(workspace) == 2


def test_a_source_that_failed_and_brought_nothing_new_is_a_failure_told_whole(
    workspace: Path,
) -> None:
    contradicted(workspace)
    assert run(workspace, "signals", "fetch").returncode == 0
    again = run(workspace, "signals", "fetch")
    assert again.returncode == 65
    assert "neither is used until they agree" in again.stdout
    assert "…" not in again.stdout


def test_a_named_source_that_fails_gives_its_exit_code(workspace: Path, server: DataServer) -> None:
    server.route("/graph/fredgraph.csv", "", status=503)
    sources(workspace, fred=f'base_url = "{server.base_url}"')
    own_flows(workspace)
    found = document(workspace, "signals", "fetch", "fred", exit_code=69)
    assert found["code"] == "VENUE_UNAVAILABLE"
    assert document(workspace, "signals", "fetch", "csv")["new"] == 3
    assert document(workspace, "signals", "fetch")["new"] == 0


def test_a_fetch_in_which_every_source_fails_is_a_failure(
    workspace: Path, server: DataServer
) -> None:
    server.route("/graph/fredgraph.csv", "<html></html>")
    sources(workspace, fred=f'base_url = "{server.base_url}"')
    found = document(workspace, "signals", "fetch", exit_code=65)
    assert found["new"] == 0
    assert rows_written(workspace) == 0


def test_a_fetch_with_every_source_off_does_nothing(workspace: Path) -> None:
    sources(workspace)
    assert document(workspace, "signals", "fetch")["sources"] == []


def test_an_unknown_or_disabled_source_is_named_with_the_choices(workspace: Path) -> None:
    for name in ("nonsense", "sosovalue"):
        found = document(workspace, "signals", "fetch", name, exit_code=78)
        assert "farside" in found["errors"][0]["message"]


def test_sources_tell_of_a_key_without_showing_it(workspace: Path) -> None:
    sources(workspace, sosovalue='enabled = true\ncredentials = "env:SOSO_KEY"')
    for env, held in (({}, False), ({"SOSO_KEY": "s3cret-value-of-mine"}, True)):
        done = run(workspace, "--json", "signals", "sources", env=env)
        row = next(o for o in json.loads(done.stdout)["sources"] if o["source"] == "sosovalue")
        assert (row["needs_key"], row["has_key"], row["enabled"]) == (True, held, True)
        assert row["missing"] == ([] if held else ['a key: credentials = "env:NAME"'])
        assert "s3cret" not in done.stdout + done.stderr
    assert "Farside Investors" in run(workspace, "signals", "sources").stdout


def test_sources_tell_units_and_what_is_missing_before_they_can_be_asked(
    workspace: Path,
) -> None:
    own_flows(workspace)
    rows = {one["source"]: one for one in document(workspace, "signals", "sources")["sources"]}
    assert rows["edgar"]["missing"] == ['contact = "Name name@example.org"']
    assert rows["farside"]["missing"] == []
    assert rows["farside"]["units"] == {"etf.btc.flow_usd": "USD", "etf.eth.flow_usd": "USD"}
    assert rows["csv"]["units"] == {SERIES: "USD"}
    assert rows["csv"]["never_read"] == [SERIES]
    assert run(workspace, "signals", "fetch", "csv").returncode == 0
    rows = {one["source"]: one for one in document(workspace, "signals", "sources")["sources"]}
    assert rows["csv"]["never_read"] == []
    with (workspace / "config.toml").open("a") as config:
        config.write('[sources.csv.slip]\nseries = "vixx"\npath = "flows.csv"\n')
    refused = run(workspace, "signals", "sources")
    assert (refused.returncode, "did you mean vix?" in refused.stderr) == (78, True)
    (workspace / "config.toml").write_text(
        (workspace / "config.toml").read_text().replace("vixx", "vix")
    )
    text = run(workspace, "signals", "sources").stdout
    assert "    missing: contact = " in text
    assert "    in USD; updates overnight" in text


# --- events ---------------------------------------------------------------------------------------
def test_an_event_of_high_severity_elevates_regulation_until_its_end(workspace: Path) -> None:
    found = document(
        workspace, "signals", "event", "add", "--severity", "high", "--until", "2099-01-01",
        "--note", "my bank froze transfers",
    )  # fmt: skip
    assert (found["severity"], found["until"]) == ("HIGH", "2099-01-01T00:00:00Z")
    told = {one["name"]: one for one in document(workspace, "signals")["signals"]}["regulation"]
    assert (told["state"], told["vote"], told["freshness"]) == ("ELEVATED", True, "FRESH")
    before = document(workspace, "signals", "--as-of", "2020-01-01")["signals"][7]
    assert (before["name"], before["state"]) == ("regulation", "UNKNOWN")
    ended = document(workspace, "signals", "--as-of", "2099-01-02")["signals"][7]
    assert ended["state"] == "UNKNOWN"


def test_an_event_that_is_taken_back_holds_until_then(workspace: Path) -> None:
    assert document(workspace, "signals", "event", "end")["ended"] == []
    document(workspace, "signals", "event", "add", "--severity", "high", "--until", "2099-01-01")
    between = datetime.now(UTC)
    found = document(workspace, "signals", "event", "end")
    assert [one["severity"] for one in found["ended"]] == ["HIGH"]
    told = {one["name"]: one for one in document(workspace, "signals")["signals"]}["regulation"]
    assert (told["state"], told["vote"]) == ("UNKNOWN", False)
    before = document(workspace, "signals", "--as-of", between.isoformat())["signals"]
    assert {one["name"]: one["state"] for one in before}["regulation"] == "ELEVATED"
    assert document(workspace, "signals", "event", "end")["journal_seq"] is None


def test_an_event_without_an_end_holds_for_fourteen_days(workspace: Path) -> None:
    found = document(workspace, "signals", "event", "add", "--severity", "low")
    assert found["until"] is None
    assert found["ends"] > found["since"]
    told = document(workspace, "signals")["signals"][7]
    assert (told["name"], told["state"]) == ("regulation", "UNKNOWN")


@pytest.mark.parametrize(
    "words",
    [
        ("--severity", "huge"),
        ("--severity", "high", "--until", "2020-01-01"),
        ("--severity", "high", "--until", "soon"),
        ("--severity", "high", "--note", "x" * 501),
        (),
    ],
)
def test_an_event_that_makes_no_sense_is_refused_in_one_line(
    workspace: Path, words: tuple[str, ...]
) -> None:
    done = run(workspace, "signals", "event", "add", *words)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert not (workspace / "dcaguard.db").exists() or rows_written(workspace) == 0


def test_text_from_outside_is_shown_escaped(workspace: Path) -> None:
    name = "f\x1b[31m.csv"
    document(workspace, "signals", "import", SERIES, csv_file(workspace, FLOWS, name))
    shown = run(workspace, "signals", "history", SERIES).stdout
    assert "\x1b" not in shown
    assert "\\x1b[31m" in shown


@pytest.mark.parametrize(
    ("severity", "words"),
    [
        ("high", "at most half is bought until then"),
        ("medium", "scores 0.5 at least until then, without a vote"),
        ("low", "changes nothing"),
    ],
)
def test_an_event_says_what_its_severity_does(workspace: Path, severity: str, words: str) -> None:
    assert words in run(workspace, "signals", "event", "add", "--severity", severity).stdout
    help_text = " ".join(run(workspace, "signals", "event", "add", "--help").stdout.split())
    assert "medium: S8 scores 0.5 at least, without a vote" in help_text


@pytest.mark.parametrize("off", ["gate", "signals.regulation"])
def test_an_event_that_nobody_hears_says_so(workspace: Path, off: str) -> None:
    with (workspace / "config.toml").open("a") as config:
        config.write(f"\n[{off}]\nenabled = false\n")
    told = run(workspace, "signals", "event", "add", "--severity", "high").stdout
    assert f"it changes nothing while [{off}] enabled = false" in told


def test_an_unknown_name_is_answered_with_the_names_there_are(workspace: Path) -> None:
    told = run(workspace, "signals", "history", "S99").stderr
    assert "S1 etf-outflow, S2 liquidation-spike" in told
    assert "S13 eligibility" in told


def test_explain_and_sources_say_since_when_corrected_and_from_which_file(
    workspace: Path,
) -> None:
    run(workspace, "signals", "import", SERIES, csv_file(workspace, FLOWS))
    (workspace / "later.csv").write_text(
        "as_of,value,observed_at\n2025-02-21,-63000000,2025-02-25T10:00:00Z\n"
    )
    assert run(workspace, "signals", "import", SERIES, "later.csv", "--revision").returncode == 0
    [one] = [i for i in document(workspace, "signals", "explain")["inputs"]
             if i["signal"] == "etf-outflow"]  # fmt: skip
    assert (one["series"], one["from"][:10], one["to"][:10]) == (SERIES, "2025-02-20", "2025-02-24")
    assert one["revised_days"] == 1
    text = run(workspace, "signals", "explain").stdout
    assert f"S1 {SERIES} 2025-02-20 (corrected: 1)" in text
    assert "with the value that was known then" in text
    before = document(workspace, "signals", "explain", "--as-of", "2025-02-24")["inputs"]
    assert {(i["to"][:10], i["revised_days"]) for i in before} == {("2025-02-21", 0)}
    found = document(workspace, "signals", "sources")["imports"]
    assert [(i["file"], i["count"], i["known_by_rule"]) for i in found] == [
        ("flows.csv", 3, 3), ("later.csv", 1, 0)
    ]  # fmt: skip
    text = run(workspace, "signals", "sources").stdout
    assert "taken as known at the usual hour, although they may be later corrections" in text
    assert "the file says when each became known" in text
