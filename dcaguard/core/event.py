"""What a person tells the gate: an event of their own, or that a lock has been looked into."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Severity(StrEnum):
    """How grave a person holds an event to be. Only HIGH votes."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


@dataclass(frozen=True, slots=True)
class OperatorEvent:
    """An event that a person saw; it acts through the regulation signal from `since` to `until`.

    `until` None means the configured life of an event (14 days by default). `ended` is when the
    person took it back: until then it held.
    """

    severity: Severity
    since: datetime  # UTC, when the person said so: it is not known before
    until: datetime | None = None  # UTC
    note: str = ""
    ended: datetime | None = None  # UTC


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A person looked into a LOCKED venue and lets it buy again, small at first."""

    venue: str  # as in the series cex.<VENUE>... and venue.<VENUE>...
    at: datetime  # UTC


Event = OperatorEvent | Acknowledgement
