"""Scenes in which sentences are said: a workspace, and what is typed in it, line by line."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.live.workspace import Workspace


@dataclass(frozen=True)
class Scene:
    """A workspace, the lines that are typed in it one after the other, and what is answered."""

    make: Callable[[Path, ExitStack], Workspace]
    lines: tuple[str, ...]
    stdin: str = ""
    environ: Mapping[str, str] = field(default_factory=dict)

    def play(self, folder: Path, stack: ExitStack) -> list[str]:
        """Return every line that was said."""
        space = self.make(folder, stack)
        space.environ |= self.environ
        said: list[str] = []
        for line in self.lines:
            ran = space.call(*line.split(), stdin=self.stdin)
            assert "Traceback" not in ran.out + ran.err, (line, ran.err)
            said += [text.strip() for text in (ran.out + "\n" + ran.err).splitlines()]
        return [text for text in said if text]
