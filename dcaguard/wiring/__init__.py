"""The one place that builds adapters from config and hands them to use cases."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from dcaguard import __version__
from dcaguard.adapters.clock import FixedClock, SystemClock
from dcaguard.adapters.config import Loaded, load_config
from dcaguard.adapters.gate_cache import FileGateCache
from dcaguard.adapters.halt import HaltFile
from dcaguard.adapters.interrupts import undisturbed
from dcaguard.adapters.journal.empty import EmptyJournal
from dcaguard.adapters.journal.opening import open_journal
from dcaguard.adapters.journal.then import JournalThen
from dcaguard.adapters.lock import single_writer
from dcaguard.adapters.redact import install
from dcaguard.app.world import World
from dcaguard.core.arming import config_digest
from dcaguard.ports import Clock, Journal
from dcaguard.wiring.place import Place, place_of, refuse_files_of_a_person, refuse_shared_folders
from dcaguard.wiring.secrets import (
    REDACTOR,
    credentials_fields,
    hide_configured,
    register_secrets,
)
from dcaguard.wiring.sources import fetch_sources, source_names
from dcaguard.wiring.venues import Venues, second_opinion

__all__ = [
    "REDACTOR",
    "Loaded",
    "Place",
    "as_it_stood",
    "credentials_fields",
    "load",
    "opened",
    "opened_on_clock",
    "place_of",
    "refuse_shared_folders",
    "register_secrets",
]


def load(config: Path | None, *, tolerant: bool = False) -> Loaded:
    """Load the config by the search order; from here on every stream hides every known secret."""
    install(REDACTOR)
    loaded = load_config(config, os.environ, Path.cwd(), tolerant=tolerant)
    refuse_files_of_a_person(loaded)
    hide_configured(loaded)
    return loaded


@contextmanager
def opened(loaded: Loaded, *, as_of: datetime | None = None, write: bool = True) -> Iterator[World]:
    """Yield a world on a config; writing takes the lock (75 when another run holds it)."""
    place = place_of(loaded)
    clock: Clock = SystemClock() if as_of is None else FixedClock(as_of)
    with ExitStack() as stack:
        if write:
            stack.enter_context(single_writer(place.lock))

        def journal_at(path: Path) -> Journal:
            return stack.enter_context(_journal(path, clock, as_of, write=write))

        journal, journals = journal_at(place.journal), _Lazy(lambda: journal_at(place.dry))
        yield world_on(loaded, journal, journals, clock, stack, simulated=as_of is not None)


def world_on(
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
    venues = Venues(loaded, journal, clock, stack, simulated=simulated)
    return World(
        config=loaded.config,
        strategies=loaded.strategies,
        journal=journal,
        dry_journal=dry_journal,
        clock=clock,
        venue=venues.venue,
        dry_venue=venues.dry_venue,
        real_venue=venues.real_venue,
        second_opinion=second_opinion(loaded, venues),
        halt=HaltFile(*place.halts, read=loaded.read),
        gate_cache=FileGateCache(place.cache),
        fetch=lambda series, budget: fetch_sources(loaded, journal, clock, series, budget),
        source_names=lambda: source_names(loaded),
        room_for_send=lambda: _room_for_send(place.journal),
        version=__version__,
        config_digest=config_digest(loaded.config, loaded.strategies),
        undisturbed=undisturbed,
        simulated_time=simulated,
        notes=tuple(getattr(journal, "notes", ())),
        broken=loaded.broken,
        broken_names=loaded.broken_names,
    )


def as_it_stood(world: World, at: datetime) -> World:
    """Return the world with its journals as they stood at an instant, to be read only."""
    return replace(
        world,
        journal=JournalThen(world.journal, at),
        dry_journal=lambda: JournalThen(world.dry_journal(), at),
    )


@contextmanager
def _journal(
    path: Path, clock: Clock, as_of: datetime | None = None, *, write: bool
) -> Iterator[Journal]:
    head = path.with_suffix(".head")
    if not write and not path.exists() and not head.exists():
        yield EmptyJournal()
        return
    journal = open_journal(
        path,
        clock_now=clock.now(),
        create=write,
        read_only=not write,
        scrub=REDACTOR.scrub_record,
        known_by=as_of,
    )
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


def _room_for_send(journal_path: Path) -> None:
    from dcaguard.adapters.journal.disk import room_for_send

    room_for_send(journal_path)


@contextmanager
def opened_on_clock(loaded: Loaded, clock: Clock) -> Iterator[World]:
    """Yield a writing world whose time is `clock`'s: for replays."""
    place = place_of(loaded)
    with ExitStack() as stack:
        stack.enter_context(single_writer(place.lock))
        journal = stack.enter_context(_journal(place.journal, clock, write=True))
        journals = _Lazy(lambda: stack.enter_context(_journal(place.dry, clock, write=True)))
        yield world_on(loaded, journal, journals, clock, stack, simulated=True)
