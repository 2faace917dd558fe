"""Fields of a parsed document, each checked where it is read; nothing is guessed."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import cast

from dcaguard.core.money import parse_decimal

_SECONDS_MAX = Decimal(10) ** 11  # beyond the year 5000: these are milliseconds
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS_MAX = Decimal(10) ** 14


class ShapeError(ValueError):
    """A document lacks a field, or the field has another type; says which."""


def mapping(value: object, what: str) -> Mapping[str, object]:
    """Return `value` as a JSON object."""
    if not isinstance(value, dict):
        raise ShapeError(f"{what} is not an object")
    return cast("Mapping[str, object]", value)


def rows(value: object, what: str) -> list[object]:
    """Return `value` as a JSON list that is not empty: an empty table is not zero."""
    if not isinstance(value, list):
        raise ShapeError(f"{what} is not a list")
    if not value:
        raise ShapeError(f"{what} is empty")
    return value


def field(value: object, name: str) -> object:
    """Return a field that must be there (it may be null)."""
    found = mapping(value, f"the parent of {name}")
    if name not in found:
        raise ShapeError(f"{name} is missing")
    return found[name]


def number(value: object, name: str) -> Decimal:
    """Return a number, also from text with thousands commas ("709,715")."""
    plain = value.replace(",", "") if isinstance(value, str) else value
    found = parse_decimal(plain)
    if found is None:
        raise ShapeError(f"{name} is not a number")
    return found


def number_or_none(value: object, name: str) -> Decimal | None:
    """Return a number, or None where the provider says that it does not know (null, "", ".")."""
    return None if value in (None, "", ".", "-") else number(value, name)


def text(value: object, name: str) -> str:
    """Return a text field."""
    if not isinstance(value, str):
        raise ShapeError(f"{name} is not a text")
    return value


def shown(value: object, length_max: int = 20) -> str:
    """Return the beginning of a provider's word, its line ends and controls spelled out."""
    return str(value)[:length_max].encode("unicode_escape").decode()


def instant(value: object, name: str) -> datetime:
    """Return UTC from seconds or milliseconds since 1970, or from an ISO date or time."""
    if isinstance(value, str) and not value.strip().isdigit():
        try:
            at = datetime.fromisoformat(value.strip())
            # At the ends of the calendar the offset may lead out of it.
            return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        except (ValueError, OverflowError):
            raise ShapeError(f"{name} is not a date") from None
    stamp = number(value, name)
    if not 0 < stamp < _MS_MAX:
        raise ShapeError(f"{name} is not a time")
    scale = 1000 if stamp > _SECONDS_MAX else 1
    return _EPOCH + timedelta(seconds=float(stamp) / scale)


def day(value: object, name: str) -> date:
    """Return the UTC day of `instant`."""
    return instant(value, name).date()


def at_pointer(value: object, pointer: str) -> object:
    """Return what a JSON pointer ('/data/0/close') names; ShapeError when it is not there."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list) and name.lstrip("-").isdigit():
            place = int(name)
            if not -len(value) <= place < len(value):
                raise ShapeError(f"{pointer} is not there")
            value = value[place]
        elif isinstance(value, dict) and name in value:
            value = value[name]
        else:
            raise ShapeError(f"{pointer} is not there")
    return value
