"""A reply that tells half of what it is asked for proves nothing of the other half."""

import json
from typing import Any

import pytest
from ccxt.base import errors

from dcaguard.core.account import AccountView, Proof
from dcaguard.core.policy.leverage import stops

from .driver import Answers, changed, look
from .replies import BITGET, CLEAN
from .violations import add, put

WALLETS = "/sapi/v1/asset/wallet/balance"
CB = "/api/v3/brokerage"


def said(view: AccountView, check: str, wallet: str) -> Proof:
    (found,) = [c.result for c in view.checks if (c.check, c.wallet) == (check, wallet)]
    return found


def stopped(view: AccountView, wallet: str) -> bool:
    found = stops(view, require_key_rights="not-violated", accept_cannot_tell=frozenset())
    return wallet in {c.wallet for c in found}


def with_reply(venue: str, key: str, reply: Any) -> AccountView:
    return look(venue, CLEAN[venue] | {key: reply})


@pytest.mark.parametrize(
    "reply", [errors.ExchangeNotAvailable("binance 500 oops"), {"code": -2015, "msg": "no"}, []]
)
def test_bots_are_a_gap_where_the_overview_fails(reply: Any) -> None:
    view = with_reply("binance", WALLETS, reply)
    assert said(view, "positions", "bots") is Proof.CANNOT_TELL
    assert stopped(view, "bots")


def test_a_failed_overview_is_shown_as_unread() -> None:
    view = with_reply("binance", WALLETS, errors.ExchangeNotAvailable("binance 500 oops"))
    assert any(text.startswith("bots: ExchangeNotAvailable") for text in view.unread)


def _overview_without(name: str) -> AccountView:
    rows = [row for row in CLEAN["binance"][WALLETS] if row["walletName"] != name]
    return with_reply("binance", WALLETS, rows)


def test_bots_are_a_gap_where_the_overview_does_not_name_them() -> None:
    assert said(_overview_without("Trading Bots"), "positions", "bots") is Proof.CANNOT_TELL


def test_a_wallet_that_was_read_itself_need_not_be_in_the_overview() -> None:
    view = _overview_without("Cross Margin")
    assert {c.result for c in view.checks} <= {Proof.PROVED, Proof.NOT_COVERED}


@pytest.mark.parametrize("may", [True, False])
def test_the_accounts_own_flag_says_nothing_of_a_mexc_keys_rights(may: bool) -> None:
    view = look("mexc", changed(CLEAN["mexc"], "/api/v3/account", put("canWithdraw", may)))
    assert {c.result for c in view.checks if c.check == "key-rights"} == {Proof.CANNOT_TELL}


@pytest.mark.parametrize("right", ["wallets", "funding", "withdraw"])
def test_a_bitfinex_key_that_may_move_coins_between_wallets_is_too_strong(right: str) -> None:
    key = "/v2/auth/r/permissions"
    rows = [row for row in CLEAN["bitfinex"][key] if row[0] != right]
    view = with_reply("bitfinex", key, [*rows, [right, 1, 1]])
    assert said(view, "key-rights", "key") is Proof.VIOLATED


@pytest.mark.parametrize("reply", [{"note": "x"}, {"account": {"initial_margin": "0"}}])
def test_a_gemini_margin_account_without_a_known_field_is_not_understood(reply: Any) -> None:
    view = with_reply("gemini", "/v1/margin/account", reply)
    assert said(view, "debt", "derivatives") is Proof.CANNOT_TELL
    assert said(view, "positions", "derivatives") is Proof.CANNOT_TELL


@pytest.mark.parametrize(
    ("venue", "key", "check", "wallet"),
    [
        ("okx", "/api/v5/account/positions", "positions", "trading"),
        ("okx", "/api/v5/trade/orders-pending", "orders", "trading"),
        ("kucoin", "/api/v1/positions", "positions", "futures"),
        ("bitget", "/api/v2/mix/position/all-position", "positions", "usdt-futures"),
        ("mexc", "/api/v1/private/position/open_positions", "positions", "futures"),
        ("htx", "/v5/trade/position/opens", "positions", "contracts-usdt"),
    ],
)
def test_an_object_in_place_of_a_list_is_no_empty_list(
    venue: str, key: str, check: str, wallet: str
) -> None:
    view = look(venue, changed(CLEAN[venue], key, put("data", {})))
    assert said(view, check, wallet) is Proof.CANNOT_TELL


