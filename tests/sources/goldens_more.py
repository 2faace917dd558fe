"""A good page of every other provider: macro, treasuries, chain, news, odds, a person's own."""

from collections.abc import Mapping

from tests.adapters.sources import pages
from tests.sources.goldens import (
    DAY,
    MIDNIGHT,
    at,
    coinglass,
    day,
    exchange,
    farside,
    ms,
    okx,
    sosovalue,
)
from tests.sources.goldens_forced import liquidations
from tests.sources.stand import CONTACT, NOON, Golden, dumps


def fred() -> Golden:
    """A dot is not known and not zero; a close counts from the next business day on."""
    tables = {
        "DGS2": [("2025-02-20", "4.3"), ("2025-02-21", "."), ("2025-02-24", "4.13")],
        "EFFR": [("2025-02-25", "4.33")],
        "VIXCLS": [("2025-02-21", "18.21"), ("2025-02-24", "18.98"), ("2025-02-25", "19.43")],
        "SP500": [("2025-02-25", "5955.25")],
    }

    def page(query: Mapping[str, str]) -> str:
        return pages.fred(query["id"], tables[query["id"]])

    return Golden(
        "fred",
        {"/graph/fredgraph.csv": page},
        [
            ("us2y", at(20), at(21, "13:30"), "4.3"),
            ("us2y", at(24), at(25, "13:30"), "4.13"),
            ("effr", at(25), at(26, "13:30"), "4.33"),
            ("vix", at(21), at(24, "13:30"), "18.21"),
            ("vix", at(24), at(25, "13:30"), "18.98"),
            ("vix", at(25), at(26, "13:30"), "19.43"),
            ("px.SPX", at(25), at(26, "13:30"), "5955.25"),
        ],
        own_bytes=False,
    )


def yfinance() -> Golden:
    """A close without a number is not known; binary tails are cut."""

    def page(query: Mapping[str, str]) -> str:
        tail = {"NVDA": 126.62999725341797, "MSTR": 250.50999450683594}[query["ticker"]]
        closes = {"2025-02-24T00:00:00-05:00": tail, "2025-02-25T00:00:00-05:00": float("nan")}
        return dumps({**closes, "2025-02-26T00:00:00-05:00": 131.28})

    found = [
        (series, at(n), at(n, "22:30"), value)
        for series, first in (("px.NVDA", "126.629997"), ("dat.MSTR.price_usd", "250.509995"))
        for n, value in ((24, first), (26, "131.28"))
    ]
    table = 'tickers = { "px.NVDA" = "NVDA", "dat.MSTR.price_usd" = "MSTR" }'
    return Golden("yfinance", {"/chart": page}, found, table, own_bytes=False)


def company(symbol: str, holdings: object, entry: object, now: object) -> dict[str, object]:
    """Return a company as the list of treasuries shows it."""
    return {"name": symbol, "symbol": symbol, "total_holdings": holdings,
            "total_entry_value_usd": entry, "total_current_value_usd": now}  # fmt: skip


COINGECKO_TABLE = 'coins = { BTC = "bitcoin" }\ntreasuries = ["bitcoin"]\ntickers = ["MSTR", "XXI"]'


