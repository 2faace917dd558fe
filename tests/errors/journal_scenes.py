"""Journals that were changed, cut, locked or are none, and disks that refuse."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.cli.documents import CONFIG, bare_workspace
from tests.errors.scenes import Scene, bought
from tests.live.workspace import Workspace

RUN = "run --as-of 2025-03-04T09:05Z"
Change = Callable[[Workspace, ExitStack], object]


def changed(*changes: Change, lines: tuple[str, ...] = (RUN,)) -> Scene:
    """Return the scene of a paper workspace that bought once, after these changes."""

    def make(folder: Path, stack: ExitStack) -> Workspace:
        space = bought(folder)
        for change in changes:
            change(space, stack)
        return space

    return Scene(make, lines)


def sql(*statements: str) -> Change:
    """Return the change that these statements make, behind the triggers' back or not."""

    def change(space: Workspace, _stack: ExitStack) -> None:
        base = sqlite3.connect(space.journal, isolation_level=None)
        for statement in statements:
            base.execute(statement)
        base.close()

    return change


def without_trigger(name: str, statement: str) -> Change:
    """Return the change that a trigger would refuse; it stands again afterwards."""

    def change(space: Workspace, _stack: ExitStack) -> None:
        base = sqlite3.connect(space.journal, isolation_level=None)
        ((again,),) = base.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,))
        for one in (f"DROP TRIGGER {name}", statement, again):
            base.execute(one)
        base.close()

    return change


def bytes_of(name: str, raw: bytes) -> Change:
    """Return the change of a whole file."""
    return lambda space, _: (space.folder / name).write_bytes(raw)


def removed(name: str) -> Change:
    """Return the change that takes a file away."""
    return lambda space, _: (space.folder / name).unlink()


def replaced_by_folder(name: str) -> Change:
    """Return the change that puts a folder in a file's place."""

    def change(space: Workspace, _stack: ExitStack) -> None:
        (space.folder / name).unlink(missing_ok=True)
        (space.folder / name).mkdir()

    return change


def _damaged(space: Workspace, _stack: ExitStack) -> None:
    raw = bytearray(space.journal.read_bytes())
    raw[4096 * 2 :] = b"\xff" * (len(raw) - 4096 * 2)
    space.journal.write_bytes(raw)


def _held(space: Workspace, stack: ExitStack) -> None:
    base = sqlite3.connect(space.journal, isolation_level=None, check_same_thread=False)
    base.execute("BEGIN EXCLUSIVE")
    stack.callback(base.close)


def _piped(space: Workspace, _stack: ExitStack) -> None:
    (space.folder / "dcaguard.lock").unlink()
    os.mkfifo(space.folder / "dcaguard.lock")


def _linked(space: Workspace, _stack: ExitStack) -> None:
    (space.folder / "dcaguard.lock").unlink()
    (space.folder / "dcaguard.lock").symlink_to("elsewhere")


def _checked_often(space: Workspace, _stack: ExitStack) -> None:
    space.patch("often", "import dcaguard.adapters.journal.chain as c\nc.CHECKPOINT_ROWS = 1\n")
    assert space.call("halt").code == 0
    space.unpatch("often")


def _from_later(space: Workspace, _stack: ExitStack) -> None:
    space.live_later(864_000)
    assert space.call("run", "--no-fetch").code in {0, 65}
    space.live_later(-864_000)


def _foreign(folder: Path, _stack: ExitStack) -> Workspace:
    space = bare_workspace(folder)
    base = sqlite3.connect(space.journal)
    base.execute("CREATE TABLE notes (a)")
    base.commit()
    base.close()
    return space


def _at(path: str) -> Callable[[Path, ExitStack], Workspace]:
    config = f'{CONFIG}[journal]\npath = "{path}"\n'
    return lambda folder, _: bare_workspace(folder, config=config)


def _folders(folder: Path, _stack: ExitStack) -> Workspace:
    space = Workspace(folder)
    space.write("d/notes.txt", "mine")
    (folder / "link").symlink_to("d")
    return space


