"""Where one workspace keeps its files."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dcaguard.adapters.config import STRATEGIES, Loaded
from dcaguard.adapters.files import from_home, refuse_shared_folder
from dcaguard.core.config import PAPER
from dcaguard.core.errors import ConfigError

HALT = "HALT"
_LINKS_MAX = 40  # as many as the system follows


@dataclass(frozen=True, slots=True)
class Place:
    """Where one workspace keeps its files; all beside config.toml or its journal."""

    base: Path
    journal: Path
    halts: tuple[Path, ...]  # where a person's stop may stand: one is enough

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

    def written(self, accounts: Iterable[str]) -> list[Path]:
        """Return every file that is made or written beside the journal."""
        journals = (self.journal, self.dry)
        beside = [j.with_suffix(s) for j in journals for s in (".lock", ".head", ".ballast")]
        return [*journals, *beside, self.cache, *self.halts, *map(self.paper, accounts)]

    def paper(self, account: str) -> Path:
        """Return where the embedded exchange keeps its memory."""
        return self.journal.with_name(f"{self.journal.stem}.paper.{account}{self.journal.suffix}")


def refuse_files_of_a_person(loaded: Loaded) -> None:
    """Refuse a journal (78) that would be written over a config, strategy or key file."""
    place = place_of(loaded)
    theirs = {_spelled(path): path for path in _files_of_a_person(loaded)}
    for ours in place.written(loaded.config.accounts):
        other = theirs.get(_spelled(ours))
        if other is not None:
            msg = (
                f"{loaded.path}: journal.path: {ours.name} would be written over {other}: choose "
                "another name for the journal"
            )
            raise ConfigError(msg)


def _files_of_a_person(loaded: Loaded) -> list[Path]:
    config = loaded.config
    tables = [*config.accounts.values(), *dict(config.sources).values()]
    references = [getattr(table, "credentials", None) for table in tables]
    references += config.notify.urls
    files = [
        loaded.base_dir / from_home(Path(reference.removeprefix("file:")))
        for reference in references
        if isinstance(reference, str) and reference.startswith("file:")
    ]
    return [loaded.path, *loaded.read, *files]


def _spelled(path: Path) -> str:
    """Return one spelling of a path: some disks tell no capitals from small letters."""
    return os.path.abspath(path).casefold()  # noqa: PTH100 (resolve() would follow links)


def refuse_shared_folders(loaded: Loaded) -> None:
    """Refuse live buying (77) where others could lift a halt or change config and strategies."""
    if any(a.live and a.exchange != PAPER for a in loaded.config.accounts.values()):
        place = place_of(loaded)
        folders = [place.base / STRATEGIES, place.journal.parent]
        folders += [halt.parent for halt in place.halts]
        for folder in dict.fromkeys(one for one in folders if one.exists()):
            refuse_shared_folder(folder)


def place_of(loaded: Loaded) -> Place:
    """Return where a loaded config keeps its files."""
    journal = loaded.base_dir / loaded.config.journal.path
    # The last one stops everything that shares this journal, from whatever folder.
    halts = (*halts_of(loaded.path), journal.with_name(HALT))
    return Place(loaded.base_dir, journal, tuple(dict.fromkeys(halts)))


def halts_of(config: Path) -> tuple[Path, ...]:
    """Return where a config's stop may stand: beside its name, and beside all that it links to.

    Whoever works in the folder of the file itself stops the runs that go through a link too.
    """
    found = [config.with_name(HALT)]
    while config.is_symlink() and len(found) <= _LINKS_MAX:
        config = config.parent.resolve() / config.readlink()
        found.append(Path(os.path.abspath(config.parent / HALT)))  # noqa: PTH100 - as `config.py`
    return tuple(dict.fromkeys(found))
