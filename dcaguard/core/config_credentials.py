"""What each venue's key must look like, so that a bad one is told before it is used."""

import base64
import binascii
import re
from collections.abc import Mapping

from dcaguard.core.config_values import nearest
from dcaguard.core.errors import ConfigError

FIELDS: tuple[str, ...] = ("api_key", "secret", "password", "uid", "private_key", "wallet")

_KEY_AND_SECRET = ("api_key", "secret")
_WITH_PASSWORD = ("api_key", "secret", "password")
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "okx": _WITH_PASSWORD,
    "bitget": _WITH_PASSWORD,
    "kucoin": _WITH_PASSWORD,
    "hyperliquid": ("private_key", "wallet"),
}
_LENGTH_MAX = 8192
_PEM = re.compile(
    r"-----BEGIN (?P<kind>[A-Z ]*PRIVATE KEY)-----\s"
    r"(?P<body>[A-Za-z0-9+/=\s]+)-----END (?P=kind)-----"
)


def required_fields(exchange: str) -> tuple[str, ...]:
    """Return the fields a key at `exchange` needs."""
    return _REQUIRED.get(exchange, _KEY_AND_SECRET)


def check_fields(fields: Mapping[str, str], place: str, exchange: str) -> dict[str, str]:
    """Return the fields trimmed; ConfigError (78) says which is wrong and never what it holds.

    `exchange` is "" when the venue is not known yet: then only the shape is checked.
    """
    found: dict[str, str] = {}
    for name, value in fields.items():
        if name not in FIELDS:
            # A name that is no plain word may be a secret on the wrong side of the equals sign.
            shown = name if re.fullmatch(r"[A-Za-z_]{1,24}", name) else "..."
            raise ConfigError(f"{place}: {shown}: no such field: {nearest(shown, FIELDS)}")
        trimmed = _trimmed(value)
        if trimmed:
            found[name] = trimmed
        problem = _problem(name, trimmed)
        if problem:
            raise ConfigError(f"{place}: {name}: {problem}")
    if not found:
        wanted = " and ".join(required_fields(exchange))
        raise ConfigError(f"{place}: holds no secret: write {wanted}")
    if exchange:
        for name in required_fields(exchange):
            if name not in found:
                raise ConfigError(f"{place}: {name} is missing: {exchange} needs it")
        problem = _venue_problem(exchange, found)
        if problem:
            raise ConfigError(f"{place}: {problem}")
    return found


def _trimmed(value: str) -> str:
    """Return the value without what copying adds; a PEM key gets its line breaks back."""
    text = value.strip()
    if text.startswith("-----BEGIN"):
        text = text.replace("\\n", "\n").replace("\r\n", "\n") + "\n"
    return text


def _problem(name: str, text: str) -> str:
    if len(text) > _LENGTH_MAX:
        return "is too long for a key: copy it again"
    pem = text.startswith("-----BEGIN")
    if pem and _PEM.fullmatch(text.strip()) is None:
        return "is a broken PEM key: copy it again, from -----BEGIN to -----END"
    # A password is the owner's own words; keys are plain characters without blanks.
    lowest = " " if name == "password" else "!"
    if not pem and not all(lowest <= char <= "~" for char in text):
        return "holds blanks or unusual characters inside: copy it again"
    return ""


def _venue_problem(exchange: str, fields: Mapping[str, str]) -> str:
    match exchange:
        case "kraken":
            return _kraken(fields["secret"])
        case "coinbase":
            return _coinbase(fields["api_key"], fields["secret"])
        case "hyperliquid":
            return _hyperliquid(fields["private_key"], fields["wallet"])
    return ""


def _kraken(secret: str) -> str:
    try:
        decoded = base64.b64decode(secret, validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    return "" if decoded else "secret: is not base64 as kraken gives it: copy the private key again"


def _coinbase(api_key: str, secret: str) -> str:
    if api_key.startswith("-----BEGIN"):
        return "api_key: is the private key: it should be the key's name (organizations/...)"
    match = _PEM.fullmatch(secret.strip())
    if match is None:
        return "secret: is not the EC private key (PEM): make a key of type ECDSA, copy it whole"
    try:
        der = base64.b64decode("".join(match["body"].split()), validate=True)
    except (binascii.Error, ValueError):
        der = b""
    # 06 07 2A 86 48 CE 3D 02 01 is id-ecPublicKey; SEC1 files say EC PRIVATE KEY instead.
    elliptic = match["kind"] == "EC PRIVATE KEY" or b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01" in der
    # 06 08 2A 86 48 CE 3D 03 01 07 is P-256, the one curve that coinbase signs with.
    if elliptic and b"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07" in der and der[:1] == b"\x30":
        return ""
    return "secret: is not an EC key on P-256: make a key of type ECDSA at coinbase"


def _hyperliquid(private_key: str, wallet: str) -> str:
    if re.fullmatch(r"0x[0-9a-fA-F]{40}", wallet) is None:
        return "wallet: is not an address: it starts with 0x and has 40 hex digits"
    if re.fullmatch(r"(0x)?[0-9a-fA-F]{64}", private_key) is None:
        return "private_key: is not 64 hex digits: copy the agent wallet's key again"
    return ""