NEWEST = "f" * 64
# The code that is run before the command's own: TROUBLE names what goes wrong.
TROUBLES = """\
import errno, fcntl, os, pathlib, sqlite3, stat
_WHICH = os.environ.get("TROUBLE", "")
def _fails(real, when, number=errno.EIO):
    def call(*a, **k):
        if when(*a, **k):
            raise OSError(number, os.strerror(number))
        return real(*a, **k)
    return call
def _folder(fd): return stat.S_ISDIR(os.fstat(fd).st_mode)
def _any(*a, **k): return True
if _WHICH == "sync": os.fsync = _fails(os.fsync, _folder)
if _WHICH == "write": os.fsync = _fails(os.fsync, lambda fd: not _folder(fd))
if _WHICH == "full": os.fsync = _fails(os.fsync, lambda fd: not _folder(fd), errno.ENOSPC)
if _WHICH == "replace": pathlib.Path.replace = _fails(pathlib.Path.replace, _any)
if _WHICH == "mode": pathlib.Path.chmod = _fails(pathlib.Path.chmod, _any)
if _WHICH == "owner": pathlib.Path.chmod = _fails(pathlib.Path.chmod, _any, errno.EPERM)
if _WHICH == "flock": fcntl.flock = _fails(fcntl.flock, _any, errno.ENOLCK)
if _WHICH == "lock": os.open = _fails(os.open, lambda p, *a, **k: str(p).endswith(".lock"), 13)
if _WHICH == "head":
    pathlib.Path.read_bytes = _fails(pathlib.Path.read_bytes, lambda p: p.suffix == ".head")
if _WHICH == "swapped":
    _flock = fcntl.flock
    def _swap(fd, how):
        pathlib.Path("dcaguard.lock").unlink()
        return _flock(fd, how)
    fcntl.flock = _swap
if _WHICH == "limit":
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
if _WHICH == "remote":
    import dcaguard.adapters.journal.disk as disk
    disk._MOUNTINFO = pathlib.Path("mounts")
"""


def _troubled(folder: Path, _stack: ExitStack) -> Workspace:
    space = bought(folder)
    space.write("mounts", "1 1 0:1 / / rw - nfs4 server:/home rw\n")
    space.patch("troubles", TROUBLES)
    (folder / "dcaguard.head").chmod(0o644)
    return space


SCENES: dict[str, Scene] = {
    "an empty journal": changed(
        bytes_of("dcaguard.db", b""), removed("dcaguard.head"), lines=("audit verify",)
    ),
    "another program's file": changed(sql("PRAGMA application_id = 5"), lines=("status",)),
    "a file that is no journal": changed(bytes_of("dcaguard.db", b"text"), lines=("status",)),
    "a version that never was": changed(sql("PRAGMA user_version = -1"), lines=("status",)),
    "another program's tables": Scene(_foreign, (RUN,)),
    "a damaged file": changed(_damaged, lines=("status",)),
    "a journal that is locked": changed(_held),
    "a number that is none": changed(
        without_trigger("orders_intended_no_update", "UPDATE orders_intended SET amount = 'x'")
    ),
    "a trigger that was removed": changed(sql("DROP TRIGGER journal_no_update")),
    "a head that says nothing": changed(bytes_of("dcaguard.head", b"?")),
    "a head that knows more": changed(bytes_of("dcaguard.head", f"999 {NEWEST}\n".encode())),
    "a head of another journal": changed(bytes_of("dcaguard.head", f"1 {NEWEST}\n".encode())),
    "a folder in place of the head": changed(replaced_by_folder("dcaguard.head")),
    "a pipe in place of the lock": changed(_piped),
    "a link in place of the lock": changed(_linked),
    "a folder in place of HALT": changed(replaced_by_folder("HALT"), lines=("resume --confirm",)),
    "a clock that ran backwards": changed(_from_later, lines=("run --no-fetch",)),
    "a paper account that is no file": changed(bytes_of("dcaguard.paper.paper.db", b"text")),
    "a backup of a changed row": changed(
        _checked_often,
        without_trigger("journal_no_update", "UPDATE journal SET body = '{}' WHERE seq = 2"),
        lines=("audit backup copy.db",),
    ),
    "no room for a rollback": changed(replaced_by_folder("dcaguard.db-journal"), lines=("halt",)),
    "a backup where none can be": changed(lines=("audit backup none/copy.db",)),
    "a journal that nothing can hold": Scene(_at("none/a.db"), (RUN,)),
    "a journal with a long name": Scene(_at("n " * 200 + "n.db"), (RUN,)),
    "folders for a workspace": Scene(
        _folders,
        (
            "init link",
            "demo --dir d/notes.txt/x",
        ),
    ),
    "a disk that refuses": Scene(
        _troubled,
        tuple(
            f"TROUBLE={name} halt"
            for name in (
                "mode",
                "owner",
                "sync",
                "write",
                "replace",
                "flock",
                "lock",
                "swapped",
                "limit",
            )
        )
        + tuple(f"TROUBLE={name} {RUN}" for name in ("remote", "head")),
    ),
}
