"""Ladders, resting orders and market orders on a paper account, from decision to fill."""

# Decimal(100) equals 100, which the type checker does not know of tuples.
# mypy: disable-error-code="comparison-overlap"

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal as D  # noqa: N817
from pathlib import Path
from typing import Any

import pytest

from dcaguard.adapters.halt import HaltFile
from dcaguard.adapters.journal.store import SqliteJournal
from dcaguard.adapters.venues.paper import PaperVenue
from dcaguard.core.order import Placed, PlaceKind
from tests.app.space import Space, following, panic, space_in

PAUSING: dict[str, Any] = {
    "gate": "enabled = true",
    "rest": "[signals.recovery]\nenabled = false\n",
}
LADDER = "[pause]\nladder = [0.20, 0.35]\n"


def falling(folder: Path, closes: list[int]) -> Space:
    """A market that is paused throughout while the price falls from 100000."""
    space = space_in(folder, fee=0, strategy={"more": LADDER}, **PAUSING)
    days = following("2025-03-03", len(closes))
    space.read("px.BTC", [("2025-03-01", 100000), ("2025-03-02", 100000)])
    space.read("px.BTC", zip(days, closes, strict=True))
    panic(space, [d for d in days if d not in {"2025-03-08", "2025-03-09"}])
    return space


def test_each_rung_releases_one_tranche_in_a_pause(tmp_path: Path) -> None:
    closes = [80001, 80000, 79000, 65000, 64000, 60000, 60000]
    space = falling(tmp_path, closes)
    told = [(p.regime, p.verdict, p.codes[0]) for p in space.days("2025-03-04", 7)]
    held, rung = ("PAUSED", "PAUSE", "REGIME_PAUSED"), ("PAUSED", "BUY", "LADDER_WHILE_PAUSED")
    assert told == [held, rung, held, rung, held, held, held]
    assert space.spent() == D(200) - space.purse()[1]


def test_a_fall_through_two_rungs_at_once_releases_one_a_slot(tmp_path: Path) -> None:
    space = falling(tmp_path, [50000] * 4)
    assert [p.verdict for p in space.days("2025-03-04", 4)] == ["BUY", "BUY", "PAUSE", "PAUSE"]


def test_a_rehearsal_uses_up_no_rung(tmp_path: Path) -> None:
    space = falling(tmp_path, [80000] * 2)
    for minute in ("05", "06"):
        assert space.at(f"2025-03-04T09:{minute}", dry_run=True).verdict == "BUY"
    assert [p.verdict for p in space.days("2025-03-04", 2)] == ["BUY", "PAUSE"]


@pytest.mark.parametrize("step", ["act._after_post", "run.after_buying"])
def test_a_rung_whose_run_was_stopped_once_the_order_had_left_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    space = falling(tmp_path, [80000] * 4)

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(f"dcaguard.app.{step}", stopped)
        with pytest.raises(KeyboardInterrupt):
            space.at("2025-03-04")
    assert [p.verdict for p in space.days("2025-03-05", 2)] == ["PAUSE", "PAUSE"]
    assert space.rows("SELECT status FROM orders") == [("FILLED",)]


def test_a_rung_is_free_again_when_its_order_provably_bought_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = falling(tmp_path, [80000] * 4)
    for day, kind in (("2025-03-04", PlaceKind.REJECTED_FUNDS), ("2025-03-05", PlaceKind.NOT_SENT)):
        with monkeypatch.context() as patched:
            answer = Placed(kind, code="x", detail="x")
            patched.setattr(PaperVenue, "place", lambda *_, said=answer: said)
            assert space.at(day).one["order"]["status"] in {"REJECTED", "ABANDONED"}
    assert [p.verdict for p in space.days("2025-03-06", 2)] == ["BUY", "PAUSE"]


def test_a_rung_that_an_older_program_released_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    space, append = falling(tmp_path, [80000] * 4 + [60000] * 3), SqliteJournal.append

    def without_rung(
        store: SqliteJournal, kind: str, subject: str, body: Mapping[str, object], at: datetime
    ) -> int:
        kept = {key: value for key, value in body.items() if (kind, key) != ("terms", "rung")}
        return append(store, kind, subject, kept, at)

    with monkeypatch.context() as older:
        older.setattr(SqliteJournal, "append", without_rung)
        assert space.at("2025-03-04").verdict == "BUY"
    assert [p.verdict for p in space.days("2025-03-05", 6)] == [
        "PAUSE",
        "PAUSE",
        "PAUSE",
        "BUY",
        "PAUSE",
        "PAUSE",
    ]


def test_a_rung_is_free_again_when_a_halt_came_right_before_the_post(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = falling(tmp_path, [80000] * 3)

    def reason(_: HaltFile) -> str | None:
        return "a person" if space.rows("SELECT status FROM orders") == [("SENDING",)] else None

    with monkeypatch.context() as patched:
        patched.setattr(HaltFile, "reason", reason)
        held = space.at("2025-03-04")
    assert held.codes == ["HALTED"]
    assert [p.verdict for p in space.days("2025-03-05", 2)] == ["BUY", "PAUSE"]


def test_a_market_order_spends_at_most_the_tranche(tmp_path: Path) -> None:
    more = '[order]\ntype = "market"\n'
    space = space_in(tmp_path, price="collar = 0.01", strategy={"more": more})
    space.prices("2025-03-03", 1)
    found = space.at("2025-03-03")
    assert found.one["order"]["type"] == "market"
    assert D(98) < space.spent() <= 100


def test_a_thin_book_fills_a_part_and_the_rest_carries(tmp_path: Path) -> None:
    space = space_in(tmp_path, fee=0)
    text = (tmp_path / "config.toml").read_text()
    space.write("config.toml", text.replace("spread = 0.0\n", "spread = 0.0\ndepth_quote = 40\n"))
    space.prices("2025-03-03", 2)
    found = space.at("2025-03-03")
    assert found.one["order"]["status"] == "PARTIAL_CLOSED"
    assert (space.spent(), space.purse()) == (40, (0, 60))
    assert space.at("2025-03-04").bought == 160


def test_a_resting_order_counts_at_its_worst_and_fills_when_the_price_comes(tmp_path: Path) -> None:
    more = '[order]\ntype = "post-only"\nttl = "P3D"\n'
    caps = "order_max = 150\nday_max = 150\nweek_max = 150\nmonth_max = 1000"
    space = space_in(tmp_path, fee=0, caps=caps, strategy={"more": more})
    text = (tmp_path / "config.toml").read_text()
    space.write("config.toml", text.replace("spread = 0.0\n", "spread = 0.001\n"))
    space.read("px.BTC", [("2025-03-02", 80000), ("2025-03-03", 80000), ("2025-03-04", 70000)])
    order = space.at("2025-03-03").one["order"]
    assert (order["status"], order["limit_price"]) == ("OPEN", "79960")
    assert space.spent() == 0
    second = space.at("2025-03-04")
    assert second.codes == ["CAP_DAY", "CAP_WEEK"]
    assert D(second.detail("CAP_WEEK")["used"]) == D(order["max_quote"])
    space.at("2025-03-05T00:05")
    assert space.rows("SELECT status FROM orders") == [("FILLED",)]
    assert D(99) < space.spent() <= 100
