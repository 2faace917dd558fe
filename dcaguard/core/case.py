"""One tranche with its sizes worked out once: what gate, backlog and caps make of a wish."""

from dataclasses import dataclass
from decimal import Decimal

from dcaguard.core.money import ONE, ZERO, quotient, round_down, times
from dcaguard.core.policy import caps as cap_policy
from dcaguard.core.policy import price as price_policy
from dcaguard.core.situation import Situation
from dcaguard.core.sizing import Sized, Trimmed, size, trim

HALF = Decimal("0.5")
_QUANTUM = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """The order that a BUY asks for."""

    type: str
    amount: Decimal  # base
    limit_price: Decimal  # quote per base
    max_quote: Decimal  # worst case, fee included


@dataclass(frozen=True, slots=True)
class Case:
    """A situation with its sizes worked out once."""

    at: Situation
    sized: Sized


def case_of(situation: Situation) -> Case:
    """Return the situation with its sizes."""
    return Case(situation, _size(situation))


def gate_share(situation: Situation) -> Decimal:
    """Return the share of a tranche that gate, pause mode and ladder let through."""
    gate, wish = situation.gate, situation.wish
    if not gate.enabled:
        return ONE
    if gate.lock:
        return ZERO
    share = gate.share
    if gate.regime == "PAUSED":
        if wish.pause_mode == "half":
            share = max(share, HALF)
        share = max(share, wish.ladder_share)
    return min(share, ONE)


def _size(situation: Situation) -> Sized:
    wish = situation.wish
    base = wish.base if wish.left is None else min(wish.base, max(wish.left, ZERO))
    return size(
        base=base,
        multiplier=wish.multiplier,
        share=times(gate_share(situation), wish.valuation_share),
        backlog=wish.backlog if _gate_open(situation) else ZERO,
        carry=wish.carry,
        catch_up_multiple=wish.catch_up_multiple,
    )


def _gate_open(situation: Situation) -> bool:
    """Tell whether the gate itself is open: a rung of a ladder releases one tranche, no backlog."""
    gate = situation.gate
    return not gate.enabled or gate.share >= ONE


def fitted(case: Case) -> Trimmed:
    """Return the sizes cut to what caps, cash and the strategy's total leave room for."""
    means, wish = case.at.means, case.at.wish
    assert means.base_per_quote is not None
    assert means.cash is not None
    room = means.cash
    room_base = cap_policy.room_base(means.caps)
    if room_base is not None:
        room = min(room, round_down(quotient(room_base, means.base_per_quote), _QUANTUM))
    if wish.left is not None:
        room = min(room, wish.left)
    # Rounding a rate down may leave the room a hair below a base part that fits exactly.
    return trim(case.sized, max(room, case.sized.base_now))


def planned(case: Case, budget: Decimal) -> OrderPlan:
    """Return the order that spends at most `budget` (quote), on the market's steps."""
    means, wish = case.at.means, case.at.wish
    assert means.quote is not None
    assert means.quote.ask is not None
    assert means.quote.bid is not None
    assert means.market is not None
    if wish.order_type == "post-only":
        limit = round_down(means.quote.bid, means.market.price_step)
    else:
        limit = price_policy.limit_price(means.quote.ask, means.rules.collar, means.market)
    amount = price_policy.order_amount(budget, limit, means.market)
    return OrderPlan(
        type=wish.order_type,
        amount=amount,
        limit_price=limit,
        max_quote=price_policy.worst_cost(amount, limit, means.market),
    )
