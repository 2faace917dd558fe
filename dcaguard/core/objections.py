"""All that can stop a purchase, in TIERS, strongest first. The first tier that objects decides."""

from collections.abc import Callable

from dcaguard.core.account import Proof
from dcaguard.core.case import Case, fitted, gate_share, planned
from dcaguard.core.money import ZERO, times
from dcaguard.core.policy import caps as cap_policy
from dcaguard.core.policy import price as price_policy
from dcaguard.core.reason import Code, Reason, because

Check = Callable[[Case], tuple[Reason, ...]]


# --- tier 1: broken limits that no waiting mends ---------------------------------------------


def _nothing_borrowed(case: Case) -> tuple[Reason, ...]:
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


def _in_universe(case: Case) -> tuple[Reason, ...]:
    asset = case.at.symbol.partition("/")[0]
    stops = case.at.stops
    if asset not in stops.allowed:
        return (because(Code.NOT_IN_UNIVERSE, asset=asset, allow=stops.allowed),)
    if stops.revenue_lack is not None:
        return (because(Code.NO_REVENUE, asset=asset, lack=stops.revenue_lack),)
    return ()


def _plain_spot(case: Case) -> tuple[Reason, ...]:
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


def _no_halt(case: Case) -> tuple[Reason, ...]:
    halted = case.at.stops.halted
    return () if halted is None else (because(Code.HALTED, reason=halted),)


def _nothing_unresolved(case: Case) -> tuple[Reason, ...]:
    orders = case.at.stops.unresolved
    return (because(Code.ORDER_UNRESOLVED, orders=orders),) if orders else ()


def _confirmed(case: Case) -> tuple[Reason, ...]:
    stops = case.at.stops
    if stops.not_live:
        return (because(Code.VENUE_NOT_LIVE, account=case.at.account, why=stops.not_live),)
    if not stops.armed:
        return (because(Code.NOT_ARMED, command=f"dcaguard arm {case.at.strategy}"),)
    return ()


def _no_trouble(case: Case) -> tuple[Reason, ...]:
    return tuple(
        because(trouble.code, account=case.at.account, detail=trouble.detail)
        for trouble in case.at.stops.troubles
    )


def _market_open(case: Case) -> tuple[Reason, ...]:
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


def _something_left(case: Case) -> tuple[Reason, ...]:
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


def _gate_permits(case: Case) -> tuple[Reason, ...]:
    if gate_share(case.at) > ZERO:
        return ()
    gate = case.at.gate
    if gate.lock:
        return (because(Code.VENUE_LOCKED, account=case.at.account, why=gate.lock),)
    code = Code.REGIME_COOLOFF if gate.regime == "COOLOFF" else Code.REGIME_PAUSED
    detail = {"composite": gate.composite, **gate.detail}
    return (because(code, since=gate.since, **detail),)


def _valuation_permits(case: Case) -> tuple[Reason, ...]:
    wish = case.at.wish
    if wish.valuation_share > ZERO:
        return ()
    return (because(Code.VALUATION_HIGH, **wish.valuation),)


# --- tier 4: data that a purchase needs ---------------------------------------------------------


def _quote_usable(case: Case) -> tuple[Reason, ...]:
    means = case.at.means
    return price_policy.unusable(means.quote, means.rules, case.at.now, case.at.symbol)


def _second_heard(case: Case) -> tuple[Reason, ...]:
    second = case.at.means.second
    if second is None or second.ask is not None:
        return ()
    return (because(Code.SECOND_OPINION_UNKNOWN, source=second.source, why=second.why),)


def _money_countable(case: Case) -> tuple[Reason, ...]:
    reasons = []
    quote = case.at.symbol.partition("/")[2]
    if not case.at.means.base_per_quote:
        reasons.append(because(Code.RATE_UNKNOWN, quote=case.at.means.unpriced or quote))
    if case.at.means.cash is None:
        reasons.append(because(Code.BALANCE_UNKNOWN, account=case.at.account, asset=quote))
    return tuple(reasons)


# --- tier 5: limits on the purchase itself ------------------------------------------------------


def _within_caps(case: Case) -> tuple[Reason, ...]:
    rate = case.at.means.base_per_quote
    assert rate is not None
    return cap_policy.over(case.at.means.caps, times(case.sized.base_now, rate))


def _not_concentrated(case: Case) -> tuple[Reason, ...]:
    why = case.at.stops.concentration
    return () if why is None else (because(Code.CONCENTRATION, account=case.at.account, why=why),)


def _cash_covers(case: Case) -> tuple[Reason, ...]:
    cash = case.at.means.cash
    assert cash is not None
    if cash >= case.sized.base_now and (cash > ZERO or case.sized.wanted <= ZERO):
        return ()
    return (because(Code.CASH_INSUFFICIENT, cash=cash, needed=case.sized.base_now),)


def _price_fair(case: Case) -> tuple[Reason, ...]:
    means = case.at.means
    assert means.quote is not None
    return price_policy.objections(means.quote, means.rules, means.second)


def _above_minimum(case: Case) -> tuple[Reason, ...]:
    if any(check(case) for check in (_within_caps, _cash_covers)):
        return ()  # the trimmed size has no meaning while the base part does not fit
    means = case.at.means
    assert means.quote is not None
    assert means.quote.ask is not None
    assert means.market is not None
    plan = planned(case, fitted(case).buy)
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
