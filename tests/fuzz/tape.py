"""Good replies of the loopback venues, kept once and played back to the shipped venue adapter."""

import copy
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3 import HTTPResponse

from dcaguard.adapters.clock import SystemClock
from dcaguard.adapters.venues.ccxt_venue import CcxtVenue
from dcaguard.adapters.venues.connection import Line
from dcaguard.adapters.venues.opening import open_ccxt_venue
from dcaguard.core.order import Order, Status, client_order_id
from tests.venues.wire.binance import BinanceWire
from tests.venues.wire.coinbase import CoinbaseWire
from tests.venues.wire.exchange import WireExchange
from tests.venues.wire.kraken import KrakenWire
from tests.venues.wire.messages import WireRequest

VENUES: dict[str, tuple[type[WireExchange], str]] = {
    "binance": (BinanceWire, "BTC/USDT"),
    "kraken": (KrakenWire, "BTC/USD"),
    "coinbase": (CoinbaseWire, "BTC/USD"),
}
# A cache that can not be made: what one case learned of markets is not there in the next.
NOWHERE = Path("/nonexistent/dcaguard/cache.db")
Key = tuple[str, str, str]  # method, path, and the kind of product where one path has several


@dataclass(frozen=True)
class Kept:
    """One reply as it came over the wire."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


Answering = Callable[[WireRequest], Kept]


def key_of(request: WireRequest) -> Key:
    """Return what a reply is kept under."""
    return request.method, request.path, request.params.get("product_type", "")


class InProcess:
    """Stands below the guarded session, where the socket would be; everything above is real."""

    def __init__(self, line: Line, answering: Answering) -> None:
        self._line = line
        self.answering = answering
        self.options: dict[str, Any] = {}  # of ccxt, before anything was asked
        self.asked: list[Key] = []

    def send(self, prepared: requests.PreparedRequest, **_: object) -> requests.Response:
        """Answer as HTTPAdapter.send does, with a body that is still to be read."""
        parts = urlsplit(str(prepared.url))
        body = prepared.body or b""
        raw = body if isinstance(body, bytes) else body.encode()
        headers = {name.lower(): value for name, value in prepared.headers.items()}
        method = str(prepared.method)
        request = WireRequest(method, parts.path, parts.query, headers, raw)
        self.asked.append(key_of(request))
        self._line.touched = True
        kept = self.answering(request)
        response = requests.Response()
        response.status_code = kept.status
        response.url = str(prepared.url)
        response.headers.update(kept.headers)
        response.raw = HTTPResponse(
            BytesIO(kept.body), kept.headers, kept.status, preload_content=False
        )
        return response

    def hang_up(self) -> None:
        """There is no connection to drop."""


class Still(SystemClock):
    """A clock that stands, and waits that cost nothing."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        """Go on at once."""


@dataclass(frozen=True)
class Scene:
    """One call of the port, the venue's state before it, and the good replies it is given."""

    venue: str
    call: str
    replies: Mapping[Key, Kept]
    asked: tuple[Key, ...]  # each once, in the order of the questions
    outcome: Any  # what the call returns for the good replies
    server: WireExchange
    at: datetime


def joined(server: WireExchange, answering: Answering, at: datetime) -> tuple[CcxtVenue, InProcess]:
    """Return the shipped adapter over `answering`."""
    names = {"apiKey": "api_key"}
    credentials = {names.get(key, key): text for key, text in server.credentials.items()}
    venue = open_ccxt_venue(
        "main", server.NAME, credentials, base_url=server.base_url, sandbox=False,
        cache_path=NOWHERE, clock=Still(at),
    )  # fmt: skip
    session = venue._line.session
    wire = InProcess(session._line, answering)
    session._adapter = wire  # type: ignore[assignment]
    return venue, wire


def an_order(server: WireExchange, at: datetime) -> Order:
    """Return the order that every scene is about."""
    symbol = VENUES[server.NAME][1]
    return Order(
        client_order_id=client_order_id("main", "plan", "one", symbol, 1),
        run_id="run",
        strategy="plan",
        slot="one",
        symbol=symbol,
        account="main",
        type="limit-ioc",
        amount=Decimal("0.0035"),
        limit_price=Decimal(60600),
        max_quote=Decimal(500),
        created_at=at,
    )


def sent(order: Order) -> Order:
    """Return the order as it stands when its reply was lost."""
    return replace(order, status=Status.UNKNOWN, sent_at=order.created_at - timedelta(seconds=1))


