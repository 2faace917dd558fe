"""A table in thousands or millions is told from one in the series' own unit."""

from collections.abc import Sequence
from decimal import Decimal
from statistics import median

from dcaguard.core.money import plain
from dcaguard.core.reading_problem import Problem, Row, invalid
from dcaguard.core.series_kind import Series

_ROWS_FOR_MEDIAN = 20
# Over 20 sessions the calmest months of ether had a median of 5.8 million; in thousands the
# wildest of bitcoin stay below half a million.
_USUAL_FLOW_MIN = Decimal(10**6)
# Rates are published in hundredths of a percent. They were as low as this, never as fine too.
_LOW_RATE, _FINEST_RATE = Decimal("0.08"), Decimal("0.01")


def dwarfs(rows: Sequence[Row], series: Series) -> list[Problem]:
    """Return the rows that are too small for their unit.

    A wrong unit makes the whole table small. A single flow may truly be as good as nothing.
    """
    if series.group == "rates":
        return _fractions(rows)
    if series.dwarf is None:
        return []
    sized = [row for row in rows if row.reading.value != 0 and _grown(row, series)]
    small = [row for row in sized if abs(row.reading.value) < series.dwarf]
    remedy = f"write it in {series.unit}, not in thousands or millions"
    if series.low is not None and series.low < 0 and 2 * len(small) <= len(sized):
        return _small_flows(sized, series, remedy)
    return [
        invalid(row, f"{plain(row.reading.value)} is too small for {series.unit}", remedy)
        for row in small
    ]


def _grown(row: Row, series: Series) -> bool:
    return series.dwarf_from is None or row.reading.as_of.date() >= series.dwarf_from


def _fractions(rows: Sequence[Row]) -> list[Problem]:
    """Return a problem of the first row when a table of rates holds fractions, no percent."""
    values = [row.reading.value for row in rows]
    if len(rows) < _ROWS_FOR_MEDIAN or median(map(abs, values)) >= _LOW_RATE:
        return []
    if 2 * sum(value % _FINEST_RATE != 0 for value in values) <= len(values):
        return []
    what = f"{plain(values[0])} and half of all {len(rows)} rows are too small for percent"
    return [invalid(rows[0], what, "write 4.25 for 4.25 %, not 0.0425")]


def _small_flows(rows: Sequence[Row], series: Series, remedy: str) -> list[Problem]:
    """Return a problem of the first row when the table as a whole is too small."""
    if len(rows) < _ROWS_FOR_MEDIAN:
        return []
    usual = median(abs(row.reading.value) for row in rows)
    if usual >= _USUAL_FLOW_MIN:
        return []
    what = (
        f"{plain(rows[0].reading.value)} and half of all {len(rows)} rows are too small for "
        f"{series.unit} (median {plain(usual)})"
    )
    return [invalid(rows[0], what, remedy)]
