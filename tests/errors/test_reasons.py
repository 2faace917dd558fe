"""Each reason a decision can carry is met by a real command, with its exit code and sentence."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from dcaguard.core.errors import GRAVITY
from dcaguard.core.reason import MEANINGS, Code
from tests.errors.reasons import BEHIND, CASES, Met


@pytest.mark.parametrize("met", CASES, ids=lambda met: met.code.name)
def test_a_reason_is_met_with_its_sentence_and_exit(met: Met, tmp_path: Path) -> None:
    with ExitStack() as stack:
        ran = met.make(tmp_path, stack).call(*met.line.split())
    meaning = MEANINGS[met.code]
    said = [line.strip() for line in ran.out.splitlines()]
    assert any(line.startswith(f"{met.code} {meaning.sentence}") for line in said), said
    if meaning.exit_code != 0:
        assert GRAVITY.index(ran.code) <= GRAVITY.index(meaning.exit_code), ran.out + ran.err
    assert f"{meaning.verdict}" in ran.out


def test_every_reason_is_met_or_stands_behind_another_fence() -> None:
    met = [one.code for one in CASES]
    assert len(set(met)) == len(met)
    assert {*met, *BEHIND} == set(Code)
    assert not {*met} & {*BEHIND}
