"""Kraken's account reads: balances, margin state, positions, key rights, earn."""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.venues.wire.kraken_auth import result
from tests.venues.wire.kraken_public import FIAT, asset_id, market_of, pair_id
from tests.venues.wire.messages import WireReply, WireRequest

if TYPE_CHECKING:
    from tests.venues.wire.kraken import KrakenWire

READS = (
    "query-funds", "query-open-trades", "query-closed-trades", "query-ledger-entries",
)  # fmt: skip


def permissions(exchange: "KrakenWire") -> list[str]:
    """Return the key's permissions in Kraken's words."""
    has = exchange.account.rights
    groups = {
        "read": READS,
        "trade": ("modify-trades", "close-trades"),
        "withdraw": ("withdraw-funds",),
        "transfer": ("deposit-funds",),
        "earn": ("earn-funds",),
    }
    return [x for right, names in groups.items() if has.get(right) for x in names]


def key_info(exchange: "KrakenWire", request: WireRequest) -> WireReply:
    locked = exchange.account.rights["ip_lock"]
    body = {
        "apiKeyName": "wire",
        "apiKey": exchange.credentials["apiKey"],
        "nonce": str(exchange.nonce_seen),
        "nonceWindow": 0,
        "permissions": permissions(exchange),
        "iban": "AA88N84GWIRE",
        "validUntil": "0",
        "queryFrom": "0",
        "queryTo": "0",
        "createdTime": "1732060000",
        "modifiedTime": "1732060000",
        "ipAllowlist": ["127.0.0.1"] if locked else [],
        "lastUsed": str(request.now_ms // 1000),
    }
    return result(body)


def _spell(code: str, amount: Decimal) -> str:
    return f"{amount:.4f}" if code in FIAT else f"{amount:.10f}"


def balance_ex(exchange: "KrakenWire", request: WireRequest) -> WireReply:
    ledger, rows = exchange.ledger, {}
    lines = exchange.account.debts.get("credit", {})
    for code in sorted({*ledger.totals["spot"], *lines}):
        rows[asset_id(code)] = {
            "balance": _spell(code, ledger.total("spot", code)),
            "hold_trade": _spell(code, ledger.locked(code)),
        }
        if code in lines:
            line = {"credit": lines[code]["borrowed"], "credit_used": lines[code]["borrowed"]}
            rows[asset_id(code)].update(line)
    return result(rows)


def balance(exchange: "KrakenWire", request: WireRequest) -> WireReply:
    totals = exchange.ledger.totals["spot"]
    return result({asset_id(x): _spell(x, v) for x, v in sorted(totals.items())})


def trade_balance(exchange: "KrakenWire", request: WireRequest) -> WireReply:
    """TradeBalance: `m` is the margin in use, `ml` appears only when there is some."""
    open_rows = _positions(exchange).values()
    used = sum((Decimal(x["margin"]) for x in open_rows), Decimal(0))
    worth = sum(
        (_worth(exchange, a, v) for a, v in exchange.ledger.totals["spot"].items()), Decimal(0)
    )
    body = {
        "eb": f"{worth:.4f}",
        "tb": f"{worth:.4f}",
        "m": f"{used:.4f}",
        "uv": "0.0000",
        "n": "0.0000",
        "c": f"{used * 2:.4f}",
        "v": f"{used * 2:.4f}",
        "e": f"{worth:.4f}",
        "mf": f"{worth - used:.4f}",
    }
    return result({**body, "ml": f"{worth / used * 100:.2f}"} if used else body)


def _worth(exchange: "KrakenWire", code: str, amount: Decimal) -> Decimal:
    if code in {"USD", "USDT", "USDC"}:
        return amount
    head = code.partition(".")[0]
    books = exchange.ledger.books
    return amount * (books[f"{head}/USD"].mid() or books[f"{head}/USDT"].mid())


def _positions(exchange: "KrakenWire") -> dict[str, dict[str, Any]]:
    rows = {}
    for number, found in enumerate(exchange.account.positions.get("margin", [])):
        market = market_of(exchange.ledger, found["symbol"]) or exchange.ledger.markets.get(
            found["symbol"]
        )
        amount = Decimal(found["amount"])
        raw = {k: v for k, v in found.items() if k not in {"symbol", "amount"}}
        rows[f"TGUFMY-FLESJ-{number:06d}"] = {
            "ordertxid": f"O3LRNU-ZKDG5-{number:06d}",
            "posstatus": "open",
            "pair": pair_id(market) if market else found["symbol"],
            "time": 1_611_557_231.4584,
            "type": "buy" if amount > 0 else "sell",
            "ordertype": "market",
            "cost": "28.49800",
            "fee": "0.07979",
            "vol": f"{abs(amount):.8f}",
            "vol_closed": "0.00000000",
            "margin": "14.24900",
            "terms": "0.0200% per 4 hours",
            "rollovertm": "1611571631",
            "misc": "",
            "oflags": "",
            **raw,
        }
    return rows


def open_positions(exchange: "KrakenWire", request: WireRequest) -> WireReply:
    """OpenPositions: by id, or with consolidation=market one row per pair, in a list."""
    rows = _positions(exchange)
    if request.form.get("consolidation") != "market":
        return result(rows)
    return result(
        [{**x, "positions": "1", "leverage": x.get("leverage", "2")} for x in rows.values()]
    )


def allocations(exchange: "KrakenWire", request: WireRequest) -> WireReply:
    """Earn/Allocations: what is fund()ed in wallet "earn"."""
    items = [
        {
            "strategy_id": f"ESWIRE-{n:05d}",
            "native_asset": asset_id(code),
            "amount_allocated": {
                "total": {"native": str(v), "converted": "0", "allocation_count": 1}
            },
            "total_rewarded": {"native": "0", "converted": "0"},
        }
        for n, (code, v) in enumerate(exchange.ledger.totals["earn"].items())
    ]
    body = {"converted_asset": "USD", "total_allocated": "0", "total_rewarded": "0"}
    return result({**body, "next_cursor": "", "items": items})


def trade_volume(exchange: "KrakenWire", request: WireRequest) -> WireReply:
    return result({"currency": "ZUSD", "volume": "0.0000", "fees": {}, "fees_maker": {}})


Route = Callable[["KrakenWire", WireRequest], WireReply]
ACCOUNT_ROUTES: dict[str, tuple[Route, str]] = {
    "BalanceEx": (balance_ex, "query-funds"),
    "Balance": (balance, "query-funds"),
    "TradeBalance": (trade_balance, "query-funds"),
    "TradeVolume": (trade_volume, "query-funds"),
    "OpenPositions": (open_positions, "query-open-trades"),
    "Earn/Allocations": (allocations, "query-funds"),
    "GetApiKeyInfo": (key_info, ""),
}
