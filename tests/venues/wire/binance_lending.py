"""Binance's loan and earn reads."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.venues.wire.binance_public import eight

if TYPE_CHECKING:
    from tests.venues.wire.binance import BinanceWire


def loans(kind: str) -> Callable[["BinanceWire"], Any]:
    def body(exchange: "BinanceWire") -> dict[str, Any]:
        rows = [
            {
                "orderId": 100 + i,
                "loanCoin": asset,
                "totalDebt": owed["borrowed"],
                "residualInterest": owed["interest"],
                "collateralCoin": "BTC",
                "collateralAmount": "0.1",
                "currentLTV": "0.5",
            }
            for i, (asset, owed) in enumerate(exchange.account.debts.get(kind, {}).items())
        ]
        return {"rows": rows, "total": len(rows)}

    return body


def earning(kind: str) -> Callable[["BinanceWire"], Any]:
    def body(exchange: "BinanceWire") -> dict[str, Any]:
        key = "totalAmount" if kind == "earn-flexible" else "amount"
        rows = [
            {key: eight(v), "asset": a, "productId": f"{a}001", "canRedeem": True, "positionId": i}
            for i, (a, v) in enumerate(exchange.ledger.totals[kind].items())
        ]
        return {"rows": rows, "total": len(rows)}

    return body
