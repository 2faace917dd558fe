"""Coinbase's token check: a JWT signed with ES256 that names this very request."""

import base64
import json
import uuid
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tests.canary.keys import NAME, bytes_key
from tests.venues.wire.messages import WireReply, WireRequest

LIFE_SECONDS_MAX = 120
LEEWAY_SECONDS = 5
UNAUTHORIZED = WireReply(b"Unauthorized\n", 401, {"Content-Type": "text/plain; charset=utf-8"})


def fresh_credentials() -> dict[str, str]:
    """Return a key name and a new EC private key in PEM, as Coinbase hands them out."""
    key = ec.derive_private_key(int.from_bytes(bytes_key(32)), ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    name = f"organizations/{uuid.uuid4()}/apiKeys/{NAME}"
    return {"apiKey": name, "secret": pem.decode()}


def problem(error: str, details: str, status: int = 400) -> WireReply:
    """Return Coinbase's error body."""
    return WireReply({"error": error, "error_details": details, "message": details}, status)


def refusal(request: WireRequest, credentials: dict[str, str], host: str) -> WireReply | None:
    """Return why this private request is refused, or None when its token holds."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    parts = token.split(".")
    if kind != "Bearer" or len(parts) != 3:
        return UNAUTHORIZED
    try:
        head, claims = (json.loads(_unpacked(x)) for x in parts[:2])
        _verify(credentials["secret"], f"{parts[0]}.{parts[1]}", _unpacked(parts[2]))
    except (ValueError, InvalidSignature):
        return UNAUTHORIZED
    holds = (
        head.get("alg") == "ES256"
        and head.get("kid") == credentials["apiKey"]
        and bool(head.get("nonce"))
        and claims.get("sub") == credentials["apiKey"]
        and _timely(claims, request.now_ms / 1000)
        and _names(str(claims.get("uri", "")), request, host)
    )
    return None if holds else UNAUTHORIZED


def _unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _verify(secret: str, signed: str, signature: bytes) -> None:
    if len(signature) != 64:
        raise ValueError("an ES256 signature has 64 bytes")
    key = serialization.load_pem_private_key(secret.encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    r, s = (int.from_bytes(x, "big") for x in (signature[:32], signature[32:]))
    public = key.public_key()
    public.verify(encode_dss_signature(r, s), signed.encode(), ec.ECDSA(hashes.SHA256()))


def _timely(claims: dict[str, Any], now: float) -> bool:
    begin, end = float(claims.get("nbf", now + 1e6)), float(claims.get("exp", 0))
    fresh = begin <= now + LEEWAY_SECONDS and now - LEEWAY_SECONDS < end
    return fresh and end - begin <= LIFE_SECONDS_MAX


def _names(uri: str, request: WireRequest, host: str) -> bool:
    """Tell whether the token is for this method, host and path (a client may keep the scheme)."""
    method, _, where = uri.partition(" ")
    bare = where.removeprefix("http://").removeprefix("https://")
    hosts = {host, "api.coinbase.com"}
    return method == request.method and any(bare == f"{x}{request.path}" for x in hosts)
