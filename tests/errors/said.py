"""What is said where: `said.txt` names the sentences under each scene, and this reads it."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from tests.errors.sentences import every_sentence, pattern

FILE = Path(__file__).with_name("said.txt")


@cache
def said() -> Mapping[str, tuple[str, ...]]:
    """Return the sentences under each heading."""
    found: dict[str, list[str]] = {}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            found[line.removeprefix("# ")] = []
        elif line:
            found[next(reversed(found))].append(line)
    return {heading: tuple(sentences) for heading, sentences in found.items()}


def heard(lines: Iterable[str]) -> set[str]:
    """Return the sentences that stand in these lines.

    A line that is a nearer sentence is not also the wider one: `… is not a date: write …` says
    nothing of `… is not a date`.
    """
    found: set[str] = set()
    for line in set(lines):
        here = {text for text in _patterns() if _patterns()[text].search(line)}
        found |= {text for text in here if not here & _nearer(text)}
    return found


def unheard(heading: str, lines: Iterable[str]) -> set[str]:
    """Return what should have been said under a heading and was not."""
    return set(said().get(heading, ())) - heard(lines)


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    return {one.text: pattern(one.text) for one in every_sentence()}


@cache
def _nearer(text: str) -> frozenset[str]:
    wide = _patterns()[text]
    return frozenset(other for other in _patterns() if other != text and wide.search(other))
