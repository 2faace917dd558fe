"""Numbered edges of one real command: every journal write and every request, each can end it.

The hooks stand here, not in the program: an edge is a wrapped function of the journal or of the
HTTP session. At edge `k` the process is killed (SIGKILL), or the disk is full or broken.
"""

import errno
import os
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dcaguard.adapters import files
from dcaguard.adapters.files import storage_error
from dcaguard.adapters.journal import book, chain, head
from dcaguard.adapters.venues.session import GuardedSession

KILL, FULL, BROKEN = "kill", "ENOSPC", "EIO"


class Edges:
    """Counts the edges that the process passes and does what was asked for at one of them."""

    def __init__(self, at: int, how: str) -> None:
        self.at = at
        self.how = how
        self.names: list[str] = []

    def install(self) -> None:
        """Wrap what writes and what sends, once, in this process."""
        book.begin = self._around(book.begin, "begin", self._sqlite)
        book.commit = self._around(book.commit, "commit", self._sqlite)
        vars(head)["write_atomic"] = self._around(files.write_atomic, "head", _storage)
        chain.insert_row = self._around(chain.insert_row, "row", self._sqlite)
        book.insert_typed = self._around(book.insert_typed, "typed", self._sqlite)
        send = self._around(GuardedSession._exchange, "request", None)
        GuardedSession._exchange = send  # type: ignore[method-assign]

    def _around(
        self, real: Callable[..., Any], name: str, error: Callable[[str], Exception] | None
    ) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            self._pass(f"before {name}", error)
            answer = real(*args, **kwargs)
            self._pass(f"after {name}", None)
            return answer

        return wrapped

    def _pass(self, name: str, error: Callable[[str], Exception] | None) -> None:
        self.names.append(name)
        if len(self.names) != self.at:
            return
        if self.how == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        if error is not None:
            raise error(self.how)

    @staticmethod
    def _sqlite(how: str) -> Exception:
        full = how == FULL
        found = sqlite3.OperationalError("database or disk is full" if full else "disk I/O error")
        found.sqlite_errorcode = sqlite3.SQLITE_FULL if full else sqlite3.SQLITE_IOERR_FSYNC
        return found


def _storage(how: str) -> Exception:
    number = errno.ENOSPC if how == FULL else errno.EIO
    return storage_error(Path("head"), "write", OSError(number, os.strerror(number)))
