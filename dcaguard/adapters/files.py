"""Files that only their owner can read, written whole or not at all, never through a link."""

import contextlib
import errno
import os
import stat
from pathlib import Path

from dcaguard.core.errors import (
    CantCreateError,
    NotPermittedError,
    StorageError,
)

PRIVATE_MODE = 0o600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO

_REMEDIES = {
    errno.ENOSPC: "free some space and run again",
    errno.EDQUOT: "free some of your disk quota and run again",
    errno.EROFS: "the file system is read-only: remount it or move the file",
    errno.EACCES: "give yourself the right to write there (chmod, chown)",
    errno.EPERM: "give yourself the right to write there (chmod, chown)",
    errno.EIO: "the disk reports errors: look at its health before you go on",
    errno.ENOENT: "create the folder first",
    errno.EISDIR: "a folder stands there: remove it by hand",
}


# When a file was written last, how long it is and which it is; None: it can not be looked at.
Stamp = tuple[int, int, int] | None


def stamp(path: Path) -> Stamp:
    """Return what changes when a file is written or replaced."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def from_home(path: Path) -> Path:
    """Return a path with its `~` put in; of a person nobody knows it stays, as in a shell."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def storage_error(path: Path, doing: str, error: OSError) -> StorageError:
    """Return the StorageError that says where (`path`), what went wrong and what to do."""
    why = error.strerror or str(error)
    remedy = _REMEDIES.get(error.errno or 0, "check the disk and run again")
    return StorageError(f"{path}: cannot {doing}: {why}; {remedy}.")


def _unsafe(path: Path, what: str) -> CantCreateError:
    return CantCreateError(f"{path}: is {what}, not a plain file: move it away and run again.")


def plain_file_exists(path: Path) -> bool:
    """Tell whether a plain file stands at `path`.

    A link, a folder, a pipe or a device in its place is a CantCreateError (73): what is written
    there would end up somewhere else.
    """
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise storage_error(path, "look at the file", error) from error
    if stat.S_ISLNK(mode):
        raise _unsafe(path, "a symbolic link")
    if stat.S_ISDIR(mode):
        raise _unsafe(path, "a folder")
    if not stat.S_ISREG(mode):
        raise _unsafe(path, "a device or a pipe")
    return True


def create_private(path: Path) -> int:
    """Create `path` with mode 0600, whatever the umask, and return its open descriptor.

    CantCreateError (73) when anything stands there, StorageError (74) when the disk refuses.
    """
    flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags, PRIVATE_MODE)
    except FileExistsError as error:
        raise CantCreateError(
            f"{path}: exists already: choose another name or move it away."
        ) from error
    except OSError as error:
        raise storage_error(path, "create the file", error) from error
    os.fchmod(descriptor, PRIVATE_MODE)  # a umask of 0777 would have left 0000
    return descriptor


def write_new(path: Path, content: bytes) -> None:
    """Write a new private file and sync it; CantCreateError (73) when `path` exists or is a link.

    Nothing is left behind when the write fails.
    """
    descriptor = create_private(path)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
    except OSError as error:
        with contextlib.suppress(OSError):
            path.unlink()
        raise storage_error(path, "write the file", error) from error


def write_atomic(path: Path, content: bytes) -> None:
    """Replace `path` by a private file with `content`: after a crash it holds the old or the new.

    A link or a folder in its place is refused (73).
    """
    plain_file_exists(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with contextlib.suppress(FileNotFoundError):
        beside.unlink()  # left by a process that was killed and had our number
    write_new(beside, content)
    try:
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise storage_error(path, "replace the file", error) from error
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable: without it a rename may be undone by a power cut."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some file systems cannot sync a folder
            raise storage_error(folder, "sync the folder", error) from error


def make_private(path: Path) -> bool:
    """Take every right from group and others; True when there was one to take.

    NotPermittedError (77) with the chmod line when the file belongs to someone else.
    """
    try:
        if not os.lstat(path).st_mode & _OTHERS:
            return False
        path.chmod(PRIVATE_MODE)
    except PermissionError as error:
        raise NotPermittedError(
            f"{path}: other users can read it and it is not yours to change: "
            f"its owner must run `chmod 600 {path}`."
        ) from error
    except OSError as error:
        raise storage_error(path, "change the mode", error) from error
    return True


def refuse_shared_folder(folder: Path) -> None:
    """Raise NotPermittedError (77) when others may take files away from `folder`.

    Whoever can do that can remove a person's halt, or put another config in its place.
    """
    try:
        mode = folder.stat().st_mode
    except OSError as error:
        raise storage_error(folder, "look at the folder", error) from error
    if os.name == "posix" and mode & (stat.S_IWGRP | stat.S_IWOTH) and not mode & stat.S_ISVTX:
        raise NotPermittedError(
            f"{folder}: other users can change what lies there, a halt too "
            f"(mode {stat.S_IMODE(mode):04o}): run `chmod go-w {folder}`"
        )
