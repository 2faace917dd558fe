"""What a venue says of a read that failed is kept short, and without the keys it repeats."""

import pytest

from dcaguard.adapters.redact import MARK, Redactor
from dcaguard.adapters.venues.guard_call import _Heard, _why

KEY = "kQH5HW8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18"


@pytest.mark.parametrize("before", [0, 100, 108, 112])
def test_a_key_that_stands_at_the_cut_is_hidden_as_a_whole(before: int) -> None:
    hidden = Redactor()
    hidden.add(KEY)
    said = _why(_Heard(400, "x" * before + f" {KEY} was sent"), ValueError("?"), hidden.scrub)
    assert said.startswith("ValueError, HTTP 400, ")
    assert KEY[:6] not in said
    assert MARK[:6] in said
