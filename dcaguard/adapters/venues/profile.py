"""A venue profile is data: what to read, where it must come from, and what it means."""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from dcaguard.core.policy.rules import Receipt, Rows, Spec, Words

_METHOD = re.compile(r"(?<=[a-z0-9])(Get|Post|Put|Patch|Delete)(?=[A-Z0-9])")
_NOTHING: Mapping[str, str] = MappingProxyType({})
_NO_PARAMS: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ModeAt:
    """Where a reply says how the account works, and what each word means for the reading."""

    field: str
    table: Mapping[str, str]  # the venue's word -> mode name
    options: Mapping[str, Mapping[str, object]] = dataclasses.field(
        default_factory=dict
    )  # mode -> ccxt's
    without: str = ""  # the mode that "you have no such account" proves


@dataclass(frozen=True, slots=True)
class Overview:
    """A reply that lists all wallets, and shows which are unused."""

    at: str
    name: str  # "" takes the row's key
    balance: str
    active: str = ""


@dataclass(frozen=True, slots=True)
class Each:
    """Repeat a read for every row of an earlier reply."""

    probe: str
    at: str
    params: Mapping[str, str]  # parameter -> field of the row
    label: str = ""  # field that names the wallet
    skip: tuple[str, Words] | None = None
    only: tuple[str, Words] | None = None


@dataclass(frozen=True, slots=True)
class Pages:
    """How a long list goes on."""

    cursor: str  # where the reply holds the next cursor
    param: str


@dataclass(frozen=True, slots=True)
class Probe:
    """One read: ccxt's implicit method, the path it must hit, and what the reply means."""

    name: str
    wallet: str
    call: str
    path: str  # regular expression over the whole path of the URL
    rows: tuple[Rows, ...] = ()
    params: Mapping[str, object] = field(default_factory=lambda: _NO_PARAMS)
    envelope: tuple[tuple[str, Words], ...] = ()
    no_account: tuple[str, ...] = ()  # the venue's codes that say "you have no such account"
    unused: tuple[str, ...] = ()  # names in the overview that prove this wallet unused
    secondary: bool = False  # a product that some hosts of this venue do not offer (HTTP 404)
    support: bool = False  # its failure is no gap of its own: it only helps other reads
    after: str = ""  # not asked when this earlier wallet was proved unused
    modes: Words = frozenset()  # account modes in which it is asked; empty: in all
    mode: ModeAt | None = None
    overview: Overview | None = None
    each: Each | None = None
    pages: Pages | None = None

    @property
    def method(self) -> str:
        """The HTTP verb, as the implicit method's name has it."""
        match = _METHOD.search(self.call)
        assert match is not None, self.call
        return match[1].upper()

    @property
    def group(self) -> str:
        """The API group in ccxt's table of addresses, as the implicit method's name has it."""
        match = _METHOD.search(self.call)
        assert match is not None, self.call
        return self.call[: match.start()]

    def spec(self, receipts: tuple[Receipt, ...], wallet: str = "") -> Spec:
        """Return how to read this reply."""
        return Spec(wallet or self.wallet, self.rows, self.envelope, receipts)


@dataclass(frozen=True, slots=True)
class NotCovered:
    """A product this login cannot reach, said once and plainly."""

    wallet: str
    check: str
    sentence: str


@dataclass(frozen=True, slots=True)
class VenueProfile:
    """What the unified interface does not tell of one venue."""

    exchange: str  # ccxt's id
    title: str
    probes: tuple[Probe, ...]
    receive_window_seconds: int
    client_order_id_param: str
    client_order_id_style: str  # "hex32", "uuid", "t-hex26", "0x-hex32", "integer"
    order_types: frozenset[str] = frozenset({"limit-ioc", "post-only", "market"})
    order_path_tested: bool = False  # live buying needs a wire-protocol test of the order path
    receipts: tuple[Receipt, ...] = ()
    not_covered: tuple[NotCovered, ...] = ()
    cannot_prove: Mapping[str, str] = field(default_factory=lambda: _NOTHING)  # check -> why
    manual: Mapping[str, str] = field(default_factory=lambda: _NOTHING)  # check -> by hand
    notes: tuple[str, ...] = ()

    @property
    def read_paths(self) -> tuple[tuple[str, str], ...]:
        """(METHOD, anchored path pattern) of every read, and of nothing else."""
        return tuple(dict.fromkeys((probe.method, f"^{probe.path}$") for probe in self.probes))
