"""One tranche of a pass: what was decided and what came of it."""

from dataclasses import dataclass
from datetime import datetime

from dcaguard.app.act import Tranche
from dcaguard.core.decide import Decision
from dcaguard.core.errors import DcaguardError
from dcaguard.core.order import Order, Status
from dcaguard.core.situation import Situation

# An order that took nothing from the account and never will.
NOT_BOUGHT = frozenset({Status.INTENT, Status.REJECTED, Status.ABANDONED})


@dataclass(frozen=True, slots=True)
class Decided:
    """A verdict, and the order that it led to."""

    tranche: Tranche
    decision: Decision
    situation: Situation
    is_new: bool  # False: the same verdict and reasons stand in the journal already
    held_since: datetime | None
    order: Order | None = None
    error: DcaguardError | None = None

    @property
    def bought(self) -> bool:
        """Tell whether an order went out that may have bought something."""
        return self.order is not None and self.order.status not in NOT_BOUGHT
