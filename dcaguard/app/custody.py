"""The reminder to take coins home: too many on one venue is advice, unless a limit is set."""

from datetime import timedelta
from decimal import Decimal

from dcaguard.app.context import Pass
from dcaguard.app.facts import Facts
from dcaguard.app.world import World
from dcaguard.core.money import ZERO, times
from dcaguard.core.portfolio import coins_share
from dcaguard.core.schedule import slots_between

_SHARE = Decimal("0.25")
_SPAN = timedelta(days=30)


def remind(run: Pass, facts: Facts) -> None:
    """Note where more coins lie than 30 days of buying and a quarter of all coins.

    dcaguard itself never withdraws: a key that could is refused.
    """
    if not run.world.config.signals.venue_custody.enabled:
        return
    for account in dict.fromkeys(order.account for order in run.bought):
        if run.world.is_paper(account):
            continue
        part = coins_share(facts.of(account).portfolio, run.world.config.money, account)
        if part is None or part <= _SHARE:
            continue
        if _coins_base(run.world, facts, account) <= _planned_base(run, facts, account):
            continue
        run.ledger.note(
            f"account {account}: {part:.0%} of all coins lie there, more than 30 days of buying: "
            "withdraw to a wallet of your own by hand, and list it under [holdings.NAME]"
        )


def _coins_base(world: World, facts: Facts, account: str) -> Decimal:
    return sum(
        (
            v.value_base or ZERO
            for v in facts.of(account).portfolio.valued
            if v.account == account and v.holding.asset not in world.config.money
        ),
        ZERO,
    )


def _planned_base(run: Pass, facts: Facts, account: str) -> Decimal:
    """Return what the account's strategies plan to spend in 30 days, in base currency."""
    total = ZERO
    for strategy in run.world.strategies.values():
        if strategy.account == account:
            count = sum(1 for _ in slots_between(strategy, run.now, run.now + _SPAN))
            rate = facts.of(account).prices.get(strategy.quote, ZERO)
            total += times(times(strategy.budget.per_slot, rate), Decimal(count))
    return total
