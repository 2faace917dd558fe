"""Where one workspace keeps its files."""

from dataclasses import dataclass
from pathlib import Path

from dcaguard.adapters.config import STRATEGIES, Loaded
from dcaguard.adapters.files import refuse_shared_folder
from dcaguard.core.config import PAPER


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

    @property
    def shared_halt(self) -> Path:
        """The stop of everything that shares this journal, from whatever folder."""
        return self.journal.with_name("HALT")

    def paper(self, account: str) -> Path:
        """Return where the embedded exchange keeps its memory."""
        return self.journal.with_name(f"{self.journal.stem}.paper.{account}{self.journal.suffix}")


def refuse_shared_folders(loaded: Loaded) -> None:
    """Refuse live buying (77) where others could lift a halt or change config and strategies."""
    if any(a.live and a.exchange != PAPER for a in loaded.config.accounts.values()):
        place = place_of(loaded)
        folders = (place.base, place.base / STRATEGIES, place.journal.parent)
        for folder in dict.fromkeys(one for one in folders if one.exists()):
            refuse_shared_folder(folder)


def place_of(loaded: Loaded) -> Place:
    """Return where a loaded config keeps its files."""
    return Place(loaded.base_dir, loaded.base_dir / loaded.config.journal.path)
