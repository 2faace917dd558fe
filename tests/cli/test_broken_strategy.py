"""A strategy file that is broken or renamed hides nothing of the rest, nor what it bought."""

from pathlib import Path

import pytest

from tests.cli.documents import BOUGHT, document, paper_workspace
from tests.live.workspace import Workspace


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    """A strategy that bought, and beside it one whose file is broken."""
    made = paper_workspace(tmp_path)
    made.write("strategies/broken.toml", 'name = "broken"\nacount = "paper"\n')
    return made


@pytest.mark.parametrize("words", [("status",), ("why", BOUGHT), ("why",)])
def test_the_rest_is_told_and_the_broken_file_named(
    space: Workspace, words: tuple[str, ...]
) -> None:
    told = document(space.call(*words, "--json"))
    assert (told["code"], told["ok"]) == ("CONFIG", False)
    assert any("broken.toml: acount" in error["message"] for error in told["errors"])
    named = [row["strategy"] for row in told.get("strategies", told.get("tranches", []))]
    assert named == ["daily"]
    spoken = space.call(*words)
    assert "daily" in spoken.out
    assert "broken.toml: acount" in spoken.err


def test_a_broken_file_keeps_no_one_halted(space: Workspace) -> None:
    assert space.call("halt", "--reason", "test").code == 0
    lifted = space.call("resume", "--confirm")
    assert (lifted.code, "broken.toml: acount" in lifted.err) == (0, True)
    assert not (space.folder / "HALT").exists()


def test_a_renamed_strategys_slot_is_still_told_from_the_journal(tmp_path: Path) -> None:
    space = paper_workspace(tmp_path)
    old = space.folder / "strategies/daily.toml"
    space.write("strategies/other.toml", old.read_text().replace('"daily"', '"other"'))
    old.unlink()
    for slot in (BOUGHT, f"{BOUGHT}T09:00+00:00[UTC]"):
        told = document(space.call("why", slot, "--json"))
        (tranche,) = told["tranches"]
        assert (tranche["strategy"], tranche["order"]["status"]) == ("daily", "FILLED")
    assert space.call("why", "2024-01-01").code == 66
