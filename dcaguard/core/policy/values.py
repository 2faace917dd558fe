"""One value out of a venue's reply: found, or missing with the reason, never guessed."""

from dataclasses import dataclass
from decimal import Decimal

from dcaguard.core.money import parse_decimal

_ON = frozenset({"true", "1", "on", "yes", "enable", "enabled"})
_OFF = frozenset({"false", "0", "off", "no", "disable", "disabled"})


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a value is not there."""

    why: str
    absent: bool = True  # left out, as a venue may; False: something else stands where it would


MISSING = Missing("is missing")
MANGLED = Missing("stands in something that is no table", absent=False)


def lookup(row: object, path: str) -> object:
    """Return the value under a dotted path, or Missing. Digits index a list.

    null and an empty list, which some venues write for an empty object, lack every field.
    """
    if not path:
        return row
    value = row
    for part in path.split("."):
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, dict) or value in (None, []) or part.isdigit():
            return MISSING
        else:
            return MANGLED
    return value


def rows_at(body: object, path: str) -> list[tuple[str, object]] | Missing:
    """Return (key, row) of each row of a table; "" is the whole reply as one row.

    `*` walks a list, and only a list: an object in its place is no table. `{}` walks the
    values of an object (or a list, which some venues write where an object is empty).
    """
    found: list[tuple[str, object]] = [("", body)]
    for part in path.split(".") if path else []:
        step: list[tuple[str, object]] = []
        for key, value in found:
            if part in {"*", "{}"}:
                walked = _walk(value, objects=part == "{}")
                if walked is None:
                    return (
                        Missing("is no list", absent=False)
                        if value is not None
                        else Missing("is null")
                    )
                step += walked
            else:
                inner = lookup(value, part)
                if isinstance(inner, Missing):
                    return Missing(f"has no {part}", inner.absent)
                step.append((key, inner))
        found = step
    return found


def _walk(value: object, *, objects: bool) -> list[tuple[str, object]] | None:
    match value:
        case dict() if objects:
            return [(str(key), inner) for key, inner in value.items()]
        case list():
            return [("", inner) for inner in value]
    return None


def number(value: object) -> Decimal | None:
    """Return the exact finite number, or None."""
    return parse_decimal(value)


def switch(value: object) -> bool | None:
    """Return what a switch says, None when it says nothing known."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str | int):
        word = str(value).strip().lower()
        return True if word in _ON else False if word in _OFF else None
    return None


def wordlist(value: object) -> frozenset[str] | None:
    """Return the lower-case words of a list of text or of comma-separated text, else None."""
    if isinstance(value, str):
        parts = value.replace(";", ",").split(",")
    elif isinstance(value, list) and all(isinstance(item, str) for item in value):
        parts = value
    else:
        return None
    return frozenset(part.strip().lower() for part in parts if part.strip())


def shown(value: object) -> str:
    """Return a venue's value as it wrote it, for people and comparison."""
    match value:
        case Missing():
            return ""
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case Decimal():
            return format(value, "f") if abs(value.adjusted()) < 40 else str(value)
        case dict() | list():
            return "[]" if value == [] else "{}" if value == {} else str(value)[:200]
    return str(value)
