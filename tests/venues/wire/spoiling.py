"""Turns a correct reply into the broken one that a fault's name promises."""

import gzip
import json
import re
from dataclasses import replace

from tests.venues.wire.faults import Fault
from tests.venues.wire.messages import WireReply

BOMB_BYTES = 32 * 1024 * 1024  # unpacked; about 32 KiB on the wire
HUGE_BYTES = 5 * 1024 * 1024
HTML = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>x</body></html>"

FIXED = {"empty": b"", "object": b"{}", "list": b"[]", "null": b"null"}

# What each value fault writes, by the field's role. None leaves the role alone.
TOKENS: dict[str, dict[str, str]] = {
    "nan": {"filled": "NaN", "cost": "NaN", "price": "NaN"},
    "infinity": {"filled": "Infinity", "cost": "Infinity", "price": "Infinity"},
    "overflow": {"filled": "1e999", "cost": "1e999", "price": "1e999"},
    "huge-int": {"filled": "9" * 400, "cost": "9" * 400, "price": "9" * 400},
    "negative": {"filled": '"-0.001"', "cost": '"-50"'},
    "overfilled": {"filled": '"1000000"'},
    "wrong-symbol": {"symbol": '"DOGEUSDT"'},
    "wrong-side": {"side": '"SELL"'},
    "wrong-client-id": {"client-id": '"somebody-elses-order"'},
}


def spoil(fault: Fault, reply: WireReply, roles: dict[str, tuple[str, ...]]) -> WireReply:
    """Return the reply as the fault leaves it. `roles` names the venue's fields by role."""
    if fault.kind in TOKENS:
        wanted = TOKENS[fault.kind]
        fields = {name: token for role, token in wanted.items() for name in roles.get(role, ())}
        return _with_fields(reply, fields)
    if fault.kind == "field":
        return _with_fields(reply, fault.fields)
    return _spoil_bytes(fault, reply)


def _spoil_bytes(fault: Fault, reply: WireReply) -> WireReply:
    if fault.kind in FIXED:
        return replace(reply, content=FIXED[fault.kind])
    whole = reply.encoded()
    json_type = "application/json; charset=utf-16"
    made = {
        "truncated": lambda: replace(reply, content=whole[: max(1, len(whole) // 2)]),
        "html": lambda: WireReply(HTML, 200, {"Content-Type": "text/html; charset=UTF-8"}),
        "gzip-bomb": lambda: _packed(gzip.compress(b"0" * BOMB_BYTES, 9)),
        "bad-gzip": lambda: _packed(b"\x1f\x8b\x08" + whole),
        "charset": lambda: WireReply(b"\xff\xfe\x80\x81" + whole, 200, {"Content-Type": json_type}),
        "nul": lambda: replace(reply, content=whole.replace(b":", b":\x00", 1)),
        "huge": lambda: replace(reply, content=whole + b" " * HUGE_BYTES),
    }
    return made[fault.kind]()


def _packed(body: bytes) -> WireReply:
    return WireReply(body, 200, {"Content-Encoding": "gzip"})


def _with_fields(reply: WireReply, fields: dict[str, str]) -> WireReply:
    """Replace every value under these names, at any depth, by a raw JSON token."""
    loaded = json.loads(reply.encoded())
    text = json.dumps(_marked(loaded, fields), separators=(",", ":"))
    text = re.sub(r'"@raw(\d+)@"', lambda m: list(fields.values())[int(m.group(1))], text)
    return replace(reply, content=text.encode())


def _marked(value: object, fields: dict[str, str]) -> object:
    if isinstance(value, list):
        return [_marked(x, fields) for x in value]
    if isinstance(value, dict):
        names = list(fields)
        return {
            k: f"@raw{names.index(k)}@" if k in fields else _marked(v, fields)
            for k, v in value.items()
        }
    return value
