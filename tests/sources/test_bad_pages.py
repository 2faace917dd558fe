"""Pages that are no data, from every provider at once: told in one line, and nothing is written."""

from pathlib import Path
from typing import Any

import pytest

from tests.errors.said import unheard
from tests.sources.goldens_more import GOLDENS
from tests.sources.stand import KEY, THROUGH_CCXT, Fetched, Stand

PAGES = [name for name in GOLDENS if name != "yfinance"]  # its package speaks for itself
HUGE = ["farside", "fred", "sosovalue", "defillama", "exchange"]  # every kind of page, not each
SIGN_IN = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in</body></html>"

# What every path of a server answers; the code that must come of it; a word of the sentence.
KINDS: dict[str, tuple[dict[str, Any], str, str]] = {
    "a challenge with 200": ({"challenge": 200}, "DATA_INVALID", "bot challenge"),
    "a challenge with 403": ({"challenge": 403}, "DATA_INVALID", "bot challenge"),
    "403": ({"status": 403, "body": "Forbidden"}, "DATA_INVALID", "refused"),
    "429": (
        {"status": 429, "headers": {"Retry-After": "300"}}, "TEMPFAIL", "rate limit",
    ),
    "500": ({"status": 500, "body": "oops"}, "VENUE_UNAVAILABLE", "try again later"),
    "a line that is cut": ({"close": True}, "VENUE_UNAVAILABLE", "try again later"),
    "a body that is cut": (
        {"body": '{"data": [1, 2', "cut_bytes": 5}, "VENUE_UNAVAILABLE", "try again later",
    ),
    "JSON that is cut": ({"body": '{"data": [{"date": "2025-02-2'}, "DATA_INVALID", ""),
    "an empty document": ({"body": "{}"}, "DATA_INVALID", ""),
    "nothing": ({"body": " \n"}, "DATA_INVALID", "empty page"),
    "an error with 200": ({"body": '{"error": "quota exceeded"}'}, "DATA_INVALID", ""),
    "another charset": (
        {"body": b'{"a": "\xe9"}', "headers": {"Content-Type": "text/html; charset=latin-1"}},
        "DATA_INVALID", "charset",
    ),
    "NUL bytes": ({"body": b'{"a": "\x00"}'}, "DATA_INVALID", "NUL"),
    "a page to sign in": ({"body": SIGN_IN}, "DATA_INVALID", ""),
    "a redirect to another host": (
        {"redirect": "http://127.0.0.2:9/login"}, "DATA_INVALID", "redirects to 127.0.0.2",
    ),
    "a redirect without end": ({"redirect": "loop"}, "DATA_INVALID", "redirects in a loop"),
    "nine megabytes": ({"huge_bytes": 9_000_000}, "DATA_INVALID", "8 MiB"),
}  # fmt: skip


def served(folder: Path, kind: str, *sources: str) -> Stand:
    """Return a stand whose servers answer every path with one bad page."""
    stand = Stand(folder)
    for name in sources:
        how = dict(KINDS[kind][0])
        stand.serve(name, {}, GOLDENS[name].table)
        stand.server(name).otherwise(how.pop("body", b""), **how)
    return stand


def assert_refused(done: Fetched, kind: str, source: str) -> None:
    """Assert that a source failed in one clear line with the code of this kind of page."""
    _, code, words = KINDS[kind]
    result = done.by_source[source]
    message = result["message"]
    assert message.startswith(f"{source}: "), message
    assert "\n" not in message
    assert len(message) < 1200, message
    assert KEY not in done.ran.out + done.ran.err
    assert result["new"] == result["same"] == 0
    # These speak through ccxt, which has words of its own.
    assert words in message or source in THROUGH_CCXT
    assert result["code"] == code, message


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_that_is_no_data_is_told_in_one_line_and_nothing_is_written(
    tmp_path: Path, kind: str
) -> None:
    names = HUGE if kind == "nine megabytes" else [name for name in PAGES if name != "okx"]
    stand = served(tmp_path, kind, *names)
    done = stand.fetch()
    stand.stop()
    assert done.rows == []
    for name in names:
        assert_refused(done, kind, name)
    assert unheard(f"page {kind}", [one["message"] for one in done.by_source.values()]) == set()
    codes = {one["code"] for one in done.by_source.values()}
    assert done.ran.json["code"] in codes
    assert (
        done.ran.code
        == {"DATA_INVALID": 65, "VENUE_UNAVAILABLE": 69, "TEMPFAIL": 75}[KINDS[kind][1]]
    )
    if kind == "429":
        # Asking on would only lengthen the ban.
        assert {name: stand.asked(name) for name in names if name not in THROUGH_CCXT} == {
            name: 1 for name in names if name not in THROUGH_CCXT
        }


# OKX and CoinGlass tell of one series and are never asked together.
@pytest.mark.parametrize("kind", ["a challenge with 200", "429", "JSON that is cut", "403"])
def test_the_list_of_liquidations_is_refused_likewise(tmp_path: Path, kind: str) -> None:
    stand = served(tmp_path, kind, "okx")
    done = stand.fetch()
    stand.stop()
    assert done.rows == []
    assert_refused(done, kind, "okx")
