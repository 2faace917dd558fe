"""The one place that builds adapters from config and hands them to use cases."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from dcaguard import __version__
from dcaguard.adapters.clock import FixedClock, SystemClock
from dcaguard.adapters.config import Loaded, load_config
from dcaguard.adapters.gate_cache import FileGateCache
from dcaguard.adapters.halt import HaltFile
from dcaguard.adapters.lock import single_writer
from dcaguard.adapters.journal.empty import EmptyJournal
from dcaguard.adapters.journal.opening import open_journal
from dcaguard.adapters.redact import Redactor, install
from dcaguard.app.world import FetchReport, World
from dcaguard.core.arming import config_digest
from dcaguard.core.config import PAPER, Account
from dcaguard.core.market import Quote
from dcaguard.core.reading import Reading
from dcaguard.ports import Clock, Journal, Venue

if TYPE_CHECKING:
    from dcaguard.adapters.sources.source import WebSource

REDACTOR = Redactor()


@dataclass(frozen=True, slots=True)
class Place:
    """Where one workspace keeps its files; all beside config.toml or its journal."""

    base: Path
    journal: Path

    @property
    def dry(self) -> Path:
        """The journal of simulated orders."""
        return self.journal.with_name(f"{self.journal.stem}.dry{self.journal.suffix}")

    @property
    def lock(self) -> Path:
        """The single writer's lock."""
        return self.journal.with_suffix(".lock")

    @property
    def cache(self) -> Path:
        """Markets, pages, folded gate states: may be deleted at any time."""
        return self.journal.with_name("cache.db")

    @property
    def halt(self) -> Path:
        """The person's stop."""
        return self.base / "HALT"

    def paper(self, account: str) -> Path:
        """The embedded exchange's own memory."""
        return self.journal.with_name(f"{self.journal.stem}.paper.{account}{self.journal.suffix}")


def place_of(loaded: Loaded) -> Place:
    """Return where a loaded config keeps its files."""
    return Place(loaded.base_dir, loaded.base_dir / loaded.config.journal.path)


def load(config: Path | None) -> Loaded:
    """Load the config by the search order; from here on every stream hides every known secret."""
    install(REDACTOR)
    return load_config(config, os.environ, Path.cwd())


def register_secrets(secrets: Iterable[str]) -> None:
    """Hide these texts, in every spelling, from all output of this process."""
    REDACTOR.add_all(secrets)


def credentials_fields(loaded: Loaded, account: str) -> Mapping[str, str]:
    """Return an account's secrets from where its config says they are."""
    return _credentials(loaded, loaded.config.accounts[account])


@contextmanager
def opened(
    loaded: Loaded, *, as_of: datetime | None = None, write: bool = True
) -> Iterator[World]:
    """Yield a world on a config; writing takes the lock (75 when another run holds it)."""
    place = place_of(loaded)
    clock: Clock = SystemClock() if as_of is None else FixedClock(as_of)
    with ExitStack() as stack:
        if write:
            stack.enter_context(single_writer(place.lock))
        journal = stack.enter_context(_journal(place.journal, clock, write=write))
        journals = _Lazy(lambda: stack.enter_context(_journal(place.dry, clock, write=write)))
        yield world_on(loaded, journal, journals, clock, stack, simulated=as_of is not None)


def world_on(  # noqa: PLR0913 - the parts of a world
    loaded: Loaded,
    journal: Journal,
    dry_journal: Callable[[], Journal],
    clock: Clock,
    stack: ExitStack,
    *,
    simulated: bool,
) -> World:
    """Return a world made of these parts; venues are opened when first asked for."""
    place = place_of(loaded)
    venues = _Venues(loaded, journal, clock, stack)
    return World(
        config=loaded.config,
        strategies=loaded.strategies,
        journal=journal,
        dry_journal=dry_journal,
        clock=clock,
        venue=venues.venue,
        dry_venue=venues.dry_venue,
        second_opinion=_second_opinion(loaded, venues),
        halt=HaltFile(place.halt),
        gate_cache=FileGateCache(place.cache),
        fetch=lambda series, budget: _fetch(loaded, journal, clock, series, budget),
        source_names=lambda: _source_names(loaded),
        room_for_send=lambda: _room_for_send(place.journal),
        version=__version__,
        config_digest=config_digest(loaded.config, loaded.strategies),
        simulated_time=simulated,
    )


