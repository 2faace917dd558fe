"""What the auditing commands call."""

import json
from pathlib import Path

from dcaguard.adapters.clock import SystemClock
from dcaguard.adapters.journal.opening import open_journal
from dcaguard.adapters.journal.store import SqliteJournal
from dcaguard.adapters.journal.views import rows
from dcaguard.app.by_word import by_word
from dcaguard.cli.session import Session
from dcaguard.core.errors import NoInputError, UsageError
from dcaguard.core.reason import Verdict
from dcaguard.render.audit import BackupRow, Trade, VerifyRow
from dcaguard.wiring import load, place_of


def _journal(session: Session, *, dry: bool, checked: bool = True) -> SqliteJournal:
    place = place_of(load(session.config))
    path = place.dry if dry else place.journal
    if not path.exists() and not path.with_suffix(".head").exists():
        other = place.journal if dry else place.dry
        hint = (
            f"{other.name} has rows: " + ("leave --dry out" if dry else "add --dry")
            if other.exists()
            else "`dcaguard run` makes one"
        )
        msg = f"{path}: there is no journal yet: {hint}"
        raise NoInputError(msg)
    return open_journal(
        path, clock_now=SystemClock().now(), create=False, read_only=True, checked=checked
    )


def other_hint(session: Session, *, dry: bool) -> str:
    """Return where to look when one journal has nothing: '' when the other has nothing either."""
    place = place_of(load(session.config))
    other = place.journal if dry else place.dry
    if not other.exists():
        return ""
    if dry:
        return "the journal of real and paper orders: leave --dry out"
    return "simulated orders (live = false, --dry-run) have a journal of their own: add --dry"


def list_trades(
    session: Session, strategy: str | None, account: str | None, *, dry: bool
) -> list[Trade]:
    """Return orders with their fills, oldest first."""
    with _journal(session, dry=dry) as journal:
        path, of_person = journal.path, frozenset(by_word(journal))
    wanted = {k: v for k, v in (("strategy", strategy), ("account", account)) if v is not None}
    fills: dict[str, list[dict[str, object]]] = {}
    for fill in rows(path, "fills", {"account": account} if account else {}, "filled_at"):
        fills.setdefault(str(fill["client_order_id"]), []).append(fill)
    return [
        Trade(
            order,
            tuple(fills.get(str(order["client_order_id"]), ())),
            by_word=order["client_order_id"] in of_person,
        )
        for order in rows(path, "orders", wanted, "created_at")
    ]


def list_decisions(
    session: Session, strategy: str | None, verdict: str | None, *, dry: bool
) -> list[dict[str, object]]:
    """Return decisions, oldest first, each with its reasons decoded."""
    if verdict is not None and verdict.upper() not in Verdict.__members__:
        msg = f"--verdict {verdict}: choose WAIT, BUY, PAUSE or DENY"
        raise UsageError(msg)
    with _journal(session, dry=dry) as journal:
        path = journal.path
    wanted = {"strategy": strategy, "verdict": verdict.upper() if verdict else None}
    found = rows(
        path, "decisions", {k: v for k, v in wanted.items() if v is not None}, "decided_at"
    )
    return [{**row, "reasons": json.loads(str(row["reasons"]))} for row in found]


def verify_journal(session: Session, *, dry: bool) -> VerifyRow:
    """Check everything that a journal promises."""
    with _journal(session, dry=dry, checked=False) as journal:
        report = journal.verify_all()
        return VerifyRow(
            path=str(journal.path),
            rows=report.rows,
            public_rows=report.typed_rows,
            head=report.hash,
            findings=tuple((f.check, f.detail) for f in report.findings),
            exit_code=report.exit_code,
        )


def back_up(session: Session, dest: Path | None, *, dry: bool) -> BackupRow:
    """Copy the journal and verify the copy; without a name it stands beside, named by the time."""
    with _journal(session, dry=dry) as journal:
        stamp = f"{SystemClock().now():%Y%m%dT%H%M%SZ}"
        beside = journal.path.with_name(f"{journal.path.stem}.{stamp}.backup.db")
        report = journal.backup(beside if dest is None else dest)
        return BackupRow(str(report.path), report.seq, report.hash, report.size_bytes)
