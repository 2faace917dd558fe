"""One process at a time may act: the kernel holds the lock, so a killed process leaves none."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dcaguard.adapters.files import PRIVATE_MODE, make_private, plain_file_exists, storage_error
from dcaguard.core.errors import CantCreateError, TryAgainError


@contextmanager
def single_writer(path: Path) -> Iterator[None]:
    """Hold the lock file `path` for the length of the block.

    TryAgainError (75) at once when another process holds it: waiting could reach into the next
    slot. CantCreateError (73) for a link or a folder of that name, StorageError (74) when the
    file cannot be made. The lock file is not the database: closing that would drop SQLite's own
    locks.
    """
    descriptor = _open(path)
    try:
        _take(path, descriptor)
        yield
    finally:
        os.close(descriptor)  # closing releases; the file stays, or two could lock two files


def _open(path: Path) -> int:
    """Return the descriptor of the lock file, made with mode 0600 when it was missing."""
    there = plain_file_exists(path)
    flags = os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        descriptor = os.open(path, flags, PRIVATE_MODE)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.EISDIR, errno.ENXIO}:
            raise CantCreateError(
                f"{path}: is not a plain file: move it away and run again."
            ) from error
        raise storage_error(path, "open the lock file", error) from error
    if there:
        make_private(path)
    else:
        os.fchmod(descriptor, PRIVATE_MODE)
    return descriptor


def _take(path: Path, descriptor: int) -> None:
    """Lock the descriptor, and make sure that it still is the file at `path`."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise TryAgainError(
            f"{path}: another dcaguard run holds the lock: wait until it has ended and try again."
        ) from error
    except OSError as error:
        raise storage_error(path, "lock the file", error) from error
    try:
        same = os.path.samestat(os.fstat(descriptor), path.lstat())
    except FileNotFoundError:
        same = False
    if not same:
        # Someone removed the file between our open and our lock; another process may by now
        # hold a lock on a new file of that name.
        raise TryAgainError(f"{path}: the lock file was replaced meanwhile: try again.")
