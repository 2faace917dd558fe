"""A journal as it stood at an instant: what was written or executed later is not there."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from dcaguard.adapters.journal.empty import EmptyJournal
from dcaguard.core.order import Fill, Order, Status
from dcaguard.core.reading import Reading
from dcaguard.ports import Entry, Journal


class JournalThen(EmptyJournal):
    """The port `Journal` over another one, for commands that look back; it is not written to."""

    def __init__(self, journal: Journal, until: datetime) -> None:
        """Look at `journal` as it stood at `until`."""
        self._journal = journal
        self._until = until

    def latest(self, kind: str, subject: str) -> Entry | None:
        """Return the newest row that was written by then."""
        newest = self._journal.latest(kind, subject)
        if newest is None or newest.at <= self._until:
            return newest
        found = None
        for entry in self.entries(kind, subject):
            found = entry
        return found

    def entries(self, kind: str, subject: str | None = None, since_seq: int = 0) -> Iterator[Entry]:
        """Yield the rows that were written by then."""
        for entry in self._journal.entries(kind, subject, since_seq):
            if entry.at <= self._until:
                yield entry

    def readings(self, until: datetime | None = None, series: Sequence[str] = ()) -> list[Reading]:
        """Return the readings that could be known by then."""
        return self._journal.readings(min(until or self._until, self._until), series)

    def readings_mark(self) -> str:
        """Return what pins all of them: what is kept is for an instant, as `readings` is."""
        return self._journal.readings_mark()

    def holds_mark(self, mark: str) -> bool:
        """Tell whether what a mark pins was added here."""
        return self._journal.holds_mark(mark)

    def oldest_observed_since(self, mark: str) -> datetime | None:
        """Return the smallest observed_at among readings added after a mark."""
        return self._journal.oldest_observed_since(mark)

    def order(self, client_order_id: str) -> Order | None:
        """Return an order as it stood then."""
        order = self._journal.order(client_order_id)
        return None if order is None or order.created_at > self._until else self._then(order)

    def orders(
        self,
        *,
        strategy: str | None = None,
        slot_key: str | None = None,
        account: str | None = None,
        status: frozenset[Status] | None = None,
        since: datetime | None = None,
    ) -> list[Order]:
        """Return the orders that were written down by then, as they stood."""
        rows = self._journal.orders(
            strategy=strategy, slot_key=slot_key, account=account, since=since
        )
        found = [self._then(order) for order in rows if order.created_at <= self._until]
        return [order for order in found if status is None or order.status in status]

    def fills(
        self,
        *,
        account: str | None = None,
        client_order_id: str | None = None,
        since: datetime | None = None,
    ) -> list[Fill]:
        """Return what was executed by then."""
        rows = self._journal.fills(account=account, client_order_id=client_order_id, since=since)
        return [fill for fill in rows if fill.filled_at <= self._until]

    def _then(self, order: Order) -> Order:
        moved = self.latest("order-move", order.client_order_id)
        status = Status.INTENT if moved is None else Status(str(moved.body["status"]))
        return replace(
            order,
            status=status,
            sent_at=_by(order.sent_at, self._until),
            closed_at=_by(order.closed_at, self._until),
        )


def _by(at: datetime | None, until: datetime) -> datetime | None:
    return None if at is None or at > until else at
