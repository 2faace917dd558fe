"""Pages that no parser expected: one source's refusal in words, never a bug's traceback."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from dcaguard.adapters.sources import fields
from dcaguard.adapters.sources.content import csv_rows
from dcaguard.core.errors import DataInvalidError
from tests.fuzz.source_cases import Good, good, page_for, tried


def source(name: str) -> Good:
    return next(told for told in good() if told.name == name)


def changed(name: str, part: str, change: Callable[[Any], None]) -> int:
    """Return how many readings a changed JSON page still gives; nothing but a refusal is raised."""
    told = source(name)
    document = json.loads(page_for(told, part))
    change(document)
    return len(tried(told, part, json.dumps(document).encode()))


@pytest.mark.parametrize("value", [{}, [], {"a": 1}, [1]])
def test_a_table_in_place_of_a_number_is_a_changed_page(value: object) -> None:
    with pytest.raises(fields.ShapeError):
        fields.number_or_none(value, "x")


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_an_instant_beyond_the_calendar_is_a_changed_page(text: str) -> None:
    with pytest.raises(fields.ShapeError):
        fields.instant(text, "x")


def test_a_cell_that_is_never_closed_ends_with_its_row() -> None:
    told = source("farside")
    page = told.pages[""].replace("</th>", "<table>", 1).encode()
    tried(told, "", page)


def test_a_cell_beyond_what_csv_reads_is_refused() -> None:
    with pytest.raises(DataInvalidError, match="not CSV"):
        csv_rows("fred: x", "a," + "b" * 200_000)
    for name in ("fred", "ofr", "csv"):
        assert tried(source(name), "", b"as_of,value\n" + b"b" * 200_000) == []


def test_words_of_the_wrong_kind_are_changed_pages() -> None:
    def form(document: Any) -> None:
        document["filings"]["recent"]["form"][0] = ["8-K"]

    def side(document: Any) -> None:
        document["data"][0]["details"][0]["posSide"] = ["long"]

    def slug(document: Any) -> None:
        document["cexs"].append({"slug": {}})

    assert changed("edgar", "", form) == 0
    changed("okx", "liquidation-orders", side)
    assert changed("defillama", "cexs", slug) > 0


def test_more_articles_of_a_kind_than_of_all_is_a_changed_page() -> None:
    def norm(document: Any) -> None:
        document["timeline"][0]["data"][0]["norm"] = "1e-25"

    assert changed("gdelt", "", norm) == 0


def test_a_price_far_from_the_one_before_is_refused_in_words_however_far() -> None:
    def price(document: Any) -> None:
        document["prices"][1][1] = "1e-25"

    assert changed("coingecko", "market_chart", price) > 0  # the other series


def test_a_code_is_shown_with_its_line_ends_spelled_out() -> None:
    assert fields.shown("4\n\x1b[31m\ud800") == r"4\n\x1b[31m\ud800"
    assert len(fields.shown("x" * 100)) == 20
