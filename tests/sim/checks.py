"""What must hold in every simulated world: one order a slot, caps, the halt, every fill known."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from dcaguard.app.resting import FALLBACK
from dcaguard.core.order import RESERVING, Fill, Order, Status
from dcaguard.core.policy.caps import windows
from tests.sim.faults import Violated
from tests.sim.held import Held, spent_by
from tests.sim.money import conserved
from tests.sim.simulated_venue import SimVenue

if TYPE_CHECKING:
    from tests.sim.host import Host, Process
    from tests.sim.world import Sim

ZERO = Decimal(0)
SECOND = timedelta(seconds=1)
ENDED = frozenset({Status.FILLED, Status.PARTIAL_CLOSED})


def demand(holds: bool, told: str) -> None:
    """Raise Violated unless `holds`."""
    if not holds:
        raise Violated(told)


def at_send(sim: "Sim", process: "Process", order: Order, *, known: bool) -> None:
    """Check the moment before a POST leaves: a person's stop, knowledge, caps, the journal."""
    host = process.host
    demand(sim.halted is None, "an order was sent while halted")
    demand(abs(host.clock_error) <= SECOND, "an order was sent by a clock that is wrong")
    demand(known, "an order was sent with balances unknown")
    demand(not sim.in_debt, "an order was sent from an account in debt")
    demand(order.type in SimVenue.order_types, f"{order.type} is not done here")
    ours = host.store.orders.get(order.client_order_id)
    demand(ours is not None and ours.status is Status.SENDING, "sent before SENDING was committed")
    others = [
        o
        for o in host.unresolved()
        if o.account == order.account and o.client_order_id != order.client_order_id
    ]
    demand(not others, "sent while another order's outcome is unknown")
    if order.slot.endswith(FALLBACK):
        _after_its_first(sim, process, order)
    _within_caps(sim, process, order)
    if len(sim.hosts) == 1:  # what another machine does meanwhile, no balance has told
        _within_holdings(sim, process, order)


def _after_its_first(sim: "Sim", process: "Process", order: Order) -> None:
    """A fallback buys the rest of an order that rests no more, and not a cent beyond."""
    slot = order.slot.removesuffix(FALLBACK)
    firsts = [
        h
        for h in sim.held()
        if (h.order.strategy, h.order.slot, h.order.symbol) == (order.strategy, slot, order.symbol)
    ]
    demand(bool(firsts), "a fallback without a first order")
    demand(all(h.status is not Status.OPEN for h in firsts), "a fallback while the first rests")
    terms = process.host.store.by_subject["terms", firsts[0].order.client_order_id]
    meant = Decimal(str(terms[-1].body["buy_quote"]))
    spent = sum((h.worst(process.host.known()) for h in firsts), ZERO)
    told = f"a fallback of {order.max_quote} after {spent} of {meant}"
    demand(spent + order.max_quote <= meant, told)


def _sent_at(held: Held) -> datetime:
    assert held.order.sent_at is not None
    return held.order.sent_at


def _within_caps(sim: "Sim", process: "Process", order: Order) -> None:
    """Count what the venue really took, or may take, against every limit.

    An order belongs to the day that its host's clock showed when SENDING was committed.
    """
    now, host = order.sent_at, process.host
    assert now is not None
    caps, span = sim.config.policy.caps, windows(now, sim.config.timezone)
    rows, known = [h for h in sim.held() if _knowable(host, h)], host.known()
    demand(order.max_quote <= caps.order_max, "above order_max")
    for name, limit, start in (
        ("day_max", caps.day_max, span.day),
        ("week_max", caps.week_max, span.week),
        ("month_max", caps.month_max, span.month),
    ):
        counted = [h for h in rows if _sent_at(h) >= start or h.status is Status.OPEN]
        used = sum((h.worst(known) for h in counted), ZERO)
        demand(limit is None or used + order.max_quote <= limit, f"above {name}: {used} used")
    total = sim.strategies[order.strategy].budget.total
    own = sum((h.worst(known) for h in rows if h.order.strategy == order.strategy), ZERO)
    demand(total is None or own + order.max_quote <= total, f"above the total: {own} used")


