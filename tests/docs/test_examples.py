"""The files that a reader copies from are accepted by the program as they stand."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STRATEGIES = sorted((ROOT / "strategies").glob("*.toml"))


def validated(folder: Path) -> tuple[int, dict[str, object], str]:
    """Return exit code, document and stderr of `config validate` in a folder."""
    command = [sys.executable, "-m", "dcaguard", "--json", "config", "validate"]
    config = folder / "config.toml"
    environment = os.environ | {"DCAGUARD_CONFIG": str(config), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=folder, capture_output=True, check=False, text=True, env=environment
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout), done.stderr


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return a folder laid out as a user's, made of the shipped examples."""
    shutil.copy(ROOT / "config.example.toml", tmp_path / "config.toml")
    shutil.copytree(ROOT / "strategies", tmp_path / "strategies")
    for path in (tmp_path / "config.toml", *(tmp_path / "strategies").iterdir()):
        path.chmod(0o600)
    return tmp_path


def test_there_are_examples_to_copy_from() -> None:
    assert (ROOT / "config.example.toml").is_file()
    assert STRATEGIES


def test_the_examples_are_valid_together(workspace: Path) -> None:
    code, document, errors = validated(workspace)
    assert (code, document["ok"]) == (0, True), errors


@pytest.mark.parametrize("path", STRATEGIES, ids=lambda path: path.stem)
def test_a_strategy_is_named_after_its_file_and_says_what_it_does(path: Path) -> None:
    with path.open("rb") as file:
        strategy = tomllib.load(file, parse_float=Decimal)
    assert strategy["name"] == path.stem
    assert len(strategy["description"].split()) > 3


def test_an_unknown_key_in_an_example_would_be_found(workspace: Path) -> None:
    config = workspace / "config.toml"
    config.write_text("timezoen = 'UTC'\n" + config.read_text())
    code, document, errors = validated(workspace)
    assert (code, document["ok"], document["code"]) == (78, False, "CONFIG")
    assert "timezone" in json.dumps(document) + errors
