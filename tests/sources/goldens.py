"""A good page of every provider, of our own making, and all that must be read from it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from tests.adapters.sources import pages
from tests.sources.stand import NOON, Golden, dumps

MIDNIGHT = NOON.replace(hour=0)
DAY = timedelta(days=1)


def ms(at: datetime) -> int:
    """Return milliseconds since 1970."""
    return int(at.timestamp() * 1000)


def day(number: int) -> datetime:
    """Return midnight of a day of that February."""
    return datetime(2025, 2, number, tzinfo=UTC)


def text(when: datetime) -> str:
    """Return an instant as the journal writes it."""
    return f"{when:%Y-%m-%dT%H:%M:%SZ}"


def at(number: int, clock: str = "00:00") -> str:
    """Return an instant of that February as the journal writes it."""
    return f"2025-02-{number:02}T{clock}:00Z"


ETH_FUNDS = ["ETHA", "FETH", "ETHW", "ETHE", "ETH", "CETH"]
RECORD = {"IBIT": "(164.4)", "FBTC": "(344.7)", "BITB": "(88.3)", "ARKB": "\u2212175.8",
          "BTCO": "(62.0)", "GBTC": "(1,066.1)", "BTC": "787.6"}  # fmt: skip


def farside() -> Golden:
    """Parentheses, commas, a Unicode minus, a holiday, a pending row, columns in another order."""
    btc = [("14 Feb 2025", {"IBIT": "66.2"}, "66.2"),
           ("17 Feb 2025", dict.fromkeys(pages.FUNDS, "-"), "0.0"),
           *[(f"{n} Feb 2025", {}, "0.0") for n in (18, 19, 20, 21, 24)],
           ("25 Feb 2025", RECORD, "(1,113.7)"),
           ("26 Feb 2025", {"IBIT": "-", "FBTC": "(10.0)"}, "(10.0)")]  # fmt: skip
    eth = [("24 Feb 2025", {"ETHA": "(48.3)", "CETH": "-"}, "(48.3)"),
           ("25 Feb 2025", {"ETHE": "1,012.5"}, "1,012.5")]  # fmt: skip
    zeros = [("etf.btc.flow_usd", at(n), at(n + 1, "12:30"), "0") for n in (18, 19, 20, 21, 24)]
    return Golden(
        "farside",
        {
            "/bitcoin-etf-flow-all-data/": pages.farside(btc),
            "/ethereum-etf-flow-all-data/": pages.farside(eth, ETH_FUNDS[::-1], total_first=True),
        },
        [
            ("etf.btc.flow_usd", at(14), at(15, "12:30"), "66200000"),
            *zeros,
            ("etf.btc.flow_usd", at(25), at(26, "12:30"), "-1113700000"),
            ("etf.eth.flow_usd", at(24), at(25, "12:30"), "-48300000"),
            ("etf.eth.flow_usd", at(25), at(26, "12:30"), "1012500000"),
        ],
    )


def sosovalue() -> Golden:
    """Newest first, numbers as text with commas, today's row still zero, one day not reported."""
    rows = [("2025-02-26", 0, 0), ("2025-02-25", "-1,113,700,000.5", "104000000000"),
            ("2025-02-24", None, None), ("2025-02-21", -62_700_000, 0)]  # fmt: skip
    found = [
        (f"etf.{coin}.{what}", at(n), at(n + 1, "12:30"), value)
        for coin in ("btc", "eth")
        for what, n, value in (
            ("aum_usd", 25, "104000000000"),
            ("flow_usd", 21, "-62700000"),
            ("flow_usd", 25, "-1113700000.5"),
        )
    ]
    path = "/openapi/v2/etf/historicalInflowChart"
    return Golden("sosovalue", {path: pages.sosovalue(rows)}, found)