def coingecko() -> Golden:
    """An entry of 0 is not known; midnight is the close of the day before."""
    moments = [day(26), MIDNIGHT, NOON]
    prices = [
        [ms(when), price] for when, price in zip(moments, (88000.5, 84000.25, 85000), strict=True)
    ]
    caps = [[ms(when), cap] for when, cap in zip(moments, (1.74e12, 0, 1.68e12), strict=True)]
    change = "price_change_percentage_7d_in_currency"
    coins = [{"id": "bitcoin", change: -5.0}, {"id": "wrapped-bitcoin", change: 9.0},
             {"id": "new", change: None}]  # fmt: skip
    coins += [{"id": f"c{n}", change: -4.0 if n < 15 else -6.0} for n in range(60)]
    names = [{"id": "strategy", "symbol": "MSTR.US", "name": "Strategy", "country": "US"},
             {"id": "twenty-one", "symbol": "XXI.US", "name": "Twenty One", "country": "US"},
             {"id": "a-country", "symbol": None, "name": "A country", "country": "XX"}]  # fmt: skip
    treasuries = [company("MSTR.US", 499_096, 33.1e9, 42.4e9),
                  company("NASDAQ:XXI", 42_000, 0, 3e9), company("ELSE.US", 5, 1, 1)]  # fmt: skip
    entity = {"name": "Strategy", "id": "strategy", "symbol": "MSTR.US", "m_nav": 1.62}
    other = {"name": "Twenty One", "id": "twenty-one", "symbol": "XXI.US", "m_nav": 0}
    return Golden(
        "coingecko",
        {
            "/api/v3/coins/bitcoin/market_chart": dumps({"prices": prices, "market_caps": caps}),
            "/api/v3/companies/public_treasury/bitcoin": dumps({"companies": treasuries}),
            "/api/v3/coins/markets": dumps(coins),
            "/api/v3/entities/list": dumps(names),
            "/api/v3/public_treasury/strategy": dumps(entity),
            "/api/v3/public_treasury/twenty-one": dumps(other),
        },
        [
            ("px.BTC", at(25), at(26), "88000.5"),
            ("px.BTC", at(26), at(27), "84000.25"),
            ("mcap.BTC", at(25), at(26), "1740000000000"),
            ("dat.MSTR.holdings", "now", "now", "499096"),
            ("dat.MSTR.entry_usd", "now", "now", "33100000000"),
            ("dat.MSTR.nav_usd", "now", "now", "42400000000"),
            ("dat.MSTR.mnav", "now", "now", "1.62"),
            ("dat.XXI.holdings", "now", "now", "42000"),
            ("dat.XXI.nav_usd", "now", "now", "3000000000"),
            ("breadth.beats_btc_7d", "now", "now", "0.25"),
        ],
        COINGECKO_TABLE,
    )


def facts(*rows: Mapping[str, object]) -> str:
    """Return a company's reports of one concept."""
    return dumps({"cik": 1050446, "units": {"shares": list(rows)}})


EDGAR_TABLE = f'{CONTACT}\nciks = {{ MSTR = "1050446" }}'
CONCEPT = "/api/xbrl/companyconcept/CIK0001050446"


def edgar() -> Golden:
    """Alarms among the items of an 8-K; a mean of a quarter, not of a year; the first filing."""
    recent = {"form": ["8-K", "10-K", "8-K"], "items": ["3.01,9.01", "", "8.01"],
              "filingDate": ["2025-02-25", "2025-02-24", "2025-02-20"]}  # fmt: skip
    quarter = {"start": "2024-07-01", "end": "2024-09-30", "val": 219_000_000, "form": "10-Q"}
    diluted = facts(
        {**quarter, "filed": "2024-10-31"},
        {**quarter, "start": "2024-01-01", "val": 190_000_000, "filed": "2024-10-31"},
        {**quarter, "val": 21_900_000, "filed": "2025-02-18"},
    )
    cover = facts({"end": "2025-02-11", "val": 245_778_000, "filed": "2025-02-18", "form": "10-K"})
    return Golden(
        "edgar",
        {
            "/submissions/CIK0001050446.json": dumps({"filings": {"recent": recent}}),
            f"{CONCEPT}/dei/EntityCommonStockSharesOutstanding.json": cover,
            f"{CONCEPT}/us-gaap/WeightedAverageNumberOfDilutedSharesOutstanding.json": diluted,
        },
        [
            ("dat.MSTR.notice", at(20), at(21), "0"),
            ("dat.MSTR.notice", at(25), at(26), "1"),
            ("dat.MSTR.shares", at(11), at(19), "245778000"),
            (
                "dat.MSTR.diluted_shares",
                "2024-09-30T00:00:00Z",
                "2024-11-01T00:00:00Z",
                "219000000",
            ),
        ],
        EDGAR_TABLE,
    )


