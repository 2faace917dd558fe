"""The append-only, chained journal on SQLite."""

from dcaguard.adapters.journal.backup import BackupReport
from dcaguard.adapters.journal.disk import room_for_send
from dcaguard.adapters.journal.opening import open_journal
from dcaguard.adapters.journal.store import SqliteJournal
from dcaguard.adapters.journal.verify import Finding, VerifyReport

__all__ = [
    "BackupReport",
    "Finding",
    "SqliteJournal",
    "VerifyReport",
    "open_journal",
    "room_for_send",
]
