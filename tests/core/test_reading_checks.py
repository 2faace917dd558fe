import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from dcaguard.core.observed import is_business_day, is_nyse_session
from dcaguard.core.reading import Reading
from dcaguard.core.reading_checks import (
    Flaw,
    Row,
    not_ascending,
    parts_problem,
    problems,
    value_problem,
)
from dcaguard.core.reading_disputes import disagreements
from dcaguard.core.reading_gaps import lacking
from dcaguard.core.series import Series, lookup

NOW = datetime(2025, 6, 1, tzinfo=UTC)
START = datetime(2025, 2, 1, tzinfo=UTC)


def about(name: str) -> Series:
    found = lookup(name)
    assert found is not None
    return found


def reading(series: str, at: datetime, value: object, source: str = "s") -> Reading:
    return Reading(series, at, at + timedelta(days=1), Decimal(str(value)), source, "0" * 64)


def daily(series: str, values: list[object], start: datetime = START) -> list[Row]:
    return [
        Row(f"f.csv:{place + 2}", reading(series, start + timedelta(days=place), value))
        for place, value in enumerate(values)
    ]


def found(series: str, values: list[object]) -> list[str]:
    return [problem.where for problem in problems(daily(series, values), about(series), NOW)]


@pytest.mark.parametrize(
    ("series", "value", "fine"),
    [
        ("px.BTC", 0, False),
        ("px.BTC", -1, False),
        ("px.BTC", "0.01", True),
        ("vix", 5, True),
        ("vix", "4.99", False),
        ("vix", 150, True),
        ("vix", "150.01", False),
        ("us2y", "-0.5", True),
        ("us2y", "25.01", False),
        ("fng", 0, True),
        ("fng", 101, False),
        ("liq.long_usd", 0, True),
        ("liq.long_usd", -1, False),
        ("etf.btc.flow_usd", 0, True),
        ("etf.btc.flow_usd", "-1113700000", True),
        ("etf.btc.flow_usd", "-5000000001", False),
        ("peg.USDC", "0.88", True),
        ("breadth.at_30d_low", "1.01", False),
        ("px.BTC", "NaN", False),
        ("px.BTC", "Infinity", False),
    ],
)
def test_a_value_is_possible_in_its_unit(series: str, value: object, fine: bool) -> None:
    row = Row("f.csv:2", reading(series, START, value))
    assert (value_problem(row, about(series)) is None) is fine


@pytest.mark.parametrize("factor", ["10", "0.1", "1000", "0.001"])
@pytest.mark.parametrize("place", [0, 1, 9, 18, 19])
def test_a_slip_of_unit_is_blamed_on_its_own_row(factor: str, place: int) -> None:
    values: list[object] = [60_000 + 500 * (n % 7) for n in range(20)]
    values[place] = Decimal(str(values[place])) * Decimal(factor)
    assert found("px.BTC", values) == [f"f.csv:{place + 2}"]


def test_a_change_of_unit_that_lasts_is_found_where_it_begins() -> None:
    values: list[object] = [*[60_000] * 10, *[600_000] * 5]
    assert found("px.BTC", values)[0] == "f.csv:12"


def test_the_worst_real_day_passes() -> None:
    assert found("px.BTC", [7_900, 7_950, 4_917, 5_600, 5_200]) == []
    assert found("vix", [17, 37, 30, "82.69", 76]) == []


