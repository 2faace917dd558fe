"""Each reason, error and exit code is explained where a user looks for it."""

import re
from importlib import resources

import pytest

from dcaguard.core import errors
from dcaguard.core.errors import GRAVITY, DcaguardError, ExitCode
from dcaguard.core.reason import MEANINGS, Code

DETAILED = (ExitCode.BOUGHT, ExitCode.HELD)  # only with --detailed-exitcode
PAGES = resources.files("dcaguard") / "help"


def rows(page: str) -> dict[str, str]:
    """Return each table row of a help page by the code in its first or second cell."""
    found = {}
    for line in (PAGES / page).read_text().splitlines():
        if match := re.match(r"\|\s*(?:\d+\s*\|\s*)?`?([A-Z][A-Z0-9_]+)`?\s*\|(.*)", line):
            found[match.group(1)] = line
    return found


def test_each_reason_has_a_row_with_its_verdict() -> None:
    found = rows("reasons.md")
    missing = [code for code in Code if MEANINGS[code].verdict.value not in found.get(code, "")]
    assert missing == []


def test_each_reason_is_told_in_a_sentence() -> None:
    assert [code for code in Code if not MEANINGS[code].sentence.endswith(".")] == []


def test_no_row_explains_a_reason_that_does_not_exist() -> None:
    assert set(rows("reasons.md")) - set(Code) == set()


def test_each_exit_code_has_a_row_that_begins_with_its_number() -> None:
    found = rows("exit-codes.md")
    codes = [code for code in ExitCode if code not in DETAILED]
    wrong = [c for c in codes if not re.match(rf"\|\s*{c.value}\s*\|", found.get(c.name, ""))]
    assert wrong == []


def test_the_detailed_exit_codes_are_explained() -> None:
    page = (PAGES / "exit-codes.md").read_text()
    assert "--detailed-exitcode" in page
    assert re.search(r"\b10\b", page)
    assert re.search(r"\b11\b", page)


def error_classes() -> list[type[DcaguardError]]:
    kinds = [one for one in vars(errors).values() if isinstance(one, type)]
    return [one for one in kinds if issubclass(one, DcaguardError)]


@pytest.mark.parametrize("kind", error_classes())
def test_each_error_says_when_it_happens_and_exits_with_a_code_of_known_gravity(
    kind: type[DcaguardError],
) -> None:
    assert (kind.__doc__ or "").strip()
    assert kind.exit_code in GRAVITY


def test_every_exit_code_has_its_place_in_the_order_of_gravity() -> None:
    assert sorted(GRAVITY) == sorted(ExitCode)
