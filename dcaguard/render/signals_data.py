"""What fetch, import, sources and events tell: who brought what, what failed, what to do."""

from collections.abc import Sequence
from datetime import datetime

from dcaguard.app.fetching import Fetched
from dcaguard.app.signals_sources import SourceRow, SourceTable
from dcaguard.app.signals_store import Imported
from dcaguard.core.event import OperatorEvent, Severity
from dcaguard.core.reach import Import
from dcaguard.render.table import paragraphs, plain_text, table, when

_TOLD_MAX, _UNCUT = 160, 100_000  # characters


def fetch_json(results: Sequence[Fetched]) -> dict[str, object]:
    """Return the body of `signals fetch --json`."""
    failed = [one for one in results if one.error is not None]
    return {
        "sources": [
            {
                "source": one.source,
                "new": one.new,
                "same": one.same,
                "code": "OK" if one.error is None else one.error.exit_code.name,
                "message": "" if one.error is None else str(one.error),
            }
            for one in results
        ],
        "new": sum(one.new for one in results),
        "same": sum(one.same for one in results),
        "errors": [
            {"code": one.error.exit_code.name, "where": one.source, "message": str(one.error)}
            for one in failed
            if one.error is not None
        ],
    }


def fetch_text(results: Sequence[Fetched], *, cut: bool = True) -> str:
    """Return one line a source; without `cut`, as into a file, each with its whole sentence."""
    if not results:
        return "no source is enabled: see [sources] in `dcaguard help signals`"
    rows = [
        (
            one.source,
            one.new,
            one.same,
            "ok" if one.error is None else one.error.exit_code.name,
            "" if one.error is None else plain_text(one.error, _TOLD_MAX if cut else _UNCUT),
        )
        for one in results
    ]
    return table(("source", "new", "same", "result", "what failed"), rows, right=(1, 2))


def import_json(done: Imported) -> dict[str, object]:
    """Return the body of `signals import --json`."""
    return {
        "series": done.series,
        "unit": done.unit,
        "new": done.new,
        "same": done.same,
        "first": done.first,
        "last": done.last,
        "revision": done.revision,
        "known_later": done.later,
    }


def import_text(done: Imported) -> str:
    """Return one line: how many, of when."""
    text = (
        f"{done.series}: {done.new} new, {done.same} known already, "
        f"{done.first:%Y-%m-%d} to {done.last:%Y-%m-%d} ({done.unit})"
    )
    if done.later:
        text += f"\n{done.later} of them count only from when they could be known, which is ahead"
    return text


def sources_json(found: SourceTable) -> dict[str, object]:
    """Return the body of `signals sources --json`."""
    return {
        "sources": [
            {
                "source": row.info.name,
                "enabled": row.info.enabled,
                "group": row.info.group,
                "series": list(row.info.series),
                "units": dict(zip(row.info.series, row.info.units, strict=True)),
                "missing": list(row.info.lacks),
                "never_read": list(row.unread),
                "updates_utc": row.info.updates_utc,
                "licence": row.info.licence,
                "needs_key": row.info.needs_key,
                "has_key": row.info.has_key,
                "last_success": row.last_success,
                "last_error": row.last_error,
                "error": row.error,
            }
            for row in found.rows
        ],
        "imports": [
            {
                "series": one.series,
                "file": one.file,
                "count": one.count,
                "from": one.first,
                "to": one.last,
                "known_by_rule": one.by_rule,
            }
            for one in found.imports
        ],
    }


def sources_text(found: SourceTable, *, detailed: bool = False) -> str:
    """Return the table of sources, then what each serves and under which terms."""
    cells = [
        (
            row.info.name,
            "on" if row.info.enabled else "off",
            _key_words(row),
            row.info.group,
            len(row.info.series),
            _when(row.last_success),
            _when(row.last_error),
        )
        for row in found.rows
    ]
    header = ("source", "", "key", "group", "series", "last success", "last error")
    return paragraphs(
        table(header, cells, right=(4,)),
        "\n".join(line for row in found.rows for line in _lines(row, detailed=detailed)),
        _imports(found.imports),
        "sources of one group mirror one table: they do not confirm each other",
    )


