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
_HEAVY_TAIL_RATIO = Decimal(500)  # liquidations: the worst day was 100 times the usual one
_ROWS_FOR_MEDIAN = 20


def outliers(rows: Sequence[Row], series: Series, history: Sequence[Reading] = ()) -> list[Problem]:
    """Return rows that differ from their neighbours as only a slip of unit or digit does.

    `rows` are in order of as_of. A crash passes: the bounds lie beyond what markets did.
    """
    if series.jump is not None:
        return _jumps(rows, series, series.jump, history)
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


def _jumps(
    rows: Sequence[Row], series: Series, jump: Decimal, history: Sequence[Reading]
) -> list[Problem]:
    """Return rows whose ratio to the last good value is unbelievable for one step."""
    before = _last_before(rows, history)
    found = []
    for place, row in enumerate(rows):
        here = row.reading
        near = before is not None and here.as_of - before.as_of <= _NEIGHBOUR_MAX
        if before is not None and near and _ratio(here.value, before.value) >= jump:
            culprit, other = _culprit(rows, place, before, jump)
            found.append(_jump_problem(culprit, other, series))
            if culprit is row:
                continue  # The next row is compared with the last good one.
        before = here
    return found


def _culprit(
    rows: Sequence[Row], place: int, before: Reading, jump: Decimal
) -> tuple[Row, Reading]:
    """Return the row to blame and what it contradicts: a first row may be the wrong one."""
    row = rows[place]
    follows = rows[place + 1] if place + 1 < len(rows) else None
    settled = follows is not None and _ratio(follows.reading.value, row.reading.value) < jump
    if place == 1 and settled and before is rows[0].reading:
        return rows[0], row.reading
    return row, before


def _jump_problem(row: Row, other: Reading, series: Series) -> Problem:
    times = plain(rounded(_ratio(row.reading.value, other.value), Decimal("0.1")))
    what = (
        f"{plain(row.reading.value)} {series.unit} is {times} times away from "
        f"{plain(other.value)} of {day_of(other)}"
    )
    return invalid(row, what, "check the unit and the digits (or a split of the share)")


def _last_before(rows: Sequence[Row], history: Sequence[Reading]) -> Reading | None:
    if not rows:
        return None
    known = [reading for reading in history if reading.as_of < rows[0].reading.as_of]
    return max(known, key=lambda reading: reading.as_of, default=None)


def _ratio(left: Decimal, right: Decimal) -> Decimal:
    small, large = sorted((abs(left), abs(right)))
    return quotient(large, small) if small else Decimal(1)
