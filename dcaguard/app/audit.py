"""What was bought and what was decided, as the journal has it."""

from dataclasses import dataclass

from dcaguard.core.order import Fill, Order
from dcaguard.ports import Entry, Journal


@dataclass(frozen=True, slots=True)
class Trade:
    """One order with its fills."""

    order: Order
    fills: tuple[Fill, ...]


def list_all_trades(journal: Journal, strategy: str | None, account: str | None) -> list[Trade]:
    """Return orders that match, oldest first, each with its fills."""
    fills: dict[str, list[Fill]] = {}
    for fill in journal.fills(account=account):
        fills.setdefault(fill.client_order_id or "", []).append(fill)
    return [
        Trade(order, tuple(fills.get(order.client_order_id, ())))
        for order in journal.orders(strategy=strategy, account=account)
    ]


def list_all_decisions(
    journal: Journal, strategy: str | None, verdict: str | None
) -> list[Entry]:
    """Return decisions that match, oldest first."""
    return [
        entry
        for entry in journal.entries("decision")
        if strategy in (None, entry.body["strategy"]) and verdict in (None, entry.body["verdict"])
    ]
