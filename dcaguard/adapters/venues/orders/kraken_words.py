"""Kraken's words: its statuses, the errors that prove a rejection, and its trades."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from dcaguard.adapters.venues.line import Answer, Line
from dcaguard.adapters.venues.orders.checking import (
    as_found,
    demand,
    instant_seconds,
    number,
    table,
    word,
)
from dcaguard.adapters.venues.orders.path import NoAnswerError
from dcaguard.core.order import Fill, Order, Placed, PlaceKind, Status

STATUS = {
    "pending": Status.OPEN,
    "open": Status.OPEN,
    "closed": Status.FILLED,
    "canceled": Status.PARTIAL_CLOSED,
    "expired": Status.PARTIAL_CLOSED,
}
_FUNDS = frozenset({"EOrder:Insufficient funds"})
_FILTERS = frozenset(
    {
        "EOrder:Order minimum not met",
        "EOrder:Cost minimum not met",
        "EOrder:Tick size check failed",
        "EOrder:Invalid price",
    }
)
_WOULD_TAKE = "EOrder:Post only order"
_INVALID = "EGeneral:Invalid arguments"
_NOT_TAKEN = frozenset(
    {
        "EAPI:Invalid key",
        "EAPI:Invalid signature",
        "EAPI:Invalid nonce",
        "EGeneral:Permission denied",
        "EQuery:Unknown asset pair",
        "EOrder:Invalid order",
        "EOrder:Orders limit exceeded",
        "EOrder:Positions limit exceeded",
        "EOrder:Trading agreement required",
        "EOrder:Unknown order type",
    }
)
_RATE = ("EAPI:Rate limit exceeded", "EOrder:Rate limit exceeded", "EGeneral:Temporary lockout")


def rejection(answer: Answer) -> Placed | None:
    """Return the proof when every error that kraken names is a proven refusal, or None."""
    if answer.status != 200 or not isinstance(answer.body, dict):
        return None
    errors = answer.body.get("error")
    if not isinstance(errors, list) or not errors or answer.body.get("result"):
        return None
    kinds = [_refusal(str(error)) for error in errors]
    if any(kind is None for kind in kinds):
        return None
    code = str(errors[0])[:80]
    return Placed(kinds[0] or PlaceKind.UNKNOWN, code=code, detail=f"kraken said {code}.")


def result_of(question: str, answer: Answer) -> object:
    """Return what stands under "result"; NoAnswerError for anything but a clean success."""
    body = answer.body
    if not answer.well_formed or not isinstance(body, dict):
        raise NoAnswerError(question, answer)
    errors = body.get("error")
    if errors == [] and "result" in body:
        return body["result"]
    said = [str(error)[:80] for error in errors] if isinstance(errors, list) else []
    transient = any(text.startswith(_RATE) for text in said)
    trouble = ", ".join(said) or "not well-formed"
    raise NoAnswerError(question, Answer(answer.status, None, trouble, transient))


def _refusal(error: str) -> PlaceKind | None:
    if error == _WOULD_TAKE:
        return PlaceKind.WOULD_TAKE
    if error in _FUNDS:
        return PlaceKind.REJECTED_FUNDS
    if not (error.isascii() and error.isprintable()):
        return None  # not as kraken wrote it
    reason = ":".join(error.split(":")[:2])  # what follows is a detail, such as the field
    if reason in _FILTERS:
        return PlaceKind.REJECTED_FILTER
    if reason == _INVALID:
        # A cl_ord_id that is refused may be refused because the first order took it.
        about_id = "cl_ord" in error.lower() or "duplicate" in error.lower()
        return None if about_id else PlaceKind.REJECTED_FILTER
    return PlaceKind.REJECTED_OTHER if error in _NOT_TAKEN else None


def by_id(value: object, what: str) -> dict[str, Mapping[str, object]]:
    """Return rows by their id; UnclearError when one is no object."""
    found = table(value, what)
    return {txid: table(row, f"{what} {txid}") for txid, row in found.items()}


def names_of(line: Line, symbol: str) -> Sequence[str]:
    """Return every name that kraken uses for a symbol whose market was loaded."""
    market = line.exchange.market(symbol)
    info = market.get("info") or {}
    names = (market["id"], info.get("altname"), info.get("wsname"))
    return [name for name in names if isinstance(name, str)]


def fill_of(
    line: Line,
    account: str,
    symbol: str,
    client_order_id: str | None,
    told: tuple[str, Mapping[str, object]],
) -> Fill:
    """Return one trade, told as (trade id, row), as an execution."""
    trade_id, row = told
    side = word(row, "type")
    demand(side in {"buy", "sell"}, "a trade is neither bought nor sold")
    demand(word(row, "pair") in names_of(line, symbol), "a trade of another symbol")
    return Fill(
        account=account,
        symbol=symbol,
        trade_id=trade_id,
        client_order_id=client_order_id,
        side=side.upper(),
        amount=number(row, "vol"),
        price=number(row, "price"),
        cost=number(row, "cost"),
        fee_amount=number(row, "fee"),
        # Our orders carry "fciq", and kraken states trade fees in quote.
        fee_currency=symbol.split("/")[1],
        filled_at=instant_seconds(row, "time"),
    )


def as_held(order: Order, row: Mapping[str, object]) -> Order:
    """Return the order with the amount and limit that kraken holds it with."""
    told = table(row.get("descr"), "descr")
    return as_found(order, number(row, "vol"), number(told, "price"))


def seconds(at: datetime) -> str:
    """Return an instant as kraken's lists want it: whole seconds since 1970."""
    return str(int(at.timestamp()))
