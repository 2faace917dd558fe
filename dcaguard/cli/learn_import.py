"""What a person adds by hand: a CSV of readings, an event; each whole or not at all."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dcaguard.adapters.csv_import import decode, known_series, read_bytes, read_import
from dcaguard.app.signals_store import (
    add_event,
    deaf_to_events,
    end_events,
    known_values,
    store_import,
)
from dcaguard.cli.session import Session, show
from dcaguard.core.errors import UsageError
from dcaguard.core.event import OperatorEvent, Severity
from dcaguard.core.money import parse_decimal
from dcaguard.core.reading import Reading
from dcaguard.render.signals_data import (
    event_json,
    event_text,
    events_ended_json,
    events_ended_text,
    import_json,
    import_text,
)
from dcaguard.wiring import load, opened

_NOTE_MAX = 500


def run_import(
    session: Session, series: str, file: Path, lag: str | None, *, revision: bool
) -> int:
    """Import one file into one series."""
    waits = _lag(lag)
    about = known_series(series)
    with opened(load(session.config)) as world:
        known = known_values(world, series)
        read = read_import(file, series, now=world.clock.now(), lag=waits, history=known)
        find = places_in(file)
        done = store_import(world, about.unit, read.readings, find, read.guessed, revision=revision)
    show("signals-import", import_json(done), import_text(done))
    return 0


def places_in(file: Path) -> Callable[[Reading], str]:
    """Return a function that finds a reading's row again, as `file:line`."""

    def find(reading: Reading) -> str:
        text = decode(file.name, read_bytes(file)).replace("\r\n", "\n").replace("\r", "\n")
        rows = csv.reader(io.StringIO(text))
        for cells in rows:
            if len(cells) > 1 and _is_row(cells[0].strip(), cells[1].strip(), reading):
                return f"{file.name}:{rows.line_num}"
        return file.name

    return find


def _is_row(as_of: str, value: str, reading: Reading) -> bool:
    try:
        at = datetime.fromisoformat(as_of)
    except ValueError:
        return False
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return at == reading.as_of and parse_decimal(value) == reading.value


def _lag(text: str | None) -> timedelta | None:
    if text is None:
        return None
    from dcaguard.core.config_time import parse_duration

    try:
        return timedelta(0) if text.strip() in {"0", "0s", "0h", "0d"} else parse_duration(text)
    except ValueError as error:
        message = f"--observed-at-lag {text!r} {error}"
        raise UsageError(message) from None


def add_event_now(session: Session, severity: str, until: str | None, note: str) -> int:
    """Write an event that holds from now until its end."""
    if severity.upper() not in Severity.__members__:
        message = f"--severity {severity}: choose low, medium or high"
        raise UsageError(message)
    if len(note) > _NOTE_MAX:
        message = f"--note: {len(note)} characters: keep it below {_NOTE_MAX}"
        raise UsageError(message)
    loaded = load(session.config)
    end = _end(until)
    with opened(loaded) as world:
        now = world.clock.now()
        if end is not None and end <= now:
            message = f"--until {until}: lies in the past: it is {now:%Y-%m-%dT%H:%MZ} now"
            raise UsageError(message)
        event = OperatorEvent(Severity(severity.upper()), now, end, note)
        days = world.config.signals.regulation.event_expire_days
        seq = add_event(world, event)
        off = deaf_to_events(world.config)
    ends = end or now + timedelta(days=days)
    show("signals-event", event_json(event, ends, seq), event_text(event, ends, off))
    return 0


def end_events_now(session: Session) -> int:
    """Take back every event that still holds."""
    with opened(load(session.config)) as world:
        ended, seq = end_events(world)
    show("signals-event-end", events_ended_json(ended, seq), events_ended_text(ended))
    return 0


def _end(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        message = f"--until {text!r}: write a time like 2025-03-10 or 2025-03-10T18:00Z"
        raise UsageError(message) from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
