"""Treasuries, filings, chain, stablecoins, news, odds, and a person's own tables."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dcaguard.adapters.sources.cache import PageCache
from dcaguard.adapters.sources.http import PoliteClient
from dcaguard.adapters.sources.mapped import MappedCsv, MappedJson
from dcaguard.adapters.sources.source import Context, PartialFetchError, WebSource
from dcaguard.core.errors import ConfigError, DataInvalidError, NoInputError
from dcaguard.core.reading import Reading
from dcaguard.core.source_params import SourcesConfig
from tests.adapters.sources.conftest import NOON, ClockAt
from tests.venues.wire.data_server import DataServer

Make = Callable[..., WebSource]
MIDNIGHT = NOON.replace(hour=0)


def ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def partly(source: WebSource) -> tuple[dict[str, Reading], str]:
    """Return the newest reading of each series, and what failed."""
    try:
        return {r.series: r for r in source.fetch({})}, ""
    except PartialFetchError as error:
        return {r.series: r for r in error.readings}, str(error)


def refusal(source: WebSource) -> str:
    with pytest.raises(DataInvalidError) as refused:
        source.fetch({})
    return str(refused.value)


def company(symbol: str, holdings: float, entry: float, now: float) -> dict[str, object]:
    return {"name": symbol, "symbol": symbol, "total_holdings": holdings,
            "total_entry_value_usd": entry, "total_current_value_usd": now}  # fmt: skip


class TestCoinGecko:
    def test_an_entry_value_of_zero_is_unknown_and_only_the_basket_is_read(
        self, make: Make, server: DataServer
    ) -> None:
        companies = [company("MSTR.US", 499096, 33.1e9, 44e9), company("NASDAQ:XXI", 42000, 0, 3e9),
                     company("OTHER.US", 5, 1, 1)]  # fmt: skip
        page = json.dumps({"total_holdings": 1, "companies": companies})
        server.route("/api/v3/companies/public_treasury/bitcoin", page)
        source = make("coingecko", coins={}, breadth=False, treasuries=["bitcoin"], mnav=False)
        found, error = partly(source)
        assert error == ""
        assert found["dat.MSTR.holdings"].value == Decimal(499096)
        assert found["dat.MSTR.entry_usd"].value == Decimal("33.1E9")
        assert "dat.XXI.entry_usd" not in found
        assert found["dat.XXI.nav_usd"].value == Decimal("3E9")
        assert not any("OTHER" in name for name in found)
        assert found["dat.MSTR.holdings"].observed_at == NOON

    def test_the_point_at_midnight_is_the_close_of_the_day_before(
        self, make: Make, server: DataServer
    ) -> None:
        points: list[tuple[int, float]] = [(ms(MIDNIGHT - timedelta(days=1)), 88000.5),
                                           (ms(MIDNIGHT), 84000.25), (ms(NOON), 85000)]  # fmt: skip
        caps = [[at, price * 19_800_000] for at, price in points]
        document = {"prices": points, "market_caps": caps}
        server.route("/api/v3/coins/bitcoin/market_chart", json.dumps(document))
        source = make("coingecko", coins={"BTC": "bitcoin"}, breadth=False, tickers=[])
        found = source.fetch({})
        assert [r.as_of.day for r in found if r.series == "mcap.BTC"] == [25, 26]
        assert [(r.as_of.date(), r.value) for r in found if r.series == "px.BTC"] == [
            (date(2025, 2, 25), Decimal("88000.5")),
            (date(2025, 2, 26), Decimal("84000.25")),
        ]

    def test_breadth_counts_coins_that_beat_bitcoin_without_its_followers(
        self, make: Make, server: DataServer, clock: ClockAt
    ) -> None:
        def coin(name: str, change: float | None) -> dict[str, object]:
            return {"id": name, "price_change_percentage_7d_in_currency": change}

        coins = [coin("bitcoin", -5.0), coin("wrapped-bitcoin", 9.0), coin("new", None)]
        coins += [coin(f"c{n}", -4.0 if n < 15 else -6.0) for n in range(60)]
        server.route("/api/v3/coins/markets", json.dumps(coins))
        [found] = make("coingecko", coins={}, tickers=[]).fetch({})
        assert (found.series, found.value) == ("breadth.beats_btc_7d", Decimal("0.25"))
        clock.at += timedelta(minutes=6)  # a younger page is not asked for again
        server.route("/api/v3/coins/markets", json.dumps(coins[:50]))
        assert "too few" in refusal(make("coingecko", coins={}, tickers=[]))

    def test_an_error_with_status_200_is_refused(self, make: Make, server: DataServer) -> None:
        body = '{"status": {"error_code": 429, "error_message": "limit"}}'
        server.route("/api/v3/coins/markets", body)
        assert "an error came" in refusal(make("coingecko", coins={}, tickers=[]))


class TestEdgar:
    CONTACT = "A Person person@example.org"

    def test_counts_alarming_items_per_filing_day_and_zero_is_a_harmless_one(
        self, make: Make, server: DataServer
    ) -> None:
        recent = {"form": ["8-K", "10-K", "8-K", "8-K"],
                  "items": ["3.01,9.01", "", "8.01", "2.04"],
                  "filingDate": ["2025-02-25", "2025-02-24", "2025-02-20",
                                 "2019-01-02"]}  # fmt: skip
        server.route("/submissions/CIK0001050446.json", json.dumps({"filings": {"recent": recent}}))
        ciks = {"MSTR": "1050446"}
        found = make("edgar", contact=self.CONTACT, ciks=ciks, shares=False).fetch({})
        assert [(r.series, r.as_of.day, r.value) for r in found] == [
            ("dat.MSTR.notice", 20, Decimal(0)),
            ("dat.MSTR.notice", 25, Decimal(1)),
        ]
        assert self.CONTACT in server.requests[0]["headers"]["user-agent"]

    def test_without_a_contact_nothing_is_asked(self, make: Make, server: DataServer) -> None:
        with pytest.raises(ConfigError, match="wants a contact"):
            make("edgar").fetch({})
        assert server.requests == []

    def test_columns_of_different_lengths_are_refused(self, make: Make, server: DataServer) -> None:
        recent = {"form": ["8-K"], "items": ["3.01", "1"], "filingDate": ["2025-02-25"]}
        server.route("/submissions/CIK0000000001.json", json.dumps({"filings": {"recent": recent}}))
        source = make("edgar", contact=self.CONTACT, ciks={"MSTR": "1"})
        assert "different lengths" in refusal(source)


class TestChain:
    METRICS = "/v4/timeseries/asset-metrics"

    def test_coin_metrics_is_followed_to_its_last_page_and_not_to_another_host(
        self, make: Make, server: DataServer
    ) -> None:
        def row(day: int, **metrics: str) -> dict[str, str]:
            return {"asset": "btc", "time": f"2025-02-{day}T00:00:00.000000000Z", **metrics}

        beyond = "https://community-api.coinmetrics.io/v4/next?page=2"
        first = {"data": [row(24, FlowInExNtv="31000.5", SplyExNtv="2500000")],
                 "next_page_url": beyond}  # fmt: skip
        server.route(self.METRICS, json.dumps(first))
        server.route("/v4/next", json.dumps({"data": [row(25, FlowInExNtv="32000")]}))
        found = make("coinmetrics").fetch({})
        assert [(r.series, r.as_of.day, r.value) for r in found] == [
            ("ex.btc.inflow", 24, Decimal("31000.5")),
            ("ex.btc.inflow", 25, Decimal(32000)),
            ("ex.btc.supply", 24, Decimal(2500000)),
        ]
        assert found[0].observed_at == datetime(2025, 2, 25, 8, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("page", "what"),
        [('{"error": {"type": "x"}}', "an error came"), ('{"data": []}', "data is empty"),
         ('{"data": [{"time": "2025-02-24", "FlowInExNtv": "-1"}]}', "below 0")],
    )  # fmt: skip
    def test_coin_metrics_is_refused_when_it_says_something_else(
        self, make: Make, server: DataServer, page: str, what: str
    ) -> None:
        server.route(self.METRICS, page)
        assert what in refusal(make("coinmetrics"))

    def test_bitview_values_get_their_days_from_its_series_of_dates(
        self, make: Make, server: DataServer
    ) -> None:
        days = {"data": ["2025-02-24", "2025-02-25", "2025-02-26"]}
        server.route("/api/series/date/day1", json.dumps(days))
        server.route("/api/series/coindays_destroyed/day1", json.dumps({"data": [8e6, None, 9e6]}))
        server.route("/api/series/lth_supply/day1", json.dumps({"data": [14.1e6]}))
        found, error = partly(make("bitview"))
        assert found["cdd.btc"].value == Decimal("9E6")
        assert "1 values for 3 days" in error


class TestDefiLlama:
    def test_adds_all_pegs_and_never_reads_the_field_that_is_always_zero(
        self, make: Make, server: DataServer
    ) -> None:
        chart = [{"date": str(int(at.timestamp())),
                  "totalCirculatingUSD": {"peggedUSD": 2.2e11, "peggedEUR": 5e8}}
                 for at in (MIDNIGHT - timedelta(days=1), MIDNIGHT)]  # fmt: skip
        server.route("/stablecoincharts/all", json.dumps(chart))
        cexs = [{"name": "Binance", "slug": "binance-cex", "tvl": 0, "currentTvl": 1.5e11,
                 "cleanAssetsTvl": 0, "inflows_24h": -2e8, "inflows_1w": 0},
                {"name": "OKX", "slug": "okx", "tvl": 0}]  # fmt: skip
        server.route("/cexs", json.dumps({"cexs": cexs}))
        found, error = partly(make("defillama"))
        assert error == ""
        assert found["stable.supply_usd"].value == Decimal("2.205E11")
        assert found["stable.supply_usd"].as_of.day == 26  # the day that is not over is left out
        assert found["cex.binance.tvl_usd"].value == Decimal("1.5E11")
        assert found["cex.binance.inflow_24h_usd"].value == Decimal("-2E8")
        assert found["cex.binance.inflow_7d_usd"].value == 0
        assert "cex.binance.clean_usd" not in found
        assert not any(name.startswith("cex.okx") for name in found)

    def test_revenue_of_a_protocol_per_day(self, make: Make, server: DataServer) -> None:
        at = int((MIDNIGHT - timedelta(days=2)).timestamp())
        page = json.dumps({"totalDataChart": [[at, 250000], [at + 86400, 0]]})
        server.route("/summary/fees/aave", page)
        found, _ = partly(make("defillama", venues={}, revenue={"AAVE": "aave"}))
        assert found["rev.AAVE.usd_day"].value == 0
        assert "rev.AAVE.holders_usd_day" in found
        kinds = {e["params"].get("dataType") for e in server.requests if "fees" in e["path"]}
        assert kinds == {"dailyRevenue", "dailyHoldersRevenue"}

    def test_an_empty_or_other_list_of_exchanges_is_refused(
        self, make: Make, server: DataServer
    ) -> None:
        server.route("/stablecoincharts/all", "[]")
        server.route("/cexs", '{"cexs": [{"slug": "else"}]}')
        message = refusal(make("defillama"))
        assert "the chart is empty" in message
        assert "none of the configured exchanges" in message


class TestNews:
    def test_gdelt_is_a_share_per_day_of_all_articles(self, make: Make, server: DataServer) -> None:
        data = [{"date": f"202502{d}T{h}0000Z", "value": v, "norm": 1000}
                for d, h, v in
                ((25, "00", 1), (25, "12", 2), (26, "00", 4), (27, "00", 9))]  # fmt: skip
        server.route("/api/v2/doc/doc", json.dumps({"timeline": [{"data": data}]}))
        found = make("gdelt").fetch({})
        assert [(r.as_of.day, r.value) for r in found] == [(25, Decimal("0.15")),
                                                           (26, Decimal("0.4"))]  # fmt: skip

    @pytest.mark.parametrize("page", ["Please limit requests", '{"timeline": []}', "{}"])
    def test_gdelt_that_says_no_with_status_200_is_refused(
        self, make: Make, server: DataServer, page: str
    ) -> None:
        server.route("/api/v2/doc/doc", page)
        assert refusal(make("gdelt")).startswith("gdelt: ")

    def test_fear_and_greed_is_text_newest_first(self, make: Make, server: DataServer) -> None:
        data = [{"value": "10", "timestamp": str(int((MIDNIGHT - timedelta(days=n)).timestamp()))}
                for n in (0, 1, 2)]  # fmt: skip
        server.route("/fng/", json.dumps({"data": data}))
        assert [r.as_of.day for r in make("alternative").fetch({})] == [25, 26]


def contract(event: str, outcome: str, bid: object, ask: object, close: str) -> dict[str, object]:
    return {"ticker": f"{event}-{outcome}", "event_ticker": event, "close_time": close,
            "yes_bid_dollars": bid, "yes_ask_dollars": ask}  # fmt: skip


class TestOdds:
    KALSHI = "/trade-api/v2/markets"

    def test_kalshi_adds_the_cuts_of_the_next_meeting_only(
        self, make: Make, server: DataServer
    ) -> None:
        soon, later = "2025-03-19T18:00:00Z", "2025-05-07T18:00:00Z"
        markets = [contract("KXFED-MAR", "C25", "0.1800", "0.2200", soon),
                   contract("KXFED-MAR", "C26", "0.0000", "0.0000", soon),
                   contract("KXFED-MAR", "H0", "0.79", "0.81", soon),
                   contract("KXFED-MAY", "C25", "0.9", "0.9", later)]  # fmt: skip
        server.route(self.KALSHI, json.dumps({"markets": markets}))
        [found] = make("kalshi").fetch({})
        assert (found.series, found.value) == ("odds.fed_easier.kalshi", Decimal("0.2"))

    def test_kalshi_in_cents_is_read_too_and_impossible_prices_are_not(
        self, make: Make, server: DataServer
    ) -> None:
        cents = {"ticker": "K-MAR-C25", "event_ticker": "K-MAR", "yes_bid": 98, "yes_ask": 100,
                 "close_time": "2025-03-19T18:00:00Z"}  # fmt: skip
        server.route(self.KALSHI, json.dumps({"markets": [cents]}))
        assert [r.value for r in make("kalshi").fetch({})] == [1]
        server.route(self.KALSHI, json.dumps({"markets": [{**cents, "yes_ask": 101}]}))
        assert "not a share" in refusal(make("kalshi"))
        server.route(self.KALSHI, json.dumps({"markets": [{**cents, "yes_bid": 20}]}))
        assert "add up to" in refusal(make("kalshi"))

    def event(self, *markets: tuple[str, str], closed: bool = False) -> str:
        rows = [{"groupItemTitle": title, "outcomes": '["Yes", "No"]', "outcomePrices": prices}
                for title, prices in markets]  # fmt: skip
        return json.dumps([{"slug": "x", "closed": closed, "markets": rows}])

    def test_polymarket_prices_are_json_in_a_string_and_a_closed_month_is_passed_over(
        self, make: Make, server: DataServer
    ) -> None:
        page = self.event(("25 bps decrease", '["0.25", "0.75"]'), ("No change", '["0.7", "0.3"]'),
                          ("25+ bps increase", '["0.05", "0.95"]'))  # fmt: skip
        server.route("/events?slug=fed-decision-in-february", "[]")
        server.route("/events?slug=fed-decision-in-march", page)
        [found] = make("polymarket").fetch({})
        assert (found.series, found.value) == ("odds.fed_easier.polymarket", Decimal("0.25"))

    @pytest.mark.parametrize(
        ("prices", "what"),
        [("[0.25, 0.75", "not JSON"), ('["0.25"]', "do not match"), ('["1.2", "0"]', "not a share"),
         ("[]", "is empty")],
    )  # fmt: skip
    def test_polymarket_prices_of_another_shape_are_refused(
        self, make: Make, server: DataServer, prices: str, what: str
    ) -> None:
        server.route("/events", self.event(("25 bps decrease", prices)))
        assert what in refusal(make("polymarket", slug="x"))

    def test_no_open_event_is_told(self, make: Make, server: DataServer) -> None:
        server.route("/events", self.event(("No change", '["1", "0"]'), closed=True))
        assert "no open event" in refusal(make("polymarket"))


class TestMapped:
    def context(self, clock: ClockAt) -> Context:
        return Context(clock, PoliteClient(clock, PageCache(None)))

    def csv(self, clock: ClockAt, folder: Path, **table: Any) -> WebSource:
        config = SourcesConfig.model_validate({"csv": {"own": {"series": "vix", **table}}})
        return MappedCsv(config.csv, self.context(clock), folder)

    def test_a_column_of_a_file_beside_the_config(self, clock: ClockAt, tmp_path: Path) -> None:
        (tmp_path / "v.csv").write_text("day,high,close\n2025-02-25,21,19.4\n2025-02-26,20,.\n")
        [found] = self.csv(clock, tmp_path, path="v.csv", as_of="day", value="close").fetch({})
        assert (found.series, found.value, found.source) == ("vix", Decimal("19.4"), "csv.own")

    def test_what_is_read_at_any_hour_keeps_its_hour(self, clock: ClockAt, tmp_path: Path) -> None:
        rows = "2025-02-25T09:00Z,1\n2025-02-25T10:30:00+01:00,0\n2025-02-25T00:00Z,1\n"
        (tmp_path / "v.csv").write_text(f"as_of,value\n{rows}")
        source = self.csv(clock, tmp_path, path="v.csv", series="venue.kraken.withdraw.BTC")
        day = datetime(2025, 2, 25, tzinfo=UTC)
        found = {(r.as_of, r.observed_at, r.value) for r in source.fetch({})}
        assert found == {
            (day.replace(hour=9), day.replace(hour=9), Decimal(1)),
            (day.replace(hour=9, minute=30), day.replace(hour=9, minute=30), Decimal(0)),
            (day, day, Decimal(1)),  # midnight is an hour among hours
        }

    def test_a_table_of_days_of_what_is_read_at_any_hour_is_known_when_they_are_over(
        self, clock: ClockAt, tmp_path: Path
    ) -> None:
        (tmp_path / "v.csv").write_text("as_of,value\n2025-02-24,1\n2025-02-25,0\n")
        source = self.csv(clock, tmp_path, path="v.csv", series="venue.kraken.withdraw.BTC")
        assert [r.observed_at.day for r in source.fetch({})] == [25, 26]

    def test_a_daily_series_keeps_its_day_alone(self, clock: ClockAt, tmp_path: Path) -> None:
        (tmp_path / "v.csv").write_text("as_of,value\n2025-02-25T21:15:00Z,19.4\n")
        [found] = self.csv(clock, tmp_path, path="v.csv").fetch({})
        assert (found.as_of.hour, found.observed_at.hour) == (0, 22)

    def test_a_day_that_a_table_lacks_is_told_while_it_is_recent_and_the_others_count(
        self, clock: ClockAt, tmp_path: Path
    ) -> None:
        days = [f"2025-01-{day:02},100" for day in range(1, 32) if day not in (9, 10)]
        (tmp_path / "p.csv").write_text("as_of,value\n" + "\n".join(days))
        table = self.csv(clock, tmp_path, path="p.csv", series="px.ETH")
        with pytest.raises(PartialFetchError) as lacks:
            table.fetch({})
        assert len(lacks.value.readings) == len(days)
        assert "no value for 2025-01-09 to 2025-01-10 (2 days)" in str(lacks.value)
        newest = datetime(2025, 1, 17, tzinfo=UTC)
        with pytest.raises(PartialFetchError):
            table.fetch({"px.ETH": newest})
        assert table.fetch({"px.ETH": newest + timedelta(days=3)})

    def test_a_day_that_a_table_shows_without_a_value_is_no_gap(
        self, clock: ClockAt, tmp_path: Path
    ) -> None:
        (tmp_path / "p.csv").write_text("as_of,value\n2025-01-01,9\n2025-01-02,\n2025-01-03,9\n")
        assert len(self.csv(clock, tmp_path, path="p.csv", series="px.ETH").fetch({})) == 2

    def test_what_is_wrong_with_a_file_is_told(self, clock: ClockAt, tmp_path: Path) -> None:
        (tmp_path / "v.csv").write_text("day,close\n2025-02-25,19.4\n")
        assert "no column 'as_of'" in refusal(self.csv(clock, tmp_path, path="v.csv"))
        with pytest.raises(NoInputError, match="no such file"):
            self.csv(clock, tmp_path, path="w.csv").fetch({})

    def test_pointers_into_any_json_with_a_multiplier(
        self, clock: ClockAt, server: DataServer, tmp_path: Path
    ) -> None:
        rows = [{"t": ms(MIDNIGHT - timedelta(days=1)), "v": {"usd_m": "-903.2"}}]
        server.route("/own.json", json.dumps({"data": [rows]}))
        table = {"series": "etf.btc.flow_usd", "url": f"{server.base_url}/own.json",
                 "items": "/data/0", "as_of": "/t", "value": "/v/usd_m",
                 "multiplier": "1000000"}  # fmt: skip
        config = SourcesConfig.model_validate({"json": {"own": table}})
        source = MappedJson(config.json_, self.context(clock), tmp_path)
        [found] = source.fetch({})
        assert found.value == Decimal(-903_200_000)
        server.route("/own.json", json.dumps({"data": []}))
        assert "/data/0 is not there" in refusal(source)