@contextmanager
def _journal(path: Path, clock: Clock, *, write: bool) -> Iterator[Journal]:
    head = path.with_suffix(".head")
    if not write and not path.exists() and not head.exists():
        yield EmptyJournal()
        return
    journal = open_journal(path, clock_now=clock.now(), create=write, read_only=not write)
    try:
        yield journal
    finally:
        journal.close()


class _Lazy:
    """Calls its maker once."""

    def __init__(self, make: Callable[[], Journal]) -> None:
        self._make = make
        self._made: Journal | None = None

    def __call__(self) -> Journal:
        if self._made is None:
            self._made = self._make()
        return self._made


class _Venues:
    """Opens each account's way to its exchange once, and remembers a failure."""

    def __init__(self, loaded: Loaded, journal: Journal, clock: Clock, stack: ExitStack) -> None:
        self._loaded = loaded
        self._journal = journal
        self._clock = clock
        self._stack = stack
        self._open: dict[tuple[str, bool], Venue] = {}

    def venue(self, name: str) -> Venue:
        """Return a way that sends real orders on a live account, simulated ones elsewhere."""
        account = self._loaded.config.accounts[name]
        return self._way(name, dry=not (account.live or account.exchange == PAPER))

    def dry_venue(self, name: str) -> Venue:
        """Return a way that reads what is real and never sends anything."""
        return self._way(name, dry=True)

    def _way(self, name: str, *, dry: bool) -> Venue:
        key = (name, dry)
        if key not in self._open:
            self._open[key] = self._dry(name) if dry else self._real(name)
        return self._open[key]

    def _real(self, name: str) -> Venue:
        account = self._loaded.config.accounts[name]
        if account.exchange == PAPER:
            return self._paper(name, account)
        from dcaguard.adapters.venues.ccxt_venue import open_ccxt_venue  # noqa: PLC0415 - costs 0.1 s

        venue = open_ccxt_venue(
            name,
            account.exchange,
            _credentials(self._loaded, account),
            base_url=account.base_url,
            sandbox=account.sandbox,
            cache_path=place_of(self._loaded).cache,
            clock=self._clock,
        )
        self._stack.callback(venue.close)
        return venue

    def _dry(self, name: str) -> Venue:
        from dcaguard.adapters.venues.dry import DryVenue  # noqa: PLC0415 - only where needed

        return DryVenue(self._way(name, dry=False), self._clock)

    def _paper(self, name: str, account: Account) -> Venue:
        from dcaguard.adapters.venues.paper import PaperVenue  # noqa: PLC0415 - only where needed

        place = place_of(self._loaded)
        venue = PaperVenue(
            account=name,
            balances=account.balances,
            price_of=self._price_of(account),
            fee=account.fee,
            spread=account.spread,
            state_path=place.paper(name),
            clock=self._clock,
            depth_quote=account.depth_quote,
        )
        self._stack.callback(venue.close)
        return venue

    def _price_of(
        self, account: Account
    ) -> Callable[[str], tuple[Decimal, datetime, str] | None]:
        if account.prices == "series":
            from dcaguard.app.prices import price_from_readings  # noqa: PLC0415

            return lambda asset: price_from_readings(self._journal, asset, self._clock.now())
        from dcaguard.app.prices import price_from_venue  # noqa: PLC0415

        public = self.public(account.prices)
        return lambda asset: price_from_venue(public, asset, self._loaded.config)

    def public(self, exchange: str) -> Venue:
        """Return an exchange's public side: markets and prices, no key."""
        key = (f"public:{exchange}", False)
        if key not in self._open:
            from dcaguard.adapters.venues.ccxt_venue import open_ccxt_venue  # noqa: PLC0415

            venue = open_ccxt_venue(
                exchange,
                exchange,
                {},
                base_url=self._base_url_of(exchange),
                sandbox=False,
                cache_path=place_of(self._loaded).cache,
                clock=self._clock,
            )
            self._stack.callback(venue.close)
            self._open[key] = venue
        return self._open[key]

    def _base_url_of(self, exchange: str) -> str | None:
        """Return the base_url that an account of the same exchange is told to use."""
        rows = self._loaded.config.accounts.values()
        return next((a.base_url for a in rows if a.exchange == exchange and a.base_url), None)


