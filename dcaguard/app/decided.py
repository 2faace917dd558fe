"""One tranche of a pass: what was decided and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from dcaguard.app.act import Acted, Tranche
from dcaguard.app.context import Pass
from dcaguard.app.decisions import refused
from dcaguard.core.decide import Decision
from dcaguard.core.errors import DcaguardError
from dcaguard.core.order import NOT_BOUGHT, Order
from dcaguard.core.situation import Situation


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


def after_buying(
    run: Pass,
    tranche: Tranche,
    situation: Situation,
    decision: Decision,
    acted: Acted,
    hold: Callable[[Decision], Decided],
) -> Decided:
    """Return what came of a BUY; `hold` writes down what an objection has made of it."""
    if acted.error is not None:
        run.ledger.fail(acted.error, tranche.account)
    if acted.objection is not None:
        done = replace(hold(refused(decision, acted.objection)), order=acted.order)
    else:
        done = Decided(
            tranche,
            decision,
            situation,
            is_new=True,
            held_since=None,
            order=acted.order,
            error=acted.error,
        )
    if done.bought and acted.order is not None:
        run.bought.append(acted.order)
    return done
