"""How large a tranche is: weights, stages, valuation, gate share, backlog and carry."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dcaguard.core.money import ONE, ZERO, round_down, times

# Tranches are kept to a hundred-millionth of the quote: finer than any venue's tick, and finite.
_QUANTUM = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class Stage:
    """From this drawdown on, the tranche is multiplied."""

    drawdown: Decimal  # share below the trailing high, 0 to 1
    multiplier: Decimal


@dataclass(frozen=True, slots=True)
class Sized:
    """What one tranche asks for, in quote; every part is >= 0."""

    tranche: Decimal  # planned for this slot: base times stage
    base_now: Decimal  # the part of the base tranche that may be bought now
    extra_now: Decimal  # what stages, backlog and carry add on top; caps may trim it
    from_backlog: Decimal  # part of extra_now that repays the backlog
    from_carry: Decimal  # part of extra_now that uses the carry
    withheld: Decimal  # put off by gate or valuation: tranche minus what of it is bought

    @property
    def wanted(self) -> Decimal:
        """Quote that a buy would spend if no cap trims it."""
        return self.base_now + self.extra_now


def base_tranche(per_slot_quote: Decimal, weight: Decimal) -> Decimal:
    """Return one symbol's share of a slot, in quote, rounded down to 1e-8."""
    return round_down(times(per_slot_quote, weight), _QUANTUM)


def value_averaging_tranche(
    target_value_quote: Decimal, held_value_quote: Decimal, tranche_max_quote: Decimal
) -> Decimal:
    """Return what lifts the strategy's own holdings to their target, 0 to `tranche_max_quote`.

    dcaguard does not sell: above the target the tranche is zero.
    """
    gap = target_value_quote - held_value_quote
    return round_down(min(max(gap, ZERO), tranche_max_quote), _QUANTUM)


def stage_multiplier(stages: Sequence[Stage], drawdown: Decimal | None) -> Decimal:
    """Return the multiplier of the deepest stage reached; 1 when none is or drawdown is unknown."""
    if drawdown is None:
        return ONE
    reached = [stage for stage in stages if drawdown >= stage.drawdown]
    return max(reached, key=lambda stage: stage.drawdown).multiplier if reached else ONE


def size(
    *,
    base: Decimal,
    multiplier: Decimal,
    share: Decimal,
    backlog: Decimal,
    carry: Decimal,
    catch_up_multiple: Decimal,
) -> Sized:
    """Split a slot's money into what is bought now and what is put off.

    `share` (0 to 1) is what gate and valuation together allow. A share below one never repays
    backlog: money that a pause put off waits for the gate to open whole.
    """
    tranche = round_down(times(base, multiplier), _QUANTUM)
    allowed = round_down(times(tranche, share), _QUANTUM)
    base_now = min(round_down(times(base, share), _QUANTUM), allowed)
    from_carry = round_down(times(carry, share), _QUANTUM)
    room = max(times(base, catch_up_multiple - ONE), ZERO)
    from_backlog = min(backlog, round_down(room, _QUANTUM)) if share >= ONE else ZERO
    return Sized(
        tranche=tranche,
        base_now=base_now,
        extra_now=allowed - base_now + from_backlog + from_carry,
        from_backlog=from_backlog,
        from_carry=from_carry,
        withheld=tranche - allowed,
    )


@dataclass(frozen=True, slots=True)
class Trimmed:
    """A wanted buy after the caps took from its extras, in quote."""

    buy: Decimal
    from_backlog: Decimal
    from_carry: Decimal
    trimmed: Decimal


def trim(sized: Sized, room_quote: Decimal) -> Trimmed:
    """Trim what is added on top to `room_quote`; the base part must fit already.

    The backlog is trimmed first, then the carry (both stay remembered), the stage's part last.
    """
    assert sized.base_now <= room_quote
    over = max(sized.wanted - room_quote, ZERO)
    off_backlog = min(over, sized.from_backlog)
    off_carry = min(over - off_backlog, sized.from_carry)
    return Trimmed(
        buy=sized.wanted - over,
        from_backlog=sized.from_backlog - off_backlog,
        from_carry=sized.from_carry - off_carry,
        trimmed=over,
    )
