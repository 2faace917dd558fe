"""Orders, and what their venues say when asked for them: accounts side by side."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from dcaguard.app.by_word import is_by_word
from dcaguard.app.context import Pass
from dcaguard.app.logins import elsewhere
from dcaguard.app.unwanted import overdue
from dcaguard.core.errors import DcaguardError
from dcaguard.core.order import Absence, LookUp, Order, Status
from dcaguard.ports import Venue


@dataclass(frozen=True, slots=True)
class Asked:
    """One order and what its venue said."""

    order: Order
    answer: LookUp
    error: DcaguardError | None = None


def ask_all(run: Pass, todo: Mapping[str, Sequence[Order]]) -> dict[str, list[Asked]]:
    """Ask for orders by account; one that rested beyond its time is cancelled first."""
    # A paper account and the journal that prices it are SQLite files of this thread, and fast.
    remote = {name: orders for name, orders in todo.items() if not run.world.is_paper(name)}
    over = frozenset(
        order.client_order_id
        for name, orders in todo.items()
        for order in orders
        # One that ended by a person's word must not go on resting where it shows after all.
        if overdue(run, order) or is_by_word(run.book(name).read, order.client_order_id)
    )
    wrong = {
        order.client_order_id: elsewhere(run, run.book(name).read, order)
        for name, orders in todo.items()
        for order in orders
    }
    with ThreadPoolExecutor(max_workers=max(len(remote), 1)) as pool:
        answers = pool.map(lambda item: _ask(run, item[0], item[1], over, wrong), remote.items())
        found = {
            n: _ask(run, n, orders, over, wrong) for n, orders in todo.items() if n not in remote
        }
        found |= dict(zip(remote, answers, strict=True))
    return {name: found[name] for name in todo}


def _ask(
    run: Pass,
    account: str,
    orders: Sequence[Order],
    over: frozenset[str],
    wrong: Mapping[str, DcaguardError | None],
) -> list[Asked]:
    try:
        venue = run.venue(account)
    except DcaguardError as error:
        silent = LookUp(absence=Absence.NO_ANSWER)
        return [Asked(order, silent, error) for order in orders]
    return [
        ask(venue, order, wrong[order.client_order_id], cancel=order.client_order_id in over)
        for order in orders
    ]


def ask(venue: Venue, order: Order, wrong: DcaguardError | None, *, cancel: bool = False) -> Asked:
    """Ask one venue about one order; a failure is an answer too, and so is the wrong venue.

    With `cancel` an order that still rests is cancelled, and the answer is what then became of it.
    """
    if wrong is not None:
        return Asked(order, LookUp(absence=Absence.NO_ANSWER), wrong)
    try:
        found = venue.find(order)
        if cancel and any(report.status is Status.OPEN for report in found.reports):
            found = venue.cancel(order)
        return Asked(order, found)
    except DcaguardError as error:
        return Asked(order, LookUp(absence=Absence.NO_ANSWER), error)
