"""A reading: one value of a series, when it was true and when we could first know it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

IMPORTED: Final = "import:"  # the source of what a person vouches for begins so


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of a raw series. Readings are never changed; a revision is a later reading.

    A decision at instant T may use it only when `observed_at <= T`.
    """

    series: str  # "etf.btc.flow_usd"
    as_of: datetime  # economic time, UTC; a date means 00:00 UTC of that day
    observed_at: datetime  # UTC, when we first could have known it
    value: Decimal  # in the series' unit
    source: str  # "farside", "import:flows.csv"
    raw_sha256: str  # of the bytes it came from
