"""Whether an account's login is the one that an order was sent from: no other can deny it."""

from collections.abc import Collection

from dcaguard.app.context import Book, Pass
from dcaguard.app.sent import kind_of, orders_sent_from, sent_from
from dcaguard.core.config import PAPER
from dcaguard.core.errors import DcaguardError, OrderUnknownError
from dcaguard.core.login import Login
from dcaguard.core.order import UNRESOLVED, Fill, Order
from dcaguard.ports import Journal, Venue


def elsewhere(run: Pass, journal: Journal, order: Order) -> OrderUnknownError | None:
    """Return why an account can say nothing of an order that was sent to another exchange.

    Where only the address, or the key, is another, what it shows under our id is ours.
    """
    sent = sent_from(journal, order)
    if sent is None or _at_exchange(run, journal, order, sent, order.account):
        return None
    was, now = kind_of(run.world, journal, order), run.world.kind(order.account)
    return OrderUnknownError(
        f"it was sent to {sent.exchange} ({was.lower()}), and account {order.account} is now "
        f"{run.world.account(order.account).exchange} ({now.lower()}): put "
        f"[accounts.{order.account}] back as it was, and give the other a name of its own"
    )


def _at_exchange(run: Pass, journal: Journal, order: Order, sent: Login, account: str) -> bool:
    """Tell whether an account is at the exchange of an order, with the same kind of money."""
    same_kind = run.world.kind(account) is kind_of(run.world, journal, order)
    return same_kind and run.world.account(account).exchange == sent.exchange


def denied_by_another(run: Pass, book: Book, order: Order) -> str:
    """Say why today's login can not deny an order; '' when it is the one that sent it.

    A key that was renewed shows the trades of the one before it.
    """
    sent, venue = sent_from(book.read, order), run.venue(order.account)
    if sent == venue.login:
        return ""
    if sent is not None and not sent.same_place(venue.login):
        return (
            f"it was sent through {sent.place}, and account {order.account} now goes through "
            f"{venue.login.place}: put base_url back as it was"
        )
    if sent is None:
        newest = _newest(book.read.fills(account=order.account))
        told = "an older program sent it and wrote down no key"
    else:
        newest = _newest(fills_sent_from(book.read, {sent}))
        told = f"it was sent with another key of account {order.account}"
    return _not_shown(venue, newest, told)


def fills_sent_from(journal: Journal, logins: Collection[Login]) -> list[Fill]:
    """Return the fills of every order that left through these logins, whatever account's name."""
    ids = orders_sent_from(journal, logins)
    return [fill for fill in journal.fills() if fill.client_order_id in ids]


def _newest(fills: list[Fill]) -> Fill | None:
    return max(fills, key=lambda fill: fill.filled_at, default=None)


def _not_shown(venue: Venue, newest: Fill | None, told: str) -> str:
    """Say that a login does not show a trade that is known; '' when it does."""
    if newest is None:
        return f"{told}, and no trade is known that could tell today's apart: put the former back"
    try:
        trades = venue.trades(newest.symbol, newest.filled_at)
    except DcaguardError as error:
        return f"{told}, and today's could not be asked for the newest known trade: {error}"
    if any(trade.trade_id == newest.trade_id for trade in trades):
        return ""
    return (
        f"{told}, and today's does not show the newest trade that is known of it: put the former "
        "key back, or one of the same login"
    )


def unresolved(run: Pass, book: Book, account: str) -> list[Order]:
    """Return orders without a known outcome that may stand on an account's login."""
    return [
        order
        for order in book.read.orders(status=UNRESOLVED)
        if order.account == account or _may_stand_on(run, book.read, order, account)
    ]


def _may_stand_on(run: Pass, journal: Journal, order: Order, account: str) -> bool:
    """Tell whether an order of another account's name may stand on this account's login.

    That account's own affair it is only while it still is the login that sent it. One that lost
    its login may stand at any account of the same exchange: a renewed key may open the same one.
    """
    sent, gone = sent_from(journal, order), order.account not in run.world.config.accounts
    if sent is None:
        return gone and not run.world.is_paper(account)
    if sent.exchange == PAPER:
        return False  # each name on it is an account of its own
    if not gone and sent == _login(run, order.account):
        return _login(run, account) in {sent, None}
    return _at_exchange(run, journal, order, sent, account)


def _login(run: Pass, account: str) -> Login | None:
    """Return what stands behind a name now; None when that can not be told."""
    try:
        return run.venue(account).login
    except DcaguardError:
        return None
