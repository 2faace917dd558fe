"""The layers hold, and each contract can be made to break: one that never fires guards nothing."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# One line each that a contract must refuse: (contract, file, import).
TRESPASSES = [
    ("layers", "core/money.py", "import dcaguard.ports"),
    ("layers", "ports.py", "import dcaguard.adapters.clock"),
    ("layers", "app/__init__.py", "import dcaguard.adapters.clock"),
    ("layers", "render/__init__.py", "import dcaguard.wiring"),
    ("layers", "adapters/clock.py", "import dcaguard.app"),
    ("layers", "stray.py", ""),
    ("adapters", "adapters/journal/__init__.py", "import dcaguard.adapters.venues"),
    ("adapters", "adapters/files.py", "import dcaguard.adapters.clock"),
    ("adapters", "adapters/newcomer.py", "import dcaguard.adapters.journal"),
    ("core", "core/money.py", "import time"),
    ("core", "core/policy/__init__.py", "from pathlib import Path"),
    ("app", "app/__init__.py", "import sqlite3"),
    ("ccxt", "adapters/sources/__init__.py", "import ccxt"),
    ("ccxt", "cli/__init__.py", "def later():\n    import ccxt"),
]


def lint(folder: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    chosen = [word for one in contracts for word in ("--contract", one)]
    code = "import sys; from importlinter.cli import lint_imports_command as run; run()"
    command = [sys.executable, "-c", code, "--no-cache", *chosen]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False, text=True)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(
        ROOT / "dcaguard", tmp_path / "dcaguard", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_layers_hold(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("contract", "file", "line"), TRESPASSES)
def test_a_trespass_is_refused(copy: Path, contract: str, file: str, line: str) -> None:
    path = copy / "dcaguard" / file
    before = path.read_text() if path.exists() else ""
    path.write_text(f"{before}\n{line}\n")
    done = lint(copy, contract)
    assert done.returncode == 1, done.stdout
    assert "BROKEN" in done.stdout or "stray" in done.stdout, done.stdout
