"""Kraken's signature check: HMAC-SHA512 over path and digest, and a nonce that only rises."""

import base64
import hashlib
import hmac

from tests.venues.wire.messages import WireReply, WireRequest


def problem(*codes: str) -> WireReply:
    """Return Kraken's error body: always HTTP 200, never a result."""
    return WireReply({"error": list(codes)})


def result(content: object) -> WireReply:
    """Return Kraken's success body."""
    return WireReply({"error": [], "result": content})


def refusal(request: WireRequest, credentials: dict[str, str], nonce_seen: int) -> WireReply | None:
    """Return why this private request is refused, or None when signature and nonce hold."""
    if request.headers.get("api-key", "") != credentials["apiKey"]:
        return problem("EAPI:Invalid key")
    nonce = str(request.form.get("nonce", ""))
    if not nonce.isdigit():
        return problem("EAPI:Invalid nonce")
    digest = hashlib.sha256(nonce.encode() + request.body).digest()
    secret = base64.b64decode(credentials["secret"])
    expected = hmac.new(secret, request.path.encode() + digest, hashlib.sha512).digest()
    given = request.headers.get("api-sign", "")
    if not hmac.compare_digest(base64.b64encode(expected).decode(), given):
        return problem("EAPI:Invalid signature")
    return None if int(nonce) > nonce_seen else problem("EAPI:Invalid nonce")
