"""Every source is driven over real loopback HTTP, at an instant that the test chooses."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dcaguard.adapters.clock import SystemClock
from dcaguard.adapters.sources.cache import PageCache
from dcaguard.adapters.sources.http import PoliteClient
from dcaguard.adapters.sources.registry import SOURCES
from dcaguard.adapters.sources.source import Context, WebSource
from dcaguard.core.source_params import SourcesConfig
from dcaguard.wiring.sources import public_client
from tests.venues.wire.data_server import DataServer

NOON = datetime(2025, 2, 27, 15, tzinfo=UTC)


class ClockAt(SystemClock):
    """Real seconds for time limits, waits that are only counted, a date that is chosen."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def server() -> Iterator[DataServer]:
    with DataServer() as running:
        yield running


@pytest.fixture
def clock() -> ClockAt:
    return ClockAt(NOON)


@pytest.fixture
def make(server: DataServer, clock: ClockAt, tmp_path: Path) -> Callable[..., WebSource]:
    """Return a function that builds one source against the loopback server."""

    def build(name: str, key: str | None = None, budget: float = 20.0, **table: Any) -> WebSource:
        client = PoliteClient(clock, PageCache(tmp_path / "cache.db"))
        context = Context(
            clock, client, key, budget, lambda *how: public_client(how[0], how[1], clock, how[2])
        )
        config = SourcesConfig.model_validate({name: {"base_url": server.base_url, **table}})
        source: WebSource = SOURCES[name](getattr(config, name), context)
        return source

    return build
