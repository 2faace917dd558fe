"""A backup is a copy that was proved before it got its name."""

import contextlib
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from dcaguard.adapters.files import create_private, plain_file_exists, sync_folder
from dcaguard.adapters.journal import chain
from dcaguard.adapters.journal.connect import told
from dcaguard.core.errors import CantCreateError, IntegrityError


@dataclass(frozen=True, slots=True)
class BackupReport:
    """The copy that was made: newest row, its hash, and the file's size."""

    path: Path
    seq: int
    hash: str
    size_bytes: int


def back_up(connection: sqlite3.Connection, path: Path, dest: Path) -> BackupReport:
    """Copy the open journal to the new file `dest` (0600) and check the copy.

    CantCreateError (73) when `dest` exists or is a link, IntegrityError (83) when the copy does not
    hold, StorageError (74) for the disk. On failure nothing of that name is left.
    """
    if plain_file_exists(dest):
        raise CantCreateError(f"{dest}: exists already: choose another name or move it away.")
    beside = dest.with_name(f".{dest.name}.{os.getpid()}.tmp")
    with told(dest, "write the backup"):
        try:
            seq, digest = _copy(connection, path, beside)
            size = beside.stat().st_size
            _name(beside, dest)
        finally:
            with contextlib.suppress(FileNotFoundError):
                beside.unlink()
        sync_folder(dest.parent)
    return BackupReport(dest, seq, digest, size)


def _copy(connection: sqlite3.Connection, path: Path, beside: Path) -> tuple[int, str]:
    """Copy by SQLite's own backup, prove and sync the copy; return its newest (seq, hash)."""
    with contextlib.suppress(FileNotFoundError):
        beside.unlink()
    descriptor = create_private(beside)
    try:
        with closing(sqlite3.connect(beside, isolation_level=None)) as copy:
            connection.backup(copy)
            head = prove(copy, path)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return head


def prove(copy: sqlite3.Connection, path: Path) -> tuple[int, str]:
    """Return the newest (seq, hash) of a copy of `path`; IntegrityError (83) unless it is sound."""
    (answer,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    if answer != "ok":
        raise IntegrityError(
            f"{path}: its copy is damaged ({answer}), so no backup was kept: "
            "run `dcaguard audit verify`."
        )
    broken = chain.tail_break(copy, 1)
    if broken:
        raise IntegrityError(
            f"{path}: row {broken.seq}: {broken.why}, so no backup was kept: "
            "run `dcaguard audit verify`."
        )
    return chain.newest(copy)


def _name(beside: Path, dest: Path) -> None:
    """Give the proved copy its name, never over a file that came meanwhile."""
    try:
        os.link(beside, dest)
    except FileExistsError as error:
        raise CantCreateError(
            f"{dest}: exists already: choose another name or move it away."
        ) from error
    except OSError:  # no hard links on this file system
        if plain_file_exists(dest):
            raise
        beside.replace(dest)
