"""A disk that loses power: what was written but not synced may be there, gone, or torn.

A SQLite VFS writes down every write, truncation, sync and deletion that the journal asks for;
`after_cut` returns the files as a machine could find them when power goes at that moment.
"""

from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import apsw

SECTOR = 512
VFS_NAME = "written-down"


@dataclass(frozen=True, slots=True)
class Op:
    """One thing the disk was asked for; `ack` marks what the journal has promised by then."""

    kind: str  # "create" | "write" | "truncate" | "sync" | "delete" | "head" | "ack"
    name: str = ""
    offset: int = 0
    data: bytes = b""


class RecordingVFS(apsw.VFS):
    """The system's files, with a list of what was done to them."""

    def __init__(self, log: list[Op]) -> None:
        self.log = log
        super().__init__(VFS_NAME, "")

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - apsw's name
        return RecordingFile(self.log, name, flags)

    def xDelete(self, name: str, syncdir: bool) -> None:  # noqa: N802
        super().xDelete(name, syncdir)
        self.log.append(Op("delete", Path(name).name, int(syncdir)))


class RecordingFile(apsw.VFSFile):
    """One open file."""

    def __init__(self, log: list[Op], name: Any, flags: list[int]) -> None:
        self.log = log
        full = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        self.name = Path(full).name
        new = not Path(full).exists()
        super().__init__("", name, flags)
        if new:
            log.append(Op("create", self.name))

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        super().xWrite(data, offset)
        self.log.append(Op("write", self.name, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        super().xTruncate(newsize)
        self.log.append(Op("truncate", self.name, newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802
        super().xSync(flags)
        self.log.append(Op("sync", self.name))


@dataclass(slots=True)
class _File:
    content: bytearray = field(default_factory=bytearray)  # what a sync has made sure of
    waiting: list[Op] = field(default_factory=list)
    named: bool = True  # its folder entry is on the disk


def after_cut(start: dict[str, bytes], log: list[Op], cut: int, dice: Random) -> dict[str, bytes]:
    """Return name -> content of what may be found when power goes after `cut` operations."""
    files = {name: _File(bytearray(data)) for name, data in start.items()}
    for op in log[:cut]:
        _apply(files, op)
    found = {}
    for name, file in files.items():
        if file.named or dice.random() < 0.5:
            for op in file.waiting:
                _perhaps(file.content, op, dice)
            found[name] = bytes(file.content)
    return found


def _apply(files: dict[str, _File], op: Op) -> None:
    match op.kind:
        case "create":
            files[op.name] = _File(named=False)
        case "write" | "truncate":
            files[op.name].waiting.append(op)
        case "sync":
            file = files[op.name]
            for waiting in file.waiting:
                _surely(file.content, waiting)
            file.waiting.clear()
            file.named = True  # SQLite syncs the folder of a new journal with its first sync
        case "delete":
            assert op.offset, "a deletion that is not synced leaves a hot journal behind"
            del files[op.name]
        case "head":
            files[op.name] = _File(bytearray(op.data))


def _surely(content: bytearray, op: Op) -> None:
    if op.kind == "truncate":
        del content[op.offset :]
        content.extend(bytes(op.offset - len(content)))
        return
    content.extend(bytes(max(op.offset + len(op.data) - len(content), 0)))
    content[op.offset : op.offset + len(op.data)] = op.data


def _perhaps(content: bytearray, op: Op, dice: Random) -> None:
    """Do an unsynced operation wholly, not at all, or sector by sector as chance has it."""
    how = dice.randrange(3)
    if how == 0:
        return
    if how == 1 or op.kind == "truncate":
        _surely(content, op)
        return
    for at in range(0, len(op.data), SECTOR):
        if dice.random() < 0.5:
            _surely(content, Op("write", op.name, op.offset + at, op.data[at : at + SECTOR]))
