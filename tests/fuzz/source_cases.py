"""Pages of every source, good ones and spoiled ones, read by the shipped parsers."""

import functools
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from dcaguard.adapters.csv_import import read_import
from dcaguard.adapters.sources.content import checked_text
from dcaguard.adapters.sources.http import Page, Request
from dcaguard.adapters.sources.registry import SOURCES
from dcaguard.adapters.sources.source import Context, PartialFetchError, WebSource
from dcaguard.core.errors import DataInvalidError, DcaguardError, NoInputError
from dcaguard.core.reading import Reading
from dcaguard.core.source_mappings import CsvMapping, JsonMapping
from dcaguard.core.source_params import SourcesConfig
from tests.adapters.sources import pages
from tests.fuzz.limits import in_time
from tests.fuzz.tape import Still

NOON = datetime(2025, 2, 27, 15, tzinfo=UTC)
MIDNIGHT = NOON.replace(hour=0)
_RECORD = {"IBIT": "(164.4)", "FBTC": "(344.7)", "BITB": "(88.3)", "ARKB": "\u2212175.8",
           "BTCO": "(62.0)", "GBTC": "(1,066.1)", "BTC": "787.6"}  # fmt: skip
_ETF = {"IBIT": 1e8, "FBTC": 2e8, "BITB": 0.0, "ARKB": -5e7, "GBTC": 0.0, "BTC": None}


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _days(count: int) -> list[datetime]:
    return [MIDNIGHT - timedelta(days=back) for back in range(count, 0, -1)]


def _coin(name: str, change: float) -> dict[str, object]:
    return {"id": name, "price_change_percentage_7d_in_currency": change}


def _company() -> dict[str, object]:
    return {"name": "x", "symbol": "MSTR.US", "total_holdings": 499096,
            "total_entry_value_usd": 33.1e9, "total_current_value_usd": 44e9}  # fmt: skip


@dataclass(frozen=True)
class Good:
    """One source with a page for every path it asks."""

    name: str
    table: Mapping[str, Any]
    pages: Mapping[str, str]  # a part of the address -> page
    key: str | None = None


def _okx() -> Good:
    at = datetime(2025, 2, 26, 5, tzinfo=UTC)
    swap = {"instId": "BTC-USDT-SWAP", "ctVal": "0.01", "ctMult": "1", "ctType": "linear"}
    events = [{"sz": "100", "bkPx": "90000", "ts": str(_ms(at)), "side": "sell", "posSide": "long"}]
    rows = [{"instId": "BTC-USDT-SWAP", "details": events}]
    return Good("okx", {"underlyings": ["BTC-USDT"]}, {
        "instruments": json.dumps({"code": "0", "msg": "", "data": [swap]}),
        "liquidation-orders": json.dumps({"code": "0", "msg": "", "data": rows}),
    })  # fmt: skip


@functools.cache
def good() -> tuple[Good, ...]:
    """Return a good page for every path of every source that speaks HTTP itself."""
    d24, d25 = MIDNIGHT - timedelta(days=3), MIDNIGHT - timedelta(days=2)
    points = [[_ms(at), 88000.5] for at in _days(3)]
    recent = {"form": ["8-K", "10-K"], "items": ["3.01,9.01", ""],
              "filingDate": ["2025-02-25", "2025-02-24"]}  # fmt: skip
    metrics = {"asset": "btc", "time": "2025-02-24T00:00:00.000000000Z", "FlowInExNtv": "31000.5",
               "FlowOutExNtv": "30000", "SplyExNtv": "2500000"}  # fmt: skip
    cex = {"name": "Binance", "slug": "binance-cex", "tvl": 0, "currentTvl": 1.5e11,
           "cleanAssetsTvl": 0, "inflows_24h": -2e8, "inflows_1w": 0}  # fmt: skip
    timeline = [{"date": f"202502{day}T000000Z", "value": 10, "norm": 1000} for day in (24, 25)]
    kalshi = [{"event_ticker": "KX-25MAR", "ticker": f"KX-25MAR-{part}", "yes_bid": bid,
               "yes_ask": bid + 2, "close_time": "2025-03-19T17:55:00Z"}
              for part, bid in (("C25", 9), ("H0", 88))]  # fmt: skip
    outcomes = {"outcomes": '["Yes", "No"]', "groupItemTitle": "25 bps decrease"}
    held = {**outcomes, "groupItemTitle": "No change", "outcomePrices": '["0.87", "0.13"]'}
    cut = {**outcomes, "outcomePrices": '["0.12", "0.88"]'}
    event = {"closed": False, "markets": [cut, held]}
    farside = pages.farside([("24 Feb 2025", {"IBIT": "1.0", "GBTC": "(0.5)"}, "0.5"),
                             ("25 Feb 2025", _RECORD, "(1,113.7)")])  # fmt: skip
    return (
        Good("farside", {}, {"": farside}),
        Good("sosovalue", {"enabled": True}, {"": pages.sosovalue(
            [("2025-02-25", -1113700000.5, "104000000000"), ("2025-02-24", 1500000, 109e9)])}, "k"),
        Good("coinglass", {"enabled": True}, {
            "flow-history": pages.coinglass([pages.etf_day(_ms(d24), 2.5e8, **_ETF)]),
            "net-assets": pages.coinglass([{"timestamp": _ms(d24), "net_assets_usd": 1e11}]),
            "liquidation": pages.coinglass([{"time": _ms(d24),
                "aggregated_long_liquidation_usd": 1.5e8,
                "aggregated_short_liquidation_usd": 2.5e7}])}, "k"),
        _okx(),
        *(Good("fred", {}, {"": pages.fred(name, [("2025-02-24", "14.1"), ("2025-02-25", ".")])})
          for name in ("DGS2", "VIXCLS")),
        Good("coingecko", {"coins": {"BTC": "bitcoin"}, "treasuries": ["bitcoin"]}, {
            "market_chart": json.dumps({"prices": points, "market_caps": points}),
            "companies/public_treasury": json.dumps({"companies": [_company()]}),
            "entities/list": json.dumps([{"id": "strategy", "symbol": "MSTR.US"}]),
            "v3/public_treasury": json.dumps({"symbol": "MSTR.US", "m_nav": 1.2}),
            "coins/markets": json.dumps([_coin("bitcoin", -5.0),
                                         *(_coin(f"c{n}", -6.0) for n in range(55))])}),
        Good("edgar", {"enabled": True, "contact": "A a@example.org", "ciks": {"MSTR": "1"}},
             {"": json.dumps({"filings": {"recent": recent}})}),
        Good("coinmetrics", {}, {"": json.dumps({"data": [metrics]})}),
        Good("bitview", {}, {"/date/": json.dumps({"data": ["2025-02-24", "2025-02-25"]}),
                             "": json.dumps({"data": [8e6, None]})}),
        Good("defillama", {"venues": {"binance": "binance-cex"}, "revenue": {"AAVE": "aave"}}, {
            "stablecoincharts": json.dumps([{"date": str(int(at.timestamp())),
                "totalCirculatingUSD": {"peggedUSD": 2.2e11}} for at in _days(3)]),
            "cexs": json.dumps({"cexs": [cex]}),
            "summary": json.dumps({"totalDataChart": [[int(d25.timestamp()), 250000]]})}),
        Good("gdelt", {}, {"": json.dumps({"timeline": [{"data": timeline}]})}),
        Good("alternative", {}, {"": json.dumps(
            {"data": [{"timestamp": str(int(d25.timestamp())), "value": "40"}]})}),
        Good("ofr", {}, {"": "Date,OFR FSI,Credit\n2025-02-24,-1.5,0.1\n2025-02-25,-1.2,0.1\n"}),
        Good("kalshi", {}, {"": json.dumps({"markets": kalshi})}),
        Good("polymarket", {"slug": "x"}, {"": json.dumps([event])}),
        Good("csv", {}, {"": "as_of,value\n2025-02-24,-903200000\n2025-02-25,5\n"}),
        Good("json", {}, {"": json.dumps([{"as_of": "2025-02-24", "value": "-903200000"}])}),
    )  # fmt: skip


