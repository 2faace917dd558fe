"""A journal in memory that keeps the port's promises: same keys, same transactions, same refusals.

Many connections (one per simulated process) share one `Store`. What a transaction wrote is undone
when it ends in an exception, a kill included; hashes are not made, `head` has the seq alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from dcaguard.core.errors import DuplicateSlotError, ReconcileError, TryAgainError
from dcaguard.core.order import RESERVING, Fill, Order, Status, may_move
from dcaguard.ports import Entry
from tests.sim.memory_readings import MemoryReadings
from tests.sim.memory_store import Spelled, Store

CLOSED = frozenset({Status.FILLED, Status.PARTIAL_CLOSED, Status.REJECTED, Status.ABANDONED})
ASKED = ("amount", "limit_price", "max_quote")
Point = Callable[[str], None]
Result = TypeVar("Result")


class MemoryJournal(MemoryReadings):
    """One process's way to the store."""

    def __init__(self, store: Store, point: Point = lambda _name: None) -> None:
        self.store = store
        self._point = point
        self._run_id = ""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        store = self.store
        if store.writer is self:
            mark = len(store.undo)
            try:
                yield
            except BaseException:
                self._undo_to(mark)
                raise
            return
        self._point("begin")
        if store.writer is not None:
            raise TryAgainError("the journal is locked by another process: run again")
        store.writer = self
        try:
            yield
            self._point("commit")
        except BaseException:
            self._undo_to(0)
            raise
        finally:
            store.writer = None
        store.undo.clear()
        self._point("committed")

    def after_send(self, write: Callable[[], Result]) -> Result:
        with self.transaction():
            return write()

    def _undo_to(self, mark: int) -> None:
        while len(self.store.undo) > mark:
            self.store.undo.pop()()

    def _add(self, kind: str, subject: str, body: Mapping[str, object], at: datetime) -> int:
        self._point("row")
        store = self.store
        row = Entry(len(store.rows) + 1, at, self._run_id, kind, subject, Spelled(body))
        for rows in (
            store.rows,
            store.by_subject.setdefault((kind, subject), []),
            store.by_kind.setdefault(kind, []),
        ):
            rows.append(row)
            store.undo.append(rows.pop)
        return row.seq

    def begin_run(
        self, run_id: str, mode: str, version: str, config_digest: str, at: datetime
    ) -> None:
        before, self._run_id = self._run_id, run_id
        try:
            with self.transaction():
                body = {"mode": mode, "version": version, "config_digest": config_digest}
                self._add("run", run_id, body, at)
        except BaseException:
            self._run_id = before
            raise

    def end_run(self, exit_code: int, code: str, at: datetime) -> None:
        assert self._run_id, "no run was begun"
        with self.transaction():
            self._add("run-end", self._run_id, {"exit_code": int(exit_code), "code": code}, at)
        self._run_id = ""

    def append(self, kind: str, subject: str, body: Mapping[str, object], at: datetime) -> int:
        with self.transaction():
            return self._add(kind, subject, body, at)

    def head(self) -> tuple[int, str]:
        return len(self.store.rows), ""

    def last_at(self) -> datetime | None:
        return self.store.rows[-1].at if self.store.rows else None

    def latest(self, kind: str, subject: str) -> Entry | None:
        rows = self.store.by_subject.get((kind, subject))
        return rows[-1] if rows else None

    def entries(self, kind: str, subject: str | None = None, since_seq: int = 0) -> Iterator[Entry]:
        of_kind = self.store.by_kind.get(kind, [])
        rows = of_kind if subject is None else self.store.by_subject.get((kind, subject), [])
        for row in list(rows):
            if row.seq > since_seq:
                yield row

    def add_order(self, order: Order, slot_key: str, digest: str, at: datetime) -> None:
        assert order.status is Status.INTENT, "an order begins as an INTENT"
        store = self.store
        with self.transaction():
            for slot in {order.slot, slot_key}:
                taken = store.slots.get((order.strategy, slot), {})
                if order.symbol in taken or order.client_order_id in store.orders:
                    raise DuplicateSlotError(f"{order.strategy}: slot {order.slot} has an order")
            for slot in {order.slot, slot_key}:
                taken = store.slots.setdefault((order.strategy, slot), {})
                taken[order.symbol] = order.client_order_id
                store.undo.append(partial(taken.pop, order.symbol))
            store.put(replace(order, venue_order_id=None, sent_at=None, closed_at=None))
            store.undo.append(partial(store.drop, order.client_order_id))
            self._add("order", order.client_order_id, {"slot_key": slot_key, "digest": digest}, at)

    def move_order(
        self,
        client_order_id: str,
        status: Status,
        at: datetime,
        facts: Mapping[str, object] | None = None,
    ) -> Order:
        facts = facts or {}
        with self.transaction():
            before = self.store.orders.get(client_order_id)
            assert before is not None, f"no order {client_order_id}"
            assert may_move(before.status, status), f"{before.status} may not become {status}"
            named = facts.get("venue_order_id")
            after = replace(
                before,
                status=status,
                venue_order_id=str(named) if named else before.venue_order_id,
                sent_at=at if status is Status.SENDING else before.sent_at,
                closed_at=at if status in CLOSED else None,
            )
            body = {**facts, "client_order_id": client_order_id, "status": status}
            self._add("order-move", client_order_id, body, at)
            self._set_order(before, after)
        return after

    def _set_order(self, before: Order, after: Order) -> None:
        self.store.put(after)
        self.store.undo.append(partial(self.store.put, before))

    def revise_order(self, order: Order, digest: str, at: datetime) -> Order:
        with self.transaction():
            before = self.store.orders.get(order.client_order_id)
            assert before is not None, f"no order {order.client_order_id}"
            assert before.status is Status.INTENT, "only an INTENT may be revised"
            asked = {name: getattr(order, name) for name in ASKED}
            after = replace(before, **asked)
            same = replace(after, run_id=order.run_id, slot=order.slot, created_at=order.created_at)
            assert same == order, "a revision changes amount, limit and worst case, nothing else"
            self._add("order-revision", order.client_order_id, {**asked, "digest": digest}, at)
            self._set_order(before, after)
        return after

    def order(self, client_order_id: str) -> Order | None:
        return self.store.orders.get(client_order_id)

    def orders(
        self,
        *,
        strategy: str | None = None,
        slot_key: str | None = None,
        account: str | None = None,
        status: frozenset[Status] | None = None,
        since: datetime | None = None,
    ) -> list[Order]:
        store = self.store
        few = status and status <= RESERVING
        wanted = [*(store.unfinished if few else store.orders).values()]
        if slot_key is not None:
            ids = {known for taken in self._taken(strategy, slot_key) for known in taken.values()}
            wanted = [order for order in wanted if order.client_order_id in ids]
        return [
            o
            for o in wanted
            if (strategy is None or o.strategy == strategy)
            and (account is None or o.account == account)
            and (status is None or o.status in status)
            and (since is None or o.created_at >= since)
        ]

    def _taken(self, strategy: str | None, slot_key: str) -> Iterable[dict[str, str]]:
        """Return symbol -> order id of a slot, of one strategy or of all."""
        if strategy is not None:
            return (self.store.slots.get((strategy, slot_key), {}),)
        return (taken for (_, key), taken in self.store.slots.items() if key == slot_key)

    def add_fill(self, fill: Fill, at: datetime) -> bool:
        key = (fill.account, fill.symbol, fill.trade_id)
        with self.transaction():
            known = self.store.fills.get(key)
            if known is None:
                self.store.fills[key] = fill
                self.store.undo.append(lambda: self.store.fills.pop(key))
                self._add("fill", ":".join(key), {"trade_id": fill.trade_id}, at)
                return True
            self._link(key, known, fill, at)
        return False

    def _link(self, key: tuple[str, str, str], known: Fill, fill: Fill, at: datetime) -> None:
        fills = self.store.fills
        linked = known
        if fill.client_order_id is None:
            fill = replace(fill, client_order_id=known.client_order_id)
        elif known.client_order_id is None:
            linked = replace(known, client_order_id=fill.client_order_id)
            fills[key] = linked
            self.store.undo.append(lambda: fills.__setitem__(key, known))
            self._add("fill-link", ":".join(key), {"client_order_id": fill.client_order_id}, at)
        if linked != fill:
            raise ReconcileError(f"{fill.account}: trade {fill.trade_id} has other values")

    def fills(
        self,
        *,
        account: str | None = None,
        client_order_id: str | None = None,
        since: datetime | None = None,
    ) -> list[Fill]:
        found = [
            f
            for f in self.store.fills.values()
            if (account is None or f.account == account)
            and (client_order_id is None or f.client_order_id == client_order_id)
            and (since is None or f.filled_at >= since)
        ]
        return sorted(found, key=lambda f: f.filled_at)
