"""Reasons: each code has a verdict, an exit and a sentence, and its numbers are plain JSON."""

import json
from datetime import UTC, datetime
from decimal import Decimal as D  # noqa: N817

import pytest

from dcaguard.core.errors import ExitCode
from dcaguard.core.reason import MEANINGS, Code, Verdict, because


def test_every_code_has_a_meaning_and_no_meaning_is_left_over() -> None:
    assert set(MEANINGS) == set(Code)


@pytest.mark.parametrize("code", Code)
def test_a_code_says_what_to_do(code: Code) -> None:
    meaning = MEANINGS[code]
    assert meaning.sentence.endswith(".")
    assert meaning.remedy
    assert code.value == code.name


@pytest.mark.parametrize("code", [c for c in Code if MEANINGS[c].verdict is Verdict.BUY])
def test_what_explains_a_buy_is_no_failure(code: Code) -> None:
    assert MEANINGS[code].exit_code is ExitCode.OK


@pytest.mark.parametrize("code", [c for c in Code if MEANINGS[c].verdict is Verdict.PAUSE])
def test_a_pause_is_by_design_and_exits_zero(code: Code) -> None:
    assert MEANINGS[code].exit_code is ExitCode.OK


@pytest.mark.parametrize("code", [c for c in Code if MEANINGS[c].verdict is Verdict.DENY])
def test_a_denial_is_a_limit_or_a_right(code: Code) -> None:
    assert MEANINGS[code].exit_code in {ExitCode.LIMIT, ExitCode.NOPERM}


def test_numbers_are_spelled_as_they_will_stand_in_the_journal() -> None:
    at = datetime(2025, 3, 3, tzinfo=UTC)
    found = because(Code.CAP_DAY, limit=D("100.0"), at=at, names=("a", "b"), none=None)
    assert found.detail == {
        "limit": "100",
        "at": "2025-03-03T00:00:00Z",
        "names": ["a", "b"],
        "none": None,
    }
    assert json.loads(json.dumps(found.detail)) == found.detail
