"""A row and where a person finds it; why it cannot be trusted and what to do."""

from dataclasses import dataclass
from enum import StrEnum

from dcaguard.core.reading import Reading

ONE_ROW_A_DAY = "give one row a day: its close, or its total"


class Flaw(StrEnum):
    """How a value fails."""

    MISSING = "MISSING"
    INVALID = "INVALID"


@dataclass(frozen=True, slots=True)
class Row:
    """A reading and the place a person finds it at: "flows.csv:12", "farside 25 Feb 2025"."""

    where: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row, or the lack of one, cannot be trusted, and what to do."""

    where: str
    flaw: Flaw
    what: str
    remedy: str

    def __str__(self) -> str:
        """Return where: what: remedy, in one line."""
        return f"{self.where}: {self.what}: {self.remedy}"


def invalid(row: Row, what: str, remedy: str) -> Problem:
    """Return the problem of a row whose value or times are wrong."""
    return Problem(row.where, Flaw.INVALID, what, remedy)


def day_of(reading: Reading) -> str:
    """Return the UTC day of a reading as text."""
    return reading.as_of.date().isoformat()


def hour_of(reading: Reading) -> str:
    """Return the UTC time of day of a reading as text."""
    return f"{reading.as_of:%H:%MZ}"
