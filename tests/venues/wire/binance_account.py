"""Binance's account reads: every wallet, debt, position, loan and right that a guard asks for."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.venues.wire.binance_auth import problem
from tests.venues.wire.binance_public import eight
from tests.venues.wire.messages import WireReply, WireRequest

if TYPE_CHECKING:
    from tests.venues.wire.binance import BinanceWire

# wallet -> the name GET /sapi/v1/asset/wallet/balance gives it
WALLETS = {
    "spot": "Spot",
    "funding": "Funding",
    "margin": "Cross Margin",
    "isolated": "Isolated Margin",
    "usdm": "USDⓈ-M Futures",
    "coinm": "COIN-M Futures",
    "earn": "Earn",
    "options": "Options",
    "bots": "Trading Bots",
}


def closed(exchange: "BinanceWire", wallet: str) -> WireReply | None:
    """Return how a wallet that this key may not read, or that is not there, answers."""
    match exchange.account.access.get(wallet, DEFAULT_ACCESS.get(wallet, "open")):
        case "denied":
            return problem("-2015")
        case "absent":
            return problem("-3003") if wallet in {"margin", "isolated"} else problem("-2015")
    return None


DEFAULT_ACCESS = {
    "margin": "absent",
    "isolated": "open",
    "usdm": "denied",
    "coinm": "denied",
    "options": "denied",
    "pm": "denied",
}


def spot(exchange: "BinanceWire", request: WireRequest) -> WireReply:
    ledger, rights = exchange.ledger, exchange.account.rights
    names = sorted({*ledger.totals["spot"], *ledger.held})
    omit = request.params.get("omitZeroBalances") == "true"
    rows = [
        {"asset": a, "free": eight(ledger.free("spot", a)), "locked": eight(ledger.locked(a))}
        for a in names
        if not omit or ledger.total("spot", a)
    ]
    rate = str(ledger.fees.taker)
    body = {
        "makerCommission": 10,
        "takerCommission": 10,
        "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": {"maker": rate, "taker": rate, "buyer": "0.0", "seller": "0.0"},
        "canTrade": True,
        "canWithdraw": bool(rights["withdraw"]),
        "canDeposit": True,
        "brokered": False,
        "requireSelfTradePrevention": False,
        "preventSor": False,
        "updateTime": request.now_ms,
        "accountType": "SPOT",
        "balances": rows,
        "permissions": exchange.account.modes.get("permissions", ["SPOT"]),
        "uid": 354937868,
    }
    return WireReply(body)


def rights(exchange: "BinanceWire", request: WireRequest) -> WireReply:
    has = exchange.account.rights
    body = {
        "ipRestrict": bool(has["ip_lock"]),
        "createTime": 1_698_645_219_000,
        "enableReading": bool(has["read"]),
        "enableSpotAndMarginTrading": bool(has["trade"]),
        "enableWithdrawals": bool(has["withdraw"]),
        "enableInternalTransfer": bool(has["transfer"]),
        "permitsUniversalTransfer": bool(has["transfer"]),
        "enableMargin": bool(has["margin"]),
        "enableFutures": bool(has["futures"]),
        "enableVanillaOptions": bool(has["options"]),
        "enablePortfolioMarginTrading": bool(has["portfolio_margin"]),
        "enableFixApiTrade": False,
        "enableFixReadOnly": True,
        **{k: v for k, v in has.items() if k.startswith(("enable", "permits"))},
    }
    return WireReply(body)


def wallets(exchange: "BinanceWire", request: WireRequest) -> WireReply:
    """GET /sapi/v1/asset/wallet/balance: which wallets are in use, in BTC (or quoteAsset)."""
    rows = []
    for wallet, name in WALLETS.items():
        worth = _worth_btc(exchange, wallet)
        state = exchange.account.access.get(wallet, DEFAULT_ACCESS.get(wallet, "open"))
        used = bool(worth or exchange.account.positions.get(wallet))
        active = wallet in {"spot", "funding"} or used or wallet in exchange.account.access
        rows.append(
            {"activate": active and state != "absent", "balance": eight(worth), "walletName": name}
        )
    return WireReply(rows)


def _worth_btc(exchange: "BinanceWire", wallet: str) -> Decimal:
    books, found = exchange.ledger.books, Decimal(0)
    btc = books["BTC/USDT"].mid()
    parts = {"earn": ("earn-flexible", "earn-locked")}.get(wallet, (wallet,))
    for asset, amount in ((a, v) for p in parts for a, v in exchange.ledger.totals[p].items()):
        usdt = Decimal(1) if asset in {"USDT", "USDC"} else books[f"{asset}/USDT"].mid()
        found += amount if asset == "BTC" else (amount * usdt / btc if btc else Decimal(0))
    return found


def coins(exchange: "BinanceWire", request: WireRequest) -> WireReply:
    """GET /sapi/v1/capital/config/getall: every asset, without networks."""
    names = {c for m in exchange.ledger.markets.values() for c in (m.base, m.quote)}
    shared = {"depositAllEnable": True, "withdrawAllEnable": True, "trading": True}
    zeros = dict.fromkeys(("free", "locked", "freeze", "withdrawing", "ipoing", "ipoable"), "0")
    fiat = {"isLegalMoney": False, "networkList": []}
    return WireReply([{"coin": x, "name": x, **shared, **zeros, **fiat} for x in sorted(names)])


def nothing(exchange: "BinanceWire", request: WireRequest) -> WireReply:
    """Return an empty list."""
    return WireReply([])


def funding(exchange: "BinanceWire", request: WireRequest) -> WireReply:
    rows = [
        {
            "asset": asset,
            "free": eight(amount),
            "locked": "0",
            "freeze": "0",
            "withdrawing": "0",
            "btcValuation": "0.00000000",
        }
        for asset, amount in exchange.ledger.totals["funding"].items()
    ]
    return WireReply(rows)


def owed(exchange: "BinanceWire", wallet: str, asset: str) -> dict[str, str]:
    zero = {"borrowed": "0", "interest": "0"}
    found = exchange.account.debts.get(wallet, {}).get(asset, zero)
    return {k: eight(Decimal(v)) for k, v in found.items()}


def margin(exchange: "BinanceWire", request: WireRequest) -> WireReply:
    """GET /sapi/v1/margin/account: the cross margin account."""
    assets = {*exchange.ledger.totals["margin"], *exchange.account.debts.get("margin", {})}
    rows = [_margin_row(exchange, "margin", x) for x in sorted(assets)]
    debt = sum((Decimal(x["borrowed"]) + Decimal(x["interest"]) for x in rows), Decimal(0))
    body = {
        "created": True,
        "borrowEnabled": True,
        "marginLevel": "999.00000000" if not debt else "2.00000000",
        "collateralMarginLevel": "999.00000000" if not debt else "2.00000000",
        "totalAssetOfBtc": eight(_worth_btc(exchange, "margin")),
        "totalLiabilityOfBtc": eight(_debt_btc(exchange, rows)),
        "totalNetAssetOfBtc": eight(_worth_btc(exchange, "margin") - _debt_btc(exchange, rows)),
        "tradeEnabled": True,
        "transferInEnabled": True,
        "transferOutEnabled": True,
        "accountType": "MARGIN_1",
        "userAssets": rows,
    }
    return WireReply(body)


def _debt_btc(exchange: "BinanceWire", rows: list[dict[str, str]]) -> Decimal:
    books, found = exchange.ledger.books, Decimal(0)
    btc = books["BTC/USDT"].mid()
    for x in rows:
        debt = Decimal(x["borrowed"]) + Decimal(x["interest"])
        usdt = Decimal(1) if x["asset"] in {"USDT", "USDC"} else books[f"{x['asset']}/USDT"].mid()
        found += debt if x["asset"] == "BTC" else (debt * usdt / btc if btc else Decimal(0))
    return found


def _margin_row(exchange: "BinanceWire", wallet: str, asset: str) -> dict[str, str]:
    held, debt = exchange.ledger.total(wallet, asset), owed(exchange, wallet, asset)
    net = held - Decimal(debt["borrowed"]) - Decimal(debt["interest"])
    row = {"asset": asset, "borrowed": debt["borrowed"], "free": eight(held)}
    return {**row, "interest": debt["interest"], "locked": "0.00000000", "netAsset": eight(net)}


def isolated(exchange: "BinanceWire", request: WireRequest) -> WireReply:
    """GET /sapi/v1/margin/isolated/account: one entry per pair that holds or owes something."""
    used = {*exchange.account.debts.get("isolated", {}), *exchange.ledger.totals["isolated"]}
    # The pair that covers most of what is held or owed; one is enough for what tests script.
    pairs = sorted(exchange.ledger.markets, key=lambda m: (-len({*m.split("/")} & used), m))
    rows = [_isolated_row(exchange, x) for x in pairs[:1] if used]
    totals = {f"total{x}OfBtc": "0.00000000" for x in ("Asset", "Liability", "NetAsset")}
    return WireReply({"assets": rows, **totals})


def _isolated_row(exchange: "BinanceWire", symbol: str) -> dict[str, Any]:
    base, quote = symbol.split("/")
    legs = {
        name: {
            **_margin_row(exchange, "isolated", asset),
            "borrowEnabled": True,
            "repayEnabled": True,
            "netAssetOfBtc": "0.00000000",
            "totalAsset": eight(exchange.ledger.total("isolated", asset)),
        }
        for name, asset in (("baseAsset", base), ("quoteAsset", quote))
    }
    pair = {"symbol": base + quote, "isolatedCreated": True, "enabled": True}
    return {
        **legs,
        **pair,
        "marginLevel": "2.00",
        "marginLevelStatus": "NORMAL",
        "tradeEnabled": True,
    }
