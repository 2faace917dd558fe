"""Breaks a good document at one place in one way, both named by two numbers that can be printed."""

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

# (which place, which way): any two numbers name a place and a way, so they shrink well.
Spoil = tuple[int, int]


class Raw(str):
    """A JSON token that is written as it stands."""

    __slots__ = ()


class Table(list[tuple[str, Any]]):
    """A JSON object as pairs: a key may stand twice."""

    __slots__ = ()


def parsed(text: str) -> Any:
    """Return JSON as Table, list, str and Raw."""
    return json.loads(
        text, object_pairs_hook=Table, parse_float=Raw, parse_int=Raw, parse_constant=Raw
    )


def written(node: Any) -> str:
    """Return the JSON text of what `parsed` returns."""
    match node:
        case Raw():
            return str(node)
        case Table():
            return f"{{{','.join(f'{json.dumps(k)}:{written(v)}' for k, v in node)}}}"
        case list():
            return f"[{','.join(written(inner) for inner in node)}]"
    return json.dumps(node)


def places(node: Any, way: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """Yield the way to every node but the top, as places in pairs and lists."""
    inner = [v for _, v in node] if isinstance(node, Table) else node
    for at, value in enumerate(inner if isinstance(inner, list) else []):
        yield (*way, at)
        yield from places(value, (*way, at))


def at_place(node: Any, way: Sequence[int]) -> Any:
    """Return the node at a way."""
    for at in way:
        node = node[at][1] if isinstance(node, Table) else node[at]
    return node


def _number(node: Any) -> str | None:
    text = str(node).strip()
    return text if text and text.lstrip("-").replace(".", "", 1).isdigit() else None


def _negated(node: Any) -> Any:
    text = _number(node)
    if text is None:
        return "-1"
    turned = text[1:] if text.startswith("-") else f"-{text}"
    return Raw(turned) if isinstance(node, Raw) else turned


def _retyped(node: Any) -> Any:
    if isinstance(node, Raw):
        return str(node)
    return Raw(_number(node) or "7") if isinstance(node, str) else "text"


def _text(change: Callable[[str], str]) -> Callable[[Any], Any]:
    return lambda node: change(str(node)) if isinstance(node, str) else "x"


def _always(value: Any) -> Callable[[Any], Any]:
    return lambda _: value


def _many(node: Any) -> Any:
    return type(node)([*node, *node]) if isinstance(node, list) else [node, node]


# What is read as no number, no word and no table, whatever was expected.
JUNK: dict[str, Callable[[Any], Any]] = {
    "null": _always(Raw("null")),
    "nan": _always(Raw("NaN")),
    "infinity": _always(Raw("Infinity")),
    "minus-infinity": _always(Raw("-Infinity")),
    "nan-text": _always("NaN"),
    "infinity-text": _always("Infinity"),
    "1e999": _always(Raw("1e999")),
    "1e999-text": _always("1e999"),
    "-1e999": _always(Raw("-1e999")),
    "exponent-of-20-digits": _always(Raw("1e99999999999999999999")),
    "exponent-text": _always("1e99999999"),
    "exponent-below": _always("1e-99999999"),
    "digits-400": _always(Raw("9" * 400)),
    "digits-5000": _always(Raw("9" * 5000)),
    "digits-text": _always("9" * 5000),
    "lone-surrogate": _text(lambda text: text + "\ud800"),
    "nul": _text(lambda text: text + "\0"),
    "long": _text(lambda text: text + "x" * 10_000),
    "hex": _always("0x10"),
    "comma": _always("1,5"),
    "deep": lambda _: Raw("[" * 900 + "]" * 900),
    "very-deep": lambda _: Raw("[" * 60_000 + "]" * 60_000),
    "in-a-list": lambda node: [node],
    "in-an-object": lambda node: Table([("value", node)]),
    "markup": _always("<b>&nbsp;</b>\x1b[31m"),
}
# What may be read as something else that is as good.
OTHER: dict[str, Callable[[Any], Any]] = {
    "true": _always(Raw("true")),
    "false": _always(Raw("false")),
    "list": _always([]),
    "object": _always(Table()),
    "blank": _always(""),
    "zero": _always(Raw("0")),
    "zero-text": _always("0"),
    "minus-zero": _always(Raw("-0.0")),
    "minus-one": _always(Raw("-1")),
    "one": _always("1"),
    "tiny": _always(Raw("1e-999")),
    "tiny-text": _always("1e-25"),
    "huge": _always(Raw("99999999999999999999")),
    "a-billion": _always(Raw("999999999")),
    "minus-a-billion": _always("-999999999"),
    "far-time": _always(Raw("253402300799999")),
    "beyond-time": _always(Raw("99999999999999")),
    "first-day": _always("0001-01-01T00:00:00+14:00"),
    "last-day": _always("9999-12-31T23:59:59-14:00"),
    "negated": _negated,
    "retyped": _retyped,
    "twice": _many,
    "upper": _text(str.upper),
    "lower": _text(str.lower),
    "spaces": _text(lambda text: f" {text}\n"),
    "other-digits": _always("\u0661\u0662"),
    "underscore": _always("1_000"),
}
VALUES = {**JUNK, **OTHER}
_VALUE_NAMES = tuple(VALUES)
_AROUND = ("dropped", "renamed", "key-twice", "key-twice-zero", "row-twice", "swapped")
NAMES = (*_VALUE_NAMES, *_AROUND)
BODIES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "null": lambda _: b"null",
    "list": lambda _: b"[]",
    "object": lambda _: b"{}",
    "text": lambda _: b'"ok"',
    "number": lambda _: b"0",
    "nan": lambda _: b"NaN",
    "html": lambda _: b"<!DOCTYPE html><html><title>Just a moment...</title></html>",
    "half": lambda body: body[: len(body) // 2],
    "all-but-one": lambda body: body[:-1],
    "twice": lambda body: body * 2,
    "trailing": lambda body: body + b" garbage",
    "bom": lambda body: b"\xef\xbb\xbf" + body,
    "utf-16": lambda body: body.decode("utf-8", "replace").encode("utf-16"),
    "latin": lambda body: body[:-1] + b"\xff\xfe" + body[-1:],
    "nul": lambda body: body.replace(b":", b":\0", 1),
    "deep": lambda _: b"[" * 100_000,
    "deep-objects": lambda _: b'{"a":' * 50_000,
    "deep-closed": lambda _: b"[" * 50_000 + b"]" * 50_000,
    "in-a-list": lambda body: b"[" + body + b"]",
    "huge-number": lambda _: b"9" * 100_000,
    "exponent": lambda _: b"1e99999999999999999999",
}
_BODY_NAMES = tuple(BODIES)


def named(spoil: Spoil, body: bytes) -> str:
    """Return the words for a spoil of this body, for messages."""
    ways = _ways(body)
    where, what = spoil
    if not ways or where % (len(ways) + 1) == len(ways):
        return f"whole body: {_BODY_NAMES[what % len(_BODY_NAMES)]}"
    return f"{ways[where % (len(ways) + 1)]}: {NAMES[what % len(NAMES)]}"


def _ways(body: bytes) -> list[tuple[int, ...]]:
    if b"[" * 100 in body:  # nested too deep for us too
        return []
    try:
        return list(places(parsed(body.decode())))
    except (ValueError, RecursionError):
        return []


def spoiled(body: bytes, spoil: Spoil) -> bytes:
    """Return the body with one place changed; the last place is the body itself."""
    where, what = spoil
    ways = _ways(body)
    if not ways or where % (len(ways) + 1) == len(ways):
        return BODIES[_BODY_NAMES[what % len(_BODY_NAMES)]](body)
    top = parsed(body.decode())
    change(top, ways[where % (len(ways) + 1)], NAMES[what % len(NAMES)], ways[what % len(ways)])
    return written(top).encode("utf-8", "surrogatepass")


def change(top: Any, way: Sequence[int], name: str, other: Sequence[int] = ()) -> None:
    """Change the node at a way in place; `other` is what "swapped" takes instead."""
    parent, at = at_place(top, way[:-1]), way[-1]
    paired = isinstance(parent, Table)
    key, value = parent[at] if paired else ("", parent[at])
    if name in VALUES:
        value = VALUES[name](value)
    elif name == "swapped":
        value = copy.deepcopy(at_place(top, other))
    elif name == "renamed":
        key = f"{key}_"
    elif name == "dropped":
        del parent[at]
        return
    elif name in {"key-twice", "row-twice"}:
        parent.insert(at, parent[at])
        return
    elif name == "key-twice-zero":
        parent.append((key, "0") if paired else "0")
        return
    parent[at] = (key, value) if paired else value
