from datetime import UTC, datetime, timedelta
from decimal import Decimal

from dcaguard.core.reading import Reading
from dcaguard.core.reading_days import by_day, day_key

MONDAY = datetime(2025, 3, 3, tzinfo=UTC)
KNOWN_AT = MONDAY + timedelta(days=1, hours=12, minutes=30)


def flow(hours: float, value: int, *, seen: datetime = KNOWN_AT, series: str = "") -> Reading:
    as_of = MONDAY + timedelta(hours=hours)
    return Reading(series or "etf.btc.flow_usd", as_of, seen, Decimal(value), "test", "")


def test_a_day_said_again_at_another_hour_is_the_same_reading() -> None:
    found = by_day([flow(21, 5)], [flow(0, 5)], revision=False)
    assert (found.fitting, found.same, found.conflicts) == ((), 1, ())


def test_another_value_at_another_hour_conflicts_with_what_is_known_of_the_day() -> None:
    given, known = flow(21, 6), flow(0, 5)
    found = by_day([given], [known], revision=False)
    assert (found.fitting, found.same, found.conflicts) == ((), 0, ((given, known),))
    inside = by_day([known, given], [], revision=False)
    assert (inside.fitting, inside.conflicts) == ((known,), ((given, known),))


def test_that_it_was_said_later_makes_another_hour_no_revision() -> None:
    later = flow(21, 6, seen=KNOWN_AT + timedelta(days=9))
    assert by_day([later], [flow(0, 5)], revision=False).conflicts


def test_the_same_hour_is_left_to_the_journal() -> None:
    other = flow(21, 6)
    assert by_day([other], [flow(21, 5)], revision=False).fitting == (other,)


def test_a_revision_is_a_word_on_the_day_as_it_is_dated_and_not_known_before_it() -> None:
    known = flow(21, 5)
    (revised,) = by_day([flow(0, 6, seen=MONDAY)], [known], revision=True).fitting
    assert (revised.as_of, revised.value) == (known.as_of, Decimal(6))
    assert revised.observed_at == known.as_of


def test_days_and_series_are_apart_and_hours_are_where_a_series_has_no_days() -> None:
    others = [flow(24, 6), flow(21, 6, series="vix")]
    assert by_day(others, [flow(0, 5)], revision=False).fitting == tuple(others)
    peg = [flow(n, n, series="peg.USDC") for n in range(5)]
    assert by_day(peg, peg[:2], revision=False).fitting == tuple(peg)
    assert day_key(peg[3])[1] == peg[3].as_of
