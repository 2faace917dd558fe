"""How far a series reaches, what was corrected, and what came from files."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from dcaguard.core.history import History
from dcaguard.core.reach import imports, reach
from dcaguard.core.reading import Reading

FLOW = "etf.btc.flow_usd"


def day(number: int) -> datetime:
    return datetime(2025, 2, number, tzinfo=UTC)


def known(number: int, hours: float = 36.5, source: str = "farside") -> Reading:
    return Reading(FLOW, day(number), day(number) + timedelta(hours=hours), Decimal(1), source, "")


def test_a_series_reaches_from_its_oldest_day_to_its_newest_in_whatever_order_it_came() -> None:
    history = History.of([known(25), known(20), known(21)])
    found = reach(history, FLOW)
    assert found is not None
    assert (found.first, found.last, found.revised) == (day(20), day(25), 0)
    assert reach(history, "px.BTC") is None


def test_each_day_of_which_another_value_was_read_later_is_counted_once() -> None:
    readings = [known(20), known(20, 60), known(20, 90), known(21), known(24, 60), known(24)]
    found = reach(History.of(readings), FLOW)
    assert found is not None
    assert found.revised == 2


def test_imports_are_told_by_series_and_file_and_whether_they_say_when() -> None:
    rows = [
        known(20, source="import:a.csv"),
        known(21, source="import:a.csv"),
        known(21, 50, source="import:b.csv"),
        known(24),
    ]
    first, second = imports(rows)
    assert (first.series, first.file, first.count, first.by_rule) == (FLOW, "a.csv", 2, 2)
    assert (first.first, first.last) == (day(20), day(21))
    assert (second.file, second.count, second.by_rule) == ("b.csv", 1, 0)
    assert imports([known(24)]) == ()
