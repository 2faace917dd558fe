"""The head file remembers the newest row outside the database: a cut or swapped file shows.

A chain alone does not tell that its last rows are gone. The head is written after each commit; a
crash in between leaves the database ahead of it, never behind.
"""

import re
import sqlite3
from pathlib import Path

from dcaguard.adapters.files import plain_file_exists, storage_error, write_atomic
from dcaguard.core.errors import IntegrityError

_SPELLING = re.compile(rb"(0|[1-9][0-9]{0,17}) ([0-9a-f]{64}|-)\n")

Head = tuple[int, str]


def way_back(path: Path, head_path: Path) -> str:
    """Return what a person can do when file and head disagree."""
    return (
        f"Put the newest copy of {path} back (see `dcaguard audit backup`). Only if it is lost for "
        f"good: remove {head_path} and run `dcaguard arm` again; orders that are already at the "
        "venue are looked up there before anything is bought."
    )


def read_head(head_path: Path) -> Head | None:
    """Return (seq, hash) as last written, None when there is no such file.

    IntegrityError (83) when it cannot be understood.
    """
    if not plain_file_exists(head_path):
        return None
    try:
        content = head_path.read_bytes()
    except OSError as error:
        raise storage_error(head_path, "read the head", error) from error
    match = _SPELLING.fullmatch(content)
    if match is None:
        raise IntegrityError(
            f"{head_path}: cannot be read as '<seq> <hash>': it was changed or damaged. If the "
            "journal is the newest copy, remove this file and run again."
        )
    digest = match[2].decode()
    return int(match[1]), "" if digest == "-" else digest


def write_head(head_path: Path, head: Head) -> None:
    """Write the newest (seq, hash), whole and synced; an older one never replaces a newer."""
    known = read_head(head_path)
    if known is not None and known[0] > head[0]:
        return  # another process committed after us and was faster here
    write_atomic(head_path, f"{head[0]} {head[1] or '-'}\n".encode())


def check_head(connection: sqlite3.Connection, path: Path, head_path: Path, head: Head) -> None:
    """Raise IntegrityError (83) unless the database still holds the row that `head` names."""
    seq, digest = head
    if seq == 0:
        return
    row = connection.execute("SELECT hash FROM journal WHERE seq = ?", (seq,)).fetchone()
    if row is None:
        (last,) = connection.execute("SELECT coalesce(max(seq), 0) FROM journal").fetchone()
        raise IntegrityError(
            f"{path}: ends at row {last}, but {head_path} knows row {seq}: an older copy or a cut "
            f"file. {way_back(path, head_path)}"
        )
    if row[0] != digest:
        raise IntegrityError(
            f"{path}: row {seq} is not the one that {head_path} remembers: the history was "
            f"rewritten or belongs to another journal. {way_back(path, head_path)}"
        )


def refuse_lost(path: Path, head_path: Path, head: Head | None) -> None:
    """Raise IntegrityError (83) when the head stands and the database is gone or empty."""
    if head is not None and head[0] > 0:
        raise IntegrityError(
            f"{path}: is missing or empty, but {head_path} knows {head[0]} rows. "
            f"{way_back(path, head_path)}"
        )
