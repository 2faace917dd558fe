"""`status` and `guard` never show a limit as unused because they do not know, or do not yet."""

from pathlib import Path

import pytest

from dcaguard.adapters.config import load_config
from dcaguard.app.guard import guard_then
from dcaguard.app.status import status
from dcaguard.wiring import as_it_stood, opened
from tests.app.space import Space, moment, space_in
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


def test_what_was_spent_later_is_no_part_of_an_earlier_status(space: Space) -> None:
    loaded = load_config(space.folder / "config.toml", {}, space.folder)
    then = moment("2025-03-03T10:00")
    with opened(loaded, as_of=then, write=False) as world:
        stood = as_it_stood(world, then)
        found = status(world, then, stood=stood)
        guarded = guard_then(stood, then)
        now = status(world, then)
    assert {one.cap: one.used_base for one in found.caps} == {
        "order_max": 0,
        "day_max": 100,
        "month_max": 100,
    }
    assert guarded.caps == found.caps
    (plan,) = found.strategies
    assert plan.spent_quote == 100
    assert plan.left_quote == 900
    assert now.strategies[0].spent_quote == 300


def test_the_commands_look_back_too_at_money_and_at_the_halt(space: Space) -> None:
    at = ("--as-of", "2025-03-03T10:00:00Z")
    assert used(space, "guard", *at)["month_max"] == ("100", "1900")
    assert space.call("halt", "--reason", "now").code == 0
    told = document(space.call("status", *at, "--json"))
    assert (told["halted"], told["strategies"][0]["spent_quote"]) == (None, "100.00")
    assert document(space.call("status", "--json"))["halted"] == "now"


def test_a_halt_set_by_hand_is_told_as_todays(space: Space) -> None:
    (space.folder / "HALT").write_text("by hand")
    told = document(space.call("status", "--as-of", "2025-03-03T10:00:00Z", "--json"))
    assert told["halted"] == "by hand"
    assert any("today" in note for note in told["notes"])