def coinglass() -> Golden:
    """A fund that is not named, a day of nulls, liquidations by side."""
    funds = {"IBIT": -164_400_000, "FBTC": -344_700_000, "BITB": -88_300_000, "ARKB": -175_800_000,
             "GBTC": -340_500_000}  # fmt: skip
    eth = {"ETHA": 1_500_000, "FETH": 0, "ETHW": 0, "ETHE": -500_000, "ETH": 0, "CETH": None}
    btc_days = [pages.etf_day(ms(day(25)), -1_113_700_000, **funds),
                pages.etf_day(ms(day(26)), 0, **dict.fromkeys(funds))]  # fmt: skip
    liquidated = [{"time": ms(day(n)), "aggregated_long_liquidation_usd": long,
                   "aggregated_short_liquidation_usd": "2500000.5"}
                  for n, long in ((25, 1_500_000_000), (26, None))]  # fmt: skip
    assets = [{"timestamp": ms(day(24)), "net_assets_usd": 0},
              {"timestamp": ms(day(25)), "net_assets_usd": 104_000_000_000}]  # fmt: skip
    return Golden(
        "coinglass",
        {
            "/api/etf/bitcoin/flow-history": pages.coinglass(btc_days),
            "/api/etf/ethereum/flow-history": pages.coinglass(
                [pages.etf_day(ms(day(25)), 1_000_000, **eth)]
            ),
            "/api/etf/bitcoin/net-assets/history": pages.coinglass(assets),
            "/api/futures/liquidation/aggregated-history": pages.coinglass(liquidated),
        },
        [
            ("etf.btc.aum_usd", at(25), at(26, "12:30"), "104000000000"),
            ("etf.btc.flow_usd", at(25), at(26, "12:30"), "-1113700000"),
            ("etf.eth.flow_usd", at(25), at(26, "12:30"), "1000000"),
            ("liq.long_usd", at(25), at(26), "1500000000"),
            ("liq.short_usd", at(25), at(26), "2500000.5"),
            ("liq.short_usd", at(26), at(27), "2500000.5"),
        ],
    )


def okx_reply(data: object, code: str = "0") -> str:
    """Return OKX's envelope."""
    return dumps({"code": code, "msg": "", "data": data})


def liquidation(when: datetime, contracts: str, price: str, **side: str) -> dict[str, str]:
    """Return one detail; `posSide` is the position's, `side` that of the forced order."""
    return {"ts": str(ms(when)), "sz": contracts, "bkPx": price, "bkLoss": "0", **side}


SWAP = {"instId": "BTC-USDT-SWAP", "ctVal": "0.01", "ctMult": "1", "ctType": "linear"}


def okx() -> Golden:
    """Several details in a row, a position in net mode, a day without any, an unfinished day."""
    details = [
        liquidation(NOON, "900", "90000", posSide="long", side="sell"),
        liquidation(day(26) + 5 * DAY / 24, "10", "90000", posSide="long", side="sell"),
        liquidation(day(26) + 4 * DAY / 24, "100", "80000", posSide="net", side="sell"),
        liquidation(day(26) + 3 * DAY / 24, "1", "100000", posSide="short", side="buy"),
    ]
    older = [liquidation(day(24) + 22 * DAY / 24, "7", "90000", posSide="short", side="buy")]
    rows = [{"instId": "BTC-USDT-SWAP", "details": part} for part in (details, older)]
    return Golden(
        "okx",
        {
            "/api/v5/public/instruments": okx_reply([SWAP]),
            "/api/v5/public/liquidation-orders": okx_reply(rows),
        },
        [
            ("liq.long_usd", at(25), at(26), "0"),
            ("liq.long_usd", at(26), at(27), "89000"),
            ("liq.short_usd", at(25), at(26), "0"),
            ("liq.short_usd", at(26), at(27), "1000"),
        ],
        'underlyings = ["BTC-USDT"]',
    )


BARS = 52  # the newest of them is not finished
COINS = [f"C{n}" for n in range(10)]


def _instruments(query: Mapping[str, str]) -> str:
    common = {"baseCcy": "", "quoteCcy": "", "settleCcy": "", "ctVal": "", "ctMult": "",
              "ctType": "", "uly": "", "instFamily": "", "expTime": "", "listTime": "1",
              "lever": "", "tickSz": "0.1", "lotSz": "0.0001", "minSz": "0.0001", "optType": "",
              "stk": "", "state": "live", "category": "1", "alias": ""}  # fmt: skip
    if query["instType"] == "SWAP":
        return okx_reply([{**common, **SWAP, "instType": "SWAP", "settleCcy": "USDT",
                           "uly": "BTC-USDT", "instFamily": "BTC-USDT"}])  # fmt: skip
    return okx_reply([
        {**common, "instType": "SPOT", "instId": f"{coin}-USDT", "baseCcy": coin,
         "quoteCcy": "USDT"}
        for coin in ("BTC", *COINS)
    ])  # fmt: skip


