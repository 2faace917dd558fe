"""Each command of the contract exists, says what it does, and shows how it is called."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from dcaguard.cli.main import app

# What users and scripts rely on; a name may be added here and never taken away.
PROMISED = """
    init | credentials set | credentials check | demo
    config show | config validate | config schema
    balances | guard
    signals fetch | signals import | signals history | signals explain | signals sources
    signals event add
    plan | arm | run | halt | resume | resolve | status | why
    audit trades | audit decisions | audit verify | audit backup
    help
"""
COMMANDS = [name.strip() for name in re.split(r"[|\n]", PROMISED) if name.strip()]


def walk(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield (path, command) of everything that can be called, groups included."""
    yield " ".join(path), command
    for name, child in getattr(command, "commands", {}).items():
        if not child.hidden:
            yield from walk(child, (*path, name))


EVERY = dict(walk(typer.main.get_command(app)))
GROUPS = sorted(name for name, command in EVERY.items() if hasattr(command, "commands"))
LEAVES = sorted(set(EVERY) - set(GROUPS))


def options_of(name: str) -> list[Any]:
    # By its word, not its class: typer carries a click of its own.
    return [one for one in EVERY[name].params if one.param_type_name == "option"]


def help_of(name: str) -> str:
    done = CliRunner().invoke(app, [*name.split(), "--help"], prog_name="dcaguard")
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("name", COMMANDS)
def test_a_promised_command_exists(name: str) -> None:
    assert name in EVERY


def test_signals_alone_shows_the_states() -> None:
    assert EVERY["signals"].invoke_without_command


@pytest.mark.parametrize("name", LEAVES)
def test_a_command_says_what_it_does_and_shows_an_example(name: str) -> None:
    text = help_of(name)
    assert len((EVERY[name].help or "").strip().partition("\n")[0].split()) > 2
    _, found, example = text.partition("Example")
    assert found
    assert re.search(rf"dcaguard\b.*\b{name}\b", example), example


@pytest.mark.parametrize("name", GROUPS)
def test_a_group_says_what_its_commands_are_about(name: str) -> None:
    assert len((EVERY[name].help or "").split()) > 2


@pytest.mark.parametrize("name", sorted(EVERY))
def test_each_option_says_what_it_changes(name: str) -> None:
    options = options_of(name)
    silent = [one.opts for one in options if not one.hidden and not (one.help or "").strip()]
    assert silent == []


def test_the_global_options_are_the_promised_ones() -> None:
    flags = {flag for one in options_of("") for flag in one.opts}
    wanted = {"--config", "--json", "--quiet", "--verbose", "--no-color", "--version"}
    assert wanted - flags == set()


@pytest.mark.parametrize("line", [["nonsense"], ["plan", "--nonsense"], ["signals", "nonsense"]])
def test_a_mistyped_command_line_is_a_usage_error_in_json_too(line: list[str]) -> None:
    command = [sys.executable, "-m", "dcaguard", "--json", *line]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert done.stdout, done.stderr
    document = json.loads(done.stdout)
    assert (done.returncode, document["exit"], document["code"]) == (2, 2, "USAGE")
    assert document["ok"] is False
    assert document["schema"].startswith("dcaguard.")
