"""Good pages of all providers, fetched by the installed command: every reading, and no other."""

from decimal import Decimal

import pytest

from tests.sources.goldens_more import GOLDENS, ROUNDS
from tests.sources.stand import NAMES, Fetched, Stand, digests

NOW = "2025-02-27T15:0"


@pytest.fixture(scope="module")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Fetched]:
    """What each source gave; a provider is asked in one round only."""
    found: dict[str, Fetched] = {}
    for number, makes in enumerate(ROUNDS):
        stand = Stand(tmp_path_factory.mktemp(f"round{number}"))
        names = [make().source for make in makes]
        for name in names:
            golden = GOLDENS[name]
            stand.serve(name, golden.pages, golden.table)
        done = stand.fetch()
        stand.stop()
        found |= dict.fromkeys(names, done)
    return found


def test_every_source_has_a_page() -> None:
    assert set(GOLDENS) == set(NAMES)


@pytest.mark.parametrize("source", GOLDENS)
def test_a_good_page_becomes_exactly_its_readings(fetched: dict[str, Fetched], source: str) -> None:
    golden, done = GOLDENS[source], fetched[source]
    assert done.ran.code == 0, done.ran.out
    result = done.by_source[source]
    assert (result["code"], result["message"]) == ("OK", "")
    expected = sorted((s, a, o, Decimal(v)) for s, a, o, v in golden.readings)
    found = sorted(
        (s, "now" if a.startswith(NOW) else a, "now" if o.startswith(NOW) else o, v)
        for s, a, o, v in done.of(source)
    )
    assert found == expected
    assert result["new"] == len(expected)


@pytest.mark.parametrize("source", GOLDENS)
def test_a_reading_carries_the_digest_of_what_it_was_read_from(
    fetched: dict[str, Fetched], source: str
) -> None:
    marks = {r["raw_sha256"] for r in fetched[source].rows if r["source"] == source}
    assert all(len(mark) == 64 for mark in marks)
    if GOLDENS[source].own_bytes:
        assert marks <= digests(GOLDENS[source])
    else:
        assert marks


def test_no_key_is_left_behind(fetched: dict[str, Fetched]) -> None:
    for done in fetched.values():
        assert "a-key-nobody-may-see" not in done.ran.out + done.ran.err
