"""Why the regime is what it is: blocks, what each signal adds, what would change it."""

from dcaguard.app.signals import Explained
from dcaguard.core.canonical import instant
from dcaguard.core.explain import Age, Told
from dcaguard.core.reach import Reach
from dcaguard.render.signals import number, told_json
from dcaguard.render.table import paragraphs, plain_text, table, when

_SERIES_SHOWN = 4
_CELL_MAX, _UNCUT = 200, 10_000
_NEVER_READ_MAX = 60  # a list of series; `dcaguard signals` shows all of it


def explain_json(found: Explained) -> dict[str, object]:
    """Return the body of `signals explain --json`."""
    about = found.explanation
    return {
        "as_of": instant(found.at),
        "evaluated_at": found.evaluated_at,
        "gate_enabled": found.gate_enabled,
        "regime": about.regime.value,
        "since": about.since,
        "composite": number(about.composite),
        "blocks": {name: number(score) for name, score in about.blocks.items()},
        "signals": [told_json(one) for one in found.signals],
        "inputs": [
            {
                "signal": signal.name,
                "series": one.series,
                "from": one.first,
                "to": one.last,
                "revised_days": one.revised,
            }
            for signal, reaches in found.inputs
            for one in reaches
        ],
        "never_read": list(about.never_read),
        "next": list(about.next),
    }


def explain_text(found: Explained, *, cut: bool = True) -> str:
    """Return the explanation for people: the regime, its parts, the way out.

    Without `cut`, as into a file, no sentence is shortened to fit a terminal.
    """
    cell_max = _CELL_MAX if cut else _UNCUT
    about = found.explanation
    since = f" since {when(about.since)}" if about.since is not None else ""
    composite = number(about.composite, 2) or "unknown"
    head = f"regime {about.regime.value}{since}, composite {composite}"
    if found.evaluated_at is not None:
        head += f" (evaluated {when(found.evaluated_at)})"
    blocks = "  ".join(
        f"{name} {number(score, 2) or 'unknown'}" for name, score in about.blocks.items()
    )
    header = ("adds", "signal", "state", "score", "vote", "why")
    return paragraphs(
        head,
        f"blocks: {blocks}" if blocks else "blocks: none, because no series was ever read",
        table(
            header,
            [_row(one, cut=cut) for one in found.signals],
            right=(0, 3),
            cell_max=cell_max,
        ),
        _inputs(found),
        "what would change it\n"
        + "\n".join(f"  {plain_text(one, 2 * cell_max)}" for one in about.next),
    )


def _inputs(found: Explained) -> str:
    """Return since when each signal's series are known, and which were corrected later."""
    if not found.inputs:
        return ""
    lines = [
        f"  {signal.number} {', '.join(_reach(one) for one in reaches[:_SERIES_SHOWN])}"
        + (f" and {len(reaches) - _SERIES_SHOWN} more" if len(reaches) > _SERIES_SHOWN else "")
        for signal, reaches in found.inputs
    ]
    if any(one.revised for _, reaches in found.inputs for one in reaches):
        lines.append("  a corrected day counts in the past with the value that was known then")
    return "what they read, and since when\n" + "\n".join(lines)


def _reach(one: Reach) -> str:
    corrected = f" (corrected: {one.revised})" if one.revised else ""
    return f"{one.series} {one.first:%Y-%m-%d}{corrected}"


def _row(told: Told, *, cut: bool) -> tuple[str, ...]:
    short = _NEVER_READ_MAX if cut and told.age is Age.NEVER_READ else _UNCUT
    return (
        number(told.contribution, 3) or "-",
        f"{told.number} {told.name}".strip(),
        told.state.value,
        number(told.score, 2) or "-",
        "yes" if told.vote else "",
        plain_text(told.reason, short),
    )
