"""A share that was split: its whole past is told anew, or nothing of it is taken.

A provider divides all its closes by the split. A restated tail beside a past that is not would be
a crash that nobody saw.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from dcaguard.core.money import plain, quotient, rounded
from dcaguard.core.reading import Reading
from dcaguard.core.reading_problem import Flaw, Problem
from dcaguard.core.series import is_share

_DAYS_MIN = 3  # so many days that agree on one ratio are no slip
_SAME = Decimal("0.01")  # the ratios of two days may differ by this share
_RATIO_MIN, _RATIO_MAX = Decimal("1.2"), Decimal(50)
# No window of closes looks further back than a year and some weeks; ranks are of ratios.
_DEPTH_ROWS = 300


def split_ratios(
    readings: Iterable[Reading], known: Mapping[str, Sequence[Reading]]
) -> dict[str, Decimal]:
    """Return the shares all of whose known days `readings` show at one other ratio, with it.

    A provider restates only what it said itself: another's other figures are another currency.
    """
    by_series: dict[str, list[Reading]] = {}
    for reading in readings:
        if is_share(reading.series):
            by_series.setdefault(reading.series, []).append(reading)
    found = {
        name: _one_ratio(given, newest(_own(known.get(name, ()), given)))
        for name, given in by_series.items()
    }
    return {name: ratio for name, ratio in found.items() if ratio is not None}


def _own(known: Iterable[Reading], given: Iterable[Reading]) -> list[Reading]:
    """Return what the sources of `given` said before."""
    sources = {reading.source for reading in given}
    return [reading for reading in known if reading.source in sources]


def newest(known: Iterable[Reading]) -> dict[date, Decimal]:
    """Return the last word on each day."""
    ordered = sorted(known, key=lambda reading: reading.observed_at)
    return {reading.as_of.date(): reading.value for reading in ordered}


def _one_ratio(given: Sequence[Reading], known: Mapping[date, Decimal]) -> Decimal | None:
    ratios = [
        quotient(reading.value, known[day])
        for reading in given
        if known.get(day := reading.as_of.date())
    ]
    if len(ratios) < _DAYS_MIN:
        return None
    low, high = min(ratios), max(ratios)
    size = max(low, quotient(Decimal(1), low)) if low > 0 else Decimal(0)
    apart = high - low > _SAME * low
    return None if apart or not _RATIO_MIN <= size <= _RATIO_MAX else low


def too_shallow(
    where: str, ratio: Decimal, page: Sequence[Reading], known: Sequence[Reading]
) -> Problem | None:
    """Return why a restated page can not stand for the whole past: it begins too late."""
    days = sorted({reading.as_of.date() for reading in page})
    first = min(reading.as_of.date() for reading in known)
    if days and (days[0] <= first or len(days) >= _DEPTH_ROWS):
        return None
    begins = f"the page begins on {days[0]}" if days else "the whole page did not come"
    what = (
        f"all known days are shown at {plain(rounded(ratio, Decimal('0.001')))} times what they "
        f"were, as after a split of the share, but {begins}"
    )
    remedy = f"not used; import its closes since {first} as they are now, with --revision"
    return Problem(where, Flaw.INVALID, what, remedy)
