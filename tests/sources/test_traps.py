"""Pages with a provider's own errors, and what two fetches or two providers say together."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.adapters.sources import pages
from tests.errors.said import unheard
from tests.sources.goldens_more import GOLDENS
from tests.sources.stand import NOON, THROUGH_CCXT, Fetched, Stand
from tests.sources.traps import BTC, MONDAY, TRAPS, TUESDAY, Trap, farside, sosovalue

# OKX and CoinGlass tell of one series and are never asked together.
_LATER = {"okx": len(TRAPS["coinglass"])}
CASES = {
    f"{source}: {trap.what}": (source, number + _LATER.get(source, 0), trap)
    for source, traps in TRAPS.items()
    for number, trap in enumerate(traps)
}
ROUNDS = max(number for _, number, _ in CASES.values()) + 1


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_page_with_an_error_of_its_provider_is_refused_and_kept_for_a_person(
    tmp_path: Path, number: int
) -> None:
    laid = [(source, trap) for source, at, trap in CASES.values() if at == number]
    stand = Stand(tmp_path)
    for source, trap in laid:
        golden = GOLDENS[source]
        stand.serve(source, {**golden.pages, **trap.pages}, golden.table)
    done = stand.fetch()
    stand.stop()
    assert done.ran.code == 65
    for source, trap in laid:
        assert_refused(done, source, trap)
        assert_kept(done, source, trap)


def assert_refused(done: Fetched, source: str, trap: Trap) -> None:
    """Assert that the trap is told in one line, and that nothing of it is read."""
    result = done.by_source[source]
    assert result["code"] == "DATA_INVALID", (source, trap.what, result)
    assert result["message"].startswith(f"{source}: ")
    assert trap.words in result["message"], (source, trap.what)
    assert "\n" not in result["message"]
    assert unheard(f"trap {source}: {trap.what}", [result["message"]]) == set()
    read = {series for series, *_ in done.of(source)}
    assert not read & set(trap.series or read), (source, trap.what)


def assert_kept(done: Fetched, source: str, trap: Trap) -> None:
    """Assert that the page itself waits in the cache, where a person can look at it."""
    if source in THROUGH_CCXT:
        return  # ccxt hands over what it has parsed
    for page in trap.pages.values():
        if isinstance(page, str):
            assert page.encode() in done.kept


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    begun = Stand(tmp_path)
    yield begun
    begun.stop()


def test_what_is_good_in_a_source_is_kept_beside_what_is_refused(stand: Stand) -> None:
    stand.serve("fred", TRAPS["fred"][0].pages)
    done = stand.fetch()
    assert done.ran.code == 65
    assert {series for series, *_ in done.of("fred")} == {"effr", "vix", "px.SPX"}


def test_two_sources_that_contradict_each_other_are_both_refused_for_that_day(
    stand: Stand,
) -> None:
    stand.serve("farside", {**GOLDENS["farside"].pages, **farside(MONDAY, TUESDAY)})
    stand.serve("sosovalue", sosovalue(("2025-02-24", 0, 1e11), ("2025-02-25", 9e8, 1e11)))
    done = stand.fetch()
    assert done.ran.code == 65
    for name in ("farside", "sosovalue"):
        message = done.by_source[name]["message"]
        assert "farside says -164400000, sosovalue says 900000000" in message
        assert "neither is used" in message
    days = [(r["as_of"][:10], r["source"]) for r in done.rows if r["series"] == BTC]
    assert days == [("2025-02-24", "sosovalue")]


def test_two_sources_that_are_asked_one_after_the_other_are_held_against_each_other(
    stand: Stand,
) -> None:
    stand.serve("farside", {**GOLDENS["farside"].pages, **farside(MONDAY, TUESDAY)})
    assert stand.fetch("farside").ran.code == 0
    stand.serve("sosovalue", sosovalue(("2025-02-24", 0, 1e11), ("2025-02-25", 9e8, 1e11)))
    done = stand.fetch("sosovalue", at=NOON + timedelta(hours=2))
    assert done.ran.code == 65
    message = done.by_source["sosovalue"]["message"]
    assert "2025-02-25: sosovalue says 900000000, but -164400000 is known from farside" in message
    assert "import that day with --revision" in message
    kept = [(r["as_of"][:10], r["source"]) for r in done.rows if r["series"] == BTC]
    assert kept == [("2025-02-24", "farside"), ("2025-02-25", "farside")]


def test_a_value_of_another_size_than_the_known_ones_is_refused_later(stand: Stand) -> None:
    table = GOLDENS["csv"].table
    stand.serve("csv", {"/gold.csv": "day,settle\n2025-02-25,2918.8\n"}, table)
    assert stand.fetch().ran.code == 0
    stand.serve("csv", {"/gold.csv": "day,settle\n2025-02-26,29303\n"}, table)
    done = stand.fetch()
    assert done.ran.code == 65
    assert "10 times away from 2918.8 of 2025-02-25" in done.by_source["csv"]["message"]
    assert [r["value"] for r in done.rows] == ["2918.8"]


def test_a_correction_is_a_later_reading_and_an_unchanged_page_is_not_sent_again(
    stand: Stand,
) -> None:
    server = stand.server("ofr")
    path = "/financial-stress-index/data/fsi.csv"
    mark = {"headers": {"ETag": '"one"'}}
    stand.serve("ofr", {path: {"body": "Date,OFR FSI\n2025-02-24,1\n", **mark}})
    server.then(path, status=304)
    server.then(path, "Date,OFR FSI\n2025-02-24,1.5\n")
    assert stand.fetch().by_source["ofr"]["new"] == 1
    again = stand.fetch()
    assert (again.by_source["ofr"]["new"], again.by_source["ofr"]["same"]) == (0, 1)
    assert server.requests[1]["headers"]["if-none-match"] == '"one"'
    assert server.requests[1]["headers"]["user-agent"].startswith("dcaguard/")
    later = NOON + timedelta(hours=5)
    revised = stand.fetch(at=later)
    known = [(Decimal(r["value"]), r["observed_at"] >= "2025-02-27T20") for r in revised.rows]
    assert known == [(Decimal(1), False), (Decimal("1.5"), True)]


def test_a_failed_source_says_so_in_one_line_of_text(stand: Stand) -> None:
    stand.serve("farside", {"/bitcoin-etf-flow-all-data/": pages.farside([])})
    ran = stand.workspace().call("signals", "fetch", "farside")
    assert ran.code == 65
    told = [line for line in ran.out.splitlines() if line.startswith("farside")]
    assert len(told) == 1
    assert "DATA_INVALID" in told[0]
    assert datetime.now(UTC) > NOON  # the command lived in the past
