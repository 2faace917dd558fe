"""One pass's working place: its instant, its books, and what it has collected so far."""

from dataclasses import dataclass, field
from datetime import datetime

from dcaguard.app.world import Ledger, World
from dcaguard.core.account import AccountView
from dcaguard.core.config import Account
from dcaguard.core.order import Order
from dcaguard.core.purse import Purse
from dcaguard.core.strategy import Strategy
from dcaguard.ports import Journal, Venue


@dataclass(frozen=True, slots=True)
class Book:
    """Where one strategy's past is read and its present is written.

    A rehearsal (`--dry-run`) reads the real past, writes beside it, and leaves slots and purses
    as they are, so that it can be repeated.
    """

    read: Journal
    write: Journal
    rehearsal: bool = False


@dataclass(slots=True)
class Pass:
    """What one call of `run` carries from step to step."""

    world: World
    run_id: str
    now: datetime
    dry_run: bool
    quiet: bool = False  # a preview: the past is read, nothing at all is written
    # Orders that were sent while an account was live belong to the main journal and its venue,
    # whatever `live` says by now.
    of_main: bool = False
    known_at: datetime | None = None  # until when readings count; None: as they were at `now`
    ledger: Ledger = field(default_factory=Ledger)
    bought: list[Order] = field(default_factory=list)  # of this pass, rehearsals included
    views: dict[str, AccountView] = field(default_factory=dict)
    # Of a rehearsal, by strategy and symbol: as they will be, where that is not written down.
    purses: dict[tuple[str, str], Purse] = field(default_factory=dict)
    _opened: set[int] = field(default_factory=set)

    def account(self, strategy: Strategy) -> Account:
        """Return the account a strategy buys on."""
        return self.world.account(strategy.account)

    def venue(self, account: str) -> Venue:
        """Return the way to an account; a rehearsal never gets one that can send."""
        if self.dry_run:
            return self.world.dry_venue(account)
        return self.world.real_venue(account) if self.of_main else self.world.venue(account)

    def book(self, account: str) -> Book:
        """Return the books of an account's strategies, with this run begun in the one written."""
        world = self.world
        main = self.keeps_main(account)
        lasting = world.journal if main else world.dry_journal()
        if self.quiet:
            return Book(lasting, lasting, rehearsal=True)
        if not self.dry_run:
            return Book(lasting, self._begun(lasting))
        return Book(lasting, self._begun(world.dry_journal()), rehearsal=True)

    def keeps_main(self, account: str) -> bool:
        """Tell whether an account's orders belong to the main journal (paper, live)."""
        return self.of_main or self.world.is_paper(account) or self.world.is_live(account)

    def mode(self) -> str:
        """Return the run's mode for the `runs` table."""
        if self.dry_run:
            return "dry"
        return "live" if any(a.live for a in self.world.config.accounts.values()) else "paper"

    def _begun(self, journal: Journal) -> Journal:
        if id(journal) not in self._opened:
            self._opened.add(id(journal))
            with journal.transaction():
                journal.begin_run(
                    self.run_id, self.mode(), self.world.version, self.world.config_digest, self.now
                )
                body = {"now": self.now, "dry_run": self.dry_run}
                journal.append("pass", "run", body, self.now)
                if not self.world.simulated_time:
                    journal.append("clock", "real", {"now": self.now}, self.now)
        return journal

    def begin(self) -> None:
        """Begin the run in the main journal."""
        self._begun(self.world.journal)

    def end(self, exit_code: int, code: str) -> None:
        """Close the run in every journal that it was begun in."""
        journals = [self.world.journal]
        if len(self._opened) > 1 or (self._opened and id(self.world.journal) not in self._opened):
            journals.append(self.world.dry_journal())
        for journal in journals:
            if id(journal) in self._opened:
                journal.end_run(exit_code, code, self.now)
