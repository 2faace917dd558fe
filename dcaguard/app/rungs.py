"""Which rungs of a ladder a pause has used: the orders tell, whichever program sent them."""

from datetime import datetime, timedelta

from dcaguard.app import book as books
from dcaguard.core.order import NOT_BOUGHT, Order
from dcaguard.core.reason import Code, Verdict
from dcaguard.core.schedule import parse_slot
from dcaguard.ports import Journal

# An order may lie unsent from one slot to the next; none are further apart than a year.
_UNSENT_MAX = timedelta(days=366)


def rungs_released(journal: Journal, strategy: str, symbol: str, since: datetime | None) -> int:
    """Return how many rungs of a ladder were bought in the pause that began at `since`.

    The orders themselves tell: one that may have bought has used its rung, whatever stopped the
    run after it, and one that provably did not has left it free.
    """
    if since is None:
        return 0
    return sum(
        1
        for order in journal.orders(strategy=strategy, since=since - _UNSENT_MAX)
        if order.symbol == symbol
        and order.status not in NOT_BOUGHT
        and books.REHEARSAL_MARK not in order.slot
        and books.spent_at(order) >= since
        and _on_rung(journal, order)
    )


def _on_rung(journal: Journal, order: Order) -> bool:
    terms = journal.latest("terms", order.client_order_id)
    if terms is not None and "rung" in terms.body:
        return terms.body["rung"] is True
    return _decided_on_rung(journal, order)


def _decided_on_rung(journal: Journal, order: Order) -> bool:
    """Tell it from the decision: an older program did not write it into the order's terms."""
    slot, bracket, mark = order.slot.rpartition("]")
    key = parse_slot(order.strategy, slot + bracket).key + mark
    subject = books.slot_subject(order.strategy, key, order.symbol)
    bought = [
        row.body["reasons"]
        for row in journal.entries("decision", subject)
        if row.body["verdict"] == Verdict.BUY
    ]
    if not bought or not isinstance(bought[-1], list):
        return False
    return any(reason["code"] == Code.LADDER_WHILE_PAUSED for reason in bought[-1])
