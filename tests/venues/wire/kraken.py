"""A loopback Kraken: spot REST, always HTTP 200, errors in a list."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import ClassVar

from tests.canary.keys import kraken_keys
from tests.venues.wire import kraken_public as public
from tests.venues.wire.exchange import WireExchange
from tests.venues.wire.kraken_account import ACCOUNT_ROUTES, permissions
from tests.venues.wire.kraken_auth import problem, refusal, result
from tests.venues.wire.kraken_orders import ORDER_ROUTES
from tests.venues.wire.kraken_trades import TRADE_ROUTES
from tests.venues.wire.messages import WireReply, WireRequest
from tests.venues.wire.records import WireMarket

ROUTES = {**ORDER_ROUTES, **TRADE_ROUTES, **ACCOUNT_ROUTES}


class KrakenWire(WireExchange):
    """Wallets: spot (codes with suffix too: "BTC.M"), earn; positions: margin; debts: credit."""

    NAME = "kraken"
    ORDER_POST = "/0/private/AddOrder"
    FIELDS: ClassVar[dict[str, tuple[str, ...]]] = {
        "filled": ("vol_exec",),
        "cost": ("cost",),
        "price": ("price",),
        "symbol": ("pair",),
        "side": ("type",),
        "client-id": ("cl_ord_id",),
    }
    nonce_seen = 0

    def default_markets(self) -> dict[str, WireMarket]:
        names = "BTC/USD ETH/USD BTC/EUR BTC/USDT ETH/USDT SOL/USD USDT/USD ETH/BTC"
        fine = Decimal("0.00000001")
        found = {
            x: WireMarket(x, fine, Decimal("0.01"), Decimal("0.002"), cost_min=Decimal("0.5"))
            for x in names.split()
        }
        for symbol in ("BTC/USD", "BTC/EUR", "BTC/USDT"):
            found[symbol].price_step = Decimal("0.1")
            found[symbol].amount_min = Decimal("0.00005")
        found["USDT/USD"].price_step, found["USDT/USD"].amount_min = Decimal("0.0001"), Decimal(5)
        found["SOL/USD"].amount_min = Decimal("0.02")
        found["ETH/BTC"].price_step = Decimal("0.00001")
        found["ETH/BTC"].cost_min = Decimal("0.00002")
        return found

    def make_credentials(self) -> None:
        self.credentials = kraken_keys()
        self.account.rights = {
            "read": True,
            "trade": True,
            "withdraw": False,
            "transfer": False,
            "margin": False,
            "earn": False,
            "ip_lock": True,
        }
        self.ledger.fees.asset = "quote"

    def order_id(self, number: int) -> str:
        return f"OWIRE{number % 10}-LOOPB-{number:06d}"

    def error(self, code: str) -> WireReply:
        return problem(code)

    def limited(self, status: int, headers: dict[str, str]) -> WireReply:
        return WireReply({"error": ["EAPI:Rate limit exceeded"]}, status, headers)

    def answer(self, request: WireRequest) -> WireReply:
        if request.path.startswith("/0/public/"):
            return self._public(request)
        name = request.path.removeprefix("/0/private/")
        if request.method != "POST" or name == request.path:
            return WireReply({"error": ["EGeneral:Unknown method"]}, 404)
        if self.in_maintenance:
            return problem("EService:Unavailable")
        if (no := refusal(request, self.credentials, self.nonce_seen)) is not None:
            return no
        # A duplicating fault has the very same request executed again.
        self.nonce_seen = int(request.form["nonce"]) - int(self.faults_duplicate(request))
        if (fixed := self.scripted(request)) is not None:
            return fixed
        if name not in ROUTES:
            return problem("EGeneral:Unknown method")
        route, needed = ROUTES[name]
        if needed and needed not in permissions(self):
            return problem("EGeneral:Permission denied")
        return route(self, request)

    def faults_duplicate(self, request: WireRequest) -> bool:
        """Tell whether this request will be run once more under the same nonce."""
        return "duplicate" in request.kinds and not self.duplicating

    def _public(self, request: WireRequest) -> WireReply:
        match request.path.removeprefix("/0/public/"):
            case "Time":
                at = datetime.fromtimestamp(request.now_ms / 1000, UTC)
                words = at.strftime("%a, %d %b %y %H:%M:%S +0000")
                return result({"unixtime": request.now_ms // 1000, "rfc1123": words})
            case "SystemStatus":
                at = datetime.fromtimestamp(request.now_ms / 1000, UTC)
                state = "maintenance" if self.in_maintenance else "online"
                return result({"status": state, "timestamp": at.strftime("%Y-%m-%dT%H:%M:%SZ")})
            case "Assets":
                return public.assets(self.ledger)
            case "AssetPairs":
                return public.asset_pairs(self.ledger, request)
            case "Ticker":
                return public.ticker(self.ledger, request)
            case "Depth":
                return public.depth(self.ledger, request)
        return problem("EGeneral:Unknown method")
