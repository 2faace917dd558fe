"""A new workspace is valid as it stands and never takes the place of anything."""

import stat
from pathlib import Path

import pytest

from dcaguard.adapters.config import load_config
from dcaguard.adapters.workspace import init_workspace
from dcaguard.core.config_starter import STRATEGIES
from dcaguard.core.errors import CantCreateError

REPOSITORY = Path(__file__).parents[2]


def test_a_new_workspace_loads_and_has_one_strategy_switched_on(tmp_path: Path) -> None:
    made = init_workspace(tmp_path / "new")
    loaded = load_config(None, {}, tmp_path / "new")
    assert list(loaded.strategies) == ["weekly"]
    assert loaded.config.accounts["paper"].exchange == "paper"
    assert made.kept == ()
    assert len(made.written) == 6
    assert all(stat.S_IMODE(p.stat().st_mode) == 0o600 for p in made.written)


def test_each_example_strategy_loads_when_switched_on(tmp_path: Path) -> None:
    init_workspace(tmp_path)
    for path in (tmp_path / "strategies").glob("*.example"):
        path.rename(path.with_suffix(""))
    loaded = load_config(None, {}, tmp_path)
    assert set(loaded.strategies) == set(STRATEGIES)


def test_a_second_init_changes_nothing_and_lists_what_it_kept(tmp_path: Path) -> None:
    init_workspace(tmp_path)
    (tmp_path / "config.toml").write_text("# mine\n")
    again = init_workspace(tmp_path)
    assert again.written == ()
    assert len(again.kept) == 6
    assert (tmp_path / "config.toml").read_text() == "# mine\n"


def test_own_strategies_are_not_joined_by_ours(tmp_path: Path) -> None:
    (tmp_path / "strategies").mkdir()
    (tmp_path / "strategies" / "mine.toml").write_text("")
    made = init_workspace(tmp_path)
    assert "weekly.toml" not in [p.name for p in made.written]


@pytest.mark.parametrize("name", ["config.toml", "strategies", ".gitignore"])
def test_links_are_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    folder, outside = tmp_path / "w", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    (folder / name).symlink_to(outside)
    with pytest.raises(CantCreateError, match="link"):
        init_workspace(folder)
    assert list(outside.iterdir()) == []


def test_a_file_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "w").write_text("")
    with pytest.raises(CantCreateError, match="not a folder"):
        init_workspace(tmp_path / "w")


def test_the_repositorys_examples_are_the_ones_that_init_writes() -> None:
    found = {p.stem: p.read_text() for p in (REPOSITORY / "strategies").glob("*.toml")}
    assert found == dict(STRATEGIES)
