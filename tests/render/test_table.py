"""Text from outside is shown, never obeyed; columns line up; empty parts leave no gap."""

import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcaguard.render.table import paragraphs, plain_text, table, when


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("BTC/USDT", "BTC/USDT"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("two\nlines\r", "two\\x0alines\\x0d"),
        ("tab\there", "tab here"),
        ("back\x08space\x7f", "back\\x08space\\x7f"),
        ("c1\x9b31m", "c1\\x9b31m"),
        ("rtl\u202eevil", "rtl\\x202eevil"),
        ("zero\u200bwidth\ufeff", "zero\\x200bwidth\\xfeff"),
        ("line\u2028para\u2029", "line\\x2028para\\x2029"),
        ("lone\ud800", "lone\\xd800"),
        ("Zürich ₿ 東京", "Zürich ₿ 東京"),
        (None, "None"),
        (7, "7"),
    ],
)
def test_control_characters_are_spelled_out(text: object, shown: str) -> None:
    assert plain_text(text) == shown


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_ever_shown(text: str) -> None:
    shown = plain_text(text, 10**6)
    assert "\n" not in shown
    assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cf", "Zl", "Zp", "Cs", "Co"}


@given(st.text(alphabet=st.characters(categories=("L", "N", "P", "S"))))
def test_plain_words_are_shown_as_they_are(text: str) -> None:
    assert plain_text(text, 10**6) == text


@pytest.mark.parametrize(("length", "shown"), [(5, "aaaaa"), (6, "aaaaa…")])
def test_long_text_is_cut_and_says_so(length: int, shown: str) -> None:
    assert plain_text("a" * length, 5) == shown


def test_a_cut_text_is_no_longer_than_asked_even_when_it_is_escaped() -> None:
    assert plain_text("\x1b" * 50, 10) == "\\x1b\\x1b\\x" + "…"


def test_columns_line_up_and_numbers_stand_to_the_right() -> None:
    shown = table(("asset", "free"), [("BTC", "1.5"), ("LONGNAME", "10")], right=(1,))
    assert shown.splitlines() == [
        "asset     free",
        "--------  ----",
        "BTC        1.5",
        "LONGNAME    10",
    ]


def test_a_table_without_rows_is_its_header() -> None:
    assert table(("asset", "free"), []) == "asset  free\n-----  ----"


def test_a_cell_can_not_break_its_row() -> None:
    assert len(table(("a",), [("x\ny",)]).splitlines()) == 3


def test_a_row_of_another_width_is_a_bug() -> None:
    with pytest.raises(ValueError, match="zip"):
        table(("a", "b"), [("1", "2", "3")])


def test_empty_parts_leave_no_gap() -> None:
    assert paragraphs("one\n", "", "  \n", "two") == "one\n\ntwo"
    assert paragraphs("", " ") == ""


def test_an_instant_is_shown_in_utc_to_the_second() -> None:
    at = datetime(2025, 3, 3, 9, 0, 5, 999, timezone(timedelta(hours=1)))
    assert when(at) == "2025-03-03 08:00:05Z"
    assert when("2025-03-03T08:00:05Z") == when(at.astimezone(UTC))
