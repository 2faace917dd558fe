"""Folded gate states between runs, in cache.db: losing them costs time, never an answer."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from dcaguard.adapters.files import create_private


class FileGateCache:
    """A small key-value table; every failure is treated as an empty cache."""

    def __init__(self, path: Path) -> None:
        """Remember the file; it is opened when first used."""
        self._path = path

    def load(self, key: str) -> str | None:
        """Return the text kept under `key`, or None."""
        if not self._path.exists():
            return None
        try:
            with self._open() as connection:
                row = connection.execute(
                    "SELECT text FROM gate_states WHERE key = ?", (key,)
                ).fetchone()
        except (sqlite3.Error, OSError):
            return None
        return None if row is None else str(row[0])

    def save(self, key: str, text: str) -> None:
        """Keep `text` under `key`; a cache that can not be written is not used."""
        with contextlib.suppress(sqlite3.Error, OSError), self._open() as connection:
            connection.execute(
                "INSERT INTO gate_states VALUES (?, ?) "
                "ON CONFLICT (key) DO UPDATE SET text = excluded.text",
                (key, text),
            )

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        if not self._path.exists():
            import os

            os.close(create_private(self._path))
        connection = sqlite3.connect(self._path, timeout=1, isolation_level=None)
        try:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS gate_states (key TEXT PRIMARY KEY, text TEXT NOT NULL)"
            )
            yield connection
        finally:
            connection.close()
