"""After a restored backup: what the venue shows and the journal forgot counts before we buy."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.app.live_space import LiveSpace, binance, live_space, told
from tests.live.workspace import account_text, keys_text
from tests.venues.wire.exchange import WireExchange


@pytest.fixture
def server() -> Iterator[WireExchange]:
    with binance() as running:
        yield running


def restored(tmp_path: Path, server: WireExchange, month_max: int = 150) -> LiveSpace:
    """Return a workspace whose journal was put back to before its one purchase."""
    found = live_space(
        tmp_path,
        server,
        "bought",
        "again",
        caps=f"order_max = 100\nmonth_max = {month_max}\n",
        price='staleness = "3d"\n',
    )
    for name in ("bought", "again"):
        found.arm(name)
    shutil.copy(found.journal, tmp_path / "copy.db")
    assert told(found.passed("bought")) == {"BUY bought": []}
    shutil.copy(tmp_path / "copy.db", found.journal)
    (tmp_path / "dcaguard.head").unlink()
    return found


def test_purchases_that_a_backup_forgot_count_in_the_caps(
    tmp_path: Path, server: WireExchange
) -> None:
    space = restored(tmp_path, server)
    found = space.passed("again")
    assert told(found) == {"DENY again": ["CAP_MONTH"]}
    assert found.decided[0].decision.reasons[-1].detail["used"] == "98.5"
    assert any("1 purchase(s) of this month" in note for note in found.notes)
    assert len(server.posts()) == 1


def test_a_forgotten_purchase_that_is_imported_counts_once(
    tmp_path: Path, server: WireExchange
) -> None:
    space = restored(tmp_path, server, month_max=250)
    space.passed("bought")  # the witness finds it by its id
    assert space.rows("SELECT status FROM orders") == [("FILLED",)]
    assert told(space.passed("again")) == {"BUY again": []}  # 98.5 twice would deny 100
    assert len(server.posts()) == 2


def test_nothing_is_bought_while_the_trades_can_not_be_read(
    tmp_path: Path, server: WireExchange
) -> None:
    space = restored(tmp_path, server)
    server.fault(("GET", "/api/v3/myTrades$"), "status", status=503)
    found = space.passed("again")
    assert found.exit_code == 69
    (reason,) = found.decided[0].decision.reasons
    assert "lost its newest rows" in str(reason.detail["detail"])
    server.clear_faults()
    assert told(space.passed("again")) == {"DENY again": ["CAP_MONTH"]}
    assert len(server.posts()) == 1


def test_forgotten_purchases_count_after_their_account_was_replaced(
    tmp_path: Path, server: WireExchange
) -> None:
    space = restored(tmp_path, server)
    assert told(space.passed("again")) == {"DENY again": ["CAP_MONTH"]}
    with binance() as other:
        main = account_text("main", "binance", server.base_url)
        space.edit("config.toml", main, account_text("alt", "binance", other.base_url))
        space.write("alt.keys.toml", keys_text(other.credentials))
        space.edit("strategies/again.toml", '"main"', '"alt"')
        (tmp_path / "strategies/bought.toml").unlink()
        space.arm("again")
        (found,) = space.passed("again", ahead=timedelta(days=1)).decided
        assert [r.code for r in found.decision.reasons if r.code == "CAP_MONTH"] == ["CAP_MONTH"]
        assert other.posts() == []
