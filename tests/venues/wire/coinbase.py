"""A loopback Coinbase: v2 and Advanced Trade on one port, tokens of a key made at start."""

from decimal import Decimal
from typing import ClassVar

from tests.venues.wire import coinbase_public as public
from tests.venues.wire.coinbase_account import ACCOUNT_ROUTES, V3, Route
from tests.venues.wire.coinbase_auth import fresh_credentials, problem, refusal
from tests.venues.wire.coinbase_futures import FUTURES_ROUTES, PREFIXES
from tests.venues.wire.coinbase_orders import ORDER_ROUTES, one, refused
from tests.venues.wire.exchange import WireExchange
from tests.venues.wire.messages import WireReply, WireRequest
from tests.venues.wire.records import WireMarket

ERRORS: dict[str, tuple[str, str, int]] = {
    "INTERNAL": ("INTERNAL", "Something went wrong", 500),
    "UNAVAILABLE": ("UNAVAILABLE", "upstream connect error", 503),
    "DEADLINE_EXCEEDED": ("DEADLINE_EXCEEDED", "context deadline exceeded", 504),
    "UNKNOWN": ("unknown", "unknown", 500),
    "RESOURCE_EXHAUSTED": ("resource_exhausted", "too many requests", 429),
    "PERMISSION_DENIED": ("PERMISSION_DENIED", "Missing required scopes", 403),
    "INVALID_ARGUMENT": ("INVALID_ARGUMENT", "invalid argument", 400),
}


class CoinbaseWire(WireExchange):
    """Wallets: spot, vault, staked, cfm, intx (closed unless access("intx", "open"))."""

    NAME = "coinbase"
    ORDER_POST = "/api/v3/brokerage/orders"
    FIELDS: ClassVar[dict[str, tuple[str, ...]]] = {
        "filled": ("filled_size",),
        "cost": ("filled_value",),
        "price": ("price", "average_filled_price", "best_bid", "best_ask"),
        "symbol": ("product_id",),
        "side": ("side",),
        "client-id": ("client_order_id",),
    }

    def default_markets(self) -> dict[str, WireMarket]:
        names = "BTC/USD ETH/USD SOL/USD BTC/USDC BTC/USDT BTC/EUR ETH/USDT ETH/BTC USDT/USD"
        fine, cent = Decimal("0.00000001"), Decimal("0.01")
        found = {x: WireMarket(x, fine, cent, fine, cost_min=Decimal(1)) for x in names.split()}
        found["ETH/BTC"].price_step = Decimal("0.00001")
        found["ETH/BTC"].cost_min = Decimal("0.000016")
        found["USDT/USD"].price_step = Decimal("0.00001")
        return found

    def make_credentials(self) -> None:
        self.credentials = fresh_credentials()
        rights = {"read": True, "trade": True, "withdraw": False, "transfer": False}
        self.account.rights = {**rights, "ip_lock": True}
        self.account.access["intx"] = "denied"
        self.fees("0.006", "0.004", "quote")

    def order_id(self, number: int) -> str:
        return f"9bc1eb3b-5b46-4b71-9628-{number:012d}"

    def error(self, code: str) -> WireReply:
        if code in ERRORS:
            return problem(*ERRORS[code])
        return refused(code)

    def limited(self, status: int, headers: dict[str, str]) -> WireReply:
        reply = problem("resource_exhausted", "too many requests", status)
        return WireReply(reply.content, status, headers)

    def answer(self, request: WireRequest) -> WireReply:
        if self.in_maintenance:
            return WireReply(b"upstream connect error", 503, {"Content-Type": "text/plain"})
        if request.method == "GET" and request.path in public.PUBLIC:
            return public.PUBLIC[request.path](self.ledger, request)
        if request.path.startswith(f"{V3}/market/products/"):
            return public.one_product(self.ledger, request)
        host = self.base_url.removeprefix("http://").removeprefix("https://")
        return refusal(request, self.credentials, host) or self._signed(request)

    def _signed(self, request: WireRequest) -> WireReply:
        if (fixed := self.scripted(request)) is not None:
            return fixed
        key = (request.method, request.path)
        if request.method == "GET" and request.path in public.SIGNED:
            return public.SIGNED[request.path](self.ledger, request)
        route = ORDER_ROUTES.get(key) or ACCOUNT_ROUTES.get(key) or FUTURES_ROUTES.get(key)
        if route is None and request.method == "GET":
            route = self._nested(request.path)
        if route is None:
            return problem("NOT_FOUND", "no such path", 404)
        if "/intx/" in request.path and self.account.access.get("intx") != "open":
            return problem("PERMISSION_DENIED", "user is not allowed to trade INTX", 403)
        return route(self, request)

    def _nested(self, path: str) -> Route | None:
        if path.startswith(f"{V3}/orders/historical/"):
            return one
        if path.startswith(f"{V3}/products/"):
            return lambda exchange, request: public.one_product(exchange.ledger, request)
        return next((route for prefix, route in PREFIXES if path.startswith(prefix)), None)
