"""A person's stop works from the folder of config.toml and from that of a link to it."""

import os
from pathlib import Path

import pytest

from tests.app.space import Space, space_in


@pytest.fixture
def real(tmp_path: Path) -> Space:
    """Return a workspace whose strategy is due."""
    return space_in(tmp_path / "real", fee=0)


def linked(real: Space, name: str = "link", target: Path | None = None) -> Space:
    """Return a folder whose config.toml and strategies are links."""
    space = Space(real.folder.with_name(name))
    space.folder.mkdir()
    for part in ("config.toml", "strategies"):
        to = (target or real.folder) / part
        (space.folder / part).symlink_to(os.path.relpath(to, space.folder))
    space.prices("2025-03-03", 2)
    return space


def test_a_halt_beside_the_file_itself_stops_the_runs_through_a_link(real: Space) -> None:
    link = linked(real)
    assert real.call("halt").code == 0
    assert not (link.folder / "HALT").exists()
    held = link.at("2025-03-03")
    assert (held.codes, held.exit) == (["HALTED"], 82)


def test_a_halt_is_found_through_a_link_to_a_link(real: Space) -> None:
    second = linked(real, "second", target=linked(real).folder)
    (real.folder.with_name("link") / "HALT").touch()
    assert second.at("2025-03-03").codes == ["HALTED"]


def test_a_halt_beside_the_link_stops_it_and_one_through_it_both(real: Space) -> None:
    link = linked(real)
    real.prices("2025-03-03", 2)
    (link.folder / "HALT").touch()
    assert link.at("2025-03-03").codes == ["HALTED"]
    assert link.call("halt").code == 0
    assert real.at("2025-03-03").codes == ["HALTED"]


def test_resume_through_the_link_lifts_it_in_both_folders(real: Space) -> None:
    link = linked(real)
    assert link.call("halt").code == 0
    assert link.call("resume", "--confirm").code == 0
    assert link.at("2025-03-03").verdict == "BUY"
    assert not (real.folder / "HALT").exists()


READ_ONLY = """
import errno
import dcaguard.adapters.halt as halt
from dcaguard.adapters.files import storage_error

write = halt.write_atomic

def refuse(path, data):
    if path.parent.name == "real":
        raise storage_error(path, "be written", OSError(errno.EROFS, "Read-only file system"))
    write(path, data)

halt.write_atomic = refuse
"""


def test_a_halt_through_a_link_into_a_read_only_folder_holds_and_says_where(real: Space) -> None:
    link = linked(real)
    link.patch("read_only", READ_ONLY)
    told = link.call("halt")
    assert told.code == 0
    assert f"the halt could not be set everywhere: {real.folder / 'HALT'}" in told.err
    assert link.at("2025-03-03").codes == ["HALTED"]


def test_a_halt_through_a_link_in_a_read_only_folder_stands_beside_the_file_itself(
    real: Space,
) -> None:
    link = linked(real)
    link.patch("read_only", READ_ONLY.replace('"real"', '"link"'))
    told = link.call("halt")
    assert told.code == 0
    assert f"the halt could not be set everywhere: {link.folder / 'HALT'}" in told.err
    assert not (link.folder / "HALT").exists()
    assert link.at("2025-03-03").codes == ["HALTED"]


def test_a_halt_that_can_be_set_nowhere_fails_and_names_every_place(real: Space) -> None:
    link = linked(real)
    link.patch("read_only", READ_ONLY.replace('== "real"', 'in {"real", "link"}'))
    told = link.call("halt")
    assert told.code == 74
    assert all(str(one.folder / "HALT") in told.err for one in (real, link))
    assert link.rows("SELECT 1 FROM journal WHERE kind = 'halt'") == []


def test_files_lie_beside_the_link(real: Space) -> None:
    link = linked(real)
    assert link.at("2025-03-03").verdict == "BUY"
    assert (link.folder / "dcaguard.db").exists()
    assert real.rows("SELECT 1 FROM orders") == []
