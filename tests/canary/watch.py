"""Listens for keys in what commands print, leave behind and show of themselves while they run."""

import os
import subprocess
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any

from tests.canary.keys import heard

ROOT = Path(__file__).parents[2]
SAMPLE_SECONDS = 0.05
SIGNATURES_MAX = 400  # of one test, the newest
# What the command writes; a key that stands elsewhere before it starts was put there by a person.
OURS = ("dcaguard", "cache", "HALT", ".")
SHOWN = ("cmdline", "environ")  # what a process shows to others


class Watch:
    """What was heard since the last `drain`, and where to listen when it is called."""

    def __init__(self) -> None:
        """Start with nothing heard."""
        self._lock = threading.Lock()
        self._leaks: list[str] = []
        self._folders: dict[Path, set[Path]] = {}
        self._running: dict[subprocess.Popen[Any], list[str]] = {}
        self.signatures: deque[str] = deque(maxlen=SIGNATURES_MAX)
        self._sampler: threading.Thread | None = None
        self.sampled = 0

    def signed(self, signature: str) -> None:
        """Remember the output of a signing, as a venue received it."""
        if len(signature) > 40:
            self.signatures.append(signature)

    def text(self, where: str, said: str | bytes | None) -> None:
        """Listen to one text."""
        data = said.encode("utf-8", "surrogateescape") if isinstance(said, str) else said
        how = heard(data, frozenset(self.signatures)) if data else ""
        if how:
            with self._lock:
                self._leaks.append(f"a key ({how}) in {where}")

    def folder(self, folder: Path, planted: set[Path] | None = None) -> None:
        """Listen to every file below a folder but the credentials and the venues' own records."""
        for path in _files(folder):
            if path.name.endswith("keys.toml") or path in (planted or set()):
                continue
            try:
                data = path.read_bytes()
            except OSError:  # gone in the meantime, or a pipe
                continue
            if path.suffix == ".json" and b'"credentials"' in data:
                continue
            self.text(str(path), data)

    def starts(self, folder: Path) -> None:
        """Remember a folder that a command works in, and the keys that a person put there."""
        if folder.is_relative_to(ROOT) or ROOT.is_relative_to(folder):
            return  # the checkout, or a disk that holds it: no workspace of a command
        again = folder in self._folders
        for path in _files(folder):
            theirs = path.suffix == ".toml" if again else not path.name.startswith(OURS)
            if theirs and _planted(path):
                self._folders.setdefault(folder, set()).add(path)
        self._folders.setdefault(folder, set())

    def runs(self, child: subprocess.Popen[Any], given: dict[str, str]) -> None:
        """Look at a running child and its children until it ends.

        `given` is what the test itself put on its line and in its environment: no leak of ours.
        """
        names = [x for x in SHOWN if not heard(given[x].encode("utf-8", "surrogateescape"))]
        with self._lock:
            self._running[child] = names
            if self._sampler is None:
                self._sampler = threading.Thread(target=self._sample, daemon=True)
                self._sampler.start()

    def drain(self) -> list[str]:
        """Listen to every folder of the commands since the last call; return all that was heard."""
        folders, self._folders = self._folders, {}
        for folder, planted in folders.items():
            self.folder(folder, planted)
        with self._lock:
            leaks, self._leaks = self._leaks, []
        self.signatures.clear()
        return leaks

    def _sample(self) -> None:
        while True:
            with self._lock:
                # `returncode`, not `poll`: only the test that owns a child may reap it.
                ended = [x for x in self._running if x.returncode is not None or _gone(x.pid)]
                for child in ended:
                    del self._running[child]
                running = dict(self._running)
                if not running:
                    self._sampler = None
                    return
            for child, names in running.items():
                for pid in _family(child.pid):
                    self._look(pid, names)
            time.sleep(SAMPLE_SECONDS)

    def _look(self, pid: int, names: list[str]) -> None:
        for name in names:
            try:
                data = Path(f"/proc/{pid}/{name}").read_bytes()
            except OSError:  # ended, or closed to us
                continue
            self.sampled += 1
            self.text(f"/proc/PID/{name} of a running command", data)


def _files(folder: Path) -> list[Path]:
    found = []
    for place, _, names in os.walk(folder):
        found += [Path(place, name) for name in names]
    return [
        path
        for path in found
        if not path.is_symlink() and os.access(path, os.R_OK) and path.is_file()
    ]


def _planted(path: Path) -> bool:
    try:
        return heard(path.read_bytes()) != ""
    except OSError:
        return False


def _gone(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True
    return stat.rpartition(")")[2].split()[0] in "ZX"


def _family(pid: int) -> list[int]:
    """Return a process and its children, where the system tells them."""
    found = [pid]
    for one in found:
        try:
            children = Path(f"/proc/{one}/task/{one}/children").read_text()
        except OSError:
            continue
        found += [int(child) for child in children.split()]
    return found


WATCH = Watch()
