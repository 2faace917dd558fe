"""The person's stop: a file beside config.toml. Whatever stands there under its name is a stop."""

import os
import stat
from pathlib import Path

from dcaguard.adapters.files import storage_error, write_atomic

_REASON_MAX = 500


class HaltFile:
    """`HALT`: its existence stops buying; it is never removed by the program on its own."""

    def __init__(self, path: Path, *others: Path) -> None:
        """Remember where the file would stand; `others` are looked at too, and cleared with it.

        A journal that several configs share has a stop of its own beside it.
        """
        self._path = path
        self._places = tuple(dict.fromkeys((path, *others)))

    def reason(self) -> str | None:
        """Return why buying is stopped, or None when it is not.

        A folder, a dangling link or a file that can not be read counts as set.
        """
        found = (self._reason_at(path) for path in self._places)
        return next((reason for reason in found if reason is not None), None)

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
                path.unlink(missing_ok=True)
            except OSError as error:
                raise storage_error(path, "remove the halt", error) from error
