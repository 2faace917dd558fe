"""S3 speaks from fetched parts alone: filings, closes and holdings, without an imported mNAV."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dcaguard.core.observed import is_nyse_session
from tests.live.workspace import Workspace
from tests.sources.goldens import MIDNIGHT, ms
from tests.sources.goldens_more import CONCEPT, EDGAR_TABLE, GOLDENS, company
from tests.sources.stand import Stand, dumps

DAYS = [MIDNIGHT - timedelta(days=n) for n in range(60, 0, -1)]
TABLES = """
[signals.treasury-spiral]
tickers = ["MSTR"]
"""


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    begun = Stand(tmp_path)
    yield begun
    begun.stop()


def closes(query: Mapping[str, str]) -> str:
    assert query["ticker"] == "MSTR"
    return dumps({day.isoformat(): 100.0 for day in DAYS if is_nyse_session(day.date())})


def serve(stand: Stand) -> None:
    """Serve 245.8 million shares at 100 USD, and 499,096 BTC at 84,000 USD: mNAV 0.586."""
    prices = [[ms(day + timedelta(days=1)), 84_000] for day in DAYS]
    stand.serve("yfinance", {"/chart": closes}, 'tickers = { "dat.MSTR.price_usd" = "MSTR" }')
    stand.serve("edgar", GOLDENS["edgar"].pages, EDGAR_TABLE)
    stand.serve(
        "coingecko",
        {
            "/api/v3/coins/bitcoin/market_chart": dumps(
                {"prices": prices, "market_caps": [[at, 1.7e12] for at, _ in prices]}
            ),
            "/api/v3/companies/public_treasury/bitcoin": dumps(
                {"companies": [company("MSTR.US", 499_096, 33.1e9, 41.9e9)]}
            ),
        },
        'coins = { BTC = "bitcoin" }\ntreasuries = ["bitcoin"]\ntickers = ["MSTR"]\n'
        "mnav = false\nbreadth = false",
    )


def spiral(space: Workspace) -> dict[str, Any]:
    ran = space.call("signals", "--json")
    assert ran.code == 0, ran.out + ran.err
    [found] = [one for one in ran.json["signals"] if one["name"] == "treasury-spiral"]
    assert isinstance(found, dict)
    return found


def test_mnav_is_reckoned_from_fetched_parts_and_a_given_one_comes_first(stand: Stand) -> None:
    serve(stand)
    fetched = stand.fetch()
    assert fetched.ran.code == 0, fetched.ran.out
    # The holdings were first seen at this fetch, so the close of that evening is the first to
    # find all parts known.
    evening = MIDNIGHT + timedelta(hours=21)
    later = MIDNIGHT + timedelta(hours=23)
    stand.serve("yfinance", {"/chart": lambda _: dumps({evening.isoformat(): 100.0})},
                stand.tables["yfinance"])  # fmt: skip
    assert stand.fetch("yfinance", at=later).ran.code == 0
    # The close counts from its fetch on: the next instant that looks at it is midnight.
    space = stand.workspace(later + timedelta(hours=1, minutes=5))
    config = (stand.folder / "config.toml").read_text(encoding="utf-8")
    space.write("config.toml", config + TABLES)
    told = spiral(space)
    assert told["reason"].endswith("mNAV of 1 from diluted shares")
    assert "100% of treasury companies below their coins' worth" in told["reason"]
    assert "dat.MSTR.mnav" not in told["missing"]
    explained = space.call("signals", "explain", "--json").json["signals"]
    [reason] = [one["reason"] for one in explained if one["name"] == "treasury-spiral"]
    assert reason == told["reason"]

    space.write("own.csv", "as_of,value\n2025-02-26,1.3\n")
    assert space.call("signals", "import", "dat.MSTR.mnav", "own.csv").code == 0
    told = spiral(space)
    assert told["reason"].endswith("mNAV of 1 given")
    assert "0% of treasury companies" in told["reason"]


def test_without_diluted_shares_those_of_the_cover_serve(stand: Stand) -> None:
    serve(stand)
    for what in ("us-gaap/WeightedAverageNumberOfDilutedSharesOutstanding",):
        stand.server("edgar").route(f"{CONCEPT}/{what}.json", "", status=404)
    assert stand.fetch("edgar").ran.code == 0
    read = {row["series"] for row in stand.readings()}
    assert "dat.MSTR.shares" in read
    assert "dat.MSTR.diluted_shares" not in read