def _knowable(host: "Host", held: Held) -> bool:
    """Tell whether a machine must count an order: it sent it, or has a fill of it."""
    if held.sender is host and not _hidden_by_a_twin(host, held):
        return host.lost_at is None or held.sent_at >= host.lost_at
    return any((f.account, f.symbol, f.trade_id) in host.store.fills for f in held.fills)


def _hidden_by_a_twin(host: "Host", held: Held) -> bool:
    """Tell whether the venue showed another machine's order of the same second in its place.

    Its own reply was lost: the look-up for its id found that order, and it may still show later.
    """
    ours = host.store.orders.get(held.order.client_order_id)
    if ours is None or ours.venue_order_id in {None, held.venue_order_id}:
        return False
    twins = host.sim.ledgers[held.order.account].by_id[held.order.client_order_id]
    return any(
        h.venue_order_id == ours.venue_order_id
        and h.sender is not host
        and abs(h.arrived_at - held.arrived_at) < SECOND
        for h in twins
    )


def _within_holdings(sim: "Sim", process: "Process", order: Order) -> None:
    """Check cash and shares against what the account really holds.

    What an order of this same pass bought and its venue kept back, no balance has told either.
    """
    caps, ledger = sim.config.policy.caps, sim.ledgers[order.account]
    flying = sum((h.order.max_quote for h in ledger.flying), ZERO)
    hidden = {name: _hidden(process, name) for name in sim.ledgers}
    unseen = spent_by(hidden[order.account])
    after = ledger.free + unseen - flying - order.max_quote
    demand(after >= caps.reserve_min, f"below reserve_min: {after} would be left")
    base = order.symbol.partition("/")[0]
    ceiling = caps.asset_ceiling(base)
    if ceiling is not None:
        price = {a: ledger.bid(f"{a}/USDT", sim.now) for a in ("BTC", "ETH")}
        price |= {"USDT": Decimal(1), "BNB": Decimal(600)}
        # An account that answered with no balance at all counts as one that holds nothing.
        seen = [name for name in sim.ledgers if process.venues[name].balances_known]
        rows = [item for name in seen for item in sim.ledgers[name].balances.items()]
        # A share of a value that fell by a fee is as good as one of the value before it.
        nav = sum((amount * price[asset] for asset, amount in rows), ZERO)
        value = sum((amount * price[asset] for asset, amount in rows if asset == base), ZERO)
        value -= sum(
            f.amount * price[base]
            for n in seen
            for f in hidden[n]
            if f.symbol.startswith(f"{base}/")
        )
        told = f"{base} {value} + {order.max_quote} above its share {ceiling} of NAV {nav}"
        demand(value + order.max_quote <= ceiling * nav, told)


def _hidden(process: "Process", account: str) -> tuple[Fill, ...]:
    """Return the fills since this process looked at the account that its venue still keeps back."""
    looked, known = process.venues[account].looked_at, process.host.known()
    return tuple(
        fill
        for held in process.sim.ledgers[account].held
        if held.sender is process.host and looked is not None and held.sent_at >= looked
        for fill in held.fills
        if fill.trade_id in held.late and fill.trade_id not in known
    )


def after_pass(sim: "Sim") -> None:
    """Check what must hold between any two processes."""
    _one_order_a_slot(sim)
    for host in sim.hosts:
        demand(host.store.writer is None, "a transaction was left open")
        for row in _latest(host, "purse"):
            backlog, carry = Decimal(str(row["backlog"])), Decimal(str(row["carry"]))
            demand(backlog >= 0 and carry >= 0, f"a purse is negative: {row}")
        for fill in host.store.fills.values():
            real = sim.ledgers[fill.account].traded.get(fill.trade_id)
            demand(real is fill or real == fill, f"no such trade: {fill.trade_id}")


