"""What a failure repeats of outside text is shown on the terminal and never obeyed by it."""

import pytest

from dcaguard.cli.session import Session, begin, complain


def test_a_failure_spells_out_what_a_terminal_would_obey(
    capsys: pytest.CaptureFixture[str],
) -> None:
    begin(Session())
    complain("run", 65, "DATA_INVALID", "kraken said \x1b]0;title\x07 \ud800\u202e")
    told = capsys.readouterr().err
    assert told == "dcaguard: kraken said \\x1b]0;title\\x07 \\ud800\\u202e\n"
