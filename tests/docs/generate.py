"""Writes the generated parts of README and help pages from the code; cog calls these by name.

Nothing here depends on the clock, the machine or chance: `make docs` compares letter by letter.
"""

# ruff: noqa: T201 - what cog puts into a page is what is printed

import ast
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typer.testing import CliRunner

from dcaguard.adapters.journal.schema import version_1
from dcaguard.adapters.venues.profiles import venue_table
from dcaguard.cli.main import app
from dcaguard.core import errors
from dcaguard.core.config import Account, Config
from dcaguard.core.config_policy import AssetRule, Group
from dcaguard.core.config_toml import spell_value
from dcaguard.core.errors import DcaguardError, ExitCode
from dcaguard.core.reason import MEANINGS, Code
from dcaguard.core.source_mappings import CsvMapping, JsonMapping
from dcaguard.core.strategy import Strategy

ROOT = Path(__file__).parents[2]
WIDTH = 96
DETAILED = (ExitCode.BOUGHT, ExitCode.HELD)
# What has no error class of its own.
PLAIN = {
    ExitCode.OK: "Bought, nothing due, or paused as designed.",
    ExitCode.INTERNAL: "A bug; no secret in the output.",
    ExitCode.BOUGHT: "Bought (with `run --detailed-exitcode` alone).",
    ExitCode.HELD: "Paused or denied (with `run --detailed-exitcode` alone).",
}


def row(*cells: object) -> str:
    """Return one line of a Markdown table."""
    return f"| {' | '.join(str(cell).replace('|', '/') for cell in cells)} |"


def exit_codes() -> None:
    """Print every exit code with what it means."""
    print("| exit | code | meaning |\n|--:|---|---|")
    for code in sorted(ExitCode):
        print(row(code.value, f"`{code.name}`", meaning_of(code)))


def meaning_of(code: ExitCode) -> str:
    """Return the first sentence of the error class that exits with `code`."""
    if code in PLAIN:
        return PLAIN[code]
    kinds = [one for one in vars(errors).values() if isinstance(one, type)]
    mine = [k for k in kinds if issubclass(k, DcaguardError) and k.exit_code is code]
    return (mine[0].__doc__ or "").strip()


def reasons() -> None:
    """Print every reason code, grouped by its verdict."""
    for verdict in ("BUY", "WAIT", "PAUSE", "DENY"):
        print(f"\n## {verdict}\n\n| code | exit | verdict | what it says | what to do |")
        print("|---|--:|---|---|---|")
        for code in (code for code in Code if MEANINGS[code].verdict == verdict):
            told = MEANINGS[code]
            print(row(f"`{code}`", told.exit_code.value, verdict, told.sentence, told.remedy))


def commands() -> None:
    """Print the help of every command, as the program prints it."""
    for path, command in walk(typer.main.get_command(app)):
        if path and not command.hidden:
            done = CliRunner().invoke(
                app, [*path.split(), "--help"], prog_name="dcaguard", terminal_width=WIDTH
            )
            assert done.exit_code == 0, done.output
            print(f"\n## dcaguard {path}\n\n```text\n{done.output.strip()}\n```")


