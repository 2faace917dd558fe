from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from dcaguard.adapters.sources.source import PartialFetchError, WebSource
from dcaguard.core.errors import ConfigError, DataInvalidError
from dcaguard.core.reading import Reading
from tests.adapters.sources import pages
from tests.adapters.sources.conftest import ClockAt
from tests.venues.wire.data_server import DataServer

Make = Callable[..., WebSource]
ALL_DATA = "/bitcoin-etf-flow-all-data/"
RECORD = {"IBIT": "(164.4)", "FBTC": "(344.7)", "BITB": "(88.3)", "ARKB": "\u2212175.8",
          "BTCO": "(62.0)", "GBTC": "(1,066.1)", "BTC": "787.6"}  # fmt: skip
MONDAY = ("24 Feb 2025", {"IBIT": "1.0", "GBTC": "(0.5)", "BTC": "-"}, "0.5")
TUESDAY = ("25 Feb 2025", RECORD, "(1,113.7)")
FEB_24, FEB_25, FEB_26 = (datetime(2025, 2, d, tzinfo=UTC) for d in (24, 25, 26))


def flows(source: WebSource, name: str = "etf.btc.flow_usd") -> list[Reading]:
    """Return the readings of one series, although others of the source may fail."""
    try:
        found = source.fetch({})
    except PartialFetchError as error:
        found = list(error.readings)
    return [reading for reading in found if reading.series == name]


def refusal(source: WebSource) -> str:
    with pytest.raises(DataInvalidError) as refused:
        source.fetch({})
    assert refused.value.exit_code == 65
    return str(refused.value)


def serve(server: DataServer, page: str) -> None:
    """Serve the BTC page; the ETH page is the recorded decoy of another layout."""
    server.route(ALL_DATA, page, headers={"Content-Type": "text/html; charset=UTF-8"})


