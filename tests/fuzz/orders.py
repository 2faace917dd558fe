"""What the one POST may be called when its reply was spoiled: only what the reply proves."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from dcaguard.core.order import Placed, PlaceKind
from tests.fuzz.tape import Kept, Scene, refusals

# Of each venue: codes that its server refuses an order by, proofs and others.
CODES = {
    "binance": ("-1013", "-1021", "-1121", "-2010", "-2015", "-1000", "-1006", "-1007"),
    "kraken": (
        "EOrder:Insufficient funds",
        "EOrder:Order minimum not met",
        "EAPI:Invalid nonce",
        "EGeneral:Invalid arguments:cl_ord_id",
        "EService:Timeout",
    ),
    "coinbase": ("funds", "cost-min", "closed-market", "PERMISSION_DENIED", "INTERNAL"),
}
REJECTED = {PlaceKind.REJECTED_FUNDS, PlaceKind.REJECTED_FILTER, PlaceKind.REJECTED_OTHER}
# What must be as it was for a reply to prove that the order was taken.
_TOLD = {
    "binance": ("status", "executedQty", "cummulativeQuoteQty", "clientOrderId", "symbol", "side"),
    "kraken": ("error", "result.txid"),
    "coinbase": ("success", "success_response.client_order_id", "success_response.product_id"),
}


def strict(body: bytes) -> Any:
    """Return JSON with each key once and exact numbers, or None. NaN is a text, and no number."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in pairs}) < len(pairs):
            raise ValueError
        return dict(pairs)

    try:
        text = body.decode("utf-8", "replace")
        return json.loads(text, object_pairs_hook=unique, parse_constant=str, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        return None


def _at(body: Any, path: str) -> Any:
    for part in path.split("."):
        body = body.get(part) if isinstance(body, dict) else None
    return body


def _meaning(value: Any) -> Any:
    """Return a number for what spells one, the value itself otherwise."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return repr(value)
    try:
        return Decimal(value)
    except ArithmeticError:
        return value


def _proof(venue: str, kept: Kept) -> Any:
    """Return what a venue proves a refusal by: its status class and its own words."""
    body = strict(kept.body)
    match venue:
        case "binance":
            said = [_at(body, "code"), str(_at(body, "msg")).lower()]
            return kept.status in {400, 401}, said[:1] if said[0] != -2010 else said
        case "kraken":
            return kept.status, _at(body, "error"), bool(_at(body, "result"))
    words = ("error", "new_order_failure_reason", "preview_failure_reason")
    said = _at(body, "error_response") or body
    return {_at(said, word) for word in words} - {None, ""}


def proven(scene: Scene, reply: Kept) -> bool:
    """Tell whether a refusal with these very words is among the venue's proofs."""
    if scene.venue == "coinbase" and reply.status == 401:
        body = strict(reply.body)
        return not (isinstance(body, dict) and (body.get("success") or "success_response" in body))
    known = refusals(scene.venue, *CODES[scene.venue])
    proofs = [
        _proof(scene.venue, told.replies["POST", told.server.ORDER_POST, ""])
        for told in known
        if told.outcome.kind in REJECTED
    ]
    return _proof(scene.venue, reply) in proofs


def judged(scene: Scene, reply: Kept, placed: Placed) -> str:
    """Return what is wrong with calling the spoiled POST `placed`, or ''."""
    if placed.kind is PlaceKind.NOT_SENT:
        return "the order went out"
    if placed.kind in REJECTED:
        return "" if proven(scene, reply) else "a refusal that the reply does not prove"
    if placed.kind is not PlaceKind.ACCEPTED:
        return ""
    good = scene.replies["POST", scene.server.ORDER_POST, ""]
    was, now = strict(good.body), strict(reply.body)
    for path in _TOLD[scene.venue]:
        if _meaning(_at(was, path)) != _meaning(_at(now, path)):
            return f"taken although {path} was spoiled"
    return "" if reply.status == 200 else f"taken although the status is {reply.status}"


def as_before(scene: Scene, placed: Placed) -> str:
    """Return how an acceptance differs from the good one where money is told, or ''."""
    if placed.kind is not PlaceKind.ACCEPTED or scene.outcome.kind is not PlaceKind.ACCEPTED:
        return ""
    told, good = placed.report, scene.outcome.report
    if told is None:
        return "taken without a report"
    fields = ("client_order_id", "status", "filled", "cost")
    changed = [name for name in fields if getattr(told, name) != getattr(good, name)]
    return f"{', '.join(changed)} differ: {told}" if changed else ""


def places_of(replies: Mapping[Any, Kept]) -> list[Any]:
    """Return the keys of the replies that an order's outcome is read from."""
    return [key for key in replies if key[0] == "POST" or "order" in key[1].lower()]
