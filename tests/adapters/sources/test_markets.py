"""OKX, FRED, OFR, Yahoo and exchanges through ccxt."""

import json
import re
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from dcaguard.adapters.sources.breadth import shares
from dcaguard.adapters.sources.cache import PageCache
from dcaguard.adapters.sources.exchange import Exchange
from dcaguard.adapters.sources.http import PoliteClient
from dcaguard.adapters.sources.source import Context, PartialFetchError, WebSource
from dcaguard.core.errors import ConfigError, DataInvalidError, VenueUnavailableError
from dcaguard.core.reading import Reading
from dcaguard.core.source_params import ExchangeParams
from tests.adapters.sources import pages
from tests.adapters.sources.conftest import NOON, ClockAt
from tests.venues.wire.data_server import DataServer

Make = Callable[..., WebSource]
ORDERS, INSTRUMENTS = "/api/v5/public/liquidation-orders", "/api/v5/public/instruments"


def okx(data: object, code: str = "0") -> str:
    return json.dumps({"code": code, "msg": "", "data": data})


def swap(name: str, kind: str = "linear", size: str = "0.01") -> dict[str, str]:
    return {"instId": name, "ctVal": size, "ctMult": "1", "ctType": kind}


def event(at: datetime, size: str, price: str, **sides: str) -> dict[str, str]:
    ms = str(int(at.timestamp() * 1000))
    return {"sz": size, "bkPx": price, "ts": ms, "side": "sell", "posSide": "", **sides}


def target(query: str) -> str:
    return f"{ORDERS}?instType=SWAP&uly={query}&state=filled&limit=100"


