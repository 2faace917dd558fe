"""The market cache may vanish, break or be locked; it never stops anybody."""

import sqlite3
import stat
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dcaguard.adapters.venues.markets_cache import MarketsCache, as_market, slimmed

AT = datetime(2025, 3, 3, 8, tzinfo=UTC)


def row(symbol: str = "BTC/USDT", **more: Any) -> dict[str, Any]:
    base, quote = symbol.split(":", maxsplit=1)[0].split("/")
    return {
        "id": base + quote,
        "symbol": symbol,
        "base": base,
        "quote": quote,
        "type": "spot",
        "spot": True,
        "active": True,
        "precision": {"amount": "0.00001", "price": "0.01"},
        "limits": {"amount": {"min": "0.00001", "max": None}, "cost": {"min": "5"}},
        "info": {"orderTypes": ["LIMIT"], "filters": ["much", "more"]},
        **more,
    }


def cache(path: Path, host: str = "live") -> MarketsCache:
    return MarketsCache(path / "cache.db", "binance", host)


def test_rows_come_back_slim_and_by_host(tmp_path: Path) -> None:
    cache(tmp_path).store(slimmed([row(), row("ETH/USDT")], 0.001), AT)
    found = cache(tmp_path).read(["BTC/USDT", "NO/NE"])
    assert list(found) == ["BTC/USDT"]
    assert found["BTC/USDT"]["info"] == {"orderTypes": ["LIMIT"]}
    assert cache(tmp_path).fetched_at() == AT
    assert cache(tmp_path, "sandbox").read(["BTC/USDT"]) == {}
    assert cache(tmp_path, "sandbox").fetched_at() is None


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    cache(tmp_path).store(slimmed([row()], 0), AT)
    assert stat.S_IMODE((tmp_path / "cache.db").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "spoiled", [b"", b"not a database at all, but long enough to be read", b"\0" * 5000]
)
def test_a_broken_file_is_made_anew(tmp_path: Path, spoiled: bytes) -> None:
    (tmp_path / "cache.db").write_bytes(spoiled)
    cache(tmp_path).store(slimmed([row()], 0), AT)
    assert cache(tmp_path).read(["BTC/USDT"])


def test_a_broken_page_is_forgotten_not_believed(tmp_path: Path) -> None:
    cache(tmp_path).store(slimmed([row()], 0), AT)
    with sqlite3.connect(tmp_path / "cache.db") as db:
        db.execute("UPDATE markets SET slim='{'")
    assert cache(tmp_path).read(["BTC/USDT"]) == {}
    assert cache(tmp_path).fetched_at() is None


def test_an_unwritable_place_is_done_without(tmp_path: Path) -> None:
    gone = MarketsCache(tmp_path / "missing" / "cache.db", "binance", "live")
    gone.store(slimmed([row()], 0), AT)
    assert gone.read(["BTC/USDT"]) == {}


def test_a_market_keeps_its_exact_rules() -> None:
    market = as_market(slimmed([row()], 0.001)[0], 4)
    assert market is not None
    assert (market.amount_step, market.price_step) == (Decimal("0.00001"), Decimal("0.01"))
    assert (market.amount_min, market.amount_max) == (Decimal("0.00001"), None)
    assert (market.cost_min, market.taker_fee) == (Decimal(5), Decimal("0.001"))


@pytest.mark.parametrize(
    "more",
    [{"spot": None}, {"type": "margin"}, {"type": "swap", "spot": False}, {"contract": True}],
)
def test_only_plain_spot_is_spot(more: dict[str, Any]) -> None:
    market = as_market(slimmed([row(**more)], 0)[0], 4)
    assert market is not None
    assert not market.spot


def test_a_market_without_steps_is_no_market() -> None:
    assert as_market(slimmed([row(precision={"amount": None, "price": "0.1"})], 0)[0], 4) is None
    assert as_market(slimmed([row(precision={"amount": "0", "price": "0.1"})], 0)[0], 4) is None


def test_leveraged_tokens_are_flagged_by_the_whole_list() -> None:
    told = slimmed([row(), row("BTCUP/USDT"), row("JUP/USDT"), row("J/USDT")], 0)
    assert [slim["leveraged"] for slim in told] == [False, True, False, False]
