"""The thirteen signals as a document and as a table with what is missing and where to get it."""

from collections.abc import Sequence

from dcaguard.app.signals import Listed, Listing, Serving
from dcaguard.core.canonical import instant
from dcaguard.core.explain import Age, Told
from dcaguard.render.table import paragraphs, plain_text, table, when

_MISSING_SHOWN = 4


def number(value: float | None, places: int = 4) -> str | None:
    """Return a statistic as text with a fixed number of places; None stays None."""
    return None if value is None else f"{value:.{places}f}"


def told_json(told: Told) -> dict[str, object]:
    """Return what a signal says as it stands in every document."""
    return {
        "name": told.name,
        "number": told.number,
        "block": None if told.block is None else told.block.value,
        "state": told.state.value,
        "score": number(told.score),
        "vote": told.vote,
        "value": number(told.value),
        "unit": told.unit,
        "as_of": told.as_of,
        "observed_at": told.observed_at,
        "freshness": told.age.value,
        "contribution": number(told.contribution),
        "reason": told.reason,
        "missing": list(told.missing),
    }


def list_json(found: Listing) -> dict[str, object]:
    """Return the body of `signals --json`."""
    return {
        "as_of": instant(found.at),
        "regime": found.regime,
        "gate_enabled": found.gate_enabled,
        "signals": [_listed_json(one) for one in found.signals],
        "members": [told_json(one) for one in found.members],
    }


def _listed_json(one: Listed) -> dict[str, object]:
    return {
        **told_json(one.told),
        "what": one.about.what,
        "enabled": one.told.age is not Age.DISABLED,
        "missing": [s.need.series for s in one.missing],
        "sources": _names(one.series),
        "series": [
            {
                "series": s.need.series,
                "required": s.need.required,
                "read": s.read,
                "sources": [
                    {
                        "source": info.name,
                        "enabled": info.enabled,
                        "needs_key": info.needs_key,
                        "has_key": info.has_key,
                    }
                    for info in s.sources
                ],
            }
            for s in one.series
        ],
    }


def _names(series: Sequence[Serving]) -> list[str]:
    return list(dict.fromkeys(info.name for s in series for info in s.sources))


def list_text(found: Listing) -> str:
    """Return the table of the thirteen, then each in words with what it lacks."""
    head = f"signals {when(found.at)}: regime {found.regime}"
    if not found.gate_enabled:
        head += " (the gate is disabled: plain DCA)"
    header = ("", "signal", "state", "score", "vote", "value", "unit", "as of", "freshness")
    rows = [_row(one.told) for one in found.signals]
    right = (3, 5)
    gauges = [_row(one)[1:] for one in found.members]
    return paragraphs(
        head,
        table(header, rows, right=right),
        "\n".join(line for one in found.signals for line in _lines(one)),
        "gauges that share the signals' blocks\n"
        + table(header[1:], gauges, right=(2, 4)) if gauges else "",
        "why the regime is what it is: `dcaguard signals explain`; import a series: "
        "`dcaguard signals import SERIES FILE.csv`",
    )  # fmt: skip


def _row(told: Told) -> tuple[str, ...]:
    return (
        told.number,
        told.name,
        told.state.value,
        number(told.score, 2) or "-",
        "yes" if told.vote else "",
        number(told.value, 2) or "-",
        told.unit,
        f"{told.as_of:%Y-%m-%d}" if told.as_of is not None else "-",
        told.age.value.lower().replace("_", " "),
    )


def _lines(one: Listed) -> list[str]:
    told, about = one.told, one.about
    block = "" if about.block is None else f", block {about.block.value}"
    lines = [f"{about.number} {about.name}: {about.what}{block}"]
    if told.age is not Age.NEVER_READ or not one.missing:
        lines.append(f"    {plain_text(told.reason, 400)}")
    if told.age is Age.DISABLED:
        return lines
    required = [s for s in one.missing if s.need.required]
    useful = [s for s in one.missing if not s.need.required]
    if required:
        lines.append(f"    missing: {_series_words(required)}")
    if useful:
        lines.append(f"    better with: {_series_words(useful)}")
    if one.missing:
        lines.append(f"    from: {_source_words(one.missing)}")
    return lines


def _series_words(rows: Sequence[Serving]) -> str:
    names = [s.need.series for s in rows]
    shown = ", ".join(names[:_MISSING_SHOWN])
    more = len(names) - _MISSING_SHOWN
    return shown if more <= 0 else f"{shown} and {more} more"


def _source_words(rows: Sequence[Serving]) -> str:
    labels = list(dict.fromkeys(info.label for s in rows for info in s.sources))
    alone = [s.need.series for s in rows if not s.sources and s.need.required]
    words = ", ".join(labels) or "no source"
    return f"{words}; import only: {_short(alone)}" if alone else f"{words}, or import"


def _short(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MISSING_SHOWN} more" if len(names) > _MISSING_SHOWN else ""
    return ", ".join(names[:_MISSING_SHOWN]) + more
