"""What the code imports is declared, what is declared is pinned by hash, and nothing is idle."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
# Needed without an import: zones are read by the standard library's zoneinfo.
READ_BY_OTHERS = {"tzdata"}
# Parts of a declared package that are installed under a name of their own.
PARTS = {"pydantic-core"}


def names(requirements: list[str]) -> set[str]:
    """Return the distribution names of requirement lines."""
    return {re.split(r"[<>=!\[; ]", line)[0].lower() for line in requirements}


def imported(folder: str) -> Iterator[tuple[str, str]]:
    """Yield (distribution, file) for each import of something that is not Python's own or ours."""
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Import():
                    modules = [alias.name for alias in node.names]
                case ast.ImportFrom(module=str(module), level=0):
                    modules = [module]
                case ast.Call(
                    func=ast.Attribute(attr="import_module"), args=[ast.JoinedStr() as name]
                ):
                    modules = [ast.unparse(name)[2:]]
                case _:
                    modules = []
            for module in modules:
                top = module.partition(".")[0]
                if top not in sys.stdlib_module_names | {"dcaguard", "tests"}:
                    yield top.replace("_", "-"), str(path.relative_to(ROOT))


def test_the_package_imports_only_what_it_declares() -> None:
    extras = PROJECT["optional-dependencies"]
    for_users = [extras[name] for name in extras if name not in ("dev", "maintain")]
    declared = names(sum(for_users, PROJECT["dependencies"])) | PARTS
    assert [use for use in imported("dcaguard") if use[0] not in declared] == []


def test_every_declared_dependency_is_used() -> None:
    used = {name for name, _ in imported("dcaguard")}
    assert names(PROJECT["dependencies"]) - used - READ_BY_OTHERS == set()


def test_everything_that_the_checks_need_is_pinned_by_hash() -> None:
    wanted = names(PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"])
    lock = (ROOT / "requirements.lock").read_text()
    pinned = set(re.findall(r"^([a-z0-9._-]+)==", lock, re.MULTILINE))
    assert wanted - pinned == set()
