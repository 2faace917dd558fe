"""What each provider gets wrong in its own way: refused with its place, never read as zero."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.adapters.sources import pages
from tests.sources.goldens import MIDNIGHT, day, ms, okx_reply
from tests.sources.goldens_more import CONCEPT, GOLDENS, facts
from tests.sources.stand import Page, dumps


@dataclass(frozen=True)
class Trap:
    """Pages that replace the good ones of a source, and what must be said of them."""

    what: str
    pages: Mapping[str, Page]
    words: str
    series: tuple[str, ...] = ()  # that must not be read; the source's other series may be


BTC = "etf.btc.flow_usd"
TUESDAY = ("25 Feb 2025", {"IBIT": "(164.4)"}, "(164.4)")
MONDAY: tuple[str, dict[str, str], str] = ("24 Feb 2025", {}, "0.0")


def farside(*rows: tuple[str, Mapping[str, str], str], **how: object) -> dict[str, Page]:
    return {"/bitcoin-etf-flow-all-data/": pages.farside(rows, **how)}  # type: ignore[arg-type]


def fred(**tables: str) -> dict[str, Page]:
    good = GOLDENS["fred"].pages["/graph/fredgraph.csv"]
    assert callable(good)
    return {"/graph/fredgraph.csv": lambda query: tables.get(query["id"]) or good(query)}


SOSO = "/openapi/v2/etf/historicalInflowChart"
GLASS = "/api/etf/bitcoin/flow-history"
ORDERS = "/api/v5/public/liquidation-orders"
CHART = "/api/v3/coins/bitcoin/market_chart"
ENTITY = "/api/v3/public_treasury/strategy"
METRICS = "/v4/timeseries/asset-metrics"
MARKETS = "/trade-api/v2/markets"
MARCH = "/events?slug=fed-decision-in-march"
FSI = "/financial-stress-index/data/fsi.csv"
DILUTED = f"{CONCEPT}/us-gaap/WeightedAverageNumberOfDilutedSharesOutstanding.json"
COVER = f"{CONCEPT}/dei/EntityCommonStockSharesOutstanding.json"


def polymarket(prices: str) -> dict[str, Page]:
    market = {"groupItemTitle": "25 bps decrease", "outcomes": '["Yes", "No"]',
              "outcomePrices": prices}  # fmt: skip
    return {MARCH: dumps([{"closed": False, "markets": [market]}])}


def kalshi(**changed: object) -> dict[str, Page]:
    market = {"ticker": "K-MAR-C25", "event_ticker": "K-MAR", "yes_bid": 98, "yes_ask": 100,
              "close_time": "2025-03-19T18:00:00Z", **changed}  # fmt: skip
    return {MARKETS: dumps({"markets": [market]})}


def sosovalue(*rows: tuple[str, object, object]) -> dict[str, Page]:
    return {SOSO: pages.sosovalue(rows)}


def coinmetrics(**metrics: object) -> dict[str, Page]:
    row = {"asset": "btc", "time": "2025-02-24T00:00:00Z", **metrics}
    return {METRICS: dumps({"data": [row]})}


TRAPS: dict[str, tuple[Trap, ...]] = {
    "farside": (
        Trap("an empty table", farside(footer=False), "has no day", (BTC,)),
        Trap("a column twice", farside(TUESDAY, funds=[*pages.FUNDS, "IBIT"]), "no table", (BTC,)),
        Trap(
            "a wrong total", farside(("25 Feb 2025", {"IBIT": "1.0"}, "9.9")), "not the sum", (BTC,)
        ),
        Trap(
            "a day of the future",
            farside(MONDAY, TUESDAY, ("3 Mar 2025", {}, "0.0")),
            "future",
            (BTC,),
        ),
        Trap("days out of order", farside(TUESDAY, MONDAY), "not in order", (BTC,)),
        Trap(
            "a unit changed",
            farside(("25 Feb 2025", {"IBIT": "9,000.0"}, "9,000.0")),
            "above",
            (BTC,),
        ),
    ),
    "fred": (
        Trap(
            "another series",
            fred(DGS2="observation_date,DGS10\n2025-02-24,4.1\n"),
            "the header is",
            ("us2y",),
        ),
        Trap("a header only", fred(DGS2="observation_date,DGS2\n"), "empty is not zero", ("us2y",)),
        Trap(
            "nothing but holes",
            fred(DGS2="observation_date,DGS2\n2025-02-24,.\n2025-02-25,.\n"),
            "empty is not zero",
            ("us2y",),
        ),
        Trap(
            "a unit changed",
            fred(DGS2="observation_date,DGS2\n2025-02-24,410\n"),
            "above",
            ("us2y",),
        ),
        Trap(
            "a day of the future",
            fred(DGS2="observation_date,DGS2\n2025-02-28,4.1\n"),
            "future",
            ("us2y",),
        ),
        Trap(
            "a day twice",
            fred(DGS2="observation_date,DGS2\n2025-02-24,4\n2025-02-24,5\n"),
            "not in order",
            ("us2y",),
        ),
        Trap(
            "ten times as much",
            fred(VIXCLS="observation_date,VIXCLS\n2025-02-24,18.98\n2025-02-25,1.94\n"),
            "is below 5 index points",
            ("vix",),
        ),
    ),
    "sosovalue": (
        Trap("a quota with 200", {SOSO: pages.sosovalue([], code=40102)}, "error code 40102"),
        Trap("an empty table", sosovalue(), "data is empty"),
        Trap("millions for dollars", sosovalue(("2025-02-25", -1113.7, 1e11)), "too small"),
        Trap(
            "a field gone",
            {SOSO: '{"code": 0, "data": [{"date": "2025-02-25"}]}'},
            "totalNetInflow is missing",
        ),
        Trap("not a number", {SOSO: '{"code": 0, "data": NaN}'}, "cut or broken"),
    ),
    "coinglass": (
        Trap(
            "a refusal with 200", {GLASS: pages.coinglass([], code="401")}, "error code 401", (BTC,)
        ),
        Trap("an empty table", {GLASS: pages.coinglass([])}, "data is empty", (BTC,)),
    ),
    "okx": (
        Trap("an error code", {ORDERS: okx_reply([], "50011")}, "error code 50011"),
        Trap(
            "an unknown contract",
            {ORDERS: okx_reply([{"instId": "X-SWAP", "details": []}])},
            "not known",
        ),
    ),
    "exchange": (
        Trap(
            "an empty book",
            {"/api/v5/market/books": okx_reply([{"asks": [], "bids": [], "ts": "1"}])},
            "book is empty",
            ("depth.BTC", "spread.BTC"),
        ),
        Trap(
            "a crossed book",
            {
                "/api/v5/market/books": okx_reply(
                    [{"asks": [["1", "1"]], "bids": [["2", "1"]], "ts": "1"}]
                )
            },
            "crossed",
            ("depth.BTC", "spread.BTC"),
        ),
    ),
    "coingecko": (
        Trap(
            "an error with 200",
            {CHART: '{"status": {"error_code": 429}}'},
            "an error came",
            ("px.BTC", "mcap.BTC"),
        ),
        Trap(
            "an empty chart", {CHART: '{"prices": [], "market_caps": []}'}, "is empty", ("px.BTC",)
        ),
        Trap(
            "a price of zero",
            {CHART: dumps({"prices": [[ms(MIDNIGHT), 0]], "market_caps": [[ms(MIDNIGHT), 1e12]]})},
            "cannot be zero",
            ("px.BTC",),
        ),
        Trap(
            "another company",
            {ENTITY: dumps({"symbol": "XXI.US", "m_nav": 2})},
            "not the page of MSTR",
            ("dat.MSTR.mnav",),
        ),
        Trap(
            "no mnav",
            {ENTITY: dumps({"symbol": "MSTR.US"})},
            "m_nav is missing",
            ("dat.MSTR.mnav",),
        ),
        Trap(
            "an mnav of text",
            {ENTITY: dumps({"symbol": "MSTR.US", "m_nav": "high"})},
            "not a number",
            ("dat.MSTR.mnav",),
        ),
        Trap(
            "a negative mnav",
            {ENTITY: dumps({"symbol": "MSTR.US", "m_nav": -1})},
            "below 0",
            ("dat.MSTR.mnav",),
        ),
    ),
    "edgar": (
        Trap(
            "columns of different lengths",
            {
                "/submissions/CIK0001050446.json": dumps(
                    {
                        "filings": {
                            "recent": {"form": ["8-K"], "items": [], "filingDate": ["2025-02-25"]}
                        }
                    }
                )
            },
            "is empty",
            ("dat.MSTR.notice",),
        ),
        Trap(
            "thousands of shares",
            {COVER: facts({"end": "2025-02-11", "val": 245, "filed": "2025-02-18"})},
            "too small",
            ("dat.MSTR.shares",),
        ),
        Trap(
            "another unit",
            {DILUTED: '{"units": {"USD": []}}'},
            "/units/shares is not there",
            ("dat.MSTR.diluted_shares",),
        ),
        Trap(
            "no count at all",
            {COVER: {"status": 404}, DILUTED: {"status": 404}},
            "reports no share count",
            ("dat.MSTR.shares", "dat.MSTR.diluted_shares"),
        ),
        Trap(
            "a filing of the future",
            {COVER: facts({"end": "2025-03-11", "val": 245_000_000, "filed": "2025-03-18"})},
            "future",
            ("dat.MSTR.shares",),
        ),
    ),
    "coinmetrics": (
        Trap("an empty table", {METRICS: '{"data": []}'}, "data is empty"),
        Trap("a wrong sign", coinmetrics(FlowInExNtv="-1"), "below 0"),
        Trap("a supply of zero", coinmetrics(SplyExNtv="0"), "cannot be zero"),
    ),
    "bitview": (
        Trap(
            "fewer values than days",
            {"/api/series/lth_supply/day1": '{"data": [1]}'},
            "1 values for 3 days",
            ("lth.btc",),
        ),
    ),
    "defillama": (
        Trap(
            "an empty chart",
            {"/stablecoincharts/all": "[]"},
            "the chart is empty",
            ("stable.supply_usd",),
        ),
        Trap(
            "tvl alone",
            {"/cexs": dumps({"cexs": [{"slug": "binance-cex", "tvl": 0}]})},
            "none of the configured exchanges",
            ("cex.binance.tvl_usd",),
        ),
    ),
    "gdelt": (
        Trap("a sentence with 200", {"/api/v2/doc/doc": "Please limit requests"}, "cut or broken"),
        Trap("an empty timeline", {"/api/v2/doc/doc": '{"timeline": []}'}, "is not there"),
    ),
    "alternative": (
        Trap(
            "beyond its scale",
            {"/fng/": dumps({"data": [{"value": "101", "timestamp": str(ms(day(26)) // 1000)}]})},
            "above 100",
        ),
        Trap("an empty table", {"/fng/": '{"data": []}'}, "data is empty"),
    ),
    "ofr": (
        Trap("another column", {FSI: "Date,FSI\n2025-02-24,1\n"}, "the header is"),
        Trap("a header only", {FSI: "Date,OFR FSI\n"}, "empty is not zero"),
    ),
    "kalshi": (
        Trap("a bid above the ask", kalshi(yes_bid=101), "not a share"),
        Trap("outcomes that are missing", kalshi(yes_bid=20), "add up to"),
        Trap("no market", {MARKETS: '{"markets": []}'}, "markets is empty"),
    ),
    "polymarket": (
        Trap("prices that are no JSON", polymarket("[0.25, 0.75"), "not JSON"),
        Trap("a price too few", polymarket('["0.25"]'), "do not match"),
        Trap("a price above one", polymarket('["1.2", "0"]'), "not a share"),
        Trap("no open event", {MARCH: "[]", "/events": "[]"}, "no open event"),
    ),
    "csv": (
        Trap("a column gone", {"/gold.csv": "day,open\n2025-02-25,1\n"}, "no column 'settle'"),
        Trap("a header only", {"/gold.csv": "day,settle\n"}, "empty is not zero"),
        Trap("a text", {"/gold.csv": "day,settle\n2025-02-25,n/a\n"}, "not a number"),
    ),
    "json": (
        Trap("moved", {"/uni.json": '{"rows": []}'}, "/result/rows is not there"),
        Trap("an empty list", {"/uni.json": '{"result": {"rows": []}}'}, "is empty"),
    ),
}
