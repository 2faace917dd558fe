"""Unmodified ccxt trades on each loopback exchange, whose own ledger says what really happened."""

import base64
from decimal import Decimal
from typing import Any

import ccxt
import pytest

from tests.venues.wire.cases import CASES, CLIENT_ID, Case, connect
from tests.venues.wire.exchange import WireExchange


@pytest.fixture
def client(server: WireExchange) -> Any:
    return connect(server)


def test_markets_prices_and_clock_are_read_as_scripted(
    case: Case, server: WireExchange, client: Any
) -> None:
    market = client.load_markets()[case.symbol]
    assert (market["spot"], market["active"], market["type"]) == (True, True, "spot")
    ticker = client.fetch_ticker(case.symbol)
    assert (ticker["bid"], ticker["ask"]) == (49990, 50000)
    assert client.fetch_tickers([case.symbol])[case.symbol]["last"] == 49995
    book = client.fetch_order_book(case.symbol)
    assert [x[:2] for x in book["asks"]] == [[50000, 0.01], [50010, 1]]
    assert abs(client.fetch_time() - server.now_ms()) < 2000


def test_a_limit_ioc_fills_through_two_levels_and_the_ledger_agrees(
    case: Case, server: WireExchange, client: Any
) -> None:
    sent = case.buy(client, "0.012")
    shown = client.fetch_order(sent["id"], case.symbol)
    assert (shown["status"], shown["filled"], shown["clientOrderId"]) == (
        "closed",
        0.012,
        CLIENT_ID,
    )
    assert shown["cost"] == pytest.approx(600.02)
    trades = client.fetch_my_trades(case.symbol)
    assert sorted((x["amount"], x["price"]) for x in trades) == [(0.002, 50010), (0.01, 50000)]
    (order,) = server.orders()
    assert (order["filled"], order["cost"]) == ("0.012", "600.020")
    assert len(server.posts()) == 1
    fee = Decimal(order["fee"]) if order["fee_asset"] == case.quote else Decimal(0)
    assert server.balance("spot", case.quote) == 1000 - Decimal("600.02") - fee


def test_a_thin_book_fills_a_part_and_the_rest_is_gone(
    case: Case, server: WireExchange, client: Any
) -> None:
    sent = case.buy(client, "0.012", "50000")
    shown = client.fetch_order(sent["id"], case.symbol)
    assert shown["filled"] == 0.01
    assert shown["status"] in {"canceled", "expired"}
    assert client.fetch_open_orders(case.symbol) == []
    assert server.free("spot", case.quote) == server.balance("spot", case.quote)


def test_a_resting_order_locks_money_fills_later_and_can_be_cancelled(
    case: Case, server: WireExchange, client: Any
) -> None:
    post_only = {"postOnly": True, case.id_param: CLIENT_ID}
    args = (case.symbol, "limit", "buy", "0.01", "49000")
    first = client.create_order(*args, dict(post_only))
    assert [x["id"] for x in client.fetch_open_orders(case.symbol)] == [first["id"]]
    assert server.free("spot", case.quote) <= 510
    client.cancel_order(first["id"], case.symbol)
    assert server.free("spot", case.quote) == 1000
    other = {"postOnly": True, case.id_param: CLIENT_ID.replace("6d1b", "7d1b")}
    second = client.create_order(*args, other)
    server.book(case.symbol, [["48000", "1"]], [["48500", "1"]])
    assert client.fetch_order(second["id"], case.symbol)["status"] == "closed"
    assert Decimal(server.trades()[0]["price"]) == 49000


def test_a_market_buy_spends_what_was_asked(case: Case, server: WireExchange, client: Any) -> None:
    sent = client.create_market_buy_order_with_cost(case.symbol, 100)
    assert client.fetch_order(sent["id"], case.symbol)["status"] == "closed"
    spent = 1000 - server.balance("spot", case.quote)
    assert Decimal(99) < spent <= Decimal("100.3")


def test_money_that_is_not_there_is_refused_in_the_venues_own_words(
    case: Case, server: WireExchange, client: Any
) -> None:
    words = {
        "binance": '{"code":-2010,"msg":"Account has insufficient balance for requested action."}',
        "kraken": '{"error":["EOrder:Insufficient funds"]}',
        "coinbase": "INSUFFICIENT_FUND",
    }
    with pytest.raises(ccxt.ExchangeError):
        case.buy(client, "0.03")
    assert words[case.name] in client.last_http_response
    assert server.orders() == []
    assert len(server.posts()) == 1


