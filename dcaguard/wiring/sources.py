"""Signal sources as configured, and how they are asked."""

import os
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dcaguard.adapters.config import Loaded
from dcaguard.app.world import FetchReport
from dcaguard.core.reading import Reading
from dcaguard.ports import Clock, Journal
from dcaguard.wiring.place import place_of
from dcaguard.wiring.secrets import REDACTOR

SOURCE_TIMEOUT_SECONDS = 8.0

if TYPE_CHECKING:
    from dcaguard.adapters.sources.source import WebSource


def built_sources(loaded: Loaded, clock: Clock, budget_seconds: float) -> "list[WebSource]":
    """Return the enabled sources; one whose key can not be read says why when asked."""
    from dcaguard.adapters.credentials import resolve_text
    from dcaguard.adapters.sources.registry import build_sources

    def key_of(reference: str) -> str:
        key = resolve_text(reference, environ=os.environ, base_dir=loaded.base_dir)
        REDACTOR.add(key)
        return key

    return build_sources(
        loaded.config.sources,
        clock,
        place_of(loaded).cache,
        loaded.base_dir,
        key_of,
        budget_seconds,
        open_exchange=lambda exchange, base_url, paths: public_client(
            exchange, base_url, clock, paths
        ),
    )


def public_client(
    exchange_id: str, base_url: str | None, clock: Clock, paths: Sequence[str]
) -> Any:
    """Return a keyless ccxt client whose session lets only GETs of these paths out."""
    from dcaguard.adapters.venues.egress import Egress, Rule
    from dcaguard.adapters.venues.hosts import origins
    from dcaguard.adapters.venues.loader import build
    from dcaguard.adapters.venues.session import GuardedSession

    client = build(exchange_id, {}, base_url=base_url, sandbox=False)
    client.session.close()
    reads = tuple(Rule("GET", path) for path in paths)
    client.session = GuardedSession(
        Egress(origins(client), reads), clock, timeout_seconds=SOURCE_TIMEOUT_SECONDS
    )
    return client


def source_names(loaded: Loaded) -> list[str]:
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


def fetch_sources(
    loaded: Loaded, journal: Journal, clock: Clock, names: Sequence[str], budget_seconds: float
) -> Sequence[FetchReport]:
    """Ask these sources (all that are enabled for none) side by side within the budget."""
    from dcaguard.adapters.sources.fetch import fetch_all
    from dcaguard.adapters.sources.registry import SOURCES, chosen

    built = chosen(built_sources(loaded, clock, budget_seconds), list(names))
    wanted = [series for source in built for series in source.series]
    known = journal.readings(series=wanted)
    since: dict[str, datetime] = {}
    history: dict[str, list[Reading]] = {}
    for reading in known:
        since[reading.series] = max(reading.as_of, since.get(reading.series, reading.as_of))
        history.setdefault(reading.series, []).append(reading)
    groups = {name: str(kind.group) for name, kind in SOURCES.items()}
    outcomes = fetch_all(built, since, budget_seconds, clock, history, groups)
    return [FetchReport(one.name, one.readings, one.error) for one in outcomes]
