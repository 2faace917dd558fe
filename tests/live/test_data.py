"""Data that is missing, borrowed, stale or contradicted is never bought on."""

import pytest

from tests.live.conftest import Live, Open
from tests.live.workspace import account_text, keys_text
from tests.venues.wire import CoinbaseWire, KrakenWire, WireExchange

BOOKS = {
    "crossed": ([["50010", "1"]], [["50000", "1"]], 0),
    "empty": ([], [], 0),
    "without asks": ([["49990", "1"]], [], 0),
    "without bids": ([], [["50000", "1"]], 0),
    "ten minutes old": ([["49990", "1"]], [["50000", "1"]], 600),
}


@pytest.mark.parametrize("which", BOOKS)
@pytest.mark.parametrize("name", ["binance", "kraken", "coinbase"])
def test_a_book_that_can_not_be_true_is_not_bought_on(opened: Open, name: str, which: str) -> None:
    live = opened(name)
    bids, asks, age = BOOKS[which]
    live.server.book(live.case.symbol, bids, asks, age_seconds=age)
    found = live.run()
    assert found.code == 65, found.out
    assert (live.posts, live.statuses) == (0, [])


BALANCES = {
    "missing": '[{"asset": "BTC", "free": "0", "locked": "0"}]',
    "no list": "null",
    "no rows": "[]",
    "null free": '[{"asset": "USDT", "free": null, "locked": "0"}]',
    "no number": '[{"asset": "USDT", "free": "NaN", "locked": "0"}]',
    "not text": '[{"asset": "USDT", "free": {"x": 1}, "locked": "0"}]',
    "no list but a word": '"none"',
}


@pytest.mark.parametrize("which", BALANCES)
def test_a_balance_that_can_not_be_read_is_unknown_data(binance: Live, which: str) -> None:
    account = ("GET", "/api/v3/account$")
    binance.server.fault(account, "field", fields={"balances": BALANCES[which]})
    _expect_unknown(binance)


UNREADABLE = {  # in each venue's own shape
    "kraken": ("balance", ["null", '"NaN"', '"much"', '{"x":1}', "true"]),
    "coinbase": ("available_balance", ["null", '{"value":"NaN"}', '{"value":null}', '"10"', "[]"]),
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, one) for name, (_, rows) in UNREADABLE.items() for one in rows]
)
def test_an_amount_that_can_not_be_read_is_unknown_data(
    opened: Open, name: str, value: str
) -> None:
    live = opened(name)
    wallet = (".*", BALANCE_PATHS[name])
    live.server.fault(wallet, "field", fields={UNREADABLE[name][0]: value})
    _expect_unknown(live)


LISTS = {"kraken": "result", "coinbase": "accounts"}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("value", ["null", '"none"'])
def test_a_list_of_balances_that_is_none_is_unknown_data(
    opened: Open, name: str, value: str
) -> None:
    live = opened(name)
    live.server.fault((".*", BALANCE_PATHS[name]), "field", fields={LISTS[name]: value})
    _expect_unknown(live)


def _expect_unknown(live: Live) -> None:
    found = live.run()
    assert found.code == 65, found.out
    assert "BALANCE_UNKNOWN" in found.codes()
    assert (live.posts, live.statuses) == (0, [])


NEGATIVE = {
    "binance": {"balances": '[{"asset": "USDT", "free": "-5", "locked": "0"}]'},
    "kraken": {"balance": '"-5"'},
    "coinbase": {"available_balance": '{"value": "-5", "currency": "USD"}'},
}


def test_a_negative_spot_balance_is_a_debt(live: Live) -> None:
    wallet = (".*", BALANCE_PATHS[live.case.name])
    live.server.fault(wallet, "field", fields=NEGATIVE[live.case.name])
    assert live.run().code == 77
    assert live.posts == 0


@pytest.mark.parametrize("kind", ["empty", "null", "list"])
def test_a_balance_reply_that_says_nothing_is_not_bought_on(live: Live, kind: str) -> None:
    live.server.fault((".*", BALANCE_PATHS[live.case.name]), kind)
    found = live.run()
    assert found.code == 65, found.out
    assert live.posts == 0


