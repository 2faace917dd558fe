"""Sending one order, once, and telling apart what was proved from what was not."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from dcaguard.adapters.venues.egress import EgressRefusedError, Permit, Rule, TransportError
from dcaguard.adapters.venues.line import Answer, Line, read_answer
from dcaguard.adapters.venues.orders.checking import (
    ContradictionError,
    UnclearError,
    one_of_each,
    unfit,
)
from dcaguard.core.errors import DcaguardError, ProtocolError
from dcaguard.core.market import Market
from dcaguard.core.money import plain
from dcaguard.core.order import Absence, Fill, LookUp, Order, Placed, PlaceKind, VenueReport

# Look-ups reach this far back before the send: clocks and lists are not exact.
LOOK_BACK = timedelta(seconds=60)
# A list this long is no longer the list of one small account: it proves nothing.
PAGES_MAX = 20
_SETTLE_TRIES = 4
_SETTLE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Instruction:
    """One order in ccxt's and in the venue's words."""

    type: str  # ccxt's: "limit" or "market"
    params: Mapping[str, object]  # ccxt's, only what is listed here
    fields: Mapping[str, str]  # what must stand in the body
    also: frozenset[str]  # what may stand there besides (nonce, signature)


class NoAnswerError(Exception):
    """A question brought no well-formed answer."""

    def __init__(self, question: str, answer: Answer) -> None:
        super().__init__(f"{question}: {answer.trouble or 'not well-formed'}")
        self.transient = answer.transient
        self.status = answer.status


class OrderPath(ABC):
    """What a venue's order path must know. One instance per account; it keeps no state."""

    order_types: ClassVar[frozenset[str]]
    receive_window_seconds: ClassVar[int]
    free: ClassVar[tuple[Rule, ...]]  # look-ups and the cancel
    order: ClassVar[tuple[Rule, ...]]  # the one POST

    @abstractmethod
    def instruction(self, line: Line, order: Order) -> Instruction:
        """Return the order in the venue's words."""

    @abstractmethod
    def accepted(self, line: Line, order: Order, body: object) -> VenueReport:
        """Read a reply that may be an acceptance; raise UnclearError or ContradictionError."""

    @abstractmethod
    def rejection(self, answer: Answer) -> Placed | None:
        """Return the proof that the venue did not take the order, or None. A whitelist."""

    @abstractmethod
    def reports(self, line: Line, order: Order) -> tuple[list[VenueReport], list[str]]:
        """Return what the venue holds under our id, with evidence. NoAnswerError otherwise."""

    @abstractmethod
    def unexplained(self, line: Line, order: Order, since: datetime) -> list[str]:
        """Return evidence from orders, trades and balance since then.

        Raise UnclearError for a trade that no listed order explains, NoAnswerError otherwise.
        """

    @abstractmethod
    def cancel(self, line: Line, order: Order) -> Answer:
        """Ask the venue to cancel the order."""

    @abstractmethod
    def trades(self, line: Line, account: str, symbol: str, since: datetime) -> list[Fill]:
        """Return our executions of one symbol. NoAnswerError when they can not be read."""

    def place(self, line: Line, order: Order, market: Market) -> Placed:
        """Send the one POST and say how it ended; nothing is raised once a byte went out."""
        if refusal := unfit(order, market, self.order_types):
            return Placed(PlaceKind.NOT_SENT, code="UNFIT", detail=refusal)
        try:
            told = self.instruction(line, order)
            changed = _changed_by_ccxt(line, order)
        except Exception as error:  # noqa: BLE001 (nothing was sent: any failure is a refusal)
            return Placed(PlaceKind.NOT_SENT, code=type(error).__name__, detail="Not sent.")
        if changed:
            return Placed(PlaceKind.NOT_SENT, code="STEPS", detail=changed)
        permit = Permit(order.client_order_id, told.fields, told.also)
        failed = self._send(line, order, told, permit)
        if not line.session.order_touched:
            return failed or Placed(PlaceKind.NOT_SENT, code="NOT_SENT", detail="Not sent.")
        if line.session.last is None:
            return failed or Placed(PlaceKind.UNKNOWN, code="NO_REPLY", detail="No reply came.")
        return self._judge(line, order)

    def find(self, line: Line, order: Order) -> LookUp:
        """Ask for the order by its client id. Errors are no absence."""
        try:
            found, evidence = self.reports(line, order)
        except NoAnswerError as error:
            return LookUp((), Absence.NO_ANSWER, (str(error),), error.transient)
        except (UnclearError, ContradictionError) as error:
            impossible = isinstance(error, ContradictionError)
            told = (f"impossible answer: {error}",)
            return LookUp((), Absence.NO_ANSWER, told, impossible=impossible)
        absence = None if found else Absence.NOT_FOUND
        return LookUp(tuple(found), absence, tuple(evidence))

    def prove_absence(self, line: Line, order: Order) -> LookUp:
        """Ask in every way the venue has; NOT_FOUND only when all of them agree."""
        found = self.find(line, order)
        if found.absence is not Absence.NOT_FOUND:
            return found
        since = (order.sent_at or order.created_at) - LOOK_BACK
        try:
            more = self.unexplained(line, order, since)
        except NoAnswerError as error:
            evidence = (*found.evidence, str(error))
            return LookUp((), Absence.NO_ANSWER, evidence, error.transient)
        except (UnclearError, ContradictionError) as error:
            return LookUp((), Absence.NO_ANSWER, (*found.evidence, str(error)))
        return replace(found, evidence=(*found.evidence, *more))

    def _send(self, line: Line, order: Order, told: Instruction, permit: Permit) -> Placed | None:
        amount, price = plain(order.amount), plain(order.limit_price)
        line.session.last = None
        try:
            with line.session.permitted(permit):
                line.exchange.create_order(
                    order.symbol, told.type, "buy", amount, price, dict(told.params)
                )
        except EgressRefusedError as error:
            # A second POST is refused here too: then the first one's reply is what counts.
            return (
                Placed(PlaceKind.UNKNOWN, code="EGRESS", detail=str(error))
                if (line.session.order_touched)
                else Placed(PlaceKind.NOT_SENT, code="EGRESS", detail=str(error))
            )
        except TransportError as error:
            kind = PlaceKind.UNKNOWN if error.touched else PlaceKind.NOT_SENT
            return Placed(kind, code="TIMEOUT" if error.transient else "LOST", detail=str(error))
        except ProtocolError as error:
            return Placed(PlaceKind.IMPOSSIBLE, code="REDIRECT_OR_SIZE", detail=str(error))
        except DcaguardError as error:
            return Placed(PlaceKind.UNKNOWN, code=type(error).__name__, detail=str(error))
        except Exception as error:  # noqa: BLE001 (ccxt's opinion; the raw reply decides)
            return (
                Placed(PlaceKind.UNKNOWN, code=type(error).__name__, detail="")
                if (line.session.order_touched)
                else Placed(PlaceKind.NOT_SENT, code=type(error).__name__, detail="Not sent.")
            )
        return None

    def _judge(self, line: Line, order: Order) -> Placed:
        answer = read_answer(line.session.last)
        try:
            if rejected := self.rejection(answer):
                return rejected
            if not answer.well_formed:
                code = f"HTTP_{answer.status}"
                return Placed(PlaceKind.UNKNOWN, code=code, detail=f"{answer.trouble}.")
            return Placed(PlaceKind.ACCEPTED, self.accepted(line, order, answer.body))
        except ContradictionError as error:
            return Placed(PlaceKind.IMPOSSIBLE, code="IMPOSSIBLE_REPLY", detail=f"{error}.")
        except (UnclearError, NoAnswerError) as error:
            return Placed(PlaceKind.UNKNOWN, code="UNCLEAR_REPLY", detail=f"{error}.")
        except Exception as error:  # noqa: BLE001 (after the send, a bug of ours proves nothing)
            return Placed(PlaceKind.UNKNOWN, code=type(error).__name__, detail="")