class TestFarside:
    def test_reads_parentheses_commas_and_unicode_minus_in_millions(
        self, make: Make, server: DataServer
    ) -> None:
        serve(server, pages.farside([MONDAY, TUESDAY]))
        monday, tuesday = flows(make("farside"))
        assert (monday.as_of, monday.value) == (FEB_24, Decimal(500_000))
        assert (tuesday.as_of, tuesday.value) == (FEB_25, Decimal(-1_113_700_000))
        assert tuesday.observed_at == datetime(2025, 2, 26, 12, 30, tzinfo=UTC)
        assert tuesday.source == "farside"
        assert len(tuesday.raw_sha256) == 64

    def test_finds_columns_by_their_header_in_any_order(
        self, make: Make, server: DataServer
    ) -> None:
        page = pages.farside([MONDAY, TUESDAY], funds=pages.FUNDS[::-1], total_first=True)
        serve(server, page)
        assert [r.value for r in flows(make("farside"))][1] == Decimal(-1_113_700_000)

    @pytest.mark.parametrize("dash", ["-", "", "\u2013", "&nbsp;"])
    def test_a_day_with_a_main_fund_pending_is_not_a_reading(
        self, make: Make, server: DataServer, dash: str
    ) -> None:
        serve(server, pages.farside([MONDAY, ("25 Feb 2025", {**RECORD, "IBIT": dash}, "0.0")]))
        assert [r.as_of for r in flows(make("farside"))] == [FEB_24]

    def test_nothing_after_a_pending_day_is_taken_until_it_is_settled(
        self, make: Make, server: DataServer
    ) -> None:
        pending = ("25 Feb 2025", {"IBIT": "-"}, "0.0")
        serve(server, pages.farside([MONDAY, pending, ("26 Feb 2025", {}, "0.0")]))
        assert [r.as_of for r in flows(make("farside"))] == [FEB_24]

    def test_a_day_counts_from_half_past_twelve_of_the_next(
        self, make: Make, server: DataServer, clock: ClockAt
    ) -> None:
        serve(server, pages.farside([MONDAY, TUESDAY]))
        clock.at = datetime(2025, 2, 26, 12, 29, 59, tzinfo=UTC)
        assert [r.as_of for r in flows(make("farside"))] == [FEB_24]
        clock.at = datetime(2025, 2, 26, 12, 30, tzinfo=UTC)
        assert [r.as_of for r in flows(make("farside"))] == [FEB_24, FEB_25]

    def test_a_holiday_row_is_neither_zero_nor_a_gap(self, make: Make, server: DataServer) -> None:
        rows = [("14 Feb 2025", {"IBIT": "2.0"}, "2.0"),
                ("17 Feb 2025", dict.fromkeys(pages.FUNDS, "-"), "0.0"),
                ("18 Feb 2025", {"IBIT": "3.0"}, "3.0")]  # fmt: skip
        serve(server, pages.farside(rows))
        assert [r.as_of.day for r in flows(make("farside"))] == [14, 18]

    def test_a_flow_on_a_day_without_a_session_is_refused_with_its_day(
        self, make: Make, server: DataServer
    ) -> None:
        rows = [("14 Feb 2025", {"IBIT": "2.0"}, "2.0"),
                ("15 Feb 2025", {"IBIT": "90.0"}, "90.0"),
                ("18 Feb 2025", {"IBIT": "3.0"}, "3.0")]  # fmt: skip
        serve(server, pages.farside(rows))
        refused = pytest.raises(PartialFetchError, match="2025-02-15: a flow of 90000000 on a day")
        with refused:
            make("farside").fetch({})
        assert flows(make("farside")) == []

    def test_recent_days_are_read_again_and_the_short_page_suffices(
        self, make: Make, server: DataServer
    ) -> None:
        server.route("/btc/", pages.farside([MONDAY, TUESDAY]))
        server.route("/eth/", "<html></html>")
        with pytest.raises(PartialFetchError) as partial:
            make("farside").fetch({"etf.btc.flow_usd": FEB_24, "etf.eth.flow_usd": FEB_24})
        assert [r.as_of for r in partial.value.readings] == [FEB_24, FEB_25]
        assert "no table with the funds" in str(partial.value)

    @pytest.mark.parametrize(
        ("page", "what"),
        [
            (pages.farside([]), "has no day"),
            (pages.farside([], footer=False), "has no day"),
            ("<html><table></table></html>", "no table with the funds"),
            ("<html><p>We moved</p></html>", "no table with the funds"),
            (pages.farside([TUESDAY], funds=["IBIT", "FBTC", "BITB", "ARKB", "BTCO"]), "no table"),
            (pages.farside([TUESDAY], funds=[*pages.FUNDS, "IBIT"]), "no table"),
            (pages.farside([("25 Feb 2025", RECORD, "(1,013.7)")]), "not the sum of its 7 funds"),
            (pages.farside([("25 Feb 2025", {**RECORD, "BTCO": "soon"}, "1")]), "not a number"),
            (pages.farside([("31 Feb 2025", RECORD, "(1,113.7)")]), "is no day"),
            (pages.farside([("Grand sum", RECORD, "(1,113.7)")]), "a row is called 'Grand sum'"),
            (pages.farside([TUESDAY, MONDAY]), "not in order"),
            (pages.farside([TUESDAY, TUESDAY]), "not in order"),
            (pages.farside([("03 Mar 2025", {}, "0.0")]), "lies in the future"),
            (pages.farside([("21 Feb 2025", {}, "0.0"), TUESDAY]), "2025-02-24"),
            (pages.farside([("25 Feb 2025", {"IBIT": "9,000.0"}, "9,000.0")]), "above"),
            (pages.farside([TUESDAY]).replace("<td><div><span class='t'>  787.6 </span></div></td>",
                                              ""), "other columns"),
            ('{"error": "x"}', "JSON came"),
        ],
    )  # fmt: skip
    def test_a_changed_or_impossible_table_is_refused_with_a_remedy(
        self, make: Make, server: DataServer, page: str, what: str
    ) -> None:
        serve(server, page)
        server.route("/ethereum-etf-flow-all-data/", page)
        message = refusal(make("farside"))
        assert what in message
        assert message.startswith("farside: ")

    def test_the_bytes_of_a_refused_page_are_kept(
        self, make: Make, server: DataServer, tmp_path: object
    ) -> None:
        import sqlite3

        serve(server, "<html><p>We moved</p></html>")
        refusal(make("farside"))
        with sqlite3.connect(f"{tmp_path}/cache.db") as connection:
            bodies = [row[0] for row in connection.execute("SELECT body FROM pages")]
        connection.close()
        assert b"<html><p>We moved</p></html>" in bodies


SOSO = "/openapi/v2/etf/historicalInflowChart"