class TestOkx:
    def test_adds_every_detail_in_usd_by_the_side_that_was_liquidated(
        self, make: Make, server: DataServer
    ) -> None:
        at = datetime(2025, 2, 26, 5, tzinfo=UTC)
        details = [
            event(at, "100", "90000", posSide="long"),  # 100 * 0.01 * 90000
            event(at, "10", "90000", posSide="short", side="buy"),
            event(at, "1", "90000"),  # net mode: a forced sale closes a long
            event(datetime(2025, 2, 25, tzinfo=UTC), "7", "1", posSide="long"),
        ]
        server.route(INSTRUMENTS, okx([swap("BTC-USDT-SWAP")]))
        server.route(ORDERS, okx([{"instId": "BTC-USDT-SWAP", "details": details}]))
        source = make("okx", underlyings=["BTC-USDT"])
        since = {"liq.long_usd": datetime(2025, 2, 25, tzinfo=UTC)}
        found = {(r.series, r.as_of.day): r.value for r in source.fetch(dict(since))}
        assert found["liq.long_usd", 26] == Decimal(90_900)
        assert found["liq.short_usd", 26] == Decimal(9_000)

    def test_inverse_contracts_are_in_usd_already(self, make: Make, server: DataServer) -> None:
        at = datetime(2025, 2, 26, 5, tzinfo=UTC)
        details = [event(at, "5", "90000", posSide="long"),
                   event(at - timedelta(days=1, hours=6), "1", "1", posSide="long")]  # fmt: skip
        server.route(INSTRUMENTS, okx([swap("BTC-USD-SWAP", "inverse", "100")]))
        server.route(ORDERS, okx([{"instId": "BTC-USD-SWAP", "details": details}]))
        source = make("okx", underlyings=["BTC-USD"])
        found = [r for r in source.fetch({}) if r.series == "liq.long_usd"]
        assert [(r.as_of.day, r.value) for r in found] == [(25, Decimal(0)), (26, Decimal(500))]

    def test_follows_pages_back_and_counts_no_event_twice(
        self, make: Make, server: DataServer
    ) -> None:
        first = datetime(2025, 2, 26, 12, tzinfo=UTC)
        second = datetime(2025, 2, 25, 23, tzinfo=UTC)
        server.route(INSTRUMENTS, okx([swap("BTC-USDT-SWAP")]))
        row = {"instId": "BTC-USDT-SWAP"}
        server.route(
            target("BTC-USDT"),
            okx([{**row, "details": [event(first, "1", "100000", posSide="long")]}]),
        )
        older = f"{target('BTC-USDT')}&after={int(first.timestamp() * 1000)}"
        server.route(
            older,
            okx(
                [
                    {
                        **row,
                        "details": [
                            event(first, "1", "100000", posSide="long"),
                            event(second, "2", "100000", posSide="long"),
                        ],
                    }
                ]
            ),
        )
        source = make("okx", underlyings=["BTC-USDT"])
        since = dict.fromkeys(source.series, datetime(2025, 2, 25, tzinfo=UTC))
        found = [r for r in source.fetch(since) if r.series == "liq.long_usd"]
        assert [(r.as_of.day, r.value) for r in found] == [(26, Decimal(1000))]

    def test_nothing_is_asked_while_no_new_day_is_over(
        self, make: Make, server: DataServer
    ) -> None:
        source = make("okx", underlyings=["BTC-USDT"])
        since = dict.fromkeys(source.series, datetime(2025, 2, 26, tzinfo=UTC))
        assert source.fetch(since) == []
        assert server.requests == []

    def test_a_day_that_the_list_does_not_reach_is_missing_not_zero(
        self, make: Make, server: DataServer
    ) -> None:
        at = datetime(2025, 2, 26, 0, 0, 1, tzinfo=UTC)
        details = [event(at, "1", "90000", posSide="long")]
        server.route(INSTRUMENTS, okx([swap("BTC-USDT-SWAP")]))
        server.route(ORDERS, okx([{"instId": "BTC-USDT-SWAP", "details": details}]))
        assert make("okx", underlyings=["BTC-USDT"]).fetch({}) == []

    @pytest.mark.parametrize(
        ("instruments", "orders", "what"),
        [
            (okx([], "50011"), okx([]), "error code 50011"),
            (okx([]), okx([]), "no swap of BTC-USDT"),
            ('{"error": {}}', okx([]), "error code None"),
            (okx([swap("BTC-USDT-SWAP")]), okx({}), "not a list"),
            (okx([swap("BTC-USDT-SWAP")]), okx([{"instId": "ETH-USDT-SWAP", "details": []}]),
             "not known"),
            (okx([swap("BTC-USDT-SWAP")]),
             okx([{"instId": "BTC-USDT-SWAP", "details": [event(NOON, "-1", "1")]}]), "negative"),
            (okx([swap("BTC-USDT-SWAP", size="")]), okx([]), "ctVal is not a number"),
        ],
    )  # fmt: skip
    def test_anything_unexpected_is_refused(
        self, make: Make, server: DataServer, instruments: str, orders: str, what: str
    ) -> None:
        server.route(INSTRUMENTS, instruments)
        server.route(ORDERS, orders)
        with pytest.raises(DataInvalidError, match=what):
            make("okx", underlyings=["BTC-USDT"]).fetch({})


