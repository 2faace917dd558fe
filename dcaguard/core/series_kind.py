"""What is known about a series before any value of it is read."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final


class Calendar(StrEnum):
    """On which days a series has a value."""

    DAILY = "DAILY"  # every UTC day
    NYSE = "NYSE"  # sessions of the New York Stock Exchange
    SESSIONS = "SESSIONS"  # another exchange's sessions: holidays of its own
    BUSINESS = "BUSINESS"  # US business days, with holes where the provider has none
    IRREGULAR = "IRREGULAR"  # filings, snapshots


class Lag(StrEnum):
    """When a value of a day is known at the earliest (core/observed.py)."""

    NEXT_MIDNIGHT = "NEXT_MIDNIGHT"
    NEXT_DAY_1230 = "NEXT_DAY_1230"
    SAME_DAY_2230 = "SAME_DAY_2230"
    NEXT_BUSINESS_DAY_1330 = "NEXT_BUSINESS_DAY_1330"
    FIFTH_OF_NEXT_MONTH = "FIFTH_OF_NEXT_MONTH"


# What the longest recorded gaps of good providers were; a whole week of an exchange's holidays
# (New Year in China) is none.
_GAP_MAX: Final = {Calendar.DAILY: 3, Calendar.NYSE: 3, Calendar.BUSINESS: 2, Calendar.SESSIONS: 8}


@dataclass(frozen=True, slots=True)
class Series:
    """What is known about a series before any value is read."""

    name: str
    unit: str
    description: str
    group: str  # what the series tells of; two series of one group are not two opinions
    calendar: Calendar = Calendar.DAILY
    lag: Lag = Lag.NEXT_MIDNIGHT
    low: Decimal | None = None  # smallest possible value
    high: Decimal | None = None  # largest possible value
    zero: bool = True  # may the value be zero
    jump: Decimal | None = None  # a ratio of neighbouring values that no market has shown
    settled: Decimal | None = None  # the ratio counts where the larger value is at least this
    step: Decimal | None = None  # a difference within days that no market has shown
    dwarf: Decimal | None = None  # a non-zero magnitude below this is another unit
    dwarf_from: date | None = None  # since when: the series was truly small before
    gap_days: int | None = None  # missing days in a row that are still no gap; None by calendar
    sessions_only: bool = False  # a value that is not zero on a day without a session is an error
    intraday: bool = False  # read at any hour, as often as one likes

    @property
    def gap_max(self) -> int | None:
        """Return how many of its days in a row may be missing; None when it has no days."""
        if not self.one_a_day:
            return None
        return _GAP_MAX[self.calendar] if self.gap_days is None else self.gap_days

    @property
    def one_a_day(self) -> bool:
        """Tell whether a UTC day has one value: a second row of it is no further day."""
        return not self.intraday and self.calendar is not Calendar.IRREGULAR
