"""Limits on a day count what was sent or executed on it, by the clock at that moment."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal as D  # noqa: N817
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import uuid4

import pytest

from dcaguard.adapters.config import load_config
from dcaguard.adapters.venues.paper import PaperVenue
from dcaguard.app.run import Request, Result, run_pass
from dcaguard.core.order import LookUp, Order
from dcaguard.wiring import opened
from tests.app.space import Space, moment, space_in, strategy_text

CAPS = "order_max = 100\nday_max = 100\nmonth_max = 1000"


class Hand:
    """A clock that somebody moves."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        del seconds


def slow_pass(
    space: Space, begins: str, sends: str, write: tuple[str, str, dict[str, Any]] | None = None
) -> Result:
    """Do one pass whose witness answers late; meanwhile `write` is appended to the journal."""
    clock = Hand(moment(begins))
    loaded = load_config(space.folder / "config.toml", {}, space.folder)
    real = PaperVenue.find
    with opened(loaded, as_of=clock.at) as world:

        def late(self: PaperVenue, order: Order) -> LookUp:
            clock.at = moment(sends)
            if write is not None:
                world.journal.append(*write, clock.at)
            return real(self, order)

        with mock.patch.object(PaperVenue, "find", late):
            return run_pass(replace(world, clock=clock), Request(uuid4().hex, fetch=False))


def sent_at(space: Space) -> list[str]:
    return [row[0] for row in space.rows("SELECT sent_at FROM orders ORDER BY created_at")]


def test_an_order_that_leaves_after_midnight_counts_in_the_new_day(tmp_path: Path) -> None:
    space = space_in(tmp_path, fee=0, caps=CAPS, strategy={"schedule": 'cron = "57 23 * * *"'})
    late = strategy_text("z", schedule='cron = "1 0 * * *"\nstart = 2025-03-04')
    space.write("strategies/z.toml", late)
    space.prices("2025-03-03", 2)
    slow_pass(space, "2025-03-03T23:59:59", "2025-03-04T00:00:17")
    assert sent_at(space) == ["2025-03-04T00:00:17Z"]
    found = space.at("2025-03-04T00:02").of(strategy="z")
    assert [r["code"] for r in found["reasons"]] == ["CAP_DAY"]


@pytest.mark.parametrize(
    ("spent", "status", "codes"),
    [("0.00", "FILLED", ["GATE_DISABLED"]), ("0.01", "INTENT", ["CAP_DAY"])],
)
def test_caps_are_asked_again_right_before_the_send(
    tmp_path: Path, spent: str, status: str, codes: list[str]
) -> None:
    space = space_in(tmp_path, fee=0, caps=CAPS)
    space.prices("2025-03-03", 1)
    at = moment("2025-03-03T09:05:10")
    trade = {"symbol": "BTC/USDT", "trade_id": "1", "spent": spent, "filled_at": at}
    row = ("unaccounted", "paper", {"account": "paper", "trades": [trade]})
    found = slow_pass(space, "2025-03-03T09:05", "2025-03-03T09:05:20", row)
    assert [str(r.code) for r in found.decided[0].decision.reasons] == codes
    assert space.rows("SELECT status FROM orders") == [(status,)]


def test_an_order_that_rests_over_midnight_counts_where_it_was_executed_too(
    tmp_path: Path,
) -> None:
    rests = '[order]\ntype = "post-only"\nttl = "6h"\n'
    space = space_in(
        tmp_path, fee=0, caps=CAPS, strategy={"more": rests, "schedule": 'cron = "50 23 * * *"'}
    )
    text = (tmp_path / "config.toml").read_text()
    space.write("config.toml", text.replace("spread = 0.0\n", "spread = 0.001\n"))
    space.write("strategies/z.toml", strategy_text("z", schedule='cron = "30 1 * * *"'))
    space.read("px.BTC", [("2025-03-02", 80000), ("2025-03-03", 70000)])
    assert space.at("2025-03-03T23:55").of()["order"]["status"] == "OPEN"
    space.at("2025-03-04T00:20")
    assert space.rows("SELECT status FROM orders") == [("FILLED",)]
    found = space.at("2025-03-04T01:35").of(strategy="z")
    (reason,) = found["reasons"]
    assert (reason["code"], D(reason["detail"]["used"])) == ("CAP_DAY", space.spent())
