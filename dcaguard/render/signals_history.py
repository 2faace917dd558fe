"""A signal or a series over time, as a document and as a table."""

from dcaguard.app.signals_history import SeriesHistory, SignalHistory
from dcaguard.core.canonical import instant
from dcaguard.core.money import plain
from dcaguard.render.signals import number
from dcaguard.render.table import paragraphs, table


def signal_json(found: SignalHistory) -> dict[str, object]:
    """Return the body of `signals history SIGNAL --json`."""
    return {
        "name": found.about.name,
        "kind": "signal",
        "what": found.about.what,
        "rows": [
            {
                "at": at,
                "state": told.state.value,
                "score": number(told.score),
                "vote": told.vote,
                "value": number(told.value),
                "unit": told.unit,
                "as_of": told.as_of,
                "observed_at": told.observed_at,
                "freshness": told.age.value,
                "reason": told.reason,
            }
            for at, told in found.rows
        ],
    }


def signal_text(found: SignalHistory) -> str:
    """Return one line a day, with what was known at its beginning."""
    rows = [
        (
            f"{at:%Y-%m-%d %H:%M}",
            told.state.value,
            number(told.score, 2) or "-",
            "yes" if told.vote else "",
            number(told.value, 2) or "-",
            told.reason,
        )
        for at, told in found.rows
    ]
    header = ("at (UTC)", "state", "score", "vote", "value", "why")
    title = f"{found.about.number} {found.about.name}: {found.about.what}"
    return paragraphs(title, table(header, rows, right=(2, 4)) if rows else "no day in the window")


def series_json(found: SeriesHistory) -> dict[str, object]:
    """Return the body of `signals history SERIES --json`."""
    return {
        "name": found.series,
        "kind": "series",
        "what": found.description,
        "unit": found.unit,
        "rows": [
            {
                "as_of": r.as_of,
                "observed_at": r.observed_at,
                "value": plain(r.value),
                "source": r.source,
                "raw_sha256": r.raw_sha256,
            }
            for r in found.rows
        ],
    }


def series_text(found: SeriesHistory) -> str:
    """Return one line a reading; a revision is a line of its own."""
    rows = [
        (instant(r.as_of), instant(r.observed_at), plain(r.value), r.source) for r in found.rows
    ]
    title = f"{found.series}: {found.description} ({found.unit})"
    header = ("as of", "known at", "value", "source")
    empty = "no reading; `dcaguard signals sources` shows who serves it"
    return paragraphs(title, table(header, rows, right=(2,)) if rows else empty)
