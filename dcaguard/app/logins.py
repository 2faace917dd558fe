"""Whether an account's login is the one that an order was sent from: no other can deny it."""

from dcaguard.app.context import Book, Pass
from dcaguard.app.sent import sent_from
from dcaguard.core.errors import DcaguardError, OrderUnknownError
from dcaguard.core.login import Login
from dcaguard.core.order import UNRESOLVED, Order
from dcaguard.ports import Venue


def elsewhere(sent: Login | None, venue: Venue, order: Order) -> OrderUnknownError | None:
    """Return why a venue can say nothing of an order that was sent to another one."""
    if sent is None or sent.same_place(venue.login):
        return None
    was, now = (f"{login.exchange} ({login.place})" for login in (sent, venue.login))
    return OrderUnknownError(
        f"order {order.client_order_id} was sent to {was}, and account {order.account} is now "
        f"{now}: put [accounts.{order.account}] back as it was, and give the other a name of "
        "its own"
    )


def denied_by_another(run: Pass, book: Book, order: Order) -> str:
    """Say why today's key can not deny an order; '' when it opens the login that sent it.

    A key that was renewed shows the trades of the one before it.
    """
    sent, venue = sent_from(book.read, order), run.venue(order.account)
    if sent is None or sent == venue.login or _shows_known_trade(book, order, venue):
        return ""
    return (
        f"it was sent with another key of account {order.account}, and today's shows none of the "
        "trades that are known: put the former key back, or one of the same login"
    )


def _shows_known_trade(book: Book, order: Order, venue: Venue) -> bool:
    known = book.read.fills(account=order.account)
    newest = max(known, key=lambda fill: fill.filled_at, default=None)
    if newest is None:
        return False
    try:
        trades = venue.trades(newest.symbol, newest.filled_at)
    except DcaguardError:
        return False
    return any(trade.trade_id == newest.trade_id for trade in trades)


def unresolved(run: Pass, book: Book, account: str) -> list[Order]:
    """Return orders without a known outcome that may stand on an account's login.

    One whose account the config no longer has may have been sent from the same login.
    """
    return [
        order
        for order in book.read.orders(status=UNRESOLVED)
        if order.account == account
        or (order.account not in run.world.config.accounts and _may_be(run, book, order, account))
    ]


def _may_be(run: Pass, book: Book, order: Order, account: str) -> bool:
    sent = sent_from(book.read, order)
    if sent is None:
        return True
    try:
        return sent == run.venue(account).login
    except DcaguardError:
        return True  # what can not be opened can not be told apart
