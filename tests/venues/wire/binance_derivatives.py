"""Binance's futures, options, portfolio-margin, loan and earn reads."""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.venues.wire import binance_account as account
from tests.venues.wire.binance_lending import earning, loans
from tests.venues.wire.binance_public import eight
from tests.venues.wire.messages import WireReply, WireRequest

if TYPE_CHECKING:
    from tests.venues.wire.binance import BinanceWire

Route = Callable[["BinanceWire", WireRequest], WireReply]


def _behind(wallet: str, body: Callable[["BinanceWire"], Any]) -> Route:
    """Return a route that answers only when the key may read the wallet."""

    def route(exchange: "BinanceWire", request: WireRequest) -> WireReply:
        return account.closed(exchange, wallet) or WireReply(body(exchange))

    return route


def _position(found: dict[str, Any]) -> dict[str, Any]:
    amount = Decimal(found["amount"])
    mark = Decimal(str(found.get("markPrice", "50000")))
    return {
        "symbol": found["symbol"],
        "positionSide": "BOTH",
        "positionAmt": str(amount),
        "entryPrice": str(mark),
        "breakEvenPrice": str(mark),
        "markPrice": str(mark),
        "unRealizedProfit": "0.00000000",
        "liquidationPrice": "0",
        "isolatedMargin": "0",
        "notional": str(amount * mark),
        "marginAsset": "USDT",
        "isolatedWallet": "0",
        "initialMargin": str(abs(amount * mark) / 10),
        "maintMargin": str(abs(amount * mark) / 100),
        "positionInitialMargin": str(abs(amount * mark) / 10),
        "openOrderInitialMargin": "0",
        "adl": 2,
        "bidNotional": "0",
        "askNotional": "0",
        "updateTime": 1_722_062_678_998,
        **{k: v for k, v in found.items() if k != "amount"},
    }


def _risks(wallet: str) -> Callable[["BinanceWire"], Any]:
    def body(exchange: "BinanceWire") -> list[dict[str, Any]]:
        rows = [_position(x) for x in exchange.account.positions.get(wallet, [])]
        coin = {"leverage": "10", "marginType": "cross", "isAutoAddMargin": "false"}
        return [{**x, **coin} for x in rows] if wallet == "coinm" else rows

    return body


def _futures(wallet: str) -> Callable[["BinanceWire"], Any]:
    def body(exchange: "BinanceWire") -> dict[str, Any]:
        totals = exchange.ledger.totals[wallet]
        debts = exchange.account.debts.get(wallet, {})
        assets = [_asset(a, totals, debts) for a in sorted({*totals, *debts})]
        shared = {
            "feeTier": 0,
            "canTrade": True,
            "canDeposit": True,
            "canWithdraw": True,
            "updateTime": 0,
            "multiAssetsMargin": bool(exchange.account.modes.get("multiAssetsMargin", False)),
        }
        positions = [
            {**x, "unrealizedProfit": x["unRealizedProfit"], "leverage": "10", "isolated": False}
            for x in _risks(wallet)(exchange)
        ]
        whole = eight(sum((Decimal(x["walletBalance"]) for x in assets), Decimal(0)))
        sums = {
            "totalInitialMargin": "0.00000000",
            "totalMaintMargin": "0.00000000",
            "totalWalletBalance": whole,
            "totalUnrealizedProfit": "0.00000000",
            "totalMarginBalance": whole,
            "availableBalance": whole,
            "maxWithdrawAmount": whole,
        }
        return {**shared, **sums, "assets": assets, "positions": positions}

    return body


def _asset(asset: str, totals: dict[str, Decimal], debts: dict[str, Any]) -> dict[str, Any]:
    # A futures wallet owes by going negative.
    owed = Decimal(debts.get(asset, {}).get("borrowed", "0"))
    held = eight(totals.get(asset, Decimal(0)) - owed)
    zeros = ("unrealizedProfit", "maintMargin", "initialMargin", "positionInitialMargin")
    return {
        "asset": asset,
        "walletBalance": held,
        "marginBalance": held,
        "crossWalletBalance": held,
        "availableBalance": held,
        "maxWithdrawAmount": held,
        "openOrderInitialMargin": "0.00000000",
        "crossUnPnl": "0.00000000",
        **dict.fromkeys(zeros, "0.00000000"),
        "updateTime": 1_722_062_678_998,
    }


def _options(exchange: "BinanceWire") -> dict[str, Any]:
    rows = [
        {"asset": a, "marginBalance": str(v), "equity": str(v), "available": str(v), "locked": "0"}
        for a, v in exchange.ledger.totals["options"].items()
    ]
    return {"asset": rows, "greek": [], "time": 1_722_062_678_998, "riskLevel": "NORMAL"}


def _option_rows(exchange: "BinanceWire") -> list[dict[str, Any]]:
    found = exchange.account.positions.get("options", [])
    shared = {"entryPrice": "27.7", "side": "LONG", "markValue": "10.25", "quoteAsset": "USDT"}
    return [
        {**shared, "quantity": x["amount"], **{k: v for k, v in x.items() if k != "amount"}}
        for x in found
    ]


def _portfolio(exchange: "BinanceWire") -> dict[str, Any]:
    debts = exchange.account.debts.get("pm", {})
    equity = sum(exchange.ledger.totals["pm"].values(), Decimal(0))
    return {
        "uniMMR": "999.0",
        "accountEquity": str(equity),
        "actualEquity": str(equity),
        "accountInitialMargin": "0",
        "accountMaintMargin": "0",
        "accountStatus": "NORMAL",
        "virtualMaxWithdrawAmount": "0" if debts else str(equity),
        "totalAvailableBalance": str(equity),
        "totalMarginOpenLoss": "0",
        "updateTime": 1_722_062_678_998,
    }


