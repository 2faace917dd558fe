"""Whose money an order spent and through which login, as it was when the order was sent.

An account's name stays while a person edits what stands behind it.
"""

from collections.abc import Collection
from datetime import datetime

from dcaguard.app.world import World
from dcaguard.core.login import Login
from dcaguard.core.order import Order
from dcaguard.core.portfolio import Kind
from dcaguard.ports import Entry, Journal

_ROW = "login"
_OF_KIND = "kind:"  # no account's name has a colon


def record_login(journal: Journal, order: Order, login: Login, kind: Kind, at: datetime) -> None:
    """Write whose money an order is about to spend, and through which key."""
    body = {"exchange": login.exchange, "place": login.place, "key": login.key, "kind": kind}
    journal.append(_ROW, order.client_order_id, body, at)


def sent_from(journal: Journal, order: Order) -> Login | None:
    """Return the login of an order; None for one that an older program wrote."""
    row = journal.latest(_ROW, order.client_order_id)
    return None if row is None else _login(row)


def _login(row: Entry) -> Login:
    return Login(str(row.body["exchange"]), str(row.body["place"]), str(row.body["key"]))


def orders_sent_from(journal: Journal, logins: Collection[Login]) -> frozenset[str]:
    """Return the ids of every order that left through one of these logins, under any name."""
    newest = {row.subject: _login(row) for row in journal.entries(_ROW)}
    return frozenset(one for one, login in newest.items() if login in logins)


def written_before(journal: Journal, order: Order) -> int | None:
    """Return the seq of the row that stands right before an order's send; None if it has none."""
    row = journal.latest(_ROW, order.client_order_id)
    return None if row is None else row.seq


def payer(journal: Journal, order: Order) -> str:
    """Return whose money an order spends: "kind:REAL", or its account where that is not written."""
    row = journal.latest(_ROW, order.client_order_id)
    return order.account if row is None else f"{_OF_KIND}{row.body['kind']}"


def written_kind(journal: Journal, order: Order) -> Kind | None:
    """Return whose money an order spent as it was written then; None where nobody wrote it."""
    row = journal.latest(_ROW, order.client_order_id)
    return None if row is None else Kind(str(row.body["kind"]))


def kind_of_payer(world: World, name: str) -> Kind:
    """Return the kind of money that a payer's name tells of."""
    if name.startswith(_OF_KIND):
        return Kind(name.removeprefix(_OF_KIND))
    return world.kind(name)


def kind_of(world: World, journal: Journal, order: Order) -> Kind:
    """Return whose money an order spends, whatever its account has become since."""
    return kind_of_payer(world, payer(journal, order))
