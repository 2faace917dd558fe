"""A day that a series should have and a file or a page lacks is told, never passed over."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from itertools import pairwise

from dcaguard.core.observed import expected_days
from dcaguard.core.reading_problem import Flaw, Problem, Row
from dcaguard.core.series_kind import Series

_REMEDY = "add the missing rows; if there are none to be had, begin the file after them"
_REMEDY_AT_A_SOURCE = (
    "the other days count; import what is missing if you know it, else what lies across it is "
    "unknown until enough days follow"
)


def gaps(
    rows: Sequence[Row],
    series: Series,
    holes: AbstractSet[date] = frozenset(),
    *,
    of_page: bool = False,
) -> list[Problem]:
    """Return one problem per run of missing days between the first and the last row.

    Weekends and holidays of the series' calendar are not missing, nor are `holes`, nor so short a
    run as the series may have.
    """
    allowed = series.gap_max
    if allowed is None or not rows:
        return []
    by_day = {row.reading.as_of.date(): row for row in rows}
    found: list[Problem] = []
    run = list[date]()
    for day in expected_days(series, min(by_day), max(by_day)):
        if day in by_day:
            if len(run) > allowed:
                found.append(_gap(by_day[day], run, of_page=of_page))
            run = []
        elif day not in holes:
            run.append(day)
    if len(run) > allowed:
        # The last row lies on a day that the calendar does not expect.
        found.append(_gap(by_day[max(by_day)], run, of_page=of_page))
    return found


def lacking(rows: Sequence[Row], series: Series, holes: AbstractSet[date]) -> list[Problem]:
    """Return the gaps of a provider's page: nobody but the provider can fill them.

    `holes` are days that the provider itself says it does not know.
    """
    return gaps(rows, series, holes, of_page=True)


def month_gaps(rows: Sequence[Row]) -> list[Problem]:
    """Return one problem per run of months that a table of monthly means lacks."""
    ordered = sorted(rows, key=lambda row: row.reading.as_of)
    found = []
    for before, row in pairwise(ordered):
        first, last = _month(before) + 1, _month(row) - 1
        if first <= last:
            span = _named(first) if first == last else f"{_named(first)} to {_named(last)}"
            found.append(Problem(row.where, Flaw.MISSING, f"no value for {span}", _REMEDY))
    return found


def _month(row: Row) -> int:
    return row.reading.as_of.year * 12 + row.reading.as_of.month - 1


def _named(month: int) -> str:
    return f"{month // 12:04}-{month % 12 + 1:02}"


def _gap(row: Row, run: Sequence[date], *, of_page: bool) -> Problem:
    span = f"{run[0]}" if len(run) == 1 else f"{run[0]} to {run[-1]} ({len(run)} days)"
    what = f"no value for {span}, which was not a holiday"
    remedy = _REMEDY_AT_A_SOURCE if of_page else _REMEDY
    return Problem(row.where, Flaw.MISSING, what, remedy)
