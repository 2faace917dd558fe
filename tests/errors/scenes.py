"""Scenes in which sentences are said: a workspace, and what is typed in it, line by line."""

import json
import re
import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.cli.documents import paper_workspace
from tests.live.workspace import Workspace

_GIVEN = re.compile(r"^([A-Z_]+)=(\S+) ")


@dataclass(frozen=True)
class Scene:
    """A workspace, the lines that are typed in it one after the other, and what is answered.

    As in a shell, NAME=value before a line's first word is for that line alone.
    """

    make: Callable[[Path, ExitStack], Workspace]
    lines: tuple[str, ...]
    stdin: str = ""
    environ: Mapping[str, str] = field(default_factory=dict)

    def play(self, folder: Path, stack: ExitStack) -> list[str]:
        """Return every line that was said."""
        space = self.make(folder, stack)
        before = space.environ
        said: list[str] = []
        for line in self.lines:
            given = dict(_GIVEN.findall(line))
            words = _GIVEN.sub("", line).split()
            space.environ = dict(self.environ) | before | given
            ran = space.call(*words, stdin=self.stdin)
            assert "Traceback" not in ran.out + ran.err, (line, ran.err)
            said += _lines(ran.out) + _lines(ran.err)
        return [text for text in said if text]


def _lines(text: str) -> list[str]:
    """Return what was said line by line; of a document, each source's message."""
    if text.startswith("{"):
        found = json.loads(text)
        told = [*found.get("sources", ()), *found.get("errors", ())]
        return [str(one["message"]) for one in told]
    return [line.strip() for line in text.splitlines()]


@cache
def _pattern() -> TemporaryDirectory[str]:
    """Make one workspace that bought once; the others are copies of it."""
    place = TemporaryDirectory(prefix="dcaguard-bought-")
    paper_workspace(Path(place.name))
    return place


def bought(folder: Path) -> Workspace:
    """Return a paper workspace that bought once."""
    shutil.copytree(_pattern().name, folder, dirs_exist_ok=True)
    folder.chmod(0o700)
    return Workspace(folder)
