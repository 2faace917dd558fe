"""The decision: all that can stop a purchase is listed in TIERS, strongest first.

`decide` is a pure function of a `Situation`. The first tier that objects decides, and every
reason of that tier is reported.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from dcaguard.core.account import Proof
from dcaguard.core.money import ONE, ZERO, quotient, round_down, times
from dcaguard.core.policy import caps as cap_policy
from dcaguard.core.policy import price as price_policy
from dcaguard.core.reason import MEANINGS, Code, Reason, Verdict, because
from dcaguard.core.situation import Situation
from dcaguard.core.sizing import Sized, Trimmed, size, trim

_HALF = Decimal("0.5")
_QUANTUM = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """The order that a BUY asks for."""

    type: str
    amount: Decimal  # base
    limit_price: Decimal  # quote per base
    max_quote: Decimal  # worst case, fee included


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict with its reasons. Amounts in quote."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    tranche_quote: Decimal
    buy_quote: Decimal  # 0 unless BUY
    backlog_quote: Decimal  # as it stands when this decision is final
    withheld_quote: Decimal  # what joins the backlog when the slot ends like this
    from_backlog_quote: Decimal = ZERO
    from_carry_quote: Decimal = ZERO
    carry_quote: Decimal = ZERO  # what carries when the slot ends like this (below a minimum)
    order: OrderPlan | None = None


@dataclass(frozen=True, slots=True)
class _Case:
    """A situation with its sizes worked out once."""

    at: Situation
    sized: Sized


Check = Callable[[_Case], tuple[Reason, ...]]


def decide(situation: Situation) -> Decision:
    """Return what to do with this tranche, and why."""
    case = _Case(situation, _size(situation))
    for checks in TIERS:
        reasons = tuple(reason for check in checks for reason in check(case))
        if reasons:
            return _refused(case, reasons)
    return _buy(case)


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
            share = max(share, _HALF)
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


# --- tier 1: broken limits that no waiting mends ---------------------------------------------


def _nothing_borrowed(case: _Case) -> tuple[Reason, ...]:
    return tuple(
        because(
            _finding_code(finding.check, finding.result),
            check=finding.check,
            wallet=finding.wallet,
            found=finding.detail,
        )
        for finding in case.at.stops.findings
    )


def _finding_code(check: str, result: Proof) -> Code:
    if check == "key-rights":
        return Code.KEY_RIGHTS
    found = result is Proof.VIOLATED
    return Code.LEVERAGE_FOUND if found else Code.LEVERAGE_CANNOT_TELL


def _in_universe(case: _Case) -> tuple[Reason, ...]:
    asset = case.at.symbol.partition("/")[0]
    stops = case.at.stops
    if asset not in stops.allowed:
        return (because(Code.NOT_IN_UNIVERSE, asset=asset, allow=stops.allowed),)
    if stops.revenue_lack is not None:
        return (because(Code.NO_REVENUE, asset=asset, lack=stops.revenue_lack),)
    return ()


def _plain_spot(case: _Case) -> tuple[Reason, ...]:
    market = case.at.means.market
    if market is None:
        return ()
    reasons = []
    if market.leveraged_token:
        reasons.append(because(Code.LEVERAGED_TOKEN, symbol=market.symbol))
    if not market.spot:
        reasons.append(because(Code.NOT_SPOT, symbol=market.symbol))
    return tuple(reasons)


# --- tier 2: not now ---------------------------------------------------------------------------


def _no_halt(case: _Case) -> tuple[Reason, ...]:
    halted = case.at.stops.halted
    return () if halted is None else (because(Code.HALTED, reason=halted),)


def _nothing_unresolved(case: _Case) -> tuple[Reason, ...]:
    orders = case.at.stops.unresolved
    return (because(Code.ORDER_UNRESOLVED, orders=orders),) if orders else ()


def _confirmed(case: _Case) -> tuple[Reason, ...]:
    stops = case.at.stops
    if stops.not_live:
        return (because(Code.VENUE_NOT_LIVE, account=case.at.account, why=stops.not_live),)
    if not stops.armed:
        return (because(Code.NOT_ARMED, command=f"dcaguard arm {case.at.strategy}"),)
    return ()


def _no_trouble(case: _Case) -> tuple[Reason, ...]:
    return tuple(
        because(trouble.code, account=case.at.account, detail=trouble.detail)
        for trouble in case.at.stops.troubles
    )


def _market_open(case: _Case) -> tuple[Reason, ...]:
    market, troubles = case.at.means.market, case.at.stops.troubles
    if market is None:
        # A venue that could not be asked has not said that the market does not exist.
        return () if troubles else (because(Code.MARKET_UNKNOWN, symbol=case.at.symbol),)
    if not market.active:
        return (because(Code.MARKET_INACTIVE, symbol=market.symbol),)
    rate = case.at.means.base_per_quote
    order_max = [cap for cap in case.at.means.caps if cap.code is Code.CAP_ORDER]
    if rate and market.cost_min is not None and order_max:
        minimum_base = times(market.cost_min, rate)
        if order_max[0].limit_base < minimum_base:
            return (
                because(
                    Code.CAP_BELOW_MINIMUM,
                    cap=order_max[0].cap,
                    limit=order_max[0].limit_base,
                    minimum=minimum_base,
                ),
            )
    return ()


def _something_left(case: _Case) -> tuple[Reason, ...]:
    wish = case.at.wish
    market = case.at.means.market
    least = market.cost_min if market is not None and market.cost_min is not None else ZERO
    # What is left and can never make an order again is the end, not a refusal at every slot.
    if wish.left is not None and (wish.left <= ZERO or wish.left < least):
        return (because(Code.STRATEGY_SPENT, left=wish.left),)
    if wish.base <= ZERO and case.sized.wanted <= ZERO:
        return (because(Code.TARGET_REACHED, symbol=case.at.symbol),)
    return ()


# --- tier 3: the market ------------------------------------------------------------------------


def _gate_permits(case: _Case) -> tuple[Reason, ...]:
    if gate_share(case.at) > ZERO:
        return ()
    gate = case.at.gate
    if gate.lock:
        return (because(Code.VENUE_LOCKED, account=case.at.account, why=gate.lock),)
    code = Code.REGIME_COOLOFF if gate.regime == "COOLOFF" else Code.REGIME_PAUSED
    detail = {"composite": gate.composite, **gate.detail}
    return (because(code, since=gate.since, **detail),)


def _valuation_permits(case: _Case) -> tuple[Reason, ...]:
    wish = case.at.wish
    if wish.valuation_share > ZERO:
        return ()
    return (because(Code.VALUATION_HIGH, **wish.valuation),)


# --- tier 4: data that a purchase needs ---------------------------------------------------------


def _quote_usable(case: _Case) -> tuple[Reason, ...]:
    means = case.at.means
    return price_policy.unusable(means.quote, means.rules, case.at.now, case.at.symbol)


def _second_heard(case: _Case) -> tuple[Reason, ...]:
    second = case.at.means.second
    if second is None or second.ask is not None:
        return ()
    return (because(Code.SECOND_OPINION_UNKNOWN, source=second.source, why=second.why),)


def _money_countable(case: _Case) -> tuple[Reason, ...]:
    reasons = []
    quote = case.at.symbol.partition("/")[2]
    if not case.at.means.base_per_quote:
        reasons.append(because(Code.RATE_UNKNOWN, quote=quote))
    if case.at.means.cash is None:
        reasons.append(because(Code.BALANCE_UNKNOWN, account=case.at.account, asset=quote))
    return tuple(reasons)


# --- tier 5: limits on the purchase itself ------------------------------------------------------


def _within_caps(case: _Case) -> tuple[Reason, ...]:
    rate = case.at.means.base_per_quote
    assert rate is not None
    return cap_policy.over(case.at.means.caps, times(case.sized.base_now, rate))


def _not_concentrated(case: _Case) -> tuple[Reason, ...]:
    why = case.at.stops.concentration
    return () if why is None else (because(Code.CONCENTRATION, account=case.at.account, why=why),)


def _cash_covers(case: _Case) -> tuple[Reason, ...]:
    cash = case.at.means.cash
    assert cash is not None
    if cash >= case.sized.base_now and (cash > ZERO or case.sized.wanted <= ZERO):
        return ()
    return (because(Code.CASH_INSUFFICIENT, cash=cash, needed=case.sized.base_now),)


def _price_fair(case: _Case) -> tuple[Reason, ...]:
    means = case.at.means
    assert means.quote is not None
    return price_policy.objections(means.quote, means.rules, means.second)


def _above_minimum(case: _Case) -> tuple[Reason, ...]:
    if any(check(case) for check in (_within_caps, _cash_covers)):
        return ()  # the trimmed size has no meaning while the base part does not fit
    means = case.at.means
    assert means.quote is not None
    assert means.quote.ask is not None
    assert means.market is not None
    plan = _order(case, _trimmed(case).buy)
    # A resting order is counted at its own price, one that takes at the ask it will get.
    price = min(means.quote.ask, plan.limit_price)
    reason = price_policy.below_minimum(plan.amount, price, means.market)
    return () if reason is None else (reason,)


TIERS: tuple[tuple[Check, ...], ...] = (
    (_nothing_borrowed, _in_universe, _plain_spot),
    (_no_halt, _nothing_unresolved, _confirmed, _no_trouble, _market_open, _something_left),
    (_gate_permits, _valuation_permits),
    (_quote_usable, _second_heard, _money_countable),
    (_within_caps, _not_concentrated, _cash_covers, _price_fair, _above_minimum),
)


# --- outcomes ----------------------------------------------------------------------------------


def _refused(case: _Case, reasons: tuple[Reason, ...]) -> Decision:
    verdicts = {MEANINGS[reason.code].verdict for reason in reasons}
    verdict = next(v for v in (Verdict.DENY, Verdict.WAIT, Verdict.PAUSE) if v in verdicts)
    wish = case.at.wish
    paused = verdict is Verdict.PAUSE and wish.pause_mode != "skip"
    withheld = _withheld(case, case.sized.tranche) if paused else ZERO
    small = all(reason.code is Code.BELOW_MINIMUM for reason in reasons)
    # Too small to send: what the gate lets through carries, what it withholds is backlog.
    if small and wish.pause_mode != "skip":
        withheld = _withheld(case, case.sized.withheld)
    return Decision(
        verdict=verdict,
        reasons=reasons,
        tranche_quote=case.sized.tranche,
        buy_quote=ZERO,
        backlog_quote=wish.backlog + withheld,
        withheld_quote=withheld,
        carry_quote=_carried(case) if small else ZERO,
    )


def _carried(case: _Case) -> Decimal:
    """Return what a tranche too small to send carries to the next slot."""
    return case.sized.tranche - case.sized.withheld if case.at.wish.remembers else ZERO


def _withheld(case: _Case, amount: Decimal) -> Decimal:
    """Return what of `amount` still fits under the backlog's own ceiling."""
    if not case.at.wish.remembers:
        return ZERO
    return min(amount, max(case.at.wish.backlog_max - case.at.wish.backlog, ZERO))


