"""A situation in which everything is fine, to be spoiled one thing at a time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from dcaguard.core.market import Market, Quote
from dcaguard.core.policy.caps import CapUse
from dcaguard.core.policy.price import PriceRules
from dcaguard.core.reason import Code
from dcaguard.core.situation import GateView, Means, Situation, Stops, Wish

D = Decimal
NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)

MARKET = Market(
    symbol="BTC/USDT",
    base="BTC",
    quote="USDT",
    spot=True,
    active=True,
    amount_step=D("0.0001"),
    price_step=D("0.01"),
    amount_min=None,
    amount_max=None,
    cost_min=D(5),
    cost_max=None,
    taker_fee=D(0),
)
QUOTE = Quote("BTC/USDT", D(100), D(100), NOON, "test")
RULES = PriceRules(D("0.01"), D("0.005"), timedelta(minutes=1))

WISH = Wish(
    base=D(100),
    multiplier=D(1),
    drawdown=None,
    staged=False,
    valuation_share=D(1),
    valuation={},
    ladder_share=D(0),
    pause_mode="defer",
    backlog=D(0),
    carry=D(0),
    catch_up_multiple=D(2),
    backlog_max=D(6000),
    left=None,
)
GATE = GateView(True, "NORMAL", D(1), NOON - timedelta(days=9), "0.10", {"enter": "0.6"})
STOPS = Stops(allowed=("BTC", "ETH"))
MEANS = Means(MARKET, QUOTE, RULES, None, (), D(1), D(1000))
FINE = Situation(
    strategy="plan",
    account="main",
    slot="2025-03-03T09:00+00:00[UTC]",
    symbol="BTC/USDT",
    now=NOON,
    wish=WISH,
    gate=GATE,
    stops=STOPS,
    means=MEANS,
    rule_version="gate/3",
)


def cap(limit: Any, used: Any = 0, code: Code = Code.CAP_DAY, **more: Any) -> CapUse:
    """Return a cap in base currency."""
    return CapUse(str(code).lower(), code, D(limit), D(used), **more)


def situation(
    *,
    wish: dict[str, Any] | None = None,
    gate: dict[str, Any] | None = None,
    stops: dict[str, Any] | None = None,
    means: dict[str, Any] | None = None,
    market: dict[str, Any] | None = None,
    quote: dict[str, Any] | None = None,
    at: Situation = FINE,
) -> Situation:
    """Return `at` with parts replaced."""
    held = at.means
    if market and held.market:
        held = replace(held, market=replace(held.market, **market))
    if quote and held.quote:
        held = replace(held, quote=replace(held.quote, **quote))
    return replace(
        at,
        wish=replace(at.wish, **(wish or {})),
        gate=replace(at.gate, **(gate or {})),
        stops=replace(at.stops, **(stops or {})),
        means=replace(held, **(means or {})),
    )
