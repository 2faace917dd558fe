"""What a journal forgot with its newest rows is read from the venue, and counts before we buy."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from dcaguard.app import book as books
from dcaguard.app.context import Pass
from dcaguard.app.look import trouble_of
from dcaguard.app.world import World
from dcaguard.core.canonical import parse_instant
from dcaguard.core.errors import DcaguardError
from dcaguard.core.order import Fill
from dcaguard.core.policy.caps import windows
from dcaguard.core.portfolio import Kind
from dcaguard.core.situation import Trouble
from dcaguard.ports import Journal, Venue


def count_lost(run: Pass) -> tuple[Trouble, ...]:
    """Read every live account's trades once after the head was missing; return what failed.

    Limits on a day, a week and a month hold over all accounts: one that can not be read leaves
    them unknown on every account.
    """
    lost = run.world.journal.latest("head-missing", "")
    if lost is None or run.dry_run:
        return ()
    troubles = []
    for account in filter(run.world.is_live, run.world.config.accounts):
        known = run.world.journal.latest("unaccounted", account)
        if known is not None and known.seq > lost.seq:
            continue
        try:
            venue = run.venue(account)
            if not venue.can_trade_live:  # else nothing was ever bought there
                _record(run, account, _trades(run, venue))
        except DcaguardError as error:
            troubles.append(_trouble(account, error))
    return tuple(troubles)


def _trouble(account: str, error: DcaguardError) -> Trouble:
    told = (
        f"the journal lost its newest rows, and account {account} could not be asked for what was "
        f"bought since: {error}: run again once it answers (`dcaguard help recovery`)"
    )
    return Trouble(trouble_of(error).code, told)


def _trades(run: Pass, venue: Venue) -> list[Fill]:
    """Return the venue's trades of this month and week in all that may be bought there."""
    world, account = run.world, venue.account
    orders = world.journal.orders(account=account)
    quotes = {s.quote for s in world.strategies.values() if s.account == account}
    quotes |= {order.symbol.partition("/")[2] for order in orders}
    wanted = {f"{a}/{q}" for a in world.config.policy.universe.allow for q in quotes if a != q}
    wanted |= {order.symbol for order in orders}
    span = windows(run.now, world.config.timezone)
    since = min(span.week, span.month)
    listed = venue.markets(sorted(wanted)) if wanted else {}
    return [fill for symbol in sorted(listed) for fill in venue.trades(symbol, since)]


def _record(run: Pass, account: str, fills: Sequence[Fill]) -> None:
    trades = [
        {
            "symbol": fill.symbol,
            "trade_id": fill.trade_id,
            "spent": books.fill_cost(fill),
            "filled_at": fill.filled_at,
        }
        for fill in fills
        if fill.side == "BUY"
    ]
    journal = run.book(account).write
    kind = run.world.kind(account)
    body = {"account": account, "kind": kind, "trades": trades}
    journal.append("unaccounted", account, body, run.now)
    since = min((fill.filled_at for fill in fills), default=run.now)
    found = trades_unaccounted(run.world, journal, kind, since)
    count = sum(1 for name, _ in found if name == account)
    if count:
        run.ledger.note(
            f"account {account}: the venue shows {count} purchase(s) of this month that the "
            "journal does not know: they count in the caps (`dcaguard help recovery`)"
        )


def trades_unaccounted(
    world: World, journal: Journal, kind: Kind, since: datetime
) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield (account, purchase) since an instant that the journal does not know as a fill.

    Of every account that was asked while it held this kind of money, whatever its name is by now;
    a login that was asked under two names shows a trade once.
    """
    newest = {row.subject: row.body for row in journal.entries("unaccounted")}
    known = {(f.symbol, f.trade_id) for f in journal.fills(since=since)} if newest else set()
    for account, body in newest.items():
        trades = body["trades"]
        assert isinstance(trades, list)
        if (Kind(str(body["kind"])) if "kind" in body else world.kind(account)) is not kind:
            continue
        for trade in trades:
            at = parse_instant(str(trade["filled_at"]))
            if at >= since and (trade["symbol"], trade["trade_id"]) not in known:
                known.add((trade["symbol"], trade["trade_id"]))
                yield account, {**trade, "filled_at": at}
