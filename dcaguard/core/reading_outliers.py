"""Values that only a slip of unit or digit explains; the worst real days pass."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from statistics import median

from dcaguard.core.money import plain, quotient, rounded
from dcaguard.core.reading import Reading
from dcaguard.core.reading_problem import Problem, Row, day_of, invalid
from dcaguard.core.series import Series

# A neighbour further away than this says nothing about today's level.
_NEIGHBOUR_MAX = timedelta(days=45)
_DAYS_OF_A_STEP = timedelta(days=10)
# A digit too many in a low rate is less than a large step; none has moved so to a tenth.
_TENTH_RATIO, _TENTH_STEP = Decimal(8), Decimal("0.5")
_HEAVY_TAIL_RATIO = Decimal(500)  # liquidations: the worst day was 100 times the usual one
_ROWS_FOR_MEDIAN = 20


def outliers(rows: Sequence[Row], series: Series, history: Sequence[Reading] = ()) -> list[Problem]:
    """Return rows that differ from their neighbours as only a slip of unit or digit does.

    `rows` are in order of as_of. A crash passes: the bounds lie beyond what markets did.
    """
    if series.jump is not None or series.step is not None:
        return _jumps(rows, series, history)
    values = [r.value for r in history] + [row.reading.value for row in rows]
    sizes = [abs(value) for value in values if value != 0]
    if series.high is None or len(sizes) < _ROWS_FOR_MEDIAN:
        return []
    return _beyond(rows, series, sizes)


def _beyond(rows: Sequence[Row], series: Series, sizes: Sequence[Decimal]) -> list[Problem]:
    """Return rows far beyond every other value: heavy tails allow much, but not all."""
    usual = median(sizes)
    ordered = sorted(sizes)
    # Flows: the record of a young series was 35 times its median but twice its next value.
    signed = series.low is not None and series.low < 0 and series.unit == "USD"
    limit = 5 * ordered[int(len(ordered) * 0.95)] if signed else usual * _HEAVY_TAIL_RATIO
    if series.unit not in {"USD", "BTC"}:
        return []
    found = []
    for row in rows:
        size = abs(row.reading.value)
        if size > limit:
            times = plain(rounded(quotient(size, usual), Decimal(1)))
            what = f"{plain(row.reading.value)} is {times} times the usual size"
            found.append(invalid(row, what, "check the unit and the digits"))
    return found


def _jumps(rows: Sequence[Row], series: Series, history: Sequence[Reading]) -> list[Problem]:
    """Return rows that are unbelievably far from the last good value, or from the next known."""
    before = _last_before(rows, history)
    found = []
    for place, row in enumerate(rows):
        here = row.reading
        if before is not None and _apart(here, before, series):
            culprit, other = _culprit(rows, place, before, series)
            found.append(_jump_problem(culprit, other, series))
            if culprit is row:
                continue  # The next row is compared with the last good one.
        before = here
    after = _first_after(rows, history)
    if not found and after is not None and _apart(rows[-1].reading, after, series):
        found.append(_jump_problem(rows[-1], after, series))
    return found


def _apart(one: Reading, other: Reading, series: Series) -> str:
    """Return how far two neighbours are apart when no market has moved so; "" otherwise."""
    between = abs(one.as_of - other.as_of)
    if between > _NEIGHBOUR_MAX:
        return ""
    ratio, step = _ratio(one.value, other.value), abs(one.value - other.value)
    settled = max(abs(one.value), abs(other.value)) >= (series.settled or 0)
    if series.jump is not None and settled and ratio >= series.jump:
        return f"{plain(rounded(ratio, Decimal('0.1')))} times"
    if series.step is None:
        return ""
    close = between <= _DAYS_OF_A_STEP
    allowed = series.step if close else 2 * series.step
    tenth = close and series.unit == "percent" and ratio >= _TENTH_RATIO and step >= _TENTH_STEP
    return plain(step) if step > allowed or tenth else ""


def _culprit(
    rows: Sequence[Row], place: int, before: Reading, series: Series
) -> tuple[Row, Reading]:
    """Return the row to blame and what it contradicts: a first row may be the wrong one."""
    row = rows[place]
    follows = rows[place + 1] if place + 1 < len(rows) else None
    settled = follows is not None and not _apart(follows.reading, row.reading, series)
    if place == 1 and settled and before is rows[0].reading:
        return rows[0], row.reading
    return row, before


def _jump_problem(row: Row, other: Reading, series: Series) -> Problem:
    what = (
        f"{plain(row.reading.value)} {series.unit} is {_apart(row.reading, other, series)} away "
        f"from {plain(other.value)} of {day_of(other)}"
    )
    share = " (or a split of the share)" if series.jump is not None else ""
    return invalid(row, what, f"check the unit and the digits{share}")


def _last_before(rows: Sequence[Row], history: Sequence[Reading]) -> Reading | None:
    known = [one for one in history if rows and one.as_of < rows[0].reading.as_of]
    return max(known, key=lambda reading: (reading.as_of, reading.observed_at), default=None)


def _first_after(rows: Sequence[Row], history: Sequence[Reading]) -> Reading | None:
    known = [one for one in history if rows and one.as_of > rows[-1].reading.as_of]
    first = min((one.as_of for one in known), default=None)
    newest = [one for one in known if one.as_of == first]
    return max(newest, key=lambda reading: reading.observed_at, default=None)


def _ratio(left: Decimal, right: Decimal) -> Decimal:
    small, large = sorted((abs(left), abs(right)))
    return quotient(large, small) if small else Decimal(1)
