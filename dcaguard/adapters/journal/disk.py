"""The journal lives on a local disk with room for the result of a send, or nothing is sent."""

import contextlib
import errno
import os
import re
from pathlib import Path

from dcaguard.adapters.files import create_private, plain_file_exists, storage_error
from dcaguard.core.errors import ConfigError, DcaguardError, StorageError

MIB = 1024 * 1024
FREE_BYTES_MIN = 64 * MIB  # below this nothing is sent
BALLAST_BYTES = 4 * MIB  # given back to the disk when a result must be written all the same
NEARLY_FULL_BYTES = 1 * MIB

_MOUNTINFO = Path("/proc/self/mountinfo")  # Linux; elsewhere the type is not known
_REMOTE = re.compile(
    r"nfs\d?|cifs|smb\d?|smbfs|fuse|fuse\..*|fuseblk|afs|ceph|glusterfs|lustre|ncpfs|davfs|drvfs"
    r"|vboxsf|prl_fs|virtiofs"
)


def mount_of(path: Path, mountinfo: str) -> tuple[str, str]:
    """Return (type, source) of the file system that holds the absolute `path`; ("", "") unknown.

    `mountinfo` is the text of /proc/self/mountinfo (proc_pid_mountinfo(5)).
    """
    best, found = -1, ("", "")
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        fields, tail = before.split(" "), after.split(" ")
        if len(fields) < 5 or len(tail) < 2:
            continue
        point = Path(_unescape(fields[4]))
        depth = len(point.parts)
        if depth >= best and path.is_relative_to(point):  # the later mount covers the earlier
            best, found = depth, (tail[0], " ".join(tail[1:]))
    return found


def _unescape(text: str) -> str:
    """Undo the octal escapes that the kernel uses for blanks and backslashes."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def refuse_remote(path: Path, mountinfo: str | None = None) -> None:
    """Raise ConfigError (78) when `path` lies on NFS, SMB, FUSE or a like file system.

    Their locks and syncs are promises that SQLite's documentation warns of.
    """
    if mountinfo is None:
        try:
            mountinfo = _MOUNTINFO.read_text(errors="surrogateescape")
        except OSError:
            return
    kind, source = mount_of(path.parent.resolve(), mountinfo)
    windows_drive = kind == "9p" and "drvfs" in source  # WSL's /mnt/c
    if _REMOTE.fullmatch(kind) or windows_drive:
        raise ConfigError(
            f"{path}: lies on a {kind} file system, whose locks cannot be relied on: "
            "set [journal] path to a folder on a local disk."
        )


def free_bytes(folder: Path) -> int:
    """Return what this user may still write on the disk of `folder`; StorageError (74)."""
    try:
        found = os.statvfs(folder)
    except OSError as error:
        raise storage_error(folder, "ask for free space", error) from error
    return found.f_bavail * found.f_frsize


def room_for_send(path: Path) -> None:
    """Raise StorageError (74) unless the journal at `path` could surely take a send's result."""
    free = free_bytes(path.parent)
    if free < FREE_BYTES_MIN:
        raise StorageError(
            f"{path.parent}: only {free // MIB} MiB are free, {FREE_BYTES_MIN // MIB} MiB are "
            "needed before an order is sent: free some space and run again. Nothing was sent."
        )
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise StorageError(
            f"{path.parent}: is not writable, so an order's result could not be kept: "
            "give yourself the right to write there. Nothing was sent."
        )


def keep_ballast(ballast_path: Path) -> None:
    """Make sure that the ballast stands, when there is room for it; never fails."""
    with contextlib.suppress(DcaguardError):
        if plain_file_exists(ballast_path) and ballast_path.stat().st_size >= BALLAST_BYTES:
            return
        if free_bytes(ballast_path.parent) < FREE_BYTES_MIN + BALLAST_BYTES:
            return
        with contextlib.suppress(FileNotFoundError):
            ballast_path.unlink()
        descriptor = create_private(ballast_path)
        try:
            _fill(descriptor)
        except OSError:
            drop_ballast(ballast_path)
        finally:
            os.close(descriptor)


def _fill(descriptor: int) -> None:
    """Take real blocks from the disk: a sparse file would give nothing back."""
    if hasattr(os, "posix_fallocate"):
        try:
            os.posix_fallocate(descriptor, 0, BALLAST_BYTES)
        except OSError as error:
            if error.errno not in {errno.EOPNOTSUPP, errno.EINVAL}:
                raise
        else:
            return
    for _ in range(BALLAST_BYTES // MIB):
        os.write(descriptor, b"\0" * MIB)


def drop_ballast(ballast_path: Path) -> bool:
    """Give the ballast's space back; True when there was one."""
    try:
        ballast_path.unlink()
    except OSError:
        return False
    return True