def _candles(query: Mapping[str, str]) -> str:
    """Return fifty-one finished days: Bitcoin falls, six coins rise by 1 USD a day, four stand."""
    rising = query["instId"].split("-")[0] in COINS[:6]
    days = [MIDNIGHT - n * DAY for n in range(BARS)]
    closes: list[tuple[datetime, object]] = [
        (when, 1000 + BARS - n if rising else 1000) for n, when in enumerate(days)
    ]
    if query["instId"] == "BTC-USDT":
        closes = [(MIDNIGHT, 85_000), (day(26), "84123.45"), (day(25), "88000.1")]
        closes += [(when, 88_000) for when in days[3:]]
    return okx_reply([
        [str(ms(when)), "1", "1", "1", str(close), "1", "1", "1", "1"] for when, close in closes
    ])  # fmt: skip


def _kraken(result: object) -> str:
    return dumps({"error": [], "result": result})


def _pegs() -> dict[str, str]:
    pair = {"aclass_base": "currency", "aclass_quote": "currency", "quote": "ZUSD", "lot": "unit",
            "pair_decimals": 5, "lot_decimals": 8, "cost_decimals": 5, "lot_multiplier": 1,
            "leverage_buy": [], "leverage_sell": [], "fees": [[0, 0.2]], "fees_maker": [[0, 0.2]],
            "fee_volume_currency": "ZUSD", "ordermin": "5", "costmin": "0.5",
            "tick_size": "0.00001", "status": "online"}  # fmt: skip
    pairs = {f"{c}USD": {**pair, "altname": f"{c}USD", "wsname": f"{c}/USD", "base": c}
             for c in ("USDT", "USDC")}  # fmt: skip
    tickers = {name: {key: ["0.9971", "1", "1"] for key in "abcvphl"} | {"t": [1, 1], "o": "1"}
               for name in pairs}  # fmt: skip
    return {
        "/0/public/AssetPairs": _kraken(pairs),
        "/0/public/Assets": _kraken({}),
        "/0/public/Ticker": _kraken(tickers),
    }


def exchange() -> Golden:
    """Closes of finished days alone, a book, open interest, funding, breadth, pegs elsewhere."""
    book = {"asks": [["84010", "2", "0", "1"], ["90000", "9", "0", "1"]],
            "bids": [["83990", "1", "0", "1"], ["70000", "9", "0", "1"]], "ts": str(ms(NOON)),
            "seqId": 1}  # fmt: skip
    oi = {"instType": "SWAP", "instId": "BTC-USDT-SWAP", "oi": "3000000", "oiCcy": "30000",
          "oiUsd": "2520000000.5", "ts": str(ms(NOON))}  # fmt: skip
    funding = {"instType": "SWAP", "instId": "BTC-USDT-SWAP", "fundingRate": "-0.00012",
               "fundingTime": str(ms(NOON)), "nextFundingRate": "", "method": "current_period",
               "nextFundingTime": str(ms(NOON)), "ts": str(ms(NOON))}  # fmt: skip
    older = [MIDNIGHT - n * DAY for n in range(3, BARS)]
    closes = [("px.BTC", text(when), text(when + DAY), "88000") for when in older]
    closes += [("px.BTC", at(25), at(26), "88000.1"), ("px.BTC", at(26), at(27), "84123.45")]
    breadth = [
        (f"breadth.{name}", at(n), at(n + 1), share)
        for n, beating in ((25, "0.6"), (26, "1"))
        for name, share in (
            ("above_50dma", "0.6"),
            ("at_30d_low", "0.4"),
            ("beats_btc_7d", beating),
        )
    ]
    return Golden(
        "exchange",
        {
            "/api/v5/public/instruments": _instruments,
            "/api/v5/market/history-candles": _candles,
            "/api/v5/market/candles": _candles,
            "/api/v5/market/books": okx_reply([book]),
            "/api/v5/public/open-interest": okx_reply([oi]),
            "/api/v5/public/funding-rate": okx_reply([funding]),
            **_pegs(),
        },
        [
            *closes,
            *breadth,
            ("depth.BTC", "now", "now", "252010"),
            ("spread.BTC", "now", "now", "0.0002381"),
            ("oi.btc_usd", "now", "now", "2520000000.5"),
            ("funding.btc", "now", "now", "-0.00012"),
            ("peg.USDT", "now", "now", "0.9971"),
            ("peg.USDC", "now", "now", "0.9971"),
        ],
        f'assets = ["BTC"]\nbreadth = {COINS}',
        own_bytes=False,
    )
