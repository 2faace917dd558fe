"""Aligned columns for people; text from outside is shown escaped, never obeyed."""

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime

_GAP = "  "


def plain_text(value: object, length_max: int = 200) -> str:
    """Return `value` on one line, without control characters that a terminal would obey."""
    text = str(value)
    shown = "".join(_escaped(char) for char in text[: length_max + 1])
    return shown if len(text) <= length_max else shown[:length_max] + "…"


def _escaped(char: str) -> str:
    if char == "\t":
        return " "
    if unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp", "Co", "Cs"}:
        return f"\\x{ord(char):02x}"
    return char


def when(at: datetime | str) -> str:
    """Return an instant as people read it: '2025-03-03 08:00:00Z', whole seconds, UTC."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"


def table(
    header: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    right: Sequence[int] = (),
    cell_max: int = 200,
) -> str:
    """Return rows under a header; columns whose index is in `right` are aligned to the right."""
    cells = [[plain_text(cell, cell_max) for cell in row] for row in rows]
    widths = [
        max(len(header[i]), *(len(row[i]) for row in cells)) if cells else len(header[i])
        for i in range(len(header))
    ]

    def line(row: Sequence[str]) -> str:
        parts = [
            cell.rjust(width) if i in right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return _GAP.join(parts).rstrip()

    rule = _GAP.join("-" * width for width in widths)
    return "\n".join([line(list(header)), rule, *(line(row) for row in cells)])


def paragraphs(*parts: str) -> str:
    """Join non-empty parts with a blank line between them."""
    return "\n\n".join(part.rstrip() for part in parts if part.strip())
