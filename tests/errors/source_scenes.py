"""Pages and settings that sources refuse, beyond what `tests/sources` meets of them."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from tests.adapters.sources import pages
from tests.cli.documents import CONFIG
from tests.errors.scenes import Scene
from tests.live.workspace import Workspace
from tests.sources.goldens import ETH_FUNDS, okx_reply
from tests.sources.goldens_more import GOLDENS
from tests.sources.stand import Page, Stand, dumps
from tests.sources.traps import CHART, FSI, METRICS, MONDAY, ORDERS, TUESDAY, fred

FARSIDE = ("/bitcoin-etf-flow-all-data/", "/ethereum-etf-flow-all-data/")
FLOWS = pages.farside([MONDAY, TUESDAY])
ETHER = pages.farside([MONDAY], ETH_FUNDS)
FIRST = "<tr><td><div><span class='t'>  24 Feb"
NEWS = "/api/v2/doc/doc"
FILINGS = "/submissions/CIK0001050446.json"
CANDLES = "/api/v5/market/history-candles"
INSTRUMENTS = "/api/v5/public/instruments"
CHARTS = "/stablecoincharts/all"
MAPPED = """
[sources.csv.gold]
series = "px.GOLD"
url = "BASE/twice.csv"
as_of = "day"
value = "settle"
[sources.csv.huge]
series = "px.GOLD"
path = "huge.csv"
[sources.csv.none]
series = "px.GOLD"
path = "none.csv"
[sources.csv.times]
series = "px.GOLD"
path = "gold.csv"
multiplier = "2"
"""
STRANGE = """
[sources.csv.strange]
series = "px.GOLD"
path = "gold.csv"
"""


def _json(value: str, as_of: str = '"2025-02-25"') -> Page:
    return f'[{{"as_of": {as_of}, "value": {value}}}]'


def _okx(**row: object) -> Page:
    detail = {"sz": "1", "bkPx": "1", "side": "sell", "ts": "1740600000000"}
    return okx_reply([{"instId": "BTC-USDT-SWAP", "details": [detail], **row}])


JSON = '[sources.json.x]\nseries = "px.GOLD"\nurl = "BASE/x.json"\n'
NO_DAY = {"asset": "btc", "time": "2025-02-24T00:00:00Z"}
ENDLESS = dumps({"data": [NO_DAY], "next_page_url": "https://example.org/v4/next"})
ONE_COIN = dumps([{"id": "bitcoin", "price_change_percentage_7d_in_currency": 1}])
RECENT = {"form": ["8-K"], "filingDate": ["2025-02-25", "2025-02-26"], "items": ["2.02"]}
# What replaces the good pages of each source, one dictionary for each command.
ROUNDS: tuple[Mapping[str, Mapping[str, Page]], ...] = (
    {
        "farside": {
            FARSIDE[0]: FLOWS.replace("24 Feb 2025", "Monday"),
            FARSIDE[1]: ETHER.replace("24 Feb 2025", "31 Feb 2025"),
        },
        "fred": fred(DGS2="observation_date,DGS2\n2025-02-24,4,1\n"),
        "okx": {ORDERS: okx_reply({})},
        "coingecko": {"/api/v3/coins/markets": ONE_COIN},
        "edgar": {FILINGS: dumps({"filings": {"recent": RECENT}})},
        "coinmetrics": {METRICS: dumps({"data": [NO_DAY], "next_page_url": 5})},
        "exchange": {CANDLES: okx_reply([]), "/api/v5/market/candles": okx_reply([])},
        "defillama": {CHARTS: {"status": 429}},
        "gdelt": {NEWS: dumps({"timeline": [{"data": [
            {"date": "20250225T000000Z", "value": 5, "norm": 1}]}]})},
        "alternative": {"/fng/": b"\xff"},
        "ofr": {FSI: {"status": 404}},
        "yfinance": {"/chart": "{}"},
        "csv": {"/twice.csv": "day,day,settle\n2025-02-25,1,1\n"},
        "json": {"/x.json": "[5]"},
    },
    {
        "farside": {
            FARSIDE[0]: FLOWS.replace("(164.4)", "abc"),
            FARSIDE[1]: ETHER.replace(FIRST, f"<tr><td></td>{FIRST[4:]}"),
        },
        "okx": {INSTRUMENTS: okx_reply([])},
        "coinmetrics": {METRICS: ENDLESS, "/v4/next": ENDLESS},
        "yfinance": {"/chart": {"status": 500}},
        "csv": {},
        "json": {"/x.json": _json("1", "5e99")},
        "ofr": {FSI: "Date,OFR FSI\n" + "1" * 140_000 + "\n"},
        "alternative": {"/fng/": dumps({"data": [{"value": "1", "timestamp": "soon"}]})},
        "gdelt": {NEWS: dumps({"timeline": [{"data": [
            {"date": "soon", "value": 5, "norm": 1}]}]})},
        "coingecko": {CHART: dumps({"prices": [5]})},
    },
    {
        "okx": {ORDERS: _okx(details={})},
        "json": {"/x.json": _json("1", '"soon"')},
        "farside": {FARSIDE[0]: pages.farside([("22 Feb 2025", {"IBIT": "5.0"}, "5.0")])},
        "gdelt": {NEWS: "[]"},
        "coingecko": {"/api/v3/companies/public_treasury/bitcoin": "5"},
        "coinmetrics": {METRICS: "[]"},
    },
    {"okx": {ORDERS: _okx(details=[{"sz": "-1", "bkPx": "1", "side": "sell", "ts": "1"}])}},
    {"okx": {ORDERS: _okx(details=[{"sz": "1", "bkPx": "1", "side": "sell", "ts": "9" * 16}])}},
)  # fmt: skip
TABLES = {"csv": (MAPPED, STRANGE), "json": (JSON, JSON, JSON)}


def _served(number: int) -> Scene:
    def make(folder: Path, stack: ExitStack) -> Workspace:
        stand = Stand(folder)
        stack.callback(stand.stop)
        for name, replaced in ROUNDS[number].items():
            table = TABLES[name][number] if name in TABLES else GOLDENS[name].table
            good = {} if name in TABLES else GOLDENS[name].pages
            stand.serve(name, {**good, **replaced}, table)
        space = stand.workspace()
        space.write("huge.csv", "as_of,value\n" + " " * 8_400_000)
        space.write("gold.csv", "as_of,value\n2025-02-25,2900\n")
        return space

    return Scene(make, ("signals fetch --json",))


def _yahoo(folder: Path, _stack: ExitStack) -> Workspace:
    space = Workspace(folder)
    table = "[sources.yfinance]\nenabled = true\n"
    space.write("config.toml", CONFIG + table)
    space.write("other.toml", f'{CONFIG}{table}base_url = "https://example.org"\n')
    return space


# The code that is run before the command's own: TROUBLE names what is slow.
CLOCK = """\
import os, time
import dcaguard.adapters.sources.http as http
import dcaguard.adapters.sources.source as source
_WHICH = os.environ.get("TROUBLE", "")
_left = {"NONE": iter([0] * 9), "DRIP": iter([5] + [0] * 9), "LATE": iter([0.1] * 9)}
if _WHICH in _left:
    http.PoliteClient.seconds_left = lambda self: next(_left[_WHICH])