def coinmetrics() -> Golden:
    """Numbers as text, a metric that is left out, and a second page."""
    days = [{"time": f"2025-02-{n}T00:00:00.000000000Z", "asset": "btc", "FlowInExNtv": "31000.5",
             "FlowOutExNtv": None} for n in (24, 25)]  # fmt: skip
    first = {"data": [{**days[0], "SplyExNtv": "2500000"}],
             "next_page_url": "https://community-api.coinmetrics.io/v4/next?page=2"}  # fmt: skip
    return Golden(
        "coinmetrics",
        {"/v4/timeseries/asset-metrics": dumps(first), "/v4/next": dumps({"data": days[1:]})},
        [
            ("ex.btc.inflow", at(24), at(25, "08:00"), "31000.5"),
            ("ex.btc.inflow", at(25), at(26, "08:00"), "31000.5"),
            ("ex.btc.supply", at(24), at(25, "08:00"), "2500000"),
        ],
    )


def bitview() -> Golden:
    """Values without days, whose days are another series; null is not known."""
    columns = {"date": ["2025-02-24", "2025-02-25", "2025-02-26"],
               "coindays_destroyed": [8_000_000, None, 9_000_000.5],
               "lth_supply": [14_100_000, 14_000_000, 13_900_000]}  # fmt: skip
    served = {
        f"/api/series/{name}/day1": dumps({"data": column}) for name, column in columns.items()
    }
    supply = zip((24, 25, 26), ("14100000", "14000000", "13900000"), strict=True)
    return Golden(
        "bitview",
        served,
        [
            ("cdd.btc", at(24), at(25, "02:00"), "8000000"),
            ("cdd.btc", at(26), at(27, "02:00"), "9000000.5"),
            *[("lth.btc", at(n), at(n + 1, "02:00"), value) for n, value in supply],
        ],
    )


