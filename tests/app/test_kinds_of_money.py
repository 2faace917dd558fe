"""Real, test-network and pretend money never count in each other's limits or exit codes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.app.live_space import PAPER, LiveSpace, binance, live_space, told
from tests.live.workspace import account_text, keys_text
from tests.venues.wire.exchange import WireExchange

FIVE_PERCENT = "order_max = 500\nmonth_max = 2000\nasset_weight_max = { BTC = 0.05 }\n"


@pytest.fixture
def server() -> Iterator[WireExchange]:
    with binance() as running:
        yield running


def price(space: LiveSpace) -> None:
    day = (datetime.now(UTC) - timedelta(days=1)).date()
    space.write("px.csv", f"as_of,value\n{day},50000\n")
    assert space.call("signals", "import", "px.BTC", "px.csv").code == 0


def test_paper_money_is_no_part_of_the_nav_that_real_shares_are_taken_of(
    tmp_path: Path, server: WireExchange
) -> None:
    space = live_space(tmp_path, server, "real", "pretend@paper", accounts=PAPER, caps=FIVE_PERCENT)
    space.arm("real")
    found = space.passed()
    assert told(found)["DENY real"] == ["CAP_ASSET_WEIGHT"]  # 100 is more than 5 % of 1000
    assert not server.posts()


def test_a_test_network_account_neither_adds_to_real_nav_nor_stands_in_its_way(
    tmp_path: Path, server: WireExchange
) -> None:
    play = account_text("play", "binance", "http://127.0.0.1:9", live=False) + "sandbox = true\n"
    caps = FIVE_PERCENT.replace("0.05", "0.5")
    space = live_space(tmp_path, server, "real", accounts=play, caps=caps)
    space.write("play.keys.toml", keys_text(server.credentials))
    space.arm("real")
    assert told(space.passed()) == {"BUY real": []}
    assert len(server.posts()) == 1


def test_what_paper_bought_leaves_the_real_day_alone_and_does_not_hide_a_real_denial(
    tmp_path: Path, server: WireExchange
) -> None:
    caps = "order_max = 100\nday_max = 150\nmonth_max = 2000\n"
    space = live_space(tmp_path, server, "a@paper", "real", "then", accounts=PAPER, caps=caps)
    price(space)
    for name in ("real", "then"):
        space.arm(name)
    first = space.passed("a", "real")
    assert told(first) == {"BUY a": [], "BUY real": []}
    assert len(server.posts()) == 1
    space.write(
        "strategies/b.toml",
        (space.folder / "strategies/a.toml")
        .read_text()
        .replace('name = "a"', 'name = "b"')
        .replace("per_slot = 100", "per_slot = 10"),
    )
    second = space.passed("b", "then")
    assert told(second) == {"BUY b": [], "DENY then": ["CAP_DAY"]}
    assert second.exit_code == 81


def test_two_names_for_one_key_are_refused_by_both_names(
    tmp_path: Path, server: WireExchange
) -> None:
    other = account_text("second", "binance", server.base_url)
    space = live_space(tmp_path, server, "one", "two@second", accounts=other)
    space.write("second.keys.toml", keys_text(server.credentials))
    for name in ("one", "two"):
        space.arm(name)
    found = space.passed()
    assert told(found) == {
        "WAIT one": ["CREDENTIALS_UNUSABLE"],
        "WAIT two": ["CREDENTIALS_UNUSABLE"],
    }
    said = str(found.decided[0].decision.reasons[0].detail["detail"])
    assert "accounts main, second hold the same key" in said
    assert (found.exit_code, len(server.posts())) == (78, 0)
    space.edit(
        "config.toml",
        '[accounts.second]\nexchange = "binance"\nlive = true',
        '[accounts.second]\nexchange = "binance"\nlive = false',
    )
    assert told(space.passed("one")) == {"BUY one": []}  # a dry name for it sends nothing
