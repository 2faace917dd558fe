"""What the signals commands call: wiring, one use case, and its text and document."""

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from dcaguard.adapters.clock import SystemClock
from dcaguard.adapters.config import Loaded
from dcaguard.app.signals_sources import SourceInfo
from dcaguard.cli.session import Session, show, tell
from dcaguard.cli.times import parse_as_of
from dcaguard.core.errors import DcaguardError, ExitCode, UsageError, gravest
from dcaguard.wiring import REDACTOR, load, opened

FETCH_SECONDS = 60.0  # a person waits for it; a run gives its sources less


def show_list(session: Session, as_of: str | None) -> int:
    """Show the thirteen signals."""
    from dcaguard.app.signals import list_signals
    from dcaguard.render.signals import list_json, list_text

    loaded = load(session.config)
    moment = parse_as_of(as_of) if as_of is not None else None
    with opened(loaded, as_of=moment, write=False) as world:
        found = list_signals(world, catalog(loaded))
    show("signals", list_json(found), list_text(found))
    return 0


def show_explanation(session: Session, as_of: str | None) -> int:
    """Show why the regime is what it is."""
    from dcaguard.app.signals import explain_signals
    from dcaguard.render.signals_explain import explain_json, explain_text

    moment = parse_as_of(as_of) if as_of is not None else None
    with opened(load(session.config), as_of=moment, write=False) as world:
        found = explain_signals(world)
    show("signals-explain", explain_json(found), explain_text(found, cut=sys.stdout.isatty()))
    return 0


def run_fetch(session: Session, names: Sequence[str]) -> int:
    """Fetch sources; a named one that fails gives its exit code, among all only every one does."""
    from dcaguard.app.fetching import Fetched, fetch
    from dcaguard.render.signals_data import fetch_json, fetch_text

    with opened(load(session.config)) as world:
        asked = list(names) or list(world.source_names())
        results: list[Fetched] = fetch(world, names, FETCH_SECONDS) if asked else []
    failed = [one.error for one in results if one.error is not None]
    # What was known already is no news: a source that failed and brought no more has failed.
    barren = [one for one in results if one.error is not None and not one.new]
    code = ExitCode.OK
    if failed and (names or len(barren) == len(results)):
        code = gravest([error.exit_code for error in failed])
    elif failed:
        bad = ", ".join(one.source for one in results if one.error is not None)
        tell(f"{len(failed)} of {len(results)} sources failed ({bad}); what came is kept")
    show(
        "signals-fetch", fetch_json(results), fetch_text(results, cut=sys.stdout.isatty()),
        exit_code=int(code), code=code.name,
    )  # fmt: skip
    return int(code)


def show_history(session: Session, name: str, start: str | None, end: str | None) -> int:
    """Show a signal or a series over time."""
    from dcaguard.app.signals_history import (
        nearest_name,
        series_history,
        signal_called,
        signal_history,
        signal_names,
    )
    from dcaguard.core.series import lookup
    from dcaguard.render.signals_history import (
        series_json,
        series_text,
        signal_json,
        signal_text,
    )

    first, last = _day("--from", start), _day("--to", end, whole=True)
    if first and last and last < first:
        message = f"--to {end} lies before --from {start}: swap them"
        raise UsageError(message)
    about = signal_called(name)
    if about is None and lookup(name) is None:
        message = (
            f"history {name!r}: no signal or series is called so: try {nearest_name(name)}; "
            f"the signals are {signal_names()}"
        )
        raise UsageError(message)
    with opened(load(session.config), write=False) as world:
        if about is not None:
            of_signal = signal_history(world, about, first, last)
            show("signals-history", signal_json(of_signal), signal_text(of_signal))
        else:
            of_series = series_history(world, name, first, last)
            show("signals-history", series_json(of_series), series_text(of_series))
    return 0


def show_sources(session: Session) -> int:
    """Show each source, its series and its last answers."""
    from dcaguard.app.signals_sources import source_table
    from dcaguard.render.signals_data import sources_json, sources_text

    loaded = load(session.config)
    with opened(loaded, write=False) as world:
        found = source_table(world, catalog(loaded), world.clock.now())
    show("signals-sources", sources_json(found), sources_text(found, detailed=session.verbose))
    return 0


def catalog(loaded: Loaded) -> list[SourceInfo]:
    """Return every source there is, switched on or not; none of them is asked for anything."""
    from dcaguard.adapters.sources.cache import PageCache
    from dcaguard.adapters.sources.http import PoliteClient
    from dcaguard.adapters.sources.registry import SOURCES
    from dcaguard.adapters.sources.source import Context

    clock = SystemClock()
    context = Context(clock, PoliteClient(clock, PageCache(None)))
    found = []
    for name, kind in SOURCES.items():
        params = getattr(loaded.config.sources, "json_" if name == "json" else name)
        mapped = name in {"csv", "json"}
        if mapped and not params:
            continue
        source = kind(params, context, loaded.base_dir) if mapped else kind(params, context)
        about = source.describe()
        has_key = not mapped and _has_key(loaded, params.credentials)
        key = ('a key: credentials = "env:NAME"',) if about.needs_key and not has_key else ()
        found.append(
            SourceInfo(
                name=name,
                series=about.series,
                group=about.group,
                updates_utc=about.updates_utc,
                licence=about.licence,
                needs_key=about.needs_key,
                has_key=has_key,
                enabled=bool(mapped or params.enabled),
                units=about.units,
                lacks=(*key, *source.lacks()),
            )
        )
    return found


def _has_key(loaded: Loaded, reference: str | None) -> bool:
    """Tell whether a reference leads to a key; the key itself goes no further."""
    if reference is None:
        return False
    from dcaguard.adapters.credentials import resolve_text

    try:
        REDACTOR.add(resolve_text(reference, environ=os.environ, base_dir=loaded.base_dir))
    except DcaguardError:
        return False
    return True


def _day(option: str, text: str | None, *, whole: bool = False) -> datetime | None:
    """Return an instant; a date alone means its beginning, or its last moment when `whole`."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        message = f"{option} {text!r}: write a day like 2025-02-28"
        raise UsageError(message) from None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    if whole and at.time() == time() and len(text.strip()) <= len("2025-02-28"):
        return at + timedelta(days=1, microseconds=-1)
    return at
