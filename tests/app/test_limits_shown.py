"""`status` and `guard` never show a limit as unused because they do not know, or do not yet."""

from pathlib import Path

import pytest

from tests.app.space import Space, space_in
from tests.cli.documents import document

CAPS = "order_max = 100\nday_max = 150\nmonth_max = 2000"


@pytest.fixture
def space(tmp_path: Path) -> Space:
    """A strategy that bought for 100 USDT on each of 3, 4 and 5 March, of 1000 in all."""
    made = space_in(tmp_path, fee=0, caps=CAPS, strategy={"budget": "total = 1000"})
    made.prices("2025-03-01", 10)
    made.days("2025-03-03", 3)
    return made


def used(space: Space, *words: str) -> dict[str, tuple[str | None, str | None]]:
    told = document(space.call(*words, "--json"))
    return {row["cap"]: (row["used"], row["left"]) for row in told["caps"]}


def test_money_without_a_rate_leaves_its_limits_unknown_not_unused(space: Space) -> None:
    text = (space.folder / "config.toml").read_text()
    space.write("config.toml", text.replace("schema = 1", "schema = 1\nstablecoins_at_par = []"))
    at = ("--as-of", "2025-03-05T10:00:00Z")
    told = document(space.call("status", "--json", *at))["caps"]
    assert {row["cap"]: (row["used"], row["left"], row["lacks_rate_of"]) for row in told} == {
        "order_max": ("0", "100", []),
        "day_max": (None, None, ["USDT"]),
        "month_max": (None, None, ["USDT"]),
    }
    assert used(space, "guard", *at)["day_max"] == (None, None)
    spoken = space.call("status", *at).out
    assert "not known: no rate for USDT here; `dcaguard guard` asks the venue" in spoken


def test_a_window_without_such_money_is_known_all_the_same(space: Space) -> None:
    text = (space.folder / "config.toml").read_text()
    space.write("config.toml", text.replace("schema = 1", "schema = 1\nstablecoins_at_par = []"))
    assert used(space, "status", "--as-of", "2025-03-06T10:00:00Z") == {
        "order_max": ("0", "100"),
        "day_max": ("0", "150"),
        "month_max": (None, None),
    }