def defillama() -> Golden:
    """`tvl` is always 0 and never read; pegs are added up; an unfinished day waits."""
    chart = [{"date": str(ms(when) // 1000),
              "totalCirculatingUSD": {"peggedUSD": 220_000_000_000, "peggedEUR": 500_000_000}}
             for when in (day(26), MIDNIGHT)]  # fmt: skip
    cexs = [{"name": "Binance", "slug": "binance-cex", "tvl": 0, "currentTvl": 150_000_000_000,
             "cleanAssetsTvl": 0, "inflows_24h": -200_000_000, "inflows_1w": 0},
            {"name": "OKX", "slug": "okx", "tvl": 0, "currentTvl": None}]  # fmt: skip
    revenue = dumps({"totalDataChart": [[ms(day(25)) // 1000, 250_000], [ms(day(26)) // 1000, 0]]})
    paid = [
        (f"rev.AAVE.{what}", at(n), at(n + 1), value)
        for what in ("usd_day", "holders_usd_day")
        for n, value in ((25, "250000"), (26, "0"))
    ]
    return Golden(
        "defillama",
        {"/stablecoincharts/all": dumps(chart), "/cexs": dumps({"cexs": cexs}),
         "/summary/fees/aave": revenue},
        [
            ("stable.supply_usd", at(26), at(27), "220500000000"),
            ("cex.binance.tvl_usd", "now", "now", "150000000000"),
            ("cex.binance.inflow_24h_usd", "now", "now", "-200000000"),
            ("cex.binance.inflow_7d_usd", "now", "now", "0"),
            *paid,
        ],
        'revenue = { AAVE = "aave" }',
    )  # fmt: skip


def gdelt() -> Golden:
    """Counts of a quarter of an hour become a share of the day; today waits."""
    data = [
        {"date": f"202502{d}T{h}0000Z", "value": v, "norm": 1000}
        for d, h, v in ((25, "00", 1), (25, "12", 2), (26, "00", 4), (27, "00", 9))
    ]
    return Golden(
        "gdelt",
        {"/api/v2/doc/doc": dumps({"timeline": [{"data": data}]})},
        [("news.regulation", at(25), at(26), "0.15"), ("news.regulation", at(26), at(27), "0.4")],
    )


def alternative() -> Golden:
    """Newest first, values and times as text."""
    stamps = [str(ms(MIDNIGHT - n * DAY) // 1000) for n in (0, 1, 2)]
    data = [{"value": "10", "value_classification": "Fear", "timestamp": at} for at in stamps]
    return Golden(
        "alternative",
        {"/fng/": dumps({"data": data})},
        [("fng", at(25), at(26), "10"), ("fng", at(26), at(27), "10")],
    )


def ofr() -> Golden:
    """Columns by name, two business days late."""
    page = "Date,Credit,OFR FSI,Funding\n2025-02-24,0.1,-1.25,0\n2025-02-25,0.2,-1.1,0\n"
    return Golden(
        "ofr",
        {"/financial-stress-index/data/fsi.csv": page},
        [
            ("ofr.fsi", at(24), at(26, "13:30"), "-1.25"),
            ("ofr.fsi", at(25), at(27, "13:30"), "-1.1"),
        ],
    )


def kalshi() -> Golden:
    """Dollars as text; the next meeting alone."""
    markets = [
        {"ticker": f"{event}-{outcome}", "event_ticker": event, "close_time": close,
         "yes_bid_dollars": bid, "yes_ask_dollars": ask}
        for event, outcome, bid, ask, close in (
            ("KXFED-MAR", "C25", "0.1800", "0.2200", "2025-03-19T18:00:00Z"),
            ("KXFED-MAR", "H0", "0.79", "0.81", "2025-03-19T18:00:00Z"),
            ("KXFED-MAY", "C25", "0.9", "0.9", "2025-05-07T18:00:00Z"),
        )
    ]  # fmt: skip
    return Golden(
        "kalshi",
        {"/trade-api/v2/markets": dumps({"markets": markets})},
        [("odds.fed_easier.kalshi", "now", "now", "0.2")],
    )


def polymarket() -> Golden:
    """`outcomePrices` is JSON within a text; this month's event is closed."""
    markets = [
        {"groupItemTitle": title, "outcomes": '["No", "Yes"]', "outcomePrices": prices}
        for title, prices in (
            ("25 bps decrease", '["0.75", "0.25"]'),
            ("No change", '["0.3", "0.7"]'),
            ("25+ bps increase", '["0.95", "0.05"]'),
        )
    ]
    event = dumps([{"slug": "fed-decision-in-march", "closed": False, "markets": markets}])
    return Golden(
        "polymarket",
        {
            "/events?slug=fed-decision-in-february": dumps([{"closed": True, "markets": []}]),
            "/events?slug=fed-decision-in-march": event,
        },
        [("odds.fed_easier.polymarket", "now", "now", "0.25")],
    )


CSV_TABLE = '''[sources.csv.gold]
series = "px.GOLD"
url = "BASE/gold.csv"
as_of = "day"
value = "settle"'''
JSON_TABLE = '''[sources.json.protocol]
series = "rev.UNI.usd_day"
url = "BASE/uni.json"
items = "/result/rows"
as_of = "/t"
value = "/usd_k"
multiplier = "1000"'''


def own_csv() -> Golden:
    """A person's table: further columns, a blank is not known."""
    page = 'day,open,settle\n2025-02-25,1,"2,918.80"\n2025-02-26,1,\n'
    return Golden(
        "csv", {"/gold.csv": page}, [("px.GOLD", at(25), at(25, "22:30"), "2918.80")], CSV_TABLE
    )


def own_json() -> Golden:
    """A person's document: pointers, milliseconds, thousands."""
    rows = [{"t": ms(day(n)), "usd_k": value} for n, value in ((25, 812.5), (26, None))]
    page = dumps({"result": {"rows": rows}})
    return Golden(
        "json", {"/uni.json": page}, [("rev.UNI.usd_day", at(25), at(26), "812500.0")], JSON_TABLE
    )


# Sources of one series are fetched apart, so that each shows what it reads by itself.
ROUNDS = (
    (
        sosovalue,
        okx,
        exchange,
        liquidations,
        fred,
        edgar,
        coinmetrics,
        bitview,
        defillama,
        gdelt,
        alternative,
        ofr,
        kalshi,
        polymarket,
        own_csv,
        own_json,
    ),
    (farside, yfinance, coingecko),
    (coinglass,),
)
GOLDENS = {golden.source: golden for make in ROUNDS for golden in (one() for one in make)}
