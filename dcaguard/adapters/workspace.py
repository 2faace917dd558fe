"""Writes a workspace to start from; whatever stands there already stays as it is."""

from dataclasses import dataclass
from pathlib import Path

from dcaguard.adapters.files import plain_file_exists, write_new
from dcaguard.core.config_starter import CONFIG, FIRST, GITIGNORE, STRATEGIES
from dcaguard.core.errors import CantCreateError, StorageError


@dataclass(frozen=True, slots=True)
class Workspace:
    """What `init` did, as paths."""

    folder: Path
    written: tuple[Path, ...]
    kept: tuple[Path, ...]  # stood there already and were not touched


def init_workspace(folder: Path) -> Workspace:
    """Write config.toml, strategies/ and .gitignore below `folder`, each whole or not at all.

    One strategy is on; the others lie beside it as NAME.toml.example. Nothing is overwritten and
    no link is followed (CantCreateError, 73); StorageError (74) when the disk refuses.
    """
    files = {folder / "config.toml": CONFIG, folder / ".gitignore": GITIGNORE}
    for name, text in STRATEGIES.items():
        file_name = f"{name}.toml" if name == FIRST else f"{name}.toml.example"
        files[folder / "strategies" / file_name] = text
    kept = tuple(path for path in files if plain_file_exists(path))
    if any((folder / "strategies").glob("*.toml")):
        # A workspace with strategies of its own gets none of ours switched on.
        files.pop(folder / "strategies" / f"{FIRST}.toml")
    for place in (folder, folder / "strategies"):
        _make_folder(place)
    written = tuple(path for path in files if path not in kept)
    for path in written:
        write_new(path, files[path].encode())
    return Workspace(folder, written, kept)


def _make_folder(folder: Path) -> None:
    if folder.is_symlink():
        raise CantCreateError(f"{folder}: is a link: name the folder itself")
    if folder.exists() and not folder.is_dir():
        raise CantCreateError(f"{folder}: is not a folder: move it away or name another")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{folder}: cannot be made: {error.strerror}: name another") from error
