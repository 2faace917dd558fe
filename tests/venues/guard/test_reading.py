"""How a read is trusted: the right address, the exact text, an honest gap."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from ccxt.base import errors

from dcaguard.adapters.venues.guard_reader import read_account
from dcaguard.adapters.venues.profiles import PROFILES
from dcaguard.core.account import AccountView, CheckResult, Holding, Proof
from dcaguard.core.config import VENUES
from dcaguard.core.market import Market
from dcaguard.core.policy.leverage import stops, unwind

from .driver import NOON, answer, changed, exchange, look
from .replies import BITGET, BITGET_UNIFIED, CLEAN, GATE, GATE_UNIFIED
from .violations import put

BINANCE = CLEAN["binance"]
REFUSED = {"code": -2015, "msg": "Invalid API-key, IP, or permissions for action."}
WALLETS = "/sapi/v1/asset/wallet/balance"


def check(view: AccountView, name: str, wallet: str) -> CheckResult:
    (found,) = [c for c in view.checks if (c.check, c.wallet) == (name, wallet)]
    return found


def holding(view: AccountView, wallet: str, asset: str) -> Holding:
    (found,) = [h for h in view.holdings if (h.wallet, h.asset) == (wallet, asset)]
    return found


def market(base: str, *, active: bool = True, leveraged: bool = False) -> Market:
    step = Decimal("0.01")
    return Market(
        f"{base}/USDT",
        base,
        "USDT",
        True,
        active,
        step,
        step,
        None,
        None,
        None,
        None,
        step,
        leveraged,
    )


def test_no_such_account_proves_an_unused_wallet_and_its_orders() -> None:
    gone = {"code": -3003, "msg": "Margin account does not exist."}
    answers = BINANCE | {"/sapi/v1/margin/account": gone}
    del answers["/sapi/v1/margin/openOrders"]
    view = look("binance", answers)
    assert check(view, "debt", "margin").result is Proof.PROVED
    assert check(view, "debt", "margin").evidence[0].value == "-3003"
    assert check(view, "orders", "margin").result is Proof.PROVED


def test_no_such_account_is_also_heard_in_an_exception() -> None:
    gone = errors.BadRequest('binance {"code":-3003,"msg":"Margin account does not exist."}')
    view = look("binance", BINANCE | {"/sapi/v1/margin/account": gone})
    assert check(view, "debt", "margin").result is Proof.PROVED


def test_a_number_that_only_contains_the_code_is_no_such_account_for_nobody() -> None:
    other = errors.BadRequest('binance {"code":-30031,"msg":"something else"}')
    view = look("binance", _without_overview() | {"/sapi/v1/margin/account": other})
    assert check(view, "debt", "margin").result is Proof.CANNOT_TELL


@pytest.mark.parametrize("failure", [REFUSED, errors.PermissionDenied("binance no")])
def test_an_unreadable_wallet_is_proved_only_by_the_overview(failure: Any) -> None:
    answers = BINANCE | {"/fapi/v3/account": failure}
    view = look("binance", answers)
    said = check(view, "positions", "usdm")
    assert said.result is Proof.PROVED
    assert said.evidence[0].field == "USD-M Futures activate"
    used = changed(answers, WALLETS, lambda r: _set_wallet(r, "USD-M Futures", "0.5"))
    assert check(look("binance", used), "positions", "usdm").result is Proof.CANNOT_TELL


@pytest.mark.parametrize("name", ["USD\u24c8-M", "USDS-M"])
def test_the_venues_ornamented_wallet_name_is_the_same_wallet(name: str) -> None:
    def ornament(rows: list[dict[str, Any]]) -> None:
        for row in rows:
            row["walletName"] = row["walletName"].replace("USD-M", name)

    answers = changed(BINANCE | {"/fapi/v3/account": REFUSED}, WALLETS, ornament)
    assert check(look("binance", answers), "debt", "usdm").result is Proof.PROVED


def test_an_active_wallet_that_holds_exactly_nothing_is_unused() -> None:
    answers = changed(
        BINANCE | {"/fapi/v3/account": REFUSED},
        WALLETS,
        lambda r: _set_wallet(r, "USD-M Futures", "0.00000000"),
    )
    assert check(look("binance", answers), "debt", "usdm").result is Proof.PROVED


def test_a_longer_label_is_another_refusal() -> None:
    other = errors.BadRequest('gate {"label":"SUB_USER_NOT_FOUND"}')
    gone = errors.BadRequest('gate {"label":"USER_NOT_FOUND"}')
    key = "/api/v4/delivery/usdt/accounts"
    assert check(look("gate", GATE | {key: other}), "debt", "delivery-usdt").result is (
        Proof.CANNOT_TELL
    )
    assert check(look("gate", GATE | {key: gone}), "debt", "delivery-usdt").result is Proof.PROVED


@pytest.mark.parametrize("active", [None, "odd", True])
def test_a_wallet_with_money_is_unused_only_where_it_is_plainly_inactive(active: Any) -> None:
    def spoil(rows: list[dict[str, Any]]) -> None:
        _set_wallet(rows, "USD-M Futures", "0.5")
        for row in rows:
            if row["walletName"] == "USD-M Futures":
                row["activate"] = active

    answers = changed(BINANCE | {"/fapi/v3/account": REFUSED}, WALLETS, spoil)
    assert check(look("binance", answers), "debt", "usdm").result is Proof.CANNOT_TELL


def test_portfolio_margin_is_unused_only_where_all_its_wallets_are() -> None:
    refused = BINANCE | {"/sapi/v1/portfolio/account": REFUSED}
    assert check(look("binance", refused), "modes", "portfolio").result is Proof.PROVED
    used = changed(refused, WALLETS, lambda r: _set_wallet(r, "COIN-M Futures", "0.5"))
    assert check(look("binance", used), "modes", "portfolio").result is Proof.CANNOT_TELL


@pytest.mark.parametrize("balance", [None, "1e400", "x"])
def test_an_overview_that_can_not_be_read_proves_nothing(balance: Any) -> None:
    answers = changed(
        BINANCE | {"/fapi/v3/account": REFUSED},
        WALLETS,
        lambda r: _set_wallet(r, "USD-M Futures", balance),
    )
    view = look("binance", answers)
    assert check(view, "debt", "usdm").result is Proof.CANNOT_TELL
    assert any(text.startswith("usdm:") for text in view.unread)


def test_a_readable_but_odd_wallet_is_not_saved_by_the_overview() -> None:
    odd = changed(BINANCE, "/sapi/v1/margin/account", put("userAssets.0.borrowed", None))
    assert check(look("binance", odd), "debt", "margin").result is Proof.CANNOT_TELL


def test_without_the_overview_an_unreadable_wallet_stops_unless_it_is_vouched_for() -> None:
    view = look(
        "binance",
        _without_overview() | {"/eapi/v1/position": REFUSED, "/eapi/v1/openOrders": REFUSED},
    )
    refused = stops(view, require_key_rights="not-violated", accept_cannot_tell=frozenset())
    assert {c.wallet for c in refused} == {"options", "bots"}
    vouched = frozenset({"main:options", "main:bots"})
    assert stops(view, require_key_rights="not-violated", accept_cannot_tell=vouched) == ()
    other = frozenset({"other:options"})
    assert stops(view, require_key_rights="not-violated", accept_cannot_tell=other)


def test_a_product_that_the_host_does_not_offer_is_not_covered() -> None:
    lost = errors.ExchangeNotAvailable("binance GET https://x/sapi/v2/loan 404 Not Found ")
    view = look("binance", BINANCE | {"/sapi/v2/loan/flexible/ongoing/orders": lost})
    said = check(view, "loans", "loans-flexible")
    assert said.result is Proof.NOT_COVERED
    assert "404" in said.detail


def test_a_lost_margin_address_is_no_absent_product() -> None:
    lost = errors.ExchangeNotAvailable("binance GET https://x/sapi/v1/margin 404 Not Found ")
    view = look("binance", _without_overview() | {"/sapi/v1/margin/account": lost})
    assert check(view, "debt", "margin").result is Proof.CANNOT_TELL


def test_a_refused_loan_read_is_a_gap() -> None:
    view = look("binance", BINANCE | {"/sapi/v2/loan/flexible/ongoing/orders": REFUSED})
    assert check(view, "loans", "loans-flexible").result is Proof.CANNOT_TELL


def test_a_silent_fallback_to_another_wallet_is_an_error() -> None:
    made = exchange("binance")
    made.fetch = lambda url, *_: CLEAN["binance"]["/api/v3/account"]
    made.sapiGetMarginAccount = made.privateGetAccount
    view = read_account(made, PROFILES["binance"], account="main", now=NOON, markets={})
    assert check(view, "debt", "spot").result is Proof.PROVED
    assert check(view, "debt", "margin").result is Proof.CANNOT_TELL
    assert "went to /api/v3/account" in check(view, "debt", "margin").detail


def test_numbers_come_from_the_exact_text_of_the_reply() -> None:
    rows = '[["exchange","BTC",0.1234567890123456789,0,0.1234567890123456789]]'
    answers = CLEAN["bitfinex"] | {"/v2/auth/r/wallets": rows}
    view = look("bitfinex", answers, raw=True)
    assert holding(view, "spot", "BTC").total == Decimal("0.1234567890123456789")


@pytest.mark.parametrize("number", ["1e400", "NaN", "Infinity", "-1e400"])
def test_impossible_numbers_in_the_text_are_no_balance(number: str) -> None:
    rows = f'[["exchange","BTC",{number},0,1]]'
    view = look("bitfinex", CLEAN["bitfinex"] | {"/v2/auth/r/wallets": rows}, raw=True)
    assert check(view, "balances", "spot").result is Proof.CANNOT_TELL
    assert check(view, "leveraged-tokens", "spot").result is Proof.CANNOT_TELL


def test_receipts_count_for_their_coin_but_can_not_be_spent() -> None:
    view = look("binance", BINANCE)
    earning = holding(view, "earn", "USDT")
    assert (earning.total, earning.spendable) == (Decimal(250), False)
    assert holding(view, "spot", "LDO").spendable


def test_a_coin_with_a_market_of_its_own_is_no_receipt() -> None:
    real = changed(BINANCE, "/api/v3/account", put("balances.2.asset", "LDCOIN"))
    view = look("binance", real, markets={"LDCOIN/USDT": market("LDCOIN")})
    assert holding(view, "spot", "LDCOIN").spendable


def test_kraken_flexible_rewards_can_be_spent_and_bonded_ones_can_not() -> None:
    view = look("kraken", CLEAN["kraken"])
    assert holding(view, "spot", "BTC").free == Decimal("1.2")
    assert not holding(view, "earn", "BTC").spendable
    assert holding(view, "earn", "DOT").total == 7


def test_a_dead_preflight_leaves_mode_dependent_wallets_unproved_but_shown() -> None:
    view = look(
        "gate", GATE_UNIFIED | {"/api/v4/account/detail": errors.PermissionDenied("gate no")}
    )
    spot = check(view, "debt", "spot")
    assert spot.result is Proof.CANNOT_TELL
    assert holding(view, "spot", "BTC").total == Decimal("1.5")
    assert check(view, "loans", "loans").result is Proof.CANNOT_TELL
    assert check(view, "modes", "account").result is Proof.CANNOT_TELL


def test_an_unknown_account_type_is_never_taken_for_the_classic_one() -> None:
    odd = changed(CLEAN["kucoin"], "/api/ua/v1/account/mode", put("data.selfAccountMode", "NEW"))
    view = look("kucoin", odd)
    assert check(view, "modes", "account").result is Proof.CANNOT_TELL
    assert check(view, "debt", "spot").result is Proof.CANNOT_TELL


@pytest.mark.parametrize(
    ("venue", "answers", "option", "value"),
    [
        ("bitget", BITGET, "uta", False),
        ("bitget", BITGET_UNIFIED, "uta", True),
        ("gate", GATE, "unifiedAccount", False),
        ("kucoin", CLEAN["kucoin"], "uta", False),
        ("bybit", CLEAN["bybit"], "enableUnifiedAccount", True),
        ("hyperliquid", CLEAN["hyperliquid"], "enableUnifiedMargin", False),
    ],
)
def test_the_mode_is_read_by_us_and_told_to_ccxt(
    venue: str, answers: dict[str, Any], option: str, value: bool
) -> None:
    made = exchange(venue)
    made.fetch = lambda url, m="GET", h=None, body=None: answer(answers, url, body)
    read_account(made, PROFILES[venue], account="main", now=NOON, markets={})
    assert made.options[option] is value
    assert "on_rest_response" not in vars(made)


def test_every_page_of_a_long_list_is_read() -> None:
    first = json.loads(json.dumps(CLEAN["coinbase"]["/api/v3/brokerage/accounts"]))
    last = json.loads(json.dumps(first))
    first |= {"cursor": "next", "has_next": True}
    last["accounts"][0]["available_balance"]["value"] = "-1"
    key = "/api/v3/brokerage/accounts"
    view = look("coinbase", CLEAN["coinbase"] | {key: first, f"{key} cursor=next": last})
    assert check(view, "debt", "spot").result is Proof.VIOLATED


def test_a_list_without_end_is_a_gap() -> None:
    made = exchange("coinbase")
    count = 0

    def fetch(url: str, *_: Any, **__: Any) -> Any:
        nonlocal count
        if "/brokerage/accounts" in url:
            count += 1
            return {"accounts": [], "cursor": str(count), "has_next": True}
        path = url.partition("coinbase.com")[2].partition("?")[0]
        return CLEAN["coinbase"][path]

    made.fetch = fetch
    view = read_account(made, PROFILES["coinbase"], account="main", now=NOON, markets={})
    assert check(view, "debt", "spot").result is Proof.CANNOT_TELL
    assert count == 20


def test_leveraged_tokens_are_found_and_dust_is_advice() -> None:
    held = changed(BINANCE, "/api/v3/account", put("balances.3.asset", "BTCUP"))
    live = {"BTCUP/USDT": market("BTCUP"), "BTC/USDT": market("BTC")}
    view = look("binance", held, markets=live)
    assert check(view, "leveraged-tokens", "spot").result is Proof.VIOLATED
    gone = {"BTCUP/USDT": market("BTCUP", active=False), "BTC/USDT": market("BTC")}
    dust = look("binance", held, markets=gone)
    assert check(dust, "leveraged-tokens", "spot").result is Proof.ADVICE
    assert check(look("binance", held), "leveraged-tokens", "spot").result is Proof.VIOLATED


def test_the_venues_own_flag_makes_a_token_leveraged() -> None:
    held = changed(BINANCE, "/api/v3/account", put("balances.3.asset", "ODD"))
    view = look("binance", held, markets={"ODD/USDT": market("ODD", leveraged=True)})
    assert check(view, "leveraged-tokens", "spot").result is Proof.VIOLATED


def test_a_key_bound_to_no_address_is_advice() -> None:
    free = changed(BINANCE, "/sapi/v1/account/apiRestrictions", put("ipRestrict", False))
    view = look("binance", free)
    assert check(view, "ip-lock", "key").result is Proof.ADVICE
    assert stops(view, require_key_rights="proved", accept_cannot_tell=frozenset()) == ()
    assert "lock-key" in {s.action["kind"] for s in unwind(view)}


def test_money_in_a_bot_can_not_be_looked_into() -> None:
    used = changed(BINANCE, WALLETS, lambda r: _set_wallet(r, "Trading Bots", "0.2"))
    assert check(look("binance", used), "positions", "bots").result is Proof.CANNOT_TELL


def test_the_reason_of_a_gap_never_holds_the_signed_address() -> None:
    signed = errors.NetworkError("binance GET https://api/x?timestamp=1&signature=abcdef0123")
    view = look("binance", _without_overview() | {"/api/v3/account": signed})
    text = json.dumps([view.unread, [c.detail for c in view.checks]])
    assert "NetworkError" in text
    assert "signature" not in text


def test_the_same_key_has_the_same_fingerprint_and_no_key_in_it() -> None:
    first = look("binance", BINANCE)
    assert first.key_fingerprint == look("binance", BINANCE).key_fingerprint
    assert "account-key" not in first.key_fingerprint
    assert look("kraken", CLEAN["kraken"]).key_fingerprint != first.key_fingerprint


@pytest.mark.parametrize("venue", VENUES)
def test_reads_hit_only_what_the_profile_allows_and_nothing_that_moves_money(venue: str) -> None:
    made = exchange(venue)
    seen: list[tuple[str, str]] = []

    def fetch(url: str, method: str = "GET", headers: Any = None, body: Any = None) -> Any:
        seen.append((method, "/" + url.split("/", 3)[3].partition("?")[0]))
        return answer(CLEAN[venue], url, body)

    made.fetch = fetch
    read_account(made, PROFILES[venue], account="main", now=NOON, markets={})
    allowed = PROFILES[venue].read_paths
    assert seen
    for method, path in seen:
        assert any(m == method and re.search(p, path) for m, p in allowed), (method, path)
    for method, pattern in allowed:
        assert pattern.startswith("^")
        assert pattern.endswith("$")
        moving = "withdraw|transfer$|/order$|add_?order|borrow|repay|exchange$|batch_?orders|/w/"
        assert not re.search(moving, pattern, re.IGNORECASE), pattern
        assert method in {"GET", "POST"}


def _without_overview() -> dict[str, Any]:
    return BINANCE | {WALLETS: REFUSED}


def _set_wallet(rows: list[dict[str, Any]], name: str, balance: Any) -> None:
    for row in rows:
        if row["walletName"] == name:
            row |= {"activate": True, "balance": balance}


def test_only_the_spot_account_of_a_login_can_be_spent() -> None:
    margin = "/v1/account/accounts/100002/balance"
    answers = changed(CLEAN["htx"], margin, put("data.list.0.balance", "3"))
    view = look("htx", answers)
    assert not holding(view, "super-margin", "BTC").spendable
    assert holding(view, "spot", "USDT").spendable
