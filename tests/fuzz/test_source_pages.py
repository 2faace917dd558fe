"""Spoiled pages of every source and spoiled import files: readings, or a refusal in words."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.source_cases import good, imported, tried
from tests.fuzz.spoiling import Spoil, spoiled

NUMBERS = st.integers(0, 2**16 - 1)
SPOILS = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=2)
PAGES = [(told, part) for told in good() for part in told.pages]
# Written over or into a page that is no JSON.
BITS = [b"", b"-", b"\xe2\x88\x92", b"nan", b"1e999", b"9" * 5000, b"1e99999999999999999999",
        b"0001-01-01T00:00:00+14:00", b"9999-12-31T23:59:59-14:00", b"9999-12-31", b"0001-01-01",
        b"<table>", b"<tr>", b"</td>", b"\x00", b"\xff", b'"', b",", b"\n", b"\r", b"1,5",
        "\u0661\u0662".encode(), b"00 Feb 2025", b"&#1;", b"99999999999999", b"\x1f\x8b\x08",
        b"\xef\xbb\xbf", b"2025-02-24,1\n"]  # fmt: skip
CUTS = st.tuples(NUMBERS, st.sampled_from([0, 1, 5, 20]), st.sampled_from(BITS))
IMPORT = b"as_of,value,observed_at\n2025-02-24,1113700000,\n2025-02-25T00:00:00Z,-1e3,2025-02-26\n"
always = settings(derandomize=True, suppress_health_check=list(HealthCheck), database=None)


def cut(body: bytes, where: tuple[int, int, bytes]) -> bytes:
    """Return the body with some bytes replaced."""
    at, length, bit = where[0] % (len(body) + 1), where[1], where[2]
    return body[:at] + bit + body[at + length :]


@pytest.mark.parametrize("at", range(len(PAGES)))
def test_the_pages_that_are_spoiled_are_good_at_first(at: int) -> None:
    told, part = PAGES[at]
    found = tried(told, part, told.pages[part].encode())
    assert found or told.name in {"okx", "csv"}, told.name


@settings(always, max_examples=200)
@given(at=NUMBERS, spoils=SPOILS)
def test_a_spoiled_document_gives_readings_or_a_refusal(at: int, spoils: list[Spoil]) -> None:
    told, part = PAGES[at % len(PAGES)]
    body = told.pages[part].encode()
    for spoil in spoils:
        body = spoiled(body, spoil)
    tried(told, part, body)


@settings(always, max_examples=150)
@given(at=NUMBERS, cuts=st.lists(CUTS, min_size=1, max_size=3))
def test_a_page_with_other_bytes_gives_readings_or_a_refusal(
    at: int, cuts: list[tuple[int, int, bytes]]
) -> None:
    told, part = PAGES[at % len(PAGES)]
    body = told.pages[part].encode()
    for where in cuts:
        body = cut(body, where)
    tried(told, part, body)


@settings(always, max_examples=150)
@given(cuts=st.lists(CUTS, max_size=4), raw=st.binary(max_size=60))
def test_a_spoiled_import_file_gives_readings_or_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[tuple[int, int, bytes]], raw: bytes
) -> None:
    body = IMPORT + raw
    for where in cuts:
        body = cut(body, where)
    imported(_folder(tmp_path_factory), body)


def _folder(factory: pytest.TempPathFactory) -> Path:
    folder = factory.getbasetemp() / "imports"
    folder.mkdir(exist_ok=True)
    return folder
