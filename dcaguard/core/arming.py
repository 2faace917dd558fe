"""What a person confirms when arming: one digest of every rule that decides about live money."""

from collections.abc import Mapping
from datetime import datetime

from dcaguard.core.canonical import digest
from dcaguard.core.config import Config
from dcaguard.core.strategy import Strategy


def arming_digest(config: Config, strategy: Strategy) -> str:
    """Return the sha256 (hex) of policy, gate, signals, account and strategy as parsed.

    Comments, spelling, folder and other accounts do not count; a default written out is the same
    as one left out. What the caps are counted in, coins kept elsewhere included, belongs to the
    policy, and so does where the second opinion is asked for. Config holds references to
    secrets only, so no secret is in it. KeyError when the account does not exist.
    """
    return digest(
        {
            "policy": config.policy.model_dump(),
            "timezone": config.timezone,
            "base_currency": config.base_currency,
            "stablecoins_at_par": sorted(config.stablecoins_at_par),
            "holdings": {place: coins for place, coins in config.holdings.items() if coins},
            "second_opinion": _second_opinion(config),
            "gate": config.gate.model_dump(),
            "signals": config.signals.model_dump(),
            "account_name": strategy.account,
            "account": config.accounts[strategy.account].model_dump(),
            "strategy": _typed(strategy),
        }
    )


def _second_opinion(config: Config) -> object:
    """Return whose public prices must agree, and the address that they are asked for at.

    An exchange id has the address of the first account of that exchange that states one.
    """
    venue, named = config.opinion_venue(), config.policy.price.second_opinion
    if named in config.accounts:
        account = config.accounts[named]
        return [account.exchange, account.base_url, account.sandbox]
    others = (a.base_url for a in config.accounts.values() if a.exchange == venue and a.base_url)
    return None if venue is None else [venue, next(others, None)]


def config_digest(config: Config, strategies: Mapping[str, Strategy]) -> str:
    """Return the sha256 (hex) of everything that was typed, as parsed: what a run records."""
    return digest(
        {
            "config": config.model_dump(),
            "strategies": {name: _typed(s) for name, s in strategies.items()},
        }
    )


def _typed(strategy: Strategy) -> object:
    """Return a strategy as typed; a schedule's local times have no zone and need none."""
    return _local_times_spelled(strategy.model_dump())


def _local_times_spelled(value: object) -> object:
    match value:
        case datetime() if value.tzinfo is None:
            return value.isoformat()
        case Mapping():
            return {key: _local_times_spelled(one) for key, one in value.items()}
        case tuple() | list():
            return [_local_times_spelled(one) for one in value]
        case _:
            return value
