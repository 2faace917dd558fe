"""Every planned amount is spent, put off, carried or dropped: to the last digit."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from dcaguard.app.resting import FALLBACK
from dcaguard.core.order import Order, Status
from tests.sim.faults import Violated
from tests.sim.held import Held

if TYPE_CHECKING:
    from tests.sim.world import Sim

ZERO = Decimal(0)
Body = Mapping[str, object]
_NEVER_SENT = frozenset({Status.INTENT, Status.ABANDONED})


def conserved(sim: "Sim") -> None:
    """Raise Violated unless planned == spent + dropped + remembered, per strategy and symbol."""
    for strategy in sim.strategies.values():
        for buy in strategy.buy:
            _one(sim, strategy.name, buy.symbol)


def _one(sim: "Sim", strategy: str, symbol: str) -> None:
    planned = spent = dropped = ZERO
    orders = {
        o.slot: o
        for o in sim.host.store.orders.values()
        if (o.strategy, o.symbol) == (strategy, symbol)
    }
    closed = _closed(sim, strategy)
    for decision in _last_decisions(sim, strategy, symbol):
        slot = str(decision["slot"])
        order = orders.get(slot)
        if slot.endswith(FALLBACK):  # its money was planned with its slot, and carried since
            spent += _spent(sim, order) if order is not None else ZERO
            continue
        if order is not None and _was_sent(sim, order):
            bought = _buy_of(sim, order)
            dropped += _dropped_when_sent(order, bought)
            spent += _spent(sim, order)
            planned += _d(bought["tranche_quote"])
        elif slot in closed:
            dropped += _dropped_unsent(decision)
            planned += _d(decision["tranche_quote"])
        # A slot that is still open has put nothing anywhere.
    purse = sim.host.store.by_subject.get(("purse", f"{strategy}|{symbol}"))
    kept = ZERO
    if purse:
        body = purse[-1].body
        kept = _d(body["backlog"]) + _d(body["carry"])
    # What a late fill cost may have been carried, and spent again, before it showed.
    late = sum((_spent_late(sim, order) for order in orders.values()), ZERO)
    if not ZERO <= spent + dropped + kept - planned <= late:
        raise Violated(
            f"{strategy} {symbol}: planned {planned}, but spent {spent} + dropped {dropped} + "
            f"remembered {kept} = {spent + dropped + kept}, {late} of it late"
        )


def _d(value: object) -> Decimal:
    return Decimal(str(value))


def _closed(sim: "Sim", strategy: str) -> set[str]:
    rows = sim.host.store.by_subject.get(("slot", strategy), [])
    return {str(r.body["slot"]) for r in rows if r.body["event"] == "CLOSED"}


def _last_decisions(sim: "Sim", strategy: str, symbol: str) -> list[Body]:
    """Return what counts of each slot: its newest decision but for those that only wait."""
    found = []
    for (kind, subject), rows in sim.host.store.by_subject.items():
        mine = subject.startswith(f"{strategy}|") and subject.endswith(f"|{symbol}")
        if kind == "decision" and mine and rows:
            bodies = [row.body for row in rows]
            told = [body for body in bodies if body["verdict"] != "WAIT"]
            found.append((told or bodies)[-1])
    return found


def _was_sent(sim: "Sim", order: Order) -> bool:
    moves = sim.host.store.by_subject.get(("order-move", order.client_order_id), [])
    return any(r.body["status"] == "SENDING" for r in moves)


def _buy_of(sim: "Sim", order: Order) -> Body:
    """Return the decision that the order was sent on: the newest BUY of its slot."""
    for (kind, subject), rows in sim.host.store.by_subject.items():
        if kind == "decision" and subject.startswith(f"{order.strategy}|"):
            bodies = [r.body for r in rows]
            found = [
                b
                for b in bodies
                if (b["slot"], b["symbol"], b["verdict"]) == (order.slot, order.symbol, "BUY")
            ]
            if found:
                return found[-1]
    raise Violated(f"order {order.client_order_id} was sent without a decision")


def _dropped_when_sent(order: Order, decision: Body) -> Decimal:
    """Return the slot's own money that neither left nor is remembered."""
    buy, withheld = _d(decision["buy_quote"]), _d(decision["withheld_quote"])
    again = _d(decision["from_backlog_quote"]) + _d(decision["from_carry_quote"])
    cut = _d(decision["tranche_quote"]) - (buy - again) - withheld
    if order.status in {Status.REJECTED, Status.ABANDONED}:
        return cut + buy - again
    return cut


def _dropped_unsent(decision: Body) -> Decimal:
    """Return what of an unsent slot's money was let go: all that no pause and no minimum kept."""
    tranche = _d(decision["tranche_quote"])
    reasons = decision["reasons"]
    assert isinstance(reasons, list)
    small = all(reason["code"] == "BELOW_MINIMUM" for reason in reasons)
    if decision["verdict"] == "PAUSE" or small:
        return tranche - _d(decision["withheld_quote"]) - _d(decision["carry_quote"])
    return tranche


def _spent(sim: "Sim", order: Order) -> Decimal:
    return sum((h.spent for h in _held(sim, order)), ZERO)


def _spent_late(sim: "Sim", order: Order) -> Decimal:
    return sum((h.spent_late for h in _held(sim, order)), ZERO)


def _held(sim: "Sim", order: Order) -> list[Held]:
    return sim.ledgers[order.account].by_id.get(order.client_order_id, [])
