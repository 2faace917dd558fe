"""Every `--json` answer is one document with schema, ok, code and exit, also when it fails."""

import json
from pathlib import Path

import pytest

from tests.app.space import Space, space_in
from tests.live.workspace import Ran

STAMP = ("--as-of", "2025-03-03T09:05:00Z")
COMMANDS = [
    ("run", *STAMP),
    ("plan", *STAMP),
    ("status", *STAMP),
    ("balances",),
    ("guard",),
    ("why",),
    ("signals", *STAMP),
    ("signals", "explain", *STAMP),
    ("halt", "--reason", "x"),
    ("resume", "--confirm"),
    ("arm", "plan", "--yes"),
    ("config", "show"),
    ("config", "validate"),
]
FAILURES = [
    (("nonsense",), 2),
    (("run", "--nonsense"), 2),
    (("resume",), 2),
    (("why", "1999-01-01"), 66),
    (("run", "nobody"), 78),
    (("--config", "missing.toml", "run"), 66),
]


@pytest.fixture
def space(tmp_path: Path) -> Space:
    made = space_in(tmp_path, fee=0)
    made.prices("2025-03-03", 2)
    made.at("2025-03-03")
    return made


def checked(done: Ran) -> dict[str, object]:
    doc: dict[str, object] = json.loads(done.out)  # exactly one document
    assert str(doc["schema"]).startswith("dcaguard.")
    assert doc["exit"] == done.code
    assert doc["ok"] is (done.code in {0, 10, 11})
    assert isinstance(doc["code"], str)
    return doc


@pytest.mark.parametrize("words", COMMANDS, ids=[" ".join(w[:2]) for w in COMMANDS])
def test_an_answer_is_one_document(space: Space, words: tuple[str, ...]) -> None:
    done = space.call(*words, "--json")
    doc = checked(done)
    assert (done.code, doc["code"]) == (0, "OK"), done.out


@pytest.mark.parametrize(("words", "code"), FAILURES, ids=[" ".join(w) for w, _ in FAILURES])
def test_a_failure_is_one_document(space: Space, words: tuple[str, ...], code: int) -> None:
    done = space.call("--json", *words)
    doc = checked(done)
    assert done.code == code
    assert doc["errors"]


def test_without_json_a_failure_is_one_line_on_stderr(space: Space) -> None:
    done = space.call("run", "nobody")
    assert (done.code, done.out) == (78, "")
    assert done.err.startswith("dcaguard: strategies/nobody.toml: ")
    assert "Traceback" not in done.err