def _portfolio_rows(exchange: "BinanceWire") -> list[dict[str, Any]]:
    totals, debts = exchange.ledger.totals["pm"], exchange.account.debts.get("pm", {})
    rows = []
    for asset in sorted({*totals, *debts}):
        owed = account.owed(exchange, "pm", asset)
        held = eight(totals.get(asset, Decimal(0)))
        zeros = ("crossMarginLocked", "umWalletBalance", "umUnrealizedPNL", "cmWalletBalance")
        rows.append(
            {
                "asset": asset,
                "totalWalletBalance": held,
                "crossMarginAsset": held,
                "crossMarginBorrowed": owed["borrowed"],
                "crossMarginFree": held,
                "crossMarginInterest": owed["interest"],
                **dict.fromkeys(zeros, "0.0"),
                "cmUnrealizedPNL": "0.0",
                "updateTime": 1_722_062_678_998,
                "negativeBalance": "0",
            }
        )
    return rows


def _resting(wallet: str) -> Callable[["BinanceWire"], Any]:
    return lambda exchange: exchange.account.resting.get(wallet, [])


def _algo(wallet: str) -> Callable[["BinanceWire"], Any]:
    def body(exchange: "BinanceWire") -> dict[str, Any]:
        rows = exchange.account.resting.get(wallet, [])
        return {"total": len(rows), "orders": rows}

    return body


def _multi(exchange: "BinanceWire") -> dict[str, bool]:
    return {"multiAssetsMargin": bool(exchange.account.modes.get("multiAssetsMargin", False))}


def _burn(exchange: "BinanceWire") -> dict[str, bool]:
    return {"spotBNBBurn": exchange.ledger.fees.asset == "BNB", "interestBNBBurn": False}


WALLET_ROUTES: dict[tuple[str, str], Route] = {
    ("GET", "/sapi/v1/margin/openOrders"): _behind("margin", _resting("margin")),
    ("GET", "/sapi/v1/algo/spot/openOrders"): _behind("spot", _algo("algo-spot")),
    ("GET", "/sapi/v1/algo/futures/openOrders"): _behind("usdm", _algo("algo-futures")),
    ("GET", "/sapi/v1/bnbBurn"): _behind("spot", _burn),
    ("GET", "/sapi/v1/loan/ongoing/orders"): _behind("loan", loans("loan")),
    ("GET", "/sapi/v1/loan/flexible/ongoing/orders"): _behind("loan", loans("loan-flexible-v1")),
    ("GET", "/sapi/v2/loan/flexible/ongoing/orders"): _behind("loan", loans("loan-flexible")),
    ("GET", "/sapi/v1/loan/vip/ongoing/orders"): _behind("loan", loans("loan-vip")),
    ("GET", "/sapi/v1/simple-earn/flexible/position"): _behind("earn", earning("earn-flexible")),
    ("GET", "/sapi/v1/simple-earn/locked/position"): _behind("earn", earning("earn-locked")),
    ("GET", "/sapi/v1/portfolio/account"): _behind("pm", _portfolio),
    ("GET", "/papi/v1/account"): _behind("pm", _portfolio),
    ("GET", "/papi/v1/balance"): _behind("pm", _portfolio_rows),
    ("GET", "/papi/v1/um/positionRisk"): _behind("pm", _risks("pm-um")),
    ("GET", "/papi/v1/cm/positionRisk"): _behind("pm", _risks("pm-cm")),
    ("GET", "/papi/v1/um/openOrders"): _behind("pm", _resting("pm-um")),
    ("GET", "/papi/v1/cm/openOrders"): _behind("pm", _resting("pm-cm")),
    ("GET", "/papi/v1/margin/openOrders"): _behind("pm", _resting("pm-margin")),
    ("GET", "/fapi/v3/account"): _behind("usdm", _futures("usdm")),
    ("GET", "/fapi/v2/account"): _behind("usdm", _futures("usdm")),
    ("GET", "/fapi/v3/positionRisk"): _behind("usdm", _risks("usdm")),
    ("GET", "/fapi/v2/positionRisk"): _behind("usdm", _risks("usdm")),
    ("GET", "/fapi/v1/openOrders"): _behind("usdm", _resting("usdm")),
    ("GET", "/fapi/v1/openAlgoOrders"): _behind("usdm", _resting("algo-usdm")),
    ("GET", "/fapi/v1/multiAssetsMargin"): _behind("usdm", _multi),
    ("GET", "/dapi/v1/account"): _behind("coinm", _futures("coinm")),
    ("GET", "/dapi/v1/positionRisk"): _behind("coinm", _risks("coinm")),
    ("GET", "/dapi/v1/openOrders"): _behind("coinm", _resting("coinm")),
    ("GET", "/dapi/v1/openAlgoOrders"): _behind("coinm", _resting("algo-coinm")),
    ("GET", "/eapi/v1/account"): _behind("options", _options),
    ("GET", "/eapi/v1/marginAccount"): _behind("options", _options),
    ("GET", "/eapi/v1/position"): _behind("options", _option_rows),
    ("GET", "/eapi/v1/openOrders"): _behind("options", _resting("options")),
}
