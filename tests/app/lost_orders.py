"""Orders whose outcome got lost, and other logins that might be asked about them."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from dcaguard.app.resolve import Resolved, Word, resolve
from tests.app.live_space import LiveSpace, live_space, told
from tests.live.workspace import keys_text
from tests.venues.wire.exchange import WireExchange
from tests.venues.wire.ledger import Ledger

DAY = timedelta(days=1)
LATER = (timedelta(seconds=700), timedelta(seconds=800))
TIGHT = {"caps": "order_max = 100\nmonth_max = 150\n", "price": 'staleness = "3d"\n'}
PAPER = '[accounts.main]\nexchange = "paper"\nbalances = { USDT = "1000" }\n'


def with_lost_reply(folder: Path, server: WireExchange) -> LiveSpace:
    """Return a workspace whose one order was executed while its reply and all look-ups failed."""
    space = live_space(folder, server, "plan", **TIGHT)
    space.arm("plan")
    server.fault(("POST", "/api/v3/order$"), "close", times=1)
    server.fault(("GET", "/api/v3/(order|allOrders)$"), "status", status=500, after=1, times=3)
    assert space.passed().exit_code == 80
    assert space.rows("SELECT status FROM orders") == [("UNKNOWN",)]
    server.clear_faults()
    return space


def later(space: LiveSpace, ahead: timedelta) -> int:
    return int(space.passed(ahead=ahead).exit_code)


def abandon(space: LiveSpace, ahead: timedelta = LATER[1]) -> Resolved:
    (found,) = space.rows("SELECT client_order_id FROM orders WHERE status <> 'FILLED'")
    with space.world(ahead) as world:
        return resolve(world, str(found[0]), uuid4().hex, Word.ABANDON)


def statuses(space: LiveSpace) -> list[str]:
    return sorted(str(row[0]) for row in space.rows("SELECT status FROM orders"))


def with_renewed_key(space: LiveSpace, server: WireExchange) -> dict[str, str]:
    """Give the account a new key of the same login, and return the one before it."""
    before = dict(server.credentials)
    server.make_credentials()
    space.write("main.keys.toml", keys_text(server.credentials))
    return before


@dataclass
class Login:
    """What stands behind a key at the exchange."""

    credentials: dict[str, str]
    ledger: Ledger


def other_login(server: WireExchange) -> Login:
    """Return a second login of the same exchange, with money of its own."""
    before = Login(dict(server.credentials), server.ledger)
    server.make_credentials()
    server.ledger = Ledger(server.default_markets(), counter=5000)
    server.ledger.books = before.ledger.books
    server.fund("spot", "USDT", 1000)
    made = Login(dict(server.credentials), server.ledger)
    server.credentials, server.ledger = before.credentials, before.ledger
    return made


def log_in(space: LiveSpace, server: WireExchange, login: Login) -> None:
    """Put a login's key in, and have the exchange answer as that login."""
    server.credentials, server.ledger = dict(login.credentials), login.ledger
    space.write("main.keys.toml", keys_text(login.credentials))


def two_logins(space: LiveSpace, server: WireExchange) -> tuple[Login, Login]:
    """Buy once with the account's own login; return it and another one of the same exchange."""
    space.arm("plan")
    assert told(space.passed()) == {"BUY plan": []}
    return Login(dict(server.credentials), server.ledger), other_login(server)


def by_an_older_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the row that tells an order's login."""
    monkeypatch.setattr("dcaguard.app.act.record_login", lambda *_: None)
