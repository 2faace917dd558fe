"""What a reading must be before it may count; what fails is told with its row and a remedy.

A value that fails is missing or invalid, never zero.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

from dcaguard.core.money import plain
from dcaguard.core.observed import is_nyse_session
from dcaguard.core.reading import Reading
from dcaguard.core.reading_gaps import gaps
from dcaguard.core.reading_outliers import outliers
from dcaguard.core.reading_problem import (
    ONE_ROW_A_DAY,
    Flaw,
    Problem,
    Row,
    day_of,
    hour_of,
    invalid,
)
from dcaguard.core.reading_units import dwarfs
from dcaguard.core.series import Series

ROUNDING_USD = Decimal(1_000_000)  # totals may differ from the sum of their parts by this

__all__ = ["Flaw", "Problem", "Row", "outliers", "problems"]


def problems(
    rows: Sequence[Row],
    series: Series,
    now: datetime,
    history: Sequence[Reading] = (),
    *,
    gapless: bool = True,
) -> list[Problem]:
    """Return all that is wrong with rows of one series.

    `history` holds what we trust already. Where the rows are not `gapless` their days are not
    expected to follow each other: revisions alone, means of months, a page that has its holes.
    """
    ordered = sorted(rows, key=lambda row: (row.reading.as_of, row.reading.observed_at))
    found = [problem for row in ordered for problem in _alone(row, series, now)]
    found += [*dwarfs(ordered, series), *duplicates(ordered), *second_rows(ordered, series)]
    if found:
        # Rows that are wrong alone would be reported again as outliers and gaps.
        return found
    missing = gaps(ordered, series) if gapless else []
    return [*outliers(ordered, series, history), *missing]


def _alone(row: Row, series: Series, now: datetime) -> Iterable[Problem]:
    checks: tuple[Callable[[Row], Problem | None], ...] = (
        lambda r: value_problem(r, series),
        lambda r: time_problem(r, now),
        lambda r: session_problem(r, series),
    )
    return (found for check in checks if (found := check(row)) is not None)


def value_problem(row: Row, series: Series) -> Problem | None:
    """Return why the value is impossible in its unit: not finite, wrong sign, out of bounds."""
    value = row.reading.value
    if not value.is_finite():
        return invalid(row, f"{value} is not a number", "leave the row out if it is not known")
    shown = plain(value)
    if value == 0:
        what = f"{series.name} cannot be zero"
        return None if series.zero else invalid(row, what, "leave the row out if it is not known")
    if series.low is not None and value < series.low:
        bound = plain(series.low)
        return invalid(row, f"{shown} is below {bound} {series.unit}", "check sign and unit")
    if series.high is not None and value > series.high:
        bound = plain(series.high)
        return invalid(row, f"{shown} is above {bound} {series.unit}", "check the unit")
    return None


def time_problem(row: Row, now: datetime) -> Problem | None:
    """Return why the times are impossible: in the future, or known before it was true."""
    reading = row.reading
    if reading.as_of > now:
        return invalid(row, f"{day_of(reading)} lies in the future", "remove the row")
    if reading.observed_at < reading.as_of:
        return invalid(row, "it was observed before it was true", "correct observed_at")
    return None


def session_problem(row: Row, series: Series) -> Problem | None:
    """Return why a value can not be of its day: a sum of a session on a day without one.

    Levels (closes, assets) are carried into closed days by many tables; no signal counts those.
    """
    day = row.reading.as_of.date()
    if not series.sessions_only or row.reading.value == 0 or is_nyse_session(day):
        return None
    what = f"{day} ({day:%A}) had no session in New York, so there is no {series.name} of it"
    return invalid(row, what, "date it by the session that it belongs to, or remove the row")


def duplicates(rows: Sequence[Row]) -> list[Problem]:
    """Return a problem for each (as_of, observed_at) that has two different values."""
    first: dict[tuple[datetime, datetime], Row] = {}
    found = []
    for row in rows:
        before = first.setdefault((row.reading.as_of, row.reading.observed_at), row)
        if before.reading.value != row.reading.value:
            values = f"{plain(row.reading.value)} here, {plain(before.reading.value)}"
            what = f"{day_of(row.reading)} has two values, {values} at {before.where}"
            found.append(invalid(row, what, "keep one of them"))
    return found


def second_rows(rows: Sequence[Row], series: Series) -> list[Problem]:
    """Return a problem for each further row of a day that says something else, at another hour.

    Counted as days, the hours of a week would be months of history.
    """
    if not series.one_a_day:
        return []
    first: dict[date, list[Row]] = {}
    found = []
    for row in rows:
        same_day = first.setdefault(row.reading.as_of.date(), [])
        if not same_day or same_day[0].reading.as_of == row.reading.as_of:
            same_day.append(row)
        elif row.reading.value not in {known.reading.value for known in same_day}:
            what = (
                f"{day_of(row.reading)} has {plain(row.reading.value)} at {hour_of(row.reading)} "
                f"here and {_says(same_day[0])}, but {series.name} has one value a day"
            )
            found.append(invalid(row, what, ONE_ROW_A_DAY))
    return found


def _says(row: Row) -> str:
    return f"{plain(row.reading.value)} at {hour_of(row.reading)} at {row.where}"


def not_ascending(rows: Sequence[Row]) -> Problem | None:
    """Return a problem when dates do not rise strictly: a table that should be in order."""
    for before, row in pairwise(rows):
        if row.reading.as_of <= before.reading.as_of:
            what = f"{day_of(row.reading)} follows {day_of(before.reading)}"
            return invalid(row, what, "the table is not in order of its dates: not used")
    return None


def parts_problem(
    where: str, total: Decimal, parts: Mapping[str, Decimal], tolerance: Decimal = ROUNDING_USD
) -> Problem | None:
    """Return a problem when the parts do not add up to the total within `tolerance` (USD)."""
    added = sum(parts.values(), Decimal(0))
    if abs(total - added) <= tolerance:
        return None
    what = f"the total {plain(total)} is not the sum of its {len(parts)} funds, {plain(added)}"
    return Problem(where, Flaw.INVALID, what, "the table has changed or is incomplete: not used")
