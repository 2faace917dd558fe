"""Instants as people write them on the command line."""

from datetime import UTC, datetime

from dcaguard.core.errors import UsageError

# Before the first there was nothing to buy; after the last no calendar of ours is sure.
_FIRST_YEAR, _LAST_YEAR = 2009, 2200


def parse_as_of(text: str) -> datetime:
    """Return a UTC instant from '2025-03-03', '2025-03-03T09:00' (UTC) or one with an offset."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        msg = f"--as-of {text!r}: write a date or a time like 2025-03-03T09:00Z"
        raise UsageError(msg) from None
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        msg = f"--as-of {text!r}: choose a year from {_FIRST_YEAR} to {_LAST_YEAR}"
        raise UsageError(msg)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
