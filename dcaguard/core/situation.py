"""Everything one decision may know, as one frozen value that can be stored and decoded again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dcaguard.core.account import Proof
from dcaguard.core.market import Market, Quote
from dcaguard.core.policy.caps import CapUse
from dcaguard.core.policy.price import PriceRules, SecondOpinion
from dcaguard.core.reason import Code


@dataclass(frozen=True, slots=True)
class Wish:
    """What the strategy asks for in this slot, before anyone objects. Amounts in quote."""

    base: Decimal
    multiplier: Decimal  # of the drawdown stage reached; 1 for none
    drawdown: Decimal | None  # below the trailing high; None when there are no data
    staged: bool  # whether the strategy has stages at all
    valuation_share: Decimal  # 1 when the throttle is off or unknown
    valuation: Mapping[str, str]  # metric, value, above; empty when there is no throttle
    ladder_share: Decimal  # what the strategy's ladder releases while paused; 0 for none
    pause_mode: str  # "defer" | "skip" | "half"
    backlog: Decimal
    carry: Decimal
    catch_up_multiple: Decimal
    backlog_max: Decimal
    left: Decimal | None  # of the strategy's total; None when it has none
    order_type: str = "limit-ioc"
    # False with value averaging: what is not bought now is missing from the holdings, so the next
    # slot's target asks for it again. Remembering it too would buy it twice.
    remembers: bool = True


@dataclass(frozen=True, slots=True)
class GateView:
    """What the gate says at this instant."""

    enabled: bool
    regime: str
    share: Decimal  # of a tranche that may be bought, 0 to 1
    since: datetime | None
    composite: str  # "0.71"; "" when no block is known
    detail: Mapping[str, str]  # what tripped it, thresholds
    lock: str = ""  # why this venue or quote coin is locked; "" when it is not


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer of the guard that stops buying on this account."""

    check: str
    wallet: str
    result: Proof
    detail: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing about venue, data or clock that stops this tranche for now."""

    code: Code
    detail: str


@dataclass(frozen=True, slots=True)
class Stops:
    """What a person, the guard or an earlier order says before money is looked at."""

    findings: tuple[Finding, ...] = ()
    halted: str | None = None  # the halt's reason; None when no halt is set
    unresolved: tuple[str, ...] = ()  # client order ids on this account
    armed: bool = True
    not_live: str = ""  # why this venue may not buy live
    troubles: tuple[Trouble, ...] = ()
    allowed: tuple[str, ...] = ()  # assets of the universe
    revenue_lack: str | None = None  # why a needs_revenue asset fails; None when it passes
    concentration: str | None = None  # why the venue holds too large a share of the coins


@dataclass(frozen=True, slots=True)
class Means:
    """Market, price, cash and caps."""

    market: Market | None
    quote: Quote | None
    rules: PriceRules
    second: SecondOpinion | None
    caps: tuple[CapUse, ...]
    base_per_quote: Decimal | None  # base currency per unit of the symbol's quote
    cash: Decimal | None  # spendable, in quote, after this run's earlier orders
    unpriced: str = ""  # a coin without a rate in which money was spent that counts here


@dataclass(frozen=True, slots=True)
class Situation:
    """All inputs of one decision."""

    strategy: str
    account: str
    slot: str
    symbol: str
    now: datetime
    wish: Wish
    gate: GateView
    stops: Stops
    means: Means
    rule_version: str
