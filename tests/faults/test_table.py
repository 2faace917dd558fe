"""The checklist of faults is complete, and every test that it names exists."""

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.faults.table import NOT_TESTED, ROWS, TESTS

ROOT = Path(__file__).parents[1]
VENUES = frozenset({"binance", "kraken", "coinbase"})
# Fixtures of tests/live that stand for each venue in turn.
EACH_VENUE = frozenset({"live", "case"})


@cache
def _functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_row_has_a_test_or_a_reason_and_not_both() -> None:
    assert len(set(ROWS)) == len(ROWS)
    assert set(TESTS) | set(NOT_TESTED) == set(ROWS)
    assert not set(TESTS) & set(NOT_TESTED)
    assert all(len(reason) > 20 for reason in NOT_TESTED.values())


@pytest.mark.parametrize("row", TESTS)
def test_the_tests_of_a_row_exist(row: str) -> None:
    assert TESTS[row]
    for name in TESTS[row]:
        path, _, function = name.partition("::")
        assert function in _functions(ROOT / path), f"{row}: {name} is gone"


def _venues(name: str) -> frozenset[str]:
    """Return the venues on which a test drives the installed command."""
    path, _, wanted = name.partition("::")
    if not path.startswith("live/"):
        return frozenset()
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    test = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == wanted)
    if EACH_VENUE & {argument.arg for argument in test.args.args}:
        return VENUES
    used = {n.id for n in ast.walk(test) if isinstance(n, ast.Name)}
    told = [test, *(n for n in tree.body if _named(n) & used)]
    text = " ".join(ast.unparse(node).lower() for node in told)
    return frozenset(venue for venue in VENUES if venue in text)


def _named(node: ast.stmt) -> frozenset[str]:
    """Return the names that a module-level assignment binds."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return frozenset(target.id for target in targets if isinstance(target, ast.Name))


@pytest.mark.parametrize("row", [row for row in ROWS if row.startswith("E")])
def test_every_row_of_the_exchange_is_driven_on_each_venue(row: str) -> None:
    assert frozenset().union(*(_venues(name) for name in TESTS[row])) == VENUES