class TestSoSoValue:
    def test_gives_flows_and_net_assets_newest_first_or_not(
        self, make: Make, server: DataServer
    ) -> None:
        rows = [("2025-02-25", -1113700000.5, "104000000000"), ("2025-02-24", 1500000, 109e9)]
        server.route(SOSO, pages.sosovalue(rows))
        found = make("sosovalue", key="k").fetch({})
        values = {(r.series, r.as_of.day): r.value for r in found}
        assert values["etf.btc.flow_usd", 25] == Decimal("-1113700000.5")
        assert values["etf.btc.aum_usd", 25] == Decimal(104_000_000_000)
        assert server.requests[0]["body"] == '{"type": "us-btc-spot"}'
        assert server.requests[0]["headers"]["x-soso-api-key"] == "k"

    def test_zeros_at_the_end_are_not_reported_yet_and_zeros_before_are_real(
        self, make: Make, server: DataServer
    ) -> None:
        rows = [("2025-02-21", 0, 109e9), ("2025-02-24", 5e8, 109e9), ("2025-02-25", 0, 0)]
        server.route(SOSO, pages.sosovalue(rows))
        found = flows(make("sosovalue", key="k"))
        assert [(r.as_of.day, r.value) for r in found] == [(21, 0), (24, Decimal("5E8"))]

    def test_without_a_key_nothing_is_sent(self, make: Make, server: DataServer) -> None:
        with pytest.raises(ConfigError, match="needs a key"):
            make("sosovalue").fetch({})
        assert server.requests == []

    @pytest.mark.parametrize(
        ("page", "what"),
        [
            (pages.sosovalue([("2025-02-25", 1, 1)], code=40102), "error code 40102"),
            (pages.sosovalue([]), "data is empty"),
            ('{"error": "quota"}', "data is missing"),
            (pages.sosovalue([("2025-02-25", -1e8, 1e11)])[:-9], "cut or broken"),
            ('{"code": 0, "data": [{"date": "2025-02-25"}]}', "totalNetInflow is missing"),
            (pages.sosovalue([("2025-02-25", "many", 1)]), "not a number"),
            (pages.sosovalue([("2025-03-03", -1e8, 1e11)]), "future"),
            (pages.sosovalue([("2025-02-25", -1113.7, 1e11)]), "too small"),
            (pages.sosovalue([("2025-02-24", 1e8, 1e10), ("2025-02-25", 1e8, 1e11)]), "times away"),
            ('{"code": 0, "data": NaN}', "cut or broken"),
        ],
    )
    def test_anything_unexpected_is_refused(
        self, make: Make, server: DataServer, page: str, what: str
    ) -> None:
        server.route(SOSO, page)
        assert what in refusal(make("sosovalue", key="k"))


DAY_MS = 86_400_000
FEB_24_MS = int(FEB_24.timestamp() * 1000)
REPORTED = {"IBIT": 1e8, "FBTC": 2e8, "BITB": 0.0, "ARKB": -5e7, "GBTC": 0.0, "BTC": None}
LIQUIDATED = "/api/futures/liquidation/aggregated-history"


class TestCoinGlass:
    def test_a_day_without_a_main_fund_is_missing_whatever_its_total_says(
        self, make: Make, server: DataServer
    ) -> None:
        days = [
            pages.etf_day(FEB_24_MS - 3 * DAY_MS, 2.5e8, **REPORTED),
            pages.etf_day(FEB_24_MS, 3e8, **{**REPORTED, "ARKB": None}),
            pages.etf_day(FEB_24_MS + DAY_MS, 0.0, **dict.fromkeys(REPORTED)),
        ]
        server.route("/api/etf/bitcoin/flow-history", pages.coinglass(days))
        found = flows(make("coinglass", key="k"))
        assert [(r.as_of.day, r.value) for r in found] == [(21, Decimal("2.5E8"))]
        assert server.requests[0]["headers"]["cg-api-key"] == "k"

    def test_liquidations_come_by_side(self, make: Make, server: DataServer) -> None:
        day = {"time": FEB_24_MS, "aggregated_long_liquidation_usd": 1.5e9,
               "aggregated_short_liquidation_usd": 2.5}  # fmt: skip
        server.route(LIQUIDATED, pages.coinglass([day]))
        source = make("coinglass", key="k")
        assert [r.value for r in flows(source, "liq.long_usd")] == [Decimal("1.5E9")]
        assert [r.value for r in flows(source, "liq.short_usd")] == [Decimal("2.5")]

    def test_a_refusal_with_status_200_is_a_refusal(self, make: Make, server: DataServer) -> None:
        for path in ("etf/bitcoin/flow-history", "etf/ethereum/flow-history"):
            server.route(f"/api/{path}", pages.coinglass([], code="401"))
        assert "error code 401" in refusal(make("coinglass", key="k"))
