"""A secret in every spelling that it may come back in: whoever hides these hides the secret."""

import base64
import contextlib
import json
from urllib.parse import quote, quote_plus

# Shorter texts would hide ordinary words; no venue gives out a shorter key.
LENGTH_MIN = 6
TAIL = 8


def spellings(secret: str) -> set[str]:
    """Return every way a secret may be spelled: raw, in URLs, JSON, base64, hex, its tail."""
    if len(secret) < LENGTH_MIN:
        return set()
    raw = secret.encode()
    quoted = (secret, repr(secret)[1:-1], ascii(secret)[1:-1])
    found = {
        secret,
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        secret.replace("\n", "\\n"),
        *(one for text in quoted for one in (text, *_json(text))),
        raw.hex(),
        *_base64(raw),
    }
    if len(secret) > 2 * TAIL:
        found.add(secret[-TAIL:])
    lines = [line.strip() for line in secret.splitlines()]
    if len(lines) > 1:  # a PEM key leaks one line at a time
        found |= {line for line in lines if len(line) > 2 * TAIL and not line.startswith("-----")}
    with contextlib.suppress(ValueError):
        # A secret that is base64 itself is signed with as bytes: hide those too.
        decoded = base64.b64decode(secret, validate=True)
        if len(decoded) >= 2 * TAIL:
            found.add(decoded.hex())
    return found


def _json(secret: str) -> set[str]:
    """Return what stands of `secret` within JSON, and within JSON that is quoted in JSON."""
    found: set[str] = set()
    for ascii_only in (True, False):
        once = json.dumps(secret, ensure_ascii=ascii_only)[1:-1]
        twice = json.dumps(once, ensure_ascii=ascii_only)[1:-1]
        found |= {once, once.replace("/", "\\/"), twice, twice.replace("/", "\\\\/")}
    return found


def _base64(raw: bytes) -> set[str]:
    """Return what base64 shows of `raw` alone and inside a longer text, at each alignment."""
    found: set[str] = set()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        found.add(encode(raw).decode().rstrip("="))
        for lead in (1, 2):
            inner = encode(b"\0" * lead + raw).decode().rstrip("=")
            # The first characters mix with what stands before, the last with what follows.
            found.add(inner[4:-1])
        found.add(encode(raw).decode().rstrip("=")[:-1])
    return found
