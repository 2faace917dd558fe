"""Whether an order never reached its venue: asked in every way, and weighed against balances."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from dcaguard.app.context import Book, Pass
from dcaguard.app.sent import orders_sent_from, sent_from, written_before
from dcaguard.core.account import AccountView
from dcaguard.core.errors import DcaguardError
from dcaguard.core.login import Login
from dcaguard.core.money import ZERO, plain, times
from dcaguard.core.order import Absence, Fill, LookUp, Order, Status
from dcaguard.ports import Journal

_MARK_OF_BASE = 100  # this part of an order's amount is no trace


@dataclass(frozen=True, slots=True)
class _Held:
    """What an account holds of a symbol's two sides, in units of each."""

    base: Decimal
    quote: Decimal


def prove(run: Pass, book: Book, order: Order) -> LookUp:
    """Ask by id, order list, trades and balance; NOT_FOUND only when nothing speaks against it."""
    answer = run.venue(order.account).prove_absence(order)
    if answer.absence is not Absence.NOT_FOUND:
        return answer
    try:
        venue = run.venue(order.account)
        said, clean = _balance(_of_login(book, order, venue.login), order, venue.look())
    except DcaguardError as error:
        said, clean = f"balance: {error}", False
    evidence = (*answer.evidence, said)
    return replace(
        answer, evidence=evidence, absence=Absence.NOT_FOUND if clean else Absence.NO_ANSWER
    )


def against(answer: LookUp) -> str:
    """Say what speaks against an order's absence, or that nothing was proved."""
    return answer.evidence[-1] if answer.evidence else "absence could not be proved"


@dataclass(frozen=True, slots=True)
class _Known:
    """What the journal knows of the login that an order was sent from, under whatever names."""

    journal: Journal
    ids: frozenset[str]  # orders that left through it
    account: str

    def holds(self, account: str, client_order_id: str | None) -> bool:
        """Tell whether an order or a fill is of this login; one without a row goes by its name."""
        if client_order_id in self.ids:
            return True
        if account != self.account:
            return False
        order = self.journal.order(client_order_id) if client_order_id is not None else None
        return order is None or sent_from(self.journal, order) is None

    def fills(self, since: datetime) -> list[Fill]:
        """Return its fills since an instant; a trade known under two names is in it once."""
        found = self.journal.fills(since=since)
        own = [fill for fill in found if self.holds(fill.account, fill.client_order_id)]
        return list({(fill.symbol, fill.trade_id): fill for fill in own}.values())

    def resting(self) -> list[Order]:
        """Return the orders that rest on it."""
        rows = self.journal.orders(status=frozenset({Status.OPEN}))
        return [order for order in rows if self.holds(order.account, order.client_order_id)]


def _of_login(book: Book, order: Order, today: Login) -> _Known:
    """Return what is known of an order's login: today's key opens it too, or nothing is proved."""
    sent = sent_from(book.read, order)
    logins = {today} if sent is None else {today, sent}
    return _Known(book.read, orders_sent_from(book.read, logins), order.account)


def _balance(known: _Known, order: Order, view: AccountView) -> tuple[str, bool]:
    """Return one line of evidence, and whether the balance leaves room for absence.

    An order that rests locks quote. An execution takes quote and brings base, beyond what the
    journal's own fills explain. Quote alone says nothing, since a person may well have taken cash
    out; nor does a trace of base, which may be interest. More base speaks of one whatever the cash
    says: a deposit hides what was paid.
    """
    wallets = {held.wallet for held in view.holdings if held.spendable}
    if not wallets:
        return "balance: could not be read", False
    locked = _locked_quote(known, order, view)
    if order.type == "post-only" and ZERO < _rest_quote(known.journal, order) <= locked:
        quote = order.symbol.partition("/")[2]
        return f"balance: {plain(locked)} {quote} are locked for an order: it may rest", False
    rows = [{"wallet": h.wallet, "asset": h.asset, "total": str(h.total)} for h in view.holdings]
    now = _of_symbol(rows, wallets, order.symbol)
    before = _before(known, order, wallets)
    if before is None:
        return f"balance: {_told(order, now)}; nothing was written down before the order", True
    fell, rose = before.quote - now.quote, now.base - before.base
    told = f"balance: {_told(order, now)} after {_told(order, before)}"
    if (fell > ZERO and rose > ZERO) or rose * _MARK_OF_BASE >= order.amount:
        return f"{told}: more than the fills in the journal explain", False
    return f"{told}: no sign of an execution", True


def _locked_quote(known: _Known, order: Order, view: AccountView) -> Decimal:
    """Return what the account has locked beyond what our other resting orders may still take."""
    quote = order.symbol.partition("/")[2]
    locked = sum((h.used for h in view.holdings if h.asset == quote and h.spendable), ZERO)
    for other in known.resting():
        if other.symbol.partition("/")[2] == quote:
            locked -= _rest_quote(known.journal, other)
    return locked


def _rest_quote(journal: Journal, order: Order) -> Decimal:
    """Return what an order may still take at its limit, after its fills in the journal."""
    fills = journal.fills(client_order_id=order.client_order_id)
    filled = sum((fill.amount for fill in fills), ZERO)
    return times(order.amount - filled, order.limit_price)


def _told(order: Order, held: _Held) -> str:
    base, quote = order.symbol.split("/")
    return f"{plain(held.base)} {base}, {plain(held.quote)} {quote}"


def _before(known: _Known, order: Order, wallets: set[str]) -> _Held | None:
    """Return the last balance written down before the order, moved on by later fills."""
    last, until = None, written_before(known.journal, order)
    for row in known.journal.entries("balances", order.account):
        # What the run read after the send shows the execution already.
        if row.seq < until if until is not None else row.run_id == order.run_id:
            last = row
    sent = order.sent_at or order.created_at
    if last is None or not isinstance(last.body["rows"], list):
        return None
    held = _of_symbol(last.body["rows"], wallets, order.symbol)
    return _after_fills(held, known.fills(min(last.at, sent)), order.symbol)


def _of_symbol(rows: Sequence[Mapping[str, object]], wallets: set[str], symbol: str) -> _Held:
    base, quote = symbol.split("/")
    totals = {base: ZERO, quote: ZERO}
    for row in rows:
        if row["asset"] in totals and row["wallet"] in wallets:
            totals[str(row["asset"])] += Decimal(str(row["total"]))
    return _Held(totals[base], totals[quote])


def _after_fills(held: _Held, fills: list[Fill], symbol: str) -> _Held:
    base, quote = symbol.split("/")
    moved = {base: held.base, quote: held.quote}
    for fill in fills:
        sign = 1 if fill.side == "BUY" else -1
        bought, paid = fill.symbol.split("/")
        for asset, amount in (
            (bought, sign * fill.amount),
            (paid, -sign * fill.cost),
            (fill.fee_currency, -fill.fee_amount),
        ):
            if asset in moved:
                moved[asset] += amount
    return _Held(moved[base], moved[quote])
