"""An order's life: a status, the events that move it, one table of moves."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Status(StrEnum):
    """Where an order stands. Only SENDING and later may have touched the venue."""

    INTENT = "INTENT"
    SENDING = "SENDING"
    OPEN = "OPEN"
    FILLED = "FILLED"
    PARTIAL_CLOSED = "PARTIAL_CLOSED"  # some or none filled, nothing rests any more
    REJECTED = "REJECTED"  # the venue proved or says that it did not take it
    UNKNOWN = "UNKNOWN"
    ABANDONED = "ABANDONED"  # absence was proved, or it provably was never sent


# One row per status: where it may go next. What is not listed is refused as a bug.
MOVES: dict[Status, frozenset[Status]] = {
    Status.INTENT: frozenset(
        # Straight to what a venue says: the witness found our own order there (a restored
        # backup, a second machine).
        {
            Status.SENDING,
            Status.ABANDONED,
            Status.OPEN,
            Status.FILLED,
            Status.PARTIAL_CLOSED,
            Status.REJECTED,
        }
    ),
    Status.SENDING: frozenset(
        {
            Status.OPEN,
            Status.FILLED,
            Status.PARTIAL_CLOSED,
            Status.REJECTED,
            Status.UNKNOWN,
            Status.ABANDONED,
        }
    ),
    Status.UNKNOWN: frozenset(
        {
            Status.OPEN,
            Status.FILLED,
            Status.PARTIAL_CLOSED,
            Status.REJECTED,
            Status.ABANDONED,
        }
    ),
    Status.OPEN: frozenset({Status.FILLED, Status.PARTIAL_CLOSED, Status.UNKNOWN}),
    # Venues do report a fill after a cancel; the money moved, so we record it.
    Status.PARTIAL_CLOSED: frozenset({Status.PARTIAL_CLOSED, Status.FILLED}),
    # An order that we gave up and the venue then shows after all: never hidden; where what it shows
    # can not be, it is in doubt again.
    Status.ABANDONED: frozenset(
        {Status.OPEN, Status.FILLED, Status.PARTIAL_CLOSED, Status.UNKNOWN}
    ),
    # A rejection is a venue's word and no proof: shown as one that traded, it is in doubt again.
    Status.REJECTED: frozenset({Status.OPEN, Status.FILLED, Status.PARTIAL_CLOSED, Status.UNKNOWN}),
    # A second order under our id, found later: both count.
    Status.FILLED: frozenset({Status.FILLED}),
}

UNRESOLVED = frozenset({Status.SENDING, Status.UNKNOWN})
RESTING = frozenset({Status.OPEN})
# Money that may still leave the account counts at its worst case.
RESERVING = frozenset({Status.INTENT, Status.SENDING, Status.OPEN, Status.UNKNOWN})
# These took nothing from the account, as far as we know.
NOT_BOUGHT = frozenset({Status.INTENT, Status.REJECTED, Status.ABANDONED})


@dataclass(frozen=True, slots=True)
class Order:
    """One instruction, written down before anything is sent."""

    client_order_id: str  # 32 lower-case hex
    run_id: str
    strategy: str
    slot: str  # slot id: "2025-03-03T09:00+01:00[Europe/Berlin]"
    symbol: str
    account: str
    type: str  # "limit-ioc" | "post-only" | "market"
    amount: Decimal  # base
    limit_price: Decimal  # quote per base
    max_quote: Decimal  # quote, fee included: the worst case that counts in every cap
    created_at: datetime
    status: Status = Status.INTENT
    venue_order_id: str | None = None
    sent_at: datetime | None = None
    closed_at: datetime | None = None
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution, exactly as the venue reported it."""

    account: str
    symbol: str
    trade_id: str
    client_order_id: str | None
    side: str  # "BUY" | "SELL"
    amount: Decimal  # base
    price: Decimal  # quote per base
    cost: Decimal  # quote
    fee_amount: Decimal
    fee_currency: str
    filled_at: datetime


class PlaceKind(StrEnum):
    """How a POST ended. Anything that is not proved is UNKNOWN."""

    ACCEPTED = "ACCEPTED"
    REJECTED_FUNDS = "REJECTED_FUNDS"
    REJECTED_FILTER = "REJECTED_FILTER"
    REJECTED_OTHER = "REJECTED_OTHER"
    WOULD_TAKE = "WOULD_TAKE"  # post-only, proved refused: the book had moved; nothing rests
    NOT_SENT = "NOT_SENT"  # provably nothing left the process (connection refused, bad argument)
    UNKNOWN = "UNKNOWN"  # the reply was lost or ambiguous
    IMPOSSIBLE = "IMPOSSIBLE"  # the reply contradicts the intent: UNKNOWN all the same, exit 76


@dataclass(frozen=True, slots=True)
class VenueReport:
    """What a venue says of one order, from its raw strings and checked against the intent."""

    client_order_id: str
    venue_order_id: str
    status: Status  # OPEN, FILLED, PARTIAL_CLOSED or REJECTED
    filled: Decimal  # base
    cost: Decimal  # quote
    fills: tuple[Fill, ...] = ()
    fills_complete: bool = False  # True when `fills` add up to `filled`
    amount: Decimal | None = None  # base, as the order stands at the venue; None: not told
    limit_price: Decimal | None = None  # quote per base, likewise
    refused_as: PlaceKind | None = None  # REJECTED: why, where the venue tells it


class Absence(StrEnum):
    """Why a look-up brought no order. Only NOT_FOUND is evidence; NO_ANSWER is no information."""

    NOT_FOUND = "NOT_FOUND"
    NO_ANSWER = "NO_ANSWER"


@dataclass(frozen=True, slots=True)
class LookUp:
    """Answer to "do you have this client order id?"."""

    reports: tuple[VenueReport, ...] = ()  # two or more: the venue holds it twice
    absence: Absence | None = None  # None when `reports` has something
    evidence: tuple[str, ...] = ()  # one line per question asked and its answer, without secrets
    transient: bool = False  # True for rate limits and time-outs: exit 75 rather than 80 or 69
    impossible: bool = False  # True when the venue answered with what can not be true


@dataclass(frozen=True, slots=True)
class Placed:
    """The outcome of the one POST."""

    kind: PlaceKind
    report: VenueReport | None = None
    code: str = ""  # the venue's own code or the transport's, redacted
    detail: str = ""  # one sentence, redacted


def client_order_id(account: str, strategy: str, slot_key: str, symbol: str, attempt: int) -> str:
    """Return the 32 lower-case hex id of one attempt at one tranche; the same for ever.

    `slot_key` has the scheduled local time and the zone's name but no offset, so that a later
    tzdata release can not give the same slot a second id.
    """
    text = "\x1f".join((account, strategy, slot_key, symbol, str(attempt)))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def may_move(before: Status, after: Status) -> bool:
    """Tell whether the table allows this move."""
    return after in MOVES[before]
