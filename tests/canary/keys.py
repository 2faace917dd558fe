"""Keys as the venues hand them out, each with a canary at its head and another at its tail.

Whoever finds a canary in a text, in any spelling, has found a key or a piece of one.
"""

import base64
import secrets
from urllib.parse import unquote

BODY = "cAnArY42"
TAIL = "24yRaNaC"  # another one: what hides a key by its tail must not hide its head by chance
_RAW = BODY.encode()
NAME = "ca4a4ca4-ca4a-4ca4-8ca4-ca4a4ca4ca4a"  # where a venue names its keys by UUID


def text_key(length: int) -> str:
    """Return a key of `length` letters and digits."""
    middle = secrets.token_hex(length)[: length - 2 * len(BODY)]
    return BODY + middle + TAIL


def bytes_key(length: int) -> bytes:
    """Return a secret of `length` bytes, for venues that spell it in base64 or as a number."""
    return _RAW + secrets.token_bytes(length - 2 * len(_RAW)) + _RAW


def kraken_keys() -> dict[str, str]:
    """Return a key and its secret as kraken hands them out."""
    return {"apiKey": text_key(56), "secret": base64.b64encode(bytes_key(64)).decode()}


def heard(data: bytes, signatures: frozenset[str] = frozenset()) -> str:
    """Return how a key is spelled in `data`, or nothing; no key is ever returned itself."""
    data = data.strip(b"\0")  # the ballast is nothing else
    lowered = data.lower()
    for name, spelling in _ANY_CASE:
        if spelling in lowered:
            return name
    for name, spelling in _SPELLINGS:
        if spelling in data:
            return name
    plain = unquote(data.decode("latin-1")) if signatures else ""
    return "a signature" if any(one in plain for one in signatures) else ""


def _inner(raw: bytes) -> set[bytes]:
    """Return what base64 always shows of `raw`, whatever stands before and after it."""
    found = set()
    for lead in range(3):
        whole = base64.b64encode(b"\0" * lead + raw + b"\0" * 3)
        first = -(-lead * 4 // 3)  # the first character that no byte before it touches
        last = (lead + len(raw)) * 8 // 6
        found.add(whole[first:last])
    return found


# Letters and digits are spelled alike in a URL and in JSON: the raw form covers both.
_ANY_CASE = (
    ("raw", _RAW.lower()),
    ("raw, its tail", TAIL.lower().encode()),
    ("raw, the key's name", NAME.encode()),
    ("hex", _RAW.hex().encode()),
    ("hex of its tail", TAIL.encode().hex().encode()),
    ("hex of the key's name", NAME.encode().hex().encode()),
    *(("hex of base64", x.hex().encode()) for x in _inner(_RAW)),
)
_SPELLINGS = (
    *(("base64", x) for x in _inner(_RAW)),
    *(("base64 of its tail", x) for x in _inner(TAIL.encode())),
    *(("base64 of base64", x) for once in _inner(_RAW) for x in _inner(once)),
    *(("base64 of the key's name", x) for x in _inner(NAME.encode())),
    *(("base64 of hex", x) for x in _inner(_RAW.hex().encode())),
)