def _credentials(loaded: Loaded, account: Account) -> Mapping[str, str]:
    if account.credentials is None:
        return {}
    from dcaguard.adapters.credentials import resolve  # noqa: PLC0415 - only where needed

    found = resolve(
        account.credentials,
        exchange=account.exchange,
        environ=os.environ,
        base_dir=loaded.base_dir,
    )
    REDACTOR.add_all(found.values())
    return found


def _second_opinion(
    loaded: Loaded, venues: _Venues
) -> Callable[[Sequence[str]], Mapping[str, Quote]] | None:
    name = loaded.config.policy.price.second_opinion
    if name is None:
        return None

    def ask(symbols: Sequence[str]) -> Mapping[str, Quote]:
        if name in loaded.config.accounts:
            venue = venues.dry_venue(name)
        else:
            venue = venues.public(name)
        known = venue.markets(symbols)
        return venue.quotes([symbol for symbol in symbols if symbol in known])

    return ask


def _room_for_send(journal_path: Path) -> None:
    from dcaguard.adapters.journal.disk import room_for_send  # noqa: PLC0415

    room_for_send(journal_path)


def _sources(loaded: Loaded, clock: Clock, budget_seconds: float) -> "list[WebSource]":
    from dcaguard.adapters.credentials import resolve_text  # noqa: PLC0415 - only where needed
    from dcaguard.adapters.sources.registry import build_sources  # noqa: PLC0415

    def key_of(reference: str) -> str | None:
        key = resolve_text(reference, environ=os.environ, base_dir=loaded.base_dir)
        REDACTOR.add(key)
        return key

    place = place_of(loaded)
    return build_sources(
        loaded.config.sources, clock, place.cache, loaded.base_dir, key_of, budget_seconds
    )


def _source_names(loaded: Loaded) -> list[str]:
    """Return the enabled sources' names without building them (a key may be missing)."""
    sources = loaded.config.sources
    names = []
    for field in type(sources).model_fields:
        params = getattr(sources, field)
        name = field.rstrip("_")
        enabled = bool(params) if name in {"csv", "json"} else params.enabled
        if enabled:
            names.append(name)
    return names


def _fetch(
    loaded: Loaded, journal: Journal, clock: Clock, names: Sequence[str], budget_seconds: float
) -> Sequence[FetchReport]:
    from dcaguard.adapters.sources.fetch import fetch_all  # noqa: PLC0415 - only where needed
    from dcaguard.adapters.sources.registry import chosen  # noqa: PLC0415

    built = chosen(_sources(loaded, clock, budget_seconds), list(names))
    wanted = [series for source in built for series in source.series]
    known = journal.readings(series=wanted)
    since: dict[str, datetime] = {}
    history: dict[str, list[Reading]] = {}
    for reading in known:
        since[reading.series] = max(reading.as_of, since.get(reading.series, reading.as_of))
        history.setdefault(reading.series, []).append(reading)
    outcomes = fetch_all(built, since, budget_seconds, clock, history)
    return [FetchReport(one.name, one.readings, one.error) for one in outcomes]


@contextmanager
def opened_on_clock(loaded: Loaded, clock: Clock) -> Iterator[World]:
    """Yield a writing world whose time is `clock`'s: for replays."""
    place = place_of(loaded)
    with ExitStack() as stack:
        stack.enter_context(single_writer(place.lock))
        journal = stack.enter_context(_journal(place.journal, clock, write=True))
        journals = _Lazy(lambda: stack.enter_context(_journal(place.dry, clock, write=True)))
        yield world_on(loaded, journal, journals, clock, stack, simulated=True)
