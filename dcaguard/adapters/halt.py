"""The person's stop: a file beside config.toml. Whatever stands there under its name is a stop."""

import os
import stat
from pathlib import Path

from dcaguard.adapters.files import storage_error, write_atomic

_REASON_MAX = 500


class HaltFile:
    """`HALT`: its existence stops buying; it is never removed by the program on its own."""

    def __init__(self, path: Path) -> None:
        """Remember where the file would stand."""
        self._path = path

    def reason(self) -> str | None:
        """Return why buying is stopped, or None when it is not.

        A folder, a dangling link or a file that can not be read counts as set.
        """
        try:
            status = os.lstat(self._path)
        except FileNotFoundError:
            return None
        except OSError as error:
            return f"HALT can not be looked at ({error.strerror})"
        if not stat.S_ISREG(status.st_mode):
            return "something that is no plain file stands at HALT"
        try:
            text = self._path.read_bytes()[:_REASON_MAX].decode(errors="replace").strip()
        except OSError as error:
            return f"HALT can not be read ({error.strerror})"
        return text or "no reason given"

    def set(self, reason: str) -> None:
        """Write the stop; what stands there already under that name stops as well."""
        if self.reason() is not None:
            return
        write_atomic(self._path, (reason.strip()[:_REASON_MAX] + "\n").encode())

    def clear(self) -> None:
        """Remove the stop; a folder in its place must be removed by hand."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            raise storage_error(self._path, "remove the halt", error) from error
