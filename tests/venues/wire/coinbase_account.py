"""Coinbase's account reads: accounts, key permissions, fees, portfolios, futures, perpetuals."""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.venues.wire.coinbase_orders import PORTFOLIO
from tests.venues.wire.coinbase_public import FIAT, plain
from tests.venues.wire.messages import WireReply, WireRequest

if TYPE_CHECKING:
    from tests.venues.wire.coinbase import CoinbaseWire


def money(amount: Decimal | str, currency: str = "USD") -> dict[str, str]:
    return {"value": str(amount), "currency": currency}


def _uuid(code: str) -> str:
    return f"11111111-1111-1111-1111-{int.from_bytes(code.encode()[:6], 'big'):012d}"[:36]


def accounts_v3(exchange: "CoinbaseWire", request: WireRequest) -> WireReply:
    """GET accounts: one per currency, in pages behind a cursor (49 unless told, 250 at most)."""
    ledger, rows = exchange.ledger, []
    for code in sorted({*ledger.totals["spot"], *ledger.held}):
        kind = "ACCOUNT_TYPE_FIAT" if code in FIAT else "ACCOUNT_TYPE_CRYPTO"
        rows.append(_account(code, ledger.free("spot", code), ledger.locked(code), kind))
    for code, amount in ledger.totals["vault"].items():
        rows.append(_account(code, amount, Decimal(0), "ACCOUNT_TYPE_VAULT"))
    first, limit = (
        int(request.params.get("cursor") or 0),
        min(int(request.params.get("limit") or 49), 250),
    )
    page, following = rows[first : first + limit], first + limit < len(rows)
    cursor = str(first + limit) if following else ""
    return WireReply({"accounts": page, "has_next": following, "cursor": cursor, "size": len(page)})


def _account(code: str, free: Decimal, hold: Decimal, kind: str) -> dict[str, Any]:
    return {
        "uuid": _uuid(code),
        "name": f"{code} Wallet",
        "currency": code,
        "available_balance": money(plain(free), code),
        "default": True,
        "active": True,
        "created_at": "2023-01-04T06:20:06.456Z",
        "updated_at": "2023-01-04T06:20:07.181Z",
        "deleted_at": None,
        "type": kind,
        "ready": True,
        "hold": money(plain(hold), code),
        "retail_portfolio_id": PORTFOLIO,
        "platform": "ACCOUNT_PLATFORM_CONSUMER",
    }


def accounts_v2(exchange: "CoinbaseWire", request: WireRequest) -> WireReply:
    """GET /v2/accounts: wallets, and what is staked under a name of its own."""
    rows = [_wallet(a, v, "Wallet") for a, v in exchange.ledger.totals["spot"].items()]
    rows += [_wallet(a, v, "Vault", "vault") for a, v in exchange.ledger.totals["vault"].items()]
    for asset, amount in exchange.ledger.totals["staked"].items():
        rows.append(_wallet(asset, amount, "Staked"))
    edges = ("ending_before", "starting_after", "previous_ending_before", "next_starting_after")
    pages = {
        **dict.fromkeys(edges),
        "limit": 250,
        "order": "desc",
        "previous_uri": None,
        "next_uri": None,
    }
    return WireReply({"pagination": pages, "data": rows})


def _wallet(code: str, amount: Decimal, word: str, kind: str = "wallet") -> dict[str, Any]:
    name = f"Staked {code}" if word == "Staked" else f"{code} {word}"
    fiat = code in FIAT
    return {
        "id": _uuid(word + code),
        "name": name,
        "primary": False,
        "type": "fiat" if fiat else kind,
        "currency": {"code": code, "name": code, "type": "fiat" if fiat else "crypto"},
        "balance": {"amount": plain(amount), "currency": code},
        "created_at": "2023-01-04T06:20:06Z",
        "updated_at": "2023-01-04T06:20:06Z",
        "resource": "account",
        "resource_path": f"/v2/accounts/{_uuid(word + code)}",
        "allow_deposits": True,
        "allow_withdrawals": True,
    }


def key_permissions(exchange: "CoinbaseWire", request: WireRequest) -> WireReply:
    has = exchange.account.rights
    body = {
        "can_view": bool(has["read"]),
        "can_trade": bool(has["trade"]),
        "can_transfer": bool(has["transfer"] or has["withdraw"]),
        "portfolio_uuid": PORTFOLIO,
        "portfolio_type": exchange.account.modes.get("portfolio_type", "DEFAULT"),
    }
    return WireReply(body)


def transaction_summary(exchange: "CoinbaseWire", request: WireRequest) -> WireReply:
    fees = exchange.ledger.fees
    tier = {
        "pricing_tier": "Advanced 1",
        "usd_from": "0",
        "usd_to": "1000",
        "taker_fee_rate": plain(fees.taker),
        "maker_fee_rate": plain(fees.maker),
        "aop_from": "",
        "aop_to": "",
    }
    rest = {"margin_rate": None, "goods_and_services_tax": None, "total_balance": ""}
    sums = {"total_volume": "0", "total_fees": "0", "advanced_trade_only_volume": "0"}
    return WireReply({**sums, "fee_tier": tier, **rest, "has_promo_fee": False})


Route = Callable[["CoinbaseWire", WireRequest], WireReply]
V3 = "/api/v3/brokerage"
ACCOUNT_ROUTES: dict[tuple[str, str], Route] = {
    ("GET", "/v2/accounts"): accounts_v2,
    ("GET", f"{V3}/accounts"): accounts_v3,
    ("GET", f"{V3}/key_permissions"): key_permissions,
    ("GET", f"{V3}/transaction_summary"): transaction_summary,
}
