"""Pages as they came, so that an unchanged page is not sent again; may be deleted at any time."""

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

_Result = TypeVar("_Result")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS pages (
  source TEXT NOT NULL, request TEXT NOT NULL, etag TEXT NOT NULL, last_modified TEXT NOT NULL,
  content_type TEXT NOT NULL, body BLOB NOT NULL, fetched_at REAL NOT NULL,
  PRIMARY KEY (source, request)) STRICT
"""


@dataclass(frozen=True, slots=True)
class CachedPage:
    """A page and the marks by which its server can say that it has not changed."""

    etag: str
    last_modified: str
    content_type: str
    body: bytes
    fetched_at: float  # seconds since 1970


class PageCache:
    """One table of `cache.db`. A cache that fails is no cache: it never fails its caller."""

    def __init__(self, path: Path | None) -> None:
        """Use the file at `path`, created 0600 when first needed; None keeps nothing."""
        self._path = path
        self._lock = threading.Lock()

    def get(self, source: str, request: str) -> CachedPage | None:
        """Return the page last kept for this request."""

        def read(connection: sqlite3.Connection) -> CachedPage | None:
            row = connection.execute(
                "SELECT etag, last_modified, content_type, body, fetched_at FROM pages"
                " WHERE source = ? AND request = ?",
                (source, request),
            ).fetchone()
            return CachedPage(*row) if row else None

        return self._do(read)

    def put(self, source: str, request: str, page: CachedPage) -> None:
        """Keep a page in place of the one before."""
        row = (source, request, page.etag, page.last_modified, page.content_type, page.body,
               page.fetched_at)  # fmt: skip
        sql = "INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?, ?, ?, ?)"
        self._do(lambda connection: connection.execute(sql, row))

    def distrust(self, source: str) -> None:
        """Ask afresh next time, but keep the bytes: a person may want to see what came."""
        sql = "UPDATE pages SET etag = '', last_modified = '', fetched_at = 0 WHERE source = ?"
        self._do(lambda connection: connection.execute(sql, (source,)))

    def _do(self, work: Callable[[sqlite3.Connection], _Result]) -> _Result | None:
        if self._path is None:
            return None
        with self._lock, contextlib.suppress(sqlite3.Error, OSError):
            flags = os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
            os.close(os.open(self._path, flags, 0o600))
            opened = contextlib.closing(sqlite3.connect(self._path, timeout=1))
            with opened as connection, connection:
                connection.execute(_SCHEMA)
                return work(connection)
        return None
