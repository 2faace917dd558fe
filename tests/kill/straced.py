"""The installed command under strace: every call of the system that writes, and an end at each.

Nothing of the program is replaced. strace numbers the calls of each kind; at call N it kills the
process before the call is done, or answers "no space left" or "input/output error" in its place.
"""

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.live.workspace import INSTALLED, Ran, Workspace
from tests.sim.crashing import Zygote

FULL, BROKEN = "ENOSPC", "EIO"
RUN = ("run", "--json", "--no-fetch")
ON_FILES = (
    *("pwrite64", "pwritev", "write", "writev", "fdatasync", "fsync", "ftruncate", "fallocate"),
    *("fchmod", "unlink", "unlinkat", "rename", "renameat", "renameat2", "link", "linkat"),
    *("mkdir", "openat"),
)
# Killed in recvfrom, the process dies between the venue's work and its own knowledge of it.
ON_SOCKETS = ("sendto", "sendmsg", "recvfrom")
ORDER_POST = '"POST /api/v3/order'

_CALL = re.compile(r"^(\d+) +(\w+)\((.*)$")


@dataclass(frozen=True)
class Point:
    """The `number`-th call of one kind, counted over the whole process."""

    call: str
    number: int
    on: str  # the file's name, "socket" or "answer"
    sent: bool = False  # the order has gone out by then

    def __str__(self) -> str:
        """Return what a failed test names."""
        return f"{self.call} {self.number} on {self.on}"


def unusable() -> str:
    """Return why nothing can be traced here, or nothing."""
    strace = shutil.which("strace")
    if strace is None:
        return "strace is not installed: `apt-get install strace` (or dnf, apk, pacman) brings it"
    tried = subprocess.run(
        [strace, "-f", "-o", os.devnull, "true"], capture_output=True, text=True, check=False
    )
    return f"strace may not trace here: {tried.stderr.strip()[:200]}" if tried.returncode else ""


def points(space: Workspace, trace: Path, zygote: Zygote | None = None) -> list[Point]:
    """Run one undisturbed pass; return each call that writes to its files or uses its socket.

    A warm fork has done most of its reading before, so its calls are numbered by themselves.
    """
    how = ["-y", "-s", "40", "-e", "trace=" + ",".join((*ON_FILES, *ON_SOCKETS))]
    if zygote is None:
        done = _traced(space, trace, how)
        assert done.code == 0, done.err
    else:
        (ran,) = zygote.call(space, strace=["-o", str(trace), *how])
        assert ran["code"] == 0, ran["err"]
    return _numbered(trace.read_text(), str(space.folder))


def killed_at(space: Workspace, trace: Path, point: Point) -> Ran:
    """Run one pass of the installed command that is killed at a point."""
    return _traced(space, trace, _rule(point, "signal=SIGKILL"))


def refused_at(space: Workspace, trace: Path, point: Point, error: str, zygote: Zygote) -> Ran:
    """Run one pass in a warm fork of the same command, one of whose calls fails."""
    how = ["-o", str(trace), *_rule(point, f"error={error}")]
    (ran,) = zygote.call(space, strace=how)
    return Ran(ran["code"], ran["out"], ran["err"])


def _rule(point: Point, what: str) -> list[str]:
    rule = f"inject={point.call}:{what}:when={point.number}"
    return ["-y", "-e", f"trace={point.call}", "-e", rule]


def struck(trace: Path, space: Workspace, point: Point) -> bool:
    """Tell whether the end came at the call that was meant, and not past the last or beside it."""
    text = trace.read_text()
    calls = [rest for call, rest in _calls(text) if call == point.call]
    if len(calls) < point.number:
        return False
    return _on(point.call, calls[point.number - 1], str(space.folder)) == point.on


def _traced(space: Workspace, trace: Path, how: list[str]) -> Ran:
    command = ["strace", "-f", "-o", str(trace), *how, str(INSTALLED), *RUN]
    done = subprocess.run(
        command,
        cwd=space.folder,
        env=_plain(space.environment()),
        capture_output=True,
        text=True,
        timeout=900,  # a hang, not a slow machine
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def _plain(environment: dict[str, str]) -> dict[str, str]:
    """Return an environment in which Python writes nothing of its own and measures nothing."""
    kept = {k: v for k, v in environment.items() if not k.startswith(("COV", "PYTEST", "PYTHON"))}
    return kept | {"PYTHONDONTWRITEBYTECODE": "1"}


def _calls(trace: str) -> Iterator[tuple[str, str]]:
    """Yield name and arguments of the main thread's calls; the others only ask for names."""
    main = trace.partition(" ")[0]
    for line in trace.splitlines():
        match = _CALL.match(line)
        if match is not None and match[1] == main:
            yield match[2], match[3]


def _numbered(trace: str, folder: str) -> list[Point]:
    found, counts, sent = [], Counter[str](), False
    for call, rest in _calls(trace):
        counts[call] += 1
        on = _on(call, rest, folder)
        if on:
            found.append(Point(call, counts[call], on, sent))
        sent = sent or ORDER_POST in rest
    assert sent, "the undisturbed pass sent no order"
    return found


def _on(call: str, rest: str, folder: str) -> str:
    """Return which file or socket of ours a call is about, or nothing."""
    if call in ON_SOCKETS:
        return "socket"
    if call == "write" and rest.startswith("1<"):
        return "answer"
    if call == "openat" and "O_CREAT" not in rest:
        return ""
    # Where a path could start from says nothing of where it leads.
    about = re.sub(r"AT_FDCWD<[^>]*>", "", rest)
    names = re.findall(re.escape(folder) + r"(?:/([^\">]*))?[\">]", about)
    # A private file's temporary name holds the process id.
    return re.sub(r"\.\d+\.tmp$", ".tmp", names[0] or "folder") if names else ""
