"""Spells parsed tables as TOML again: exact decimals, short durations, no secrets, no nulls."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from pydantic import BaseModel

from dcaguard.core.config_time import spell_duration
from dcaguard.core.money import plain

_REFERENCES = ("keyring:", "file:", "systemd:", "env:")
_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def effective(model: BaseModel) -> dict[str, object]:
    """Return a model as nested tables of JSON's types and decimals as strings, without secrets.

    A notification address may hold a token, so only references to one are shown.
    """
    tables = model.model_dump(by_alias=True)
    notify = tables.get("notify")
    if isinstance(notify, dict):
        notify["urls"] = [u if u.startswith(_REFERENCES) else "(hidden)" for u in notify["urls"]]
    return tables


def spell_tables(tables: Mapping[str, object], path: str = "") -> Iterator[str]:
    """Yield the lines of a TOML document; keys without a value are left out."""
    deeper: list[tuple[str, object]] = []
    for key, value in tables.items():
        if value is None:
            continue
        if _is_table(value) or _is_table_list(value):
            deeper.append((key, value))
        else:
            yield f"{spell_key(key)} = {spell_value(value)}"
    for key, value in deeper:
        header = f"{path}.{spell_key(key)}" if path else spell_key(key)
        if isinstance(value, Mapping):
            if not value:
                continue
            yield ""
            yield f"[{header}]"
            yield from spell_tables(value, header)
            continue
        assert isinstance(value, Sequence)
        for row in value:
            yield ""
            yield f"[[{header}]]"
            yield from spell_tables(row, header)


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping)


def _is_table_list(value: object) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(map(_is_table, value))


def spell_key(key: str) -> str:
    """Return a key, quoted where TOML wants it."""
    return key if key and set(key) <= _BARE else _quoted(key)


def spell_value(value: object) -> str:
    """Return one value in TOML."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _quoted(value)
        case Decimal():
            return plain(value)
        case int() | float():
            return repr(value)
        case timedelta():
            return _quoted(spell_duration(value))
        case datetime() | date():
            return value.isoformat()
        case Mapping():
            inside = ", ".join(f"{spell_key(k)} = {spell_value(v)}" for k, v in value.items())
            return f"{{ {inside} }}" if inside else "{}"
        case list() | tuple():
            return f"[{', '.join(spell_value(v) for v in value)}]"
    msg = f"cannot spell {type(value).__name__} as TOML"
    raise TypeError(msg)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def spell_json(value: object) -> object:
    """Return a value in JSON's own types: decimals and durations are strings, as in documents."""
    match value:
        case Mapping():
            return {str(k): spell_json(v) for k, v in value.items()}
        case list() | tuple():
            return [spell_json(v) for v in value]
        case Decimal():
            return plain(value)
        case timedelta():
            return spell_duration(value)
        case datetime() | date():
            return value.isoformat()
    return value
