"""Each sentence that the program can say is met by the installed command, or it says where."""

import ast
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.errors import (
    config_scenes,
    journal_scenes,
    key_scenes,
    line_scenes,
    order_scenes,
    source_scenes,
    venue_scenes,
)
from tests.errors.behind import BEHIND
from tests.errors.catalogue import CASES as MESSAGES
from tests.errors.said import heard, said, unheard
from tests.errors.scenes import Scene
from tests.errors.sentences import NEVER_TOLD, PACKAGE, every_sentence, sentences_of
from tests.errors.test_messages import name_of
from tests.sources.test_bad_pages import KINDS
from tests.sources.test_forced_lists import ROUNDS
from tests.sources.test_traps import CASES

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "dcaguard" / "help" / "errors.md"
ROOMS = {
    "config": config_scenes.SCENES,
    "keys": key_scenes.SCENES,
    "lines": line_scenes.SCENES,
    "journal": journal_scenes.SCENES,
    "sources": source_scenes.SCENES,
    "venues": venue_scenes.SCENES,
    "orders": order_scenes.SCENES,
}
SCENES: dict[str, Scene] = {
    f"{room}: {name}": scene for room, scenes in ROOMS.items() for name, scene in scenes.items()
}
# What the catalogue and `tests/sources` play, they check against the same list.
ELSEWHERE = (
    {f"message {name_of(case)}" for case in MESSAGES}
    | {f"trap {name}" for name in CASES}
    | {f"page {kind}" for kind in KINDS}
    | {f"liquidations {number}" for number in range(len(ROUNDS))}
)
TEXTS = [one.text for one in every_sentence()]


# Alike and many: the reader of CSV files has tests of its own.
LONG = {"lines: files that are no tables"}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.long] * (name in LONG)) for name in SCENES]
)
def test_a_scene_says_every_sentence_that_stands_under_it(name: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        lines = SCENES[name].play(tmp_path, stack)
    assert unheard(name, lines) == set(), lines


def test_every_sentence_is_reproduced_or_says_why_not() -> None:
    met = {text for texts in said().values() for text in texts} | {*BEHIND}
    assert [text for text in TEXTS if text not in met] == []


def test_what_is_reproduced_is_what_the_program_can_say() -> None:
    listed = [text for texts in said().values() for text in texts] + [*BEHIND]
    assert sorted(set(listed) - set(TEXTS)) == []
    assert len(listed) == len(set(listed))


def test_every_scene_has_a_sentence_of_its_own_and_every_heading_a_scene() -> None:
    assert set(SCENES) <= set(said())
    assert set(said()) <= {*SCENES, *ELSEWHERE}


@pytest.mark.parametrize("text", BEHIND)
def test_what_stands_behind_a_fence_is_met_by_a_test_that_exists(text: str) -> None:
    place, _, name = BEHIND[text].partition("::")
    if name:
        tree = ast.parse((ROOT / place).read_text(encoding="utf-8"))
        assert name.rpartition("::")[2] in {
            one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)
        }
    else:
        assert len(place.split()) > 3  # a reason in words


def test_every_sentence_has_its_row_in_the_help() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [t for t in TEXTS if f"| {t.replace('|', '/')} |" not in page] == []


def test_modules_that_tell_nobody_still_stand() -> None:
    assert [room for room in NEVER_TOLD if not (PACKAGE / room).exists()] == []


SPOKEN = """
class StrangeError(ConfigError):
    def __init__(self, name):
        super().__init__(f"{name} is strange: make it usual")

def check(path, name, loud):
    if loud:
        raise UsageError(f"--{name}: is too loud: lower it")
    hint = "one" if path else "two"
    msg = f"{path}: holds {hint}: correct it"
    raise NoInputError(msg)
"""


def test_sentences_are_found_wherever_they_are_put_together() -> None:
    assert {text for text, _ in sentences_of("cli/new.py", SPOKEN)} == {
        "--…: is too loud: lower it",
        "…: holds one: correct it",
        "…: holds two: correct it",
    }


def test_a_nearer_sentence_is_not_also_the_wider_one() -> None:
    wide, near = "… is not a number", "…:…: … is not a number: write it plainly: -1113700000.5"
    assert wide in heard(["json: value is not a number: the page has changed; not used"])
    assert heard(["a.csv:2: 'x' is not a number: write it plainly: -1113700000.5"]) == {near}