def _full(venue: str, key: str, path: str, count: int) -> AccountView:
    answers: Answers = CLEAN[venue]

    def fill(reply: Any) -> Any:
        rows = reply
        for part in path.split(".") if path else []:
            rows = rows[int(part)] if isinstance(rows, list) else rows[part]
        row = rows[0] if rows else {"put": {"account": "normal", "side": "buy"}}
        rows[:] = [row] * count

    return look(venue, changed(answers, key, fill))


@pytest.mark.parametrize(
    ("venue", "key", "path", "wallet"),
    [
        ("okx", "/api/v5/trade/orders-pending", "data", "trading"),
        ("gate", "/api/v4/spot/open_orders", "0.orders", "spot"),
        ("gate", "/api/v4/spot/price_orders", "", "spot"),
    ],
)
def test_a_full_page_of_orders_may_go_on(venue: str, key: str, path: str, wallet: str) -> None:
    assert said(_full(venue, key, path, 99), "orders", wallet) is Proof.PROVED
    assert said(_full(venue, key, path, 100), "orders", wallet) is Proof.CANNOT_TELL


@pytest.mark.parametrize(
    ("venue", "key", "path"),
    [
        ("kraken", "/0/private/GetApiKeyInfo", "result.permissions"),
        ("bitget", "/api/v2/spot/account/info", "data.authorities"),
    ],
)
def test_a_key_without_any_right_is_not_understood(venue: str, key: str, path: str) -> None:
    view = look(venue, changed(CLEAN[venue], key, put(path, [])))
    assert said(view, "key-rights", "key") is Proof.CANNOT_TELL


@pytest.mark.parametrize(
    ("kind", "result"),
    [
        ({"product_type": "SPOT"}, Proof.PROVED),
        ({"product_type": "FUTURE"}, Proof.VIOLATED),
        ({"product_type": "UNKNOWN_PRODUCT_TYPE"}, Proof.CANNOT_TELL),
        ({"product_type": None}, Proof.CANNOT_TELL),
        ({}, Proof.CANNOT_TELL),
    ],
)
def test_a_coinbase_order_must_say_what_it_trades(kind: dict[str, Any], result: Proof) -> None:
    key = f"{CB}/orders/historical/batch"
    order = {"order_id": "1", "product_id": "BTC-USD", "side": "BUY"} | kind
    view = look("coinbase", changed(CLEAN["coinbase"], key, add("orders", order)))
    assert said(view, "orders", "futures") is result


@pytest.mark.parametrize("cursor", ["", None])
def test_more_coinbase_accounts_without_a_way_to_them_are_a_gap(cursor: Any) -> None:
    reply = CLEAN["coinbase"][f"{CB}/accounts"] | {"has_next": True, "cursor": cursor}
    view = with_reply("coinbase", f"{CB}/accounts", reply)
    assert said(view, "debt", "spot") is Proof.CANNOT_TELL
    assert said(view, "balances", "spot") is Proof.CANNOT_TELL


@pytest.mark.parametrize("wallet", ["isolated", "crossed"])
def test_frozen_coins_in_a_bitget_margin_wallet_may_be_an_order(wallet: str) -> None:
    key = f"/api/v2/margin/{wallet}/account/assets"
    row = {"coin": "USDT", "available": "0", "borrow": "0", "interest": "0", "net": "5"}
    name = "margin" if wallet == "crossed" else wallet
    idle = look("bitget", BITGET | {key: BITGET[key] | {"data": [row | {"frozen": "0"}]}})
    assert said(idle, "orders", name) is Proof.PROVED
    busy = look("bitget", BITGET | {key: BITGET[key] | {"data": [row | {"frozen": "5"}]}})
    assert said(busy, "orders", name) is Proof.CANNOT_TELL


_XYZ = '/info "clearinghouseState" "xyz"'
_POSITION = {"position": {"coin": "xyz:GOLD", "szi": "0.5", "positionValue": "9"}}


def test_positions_and_orders_in_builders_markets_are_found() -> None:
    opened = look(
        "hyperliquid", changed(CLEAN["hyperliquid"], _XYZ, add("assetPositions", _POSITION))
    )
    assert said(opened, "positions", "dexes") is Proof.VIOLATED
    assert said(opened, "positions", "perps") is Proof.PROVED
    order = {"coin": "xyz:GOLD", "side": "B", "oid": 4}
    listed = with_reply("hyperliquid", '/info frontendOpenOrders "xyz"', [order])
    assert said(listed, "orders", "dexes") is Proof.VIOLATED


