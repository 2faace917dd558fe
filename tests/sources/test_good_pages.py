"""Good pages of all providers, fetched by the installed command: every reading, and no other."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.sources.goldens_more import GOLDENS, ROUNDS
from tests.sources.stand import KEY, NAMES, Fetched, Golden, Rows, Stand, digests

NOW = "2025-02-27T15:0"


def test_every_source_has_a_page() -> None:
    assert set(GOLDENS) == set(NAMES)


@pytest.mark.parametrize("number", range(len(ROUNDS)))
def test_a_good_page_becomes_exactly_its_readings(tmp_path: Path, number: int) -> None:
    names = [make().source for make in ROUNDS[number]]
    stand = Stand(tmp_path)
    for name in names:
        stand.serve(name, GOLDENS[name].pages, GOLDENS[name].table)
    done = stand.fetch()
    stand.stop()
    assert done.ran.code == 0, done.ran.out
    for name in names:
        golden, result = GOLDENS[name], done.by_source[name]
        assert (result["code"], result["message"]) == ("OK", "")
        expected = sorted((s, a, o, Decimal(v)) for s, a, o, v in golden.readings)
        assert read(done, name) == expected, name
        assert result["new"] == len(expected)
        assert_digests(done, golden)
    assert KEY not in done.ran.out + done.ran.err


def read(done: Fetched, source: str) -> Rows:
    """Return the readings of a source; what is true at the fetch is as of "now"."""
    return sorted(
        (s, "now" if a.startswith(NOW) else a, "now" if o.startswith(NOW) else o, v)
        for s, a, o, v in done.of(source)
    )


def assert_digests(done: Fetched, golden: Golden) -> None:
    """Assert that each reading carries the digest of the page that it was read from."""
    marks = {r["raw_sha256"] for r in done.rows if r["source"].partition(".")[0] == golden.source}
    assert marks
    assert all(len(mark) == 64 for mark in marks)
    if golden.own_bytes:
        assert marks <= digests(golden)