def test_filters_are_checked_by_the_exchange_itself(
    case: Case, server: WireExchange, client: Any
) -> None:
    words = {"binance": "NOTIONAL", "kraken": "EOrder:Cost minimum", "coinbase": "QUOTE_SIZE"}
    server.market(case.symbol, cost_min="100")
    with pytest.raises(ccxt.ExchangeError):
        case.buy(client, "0.001")
    assert words[case.name] in client.last_http_response
    assert server.orders() == []


def test_a_client_id_is_unique_among_open_orders_only_except_at_coinbase(
    case: Case, server: WireExchange, client: Any
) -> None:
    case.buy(client)
    case.buy(client)
    assert len(server.posts()) == 2
    assert len(server.orders()) == (1 if case.name == "coinbase" else 2)


def test_an_open_order_blocks_its_client_id(case: Case, server: WireExchange, client: Any) -> None:
    resting = {"timeInForce": "GTC"}
    case.buy(client, "0.004", "49000", **resting)
    if case.name == "coinbase":
        case.buy(client, "0.004", "49000", **resting)
    else:
        with pytest.raises(ccxt.ExchangeError, match=r"(?i)duplicate"):
            case.buy(client, "0.004", "49000", **resting)
    assert len(server.orders()) == 1


def test_a_wrong_secret_is_refused_and_nothing_happens(case: Case, server: WireExchange) -> None:
    stranger = case.kind()
    forged = connect(server, secret=stranger.credentials["secret"])
    with pytest.raises(ccxt.BaseError) as refused:
        case.buy(forged)
    words = {"binance": "-1022", "kraken": "EAPI:Invalid signature", "coinbase": "Unauthorized"}
    assert words[case.name] in str(refused.value) + str(forged.last_http_response)
    assert server.orders() == []


def test_a_clock_that_is_off_is_refused_where_the_protocol_has_one(
    case: Case, server: WireExchange, client: Any
) -> None:
    client.load_markets()
    server.clock_offset(600)
    assert client.fetch_time() - client.milliseconds() > 590_000
    if case.name == "kraken":  # a nonce is no time stamp
        assert client.fetch_balance()["total"][case.quote] == 1000
    else:
        with pytest.raises(ccxt.BaseError):
            client.fetch_balance()
        shown = str(client.last_http_response)
        assert "-1021" in shown or "Unauthorized" in shown


def test_kraken_refuses_a_nonce_that_does_not_rise() -> None:
    (kraken,) = [x for x in CASES if x.name == "kraken"]
    with kraken.start() as server:
        first, second = connect(server), connect(server)
        first.fetch_balance()
        second.load_markets()
        second.incrementing_nonce = lambda: 1
        with pytest.raises(ccxt.InvalidNonce):
            second.fetch_balance()
        assert base64.b64decode(server.credentials["secret"])


def test_binance_takes_fees_in_base_quote_or_a_third_asset() -> None:
    (binance,) = [x for x in CASES if x.name == "binance"]
    with binance.start() as server:
        server.fund("spot", "BNB", 1)
        server.book("BNB/USDT", [["500", "10"]], [["500", "10"]])
        client = connect(server)
        server.fees("0.001", "0.001", "BNB")
        fee = binance.buy(client)["fees"][0]
        assert (fee["currency"], fee["cost"]) == ("BNB", 0.0004)
        assert server.balance("spot", "BNB") == Decimal("0.9996")
        server.fees("0.001", "0.001", "quote")
        assert binance.buy(client)["fees"][0]["currency"] == "USDT"


def test_a_trade_by_hand_shows_in_the_trades_but_not_in_the_posts(
    case: Case, server: WireExchange, client: Any
) -> None:
    order_id = server.foreign_trade(case.symbol, "buy", "0.001", "50000")
    assert [x["order"] for x in client.fetch_my_trades(case.symbol)] == [order_id]
    assert server.posts() == []


def test_the_request_log_holds_no_key_and_no_signature(
    case: Case, server: WireExchange, client: Any
) -> None:
    case.buy(client)
    logged = str(server.requests)
    assert server.credentials["apiKey"] not in logged
    assert "signature" not in logged
    assert server.posts()[0]["headers"]["host"] == server.base_url.removeprefix("http://")