def answered(question: str, answer: Answer) -> object:
    """Return a well-formed answer's body; NoAnswerError otherwise."""
    if not answer.well_formed:
        raise NoAnswerError(question, answer)
    return answer.body


def settled(
    line: Line,
    order: Order,
    ask: Callable[[], Mapping[str, object]],
    alive: Callable[[Mapping[str, object]], bool],
) -> Mapping[str, object]:
    """Return an accepted order's row, asking again while it is not shown yet or still moves.

    Venues show a new order a moment after they took it. NoAnswerError when it stays hidden.
    """
    last: NoAnswerError | None = None
    row: Mapping[str, object] | None = None
    for tried in range(_SETTLE_TRIES):
        if tried:
            line.clock.sleep(_SETTLE_SECONDS)
        try:
            row = ask()
        except NoAnswerError as error:
            last = error
            continue
        if order.type == "post-only" or not alive(row):
            return row
    if row is None:
        assert last is not None  # every try failed
        raise last
    return row


def paged(fetch: Callable[[int], tuple[list[Fill], bool]]) -> tuple[Fill, ...]:
    """Return the fills of all pages once each; `fetch(page)` says whether there is another."""
    found: list[Fill] = []
    for page in range(PAGES_MAX):
        fills, more = fetch(page)
        found += fills
        if not more:
            return one_of_each(found)
    msg = "the list of trades has no end"
    raise UnclearError(msg)


def _changed_by_ccxt(line: Line, order: Order) -> str:
    """Return what ccxt's rounding would change, or ''. It must change nothing."""
    amount, price = plain(order.amount), plain(order.limit_price)
    if line.exchange.amount_to_precision(order.symbol, amount) != amount:
        return f"amount {amount} is not on ccxt's step for {order.symbol}."
    if line.exchange.price_to_precision(order.symbol, price) != price:
        return f"limit {price} is not on ccxt's step for {order.symbol}."
    return ""