if _WHICH == "STUCK":
    import dcaguard.cli.learn_calls as calls
    calls.FETCH_SECONDS = 0.5
    source.WebSource.fetch = lambda self, since: time.sleep(60)
if _WHICH == "BUG":
    source.WebSource.fetch = lambda self, since: 1 / 0
"""


def _slow(folder: Path, stack: ExitStack) -> Workspace:
    stand = Stand(folder)
    stack.callback(stand.stop)
    stand.serve("ofr", {FSI: {"body": "Date,OFR FSI\n2025-02-24,1\n", "delay_seconds": 1}})
    stand.serve("exchange", GOLDENS["exchange"].pages, GOLDENS["exchange"].table)
    space = stand.workspace()
    space.patch("clock", CLOCK)
    return space


SCENES: dict[str, Scene] = {f"pages, {n + 1}": _served(n) for n in range(len(ROUNDS))} | {
    "closes without the package": Scene(
        _yahoo, ("signals fetch yfinance", "signals fetch yfinance --config other.toml")
    ),
    "sources that are slow": Scene(
        _slow,
        (
            "TROUBLE=NONE signals fetch ofr exchange",
            "TROUBLE=DRIP signals fetch ofr",
            "TROUBLE=LATE signals fetch ofr",
            "TROUBLE=STUCK signals fetch ofr",
            "TROUBLE=BUG signals fetch ofr",
        ),
    ),
}
