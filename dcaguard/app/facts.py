"""What one pass found out once, for all its tranches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from dcaguard.app.look import Looked, portfolio_of
from dcaguard.app.sight import Sight
from dcaguard.app.world import World
from dcaguard.core.account import CheckResult
from dcaguard.core.errors import DcaguardError
from dcaguard.core.market import Quote
from dcaguard.core.portfolio import Kind, Portfolio
from dcaguard.core.situation import Trouble


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the accounts of one kind hold together, valued at their own venues' prices."""

    portfolio: Portfolio
    prices: Mapping[str, Decimal]  # base currency per unit
    incomplete: tuple[str, ...] = ()  # accounts missing from the portfolio


@dataclass(frozen=True, slots=True)
class Facts:
    """Readings, accounts, prices and stops at one instant."""

    sight: Sight
    looked: Mapping[str, Looked]
    failures: Mapping[str, DcaguardError]  # accounts that could not even be opened
    kinds: Mapping[str, Kind]  # by account
    weighed: Mapping[Kind, Weighed]
    second: Mapping[str, Quote] | None  # None when no second opinion is configured
    halted: str | None
    findings: Mapping[str, tuple[CheckResult, ...]]  # by account: what stops buying there
    one_login: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # names, by live account
    uncounted: tuple[Trouble, ...] = ()  # why purchases that the journal lost could not be read

    def seen(self, account: str) -> Looked:
        """Return what an account answered; an empty answer when it gave none."""
        return self.looked.get(account, Looked(account))

    def of(self, account: str) -> Weighed:
        """Return what all accounts of this one's kind hold, which its limits are counted in."""
        return self.weighed[self.kinds[account]]

    @property
    def incomplete(self) -> tuple[str, ...]:
        """The accounts whose coins are not all in view."""
        return tuple(name for kind in Kind for name in self.weighed[kind].incomplete)


def weigh(
    world: World, looked: Mapping[str, Looked], missing: frozenset[str] = frozenset()
) -> dict[Kind, Weighed]:
    """Value each kind of account by itself: pretend money is no part of real NAV."""
    found = {}
    for kind in Kind:
        own = {name: one for name, one in looked.items() if world.kind(name) is kind}
        portfolio, prices = portfolio_of(world.config, own)
        unseen = tuple(sorted(name for name in missing if world.kind(name) is kind))
        found[kind] = Weighed(portfolio, prices, unseen)
    return found
