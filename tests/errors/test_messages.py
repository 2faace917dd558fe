"""Each message in the catalogue is met by a real command, with its exit code, on one line."""

import importlib
import inspect
import json
import pkgutil
import re
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

import dcaguard
from dcaguard.core.errors import DcaguardError, ExitCode
from tests.errors.catalogue import CASES, Case
from tests.errors.said import unheard
from tests.errors.situations import fresh

ROOT = Path(__file__).parents[2]
FULL = Path("/dev/full")
PAGE = ROOT / "dcaguard" / "help" / "errors.md"


def name_of(case: Case) -> str:
    return f"{case.exit.name}-{case.situation.__name__}-{'-'.join(case.words)}"


def lines_said(text: str, folder: Path) -> list[str]:
    """Return the lines without indentation, the program's name, and the folder's path."""
    plain = text.replace(str(folder.resolve()), "FOLDER").replace(str(folder), "FOLDER")
    return [line.strip().removeprefix("dcaguard: ") for line in plain.splitlines()]


def pattern(says: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in says.split("…")))


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_message_is_reproduced_word_by_word(case: Case, tmp_path: Path) -> None:
    with ExitStack() as stack:
        space = case.situation(tmp_path, stack)
        ran = space.call(*case.words)
    assert ran.code == case.exit, ran.out + ran.err
    said = lines_said(ran.out + "\n" + ran.err, tmp_path)
    assert any(pattern(case.says).fullmatch(line) for line in said), said
    assert unheard(f"message {name_of(case)}", said) == set(), said
    assert "Traceback" not in ran.out + ran.err


@pytest.mark.skipif(not FULL.exists(), reason="there is no device that is always full")
def test_an_answer_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    with ExitStack() as stack:
        space = fresh(tmp_path, stack)
    with FULL.open("w", encoding="utf-8") as full:
        ran = subprocess.run(
            space.command("--json", "audit", "verify"),
            cwd=tmp_path,
            env=space.environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    told = "dcaguard: the answer could not be written; see `dcaguard status`\n"
    assert (ran.returncode, ran.stderr) == (ExitCode.IO, told)


ONE_OF_EACH = tuple({case.exit: case for case in CASES}.values())


@pytest.mark.parametrize("case", ONE_OF_EACH, ids=name_of)
def test_with_json_the_same_line_is_one_document(case: Case, tmp_path: Path) -> None:
    with ExitStack() as stack:
        space = case.situation(tmp_path, stack)
        ran = space.call("--json", *case.words)
    document = json.loads(ran.out)
    assert (document["exit"], document["code"]) == (case.exit, case.exit.name)


def test_every_exit_code_is_reproduced() -> None:
    assert {case.exit for case in CASES} == set(ExitCode)


def every_error() -> list[type[DcaguardError]]:
    """Return every error class that the package defines, wherever it stands."""
    for module in pkgutil.walk_packages(dcaguard.__path__, "dcaguard."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found: list[type[DcaguardError]] = []
    waiting = [DcaguardError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("dcaguard.") and kind is not DcaguardError:
            found.append(kind)
    return found


def test_every_error_class_has_its_row_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [kind.__name__ for kind in every_error() if f"`{kind.__name__}`" not in text] == []


def test_every_error_class_says_when_it_happens() -> None:
    assert [kind.__name__ for kind in every_error() if not inspect.getdoc(kind)] == []


def test_every_message_on_the_page_is_one_of_the_catalogue() -> None:
    text = PAGE.read_text(encoding="utf-8")
    shown = re.findall(r"^\| (\d+) \| .*? \| `dcaguard .*? \| (.*) \|$", text, re.MULTILINE)
    assert len(shown) == len([case for case in CASES if case.exit not in (0, 10, 11)])
