"""One spelling for every value that is hashed: sorted keys, no spaces, decimals as strings."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum

from dcaguard.core.money import plain


def instant(at: datetime) -> str:
    """Return an aware datetime as RFC 3339 UTC: '2025-03-03T08:00:00Z' (microseconds if any)."""
    if at.tzinfo is None:
        msg = "an instant needs a zone"
        raise ValueError(msg)
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_instant(text: str) -> datetime:
    """Return the UTC datetime that `instant` wrote; ValueError for anything without a zone."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        msg = f"{text!r} has no zone"
        raise ValueError(msg)
    return at.astimezone(UTC)


def jsonable(value: object) -> object:  # noqa: C901, PLR0911 - one case for each type
    """Return `value` in JSON's own types; floats are kept only where they are no money."""
    match value:
        case None | bool() | str() if not isinstance(value, Enum):
            return value
        case Enum():
            return jsonable(value.value)
        case int() | float():
            return value
        case Decimal():
            return plain(value)
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
        case timedelta():
            return f"PT{plain(Decimal(str(value.total_seconds())))}S"
        case Mapping():
            return {str(jsonable(k)): jsonable(v) for k, v in value.items()}
        case set() | frozenset():
            return sorted((jsonable(v) for v in value), key=str)
        case tuple() | list():
            return [jsonable(v) for v in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: jsonable(getattr(value, f.name)) for f in fields(value)}
    msg = f"cannot spell {type(value).__name__} canonically"
    raise TypeError(msg)


def canonical_json(value: object) -> str:
    """Return the one JSON text of `value`; equal values have equal text. NaN is refused."""
    return json.dumps(
        jsonable(value),
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    )


def digest(value: object) -> str:
    """Return the sha256 (64 lower-case hex) of the canonical JSON of `value`."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