@pytest.mark.parametrize(
    ("series", "day", "value", "fine"),
    [
        ("etf.btc.flow_usd", "2025-02-28", "250000000", True),  # a Friday
        ("etf.btc.flow_usd", "2025-03-01", "250000000", False),
        ("etf.btc.flow_usd", "2025-03-01", "0", True),  # tables write it; it is no session
        ("etf.eth.flow_usd", "2025-02-17", "-90000000", False),  # Presidents' Day
        ("etf.btc.aum_usd", "2025-03-01", "100000000000", True),
        ("px.SPX", "2025-03-01", "5954.5", True),
        ("vix", "2025-02-17", "15.3", True),
        ("px.BTC", "2025-03-01", "86000", True),
    ],
)
def test_a_sum_of_a_session_is_refused_on_a_day_without_one_and_a_level_is_not(
    series: str, day: str, value: str, *, fine: bool
) -> None:
    row = Row("flows.csv:2", reading(series, datetime.fromisoformat(day + "T00:00Z"), value))
    wrong = problems([row], about(series), NOW)
    assert (wrong == []) == fine
    if not fine:
        assert str(wrong[0]).startswith(f"flows.csv:2: {day} (")
        assert "had no session in New York" in str(wrong[0])
        assert "date it by the session" in str(wrong[0])


