"""What one pass found out once, for all its tranches."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from dcaguard.app.look import Looked
from dcaguard.app.sight import Sight
from dcaguard.core.account import CheckResult
from dcaguard.core.errors import DcaguardError
from dcaguard.core.market import Quote
from dcaguard.core.portfolio import Portfolio


@dataclass(frozen=True, slots=True)
class Facts:
    """Readings, accounts, prices and stops at one instant."""

    sight: Sight
    looked: Mapping[str, Looked]
    failures: Mapping[str, DcaguardError]  # accounts that could not even be opened
    portfolio: Portfolio
    prices: Mapping[str, Decimal]  # base currency per unit
    second: Mapping[str, Quote] | None  # None when no second opinion is configured
    halted: str | None
    findings: Mapping[str, tuple[CheckResult, ...]]  # by account: what stops buying there
    incomplete: tuple[str, ...] = ()  # accounts missing from the portfolio

    def seen(self, account: str) -> Looked:
        """Return what an account answered; an empty answer when it gave none."""
        return self.looked.get(account, Looked(account))
