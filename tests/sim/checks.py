"""What must hold in every simulated world: one order a slot, caps, the halt, every fill known."""

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from dcaguard.core.order import RESERVING, Order, Status
from dcaguard.core.policy.caps import windows
from tests.sim.faults import Violated
from tests.sim.money import conserved

if TYPE_CHECKING:
    from tests.sim.world import Sim

ZERO = Decimal(0)
SECOND = timedelta(seconds=1)


def demand(holds: bool, told: str) -> None:
    """Raise Violated unless `holds`."""
    if not holds:
        raise Violated(told)


def at_send(sim: "Sim", decided_at: datetime, order: Order, *, known: bool) -> None:
    """Check the moment before a POST leaves: a person's stop, knowledge, caps, the journal."""
    demand(sim.halted is None, "an order was sent while halted")
    demand(abs(sim.clock_error) <= SECOND, "an order was sent by a clock that is wrong")
    demand(known, "an order was sent with balances unknown")
    demand(not sim.in_debt, "an order was sent from an account in debt")
    ours = sim.store.orders.get(order.client_order_id)
    demand(ours is not None and ours.status is Status.SENDING, "sent before SENDING was committed")
    others = [
        o
        for o in sim.unresolved()
        if o.account == order.account and o.client_order_id != order.client_order_id
    ]
    demand(not others, "sent while another order's outcome is unknown")
    _within_caps(sim, decided_at, order)


def _within_caps(sim: "Sim", now: datetime, order: Order) -> None:
    """Count what the venue really took, or may take, against every limit."""
    caps, span = sim.config.policy.caps, windows(now, sim.config.timezone)
    rows = [h for h in sim.held() if sim.lost_at is None or h.sent_at >= sim.lost_at]
    demand(order.max_quote <= caps.order_max, "above order_max")
    for name, limit, start in (
        ("day_max", caps.day_max, span.day),
        ("week_max", caps.week_max, span.week),
        ("month_max", caps.month_max, span.month),
    ):
        used = sum((h.worst for h in rows if h.decided_at >= start), ZERO)
        demand(limit is None or used + order.max_quote <= limit, f"above {name}: {used} used")
    total = sim.strategies[order.strategy].budget.total
    own = sum((h.worst for h in rows if h.order.strategy == order.strategy), ZERO)
    demand(total is None or own + order.max_quote <= total, f"above the total: {own} used")
    _within_holdings(sim, order)


def _within_holdings(sim: "Sim", order: Order) -> None:
    caps, ledger = sim.config.policy.caps, sim.ledgers[order.account]
    flying = sum((h.order.max_quote for _, h in ledger.flying), ZERO)
    after = ledger.balances["USDT"] - flying - order.max_quote
    demand(after >= caps.reserve_min, f"below reserve_min: {after} would be left")
    base = order.symbol.partition("/")[0]
    ceiling = caps.asset_ceiling(base)
    if ceiling is not None:
        price = {a: ledger.bid(f"{a}/USDT", sim.now) for a in ("BTC", "ETH")}
        price |= {"USDT": Decimal(1), "BNB": Decimal(600)}
        # An account that answered with no balance at all counts as one that holds nothing.
        seen = [ledger for name, ledger in sim.ledgers.items() if sim.knows(name)]
        rows = [item for one in seen for item in one.balances.items()]
        nav = sum((amount * price[asset] for asset, amount in rows), ZERO)
        value = sum((amount * price[asset] for asset, amount in rows if asset == base), ZERO)
        told = f"{base} {value} + {order.max_quote} above its share {ceiling} of NAV {nav}"
        demand(value + order.max_quote <= ceiling * nav, told)


def after_pass(sim: "Sim") -> None:
    """Check what must hold between any two processes."""
    slots = [(h.order.strategy, h.order.slot, h.order.symbol) for h in sim.held()]
    if len(set(slots)) < len(slots):
        raise Violated(f"bought twice: {[s for s, n in Counter(slots).items() if n > 1]}")
    demand(sim.store.writer is None, "a transaction was left open")
    for row in _latest(sim, "purse"):
        backlog, carry = Decimal(str(row["backlog"])), Decimal(str(row["carry"]))
        demand(backlog >= 0 and carry >= 0, f"a purse is negative: {row}")
    for fill in sim.store.fills.values():
        real = sim.ledgers[fill.account].traded.get(fill.trade_id)
        demand(real is fill or real == fill, f"no such trade: {fill.trade_id}")


def _latest(sim: "Sim", kind: str) -> list[dict[str, object]]:
    subjects = {row.subject for row in sim.store.by_kind.get(kind, ())}
    found = [sim.store.by_subject[kind, subject][-1].entry() for subject in subjects]
    return [dict(row.body) for row in found]


def after_quiet(sim: "Sim") -> None:
    """Check that everything is known and every amount is where it belongs."""
    after_pass(sim)
    open_orders = [o for o in sim.store.orders.values() if o.status in RESERVING - {Status.INTENT}]
    demand(not open_orders, f"still not known: {open_orders}")
    row = sim.store.by_subject.get(("unsettled", "orders"))
    demand(not row or not row[-1].entry().body["orders"], "an order's fills are still missing")
    known = {fill.trade_id for fill in sim.store.fills.values()}
    real = {
        fill.trade_id
        for held in sim.held()
        if sim.lost_at is None or held.sent_at >= sim.lost_at
        for fill in held.fills
    }
    demand(real <= known, f"lost fills: {sorted(real - known)}")
    if sim.lost_at is None:
        conserved(sim)
    sim.counts["orders"] += len(sim.held())
    sim.counts["fills"] += len(known)
