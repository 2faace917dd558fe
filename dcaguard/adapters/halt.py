"""The person's stop: a file beside config.toml. Whatever stands there under its name is a stop.

An edit of the config or a strategy lets the run at work send nothing more: it was decided by other
rules. It is no halt, and cancels nothing.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from dcaguard.adapters.files import Stamp, stamp, storage_error, write_atomic

_REASON_MAX = 500


class HaltFile:
    """`HALT`: its existence stops buying; it is never removed by the program on its own."""

    def __init__(self, path: Path, *others: Path, read: Mapping[Path, Stamp] | None = None) -> None:
        """Remember where the file would stand; `others` are looked at too, and cleared with it.

        A journal that several configs share has a stop of its own beside it. `read` are the files
        that this run goes by, as they were before they were read.
        """
        self._path = path
        self._places = tuple(dict.fromkeys((path, *others)))
        self._read = read or {}

    def reason(self) -> str | None:
        """Return why buying is stopped, or None when it is not.

        A folder, a dangling link or a file that can not be read counts as set.
        """
        found = [reason for path in self._places if (reason := self._reason_at(path)) is not None]
        return found[0] if found else None

    def edited(self) -> str | None:
        """Return which file that this run goes by was changed since it was read, or None."""
        found = [path.name for path, before in self._read.items() if stamp(path) != before]
        return f"{found[0]} was changed while this run was at work: run again" if found else None

    @staticmethod
    def _reason_at(path: Path) -> str | None:
        try:
            status = os.lstat(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            return f"HALT can not be looked at ({error.strerror})"
        if not stat.S_ISREG(status.st_mode):
            return "something that is no plain file stands at HALT"
        try:
            text = path.read_bytes()[:_REASON_MAX].decode(errors="replace").strip()
        except OSError as error:
            return f"HALT can not be read ({error.strerror})"
        return text or "no reason given"

    def set(self, reason: str) -> None:
        """Write the stop; what stands there already under that name stops as well."""
        for path in self._places:
            if self._reason_at(path) is None:
                write_atomic(path, (reason.strip()[:_REASON_MAX] + "\n").encode())

    def clear(self) -> None:
        """Remove the stop; a folder in its place must be removed by hand."""
        for path in self._places:
            try:
                if os.path.lexists(path):  # a folder that is read-only has none to remove
                    path.unlink(missing_ok=True)
            except OSError as error:
                raise storage_error(path, "remove the halt", error) from error
