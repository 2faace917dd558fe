"""A loopback Binance: every API group on one port, one ledger behind all of them."""

from collections.abc import Callable
from decimal import Decimal
from typing import ClassVar

from tests.canary.keys import text_key
from tests.venues.wire import binance_account as account
from tests.venues.wire import binance_public as public
from tests.venues.wire.binance_auth import problem, refusal
from tests.venues.wire.binance_derivatives import WALLET_ROUTES
from tests.venues.wire.binance_orders import ORDER_ROUTES
from tests.venues.wire.exchange import WireExchange
from tests.venues.wire.ledger import Ledger
from tests.venues.wire.messages import WireReply, WireRequest
from tests.venues.wire.records import WireMarket

Public = Callable[[Ledger, WireRequest], WireReply]
PUBLIC: dict[str, Public] = {
    "/api/v3/exchangeInfo": public.exchange_info,
    "/api/v3/ticker/24hr": public.ticker,
    "/api/v3/ticker/bookTicker": public.book_ticker,
    "/api/v3/ticker/price": public.price,
    "/api/v3/depth": public.depth,
    "/fapi/v1/exchangeInfo": public.no_contracts,
    "/dapi/v1/exchangeInfo": public.no_contracts,
    "/eapi/v1/exchangeInfo": public.no_contracts,
}
TIMES = frozenset({"/api/v3/time", "/fapi/v1/time", "/dapi/v1/time", "/eapi/v1/time"})
ACCOUNT: dict[tuple[str, str], Callable[["BinanceWire", WireRequest], WireReply]] = {
    ("GET", "/api/v3/account"): account.spot,
    ("GET", "/sapi/v1/account/apiRestrictions"): account.rights,
    ("GET", "/sapi/v1/capital/config/getall"): account.coins,
    ("GET", "/sapi/v1/margin/allPairs"): account.nothing,
    ("GET", "/sapi/v1/margin/isolated/allPairs"): account.nothing,
    ("GET", "/sapi/v1/asset/wallet/balance"): account.wallets,
    ("POST", "/sapi/v1/asset/get-funding-asset"): account.funding,
    ("GET", "/sapi/v1/margin/account"): account.margin,
    ("GET", "/sapi/v1/margin/isolated/account"): account.isolated,
}
BEHIND = {
    "/sapi/v1/asset/get-funding-asset": "funding",
    "/sapi/v1/margin/account": "margin",
    "/sapi/v1/margin/isolated/account": "isolated",
}


class BinanceWire(WireExchange):
    """Every wallet of one Binance login.

    Wallets: spot, funding, margin, isolated, usdm, coinm, options, pm, earn-flexible, earn-locked;
    debts also loan, loan-flexible, loan-flexible-v1, loan-vip.
    """

    NAME = "binance"
    ORDER_POST = "/api/v3/order"
    FIELDS: ClassVar[dict[str, tuple[str, ...]]] = {
        "filled": ("executedQty", "qty"),
        "cost": ("cummulativeQuoteQty",),
        "price": ("price", "bidPrice", "askPrice", "lastPrice"),
        "symbol": ("symbol",),
        "side": ("side",),
        "client-id": ("clientOrderId",),
    }

    def default_markets(self) -> dict[str, WireMarket]:
        names = "BTC/USDT ETH/USDT BNB/USDT SOL/USDT USDC/USDT BTC/USDC BTC/EUR EUR/USDT ETH/BTC"
        found = {x: WireMarket(x) for x in names.split()}
        for symbol in ("ETH/USDT", "BNB/USDT", "SOL/USDT"):
            found[symbol].amount_step = found[symbol].amount_min = Decimal("0.0001")
        for symbol in ("EUR/USDT", "USDC/USDT"):
            found[symbol].price_step = Decimal("0.0001")
            found[symbol].amount_step = found[symbol].amount_min = Decimal("0.1")
        found["ETH/BTC"].price_step = Decimal("0.00001")
        found["ETH/BTC"].cost_min = Decimal("0.0001")
        found["BTCUP/USDT"] = WireMarket("BTCUP/USDT", leveraged_token=True)
        found["OLD/USDT"] = WireMarket("OLD/USDT", active=False)
        return found

    def make_credentials(self) -> None:
        self.credentials = {"apiKey": text_key(64), "secret": text_key(64)}
        self.account.rights = {
            "read": True,
            "trade": True,
            "withdraw": False,
            "transfer": False,
            "margin": False,
            "futures": False,
            "options": False,
            "portfolio_margin": False,
            "ip_lock": True,
        }

    def error(self, code: str) -> WireReply:
        return problem(code)

    def limited(self, status: int, headers: dict[str, str]) -> WireReply:
        until = self.now_ms() + 1000 * int(headers.get("Retry-After", "30"))
        banned = f"Way too much request weight used; IP banned until {until}."
        reply = problem("-1003", banned if status == 418 else "")
        return WireReply(reply.content, status, headers)

    def answer(self, request: WireRequest) -> WireReply:
        if request.path == "/sapi/v1/system/status":
            down = self.in_maintenance
            body = {"status": int(down), "msg": "system_maintenance" if down else "normal"}
            return WireReply(body)
        if request.path in TIMES:
            return WireReply({"serverTime": request.now_ms})
        if self.in_maintenance:
            return WireReply(b"<html><body>503 Service Unavailable</body></html>", 503)
        if request.path in PUBLIC and request.method == "GET":
            return PUBLIC[request.path](self.ledger, request)
        return refusal(request, self.credentials) or self._signed(request)

    def _signed(self, request: WireRequest) -> WireReply:
        if (fixed := self.scripted(request)) is not None:
            return fixed
        key = (request.method, request.path)
        wallet = BEHIND.get(request.path, "spot")
        if (shut := account.closed(self, wallet)) is not None:
            return shut
        route = ORDER_ROUTES.get(key) or ACCOUNT.get(key) or WALLET_ROUTES.get(key)
        if route is None:
            return WireReply(b"<html><body>404 Not found</body></html>", 404)
        return route(self, request)