@pytest.mark.parametrize(("status", "code"), [(503, 69), (429, 75)])
def test_a_spot_wallet_that_does_not_answer_is_a_silent_venue(
    live: Live, status: int, code: int
) -> None:
    live.server.fault((".*", BALANCE_PATHS[live.case.name]), "status", status=status)
    found = live.run()
    assert found.code == code, found.out
    assert live.posts == 0


BALANCE_PATHS = {
    "binance": "/api/v3/account$",
    "kraken": "/BalanceEx$",
    "coinbase": "/brokerage/accounts$",
}


def test_borrowed_money_stops_buying(live: Live) -> None:
    match live.case.name:
        case "binance":
            live.server.debt("margin", "USDT", 1)
        case "kraken":
            live.server.position("margin", "BTC/USD", "0.1")
        case _:
            live.server.position("cfm", "BTC/USD", "1")
    found = live.run()
    assert found.code == 77, found.out
    assert live.posts == 0
    assert live.space.rows("SELECT count(*) FROM violations")[0][0] > 0


def test_debts_that_can_not_be_read_stop_buying(binance: Live) -> None:
    for path in ("/sapi/v1/margin/account$", "/sapi/v1/asset/wallet/balance$"):
        binance.server.fault(("GET", path), "status", status=500)
    assert binance.run().code == 77
    assert binance.posts == 0


@pytest.mark.parametrize("right", ["withdraw", "transfer", "margin", "futures"])
def test_a_key_that_could_move_or_borrow_money_is_refused(binance: Live, right: str) -> None:
    binance.server.rights(**{right: True})
    found = binance.run()
    assert found.code == 77, found.out
    assert binance.posts == 0


@pytest.mark.parametrize("name", ["kraken", "coinbase"])
def test_a_key_that_can_withdraw_is_refused_elsewhere_too(opened: Open, name: str) -> None:
    live = opened(name)
    live.server.rights(withdraw=True, transfer=True)
    assert live.run().code == 77
    assert live.posts == 0


# Each account's prices are confirmed by another venue that lists the same pair.
SECOND: dict[str, type[WireExchange]] = {
    "binance": KrakenWire,
    "kraken": CoinbaseWire,
    "coinbase": KrakenWire,
}


def _with_second(opened: Open, name: str, ask: str) -> tuple[Live, WireExchange]:
    """Return a live account whose prices a second venue must confirm."""
    live = opened(name, arm=False)
    second = SECOND[name]().start()
    second.book(live.case.symbol, [[ask, "1"]], [[ask, "1"]])
    config = (live.space.folder / "config.toml").read_text()
    other = account_text("other", second.NAME, second.base_url, live=False)
    config = config.replace("[policy.caps]", f"{other}\n[policy.caps]", 1)
    config = config.replace("[policy.price]", '[policy.price]\nsecond_opinion = "other"', 1)
    live.space.write("config.toml", config)
    live.space.write("other.keys.toml", keys_text(second.credentials))
    armed = live.space.call("arm", "plan", "--yes")
    assert armed.code == 0, armed.err
    return live, second


@pytest.mark.parametrize("name", SECOND)
def test_a_second_venue_that_agrees_lets_the_order_pass(opened: Open, name: str) -> None:
    live, second = _with_second(opened, name, "50100")
    try:
        assert live.run().code == 0
    finally:
        second.stop()
    assert live.posts == 1


@pytest.mark.parametrize("name", SECOND)
def test_a_price_above_the_second_venues_is_a_limit(opened: Open, name: str) -> None:
    live, second = _with_second(opened, name, "46300")
    try:
        found = live.run()
    finally:
        second.stop()
    assert found.code == 81, found.out
    assert live.posts == 0


@pytest.mark.parametrize("name", SECOND)
def test_a_second_venue_that_is_down_stops_buying(opened: Open, name: str) -> None:
    live, second = _with_second(opened, name, "50000")
    second.stop()
    found = live.run()
    assert found.code == 65, found.out
    assert live.posts == 0