class TestFred:
    def serve(self, server: DataServer, **pages_by_id: str) -> None:
        for name, page in pages_by_id.items():
            server.route(f"/graph/fredgraph.csv?id={name}&cosd=2025-02-20", page)

    def fetch(self, make: Make) -> tuple[list[Reading], str]:
        since = dict.fromkeys(make("fred").series, datetime(2025, 2, 20, tzinfo=UTC))
        try:
            return list(make("fred").fetch(since)), ""
        except PartialFetchError as error:
            return list(error.readings), str(error)

    def test_a_dot_is_missing_and_every_close_is_known_a_business_day_later(
        self, make: Make, server: DataServer
    ) -> None:
        rows = [("2025-02-20", "4.3"), ("2025-02-21", "."), ("2025-02-24", "4.13"),
                ("2025-02-26", "4.05")]  # fmt: skip
        closes = [("2025-02-20", "15.66"), ("2025-02-21", "18.21")]
        self.serve(server, DGS2=pages.fred("DGS2", rows), VIXCLS=pages.fred("VIXCLS", closes))
        found, _ = self.fetch(make)
        assert [(r.series, r.as_of.day, r.value) for r in found] == [
            ("us2y", 20, Decimal("4.3")),
            ("us2y", 24, Decimal("4.13")),
            ("us2y", 26, Decimal("4.05")),
            ("vix", 20, Decimal("15.66")),
            ("vix", 21, Decimal("18.21")),
        ]
        assert found[4].observed_at == datetime(2025, 2, 24, 13, 30, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("page", "what"),
        [
            ("observation_date,DGS10\n2025-02-24,4.1\n", "the header is"),
            ("observation_date,DGS2\n", "has no value"),
            ("observation_date,DGS2\n2025-02-24\n", "1 cells"),
            ("observation_date,DGS2\n2025-02-24,4,1\n", "3 cells"),
            ("observation_date,DGS2\n2025-02-24,high\n", "not a number"),
            ("observation_date,DGS2\n2025-02-24,410\n", "above"),
            ("observation_date,DGS2\n2025-02-25,4.1\n2025-02-24,4.1\n", "not in order"),
            ("observation_date,DGS2\n2025-02-28,4.1\n", "future"),
            ("<html><title>Maintenance</title></html>", "web page came"),
        ],
    )
    def test_a_changed_table_is_refused(
        self, make: Make, server: DataServer, page: str, what: str
    ) -> None:
        self.serve(server, DGS2=page)
        found, error = self.fetch(make)
        assert found == []
        assert re.search(what, error)

    def test_a_missing_session_between_two_closes_is_told_and_the_others_count(
        self, make: Make, server: DataServer
    ) -> None:
        closes = [("2025-02-19", "15.27"), ("2025-02-20", "15.66"), ("2025-02-24", "18.98")]
        self.serve(server, VIXCLS=pages.fred("VIXCLS", closes))
        found, error = self.fetch(make)
        assert [str(r.value) for r in found if r.series == "vix"] == ["15.27", "15.66", "18.98"]
        assert "no value for 2025-02-21, which was not a holiday: the other days count" in error


OFR = "/financial-stress-index/data/fsi.csv"


class TestOfr:
    def test_the_index_is_known_two_business_days_later(
        self, make: Make, server: DataServer
    ) -> None:
        server.route(OFR, "Date,OFR FSI,Credit\n2025-02-24,-1.25,0.1\n2025-02-26,-1.3,0.1\n")
        [found] = make("ofr").fetch({})
        assert (found.series, found.value) == ("ofr.fsi", Decimal("-1.25"))
        assert found.observed_at == datetime(2025, 2, 26, 13, 30, tzinfo=UTC)

    @pytest.mark.parametrize("page", ["Date,FSI\n2025-02-24,1\n", "Date,OFR FSI\n"])
    def test_another_table_is_refused(self, make: Make, server: DataServer, page: str) -> None:
        server.route(OFR, page)
        with pytest.raises(DataInvalidError):
            make("ofr").fetch({})