CALLS: dict[str, Callable[[CcxtVenue, Order], Any]] = {
    "time": lambda venue, _: venue.clock_skew_seconds(),
    "markets": lambda venue, order: venue.markets([order.symbol, "NO/NE"]),
    "quotes": lambda venue, order: venue.quotes([order.symbol]),
    "prices": lambda venue, order: venue.prices(
        [order.symbol.split("/")[0]], order.symbol.split("/")[1]
    ),
    "look": lambda venue, _: venue.look(),
    "witness": lambda venue, order: venue.find(order),
    "place": lambda venue, order: venue.place(order),
    "find": lambda venue, order: venue.find(sent(order)),
    "absence": lambda venue, order: venue.prove_absence(sent(order)),
    "cancel": lambda venue, order: venue.cancel(sent(order)),
    "trades": lambda venue, order: venue.trades(
        order.symbol, order.created_at - timedelta(minutes=5)
    ),
}
# After these the venue holds the order that the scene is about.
_AFTER_THE_ORDER = frozenset({"find", "cancel", "trades"})


@functools.cache
def scenes(name: str) -> dict[str, Scene]:
    """Return the scenes of one venue, recorded from its loopback server."""
    return {call: _recorded(name, call) for call in CALLS}


def _recorded(name: str, call: str, error: str = "") -> Scene:
    kind, symbol = VENUES[name]
    server = kind()
    server.fund("spot", symbol.split("/")[1], "1000")
    server.book(symbol, [["60000", "1"]], [["60010", "0.002"], ["60020", "3"]])
    at = datetime.now(UTC)
    replies: dict[Key, Kept] = {}

    def live(request: WireRequest) -> Kept:
        server.striking(request)
        refused = error and request.path == server.ORDER_POST
        reply = server.error(error) if refused else server.execute(request)
        usual = {"Content-Type": "application/json", "Date": f"{at:%a, %d %b %Y %H:%M:%S} GMT"}
        kept = Kept(reply.status, reply.encoded(), {**usual, **reply.headers})
        replies[key_of(request)] = kept
        return kept

    venue, wire = joined(server, live, at)
    order = an_order(server, at)
    if call in _AFTER_THE_ORDER:
        venue.place(order)
    elif call == "absence":  # another's order and trades stand in the lists
        venue.place(replace(order, client_order_id="0" * 31 + "1"))
    wire.asked.clear()
    outcome = CALLS[call](venue, order)
    return Scene(name, call, replies, tuple(dict.fromkeys(wire.asked)), outcome, server, at)


@functools.cache
def refusals(name: str, *codes: str) -> tuple[Scene, ...]:
    """Return scenes in which the venue refuses the order by these codes."""
    return tuple(_recorded(name, "place", code) for code in codes)


def played(scene: Scene, changed: Mapping[Key, Kept]) -> Any:
    """Return what the scene's call returns when some of its replies are others."""
    replies = {**scene.replies, **changed}

    def answering(request: WireRequest) -> Kept:
        return replies.get(key_of(request), Kept(404, b"{}"))

    fresh = scene.call == "markets" or any(key[1] in LISTS for key in changed)
    venue, wire = _new(scene, answering) if fresh else _warm(scene)
    wire.answering = answering
    venue._line.exchange.options = copy.deepcopy(wire.options)
    return CALLS[scene.call](venue, an_order(scene.server, scene.at))


# Where the lists of markets come from: what they say stays in ccxt's instance.
LISTS = frozenset({"/api/v3/exchangeInfo", "/0/public/AssetPairs"}) | {
    f"/api/v3/brokerage/{name}" for name in ("products", "market/products", "transaction_summary")
}


def _new(scene: Scene, answering: Answering) -> tuple[CcxtVenue, InProcess]:
    venue, wire = joined(scene.server, answering, scene.at)
    wire.options = copy.deepcopy(venue._line.exchange.options)
    return venue, wire


@functools.cache
def _warm_venue(name: str, call: str) -> tuple[CcxtVenue, InProcess]:
    scene = scenes(name)[call]
    venue, wire = _new(scene, lambda request: scene.replies.get(key_of(request), Kept(404, b"{}")))
    CALLS[call](venue, an_order(scene.server, scene.at))
    return venue, wire


def _warm(scene: Scene) -> tuple[CcxtVenue, InProcess]:
    """Return an adapter that has its markets; building one for each case costs 50 ms."""
    return _warm_venue(scene.venue, scene.call)
