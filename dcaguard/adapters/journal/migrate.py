"""The file's schema only moves forward, one transaction per step, after a proved copy."""

import contextlib
import sqlite3
from functools import cache
from pathlib import Path

from dcaguard.adapters.journal.backup import back_up
from dcaguard.adapters.journal.book import begin, commit, roll_back
from dcaguard.adapters.journal.connect import VERIFY
from dcaguard.adapters.journal.schema import APPLICATION_ID, MIGRATIONS, schema_version
from dcaguard.core.errors import ConfigError, IntegrityError

Objects = dict[tuple[str, str], str]  # (type, name) -> statement


def user_version(connection: sqlite3.Connection) -> int:
    """Return the file's schema version; 0 before the first."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, path: Path) -> Path | None:
    """Bring the file to the newest version; return the copy made before, if rows were at stake.

    A kill at any point leaves the old version or the new one, and the copy beside it.
    """
    found = user_version(connection)
    if found >= schema_version():
        return None
    if found == 0 and _objects(connection):
        raise ConfigError(
            f"{path}: holds another program's tables: name another file in [journal] path."
        )
    copy = _copy_before(connection, path, found) if found else None
    for version in range(found + 1, schema_version() + 1):
        _step(connection, version)
    return copy


def _copy_before(connection: sqlite3.Connection, path: Path, version: int) -> Path:
    """Make the proved copy; one that an earlier, killed try left is replaced."""
    copy = path.with_name(f"{path.name}.v{version}.backup")
    fresh = copy.with_name(f"{copy.name}.new")
    with contextlib.suppress(FileNotFoundError):
        fresh.unlink()
    back_up(connection, path, fresh)
    fresh.replace(copy)
    return copy


def _step(connection: sqlite3.Connection, version: int) -> None:
    """Apply one migration, unless another process was faster."""
    begin(connection)
    try:
        if user_version(connection) == version - 1:
            for statement in MIGRATIONS[version]():
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {version}")
        commit(connection)
    except BaseException:
        roll_back(connection)
        raise


def _objects(connection: sqlite3.Connection) -> Objects:
    rows = connection.execute(
        "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL"
    ).fetchall()
    return {(kind, name): sql for kind, name, sql in rows}


@cache
def _expected(version: int) -> Objects:
    """Return what a file of this version holds, by making one in memory."""
    connection = sqlite3.connect(":memory:")
    try:
        for step in range(1, version + 1):
            for statement in MIGRATIONS[step]():
                connection.execute(statement)
        return _objects(connection)
    finally:
        connection.close()


def schema_faults(connection: sqlite3.Connection) -> list[str]:
    """Return what is missing, altered or slipped in: the triggers are what keeps rows unchanged.

    A person's own tables, views and indexes are welcome; a foreign trigger is not.
    """
    expected, found = _expected(user_version(connection)), _objects(connection)
    faults = [
        f"{kind} {name} is {'altered' if (kind, name) in found else 'missing'}"
        for (kind, name), sql in expected.items()
        if found.get((kind, name)) != sql
    ]
    faults += [
        f"trigger {name} does not belong here"
        for kind, name in found
        if kind == "trigger" and (kind, name) not in expected
    ]
    return faults


def check_schema(connection: sqlite3.Connection, path: Path) -> None:
    """Raise IntegrityError (83) unless every table and trigger is as it was made."""
    faults = schema_faults(connection)
    if faults:
        raise IntegrityError(
            f"{path}: {faults[0]}, so rows may have been changed: {VERIFY}. Triggers are not made "
            "again behind your back."
        )
