"""What a venue's reply must say, as data: rows, fields, and which value is a finding."""

from dataclasses import dataclass, field
from enum import StrEnum

from dcaguard.core.account import Proof

BALANCES = "balances"
DEBT = "debt"
INTEREST = "interest"
POSITIONS = "positions"
ORDERS = "orders"
LOANS = "loans"
MODES = "modes"
KEY_RIGHTS = "key-rights"
IP_LOCK = "ip-lock"
TOKENS = "leveraged-tokens"
LEVERAGE = "effective-leverage"

Words = frozenset[str]
Condition = tuple[str, Words]  # a field and the values (lower case) for which something applies


class Want(StrEnum):
    """What a field has to be; anything else is a finding, unreadable is CANNOT_TELL."""

    ZERO = "zero"  # a number, and nothing but zero
    NOT_NEGATIVE = "not negative"  # a number of at least zero
    OFF = "off"  # a switch that is off
    ONE_OF = "one of"  # a word of `good`; `bad` is a finding, any other word is not understood
    ONLY = "only"  # a word of `good`; any other word is a finding
    RIGHTS = "rights"  # a list of words without any of `bad`; words in neither are not understood
    LOCKED = "locked"  # addresses the key is bound to
    NOTHING = "nothing"  # an empty list, object or text


@dataclass(frozen=True, slots=True)
class Rule:
    """One field of a row, what it must be, and which check it speaks to."""

    check: str
    field: str  # dotted path inside the row; "" is the row itself, digits index a list
    want: Want
    good: Words = frozenset()
    bad: Words = frozenset()
    advice: Words = frozenset()
    when: Condition | None = None
    optional: bool = False  # a missing field says nothing (an older or newer reply)
    blank: bool = False  # the venue writes "" (rights: an empty list) where it does not apply
    finding: Proof = Proof.VIOLATED


@dataclass(frozen=True, slots=True)
class Funds:
    """Where a row says what is held. Empty names are not told by the venue.

    `free` and `used` add up to the total, or `total` less `free` is used. With `kind` each row
    holds one part of an asset: the `kind` field says which of free, used or debt `amount` is.
    """

    asset: str
    free: str = ""
    used: str = ""
    total: str = ""
    debt: tuple[str, ...] = ()  # added up; each is >= 0 when owed
    debt_optional: bool = False  # the venue leaves debt fields out where none was ever lent
    blank: bool = False
    owed_negative: bool = True  # a negative total is a debt
    spendable: bool = False
    wallet: str = ""  # where these rows are no part of the reply's own wallet
    when: Condition | None = None
    kind: str = ""
    amount: str = ""
    free_kinds: Words = frozenset()
    used_kinds: Words = frozenset()
    debt_kinds: Words = frozenset()


@dataclass(frozen=True, slots=True)
class Place:
    """Names of what a position or order row tells, for the step that closes it."""

    symbol: str = ""
    side: str = ""
    id: str = ""
    notional: str = ""  # exposure in `notional_asset`
    notional_asset: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """A table in a reply. `at` is a dotted path; `*` walks a list, `{}` also an object."""

    at: str
    rules: tuple[Rule, ...] = ()
    subject: str = ""  # the field that names a row; "" is the row's key
    funds: Funds | None = None
    place: Place = field(default_factory=Place)
    presence: str = ""  # a check for which every row is a finding
    presence_except: Condition | None = None
    presence_unless: tuple[str, str] | None = None  # field and whole-match pattern
    when: Condition | None = None
    nonempty: bool = False  # the venue always has such a row: none is CANNOT_TELL
    any_of: tuple[str, ...] = ()  # a row without one of these fields is not understood
    full_page: int = 0  # this many rows may be one page of more: CANNOT_TELL
    null_is_empty: bool = False  # the venue writes null for an empty list
    optional: bool = False  # a venue that leaves the whole table out has nothing to say


@dataclass(frozen=True, slots=True)
class Receipt:
    """A claim that the venue lists as a coin of its own (LDBTC, BTC.M)."""

    pattern: str  # whole-match regular expression over the unified code, with group `asset`
    spendable: bool = False
    wallet: str = "earn"
    asset: str = ""  # what it stands for, where the name does not hold it


@dataclass(frozen=True, slots=True)
class Spec:
    """How to read one reply of one wallet."""

    wallet: str
    rows: tuple[Rows, ...]
    envelope: tuple[tuple[str, Words], ...] = ()  # what a well-formed answer says of itself
    receipts: tuple[Receipt, ...] = ()

    @property
    def checks(self) -> tuple[str, ...]:
        """Every check this reply speaks to, in order of appearance."""
        names: dict[str, None] = {}
        for rows in self.rows:
            if rows.funds:
                names[BALANCES] = names[DEBT] = None
            if rows.presence:
                names[rows.presence] = None
            for rule in rows.rules:
                names[rule.check] = None
        return tuple(names)


def zero(check: str, *fields: str, blank: bool = False, optional: bool = False) -> tuple[Rule, ...]:
    """Return one rule for each field that must be the number zero."""
    return tuple(Rule(check, f, Want.ZERO, blank=blank, optional=optional) for f in fields)


def not_negative(check: str, *fields: str, blank: bool = False) -> tuple[Rule, ...]:
    """Return one rule for each field that must be a number of at least zero."""
    return tuple(Rule(check, f, Want.NOT_NEGATIVE, blank=blank) for f in fields)


def blank_or_zero(check: str, *fields: str) -> tuple[Rule, ...]:
    """Return rules for numbers that the venue leaves blank or out where they do not apply."""
    return zero(check, *fields, blank=True, optional=True)


def off(check: str, *fields: str, optional: bool = False) -> tuple[Rule, ...]:
    """Return one rule for each switch that must be off."""
    return tuple(Rule(check, f, Want.OFF, optional=optional) for f in fields)


def one_of(
    check: str, name: str, good: str, *, bad: str = "", advice: str = "", optional: bool = False
) -> tuple[Rule, ...]:
    """Return the rule for a word; words are parted by spaces and compared in lower case."""
    return (
        Rule(check, name, Want.ONE_OF, words(good), words(bad), words(advice), optional=optional),
    )


def only(check: str, name: str, good: str, *, optional: bool = False) -> tuple[Rule, ...]:
    """Return the rule for a word that has no other harmless value."""
    return (Rule(check, name, Want.ONLY, words(good), optional=optional),)


def nothing(check: str, *fields: str, optional: bool = False) -> tuple[Rule, ...]:
    """Return one rule for each list, object or text that must be empty."""
    return tuple(Rule(check, f, Want.NOTHING, optional=optional) for f in fields)


def rights(name: str, good: str, bad: str, *, blank: bool = False) -> tuple[Rule, ...]:
    """Return the rule for a key's list of rights; empty only where it is one list of several.

    A key without any right could not have asked.
    """
    return (Rule(KEY_RIGHTS, name, Want.RIGHTS, words(good), words(bad), blank=blank),)


def locked(name: str, *, optional: bool = False) -> tuple[Rule, ...]:
    """Return the rule for the addresses a key is bound to; a free key is advice."""
    return (Rule(IP_LOCK, name, Want.LOCKED, optional=optional, finding=Proof.ADVICE),)


def words(text: str) -> Words:
    """Return the words of `text`, lower case."""
    return frozenset(text.lower().split())
