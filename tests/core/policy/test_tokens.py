"""Leveraged tokens are told from coins that merely end like them."""

import pytest

from dcaguard.core.policy.tokens import leveraged_token, stem_of, venue_flag

BASES = frozenset(
    [
        "BTC",
        "ETH",
        "ADA",
        "SOL",
        "XRP",
        "J",
        "SYR",
        "SET",
        "CO",
        "S",
        "JU",
        "PUM",
        "ONE",
        "1INCH",
        "TRUMP",
        "DOGE",
        "MEW",
    ]
)


@pytest.mark.parametrize("base", ["JUP", "SYRUP", "SETUP", "COUP", "SUP", "jup"])
def test_look_alikes_are_ordinary_even_where_their_stem_is_listed(base: str) -> None:
    assert not leveraged_token(base, BASES, {})


@pytest.mark.parametrize(
    "base",
    [
        "BTC",
        "ETH",
        "UP",
        "DOWN",
        "BULL",
        "BEAR",
        "2L",
        "5S",
        "PUP",
        "TUP",
        "CUP",
        "SOUP",
        "BACKUP",
        "TEARDOWN",
        "REDBULL",
        "CATBEAR",
        "FUEL2L",
        "AXL",
        "SSL",
        "OIL5",
        "GUP",
        "BTCX",
        "ETHX",
        "L3",
        "3L",
        "LUNA2",
        "XRP3",
        "BTC6L",
        "BTC1L",
        "ETH0S",
        "BTC22L",
        "UPBTC",
        "BTCUPX",
    ],
)
def test_real_coins_with_such_endings_are_ordinary(base: str) -> None:
    assert not leveraged_token(base, BASES, {})


@pytest.mark.parametrize(
    "base",
    [
        "BTCUP",
        "BTCDOWN",
        "ETHBULL",
        "ETHBEAR",
        "BTC2L",
        "BTC3L",
        "BTC4L",
        "BTC5L",
        "ETH2S",
        "ETH3S",
        "ETH4S",
        "ETH5S",
        "BTC1S",
        "ADAHALF",
        "XRPHEDGE",
        "1INCHUP",
        "btc3s",
        "SOL3L",
        "MEWUP",
    ],
)
def test_multiples_of_a_listed_coin_are_leveraged(base: str) -> None:
    assert leveraged_token(base, BASES, {})


def test_a_major_is_known_where_the_list_is_incomplete() -> None:
    assert leveraged_token("BTC3L", (), {})
    assert not leveraged_token("ZZTOP3L", (), {})
    assert leveraged_token("ZZTOP3L", ("ZZTOP",), {})


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"leveraged": True}, True),
        ({"leveraged": False}, False),
        ({"permissions": ["LEVERAGED"]}, True),
        ({"permissionSets": [["SPOT"], ["LEVERAGED"]]}, True),
        ({"permissions": ["SPOT", "MARGIN"]}, None),
        ({"networks": {"ETF": {}}}, True),
        ({"networks": ["ETF", "ETH"]}, None),
        ({"tags": "etp,nav,holdinglimit"}, True),
        ({"tags": ""}, None),
        ({}, None),
        ({"leveraged": "yes"}, None),
    ],
)
def test_the_venues_flag_is_read(flags: dict[str, object], said: bool | None) -> None:
    assert venue_flag(flags) is said


def test_the_venues_flag_wins_in_both_directions() -> None:
    assert leveraged_token("JUP", BASES, {"leveraged": True})
    assert not leveraged_token("BTC3L", BASES, {"leveraged": False})


def test_one_letter_is_no_stem() -> None:
    assert not leveraged_token("S3L", BASES, {})
    assert stem_of("J2S") is None


def test_the_shortest_stem_that_fits_is_named() -> None:
    assert stem_of("BTC3L") == "BTC"
    assert stem_of("ETHDOWN") == "ETH"
    assert stem_of("BTC") is None


def test_a_flag_nested_beyond_what_a_venue_nests_is_not_read_to_its_end() -> None:
    nested: object = "LEVERAGED"
    for _ in range(900):
        nested = [nested]
    assert venue_flag({"permissionSets": nested}) is None
    assert venue_flag({"permissionSets": [["SPOT", "LEVERAGED"]]}) is True
