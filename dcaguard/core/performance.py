"""What a plan of buys came to, beside plain DCA: units, money spent, terminal wealth."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dcaguard.core.money import ONE, ZERO, quotient, times


@dataclass(frozen=True, slots=True)
class Bought:
    """One purchase that is counted: what left and what came."""

    spent_quote: Decimal  # fee included
    units: Decimal


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a plan came to at a last price, started with the same money."""

    spent_quote: Decimal
    units: Decimal
    average_cost: Decimal | None  # quote per unit, fees included; None when nothing was bought
    terminal_wealth: Decimal  # units at the last price plus unspent money


def outcome(buys: Sequence[Bought], start_quote: Decimal, last_price: Decimal) -> Outcome:
    """Return what purchases came to; `start_quote` is what every plan compared began with."""
    spent = sum((buy.spent_quote for buy in buys), ZERO)
    units = sum((buy.units for buy in buys), ZERO)
    return Outcome(
        spent_quote=spent,
        units=units,
        average_cost=quotient(spent, units) if units else None,
        terminal_wealth=times(units, last_price) + start_quote - spent,
    )


def plain_buy(tranche_quote: Decimal, ask: Decimal, fee: Decimal) -> Bought:
    """Return what plain DCA gets for one tranche: all of it, at the ask, fee taken from it."""
    return Bought(tranche_quote, quotient(tranche_quote, times(ask, ONE + fee)))


def difference(ours: Outcome, other: Outcome) -> Decimal:
    """Return how much more (or less) ours came to, as a share of the other."""
    return quotient(ours.terminal_wealth - other.terminal_wealth, other.terminal_wealth)
