"""A debt, position or right that a reply tells of stays found, whatever else is spoiled in it."""

import copy
import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dcaguard.adapters.venues.guard_reader import read_account
from dcaguard.adapters.venues.opening import open_ccxt_venue
from dcaguard.adapters.venues.profiles import PROFILES
from dcaguard.core.account import AccountView, Proof
from dcaguard.core.policy.leverage import stops
from tests.fuzz.limits import in_time
from tests.fuzz.spoiling import JUNK, NAMES, Table, at_place, change, parsed, places, written
from tests.fuzz.tape import NOWHERE, InProcess, Kept, Still
from tests.venues.guard.driver import NOON, PEM, WALLET, answer
from tests.venues.guard.replies import CLEAN
from tests.venues.guard.violations import CASES, Case
from tests.venues.wire.messages import WireRequest

_CREDENTIALS = {"api_key": "account-key", "secret": "c2VjcmV0", "password": "p", "uid": "1"}
_BASE = "http://127.0.0.1:1"  # loopback: no rate limit; nothing is ever sent there


@functools.cache
def _reader(venue: str) -> tuple[Any, InProcess, dict[str, Any]]:
    keys = {**_CREDENTIALS, "wallet": WALLET}
    keys |= {"secret": PEM} if venue == "coinbase" else {}
    opened = open_ccxt_venue(
        "main", venue, keys, base_url=_BASE, sandbox=False, cache_path=NOWHERE, clock=Still(NOON)
    )
    session = opened._line.session
    wire = InProcess(session._line, lambda _: Kept(500, b""))
    session._adapter = wire  # type: ignore[assignment]
    exchange = opened._line.exchange
    return exchange, wire, copy.deepcopy(exchange.options)


def look(venue: str, answers: dict[str, Any]) -> AccountView:
    """Read an account whose replies are `answers`: JSON types, or bytes as they are."""
    exchange, wire, options = _reader(venue)

    def answering(request: WireRequest) -> Kept:
        url = f"{_BASE}{request.path}?{request.query}"
        try:
            reply = answer(answers, url, request.body.decode())
        except AssertionError:
            return Kept(404, b'{"message":"not found"}')
        if isinstance(reply, Exception):
            return Kept(500, b"")
        return Kept(200, reply if isinstance(reply, bytes) else json.dumps(reply).encode())

    wire.answering = answering
    exchange.options = copy.deepcopy(options)
    return read_account(exchange, PROFILES[venue], account="main", now=NOON, markets={})


@dataclass(frozen=True)
class Violating:
    """A reply that tells of one violation: where it stands, and what has to be said of it."""

    venue: str
    key: str
    check: str
    answers: dict[str, Any]
    body: str
    where: tuple[tuple[int, ...], ...]  # ways to what the clean reply does not have
    wallets: frozenset[str]


# Where these venues have nothing, they write null instead of an empty list or table.
_NULL_FOR_NOTHING = frozenset(
    {
        ("bitget", "/api/v2/margin/crossed/open-orders", (2, 0)),
        *(("coinbase", "/api/v3/brokerage/cfm/balance_summary", way) for way in ((0,), (0, 0))),
        *(
            ("htx", f"/v5/{path}/opens", (2,))
            for path in ("trade/position", "trade/order", "algo/order")
        ),
        *(
            ("mexc", f"/api/v1/private/{path}", (2,))
            for path in (
                "position/open_positions",
                "order/list/open_orders",
                "planorder/list/orders",
                "stoporder/open_orders",
            )
        ),
    }
)


@functools.cache
def violating() -> tuple[Violating, ...]:
    """Return every known violation that is told by a change of one reply."""
    return tuple(found for case in CASES if (found := _violating(case)) is not None)


def _violating(case: Case) -> Violating | None:
    venue, key, alter, check = case
    answers = copy.deepcopy(CLEAN[venue])
    altered = alter(answers[key])
    if altered is not None:
        answers[key] = altered
    # An overview that shows the wallet unused would rightly speak for a reply that is not read.
    for overview in [probe.path for probe in PROFILES[venue].probes if probe.overview]:
        if overview != key:
            answers.pop(overview, None)
    body = json.dumps(answers[key])
    before, after = parsed(json.dumps(CLEAN[venue][key])), parsed(body)
    where = tuple(_different(before, after))
    found = {
        c.wallet for c in look(venue, answers).checks
        if c.check == check and c.result is Proof.VIOLATED
    }  # fmt: skip
    if not where or not found:
        return None
    return Violating(venue, key, check, answers, body, where, frozenset(found))


def _different(before: Any, after: Any) -> Iterator[tuple[int, ...]]:
    known = {way: _leaf(before, way) for way in places(before)}
    for way in places(after):
        if way not in known or known[way] != _leaf(after, way):
            yield way


def _leaf(node: Any, way: tuple[int, ...]) -> Any:
    found = at_place(node, way)
    return type(found).__name__ if isinstance(found, list) else found


def hidden(told: Violating, way: tuple[int, ...], name: str) -> bool:
    """Tell whether this change may honestly take the violation out of the reply."""
    above = any(found[: len(way)] == way for found in told.where)
    if above and name == "null" and (told.venue, told.key, way) in _NULL_FOR_NOTHING:
        return True
    if name in {"dropped", "row-twice", "key-twice", "key-twice-zero"}:
        # Where places in a list are the fields, one more or less makes another reply of it.
        row = at_place(parsed(told.body), way[:-1])
        return above or not isinstance(row, Table)
    return above and name not in JUNK


def tried(told: Violating, where: int, what: int) -> str:
    """Spoil one place of a violating reply; return what is wrong with what is then said, or ''."""
    top = parsed(told.body)
    ways = list(places(top))
    way, name = ways[where % len(ways)], NAMES[what % len(NAMES)]
    if hidden(told, way, name):
        return ""
    change(top, way, name, ways[what % len(ways)])
    body = written(top).encode("utf-8", "surrogatepass")
    view = in_time(lambda: look(told.venue, told.answers | {told.key: body}))
    stopping = stops(view, require_key_rights="not-violated", accept_cannot_tell=frozenset())
    stopped = {check.wallet for check in stopping}
    proved = [
        c.wallet for c in view.checks
        if c.check == told.check and c.wallet in told.wallets - stopped and c.result is Proof.PROVED
    ]  # fmt: skip
    return f"{told.venue} {told.key} {told.check}: {way} {name}: PROVED" if proved else ""
