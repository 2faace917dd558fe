"""Leverage is never allowed: what breaks that, what stops buying, and how to undo it by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from dcaguard.core.account import AccountView, CheckResult, Evidence, Holding, Proof, Step
from dcaguard.core.market import Market
from dcaguard.core.money import ONE, ZERO, plain, quotient, rounded, times
from dcaguard.core.policy.rules import IP_LOCK, KEY_RIGHTS, LEVERAGE, TOKENS
from dcaguard.core.policy.steps import ORDER_OF_KINDS
from dcaguard.core.policy.tokens import leveraged_token, stem_of

KeyRights = Literal["not-violated", "proved"]


@dataclass(frozen=True, slots=True)
class LeverageParams:
    """What the person set, and prices (base_currency per unit) to weigh debts with."""

    require_key_rights: KeyRights = "not-violated"
    accept_cannot_tell: frozenset[str] = frozenset()  # "account:wallet"
    prices: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Leverage:
    """Gross exposure over NAV, in base_currency. `ratio` is None when it can not be told."""

    gross: Decimal
    nav: Decimal
    ratio: Decimal | None
    unpriced_debts: tuple[str, ...] = ()

    @property
    def result(self) -> Proof:
        """PROVED at 1 or below; a debt without a price can not be weighed."""
        if self.ratio is None:
            broke = self.gross > 0 and self.nav <= 0 and not self.unpriced_debts
            return Proof.VIOLATED if broke else Proof.CANNOT_TELL
        return Proof.VIOLATED if self.ratio > ONE else Proof.PROVED


def verdict(view: AccountView, params: LeverageParams) -> tuple[CheckResult, ...]:
    """Return every check that is not PROVED, the effective leverage among them, gravest first."""
    weighed = leverage_check(view, params.prices)
    found = [c for c in (*view.checks, *weighed) if c.result is not Proof.PROVED]
    order = (Proof.VIOLATED, Proof.CANNOT_TELL, Proof.ADVICE, Proof.NOT_COVERED)
    return tuple(sorted(found, key=lambda c: order.index(c.result)))


def stops(
    view: AccountView, *, require_key_rights: KeyRights, accept_cannot_tell: frozenset[str]
) -> tuple[CheckResult, ...]:
    """Return the checks that stop live buying on this account; empty when none does.

    VIOLATED always stops. CANNOT_TELL stops unless `accept_cannot_tell` names "account:wallet";
    on key rights it stops only under "proved". Advice and products behind another login do not.
    """
    if view.exchange == "paper":
        return tuple(c for c in view.checks if c.result is Proof.VIOLATED)
    found = [
        check
        for check in view.checks
        if _stopping(view.account, check, require_key_rights, accept_cannot_tell)
    ]
    named = {check.check for check in view.checks}
    needed = {"debt", KEY_RIGHTS} if require_key_rights == "proved" else {"debt"}
    found += [
        CheckResult(name, Proof.CANNOT_TELL, (), f"{name} was not checked at all")
        for name in sorted(needed - named)
    ]
    return tuple(found)


def _stopping(
    account: str, check: CheckResult, rights: KeyRights, accepted: frozenset[str]
) -> bool:
    if check.result is Proof.VIOLATED:
        return True
    if check.check == KEY_RIGHTS:
        unproved = check.result in {Proof.CANNOT_TELL, Proof.NOT_COVERED}
        return rights == "proved" and unproved
    if check.result is not Proof.CANNOT_TELL or check.check == IP_LOCK:
        return False
    return f"{account}:{check.wallet}" not in accepted


def effective_leverage(view: AccountView, prices: Mapping[str, Decimal]) -> Leverage:
    """Return gross exposure / NAV: all that is held plus open positions, over what is owned.

    `prices` are base_currency per unit. An asset without a price counts zero; a debt or a
    position without one makes the ratio unknown.
    """
    gross = owed = ZERO
    unpriced = []
    for held in view.holdings:
        price = prices.get(held.asset)
        if price is not None and price > 0:
            gross += times(max(held.total, ZERO), price)
            owed += times(held.debt, price)
        elif held.debt:
            unpriced.append(held.asset)
    nav = gross - owed
    for check in view.checks:
        for step in check.steps:
            if step.action.get("kind") != "close-position":
                continue
            notional = _notional(step, prices)
            if notional is None:
                unpriced.append(step.action.get("symbol", "position"))
            else:
                gross += notional
    if unpriced or nav <= 0:
        nothing = gross == 0 and not unpriced
        return Leverage(gross, nav, ZERO if nothing else None, tuple(unpriced))
    return Leverage(gross, nav, quotient(gross, nav))


def _notional(step: Step, prices: Mapping[str, Decimal]) -> Decimal | None:
    price = prices.get(step.action.get("notional_asset", ""))
    if "notional" not in step.action or price is None:
        return None
    return times(Decimal(step.action["notional"]), price)


def leverage_check(view: AccountView, prices: Mapping[str, Decimal]) -> tuple[CheckResult, ...]:
    """Return the effective leverage as a check; nothing when the account holds nothing."""
    if not view.holdings:
        return ()
    found = effective_leverage(view, prices)
    if found.result is Proof.CANNOT_TELL and not found.unpriced_debts:
        return ()
    ratio = plain(rounded(found.ratio, Decimal("0.0001"))) if found.ratio is not None else "unknown"
    said = (
        Evidence("", "gross exposure", plain(found.gross)),
        Evidence("", "NAV", plain(found.nav)),
    )
    why = f"effective leverage is {ratio}"
    if found.unpriced_debts:
        why += f": no price for what is owed in {', '.join(found.unpriced_debts)}"
    return (CheckResult(LEVERAGE, found.result, said, why),)


def unwind(view: AccountView) -> tuple[Step, ...]:
    """Return the steps that close every finding: orders, positions, debts, modes, key rights."""
    steps = [step for check in view.checks for step in check.steps]
    unique = {(s.text, tuple(sorted(s.action.items()))): s for s in steps}
    last = len(ORDER_OF_KINDS)

    def rank(step: Step) -> int:
        kind = step.action.get("kind", "")
        return ORDER_OF_KINDS.index(kind) if kind in ORDER_OF_KINDS else last

    return tuple(sorted(unique.values(), key=rank))


def tokens_held(
    holdings: tuple[Holding, ...], markets: Mapping[str, Market], unread: tuple[str, ...] = ()
) -> tuple[CheckResult, ...]:
    """Return the leveraged-token check over what is held; wallets in `unread` may hold any.

    Without any market list every leveraged-looking name counts. What no active market can sell
    is dust: advice.
    """
    bases = {market.base for market in markets.values()}
    flagged = {market.base for market in markets.values() if market.leveraged_token}
    found = [
        CheckResult(TOKENS, Proof.CANNOT_TELL, (), f"{w}: what it holds is not known", w)
        for w in unread
    ]
    for held in holdings:
        if held.total <= 0:
            continue
        looks = stem_of(held.asset) is not None and not markets
        if looks or held.asset in flagged or leveraged_token(held.asset, bases, {}):
            found.append(_token(held, markets))
    if not found:
        return (CheckResult(TOKENS, Proof.PROVED, (), "no leveraged token is held", "tokens"),)
    return tuple(found)


def _token(held: Holding, markets: Mapping[str, Market]) -> CheckResult:
    listed = [m for m in markets.values() if m.base == held.asset]
    dust = bool(markets) and not any(market.active for market in listed)
    said = (Evidence(held.wallet, held.asset, plain(held.total)),)
    action = {"kind": "sell-token", "asset": held.asset, "amount": plain(held.total)}
    if dust:
        text = f"{held.wallet}: {held.asset} is a leveraged token that no market can sell any more"
        return CheckResult(TOKENS, Proof.ADVICE, said, text, held.wallet)
    step = Step(f"Sell {plain(held.total)} {held.asset} ({held.wallet})", action)
    text = f"{held.wallet}: {held.asset} is a leveraged token"
    return CheckResult(TOKENS, Proof.VIOLATED, said, text, held.wallet, (step,))
