"""Limits with what is used and left of them, and in words where that is not known."""

from collections.abc import Sequence

from dcaguard.app.limits import Limit
from dcaguard.core.money import cents
from dcaguard.render.table import paragraphs, table

NOT_KNOWN = "not known"


def limits_json(found: Sequence[Limit]) -> list[dict[str, object]]:
    """Return the rows of `caps`."""
    return [
        {
            "cap": one.cap,
            "limit": one.limit_base,
            "used": one.used_base,
            "left": one.left_base,
            "lacks_rate_of": list(one.lacks),
        }
        for one in found
    ]


def limits_text(found: Sequence[Limit], remedy: str = "") -> str:
    """Return the table of limits; `remedy` says who can ask for a rate that is missing here."""
    rows = [
        (
            one.cap,
            cents(one.limit_base),
            NOT_KNOWN if one.used_base is None else cents(one.used_base),
            NOT_KNOWN if one.left_base is None else cents(one.left_base),
        )
        for one in found
    ]
    coins = ", ".join(sorted({coin for one in found for coin in one.lacks}))
    why = f"no rate for {coins} here{f'; {remedy}' if remedy else ''}" if coins else ""
    return paragraphs(
        table(("cap", "limit", "used", "left"), rows, right=(1, 2, 3)) if rows else "",
        f"{NOT_KNOWN}: {why}" if why else "",
    )
