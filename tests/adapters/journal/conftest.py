"""A real journal in a fresh folder, and values to put into it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from dcaguard.adapters.journal import SqliteJournal, open_journal
from dcaguard.core.order import Fill, Order

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "dcaguard.db"


@pytest.fixture
def opened(path: Path) -> Iterator[Callable[..., SqliteJournal]]:
    """Open the journal at `path` (again); every one is closed at the end."""
    journals: list[SqliteJournal] = []

    def open_(**options: bool) -> SqliteJournal:
        journals.append(open_journal(path, clock_now=NOON, **options))  # type: ignore[arg-type]
        return journals[-1]

    yield open_
    for journal in journals:
        journal.close()


@pytest.fixture
def journal(opened: Callable[..., SqliteJournal]) -> SqliteJournal:
    return opened()


@pytest.fixture
def an_order() -> Callable[..., Order]:
    def make(number: int = 1, **changes: object) -> Order:
        values: dict[str, object] = {
            "client_order_id": f"{number:032x}",
            "run_id": "run-1",
            "strategy": "weekly",
            "slot": f"2025-03-{number:02d}T09:00+01:00[Europe/Berlin]",
            "symbol": "BTC/USDT",
            "account": "main",
            "type": "limit-ioc",
            "amount": Decimal("0.00123"),
            "limit_price": Decimal("81000.5"),
            "max_quote": Decimal(100),
            "created_at": NOON,
        }
        return Order(**{**values, **changes})  # type: ignore[arg-type]

    return make


@pytest.fixture
def a_fill() -> Callable[..., Fill]:
    def make(number: int = 1, **changes: object) -> Fill:
        values: dict[str, object] = {
            "account": "main",
            "symbol": "BTC/USDT",
            "trade_id": f"t{number}",
            "client_order_id": f"{1:032x}",
            "side": "BUY",
            "amount": Decimal("0.00123"),
            "price": Decimal("80000.1"),
            "cost": Decimal("98.400123"),
            "fee_amount": Decimal("0.1"),
            "fee_currency": "USDT",
            "filled_at": NOON,
        }
        return Fill(**{**values, **changes})  # type: ignore[arg-type]

    return make
