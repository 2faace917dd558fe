"""The exchanges on loopback that the use cases are tried against."""

from collections.abc import Iterator

import pytest

from tests.app.live_space import binance
from tests.venues.wire.cases import CASES
from tests.venues.wire.exchange import WireExchange


@pytest.fixture
def server() -> Iterator[WireExchange]:
    with binance() as running:
        yield running


@pytest.fixture
def kraken() -> Iterator[WireExchange]:
    with next(one for one in CASES if one.name == "kraken").start() as running:
        running.fund("spot", "USD", 1000)
        yield running