def walk(command: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (path, command) of everything that can be called, groups included."""
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from walk(child, f"{path} {name}".strip())


NAMED: dict[str, type[BaseModel]] = {
    "accounts": Account,
    "policy.caps.groups": Group,
    "policy.universe.assets": AssetRule,
    "sources.csv": CsvMapping,
    "sources.json": JsonMapping,
}


def config_keys() -> None:
    """Print every key of config.toml, one table of the file after the other."""
    _keys(Config, "")


def strategy_keys() -> None:
    """Print every key of a strategy file."""
    _keys(Strategy, "")


def _keys(model: type[BaseModel], path: str) -> None:
    below: list[tuple[str, type[BaseModel]]] = []
    lines = []
    for name, field in model.model_fields.items():
        key = field.alias or name
        dotted = f"{path}.{key}".lstrip(".")
        inner = _model_in(field.annotation)
        if dotted in NAMED:
            below.append((f"{dotted}.NAME", NAMED[dotted]))
        elif inner is not None:
            listed = getattr(field.annotation, "__origin__", None) is tuple
            below.append((f"[{dotted}]" if listed else dotted, inner))
        else:
            lines.append(row(f"`{key}`", _default(field), field.description or ""))
    if lines:
        title = f"`[{path}]`" if path else "At the top"
        about = _first_sentence(model.__doc__ or "")
        print(f"\n### {title}\n\n{about}\n\n| key | default | meaning |\n|---|---|---|")
        print("\n".join(lines))
    for dotted, inner in below:
        _keys(inner, dotted)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model inside `Model`, `Model | None`, `tuple[Model, ...]`; None for a value."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if getattr(annotation, "__origin__", None) is dict:
        return None
    found = (_model_in(one) for one in getattr(annotation, "__args__", ()))
    return next((one for one in found if one is not None), None)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None:
        return "unset"
    shown = spell_value(value)
    return f"`{shown}`" if len(shown) <= 40 else f"`{shown[:36]}...`"


def venues() -> None:
    """Print what can be proved on each venue, from its profile."""
    checks = ("debt", "positions", "orders", "modes", "loans", "key-rights")
    marks = {"proves": "yes", "can not prove": "no", "not covered": "elsewhere", "has none": "-"}
    print(row("venue", *checks, "live buying"))
    print("|---" * (len(checks) + 2) + "|")
    for one in venue_table():
        live = "yes" if one["live"] == "yes" else "no"
        print(row(one["title"], *(marks[one[check]] for check in checks), live))


def journal_views() -> None:
    """Print the public tables of the journal with their columns."""
    print("| table or view | columns |\n|---|---|")
    for name, columns in journal_columns().items():
        print(row(f"`{name}`", ", ".join(f"`{column}`" for column in columns)))


@cache
def journal_columns() -> dict[str, list[str]]:
    """Return the columns of `journal` and of every public view, from an empty journal."""
    import sqlite3

    base = sqlite3.connect(":memory:")
    for statement in version_1():
        base.execute(statement)
    views = [r[0] for r in base.execute("SELECT name FROM sqlite_master WHERE type = 'view'")]
    found = {
        name: [r[1] for r in base.execute(f"PRAGMA table_info({name})")]
        for name in ("journal", *sorted(views))
    }
    base.close()
    return found


def code_map() -> None:
    """Print each room with the first sentence of its modules' docstrings."""
    package = ROOT / "dcaguard"
    print("| room | what it promises |\n|---|---|")
    for name in ("cli", "render", "wiring", "ports", "app", "core", "adapters"):
        print(row(f"`{name}`", ROOMS[name]))
    for name in MODULES:
        print(row(f"`{name}`", _first_sentence(_docstring(package / name))))


ROOMS = {
    "cli": "Parse, call, show: one file for each group of commands.",
    "render": "Decisions and reports as text and JSON, without arithmetic.",
    "wiring": "Builds the adapters from the config and hands them to the use cases.",
    "ports": "What the use cases need from outside, in terms of the core.",
    "app": "The order of effects: one file for each use case.",
    "core": "Values and pure functions: no clock, no I/O, no float for money.",
    "adapters": "One outside thing each: config, keys, clock, lock, journal, venues, sources.",
}
# Where a reader who wants to check the promises begins.
MODULES = (
    "app/run.py", "core/decide.py", "core/objections.py", "core/schedule.py", "core/sizing.py",
    "core/gate.py", "core/gate_moves.py", "core/policy/leverage.py", "core/policy/caps.py",
    "core/order.py", "core/recover.py", "core/reason.py",
    "adapters/journal/chain.py", "adapters/venues/session.py", "adapters/venues/orders/path.py",
)  # fmt: skip


def _docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


def _first_sentence(text: str) -> str:
    first = " ".join(text.strip().split("\n\n")[0].split())
    return first if first.endswith(".") else f"{first}."


@cache
def demo_page() -> tuple[Path, str]:
    """Return the folder that one demo left behind and the page it ended with."""
    folder = Path(tempfile.mkdtemp(prefix="dcaguard-docs-"))
    return folder / "demo", dcaguard(folder, "demo", "--dir", "demo")


def dcaguard(folder: Path, *words: str) -> str:
    """Run the command in `folder` and return its output, its folder called by a neutral name."""
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("DCAGUARD_", "XDG_"))}
    done = subprocess.run(
        [sys.executable, "-m", "dcaguard", *words],
        cwd=folder,
        env=keep | {"NO_COLOR": "1", "HOME": str(folder), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    neutral = done.stdout.replace(str(folder.resolve()), ".").replace(str(folder), ".")
    # Runs are named by chance, so hashes over them are as well.
    return re.sub(r"\b[0-9a-f]{64}\b", "(64 hex digits)", neutral)


def session() -> None:
    """Print a real session: the demo, then three questions asked of what it left behind."""
    folder, page = demo_page()
    print("```console\n$ dcaguard demo --dir demo")
    told, _, _ = page.partition("\n\nLook further:")  # the lines below show where
    print(f"{_clipped(told.strip())}\n\n$ cd demo")
    for words in (
        ("plan", "--as-of", "2025-02-26T13:30Z", "--slots", "1"),
        ("why", "2025-02-26"),
        ("audit", "verify"),
    ):
        print(f"$ dcaguard {' '.join(words)}\n{_clipped(dcaguard(folder, *words).strip())}")
    print("```")


def _clipped(text: str, length_max: int = 150) -> str:
    lines = text.splitlines()
    return "\n".join(x if len(x) <= length_max else f"{x[: length_max - 1]}…" for x in lines)


def error_messages() -> None:
    """Print each reproduced message: exit code, situation, command, what it says."""
    from tests.errors.catalogue import CASES

    print("| exit | when | for example | it says |\n|--:|---|---|---|")
    for case in sorted(CASES, key=lambda one: one.exit):
        if case.exit not in {ExitCode.OK, *DETAILED}:
            line = f"`dcaguard {' '.join(case.words)}`"
            print(row(case.exit.value, case.title, line, case.says))


# Where a sentence is written tells what it is about.
AREAS: dict[str, tuple[str, ...]] = {
    "The line you typed": ("cli/", "app/resolve.py", "app/why.py", "adapters/hardening.py"),
    "Keys": ("adapters/credentials.py", "core/config_credentials.py"),
    "Config and strategies": ("adapters/config.py", "wiring/place.py", "core/config",
                              "core/strategy.py", "core/source_", "core/signals/"),
    "Journal, files and the clock": ("adapters/journal/", "adapters/files.py", "adapters/lock.py",
                                     "adapters/halt.py", "adapters/workspace.py",
                                     "adapters/demo_workspace.py", "app/world.py"),
    "Readings": ("adapters/csv_import.py", "core/reading", "app/signals_store.py"),
    "Sources": ("adapters/sources/",),
    "Venues and orders": ("adapters/venues/", "app/"),
}  # fmt: skip


def error_sentences() -> None:
    """Print every sentence that can be said as an error, by what it is about and its exit code."""
    from tests.errors.sentences import every_sentence

    left = sorted(every_sentence(), key=lambda one: (one.exit, one.text))
    for area, rooms in AREAS.items():
        print(f"\n### {area}\n\n| exit | it says |\n|--:|---|")
        for one in [one for one in left if one.room.startswith(rooms)]:
            print(row(one.exit, one.text))
            left.remove(one)
    assert not left, left


def error_classes() -> None:
    """Print every error class of the package with its exit code and its sentence."""
    from tests.errors.test_messages import every_error

    print("| class | exit | when |\n|---|--:|---|")
    for kind in sorted(every_error(), key=lambda one: (one.exit_code, one.__name__)):
        about = _first_sentence(kind.__doc__ or "")
        print(row(f"`{kind.__name__}`", kind.exit_code.value, about))
