"""Binance's signature check: HMAC-SHA256 over the parameters, a time stamp and a window."""

import hashlib
import hmac

from tests.venues.wire.messages import WireReply, WireRequest

MESSAGES: dict[str, tuple[int, str]] = {
    "-1000": (500, "An unknown error occurred while processing the request."),
    "-1001": (
        500,
        "Internal error; unable to process your request. Please try again.",
    ),
    "-1002": (401, "You are not authorized to execute this request."),
    "-1003": (
        429,
        "Too much request weight used; current limit is 6000 request weight per 1 MINUTE.",
    ),
    "-1006": (
        500,
        "An unexpected response was received from the message bus. Execution status unknown.",
    ),
    "-1007": (
        408,
        (
            "Timeout waiting for response from backend server. Send status unknown;"
            " execution status unknown."
        ),
    ),
    "-1008": (
        503,
        "Server is currently overloaded with other requests. Please try again in a few minutes.",
    ),
    "-1013": (400, "Filter failure: LOT_SIZE"),
    "-1015": (429, "Too many new orders; current limit is 50 orders per 10 SECOND."),
    "-1016": (503, "This service is no longer available."),
    "-1021": (400, "Timestamp for this request is outside of the recvWindow."),
    "-1022": (400, "Signature for this request is not valid."),
    "-1100": (
        400,
        (
            "Illegal characters found in parameter 'newClientOrderId';"
            " legal range is '^[a-zA-Z0-9-_.:/]{1,36}$'."
        ),
    ),
    "-1102": (400, "Mandatory parameter was not sent, was empty/null, or malformed."),
    "-1116": (400, "Invalid orderType."),
    "-1121": (400, "Invalid symbol."),
    "-2010": (400, "Account has insufficient balance for requested action."),
    "-2011": (400, "Unknown order sent."),
    "-2013": (400, "Order does not exist."),
    "-2014": (401, "API-key format invalid."),
    "-2015": (401, "Invalid API-key, IP, or permissions for action."),
    "-3003": (400, "Margin account does not exist."),
}


def problem(code: str, message: str = "") -> WireReply:
    """Return Binance's error body for a code, with its own HTTP status."""
    status, known = MESSAGES.get(code, (400, "An error occurred."))
    return WireReply({"code": int(code), "msg": message or known}, status)


def refusal(request: WireRequest, credentials: dict[str, str]) -> WireReply | None:
    """Return why this signed request is refused, or None when its signature holds."""
    key = request.headers.get("x-mbx-apikey", "")
    if not key:
        return problem("-2014")
    if key != credentials["apiKey"]:
        return problem("-2015")
    # What is signed is the query string and the body, one after the other, as sent.
    sent = request.query + request.body.decode("utf-8", "replace")
    payload, _, signature = sent.rpartition("&signature=")
    expected = hmac.new(credentials["secret"].encode(), payload.encode(), hashlib.sha256)
    if not signature or not hmac.compare_digest(signature, expected.hexdigest()):
        return problem("-1022")
    return _untimely(request)


def _untimely(request: WireRequest) -> WireReply | None:
    params = request.params
    stamp, window = params.get("timestamp", ""), params.get("recvWindow", "5000")
    if not stamp.isdigit() or not window.isdigit():
        return problem("-1102")
    if int(window) > 60000:
        return problem("-1131", "recvWindow must be less than 60000")
    if int(stamp) >= request.now_ms + 1000:
        ahead = "Timestamp for this request was 1000ms ahead of the server's time."
        return problem("-1021", ahead)
    return None if request.now_ms - int(stamp) <= int(window) else problem("-1021")
