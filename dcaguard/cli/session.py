"""The global options, wherever on the line they stand, and the one way a command speaks."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Session:
    """What the person asked of every command."""

    config: Path | None = None
    json: bool = False
    quiet: bool = False
    verbose: bool = False
    color: bool = True


_CURRENT = Session()
_WELL = frozenset({0, 10, 11})  # the last two with --detailed-exitcode
_FLAGS = {
    "--json": "json",
    "--quiet": "quiet",
    "-q": "quiet",
    "--verbose": "verbose",
    "--no-color": "color",
}


def _with_flag(session: Session, name: str) -> Session:
    match name:
        case "json":
            return replace(session, json=True)
        case "quiet":
            return replace(session, quiet=True)
        case "verbose":
            return replace(session, verbose=True)
        case _:
            return replace(session, color=False)


def take_globals(arguments: Sequence[str]) -> tuple[Session, list[str]]:
    """Return the session and the line without its global options; they may stand anywhere.

    What follows `--` is left alone. A `--config` without a path stays, for typer to complain.
    """
    session = Session(color="NO_COLOR" not in os.environ)
    rest: list[str] = []
    words = iter(range(len(arguments)))
    for index in words:
        word = arguments[index]
        if word == "--":
            rest.extend(arguments[index:])
            break
        if word in _FLAGS:
            session = _with_flag(session, _FLAGS[word])
        elif word == "--config" and index + 1 < len(arguments):
            session = replace(session, config=Path(arguments[next(words)]))
        elif word.startswith("--config="):
            session = replace(session, config=Path(word.partition("=")[2]))
        else:
            rest.append(word)
    return session, rest


def begin(session: Session) -> None:
    """Make `session` the one that `current` returns."""
    global _CURRENT  # noqa: PLW0603 - one process, one command line
    _CURRENT = session


def current() -> Session:
    """Return the session of this command line."""
    return _CURRENT


def colored() -> bool:
    """Tell whether colour may be used on stdout."""
    return _CURRENT.color and not _CURRENT.json and sys.stdout.isatty()


def document(name: str, exit_code: int, code: str, body: Mapping[str, object]) -> dict[str, object]:
    """Return a `--json` document with the keys that every one has."""
    ok = exit_code in _WELL
    return {"schema": f"dcaguard.{name}/1", "ok": ok, "code": code, "exit": exit_code, **body}


def say(text: str) -> None:
    """Print a text and a line end on stdout."""
    sys.stdout.write(text + "\n")


def show(
    name: str, body: Mapping[str, object], text: str, *, exit_code: int = 0, code: str = "OK"
) -> None:
    """Print one JSON document or the text for people, on stdout; `--quiet` hides no trouble."""
    if _CURRENT.json:
        from dcaguard.core.canonical import jsonable

        shown = jsonable(document(name, exit_code, code, body))
        say(json.dumps(shown, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None))
    elif text and (not _CURRENT.quiet or exit_code not in _WELL):
        say(text.rstrip("\n"))


def show_rest(name: str, body: Mapping[str, object], text: str, broken: Sequence[str]) -> int:
    """Show what is told of the strategies that could be loaded, and complain of the others (78)."""
    from dcaguard.core.errors import ExitCode

    if not broken:
        show(name, body, text)
        return int(ExitCode.OK)
    code = ExitCode.CONFIG
    errors = [{"code": code.name, "message": line} for line in broken]
    show(name, {**body, "errors": errors}, text, exit_code=int(code), code=code.name)
    if not _CURRENT.json:
        complain(name, int(code), code.name, "\n".join(broken))
    return int(code)


def tell(text: str) -> None:
    """Print a line for people on stderr, unless `--quiet`."""
    if not _CURRENT.quiet:
        sys.stderr.write(text + "\n")


def complain(name: str, exit_code: int, code: str, message: str) -> None:
    """Print a failure: one JSON document on stdout with `--json`, else the sentence on stderr."""
    if _CURRENT.json:
        errors = [{"code": code, "message": line} for line in message.splitlines() or [""]]
        doc = document(name, exit_code, code, {"errors": errors})
        say(json.dumps(doc, ensure_ascii=False))
    else:
        from dcaguard.adapters.redact import safe_block

        # It may repeat what a venue or a file said: shown, never obeyed by the terminal.
        sys.stderr.write(safe_block(f"dcaguard: {message}\n"))
