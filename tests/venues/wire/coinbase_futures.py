"""Coinbase's portfolio, futures (cfm) and perpetual (intx) reads."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.venues.wire.coinbase_account import V3, Route, money
from tests.venues.wire.coinbase_orders import PORTFOLIO
from tests.venues.wire.coinbase_public import FIAT, plain
from tests.venues.wire.messages import WireReply, WireRequest

if TYPE_CHECKING:
    from tests.venues.wire.coinbase import CoinbaseWire


def portfolios(exchange: "CoinbaseWire", request: WireRequest) -> WireReply:
    rows = [{"name": "Default", "uuid": PORTFOLIO, "type": "DEFAULT", "deleted": False}]
    if exchange.account.access.get("intx") == "open":
        perpetual = {"name": "Perpetuals", "uuid": PORTFOLIO[:-1] + "4", "type": "INTX"}
        rows.append({**perpetual, "deleted": False})
    return WireReply({"portfolios": rows})


def portfolio(exchange: "CoinbaseWire", request: WireRequest) -> WireReply:
    """GET portfolios/{uuid}: the breakdown, with spot, futures and perpetual positions."""
    totals = exchange.ledger.totals["spot"]
    spot = [
        {"asset": a, "total_balance_crypto": float(v), "is_cash": a in FIAT}
        for a, v in totals.items()
    ]
    name = {"name": "Default", "uuid": request.path.rpartition("/")[2], "type": "DEFAULT"}
    body = {
        "portfolio": {**name, "deleted": False},
        "portfolio_balances": {},
        "spot_positions": spot,
        "perp_positions": _intx_rows(exchange),
        "futures_positions": _cfm_rows(exchange),
    }
    return WireReply({"breakdown": body})


def cfm_summary(exchange: "CoinbaseWire", request: WireRequest) -> WireReply:
    """GET cfm/balance_summary: all zero unless wallet "cfm" holds or has positions."""
    cash = exchange.ledger.total("cfm", "USD")
    margin = Decimal(1000) * len(_cfm_rows(exchange))
    names = {
        "futures_buying_power": cash,
        "total_usd_balance": cash,
        "cbi_usd_balance": Decimal(0),
        "cfm_usd_balance": cash,
        "total_open_orders_hold_amount": Decimal(0),
        "unrealized_pnl": Decimal(0),
        "daily_realized_pnl": Decimal(0),
        "initial_margin": margin,
        "available_margin": cash - margin,
        "liquidation_threshold": margin / 2,
        "liquidation_buffer_amount": cash - margin,
    }
    rows: dict[str, Any] = {k: money(plain(v)) for k, v in names.items()}
    share = {"liquidation_buffer_percentage": "1000"}
    return WireReply({"balance_summary": {**rows, **share}})


def _cfm_rows(exchange: "CoinbaseWire") -> list[dict[str, Any]]:
    return [
        {
            "product_id": x["symbol"],
            "expiration_time": "2030-12-20T15:00:00Z",
            "side": "LONG" if Decimal(x["amount"]) > 0 else "SHORT",
            "number_of_contracts": str(abs(Decimal(x["amount"]))),
            "current_price": "71145",
            "avg_entry_price": "70980",
            "unrealized_pnl": "33",
            "daily_realized_pnl": "0",
            **{k: v for k, v in x.items() if k not in {"symbol", "amount"}},
        }
        for x in exchange.account.positions.get("cfm", [])
    ]


def cfm_positions(exchange: "CoinbaseWire", request: WireRequest) -> WireReply:
    return WireReply({"positions": _cfm_rows(exchange)})


def cfm_sweeps(exchange: "CoinbaseWire", request: WireRequest) -> WireReply:
    return WireReply({"sweeps": exchange.account.resting.get("sweeps", [])})


def margin_setting(exchange: "CoinbaseWire", request: WireRequest) -> WireReply:
    default = "INTRADAY_MARGIN_SETTING_STANDARD"
    return WireReply({"setting": exchange.account.modes.get("setting", default)})


def _intx_rows(exchange: "CoinbaseWire") -> list[dict[str, Any]]:
    return [
        {
            "product_id": x["symbol"],
            "portfolio_uuid": PORTFOLIO[:-1] + "4",
            "net_size": x["amount"],
            "position_side": "LONG" if Decimal(x["amount"]) > 0 else "SHORT",
            "leverage": "5",
            **{k: v for k, v in x.items() if k not in {"symbol", "amount"}},
        }
        for x in exchange.account.positions.get("intx", [])
    ]


def intx_positions(exchange: "CoinbaseWire", request: WireRequest) -> WireReply:
    return WireReply({"positions": _intx_rows(exchange), "summary": {"aggregated_pnl": money("0")}})


def intx_portfolio(exchange: "CoinbaseWire", request: WireRequest) -> WireReply:
    owed = exchange.account.debts.get("intx", {}).get("USDC", {}).get("borrowed", "0")
    row = {
        "portfolio_uuid": PORTFOLIO[:-1] + "4",
        "collateral": plain(exchange.ledger.total("intx", "USDC")),
        "position_notional": "0",
        "open_position_notional": "0",
        "pending_fees": "0",
        "borrow": owed,
        "accrued_interest": "0",
        "rolling_debt": "0",
        "margin_type": "MARGIN_TYPE_CROSS",
    }
    return WireReply({"portfolios": [row], "summary": {"buying_power": money("0")}})


FUTURES_ROUTES: dict[tuple[str, str], Route] = {
    ("GET", f"{V3}/portfolios"): portfolios,
    ("GET", f"{V3}/cfm/balance_summary"): cfm_summary,
    ("GET", f"{V3}/cfm/positions"): cfm_positions,
    ("GET", f"{V3}/cfm/sweeps"): cfm_sweeps,
    ("GET", f"{V3}/cfm/intraday/margin_setting"): margin_setting,
}
PREFIXES: tuple[tuple[str, Route], ...] = (
    (f"{V3}/portfolios/", portfolio),
    (f"{V3}/intx/positions/", intx_positions),
    (f"{V3}/intx/portfolio/", intx_portfolio),
)
