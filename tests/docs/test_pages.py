"""What the README and the help pages tell a reader to type works as written."""

import ast
import re
import shlex
import sqlite3
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.exceptions import TyperException

from dcaguard.cli.main import app
from dcaguard.cli.pages import page, pages
from dcaguard.cli.session import take_globals
from tests.live.workspace import Workspace

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "dcaguard" / "help").glob("*.md"))
WRITTEN = [path for path in (ROOT / "README.md", *PAGES) if path.exists()]
# Each line of errors.md is run as it stands by tests/errors, the wrong ones too.
SENTENCES = [path for path in WRITTEN if path.name != "errors.md"]
TOPICS = {
    "reasons", "exit-codes", "config", "strategies", "schedule", "money", "gate", "guard",
    "journal", "credentials", "cron", "commands", "files", "errors", "changes",
}  # fmt: skip


def blocks(path: Path, *languages: str) -> Iterator[str]:
    """Yield the fenced blocks of a page in one of these languages."""
    text = path.read_text(encoding="utf-8")
    for language, body in re.findall(r"^```(\w*)\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        if language in languages:
            yield body


def typed_lines(path: Path) -> list[str]:
    """Return each command line that a page shows in a block of its own."""
    found = []
    for body in blocks(path, "sh", "console", "text"):
        for line in body.splitlines():
            match = re.match(r"(?:\$ |  Example: )?(dcaguard [a-z-].*)", line)
            if match and "Usage:" not in line:
                found.append(match.group(1))
    return found


def parse(line: str) -> None:
    """Parse a command line with typer's own parser down to its command, and run nothing."""
    words = shlex.split(line, comments=True)
    assert words[0] == "dcaguard"
    _, rest = take_globals(words[1:])
    command: Any = typer.main.get_command(app)
    context = command.make_context("dcaguard", rest)
    while hasattr(command, "commands"):
        remaining = [*context._protected_args, *context.args]
        if not remaining:
            assert command.invoke_without_command, f"{line}: names no command"
            return
        name, command, remaining = command.resolve_command(context, remaining)
        context = command.make_context(name, remaining, parent=context)


def mistake(line: str) -> str:
    """Return what is wrong with a command line; '' for nothing."""
    try:
        parse(line)
    except (TyperException, AssertionError) as error:
        return f"{line}: {error}"
    return ""


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_every_command_line_on_a_page_parses(path: Path) -> None:
    assert [found for line in typed_lines(path) if (found := mistake(line))] == []


def test_the_pages_hold_enough_command_lines_and_a_wrong_one_would_be_found() -> None:
    assert sum(len(typed_lines(path)) for path in WRITTEN) > 50
    for line in (
        "dcaguard pln",
        "dcaguard plan --slot-s 3",
        "dcaguard audit trade",
        "dcaguard arm",
    ):
        assert mistake(line), line


@pytest.mark.parametrize("path", SENTENCES, ids=lambda path: path.name)
def test_every_command_named_in_a_sentence_exists(path: Path) -> None:
    named = re.findall(r"`dcaguard ([a-z][a-z ]*)", path.read_text(encoding="utf-8"))
    wrong = []
    for line in named:
        command: Any = typer.main.get_command(app)
        for word in line.split():
            if not hasattr(command, "commands"):
                break
            command = command.commands.get(word)
        if command is None:
            wrong.append(line)
    assert wrong == []


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_a_toml_block_is_toml(path: Path) -> None:
    for body in blocks(path, "toml"):
        assert tomllib.loads(body) != {}


def test_the_smallest_config_and_the_example_strategy_are_valid_together(tmp_path: Path) -> None:
    space = Workspace(tmp_path)
    config = next(iter(blocks(ROOT / "dcaguard" / "help" / "config.md", "toml")))
    strategy = next(iter(blocks(ROOT / "dcaguard" / "help" / "strategies.md", "toml")))
    space.write("config.toml", config.replace('["BTC"]', '["BTC", "ETH"]'))
    space.write("strategies/weekly.toml", strategy)
    ran = space.call("config", "validate")
    assert ran.code == 0, ran.err


def queries() -> list[str]:
    """Return the SQL that the journal's page shows."""
    return list(blocks(ROOT / "dcaguard" / "help" / "journal.md", "sql"))


@pytest.fixture(scope="module")
def demo_journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The journal that one demo leaves behind."""
    folder = tmp_path_factory.mktemp("demo")
    ran = Workspace(folder).call("demo", "--dir", "d", "--quiet", timeout=240)
    assert ran.code == 0, ran.err
    return folder / "d" / "dcaguard.db"


@pytest.mark.parametrize("query", queries(), ids=lambda query: " ".join(query.split())[:40])
def test_a_query_on_the_page_answers_from_the_demos_journal(demo_journal: Path, query: str) -> None:
    base = sqlite3.connect(f"file:{demo_journal}?mode=ro", uri=True)
    try:
        found = base.execute(query).fetchall()
    finally:
        base.close()
    assert found
    if "AS broken" in query:
        assert found == [(0,)]


def test_every_topic_is_shipped_and_shown_without_its_comments() -> None:
    assert set(pages()) >= TOPICS
    for topic in pages():
        text = page(topic)
        assert text.startswith("# ")
        assert "[[[" not in text
        assert "cog" not in text.split()


@pytest.mark.parametrize("path", SENTENCES, ids=lambda path: path.name)
def test_a_page_that_points_to_a_topic_points_to_one_that_exists(path: Path) -> None:
    named = re.findall(r"dcaguard help ([a-z-]+)", path.read_text(encoding="utf-8"))
    assert set(named) - set(pages()) == set()


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 250


def test_a_relative_link_in_the_readme_leads_somewhere() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_generators_name_only_modules_that_exist() -> None:
    source = (ROOT / "tests" / "docs" / "generate.py").read_text(encoding="utf-8")
    named = [
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"[a-z_]+(/[a-z_]+)*\.py", node.value)
    ]
    assert len(named) > 10
    assert [name for name in named if not (ROOT / "dcaguard" / name).exists()] == []
