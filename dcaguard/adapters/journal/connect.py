"""One way to open the file and one way to tell what SQLite could not do."""

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from dcaguard.adapters.files import storage_error
from dcaguard.adapters.journal.schema import APPLICATION_ID, schema_version
from dcaguard.core.errors import (
    ConfigError,
    DcaguardError,
    IntegrityError,
    StorageError,
    TryAgainError,
)

BUSY_SECONDS = 2.0  # before anything is written: another try costs nothing
BUSY_COMMIT_SECONDS = 10.0  # the result of a send deserves patience with a reader

_PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",  # without it REPLACE slips past the DELETE triggers
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA synchronous = EXTRA",
)

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_DISK = {
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_NOLFS,
}

VERIFY = "run `dcaguard audit verify`, and restore a backup if it confirms the damage"


class DiskFullError(StorageError):
    """No space was left; nothing of the transaction was written."""


@contextmanager
def told(path: Path, doing: str) -> Iterator[None]:
    """Turn what SQLite and the disk say inside the block into our own errors about `path`."""
    try:
        yield
    except DcaguardError:
        raise
    except sqlite3.Error as error:
        mapped = _mapped(path, doing, error)
        if mapped is None:
            raise
        raise mapped from error
    except OSError as error:
        raise storage_error(path, doing, error) from error


def _mapped(path: Path, doing: str, error: sqlite3.Error) -> DcaguardError | None:
    """Return our error for SQLite's, or None for a mistake of ours (a bug)."""
    code = getattr(error, "sqlite_errorcode", None)
    primary = None if code is None else code & 0xFF
    if primary in _BUSY:
        return TryAgainError(
            f"{path}: cannot {doing}: another program has the journal locked: "
            "close it (or wait) and try again."
        )
    if primary == sqlite3.SQLITE_FULL or code == sqlite3.SQLITE_IOERR_WRITE:  # no space, no quota
        return DiskFullError(f"{path}: cannot {doing}: {error}: free some space and run again.")
    if primary in _DAMAGED or (primary is None and "decode" in str(error)):
        return IntegrityError(f"{path}: the file is damaged ({error}): {VERIFY}.")
    if primary in _DISK:
        return StorageError(
            f"{path}: cannot {doing}: {error}: check the folder's rights, space and disk."
        )
    return None


def refuse_newer(path: Path) -> int:
    """Return the file's schema version (0 for an empty file) without opening the database.

    ConfigError (78) for a newer version or another program's database, before SQLite could touch
    a byte; IntegrityError (83) when it is no database at all.
    """
    with path.open("rb") as file:
        header = file.read(100)
    if not header:
        return 0
    if len(header) < 100 or header[:16] != b"SQLite format 3\x00":
        if write_was_torn(path):
            return 0  # the very first write was cut off: SQLite will undo it
        raise IntegrityError(f"{path}: this is not a SQLite file: {VERIFY}.")
    (version,) = struct.unpack(">i", header[60:64])
    (application,) = struct.unpack(">i", header[68:72])
    if application == 0 and version == 0:
        return 0
    if application != APPLICATION_ID:
        raise ConfigError(
            f"{path}: belongs to another program (application_id {application}): "
            "name another file in [journal] path."
        )
    if version > schema_version():
        raise ConfigError(
            f"{path}: written by a newer dcaguard (schema {version}, this one knows "
            f"{schema_version()}): install the newer version again. The file was not touched."
        )
    if version < 1:
        raise IntegrityError(f"{path}: its schema version {version} never existed: {VERIFY}.")
    return int(version)


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """Open an existing file; every statement commits by itself until BEGIN."""
    mode = "ro" if read_only else "rw"
    uri = f"file:{quote(str(path.absolute()))}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        if read_only:
            connection.execute("PRAGMA query_only = ON")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def use_rollback_journal(connection: sqlite3.Connection, path: Path) -> None:
    """Leave WAL, should someone have switched it on: before SQLite 3.51.3 it could corrupt."""
    (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    if mode != "delete":
        raise StorageError(
            f"{path}: journal_mode is {mode} and cannot be changed: close other programs that "
            "have the file open and run again."
        )


def write_was_torn(path: Path) -> bool:
    """Tell whether SQLite's rollback journal stands: a writer is at work, or was cut off."""
    beside = path.with_name(path.name + "-journal")
    return beside.exists() and beside.stat().st_size > 0


def roll_back_torn_write(path: Path) -> None:
    """Let SQLite undo a write that was cut off (kill, power): the last committed state returns.

    A reader cannot read before that, so it happens even for read-only opens.
    """
    if not write_was_torn(path):
        return
    with closing(connect(path, read_only=False)):
        pass  # connecting reads the schema, and that rolls back when no writer is alive


def set_patience(connection: sqlite3.Connection, seconds: float) -> None:
    """Set how long a statement waits for another connection's lock."""
    connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
