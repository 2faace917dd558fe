"""What a person is told about a mistake: the key, what is wrong, what to do; never a value."""

from collections.abc import Mapping, Sequence
from types import UnionType
from typing import Annotated, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dcaguard.core.config_values import Mistakes, nearest

_SENTENCES = {
    "missing": "is missing: add it",
    "bool_type": "is not a switch: write true or false",
    "bool_parsing": "is not a switch: write true or false",
    "int_type": "is not a whole number: write digits only",
    "int_from_float": "is not a whole number: write digits only",
    "int_parsing": "is not a whole number: write digits only",
    "finite_number": "is not finite: write a number",
    "string_type": "is not text: put it in quotes",
    "tuple_type": "is not a list: write it in [ ]",
    "too_short": "is empty: name at least one",
    "string_too_short": "is empty: write something",
    "string_pattern_mismatch": "is not of the form it must have: see `dcaguard help config`",
    "model_type": "is not a table: write its keys below a [header]",
    "model_attributes_type": "is not a table: write its keys below a [header]",
    "dict_type": "is not a table: write its keys below a [header]",
}


_TOLD_MAX = 100  # looking for the nearest known key takes its time


def sentences(error: ValidationError, model: type[BaseModel]) -> list[tuple[str, str]]:
    """Return (dotted key, sentence) for each mistake in `error`, each key once."""
    found: dict[str, str] = {}
    details = error.errors(include_url=False, include_input=False)
    for detail in details[:_TOLD_MAX]:
        for key, sentence in _explain(detail, model):
            found.setdefault(key, sentence)
    if len(details) > _TOLD_MAX:
        found[""] = f"has {len(details) - _TOLD_MAX} mistakes more: correct these first"
    # A list whose items are wrong is not also empty, though pydantic says both.
    return [
        (key, sentence)
        for key, sentence in found.items()
        if sentence != _SENTENCES["too_short"] or not any(k.startswith(f"{key}.") for k in found)
    ]


def _explain(detail: ErrorDetails, model: type[BaseModel]) -> list[tuple[str, str]]:
    loc = _typed_path(detail["loc"], model)
    key = ".".join(loc)
    context = detail.get("ctx", {})
    cause = context.get("error")
    if isinstance(cause, Mistakes):
        return [(".".join(filter(None, (key, below))), text) for below, text in cause.items]
    if isinstance(cause, ValueError):
        return [(key, str(cause))]
    match detail["type"]:
        case "extra_forbidden":
            parent = table_at(model, loc[:-1])
            return [(key, f"no such key: {nearest(loc[-1], keys_of(parent))}")]
        case "literal_error" | "enum":
            return [(key, f"is not one of the words it may be: write {context['expected']}")]
        case kind:
            return [(key, _SENTENCES.get(kind) or _reworded(detail["msg"]))]


def _reworded(message: str) -> str:
    """Return pydantic's own sentence with a remedy: only ranges and lengths come here."""
    wanted = message.removeprefix("Input should be ").removeprefix("String should ")
    return f"is out of range: it should be {wanted}"


def _typed_path(loc: Sequence[str | int], model: type[BaseModel]) -> list[str]:
    """Return the keys as typed, without the marks that pydantic adds for unions and dict keys."""
    path: list[str] = []
    kind: object = model
    for part in loc:
        if part == "[key]" or kind is None:
            break
        path.append(str(part))
        kind = _below(kind, part)
    return path


def table_at(model: type[BaseModel], path: Sequence[str]) -> type[BaseModel] | None:
    """Return the model of the table at a path of keys, or None when it is no table of ours."""
    kind: object = model
    for part in path:
        kind = _below(kind, part)
    return kind if _is_model(kind) else None  # type: ignore[return-value]


def keys_of(model: type[BaseModel] | None) -> tuple[str, ...]:
    """Return the TOML keys of a table."""
    if model is None:
        return ()
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _is_model(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _below(kind: object, part: str | int) -> object:
    """Return the type one key or index further down, or None at a plain value."""
    if _is_model(kind):
        fields = kind.model_fields  # type: ignore[attr-defined]
        for name, field in fields.items():
            if part in (name, field.alias):
                return _plain_type(field.annotation)
        return None
    arguments = get_args(kind)
    origin = get_origin(kind)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _plain_type(arguments[1])
    if origin is tuple:
        return _plain_type(arguments[0])
    return None


def _plain_type(kind: object) -> object:
    """Return the type below Annotated and Optional when it can have keys, else None."""
    origin = get_origin(kind)
    if origin is Annotated:
        return _plain_type(get_args(kind)[0])
    if origin in (Union, UnionType):
        inner = [_plain_type(a) for a in get_args(kind) if a is not type(None)]
        return next((k for k in inner if k is not None), None)
    keyed = _is_model(kind) or origin is tuple
    keyed = keyed or (isinstance(origin, type) and issubclass(origin, Mapping))
    return kind if keyed else None