def _trimmed(case: _Case) -> Trimmed:
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


def _order(case: _Case, budget: Decimal) -> OrderPlan:
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


def _buy(case: _Case) -> Decision:
    trimmed = _trimmed(case)
    wish = case.at.wish
    withheld = ZERO if wish.pause_mode == "skip" else _withheld(case, case.sized.withheld)
    decision = Decision(
        verdict=Verdict.BUY,
        reasons=_buy_reasons(case, trimmed),
        tranche_quote=case.sized.tranche,
        buy_quote=trimmed.buy,
        backlog_quote=wish.backlog - trimmed.from_backlog + withheld,
        withheld_quote=withheld,
        from_backlog_quote=trimmed.from_backlog,
        from_carry_quote=trimmed.from_carry,
    )
    return replace(decision, order=_order(case, trimmed.buy))


_REGIME_CODES = {
    "NORMAL": Code.REGIME_NORMAL,
    "CAUTION": Code.REGIME_CAUTION,
    "PROBE": Code.REGIME_PROBE,
}


def _buy_reasons(case: _Case, trimmed: Trimmed) -> tuple[Reason, ...]:
    return (_regime_reason(case), *_size_reasons(case, trimmed), *_valuation_reasons(case))


def _regime_reason(case: _Case) -> Reason:
    gate, wish = case.at.gate, case.at.wish
    share = gate_share(case.at)
    if not gate.enabled:
        return because(Code.GATE_DISABLED)
    if gate.regime == "PROBE" and "forced" in gate.detail:
        forced = gate.detail["forced"]
        return because(Code.REGIME_PROBE, composite=gate.composite, share=share, forced=forced)
    if gate.regime in _REGIME_CODES:
        return because(_REGIME_CODES[gate.regime], composite=gate.composite, share=share)
    half = wish.pause_mode == "half" and share == max(gate.share, _HALF)
    code = Code.HALF_WHILE_PAUSED if half else Code.LADDER_WHILE_PAUSED
    return because(code, regime=gate.regime, composite=gate.composite, share=share)


