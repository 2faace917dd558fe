"""The decision: the first tier of objections decides; without one the tranche is bought.

`decide` is a pure function of a `Situation`; every reason of the tier that decides is reported.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from dcaguard.core.case import HALF, Case, OrderPlan, case_of, fitted, gate_share, planned
from dcaguard.core.money import ONE, ZERO
from dcaguard.core.objections import TIERS
from dcaguard.core.reason import MEANINGS, Code, Reason, Verdict, because
from dcaguard.core.situation import Situation
from dcaguard.core.sizing import Trimmed


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


def decide(situation: Situation) -> Decision:
    """Return what to do with this tranche, and why."""
    case = case_of(situation)
    for checks in TIERS:
        reasons = tuple(reason for check in checks for reason in check(case))
        if reasons:
            return _refused(case, reasons)
    return _buy(case)


def _refused(case: Case, reasons: tuple[Reason, ...]) -> Decision:
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


def _carried(case: Case) -> Decimal:
    """Return what a tranche too small to send carries to the next slot."""
    return case.sized.tranche - case.sized.withheld if case.at.wish.remembers else ZERO


def _withheld(case: Case, amount: Decimal) -> Decimal:
    """Return what of `amount` still fits under the backlog's own ceiling."""
    if not case.at.wish.remembers:
        return ZERO
    return min(amount, max(case.at.wish.backlog_max - case.at.wish.backlog, ZERO))


def _buy(case: Case) -> Decision:
    trimmed = fitted(case)
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
    return replace(decision, order=planned(case, trimmed.buy))


_REGIME_CODES = {
    "NORMAL": Code.REGIME_NORMAL,
    "CAUTION": Code.REGIME_CAUTION,
    "PROBE": Code.REGIME_PROBE,
}


def _buy_reasons(case: Case, trimmed: Trimmed) -> tuple[Reason, ...]:
    return (_regime_reason(case), *_size_reasons(case, trimmed), *_valuation_reasons(case))


def _regime_reason(case: Case) -> Reason:
    gate, wish = case.at.gate, case.at.wish
    share = gate_share(case.at)
    if not gate.enabled:
        return because(Code.GATE_DISABLED)
    if gate.regime == "PROBE" and "forced" in gate.detail:
        forced = gate.detail["forced"]
        return because(Code.REGIME_PROBE, composite=gate.composite, share=share, forced=forced)
    if gate.regime in _REGIME_CODES:
        return because(_REGIME_CODES[gate.regime], composite=gate.composite, share=share)
    half = wish.pause_mode == "half" and share == max(gate.share, HALF)
    code = Code.HALF_WHILE_PAUSED if half else Code.LADDER_WHILE_PAUSED
    return because(code, regime=gate.regime, composite=gate.composite, share=share)


def _size_reasons(case: Case, trimmed: Trimmed) -> tuple[Reason, ...]:
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


def _valuation_reasons(case: Case) -> tuple[Reason, ...]:
    wish = case.at.wish
    if not wish.valuation:
        return ()
    if "value" not in wish.valuation:
        return (because(Code.VALUATION_UNKNOWN, **wish.valuation),)
    if wish.valuation_share < ONE:
        return (because(Code.VALUATION_THROTTLED, **wish.valuation),)
    return ()
