"""A person's confirmations as the journal keeps them: of which rules, and since when."""

from dataclasses import dataclass
from datetime import datetime

from dcaguard.core.canonical import instant, parse_instant
from dcaguard.ports import Journal


@dataclass(frozen=True, slots=True)
class Arming:
    """The newest confirmation of a strategy."""

    digest: str
    at: datetime
    first: bool
    looks_back: bool  # whether a slot scheduled before it, within `lateness_max`, is bought
    kind: str = ""  # whose money it was for; '' where that is not written


def arming(journal: Journal, strategy: str) -> Arming | None:
    """Return the newest arming of a strategy."""
    row = journal.latest("arm", strategy)
    if row is None:
        return None
    first = bool(row.body["first"])
    at = parse_instant(str(row.body["armed_at"]))
    looks_back = bool(row.body.get("looks_back", first))
    return Arming(str(row.body["digest"]), at, first, looks_back, str(row.body.get("kind", "")))


def record_arming(
    journal: Journal,
    strategy: str,
    digest: str,
    at: datetime,
    *,
    bought_already: bool = False,
    kind: str = "",
) -> Arming:
    """Write a person's confirmation of strategy, policy and account as parsed.

    Only the first one looks back, and not on a slot that was bought under another name.
    """
    first = arming(journal, strategy) is None
    known = Arming(digest, at, first, first and not bought_already, kind)
    body = {
        "digest": digest,
        "armed_at": instant(at),
        "first": first,
        "looks_back": known.looks_back,
        "kind": kind,
    }
    journal.append("arm", strategy, body, at)
    return known
