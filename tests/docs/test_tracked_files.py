"""No tracked file names a package registry, a path of one machine, or an address in a lock."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Spelled in halves, so that this file passes its own test.
REGISTRY = re.compile(
    "|".join(
        (
            r"pypi\." + r"(org|python)",
            "python" + r"hosted\.org",
            r"--(extra-)?index" + "-url",
            r"^registry" + r" *=",
            r'"resolved": *"' + "https?:",
            "registry" + r"\.npmjs",
        )
    ),
    re.MULTILINE,
)
# A word character or a dot before the slash makes it part of an address or a relative path.
MACHINE_PATH = re.compile(r"(?<![\w.~*])/(home|root|work|tmp|Users)/\w")
ADDRESS = re.compile(r"\w+://|@ file:")


def names_of_files() -> list[str]:
    """Return the paths git knows or would add; without git, those of an unpacked release."""
    if not (ROOT / ".git").exists():
        kept = [path for path in ROOT.rglob("*") if path.is_file() and path.suffix != ".pyc"]
        inside = [path.relative_to(ROOT) for path in kept]
        return [str(path) for path in inside if not path.parts[0].startswith((".", "build"))]
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [name for name in listing.split("\0") if name]


def tracked_texts() -> list[tuple[str, str]]:
    """Return (path, text) of each tracked file that is text."""
    texts = []
    for name in names_of_files():
        path = ROOT / name
        raw = path.read_bytes() if path.is_file() else b""
        if b"\0" not in raw:
            texts.append((name, raw.decode("utf-8")))
    assert any(name == "pyproject.toml" for name, _ in texts), "the listing itself is broken"
    return texts


def places(pattern: re.Pattern[str], texts: list[tuple[str, str]]) -> list[str]:
    """Return `file:line: match` for every place where `pattern` stands."""
    return [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()}"
        for name, text in texts
        for match in pattern.finditer(text)
    ]


def test_no_tracked_file_names_a_package_registry() -> None:
    assert places(REGISTRY, tracked_texts()) == []


def test_no_tracked_file_outside_tests_names_a_path_of_one_machine() -> None:
    texts = [(name, text) for name, text in tracked_texts() if not name.startswith("tests/")]
    assert places(MACHINE_PATH, texts) == []


def test_the_lock_holds_no_address_and_pins_everything_by_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert places(ADDRESS, [("requirements.lock", lock)]) == []
    pins = re.findall(r"^[a-z0-9][^\n]*(?:\n    [^\n]*)*", lock, re.MULTILINE)
    assert len(pins) > 50
    # With its extras, such as coverage[toml]: an older pip takes the newest version without them.
    pinned = r"[a-z0-9._-]+(\[[a-z0-9,._-]+\])?==[^\s]+"
    assert [pin for pin in pins if not re.match(pinned, pin)] == []
    assert [pin for pin in pins if "--hash=sha256:" not in pin] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see " + "/home" + "/ann/config.toml", True),
        ("`/tmp" + "/x`", True),
        ("https://example.com" + "/home" + "/page", False),
        ("./" + "tmp/x and ~" + "/wor" + "k/y", False),
    ],
)
def test_a_path_of_one_machine_is_told_from_an_address(text: str, found: bool) -> None:
    assert bool(MACHINE_PATH.search(text)) is found