@pytest.mark.parametrize("reply", [[], {"a": 1}, [None, {"full": "x"}], RuntimeError("lost")])
def test_builders_markets_that_are_not_listed_are_a_gap(reply: Any) -> None:
    view = with_reply("hyperliquid", "/info perpDexs", reply)
    assert said(view, "positions", "dexes") is Proof.CANNOT_TELL
    assert said(view, "orders", "dexes") is Proof.CANNOT_TELL


@pytest.mark.parametrize(
    "path", ["grid/orders-algo-pending", "signal/orders-algo-pending", "dca/ongoing-list"]
)
def test_an_okx_contract_bot_is_a_position_and_an_unread_one_a_gap(path: str) -> None:
    key = f"/api/v5/tradingBot/{path}"
    bot = {"algoId": "1", "instId": "BTC-USDT-SWAP"}
    view = look("okx", changed(CLEAN["okx"], key, add("data", bot)))
    assert said(view, "positions", "bots") is Proof.VIOLATED
    refused = with_reply("okx", key, {"code": "50030", "msg": "no permission", "data": []})
    assert said(refused, "positions", "bots") is Proof.CANNOT_TELL


@pytest.mark.parametrize("key", ["/api/v1/contract_account_info", "/swap-api/v1/swap_account_info"])
@pytest.mark.parametrize(
    ("field", "check"),
    [("margin_frozen", "orders"), ("margin_position", "positions"), ("margin_balance", "debt")],
)
def test_htx_coin_margined_wallets_show_orders_positions_and_debt(
    key: str, field: str, check: str
) -> None:
    row = {"symbol": "BTC", "margin_balance": 1, "margin_position": 0, "margin_frozen": 0}
    row[field] = -1 if check == "debt" else 0.5
    view = with_reply("htx", key, {"status": "ok", "data": [row]})
    assert said(view, check, "contracts-coin") is Proof.VIOLATED


def test_open_futures_orders_of_a_unified_kucoin_account_are_found() -> None:
    ok = {"code": "200000"}
    unified = CLEAN["kucoin"] | {
        "/api/ua/v1/account/mode": ok | {"data": {"selfAccountMode": "UNIFIED"}},
        "/api/ua/v1/unified/account/balance": ok | {"data": {"accounts": []}},
        "/api/ua/v1/unified/position/open-list": ok | {"data": []},
        "/api/ua/v1/unified/order/open-list tradeType=FUTURES": ok | {"data": {"items": []}},
    }
    assert said(look("kucoin", unified), "orders", "futures") is Proof.PROVED
    key = "/api/ua/v1/unified/order/open-list tradeType=FUTURES"
    busy = changed(unified, key, add("data.items", {"orderId": "1", "symbol": "XBTUSDTM"}))
    assert said(look("kucoin", busy), "orders", "futures") is Proof.VIOLATED


@pytest.mark.parametrize("summary", ["none", {"initial_margin": "0"}, {"initial_margin": [["1"]]}])
def test_a_mangled_coinbase_futures_summary_is_not_one_that_is_left_out(summary: Any) -> None:
    view = with_reply("coinbase", f"{CB}/cfm/balance_summary", {"balance_summary": summary})
    assert said(view, "positions", "futures") is Proof.CANNOT_TELL


@pytest.mark.parametrize("summary", [None, {}, {"initial_margin": None}])
def test_a_coinbase_futures_summary_that_is_left_out_says_nothing(summary: Any) -> None:
    view = with_reply("coinbase", f"{CB}/cfm/balance_summary", {"balance_summary": summary})
    assert said(view, "positions", "futures") is Proof.PROVED


def test_a_key_that_stands_twice_proves_nothing() -> None:
    clean = {"result": {"XXBT": {"balance": "1", "hold_trade": "0"}}, "error": []}
    twice = json.dumps(clean).replace('"balance": "1"', '"balance": "-1", "balance": "1"')
    for text, result in ((json.dumps(clean), Proof.PROVED), (twice, Proof.CANNOT_TELL)):
        answers = CLEAN["kraken"] | {"/0/private/BalanceEx": text}
        assert said(look("kraken", answers, raw=True), "debt", "spot") is result