def _size_reasons(case: _Case, trimmed: Trimmed) -> tuple[Reason, ...]:
    wish = case.at.wish
    reasons = []
    if wish.multiplier != ONE:
        reasons.append(because(Code.STAGE, drawdown=wish.drawdown, multiplier=wish.multiplier))
    elif wish.staged and wish.drawdown is None:
        reasons.append(because(Code.STAGE_UNKNOWN, symbol=case.at.symbol))
    if trimmed.from_backlog:
        left = wish.backlog - trimmed.from_backlog
        reasons.append(because(Code.CATCH_UP, repaid=trimmed.from_backlog, left=left))
    if trimmed.from_carry:
        reasons.append(because(Code.CARRIED, carried=trimmed.from_carry))
    if trimmed.trimmed:
        reasons.append(because(Code.TRIMMED_TO_CAP, trimmed=trimmed.trimmed, buy=trimmed.buy))
    return tuple(reasons)


def _valuation_reasons(case: _Case) -> tuple[Reason, ...]:
    wish = case.at.wish
    if not wish.valuation:
        return ()
    if "value" not in wish.valuation:
        return (because(Code.VALUATION_UNKNOWN, **wish.valuation),)
    if wish.valuation_share < ONE:
        return (because(Code.VALUATION_THROTTLED, **wish.valuation),)
    return ()
