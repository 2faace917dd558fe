"""Reasons in words and in JSON."""

from collections.abc import Mapping, Sequence

from dcaguard.core.reason import MEANINGS, Code, Reason
from dcaguard.render.table import plain_text


def reason_json(reason: Reason) -> dict[str, object]:
    """Return a reason as it stands in every JSON document."""
    return {"code": reason.code.value, "detail": dict(reason.detail)}


def reason_line(code: str, detail: Mapping[str, object]) -> str:
    """Return one line: code, sentence, numbers."""
    meaning = MEANINGS.get(Code(code)) if code in Code.__members__ else None
    sentence = meaning.sentence if meaning else ""
    return plain_text(" ".join(part for part in (code, sentence, numbers(detail)) if part), 400)


def numbers(detail: Mapping[str, object]) -> str:
    """Return a detail as 'key value' pairs in brackets; '' for none."""
    pairs = [
        f"{key} {_short(value)}" for key, value in detail.items() if value not in (None, "", [])
    ]
    return f"({', '.join(pairs)})" if pairs else ""


def _short(value: object) -> str:
    if isinstance(value, list | tuple):
        return "/".join(str(one) for one in value)
    return str(value)


def reason_lines(reasons: Sequence[Reason]) -> list[str]:
    """Return one line for each reason."""
    return [reason_line(reason.code.value, reason.detail) for reason in reasons]


def remedy(reason: Reason) -> str:
    """Return what to do about a reason; '' when there is nothing to do."""
    text = MEANINGS[reason.code].remedy
    return "" if text.startswith("Nothing to do") else text
