"""Where one workspace keeps its files."""

from dataclasses import dataclass
from pathlib import Path

from dcaguard.adapters.config import Loaded


@dataclass(frozen=True, slots=True)
class Place:
    """Where one workspace keeps its files; all beside config.toml or its journal."""

    base: Path
    journal: Path

    @property
    def dry(self) -> Path:
        """The journal of simulated orders."""
        return self.journal.with_name(f"{self.journal.stem}.dry{self.journal.suffix}")

    @property
    def lock(self) -> Path:
        """The single writer's lock."""
        return self.journal.with_suffix(".lock")

    @property
    def cache(self) -> Path:
        """Markets, pages, folded gate states: may be deleted at any time."""
        return self.journal.with_name("cache.db")

    @property
    def halt(self) -> Path:
        """The person's stop."""
        return self.base / "HALT"

    def paper(self, account: str) -> Path:
        """Return where the embedded exchange keeps its memory."""
        return self.journal.with_name(f"{self.journal.stem}.paper.{account}{self.journal.suffix}")


def place_of(loaded: Loaded) -> Place:
    """Return where a loaded config keeps its files."""
    return Place(loaded.base_dir, loaded.base_dir / loaded.config.journal.path)