def _imports(found: Sequence[Import]) -> str:
    """Return what came from files, and whether they said when each value became known."""
    if not found:
        return ""
    return "imported\n" + "\n".join(
        f"  {one.series}: {one.count} from {one.file}, {one.first:%Y-%m-%d} to "
        f"{one.last:%Y-%m-%d}; {_known(one)}"
        for one in found
    )


def _known(one: Import) -> str:
    if not one.by_rule:
        return "the file says when each became known"
    some = "" if one.by_rule == one.count else f"{one.by_rule} of them "
    return f"{some}taken as known at the usual hour, although they may be later corrections"


def _key_words(row: SourceRow) -> str:
    if row.info.has_key:
        return "set"
    return "needed" if row.info.needs_key else ""


def _when(at: datetime | None) -> str:
    return "never" if at is None else f"{at:%Y-%m-%d %H:%M}"


def _lines(row: SourceRow, *, detailed: bool) -> list[str]:
    info = row.info
    shown = info.series if detailed else info.series[:6]
    more = "" if len(shown) == len(info.series) else f" and {len(info.series) - len(shown)} more"
    units = ", ".join(dict.fromkeys(info.units))
    lines = [
        f"{info.name}: {', '.join(shown) or 'nothing as configured'}{more}",
        f"    in {units}; updates {info.updates_utc}; {info.licence}",
    ]
    if info.lacks:
        lines.append(f"    missing: {'; '.join(info.lacks)}")
    if row.unread and row.last_success:
        more = f" and {len(row.unread) - 6} more" if len(row.unread) > 6 else ""
        lines.append(f"    never read: {', '.join(row.unread[:6])}{more}")
    if row.error:
        lines.append(f"    last error: {plain_text(row.error, 300)}")
    return lines


def event_json(event: OperatorEvent, ends: datetime, seq: int) -> dict[str, object]:
    """Return the body of `signals event add --json`."""
    return {
        "severity": event.severity.value,
        "since": event.since,
        "until": event.until,
        "ends": ends,
        "note": event.note,
        "journal_seq": seq,
    }


def event_text(event: OperatorEvent, ends: datetime, off: str = "") -> str:
    """Return what was written, how long it holds and what it does; `off` names what silences it."""
    head = f"event {event.severity.value} until {when(ends)}: "
    if off and event.severity is not Severity.LOW:
        return f"{head}noted, and it changes nothing while {off}"
    return head + _EFFECT[event.severity]


def events_ended_json(ended: Sequence[OperatorEvent], seq: int | None) -> dict[str, object]:
    """Return the body of `signals event end --json`."""
    rows = [
        {"severity": e.severity.value, "since": e.since, "until": e.until, "note": e.note}
        for e in ended
    ]
    return {"ended": rows, "journal_seq": seq}


def events_ended_text(ended: Sequence[OperatorEvent]) -> str:
    """Return which events hold no more."""
    if not ended:
        return "no event of yours holds: nothing to end"
    rows = [
        f"ended: event {e.severity.value} of {when(e.since)} {plain_text(e.note)}".rstrip()
        for e in ended
    ]
    return "\n".join(
        [*rows, "the regime goes on without them from now: `dcaguard signals explain`"]
    )


_EFFECT = {
    Severity.HIGH: (
        "at most half is bought until then (CAUTION at least), and S8 votes to pause\n"
        "to stop buying altogether: `dcaguard halt`"
    ),
    Severity.MEDIUM: (
        "S8 regulation scores 0.5 at least until then, without a vote: it tips what is near a "
        "limit, and no more\nto halve buying whatever the rest says: --severity high"
    ),
    Severity.LOW: "it is noted and changes nothing",
}
