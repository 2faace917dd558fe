"""The three venues whose wire servers speak the real protocol, and a running server of each."""

from collections.abc import Iterator

import pytest

from tests.venues.wire.cases import CASES, Case
from tests.venues.wire.exchange import WireExchange


@pytest.fixture(params=CASES, ids=lambda c: c.name)
def case(request: pytest.FixtureRequest) -> Case:
    """Return each venue's case in turn."""
    found: Case = request.param
    return found


@pytest.fixture
def server(case: Case) -> Iterator[WireExchange]:
    """Return the case's running server."""
    with case.start() as running:
        yield running
