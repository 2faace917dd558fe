"""The checklist of faults is complete, and every test that it names exists."""

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.faults.table import NOT_TESTED, ROWS, TESTS

ROOT = Path(__file__).parents[1]


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