class Played:
    """Stands in for the client: the page that a test chose, checked as every page is."""

    def __init__(self, reply: Callable[[str], bytes]) -> None:
        self._reply = reply

    def start(self, budget_seconds: float) -> None:
        """Begin: there is no time limit here."""

    def seconds_left(self) -> float:
        return 20.0

    def distrust(self, source: str) -> None:
        """Nothing is kept."""

    def page(self, request: Request) -> Page:
        body = self._reply(request.url)
        text = checked_text(request.where, request.kind, "", body)
        return Page(request.url, body, text, hashlib.sha256(body).hexdigest())


def source_of(told: Good, reply: Callable[[str], bytes]) -> WebSource:
    """Return the shipped source over chosen pages."""
    client: Any = Played(reply)
    context = Context(Still(NOON), client, told.key)
    if told.name in {"csv", "json"}:
        kind: Any = CsvMapping if told.name == "csv" else JsonMapping
        mapping = kind(series="etf.btc.flow_usd", url="https://example.org/x", multiplier="1")
        made: WebSource = SOURCES[told.name]({"own": mapping}, context, Path())
        return made
    config = SourcesConfig.model_validate({told.name: dict(told.table)})
    built: WebSource = SOURCES[told.name](getattr(config, told.name), context)
    return built


def part_for(told: Good, url: str) -> str:
    """Return the longest part that an address holds; one without a page is not there (65)."""
    found = max((part for part in told.pages if part in url), key=len, default=None)
    if found is None:
        raise DataInvalidError(f"{url}: HTTP 404")
    return found


def page_for(told: Good, url: str) -> str:
    """Return the good page of an address."""
    return told.pages[part_for(told, url)]


def tried(told: Good, part: str, body: bytes) -> list[Reading]:
    """Serve `body` for one part of a source's pages; AssertionError for anything unexpected."""

    def reply(url: str) -> bytes:
        return body if part_for(told, url) == part else page_for(told, url).encode()

    try:
        found = in_time(lambda: source_of(told, reply).fetch({}))
    except PartialFetchError as error:
        _plain(str(error))
        found = list(error.readings)
    except DcaguardError as error:
        _plain(str(error))
        return []
    for reading in found:
        _sound(reading)
    return found


def _plain(said: str) -> None:
    assert said.strip()
    assert len(said) < 4000, said[:200]
    assert "\n" not in said, ascii(said[:200])


def _sound(reading: Reading) -> None:
    assert isinstance(reading.value, Decimal)
    assert reading.value.is_finite()
    assert reading.as_of <= reading.observed_at <= NOON


def imported(folder: Path, raw: bytes, series: str = "etf.btc.flow_usd") -> int:
    """Read `raw` as `signals import` does; return the count of readings, -1 for a refusal."""
    path = folder / "import.csv"
    path.write_bytes(raw)
    try:
        found = in_time(lambda: read_import(path, series, now=NOON).readings)
    except (DataInvalidError, NoInputError) as error:
        _plain(str(error))
        return -1
    for reading in found:
        assert reading.value.is_finite()
        assert reading.as_of.tzinfo is not None
    return len(found)
