"""Where a strategy asks for more than the policy allows. It can ask for less only."""

from decimal import Decimal

from dcaguard.core.config import PAPER, Config
from dcaguard.core.config_values import nearest
from dcaguard.core.money import ONE, plain, times
from dcaguard.core.strategy import Strategy

Found = list[tuple[str, str]]


def disagreements(config: Config, strategy: Strategy) -> Found:
    """Return (key of the strategy, sentence) for everything the config does not allow it."""
    if strategy.account not in config.accounts:
        known = tuple(config.accounts)
        return [
            (
                "account",
                f"no account is called {strategy.account}: {nearest(strategy.account, known)}",
            )
        ]
    return [
        *_universe(config, strategy),
        *_order_cap(config, strategy),
        *_gate(config, strategy),
        *_second_opinion(config, strategy),
        *_order_type(config, strategy),
    ]


def at_par(config: Config, quote: str) -> bool:
    """Tell whether one unit of `quote` is one unit of base_currency without asking a venue."""
    base, coins = config.base_currency, config.stablecoins_at_par
    dollars = {"USD", *coins}
    return quote == base or (base in dollars and quote in dollars)


def _universe(config: Config, strategy: Strategy) -> Found:
    allowed = config.policy.universe.allow
    return [
        (
            f"buy.{i}.symbol",
            (
                f"{b.base} is not in policy.universe.allow ({', '.join(allowed)}):"
                " add it there if you mean it, or remove it here"
            ),
        )
        for i, b in enumerate(strategy.buy)
        if b.base not in allowed
    ]


def _order_cap(config: Config, strategy: Strategy) -> Found:
    if not at_par(config, strategy.quote):
        return []
    cap = config.policy.caps.order_max
    largest: Decimal = max(times(strategy.budget.per_slot, b.weight) for b in strategy.buy)
    if largest <= cap < times(largest, _multiple(strategy)):
        return [
            (
                "sizing.multiple_max",
                (
                    f"makes one order of up to {plain(times(largest, _multiple(strategy)))} "
                    f"{strategy.quote}, above policy.caps.order_max = {plain(cap)} "
                    f"{config.base_currency}: lower multiple_max or raise order_max"
                ),
            )
        ]
    if largest <= cap:
        return []
    return [
        (
            "budget.per_slot",
            (
                f"makes one order of {plain(largest)} {strategy.quote}, above policy.caps.order_max"
                f" = {plain(cap)} {config.base_currency}: lower per_slot or raise order_max"
            ),
        )
    ]


def _multiple(strategy: Strategy) -> Decimal:
    """Return how many times per_slot a tranche may be by its size alone."""
    return strategy.sizing.multiple_max if strategy.sizing.mode == "value-averaging" else ONE


def _gate(config: Config, strategy: Strategy) -> Found:
    pairs = (
        ("enter", strategy.pause.enter, config.gate.enter),
        ("exit", strategy.pause.exit, config.gate.exit),
    )
    found = [
        (
            f"pause.{key}",
            f"{plain(own)} is looser than the policy's gate.{key} = {limit}: lower or remove it",
        )
        for key, own, limit in pairs
        if own is not None and own > Decimal(str(limit))
    ]
    enter = strategy.pause.enter
    if (
        enter is not None
        and strategy.pause.exit is None
        and enter <= Decimal(str(config.gate.exit))
    ):
        found.append(("pause.exit", "is missing: gate.exit is not below this pause.enter: add it"))
    return found


def _order_type(config: Config, strategy: Strategy) -> Found:
    """Refuse an order without a price limit: every venue with a profile takes limit-ioc."""
    account = config.accounts[strategy.account]
    if strategy.order.type != "market" or account.exchange == PAPER:
        return []
    told = f"market orders have no price limit and are not sent to {account.exchange}"
    return [("order.type", f'{told}: write "limit-ioc" or "post-only"')]


def _second_opinion(config: Config, strategy: Strategy) -> Found:
    venue = config.opinion_venue()
    if venue is None or venue != config.accounts[strategy.account].price_venue:
        return []
    return [
        (
            "account",
            (
                f"policy.price.second_opinion = {config.policy.price.second_opinion!r} is this"
                " account's own venue: name another venue there, or buy elsewhere"
            ),
        )
    ]
