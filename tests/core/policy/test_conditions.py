"""A row that a rule calls known is looked at by the rules for such rows, however it is spelled."""

import pytest

from dcaguard.core.policy.judge import applies


@pytest.mark.parametrize("word", ["trade", "Trade", " trade", "trade ", "\tTRADE\n"])
def test_a_word_is_the_same_with_spaces_around_it(word: str) -> None:
    assert applies({"type": word}, ("type", frozenset({"trade"})))


@pytest.mark.parametrize("word", ["", "tra de", "trades", None])
def test_another_word_is_another(word: str | None) -> None:
    assert not applies({"type": word}, ("type", frozenset({"trade"})))
