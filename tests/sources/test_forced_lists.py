"""Liquidations by venue: what is not certain is missing with its reason, and never a zero."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from tests.errors.said import unheard
from tests.sources.goldens_forced import (
    BITFINEX,
    DERIBIT,
    GATE,
    GATE_ROWS,
    GATE_SIZE,
    HTX,
    HTX_ROWS,
    HTX_SIZE,
    bitfinex_row,
    contract,
    gate,
    gate_row,
    htx,
    htx_row,
    liquidations,
    on,
)
from tests.sources.stand import NOON, Fetched, Page, Stand, dumps

GOLDEN = liquidations()
DAYS = ("2025-02-24", "2025-02-25", "2025-02-26")


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    begun = Stand(tmp_path)
    yield begun
    begun.stop()


def fetched(stand: Stand, pages: Mapping[str, Page], table: str = GOLDEN.table) -> Fetched:
    stand.serve("liquidations", {**GOLDEN.pages, **pages}, table)
    return stand.fetch()


def days(done: Fetched, venue: str) -> set[str]:
    """Return the days of which anything of a venue was read."""
    return {as_of[:10] for name, as_of, *_ in done.of("liquidations") if f".{venue}." in name}


def one(row: Mapping[str, object]) -> Page:
    return gate([*GATE_ROWS, row])


def another(row: Mapping[str, object]) -> Page:
    return htx([*HTX_ROWS, row])


def same_order(at: int) -> Mapping[str, object]:
    return gate_row(on(at, 3), 5, order_size="5")


NEWEST = [bitfinex_row(on(26, 12, n), 1, 84000) for n in range(100)]
# Of one venue each: what it answers, what must be said, the days that are still read.
ROUNDS: tuple[Mapping[str, tuple[Mapping[str, Page], str, tuple[str, ...]]], ...] = (
    {
        "gate": ({GATE: one(same_order(25))}, "do not tell whose position", (DAYS[0], DAYS[2])),
        "htx": (
            {HTX: another(htx_row(on(26, 9), "sell", "short", 1, "84"))},
            "do not tell whose position",
            DAYS[:2],
        ),
        "bitfinex": (
            {BITFINEX: dumps([bitfinex_row(on(26), 0, 84000)])},
            "AMOUNT does not tell whose position",
            (),
        ),
    },
    {
        # Its own newest, whatever was asked for.
        "gate": ({GATE: dumps([gate_row(on(26, 9), 5)])}, "gate lists other hours", ()),
        "htx": (
            {HTX: another(htx_row(on(25, 9), "sell", "long", 1, "84000"))},
            "trade_turnover is not what the contracts are worth",
            (DAYS[0], DAYS[2]),
        ),
        "bitfinex": (
            {BITFINEX: dumps(NEWEST)},
            "its page does not reach back to the start of BTC 2025-02-24",
            (),
        ),
    },
    {
        "gate": (
            {GATE_SIZE: contract(type="inverse", quanto_multiplier="0")},
            "of type inverse",
            (),
        ),
        "htx": (
            {HTX: dumps({"code": 1067, "message": "no"})},
            "htx: error code 1067",
            (),
        ),
        "bitfinex": ({BITFINEX: "[]"}, "the list is empty", ()),
    },
    {
        "gate": (
            {GATE: gate([*GATE_ROWS, *[gate_row(on(24, 8), 1)] * 100])},
            "is longer than its page",
            DAYS[1:],
        ),
        "htx": ({HTX_SIZE: dumps({"data": []})}, "data is empty", ()),
        "bitfinex": (
            {BITFINEX: dumps([bitfinex_row(on(26), 1, 84000, match=2)])},
            "IS_MATCH is neither 0 nor 1",
            (),
        ),
    },
    {
        "gate": (
            {GATE: one(gate_row(on(24, 1), 1, contract="ETH_USDT"))},
            "another contract than BTC_USDT",
            DAYS[1:],
        ),
        "htx": (
            {HTX: another(htx_row(on(26, 5), "buy", "short", 1, "84", contract_code="ETH-USDT"))},
            "another contract than BTC-USDT",
            DAYS[:2],
        ),
        "bitfinex": ({BITFINEX: dumps([bitfinex_row(on(22), 1, 1)])}, "other hours", ()),
    },
    {
        "htx": (
            {HTX: another(htx_row(on(26, 9), "sell", "long", 1, "84", bankrupt_price="0"))},
            "is not positive",
            DAYS[:2],
        ),
        "bitfinex": (
            {BITFINEX: dumps([[["new", *bitfinex_row(on(26), 1, 84000)[0][1:]]]])},
            "a row is not a position's",
            (),
        ),
    },
    {"gate": ({GATE: "[]"}, "nothing is listed for 2025-02-24, which is not zero", ())},
    {"htx": ({HTX: htx([])}, "nothing is listed for 2025-02-24, which is not zero", ())},
)


@pytest.mark.parametrize("number", range(len(ROUNDS)))
def test_what_is_not_certain_is_missing_and_told(stand: Stand, number: int) -> None:
    laid = ROUNDS[number]
    done = fetched(
        stand, {path: page for pages, *_ in laid.values() for path, page in pages.items()}
    )
    result = done.by_source["liquidations"]
    assert result["code"] == "DATA_INVALID", result
    for venue in ("gate", "htx", "bitfinex"):
        _, words, still = laid.get(venue, ({}, "", DAYS))
        assert words in result["message"], (venue, result["message"])
        assert days(done, venue) == set(still), venue
    assert unheard(f"liquidations {number}", [result["message"]]) == set()


def test_a_page_of_the_newest_that_is_cut_gives_only_the_days_it_shows_in_full(
    stand: Stand,
) -> None:
    rows = [*NEWEST[:99], bitfinex_row(on(25, 23), -1, 85000)]
    done = fetched(stand, {BITFINEX: dumps(rows)})
    assert days(done, "bitfinex") == {DAYS[2]}
    assert "start of BTC 2025-02-24" in done.by_source["liquidations"]["message"]
    sums = {name: value for name, as_of, _, value in done.of("liquidations")
            if name.startswith("liq.bitfinex.BTC") and as_of[:10] == DAYS[2]}  # fmt: skip
    assert sums == {"liq.bitfinex.BTC.long_usd": 99 * 84000, "liq.bitfinex.BTC.short_usd": 0}


def test_bankruptcies_of_sessions_are_no_liquidations_of_a_side(stand: Stand) -> None:
    row = {"type": "bankruptcy", "timestamp": 1740556800000, "session_bankruptcy": 1.5,
           "session_tax": 0, "session_tax_rate": 0, "socialized": 0, "funded": 1.5}  # fmt: skip
    page = dumps({"jsonrpc": "2.0", "result": {"settlements": [row], "continuation": "x"}})
    table = 'venues = { deribit = ["BTC"], htx = ["BTC"] }'
    done = fetched(stand, {DERIBIT: page}, table)
    result = done.by_source["liquidations"]
    assert result["code"] == "DATA_INVALID"
    assert "deribit BTC: it lists bankruptcies of a session (1 of them)" in result["message"]
    assert "neither side nor position" in result["message"]
    assert days(done, "deribit") == set()
    assert days(done, "htx") == set(DAYS)


def test_a_known_day_is_not_asked_for_again_and_the_next_one_alone_is(stand: Stand) -> None:
    stand.serve("liquidations", GOLDEN.pages, 'venues = { htx = ["BTC"] }')
    assert stand.fetch().ran.code == 0
    begun = stand.asked("liquidations")
    stand.fetch(at=NOON + timedelta(hours=2))
    assert stand.asked("liquidations") == begun
    tomorrow = stand.fetch(at=NOON + timedelta(days=1))
    assert stand.asked("liquidations") == begun + 1 + 12  # the contract, windows of two hours
    # Of the 27th nothing is listed here, which is not zero.
    assert "nothing is listed for 2025-02-27" in tomorrow.by_source["liquidations"]["message"]
    assert days(tomorrow, "htx") == set(DAYS)


def test_nothing_but_the_lists_and_their_contracts_is_asked(stand: Stand) -> None:
    fetched(stand, {})
    paths = {
        request["path"].partition("?")[0] for request in stand.servers["liquidations"].requests
    }
    assert paths == {GATE, GATE_SIZE, HTX, HTX_SIZE, BITFINEX}
    assert {request["method"] for request in stand.servers["liquidations"].requests} == {"GET"}