def test_the_record_outflow_passes_and_a_thousand_times_it_does_not() -> None:
    sessions = [n for n in range(90) if (START + timedelta(days=n)).weekday() < 5][:40]
    holiday = date(2025, 2, 17)
    flows = [150_000_000 * (-1) ** n * (1 + n % 5) // 3 for n in range(len(sessions))]
    flows[20] = -1_113_700_000

    def rows() -> list[Row]:
        pairs = zip(sessions, flows, strict=True)
        days = [(START + timedelta(days=n), flow) for n, flow in pairs]
        return [
            Row(str(at.date()), reading("etf.btc.flow_usd", at, flow))
            for at, flow in days
            if at.date() not in {holiday, date(2025, 4, 18)}
        ]

    assert problems(rows(), about("etf.btc.flow_usd"), NOW) == []
    flows[20] *= 1000
    wrong = problems(rows(), about("etf.btc.flow_usd"), NOW)
    assert [problem.where for problem in wrong] == [str((START + timedelta(sessions[20])).date())]


def test_heavy_tails_of_liquidations_pass_but_not_a_thousandfold() -> None:
    usual: list[object] = [100_000_000 + n * 1_000_000 for n in range(40)]
    assert found("liq.long_usd", [*usual, 16_000_000_000]) == []
    assert found("liq.long_usd", [*usual, 100_000_000_000]) == ["f.csv:42"]


def test_known_history_guards_the_first_new_row() -> None:
    history = [reading("px.BTC", START - timedelta(days=1), 60_000)]
    rows = daily("px.BTC", [600_000])
    assert [p.flaw for p in problems(rows, about("px.BTC"), NOW, history)] == [Flaw.INVALID]
    old = [reading("px.BTC", START - timedelta(days=400), 6_000)]
    assert problems(rows, about("px.BTC"), NOW, old) == []


def test_a_missing_day_is_told_and_a_weekend_or_holiday_is_not_missing() -> None:
    days = [datetime(2025, 1, d, tzinfo=UTC) for d in (8, 10, 13, 14)]  # the 9th: mourning
    rows = [Row(str(at.date()), reading("vix", at, 18)) for at in days]
    assert problems(rows, about("vix"), NOW) == []
    missing = problems([rows[0], rows[1], rows[3]], about("vix"), NOW)
    assert [(p.flaw, "2025-01-13" in p.what) for p in missing] == [(Flaw.MISSING, True)]


def test_a_missing_day_of_a_coin_is_told_once_per_run_of_days() -> None:
    rows = daily("px.BTC", [60_000] * 10)
    missing = problems([*rows[:2], *rows[5:7], *rows[8:]], about("px.BTC"), NOW)
    assert [problem.where for problem in missing] == ["f.csv:7", "f.csv:10"]
    assert "2025-02-03 to 2025-02-05 (3 days)" in missing[0].what


def test_a_hole_that_the_provider_shows_is_not_a_gap() -> None:
    rows = daily("px.BTC", [60_000] * 4)
    hole = frozenset({date(2025, 2, 2)})
    assert lacking([rows[0], *rows[2:]], about("px.BTC"), hole) == []
    [told] = lacking([rows[0], *rows[2:]], about("px.BTC"), frozenset())
    assert told.flaw is Flaw.MISSING
    assert "the other days count; import what is missing" in told.remedy


def test_a_day_with_two_values_names_both_rows_and_with_one_value_passes() -> None:
    row = daily("px.BTC", [60_000])[0]
    other = Row("f.csv:9", reading("px.BTC", START, 60_001))
    same = Row("f.csv:9", reading("px.BTC", START, 60_000))
    [problem] = problems([row, other], about("px.BTC"), NOW)
    assert problem.where == "f.csv:9"
    assert "f.csv:2" in problem.what
    assert problems([row, same], about("px.BTC"), NOW) == []


def test_the_future_and_knowing_before_it_is_true_are_refused() -> None:
    later = Row("f.csv:2", reading("px.BTC", NOW + timedelta(seconds=1), 60_000))
    edge = Row("f.csv:2", reading("px.BTC", NOW, 60_000))
    early = Reading("px.BTC", START, START - timedelta(seconds=1), Decimal(1), "s", "")
    assert problems([later], about("px.BTC"), NOW)
    assert problems([edge], about("px.BTC"), NOW) == []
    assert problems([Row("f.csv:2", early)], about("px.BTC"), NOW)


def test_dates_that_do_not_rise_are_another_table() -> None:
    rows = daily("px.BTC", [1, 1, 1])
    assert not_ascending(rows) is None
    assert not_ascending([rows[0], rows[2], rows[1]]) is not None
    assert not_ascending([rows[0], rows[0]]) is not None


def test_a_total_may_differ_from_its_parts_by_a_million_and_not_a_dollar_more() -> None:
    parts = {"IBIT": Decimal(5_000_000), "FBTC": Decimal(-2_000_000)}
    assert parts_problem("w", Decimal(4_000_000), parts) is None
    assert parts_problem("w", Decimal(4_000_001), parts) is not None


def test_independent_sources_that_contradict_each_other_are_both_refused() -> None:
    flow = "etf.btc.flow_usd"
    one = reading(flow, START, -900_000_000, "farside")
    near = reading(flow, START, -850_000_000, "sosovalue")
    far = reading(flow, START, -400_000_000, "sosovalue")
    groups = {"farside": "farside", "sosovalue": "sosovalue", "bitbo": "farside"}
    assert disagreements([one, near], groups) == []
    assert [p.where for p in disagreements([one, far], groups)] == [f"{flow} 2025-02-01"]
    mirror = reading(flow, START, -400_000_000, "bitbo")
    assert disagreements([one, mirror], groups) == []


def test_a_known_word_of_another_source_refuses_the_new_one_until_they_agree() -> None:
    groups = {"fred": "fred", "json": "own", "csv": "own"}
    known = reading("us2y", START, "3.50", "fred")
    later = reading("us2y", START, "4.10", "json")
    (told,) = disagreements([later], groups, [known])
    assert told.where == "us2y 2025-02-01"
    assert told.what == "json says 4.1, but 3.5 is known from fred"
    near = reading("us2y", START, "3.75", "json")
    assert disagreements([near], groups, [known]) == []
    assert disagreements([reading("us2y", START, "4.10", "fred")], groups, [known]) == []
    mirror = reading("us2y", START, "3.50", "csv")
    assert disagreements([later], groups, [mirror]) == []
    assert disagreements([later, reading("us2y", START, "4.20", "fred")], groups, [known]) == []


def test_a_persons_word_ends_a_dispute() -> None:
    known = reading("us2y", START, "3.50", "fred")
    own = replace(
        reading("us2y", START, "4.10", "import:us2y.csv"),
        observed_at=known.observed_at + timedelta(days=1),
    )
    later = reading("us2y", START, "4.11", "json")
    assert disagreements([later], {}, [own, known]) == []
    assert len(disagreements([reading("us2y", START, "3.50", "json")], {}, [known, own])) == 1


def test_samples_of_different_coins_do_not_contradict_each_other() -> None:
    name = "breadth.beats_btc_7d"
    pair = [reading(name, START, "0.1", "a"), reading(name, START, "0.9", "b")]
    assert disagreements(pair, {}) == []


def test_a_flow_of_almost_nothing_is_true_but_a_table_in_millions_is_not() -> None:
    big = [-242_300_000, 120_000_000, 85_000_000, 4_000_000]
    start = datetime(2025, 2, 3, tzinfo=UTC)  # a Monday
    flows = about("etf.btc.flow_usd")
    assert problems(daily("etf.btc.flow_usd", [*big, "30952.27"], start), flows, NOW) == []
    small = daily("etf.btc.flow_usd", [-242.3, 120, 0, 85, 4_000_000], start)
    assert [p.where for p in problems(small, flows, NOW)] == ["f.csv:2", "f.csv:3", "f.csv:5"]
    assets = daily("etf.btc.aum_usd", [1e11, 1e11, 100], start)
    assert [p.where for p in problems(assets, about("etf.btc.aum_usd"), NOW)] == ["f.csv:4"]


# --- units and single slips -----------------------------------------------------------------------
def sessions(count: int, start: date = date(2025, 1, 2)) -> list[datetime]:
    """Return the first `count` New York sessions from a day on, at midnight."""
    days = (start + timedelta(days=n) for n in range(2 * count + 10))
    return [datetime(d.year, d.month, d.day, tzinfo=UTC) for d in days if is_nyse_session(d)][
        :count
    ]


def over_sessions(series: str, values: list[Any], start: date = date(2025, 1, 2)) -> list[Row]:
    days = sessions(len(values), start)
    return [
        Row(f"f.csv:{n + 2}", reading(series, day, value))
        for n, (day, value) in enumerate(zip(days, values, strict=True))
    ]


def told(rows: list[Row], known: list[Reading] | None = None) -> list[str]:
    series = about(rows[0].reading.series)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return [str(p) for p in problems(rows, series, now, known or [])]


def test_a_table_of_flows_in_thousands_is_refused_and_calm_months_are_not() -> None:
    name = "etf.btc.flow_usd"
    usual = [(190_000_000 + n * 1_000_000) * (-1) ** n for n in range(20)]
    assert told(over_sessions(name, usual)) == []
    calm = [x // 30 for x in usual]
    assert told(over_sessions(name, calm)) == []
    (wrong,) = told(over_sessions(name, [x // 1000 for x in usual]))
    assert wrong.startswith("f.csv:2: 190000 and half of all 20 rows are too small for USD")
    assert wrong.endswith("write it in USD, not in thousands or millions")
    assert told(over_sessions(name, [x // 1000 for x in usual[:19]])) == []  # too few to tell


@pytest.mark.parametrize(
    ("series", "day", "value", "fine"),
    [
        ("etf.btc.aum_usd", date(2024, 1, 31), 999_999_999, True),
        ("etf.btc.aum_usd", date(2024, 2, 1), 999_999_999, False),
        ("etf.btc.aum_usd", date(2024, 2, 1), 1_000_000_000, True),
        ("etf.btc.aum_usd", date(2025, 2, 3), 117_000_000, False),
        ("etf.eth.aum_usd", date(2025, 2, 3), 99_999_999, False),
        ("stable.supply_usd", date(2015, 2, 25), 152_527, True),
        ("stable.supply_usd", date(2025, 2, 3), 300_000, False),
        ("stable.supply_usd", date(2025, 2, 3), 246_000_000, False),
    ],
)
def test_an_amount_in_thousands_or_millions_is_refused_where_the_series_has_grown(
    series: str, day: date, value: int, *, fine: bool
) -> None:
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    assert (told([Row("f.csv:2", reading(series, at, value))]) == []) is fine


@pytest.mark.parametrize(
    ("series", "values", "where"),
    [
        ("us2y", ["3.70", "3.74", "0.374", "3.71"], "f.csv:4"),  # 374 basis points for a day
        ("us2y", ["3.70", "3.74", "5.24", "4.00"], ""),
        ("us2y", ["3.70", "3.74", "5.25", "3.71"], "f.csv:4"),
        ("us2y", ["0.374", "3.74", "3.71"], "f.csv:2"),
        ("us2y", ["1.00", "0.10", "1.02"], "f.csv:3"),
        ("us2y", ["0.12", "0.16", "0.10"], ""),
        ("effr", ["1.10", "0.25", "0.05"], ""),  # March 2020
        ("ofr.fsi", ["2.5", "25", "2.6"], "f.csv:3"),
        ("ofr.fsi", ["-1.5", "3.5", "8.4"], ""),
        ("ex.btc.supply", ["2400000", "240000", "2390000"], "f.csv:3"),
        ("ex.btc.supply", ["20.5", "56893", "57000"], ""),  # 2013
    ],
)
def test_a_single_slip_of_a_digit_is_found_and_the_wildest_days_pass(
    series: str, values: list[str], where: str
) -> None:
    places = [one.partition(": ")[0] for one in told(over_sessions(series, values))]
    assert places == ([where] if where else [])


def test_known_neighbours_on_both_sides_tell_a_table_of_another_unit() -> None:
    before, *_, after = sessions(7)
    rows = over_sessions("us2y", ["0.0374", "0.0371"], date(2025, 1, 3))
    assert told(rows) == []
    for day in (before, after):
        wrong = told(rows, [reading("us2y", day, "3.74")])
        assert "3.74 of" in wrong[-1]
        assert wrong[-1].endswith("check the unit and the digits")
    assert told(rows, [reading("us2y", after, "0.12")]) == []


# --- gaps -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("series", "left_out", "fine"),
    [
        ("us2y", 2, True),
        ("us2y", 3, False),
        ("px.GOLD", 3, True),
        ("px.GOLD", 4, False),
        ("px.HSI", 8, True),
        ("px.HSI", 9, False),
        ("ofr.fsi", 200, False),
        ("etf.btc.aum_usd", 3, True),
        ("etf.btc.aum_usd", 4, False),
    ],
)
def test_a_gap_in_any_daily_series_is_told_by_its_own_calendar(
    series: str, left_out: int, *, fine: bool
) -> None:
    year = [datetime(2024, 1, 2, tzinfo=UTC) + timedelta(days=n) for n in range(330)]
    days = [day for day in year if day.weekday() < 5]
    if series != "px.HSI":
        days = [d for d in days if is_business_day(d.date()) and is_nyse_session(d.date())]
    value = 10**11 if series.endswith("usd") else 4
    rows = [Row(f"f.csv:{n + 2}", reading(series, day, value)) for n, day in enumerate(days)]
    cut = [row for n, row in enumerate(rows) if not 4 <= n < 4 + left_out]
    wrong = told(cut)
    assert (wrong == []) is fine, wrong
    if not fine:
        assert "add the missing rows; if there are none to be had" in wrong[0]


def test_ten_months_that_are_missing_from_a_series_of_days_are_told() -> None:
    rows = [row for n, row in enumerate(daily("ex.btc.inflow", [2000] * 320)) if not 5 < n < 310]
    (wrong,) = told(rows)
    assert wrong.startswith("f.csv:312: no value for 2025-02-07 to 2025-12-07 (304 days)")
    week = [row for n, row in enumerate(daily("ex.btc.inflow", [2000] * 9)) if n not in {3, 4, 5}]
    assert told(week) == []


def test_what_is_read_at_any_hour_has_no_gaps() -> None:
    rows = daily("peg.USDT", [1] * 40)
    assert told([rows[0], rows[-1]]) == []


# --- one row a day --------------------------------------------------------------------------------
def at_hours(series: str, *rows: tuple[float, object]) -> list[str]:
    """Return the places of what is wrong with values at these hours after START."""
    given = [
        Row(f"f.csv:{place + 2}", reading(series, START + timedelta(hours=hours), value))
        for place, (hours, value) in enumerate(rows)
    ]
    return [str(problem) for problem in problems(given, about(series), NOW)]


@pytest.mark.parametrize("series", ["px.ETH", "px.ETH.high", "us2y", "px.GOLD", "liq.long_usd"])
def test_a_second_value_of_a_day_at_another_hour_names_both_rows_and_the_remedy(
    series: str,
) -> None:
    (told,) = at_hours(series, (0, 3), (21, 4), (24, 4))
    for part in (
        "f.csv:3:",
        "2025-02-01",
        "4 at 21:00Z",
        "3 at 00:00Z at f.csv:2",
        "one row a day",
    ):
        assert part in told


def test_the_hours_of_a_day_are_told_one_by_one_and_the_last_instant_is_still_that_day() -> None:
    told = at_hours("px.ETH", (23.99, 3), (24, 4), (25, 5), (47.99, 6))
    assert [one.partition(": ")[0] for one in told] == ["f.csv:4", "f.csv:5"]


@pytest.mark.parametrize(
    "series",
    [
        "oi.btc_usd",
        "funding.btc",
        "peg.USDC",
        "depth.BTC",
        "breadth.beats_btc_7d",
        "odds.fed_easier.kalshi",
        "cex.binance.tvl_usd",
        "venue.binance.failures",
        "dat.MSTR.mnav",
    ],
)
def test_a_series_that_is_read_at_any_hour_may_have_many_rows_a_day(series: str) -> None:
    scale = 10**6 if series == "oi.btc_usd" else Decimal("0.01")
    assert not at_hours(series, (0, 3 * scale), (1, 4 * scale), (21, 2 * scale))


def test_the_same_value_said_again_at_another_hour_is_no_problem() -> None:
    assert not at_hours("px.ETH", (0, 3), (21, 3), (24, 4))


def test_turnover_of_one_venue_and_of_all_is_not_compared() -> None:
    pair = [reading("vol.BTC", START, 1_000, "a"), reading("vol.BTC", START, 90_000, "b")]
    assert disagreements(pair, {}) == []


@pytest.mark.parametrize(
    ("series", "usual", "unit"),
    [
        ("px.BTC", 68, "thousands of dollars"),
        ("px.BTC.low", 68, "thousands of dollars"),
        ("mcap.LINK", 8_000, "millions"),
        ("dat.MSTR.mnav", 120, "percent"),
        ("us2y", "0.0431", "fractions"),
        ("effr", "0.0433", "fractions"),
    ],
)
def test_a_table_in_another_unit_is_refused_whole(series: str, usual: object, unit: str) -> None:
    first, *_ = told(over_sessions(series, [usual] * 20))
    assert first.startswith("f.csv:2: "), unit
    assert re.search("too small for|above 50 ratio", first)


@pytest.mark.parametrize(
    ("series", "usual", "start"),
    [
        ("px.BTC", 1_000, date(2025, 1, 2)),
        ("px.BTC", 68, date(2013, 3, 1)),
        ("mcap.LINK", 1_000_000, date(2025, 1, 2)),
        ("dat.MSTR.mnav", 20, date(2025, 1, 2)),
        ("effr", "0.06", date(2021, 5, 3)),  # so low it was, in whole hundredths
        ("us2y", "0.0881", date(2021, 5, 3)),
    ],
)
def test_the_lowest_real_values_are_no_other_unit(series: str, usual: object, start: date) -> None:
    wrong = told(over_sessions(series, [usual] * 20, start))
    assert [one for one in wrong if "no value for" not in one] == []  # weekends of coins


def test_a_market_value_that_another_unit_follows_is_found() -> None:
    (wrong,) = told(over_sessions("mcap.LINK", [8 * 10**9, 8 * 10**9, 8 * 10**6]))
    assert wrong.startswith("f.csv:4: 8000000 USD is 1000 times away")
