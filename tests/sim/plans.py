"""The configs and strategies that simulated years run on: small caps, so that they bind."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from dcaguard.core.config import Config
from dcaguard.core.strategy import Strategy

START = datetime(2025, 1, 1, tzinfo=UTC)
ACCOUNTS = ("main", "other")
TTLS = ("PT1M", "PT10M", "PT3H", "P2D")
TTL_MAX = timedelta(days=2)


def config(rng: Random, *, gate: bool) -> Config:
    """Return a live account under caps that some weeks pass and others do not."""
    order_max = rng.choice((110, 150, 300))
    day_max = rng.choice((None, order_max, 220, 400))
    week_max = rng.choice((None, 220, 300, 500))
    caps: dict[str, Any] = {"order_max": order_max, "month_max": rng.choice((700, 1000, 1500))}
    if day_max is not None:
        caps["day_max"] = max(day_max, order_max)
    if week_max is not None:
        caps["week_max"] = max(week_max, caps.get("day_max", order_max))
    if rng.random() < 0.5:
        caps["reserve_min"] = rng.choice((50, 200))
    if rng.random() < 0.2:
        caps["asset_weight_max"] = {"BTC": "0.5", "default": "0.6"}
    return Config.model_validate(
        {
            "timezone": rng.choice(("UTC", "Europe/Berlin", "America/New_York")),
            "accounts": {
                name: {"exchange": "binance", "live": True, "credentials": "env:SIMULATED"}
                for name in ACCOUNTS
            },
            "policy": {"caps": caps, "universe": {"allow": ["BTC", "ETH"]}},
            "gate": {"enabled": gate},
        }
    )


def strategies(rng: Random) -> dict[str, Strategy]:
    """Return two weekly strategies that share caps, and often an account."""
    monday = date(2025, 1, 6)
    other = rng.choice((monday, monday, monday + timedelta(days=1)))
    account = rng.choice((*ACCOUNTS, ACCOUNTS[0]))
    first = _strategy(rng, ("both", ACCOUNTS[0]), monday, {"BTC/USDT": "0.7", "ETH/USDT": "0.3"})
    second = _strategy(rng, ("coin", account), other, {"BTC/USDT": "1"})
    return {one.name: one for one in (first, second)}


def _strategy(
    rng: Random, names: tuple[str, str], start: date, weights: dict[str, str]
) -> Strategy:
    name, account = names
    per_slot = rng.choice((30, 60, 100, 100))
    budget: dict[str, Any] = {"per_slot": per_slot}
    if rng.random() < 0.3:
        budget["total"] = per_slot * rng.choice((8, 20))
    pause: dict[str, Any] = {"mode": rng.choice(("defer", "defer", "skip", "half"))}
    if rng.random() < 0.3:
        pause["backlog_slots_max"] = 2
    return Strategy.model_validate(
        {
            "name": name,
            "account": account,
            "quote": "USDT",
            "schedule": {
                "every": "P7D",
                "start": start,
                "timezone": rng.choice(("UTC", "Europe/Berlin")),
            },
            "budget": budget,
            "buy": [{"symbol": symbol, "weight": weight} for symbol, weight in weights.items()],
            "pause": pause,
            "order": order_rule(rng),
        }
    )


def order_rule(rng: Random) -> dict[str, Any]:
    """Return how orders are worded: at once, resting for a while, or in a way no venue here has."""
    dice = rng.random()
    if dice < 0.02:
        return {"type": "market"}
    if dice < 0.5:
        return {"type": "limit-ioc"}
    ttl = rng.choice(TTLS)
    return {"type": "post-only", "ttl": ttl, "fallback": rng.choice(("limit-ioc", "none"))}


def hours(strategies: dict[str, Strategy]) -> tuple[int, ...]:
    """Return the hours after Monday 00:00 UTC at which some slot of these has just begun."""
    return tuple(sorted({24 * one.schedule.first.weekday() for one in strategies.values()}))
