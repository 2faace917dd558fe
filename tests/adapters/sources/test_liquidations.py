"""Lists of liquidations: limits of time, failures on the way, and where its requests may go."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from dcaguard.adapters.sources.cache import PageCache
from dcaguard.adapters.sources.http import PoliteClient
from dcaguard.adapters.sources.liquidation_lists import Gate, Htx
from dcaguard.adapters.sources.liquidation_pages import Bitfinex, Deribit
from dcaguard.adapters.sources.liquidations import Liquidations
from dcaguard.adapters.sources.source import Context, PartialFetchError, WebSource
from dcaguard.core.errors import (
    ConfigError,
    ExitCode,
    NotPermittedError,
    TryAgainError,
    VenueUnavailableError,
)
from dcaguard.core.source_params import LiquidationsParams, SourcesConfig
from dcaguard.wiring.sources import public_client
from tests.adapters.sources.conftest import NOON, ClockAt
from tests.sources.goldens_forced import (
    GATE,
    GATE_ROWS,
    GATE_SIZE,
    contract,
    gate,
    gate_row,
    htx_row,
    on,
    seconds,
)
from tests.venues.wire.data_server import DataServer

Make = Callable[..., WebSource]
TABLE = {"enabled": True, "venues": {"gate": ["BTC"]}}


def served(server: DataServer, when: Callable[[dict[str, str]], None]) -> None:
    """Serve gate's list; `when` sees each query first."""
    good = gate(GATE_ROWS)
    assert callable(good)

    def page(query: dict[str, str]) -> str:
        when(query)
        return good(query)

    server.route(GATE_SIZE, contract())
    server.route(GATE, write=page)


class Skipping(ClockAt):
    """A clock whose seconds run ahead when the test says so."""

    ahead = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead


@pytest.fixture
def clock() -> Skipping:
    return Skipping(NOON)


def days_of(failure: PartialFetchError) -> set[int]:
    return {reading.as_of.day for reading in failure.readings}


def test_when_time_runs_out_the_days_read_are_kept_and_the_rest_waits(
    make: Make, server: DataServer, clock: Skipping
) -> None:
    def slow(query: dict[str, str]) -> None:
        if int(query["from"]) >= seconds(on(25, 6)):
            clock.ahead = 15

    served(server, slow)
    with pytest.raises(PartialFetchError, match="no time left: the rest follows") as failure:
        make("liquidations", **TABLE).fetch({})
    assert failure.value.exit_code == ExitCode.TEMPFAIL
    assert days_of(failure.value) == {24}


@pytest.mark.parametrize(
    ("status", "told", "kind"),
    [(500, "HTTP 500, it is down", VenueUnavailableError), (429, "rate limit", TryAgainError)],
)
def test_after_a_failure_on_the_way_later_days_wait_so_that_none_is_skipped(
    make: Make, server: DataServer, status: int, told: str, kind: type[Exception]
) -> None:
    good = gate(GATE_ROWS)
    assert callable(good)
    server.route(GATE_SIZE, contract())
    server.route(GATE, write=good)
    server.then(GATE, status=status)
    server.then(GATE, write=good)
    with pytest.raises(kind, match=told):
        make("liquidations", **TABLE).fetch({})
    assert sum(request["path"].startswith(GATE) for request in server.requests) == 2


def test_each_venue_s_client_is_asked_for_with_the_paths_of_its_list_alone(
    clock: ClockAt,
) -> None:
    opened: dict[str, tuple[str, ...]] = {}

    def opening(exchange: str, base_url: str | None, paths: tuple[str, ...]) -> Any:
        opened[exchange] = paths
        raise ConfigError(f"not opened: {base_url}")

    params = LiquidationsParams(
        venues={"gate": ("BTC",), "htx": ("BTC",), "bitfinex": ("BTC",), "deribit": ("BTC",)}
    )
    context = Context(clock, PoliteClient(clock, PageCache(None)), open_exchange=opening)
    with pytest.raises(PartialFetchError, match="not opened"):
        Liquidations(params, context).fetch({})
    assert opened == {
        "gate": Gate.paths, "htx": Htx.paths, "bitfinex": Bitfinex.paths, "deribit": Deribit.paths
    }  # fmt: skip
    assert not any("*" in path for paths in opened.values() for path in paths)


def test_requests_may_go_to_the_lists_alone(server: DataServer, clock: ClockAt) -> None:
    client = public_client("gate", server.base_url, clock, Gate.paths)
    with pytest.raises(NotPermittedError, match="not on this venue's list"):
        client.publicFuturesGetSettleTickers({"settle": "usdt"})
    with pytest.raises(NotPermittedError, match="not on this venue's list"):
        client.publicFuturesGetSettleContracts({"settle": "usdt"})
    assert server.requests == []


def test_the_position_is_told_by_size_at_gate_and_by_position_side_at_htx() -> None:
    size = Decimal("0.0001")
    sides = [Gate().forced(gate_row(on(26), n), "BTC", size).side for n in (1, -1)]
    assert sides == ["long", "short"]
    rows = [("sell", "long"), ("buy", "short"), ("sell", "both"), ("buy", "both")]
    found = [Htx().forced(htx_row(on(26), *row, 1, "84"), "BTC", Decimal("0.001")).side
             for row in rows]  # fmt: skip
    assert found == ["long", "short", "long", "short"]


@pytest.mark.parametrize("turnover", ["67.2", "105"])
def test_a_turnover_a_quarter_off_its_contracts_is_the_last_that_is_believed(
    turnover: str,
) -> None:
    row = htx_row(on(26), "sell", "long", 1, turnover)
    assert Htx().forced(row, "BTC", Decimal("0.001")).usd == Decimal(turnover)
    off = str(Decimal(turnover) + (1 if turnover == "105" else -1))
    with pytest.raises(ValueError, match="worth"):
        Htx().forced({**row, "trade_turnover": off}, "BTC", Decimal("0.001"))


@pytest.mark.parametrize(
    "venues", [{}, {"gate": []}, {"binance": ["BTC"]}, {"gate": ["btc"]}, {"gate": ["BTC/USDT"]}]
)
def test_a_venue_without_such_a_list_or_a_strange_coin_is_refused(
    venues: dict[str, list[str]],
) -> None:
    with pytest.raises(ValueError, match="venues"):
        SourcesConfig.model_validate({"liquidations": {"venues": venues}})
