"""What one command works with: config, record, clock and the ways to the outside."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from dcaguard.core.config import PAPER, Account, Config
from dcaguard.core.errors import DcaguardError, ExitCode
from dcaguard.core.market import Quote
from dcaguard.core.portfolio import Kind
from dcaguard.core.reading import Reading
from dcaguard.core.strategy import Strategy
from dcaguard.ports import Clock, Halt, Journal, Venue

CLOCK_BACK_MAX_SECONDS = 5
CLOCK_SKEW_MAX_SECONDS = 1.0


class GateCache(Protocol):
    """Where a folded gate state may be kept between runs; losing it costs time only."""

    def load(self, key: str) -> str | None:
        """Return the text kept under `key`."""

    def save(self, key: str, text: str) -> None:
        """Keep `text` under `key`, replacing what was there."""


@dataclass(frozen=True, slots=True)
class FetchReport:
    """What one source brought."""

    source: str
    readings: Sequence[Reading] = ()
    error: DcaguardError | None = None


Fetcher = Callable[[Sequence[str], float], Sequence[FetchReport]]


@dataclass(frozen=True, slots=True)
class World:
    """Everything a use case may touch; built in `wiring`, replaced piece by piece in tests."""

    config: Config
    strategies: Mapping[str, Strategy]
    journal: Journal
    dry_journal: Callable[[], Journal]
    clock: Clock
    venue: Callable[[str], Venue]  # by account name; simulated orders where `live` is false
    dry_venue: Callable[[str], Venue]  # the same, but never a real or a lasting paper order
    real_venue: Callable[[str], Venue]  # the exchange itself, whatever `live` says: for old orders
    second_opinion: Callable[[Sequence[str]], Mapping[str, Quote]] | None
    halt: Halt
    gate_cache: GateCache
    fetch: Fetcher
    source_names: Callable[[], Sequence[str]]  # enabled sources
    room_for_send: Callable[[], None]  # raises StorageError when a result could not be recorded
    version: str
    config_digest: str
    simulated_time: bool = False  # --as-of and the demo: the clock is not the machine's
    notes: tuple[str, ...] = ()  # what opening the journal repaired or found odd
    # Inside it a stop that is asked for waits: from SENDING until the outcome is written down.
    undisturbed: Callable[[], AbstractContextManager[None]] = nullcontext
    broken: tuple[str, ...] = ()  # lines about strategies that could not be loaded
    broken_names: frozenset[str] = frozenset()  # their names: what they ask for is not known

    def sends_nothing(self) -> str | None:
        """Return why nothing may be sent: a person's halt, or an edit of what this run goes by."""
        halted = self.halt.reason()
        return halted if halted is not None else self.halt.edited()

    def account(self, name: str) -> Account:
        """Return an account's config."""
        return self.config.accounts[name]

    def is_paper(self, name: str) -> bool:
        """Tell whether an account is on the embedded exchange."""
        return self.account(name).exchange == PAPER

    def is_of_this_time(self, name: str) -> bool:
        """Tell whether an account may be asked and settled now: a made-up time is paper's alone."""
        return self.is_paper(name) or not self.simulated_time

    def kind(self, name: str) -> Kind:
        """Return whose money an account holds; one that the config no longer has held real money.

        Nothing tells what it was, and counting too much only stops a purchase.
        """
        account = self.config.accounts.get(name)
        if account is None or not (account.exchange == PAPER or account.sandbox):
            return Kind.REAL
        return Kind.SANDBOX if account.sandbox else Kind.PAPER

    def is_live(self, name: str) -> bool:
        """Tell whether real orders may be sent on an account."""
        return self.account(name).live and not self.is_paper(name)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that went wrong, told as `where, what, remedy`."""

    code: ExitCode
    message: str
    where: str = ""  # account, strategy or source


@dataclass(slots=True)
class Ledger:
    """What a pass collects while it works."""

    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    codes: list[ExitCode] = field(default_factory=list)

    def fail(self, error: DcaguardError, where: str = "") -> None:
        """Remember an error that concerns one account, strategy or source only."""
        self.problems.append(Problem(error.exit_code, str(error), where))
        self.codes.append(error.exit_code)

    def note(self, text: str) -> None:
        """Remember a sentence for the person."""
        if text not in self.notes:
            self.notes.append(text)


def check_clock(world: World, now: datetime) -> None:
    """Refuse a clock that ran backwards against the journal (75).

    Simulated time is the person's own choice: it is not compared.
    """
    from dcaguard.core.canonical import parse_instant
    from dcaguard.core.errors import TryAgainError

    if world.simulated_time:
        return
    newest = world.journal.latest("clock", "real")
    if newest is None:
        return
    last = parse_instant(str(newest.body["now"]))
    if (last - now).total_seconds() > CLOCK_BACK_MAX_SECONDS:
        msg = (
            f"clock: it says {now:%Y-%m-%d %H:%M:%S} UTC, but the journal was written at "
            f"{last:%Y-%m-%d %H:%M:%S} UTC: set the clock (NTP) and run again"
        )
        raise TryAgainError(msg)