class TestYahoo:
    def source(self, make: Make) -> WebSource:
        return make("yfinance", base_url=None, tickers={"vix": "^VIX"})

    def test_without_the_package_the_remedy_is_told(
        self, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "yfinance", None)
        with pytest.raises(ConfigError, match=r"dcaguard\[equities\]"):
            self.source(make).fetch({})

    def test_closes_lose_their_binary_tail_and_unknown_ones_are_missing(
        self, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        closes = {datetime(2025, 2, 24, tzinfo=UTC): 18.979999542236328,
                  datetime(2025, 2, 25, tzinfo=UTC): float("nan"),
                  datetime(2025, 2, 26, tzinfo=UTC): 19.1}  # fmt: skip
        fake = SimpleNamespace(
            Ticker=lambda _: SimpleNamespace(history=lambda **_: {"Close": closes})
        )
        monkeypatch.setitem(sys.modules, "yfinance", fake)
        found = self.source(make).fetch({})
        assert [r.value for r in found] == [Decimal("18.98"), Decimal("19.1")]
        assert found[0].observed_at == datetime(2025, 2, 24, 22, 30, tzinfo=UTC)

    def test_whatever_the_package_raises_is_an_unavailable_source(
        self, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(_: str) -> None:
            raise RuntimeError("429 storm")

        monkeypatch.setitem(sys.modules, "yfinance", SimpleNamespace(Ticker=fail))
        with pytest.raises(VenueUnavailableError, match="try again later"):
            self.source(make).fetch({})


def kraken(server: DataServer, last: str) -> None:
    pair = {"altname": "USDTUSD", "wsname": "USDT/USD", "base": "USDT", "quote": "ZUSD",
            "aclass_base": "currency", "aclass_quote": "currency", "lot": "unit",
            "pair_decimals": 5, "lot_decimals": 8, "cost_decimals": 5, "lot_multiplier": 1,
            "leverage_buy": [], "leverage_sell": [], "fees": [[0, 0.2]], "fees_maker": [[0, 0.2]],
            "fee_volume_currency": "ZUSD", "ordermin": "5", "costmin": "0.5",
            "tick_size": "0.00001", "status": "online"}  # fmt: skip
    ticker = {name: [last, "1", "1"] for name in "abcvpthl"} | {"t": [1, 1], "o": last}
    bars = [[int((NOON - timedelta(days=n)).replace(hour=0).timestamp()), "1", "2", "0.5",
             f"{90000 + n}.1", "1", "1", 1] for n in (3, 2, 1, 0)]  # fmt: skip
    btc = {**pair, "altname": "XBTUSD", "wsname": "XBT/USD", "base": "XXBT"}
    assets = {n: {"altname": a, "aclass": "currency", "decimals": 8, "display_decimals": 5,
                  "status": "enabled"} for n, a in
              (("USDT", "USDT"), ("ZUSD", "USD"), ("XXBT", "XBT"))}  # fmt: skip
    book = {"asks": [["100010.0", "2.0", 1], ["102000.0", "9", 1]],
            "bids": [["99990.0", "1.0", 1], ["99000.0", "0.5", 1]]}  # fmt: skip
    for path, result in (("Assets", assets), ("Depth", {"XXBTZUSD": book}),
                         ("Ticker", {"USDTUSD": ticker}),
                         ("AssetPairs", {"USDTUSD": pair, "XXBTZUSD": btc}),
                         ("OHLC", {"XXBTZUSD": bars, "last": 1})):  # fmt: skip
        server.route(f"/0/public/{path}", json.dumps({"error": [], "result": result}),
                     headers={"Content-Type": "application/json"})  # fmt: skip


class TestExchange:
    def source(self, make: Make, **table: Any) -> WebSource:
        usual = {"exchange": "kraken", "quote": "USD", "swap": "", "assets": ["BTC"],
                 "breadth": [], "pegs": ""}  # fmt: skip
        return make("exchange", **{**usual, **table})

    def test_closes_are_those_of_finished_days_with_the_exchange_s_digits(
        self, make: Make, server: DataServer
    ) -> None:
        kraken(server, "1.0")
        found = [r for r in self.source(make).fetch({}) if r.series == "px.BTC"]
        assert [(r.as_of.date(), r.value) for r in found] == [
            (date(2025, 2, 24), Decimal("90003.1")),
            (date(2025, 2, 25), Decimal("90002.1")),
            (date(2025, 2, 26), Decimal("90001.1")),
        ]
        assert found[-1].observed_at == datetime(2025, 2, 27, tzinfo=UTC)

    def test_a_peg_is_a_live_price_also_when_it_breaks(
        self, make: Make, server: DataServer, clock: ClockAt
    ) -> None:
        kraken(server, "0.8812")
        with pytest.raises(PartialFetchError) as partial:  # USDC/USD is not listed here
            self.source(make, assets=[], pegs="kraken").fetch({})
        [found] = [r for r in partial.value.readings if r.series.startswith("peg.")]
        assert (found.series, found.value) == ("peg.USDT", Decimal("0.8812"))
        assert found.as_of == found.observed_at == clock.at

    def test_the_client_comes_from_what_was_handed_in(self, clock: ClockAt) -> None:
        def load(exchange: str, base_url: str | None, paths: tuple[str, ...]) -> Any:
            del paths
            raise ConfigError(f"asked for {exchange} at {base_url}")

        client = PoliteClient(clock, PageCache(None))
        params = ExchangeParams(assets=("BTC",), swap="", breadth=(), pegs="")
        source = Exchange(params, Context(clock, client, open_exchange=load))
        with pytest.raises(PartialFetchError, match="asked for okx"):
            source.fetch({})

    def test_a_book_gives_its_spread_and_what_lies_within_a_hundredth(
        self, make: Make, server: DataServer
    ) -> None:
        kraken(server, "1.0")
        found = {r.series: r.value for r in self.source(make, assets=[]).fetch({})}
        assert found == {
            "spread.BTC": Decimal("0.0002"),
            "depth.BTC": Decimal(100_010 * 2 + 99_990) + Decimal(49_500),
        }

    @pytest.mark.parametrize("bids", [[], [["100020.0", "1", 1]]])
    def test_an_empty_or_crossed_book_is_refused(
        self, make: Make, server: DataServer, bids: list[list[object]]
    ) -> None:
        kraken(server, "1.0")
        book = {"asks": [["100010.0", "2.0", 1]], "bids": bids}
        server.route("/0/public/Depth", json.dumps({"error": [], "result": {"XXBTZUSD": book}}))
        with pytest.raises(DataInvalidError, match="book is"):
            self.source(make, assets=[]).fetch({})

    def test_an_exchange_that_is_down_or_unknown_is_told(
        self, make: Make, server: DataServer
    ) -> None:
        server.route("/0/public/AssetPairs", "", status=503)
        with pytest.raises(PartialFetchError, match="kraken: no answer") as down:
            self.source(make).fetch({})
        assert down.value.exit_code == 69
        with pytest.raises(PartialFetchError, match="'krakken': ccxt knows no such exchange"):
            self.source(make, exchange="krakken").fetch({})

    def test_a_page_of_another_shape_is_refused(self, make: Make, server: DataServer) -> None:
        kraken(server, "1.0")
        server.route("/0/public/OHLC", "<html>Sign in</html>")
        with pytest.raises(PartialFetchError) as partial:
            self.source(make).fetch({})
        assert not any(r.series == "px.BTC" for r in partial.value.readings)


class TestBreadth:
    def test_counts_coins_with_full_history_only(self) -> None:
        days = [date(2025, 1, 1) + timedelta(days=n) for n in range(50)]
        flat = dict.fromkeys(days, Decimal(100))
        rising = {day: Decimal(100 + n) for n, day in enumerate(days)}
        falling = {day: Decimal(200 - n) for n, day in enumerate(days)}
        young = dict(list(rising.items())[1:])
        closes = {"BTC": flat, "Y": young}
        closes |= {f"R{n}": rising for n in range(6)} | {f"F{n}": falling for n in range(4)}
        [(day, found)] = shares(closes)
        assert day == days[-1]
        assert found.above_50dma == Decimal("0.6")
        assert found.at_30d_low == Decimal("0.4")
        assert found.beats_btc_7d == Decimal("0.6")

    def test_nine_coins_are_too_few(self) -> None:
        days = [date(2025, 1, 1) + timedelta(days=n) for n in range(50)]
        flat = dict.fromkeys(days, Decimal(100))
        assert shares({"BTC": flat} | {f"C{n}": flat for n in range(9)}) == []
        assert len(shares({"BTC": flat} | {f"C{n}": flat for n in range(10)})) == 1
