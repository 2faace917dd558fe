"""What an account holds and owes, and what could be proved about it, at one instant."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Holding:
    """One asset in one wallet. Amounts in units of the asset; debt is positive when owed."""

    wallet: str  # "spot", "margin", "funding", "earn", ...
    asset: str  # unified code; receipts (LDBTC, BTC.M) are mapped to what they stand for
    free: Decimal
    used: Decimal
    total: Decimal
    debt: Decimal
    spendable: bool = True  # False for yield receipts and wallets that a spot order cannot draw on


class Proof(StrEnum):
    """What could be shown. CANNOT_TELL is never treated as PROVED."""

    PROVED = "PROVED"
    VIOLATED = "VIOLATED"
    CANNOT_TELL = "CANNOT_TELL"
    NOT_COVERED = "NOT_COVERED"  # behind another login: shown, does not stop
    ADVICE = "ADVICE"  # worth knowing, does not stop


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing the venue said, in the venue's own field name and spelling."""

    wallet: str
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step that would close a finding by hand, and the same as data. It is never sent."""

    text: str
    action: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The answer of one check on one account."""

    check: str  # "debt", "interest", "positions", "orders", "modes", "loans", "key-rights", ...
    result: Proof
    evidence: tuple[Evidence, ...] = ()
    detail: str = ""  # one sentence for people
    wallet: str = ""  # what `accept_cannot_tell` names, e.g. "usdm"; "" for the whole account
    steps: tuple[Step, ...] = ()  # how to close it, in the order to be done


@dataclass(frozen=True, slots=True)
class AccountView:
    """Everything read from one account in one look."""

    account: str
    exchange: str
    taken_at: datetime
    holdings: tuple[Holding, ...]
    checks: tuple[CheckResult, ...]
    unread: tuple[str, ...] = ()  # wallets that did not answer, each with its reason
    key_fingerprint: str = ""  # same key under two account names -> same fingerprint
