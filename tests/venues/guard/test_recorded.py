"""Recorded replies from outside the repository: every debt, short and position is found."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from dcaguard.core.account import AccountView, Proof

from .driver import look
from .replies import CLEAN

FOLDER = os.environ.get("DCAGUARD_FIXTURES_DIR", "")
pytestmark = pytest.mark.skipif(
    not FOLDER, reason="DCAGUARD_FIXTURES_DIR names no folder of recorded exchange replies"
)


def wire(name: str) -> Any:
    return json.loads((Path(FOLDER) / "wire_nautilus" / name).read_text())


def case(venue: str, method: str, words: str) -> Any:
    recorded = json.loads((Path(FOLDER) / "ccxt" / "response" / f"{venue}.json").read_text())
    (found,) = [c for c in recorded["methods"][method] if words in c["description"]]
    return found["httpResponse"]


def said(view: AccountView, result: Proof) -> set[tuple[str, str]]:
    return {(c.check, c.wallet) for c in view.checks if c.result is result}


_WALLET = "/v5/account/wallet-balance"


@pytest.mark.parametrize(
    "name",
    [
        "bybit/http_get_wallet_balance.json",
        "bybit/http_get_wallet_balance_spot_short.json",
        "bybit/http_get_wallet_balance_with_spot_borrow.json",
    ],
)
def test_bybit_borrowing_and_shorts_are_found(name: str) -> None:
    found = said(look("bybit", CLEAN["bybit"] | {_WALLET: wire(name)}), Proof.VIOLATED)
    assert found == {("debt", "spot"), ("interest", "spot")}


def test_bybit_unified_borrow_is_found() -> None:
    reply = case("bybit", "fetchBalance", "spot borrow")
    found = said(look("bybit", CLEAN["bybit"] | {_WALLET: reply}), Proof.VIOLATED)
    assert {("debt", "spot"), ("interest", "spot")} <= found


def test_bybit_positions_and_rights_are_found() -> None:
    answers = CLEAN["bybit"] | {
        "/v5/position/list": wire("bybit/http_get_positions.json"),
        "/v5/user/query-api": wire("bybit/http_get_user_query_api.json"),
        "/v5/account/info": wire("bybit/http_get_account_info.json"),
    }
    view = look("bybit", answers)
    assert ("key-rights", "key") in said(view, Proof.VIOLATED)
    (linear,) = [c for c in view.checks if (c.check, c.wallet) == ("positions", "linear-usdt")]
    assert [e.field for e in linear.evidence] == ["BTCUSDT size", "ETHUSDT size"]
    assert [s.action["side"] for s in linear.steps] == ["SELL", "BUY"]
    assert ("modes", "account") in said(view, Proof.ADVICE)


def test_kraken_margin_is_found() -> None:
    answers = CLEAN["kraken"] | {
        "/0/private/OpenPositions": wire("kraken/http_spot_open_positions.json"),
        "/0/private/TradeBalance": wire("kraken/http_spot_trade_balance.json"),
    }
    assert said(look("kraken", answers), Proof.VIOLATED) == {("positions", "margin")}
    grouped = case("kraken", "fetchPositions", "fetchPositions")
    listed = CLEAN["kraken"] | {"/0/private/OpenPositions": grouped}
    assert said(look("kraken", listed), Proof.VIOLATED) == {("positions", "margin")}


def test_kraken_negative_fiat_is_a_debt_and_receipts_are_set_apart() -> None:
    reply = case("kraken", "fetchBalance", "negative USD")
    view = look("kraken", CLEAN["kraken"] | {"/0/private/BalanceEx": reply})
    assert said(view, Proof.VIOLATED) == {("debt", "spot")}
    owed = {h.asset: h.debt for h in view.holdings if h.debt}
    assert {asset: str(debt) for asset, debt in owed.items()} == {"USD": "12.5000"}


def test_coinbase_futures_are_found() -> None:
    brokerage = "/api/v3/brokerage"
    answers = CLEAN["coinbase"] | {
        f"{brokerage}/cfm/positions": wire("coinbase/http_cfm_positions.json"),
        f"{brokerage}/cfm/balance_summary": wire("coinbase/http_cfm_balance_summary.json"),
        f"{brokerage}/accounts": wire("coinbase/http_accounts.json"),
    }
    found = said(look("coinbase", answers), Proof.VIOLATED)
    assert found == {("positions", "futures"), ("orders", "futures")}


def test_binance_margin_isolated_and_portfolio_debts_are_found() -> None:
    answers = CLEAN["binance"] | {
        "/sapi/v1/margin/account": case("binance", "fetchBalance", "cross margin with BTC debt"),
        "/sapi/v1/margin/isolated/account": case("binance", "fetchBalance", "isolated margin"),
        "/sapi/v1/portfolio/account": {"accountType": "PM_1", "accountStatus": "NORMAL"},
        "/papi/v1/balance": case("binance", "fetchBalance", "type margin shows debt"),
        "/papi/v1/um/positionRisk": wire("binance_futures/position_risk.json"),
        "/papi/v1/cm/positionRisk": [],
        "/papi/v1/um/openOrders": [],
        "/papi/v1/cm/openOrders": [],
        "/papi/v1/margin/openOrders": [],
        "/fapi/v3/account": wire("binance_futures/account_info_v2.json"),
        "/fapi/v1/openAlgoOrders": wire("binance_futures/open_algo_orders.json"),
    }
    found = said(look("binance", answers), Proof.VIOLATED)
    assert {
        ("debt", "margin"),
        ("interest", "margin"),
        ("debt", "isolated"),
        ("modes", "portfolio"),
        ("debt", "portfolio"),
        ("interest", "portfolio"),
        ("positions", "portfolio"),
        ("orders", "usdm"),
    } <= found


def test_binance_leveraged_tokens_are_found_and_look_alikes_are_not() -> None:
    reply = case("binance", "fetchBalance", "spot incl. LD")
    view = look("binance", CLEAN["binance"] | {"/api/v3/account": reply})
    tokens = [c for c in view.checks if c.check == "leveraged-tokens"]
    assert [e.field for c in tokens for e in c.evidence] == ["BTCUP"]


def test_a_recorded_clean_account_has_no_finding() -> None:
    answers = CLEAN["binance"] | {"/api/v3/account": wire("binance/account_response.json")}
    assert said(look("binance", answers), Proof.VIOLATED) == set()
    assert said(look("binance", answers), Proof.CANNOT_TELL) == set()