def _one_order_a_slot(sim: "Sim") -> None:
    """Two orders of a slot are excused only when no look-up could have told the second sender."""
    slots: dict[tuple[str, str, str], list[Held]] = {}
    for held in sim.held():
        key = (held.order.strategy, held.order.slot, held.order.symbol)
        slots.setdefault(key, []).append(held)
    for key, rows in slots.items():
        if len(rows) < 2:
            continue
        for first, second in pairwise(sorted(rows, key=lambda h: h.arrived_at)):
            same_host = first.sender is second.sender
            asked = second.asked_at
            told = asked is None or asked >= first.arrived_at + SECOND
            demand(not same_host and not told, f"bought twice: {key}")
            sim.counts["at the same second"] += 1


def _latest(host: "Host", kind: str) -> list[Mapping[str, object]]:
    subjects = {row.subject for row in host.store.by_kind.get(kind, ())}
    found = [host.store.by_subject[kind, subject][-1] for subject in subjects]
    return [row.body for row in found]


def nothing_rests(sim: "Sim") -> None:
    """Check that no order of ours waits at a venue for ever."""
    resting = [h for ledger in sim.ledgers.values() for h in ledger.resting]
    known = [h for h in resting if sim.host.lost_at is None or h.sent_at >= sim.host.lost_at]
    demand(not known, f"still rests: {[h.order for h in known]}")


def after_quiet(sim: "Sim") -> None:
    """Check that everything is known and every amount is where it belongs."""
    after_pass(sim)
    nothing_rests(sim)
    everywhere = set[str]()
    for host in sim.hosts:
        everywhere |= _all_known(sim, host)
    lost = [h.order for h in sim.held() if h.fills and h.order.client_order_id not in everywhere]
    demand(not lost or sim.host.lost_at is not None, f"orders that nobody knows: {lost}")
    if sim.host.lost_at is None and len(sim.hosts) == 1:
        conserved(sim)
    sim.counts["orders"] += len(sim.held())
    sim.counts["fills"] += sum(len(ledger.traded) for ledger in sim.ledgers.values())


def _all_known(sim: "Sim", host: "Host") -> set[str]:
    """Check that a machine knows every fill of its orders; return the orders' ids."""
    open_orders = host.orders(RESERVING - {Status.INTENT})
    if len(sim.hosts) > 1:
        # What the other machine bought speaks, in the balance, against any order's absence here.
        open_orders = [o for o in open_orders if o.status is Status.OPEN or at_venue(sim, o)]
    # So does what an order of the lost journal bought while this one's outcome was asked for.
    open_orders = [o for o in open_orders if at_venue(sim, o) or not _spoken_against(sim, host, o)]
    demand(not open_orders, f"still not known: {open_orders}")
    row = host.store.by_subject.get(("unsettled", "orders"))
    demand(not row or not row[-1].body["orders"], "an order's fills are still missing")
    known = host.known()
    ids = {o.client_order_id for o in host.orders(ENDED)}
    real = {
        fill.trade_id
        for held in sim.held()
        if held.order.client_order_id in ids or held.sender is host
        if host.lost_at is None or held.sent_at >= host.lost_at
        for fill in held.fills
    }
    demand(real <= known, f"lost fills: {sorted(real - known)}")
    return ids


def _spoken_against(sim: "Sim", host: "Host", order: Order) -> bool:
    """Tell whether an order that the journal has lost traded after this one was sent."""
    lost_at, sent_at = host.lost_at, order.sent_at
    if lost_at is None or sent_at is None:
        return False
    lost = (h for h in sim.ledgers[order.account].held if h.sent_at < lost_at)
    return any(fill.filled_at >= sent_at for held in lost for fill in held.fills)


def at_venue(sim: "Sim", order: Order) -> list[Held]:
    return sim.ledgers[order.account].by_id.get(order.client_order_id, [])
