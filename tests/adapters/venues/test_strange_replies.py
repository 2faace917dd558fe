"""Replies that no honest venue sends: read exactly, refused in time, and never taken for proof."""

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from dcaguard.adapters.venues import quotes
from dcaguard.adapters.venues.line import Answer, exact_json
from dcaguard.adapters.venues.loader import build
from dcaguard.adapters.venues.orders import binance_words, coinbase_words, kraken_words
from dcaguard.adapters.venues.orders.checking import (
    ContradictionError,
    UnclearError,
    instant_text,
    word,
)
from dcaguard.core.errors import DcaguardError
from dcaguard.core.order import Absence, PlaceKind
from tests.fuzz.limits import in_time
from tests.fuzz.tape import Kept, played, scenes

HUGE = "1e99999999999999999999"


def spoiled(venue: str, call: str, path: str, change: Any, status: int = 200) -> Any:
    """Return the outcome of a call whose reply from `path` is changed as JSON or as text."""
    scene = scenes(venue)[call]
    [key] = [key for key in scene.asked if key[1].endswith(path)]
    body = scene.replies[key].body
    if callable(change):
        told = json.loads(body)
        change(told)
        body = json.dumps(told).encode()
    else:
        body = body.replace(*change)
    return played(scene, {key: Kept(status, body, scene.replies[key].headers)})


@pytest.mark.parametrize("text", [HUGE, f'{{"a": {HUGE}}}', f"[-{HUGE}]"])
def test_a_number_that_no_decimal_holds_is_no_json(text: str) -> None:
    assert exact_json(text) is None


def test_such_a_number_in_the_answer_to_the_order_leaves_it_unknown() -> None:
    change = (b'"price":"60600.00000000"', f'"price":{HUGE}'.encode())
    assert spoiled("binance", "place", "/order", change).kind is PlaceKind.UNKNOWN


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "x"])
def test_an_instant_beyond_the_calendar_is_no_instant(text: str) -> None:
    with pytest.raises(ContradictionError):
        instant_text({"at": text}, "at")


def test_a_word_without_end_is_no_word() -> None:
    assert word({"id": "x" * 200}, "id") == "x" * 200
    with pytest.raises(UnclearError):
        word({"id": "x" * 201}, "id")


def test_a_http_date_beyond_the_calendar_tells_no_time() -> None:
    last = SimpleNamespace(headers={"date": "Fri, 31 Dec 9999 23:59:59 -1200"})
    line: Any = SimpleNamespace(session=SimpleNamespace(last=last))
    with pytest.raises(UnclearError):
        quotes.http_date(line)


def test_a_book_level_of_the_far_future_is_no_quote() -> None:
    def change(told: dict[str, Any]) -> None:
        for book in told["result"].values():
            book["asks"][0][2] = 10**18

    assert spoiled("kraken", "quotes", "/Depth", change) == {}


def test_leverage_told_as_a_table_is_an_impossible_answer_and_no_bug() -> None:
    def kraken(told: dict[str, Any]) -> None:
        for row in told["result"]["closed"].values():
            row["descr"]["leverage"] = ["none"]

    def coinbase(told: dict[str, Any]) -> None:
        told["orders"][0]["leverage"] = {"value": ""}

    for venue, path, change in (("kraken", "/ClosedOrders", kraken),
                                ("coinbase", "/batch", coinbase)):  # fmt: skip
        found = spoiled(venue, "find", path, change)
        assert found.absence is Absence.NO_ANSWER


def test_trade_ids_and_owners_of_the_wrong_kind_are_errors_of_ours() -> None:
    def named(told: list[dict[str, Any]]) -> None:
        told[0]["id"] = "first"

    with pytest.raises(DcaguardError):
        spoiled("binance", "trades", "/myTrades", named)

    def owned(told: dict[str, Any]) -> None:
        for row in told["result"]["trades"].values():
            row["ordertxid"] = ["a"]

    assert spoiled("kraken", "absence", "/TradesHistory", owned).absence is Absence.NO_ANSWER

    def nameless(told: dict[str, Any]) -> None:
        del told["balances"][0]["asset"]

    assert spoiled("binance", "absence", "/account", nameless).absence is Absence.NOT_FOUND


def test_cancelling_on_a_market_that_is_not_listed_asks_no_ccxt() -> None:
    scene = scenes("coinbase")["cancel"]
    products = [key for key in scene.replies if key[1].endswith("products")]
    none = {key: Kept(200, b'{"products": []}') for key in products}
    assert played(scene, none).absence is Absence.NO_ANSWER


@pytest.mark.parametrize("said", [["Account has insufficient balance"], None, 7])
def test_a_binance_sentence_that_is_no_text_proves_nothing(said: object) -> None:
    body = {"code": -2010, "msg": said}
    assert binance_words.rejection(Answer(400, body, "")) is None
    assert binance_words.rejection(Answer(400, {"code": [-1013], "msg": ""}, "")) is None


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("EOrder:Order minimum not met", PlaceKind.REJECTED_FILTER),
        ("EOrder:Invalid price:XBTUSD price has too many decimals", PlaceKind.REJECTED_FILTER),
        ("EOrder:Order minimum not met\0", None),
        ("EOrder:Order minimum not metal", None),
        ("EGeneral:Invalid arguments:\ud800", None),
    ],
)
def test_a_kraken_error_counts_as_kraken_writes_it(error: str, kind: PlaceKind | None) -> None:
    placed = kraken_words.rejection(Answer(200, {"error": [error]}, ""))
    assert (placed.kind if placed else None) is kind


def test_a_coinbase_refusal_beside_an_order_or_with_a_strange_reason_proves_nothing() -> None:
    taken = {"success": True, "success_response": {"order_id": "1"}}
    assert coinbase_words.rejection(Answer(401, taken, "")) is None
    assert coinbase_words.rejection(Answer(401, None, "")) is not None
    reasons = {"error": "INSUFFICIENT_FUND", "preview_failure_reason": 1}
    said = {"success": False, "order_id": "", "error_response": reasons}
    assert coinbase_words.rejection(Answer(200, said, "")) is None
    del reasons["preview_failure_reason"]
    assert coinbase_words.rejection(Answer(200, said, "")) is not None
    assert coinbase_words.rejection(Answer(403, {"error": []}, "")) is None


@pytest.mark.parametrize("number", ['"1e99999999"', "1e99999999", '"-2.5E-9999999"'])
def test_ccxt_never_sees_a_number_that_it_would_write_out_for_hours(number: str) -> None:
    scene = scenes("binance")["prices"]
    [key] = [key for key in scene.asked if "ticker" in key[1]]
    good = scene.replies[key].body
    body = good.replace(b'"bidPrice":"', b'"bidPrice":' + number.encode() + b',"x":"', 1)
    assert body != good
    with pytest.raises(DcaguardError):
        in_time(lambda: played(scene, {key: replace(scene.replies[key], body=body)}))


@pytest.mark.parametrize("places", ["99999999", "-99999999", "61"])
def test_ccxt_never_writes_out_a_precision_that_no_market_has(places: str) -> None:
    exchange = build("kraken", {}, base_url=None, sandbox=False)
    assert exchange.parse_precision("8") == "0.00000001"
    assert exchange.parse_precision(None) is None
    with pytest.raises(ValueError, match="no market has"):
        in_time(lambda: exchange.parse_precision(places))
