"""A person's confirmation of the rules that decide about live money."""

from dataclasses import dataclass

from dcaguard.app import book as books
from dcaguard.app.world import World
from dcaguard.core.arming import arming_digest
from dcaguard.core.strategy import Strategy


@dataclass(frozen=True, slots=True)
class ToArm:
    """What a person is asked to confirm."""

    strategy: Strategy
    account: str
    exchange: str
    live: bool
    order_max: str
    month_max: str
    base_currency: str
    digest: str
    armed_before: bool  # exactly these rules are armed already


def what_is_armed(world: World, name: str) -> ToArm:
    """Return what arming a strategy would confirm."""
    strategy = world.strategies[name]
    mark = arming_digest(world.config, strategy)
    known = books.arming(world.journal, name)
    caps = world.config.policy.caps
    return ToArm(
        strategy=strategy,
        account=strategy.account,
        exchange=world.account(strategy.account).exchange,
        live=world.is_live(strategy.account),
        order_max=str(caps.order_max),
        month_max=str(caps.month_max),
        base_currency=world.config.base_currency,
        digest=mark,
        armed_before=known is not None and known.digest == mark,
    )


def arm(world: World, about: ToArm) -> books.Arming:
    """Write the confirmation; confirming the same rules again changes nothing."""
    if about.armed_before:
        known = books.arming(world.journal, about.strategy.name)
        assert known is not None
        return known
    return books.record_arming(world.journal, about.strategy.name, about.digest, world.clock.now())
