"""Every mishap owns its exit code, and of several the gravest is told."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcaguard.core import errors
from dcaguard.core.errors import GRAVITY, DcaguardError, ExitCode, gravest

PROMISED = {
    "OK": 0, "USAGE": 2, "BOUGHT": 10, "HELD": 11, "DATA_INVALID": 65, "NO_INPUT": 66,
    "VENUE_UNAVAILABLE": 69, "INTERNAL": 70, "CANT_CREATE": 73, "IO": 74, "TEMPFAIL": 75,
    "PROTOCOL": 76, "NOPERM": 77, "CONFIG": 78, "ORDER_UNKNOWN": 80, "LIMIT": 81, "HALTED": 82,
    "INTEGRITY": 83, "RECONCILE": 84,
}  # fmt: skip


def test_the_numbers_are_the_promised_ones() -> None:
    assert {code.name: code.value for code in ExitCode} == PROMISED


def test_each_code_has_one_place_in_the_order_of_gravity() -> None:
    assert sorted(GRAVITY) == sorted(ExitCode)


def test_the_gravest_five_stand_in_the_promised_order() -> None:
    assert [int(code) for code in GRAVITY[:6]] == [83, 84, 80, 82, 77, 78]


def test_nothing_applying_is_ok() -> None:
    assert gravest([]) is ExitCode.OK


@pytest.mark.parametrize(("graver", "other"), list(itertools.pairwise(GRAVITY)))
def test_of_neighbours_the_graver_is_told_in_either_order(
    graver: ExitCode, other: ExitCode
) -> None:
    assert gravest([graver, other]) is gravest((other, graver)) is graver


@given(st.lists(st.sampled_from(list(ExitCode)), min_size=1))
def test_the_gravest_is_one_of_them_and_no_other_is_graver(codes: list[ExitCode]) -> None:
    found = gravest(codes)
    assert found in codes
    assert all(GRAVITY.index(found) <= GRAVITY.index(code) for code in codes)


def test_errors_of_the_user_own_different_codes_and_keep_their_sentence() -> None:
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, DcaguardError)
    ]
    own = {kind.exit_code for kind in kinds}
    assert own == set(ExitCode) - {ExitCode.OK, ExitCode.BOUGHT, ExitCode.HELD}
    assert all(str(kind("config.toml: wrong: mend it")).endswith("mend it") for kind in kinds)
