"""Each of the thirteen is driven to CALM, ELEVATED and UNKNOWN with imported series alone."""

import json
import math
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

import dcaguard as package
from dcaguard.core.observed import is_business_day, is_nyse_session

DAY = timedelta(days=1)
BREAK = date(2025, 2, 25)  # a Tuesday: every market is open
LAST = BREAK
Rows = list[tuple[date, float]]


def dcaguard(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dcaguard", "--json", *words]
    # The package under test is found from any folder, installed or not.
    place = os.environ | {"PYTHONPATH": str(Path(package.__file__).parents[1])}
    return subprocess.run(
        command, cwd=folder, env=place, capture_output=True, check=False, text=True
    )


def body(folder: Path, *words: str) -> dict[str, Any]:
    done = dcaguard(folder, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def days(
    count: int, open_on: Callable[[date], bool] = lambda _: True, last: date = LAST
) -> list[date]:
    span = (last - DAY * back for back in range(count, -1, -1))
    return [day for day in span if open_on(day)]


def wave(at: int) -> float:
    """Return a little movement, so that nothing is constant: -1 to 1."""
    return math.sin(at * 1.7) * math.cos(at * 0.31)


def series(
    on: Iterable[date], calm: float, spread: float, broken: float, since: date = BREAK
) -> Rows:
    """Return `calm` with a share of `spread` of movement, and `broken` from `since` on."""
    return [
        (day, broken if day >= since else calm * (1 + spread * wave(place)))
        for place, day in enumerate(on)
    ]


def etf() -> dict[str, Rows]:
    sessions = days(60, is_nyse_session)
    flow = [(d, 3e8 if i % 2 else -2e8) for i, d in enumerate(sessions)]
    return {
        "etf.btc.flow_usd": [*flow[:-1], (BREAK, -1.1e9)],
        "etf.btc.aum_usd": series(sessions, 1e11, 0.01, 9.9e10),
    }


def whales() -> dict[str, Rows]:
    week = BREAK - 6 * DAY
    return {
        "ex.btc.inflow": series(days(200), 30_000, 0.1, 60_000, week),
        "ex.btc.outflow": series(days(200), 30_000, 0.05, 30_000, week),
        "ex.btc.supply": series(days(200), 2.3e6, 0.001, 2.3e6),
        "cdd.btc": series(days(200), 1e7, 0.3, 6e7, week),
    }


def bitcoin(broken: float, since: date = BREAK) -> dict[str, Rows]:
    return {"px.BTC": series(days(200), 100_000, 0.02, broken, since)}


def shares(names: Iterable[str], broken: float) -> dict[str, Rows]:
    return {f"px.{n}": series(days(200, is_nyse_session), 100, 0.01, broken) for n in names}


def treasuries() -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    quarter = days(90, is_nyse_session)
    for ticker in ("MSTR", "BMNR"):
        found |= {
            f"dat.{ticker}.mnav": series(quarter, 1.5, 0.05, 0.7),
            f"dat.{ticker}.nav_usd": series(quarter, 2e9, 0.01, 1e9),
            f"dat.{ticker}.entry_usd": series(quarter, 1.5e9, 0, 1.5e9),
            f"dat.{ticker}.holdings": series(quarter, 20_000, 0, 18_000),
        }
    return found


def revenue() -> dict[str, Rows]:
    return {
        "rev.UNI.usd_day": series(days(200), 1e5, 0.1, 1e5),
        "rev.UNI.holders_usd_day": series(days(200), 1e4, 0.1, 1e4),
        "mcap.UNI": series(days(200), 5e8, 0.01, 3e9),
        "px.UNI": series(days(420), 8, 0.01, 8),
    }


CASES: dict[str, Callable[[], dict[str, Rows]]] = {
    "etf-outflow": etf,
    "liquidation-spike": lambda: bitcoin(80_000),
    "treasury-spiral": treasuries,
    "rate-repricing": lambda: {
        "us2y": series(days(60, is_business_day), 4.2, 0.002, 4.7),
        "effr": series(days(60, is_business_day), 4.33, 0, 4.33),
    },
    "megacap-drawdown": lambda: shares(("NVDA", "MSFT", "AAPL"), 80),
    "everything-sold": lambda: bitcoin(88_000) | shares(("SPX", "GOLD"), 94),
    "whale-selling": whales,
    "regulation": lambda: bitcoin(80_000) | {"news.regulation": series(days(120), 1.0, 0.1, 8.0)},
    "privacy-rotation": lambda: (
        bitcoin(85_000, BREAK - 3 * DAY)
        | {f"px.{c}": series(days(200), 50, 0.02, 90) for c in ("ZEC", "XMR")}
    ),
    "altcoin-breadth": lambda: {
        "breadth.above_50dma": series(days(60), 0.5, 0.1, 0.04),
        "breadth.at_30d_low": series(days(60), 0.05, 0.1, 0.7),
    },
    "recovery": lambda: etf() | whales(),
    "venue-custody": lambda: {"peg.USDT": series(days(60), 1.0, 0.0005, 0.95)},
    "eligibility": revenue,
}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    assert dcaguard(tmp_path, "init").returncode == 0
    return tmp_path


def written(folder: Path, rows: dict[str, Rows]) -> None:
    for name, values in rows.items():
        file = folder / f"{name}.csv"
        file.write_text("as_of,value\n" + "".join(f"{d},{v:.6f}\n" for d, v in values))
        done = body(folder, "signals", "import", name, str(file))
        assert done["new"] == len(values)


def state_of(folder: Path, name: str, at: str) -> dict[str, Any]:
    found = body(folder, "signals", "--as-of", at)
    assert len(found["signals"]) == 13
    told: dict[str, Any] = next(one for one in found["signals"] if one["name"] == name)
    return told


def test_every_signal_has_a_case() -> None:
    from dcaguard.app.signals_about import ABOUT

    assert [about.name for about in ABOUT] == list(CASES)


@pytest.mark.parametrize("name", CASES)
def test_imported_series_drive_a_signal_to_each_state(workspace: Path, name: str) -> None:
    written(workspace, CASES[name]())
    unread = state_of(workspace, name, "2020-01-01")
    assert (unread["state"], unread["freshness"]) == ("UNKNOWN", "NEVER_READ")
    # The value of the day is published on the next day: until then nobody knows of the break.
    calm = state_of(workspace, name, "2025-02-17T12:00Z")
    assert calm["state"] == "CALM", calm
    if name == "eligibility":
        assert calm["reason"] == "UNI earns its place"
    later = state_of(workspace, name, "2025-02-27T00:00Z")
    assert later["state"] == "ELEVATED", later
    assert later["reason"]
    old = state_of(workspace, name, "2025-06-01")
    if name == "venue-custody":  # a coin that lost its peg is not trusted for want of news
        assert old["state"] == "ELEVATED"
    else:
        assert (old["state"], old["freshness"]) == ("UNKNOWN", "EXPIRED"), old


def test_a_state_in_the_past_does_not_change_when_later_readings_arrive(workspace: Path) -> None:
    rows = etf()
    before = {name: values[:-1] for name, values in rows.items()}
    written(workspace, before)
    asked = ("signals", "explain", "--as-of", "2025-02-26T12:29Z")
    first = body(workspace, *asked)
    written(workspace, {n: v[-1:] for n, v in rows.items()})
    assert body(workspace, *asked) == first
    after = body(workspace, "signals", "explain", "--as-of", "2025-02-26T12:30Z")
    told = next(one for one in after["signals"] if one["name"] == "etf-outflow")
    assert (told["state"], told["vote"]) == ("ELEVATED", True)
    assert told["observed_at"] == "2025-02-26T12:30:00Z"


def test_the_list_and_the_explanation_tell_the_three_beside_the_composite_alike(
    workspace: Path,
) -> None:
    # Read at 05:00, when no instant of the regime is: a run at 10:00 knows it, and so do both.
    (workspace / "revenue.csv").write_text(
        "as_of,value,observed_at\n2025-02-24,1000000,2025-02-26T05:00:00Z\n"
    )
    written(workspace, etf())
    body(workspace, "signals", "import", "rev.LINK.usd_day", "revenue.csv")
    at = ("--as-of", "2025-02-26T10:00Z")
    listed = {one["number"]: one for one in body(workspace, "signals", *at)["signals"]}
    explained = {
        one["number"]: one for one in body(workspace, "signals", "explain", *at)["signals"]
    }
    assert listed["S13"]["observed_at"] == "2025-02-26T05:00:00Z"
    for number in ("S11", "S12", "S13"):
        for part in ("state", "freshness", "reason", "as_of", "observed_at", "value"):
            assert explained[number][part] == listed[number][part], (number, part)


def test_the_causes_of_what_is_not_known_are_the_true_ones(workspace: Path) -> None:
    written(workspace, {"px.BTC": [(day, 80_000.0) for day in days(400)]} | etf())
    found = {
        one["number"]: one
        for one in body(workspace, "signals", "--as-of", "2025-02-26T10:00Z")["signals"]
    }
    assert found["S2"]["reason"].startswith("not known: what was read gives no figure")
    assert found["S6"]["reason"].startswith("never read: px.SPX, px.GOLD, px.CSI300, px.HSI (")
    assert found["S6"]["freshness"] == "NEVER_READ"
    assert "1 of 5 markets read" in found["S6"]["reason"]
    assert "rev.ASSET.usd_day" in found["S13"]["reason"]
    assert "defillama" in found["S13"]["reason"]
    # Too few legs of S11 were ever read, and none of what was is old.
    assert found["S11"]["freshness"] != "EXPIRED"
    told = body(workspace, "signals", "explain", "--as-of", "2026-06-01")
    (calms,) = [x for x in told["next"] if x.startswith("NORMAL after")]
    assert calms.endswith("none of which counts while 2 blocks are UNKNOWN")


def test_a_file_gets_whole_sentences(workspace: Path) -> None:
    command = [sys.executable, "-m", "dcaguard", "signals", "explain"]
    place = os.environ | {"PYTHONPATH": str(Path(package.__file__).parents[1])}
    done = subprocess.run(
        command, cwd=workspace, env=place, capture_output=True, check=True, text=True
    )
    assert "…" not in done.stdout
    assert "never read: dat.MSTR.mnav" in done.stdout


def test_the_history_of_a_signal_shows_each_day_as_it_was_known(workspace: Path) -> None:
    written(workspace, etf())
    found = body(
        workspace, "signals", "history", "S1", "--from", "2025-02-24", "--to", "2025-02-27T00:00Z"
    )
    assert found["name"] == "etf-outflow"
    assert [(row["at"][:10], row["state"]) for row in found["rows"]] == [
        ("2025-02-24", "CALM"),
        ("2025-02-25", "CALM"),
        ("2025-02-26", "CALM"),
        ("2025-02-27", "ELEVATED"),
    ]


def test_broken_markets_pause_and_the_explanation_says_what_would_end_it(workspace: Path) -> None:
    written(workspace, bitcoin(80_000) | shares(("SPX", "GOLD"), 90) | etf())
    found = body(workspace, "signals", "explain", "--as-of", "2025-02-27")
    assert found["regime"] in {"PAUSED", "COOLOFF"}
    adds = [float(one["contribution"]) for one in found["signals"] if one["contribution"]]
    assert adds == sorted(adds, reverse=True)
    assert math.isclose(sum(adds), float(found["composite"]), abs_tol=0.001)
    assert found["since"] is not None
    assert any(char.isdigit() for line in found["next"] for char in line)


def test_blocks_in_the_dark_are_named_as_what_holds_the_regime_back(workspace: Path) -> None:
    calm = {name: rows[:-1] for name, rows in etf().items()}
    written(workspace, bitcoin(98_000) | calm)
    known = body(workspace, "signals", "explain", "--as-of", "2025-02-27")
    assert not any("in the dark" in line for line in known["next"])
    dark = body(workspace, "signals", "explain", "--as-of", "2025-04-01")
    assert dark["blocks"] == {"LEVERAGE": None, "FLOWS": None}
    assert dark["regime"] == "CAUTION"
    assert "LEVERAGE, FLOWS are UNKNOWN" in dark["next"][0]
