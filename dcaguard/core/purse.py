"""The two purses of a strategy's symbol: what pauses put off, and what remainders carry."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal

from dcaguard.core.decide import Decision
from dcaguard.core.money import ZERO
from dcaguard.core.reason import Code, Verdict


@dataclass(frozen=True, slots=True)
class Purse:
    """Money that is remembered between slots, in quote; never negative."""

    backlog: Decimal = ZERO  # put off by pauses, repaid when the gate is open
    carry: Decimal = ZERO  # left over by rounding, collar or a minimum


def at_close(purse: Purse, withheld: Decimal, carried: Decimal) -> Purse:
    """Return the purse after a slot without an order: withheld is backlog, a rest carries."""
    return Purse(purse.backlog + withheld, purse.carry + carried)


def remembered_why(verdict: str, codes: Collection[str]) -> str:
    """Return why a slot that ends on this decision leaves money to remember; "" when it does not.

    What a cap denied, or what a venue that was down kept from being bought, is let go.
    """
    if verdict == Verdict.PAUSE:
        return "withheld by a pause"
    small = all(code == Code.BELOW_MINIMUM for code in codes)
    return "below the minimum" if small else ""


def at_sending(purse: Purse, decision: Decision) -> Purse:
    """Return the purse before an order leaves: what it repays is out, what is withheld in."""
    return Purse(
        max(purse.backlog - decision.from_backlog_quote, ZERO) + decision.withheld_quote,
        max(purse.carry - decision.from_carry_quote, ZERO),
    )


def at_settled(purse: Purse, buy_quote: Decimal, spent_quote: Decimal) -> Purse:
    """Return the purse after an order with fills: what it did not spend carries."""
    return replace(purse, carry=purse.carry + max(buy_quote - spent_quote, ZERO))


def at_corrected(purse: Purse, buy_quote: Decimal, before: Decimal, after: Decimal) -> Purse:
    """Return the purse when a settled order cost `after`, not `before`: less of it carries."""
    less = max(buy_quote - before, ZERO) - max(buy_quote - after, ZERO)
    return replace(purse, carry=max(purse.carry - less, ZERO))


def at_found(purse: Purse, from_backlog: Decimal, from_carry: Decimal, withheld: Decimal) -> Purse:
    """Return the purse when an order we thought unsent stands at the venue: as if just sent."""
    return Purse(
        max(purse.backlog - from_backlog, ZERO) + withheld, max(purse.carry - from_carry, ZERO)
    )


def at_refused(purse: Purse, from_backlog: Decimal, from_carry: Decimal) -> Purse:
    """Return the purse after an order without any fill: what it took is remembered again.

    The slot's own tranche is let go: a proved rejection is never sent again.
    """
    return Purse(purse.backlog + from_backlog, purse.carry + from_carry)
