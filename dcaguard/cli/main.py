"""The command line: parse, call, show; every failure becomes one sentence and one exit code."""

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from typer.exceptions import Abort, TyperException

from dcaguard import __version__
from dcaguard.cli import act, audit, learn, look, setup
from dcaguard.cli.session import Session, begin, complain, current, say, show, take_globals

app = typer.Typer(
    name="dcaguard",
    help=(
        "Planned crypto buying on spot markets that never borrows, never buys twice, waits while "
        "the market breaks, and can say why.\n\nExample: dcaguard demo"
    ),
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(*, asked: bool) -> None:
    if asked:
        say(f"dcaguard {__version__}")
        raise typer.Exit


@app.callback()
def _globals(
    config: Annotated[
        str | None, typer.Option("--config", metavar="PATH", help="The config.toml to use.")
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print exactly one JSON document on stdout.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say nothing while all is well.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Print more about each step.")] = False,
    no_color: Annotated[
        bool, typer.Option("--no-color", help="No colour; NO_COLOR does the same.")
    ] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            is_eager=True,
            callback=lambda value: _version(asked=value),
            help="Print the version and exit.",
        ),
    ] = False,
) -> None:
    """Global options are taken from the line before typer sees it; these are for the help."""
    del config, json, quiet, verbose, no_color, version


for _room in (setup, look, act, learn, audit):
    _room.add_to(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command line and exit with its code; what could not be said is 74."""
    code = run_line(sys.argv[1:] if arguments is None else arguments)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _close_stdout()  # the reader has gone: `| head` is no failure
    except OSError:
        _close_stdout()
        code = code or 74
    sys.exit(code)


def _close_stdout() -> None:
    """Let nothing be flushed again at exit."""
    with contextlib.suppress(OSError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run_line(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; nothing secret leaves through errors."""
    from dcaguard.adapters.hardening import harden_process, refuse_strangers
    from dcaguard.adapters.interrupts import Stopped, heard

    harden_process()
    session, rest = take_globals(arguments)
    begin(session)
    if session.json and rest == ["--version"]:
        show("version", {"version": __version__}, "")
        return 0
    if session.json and not rest:
        complain("usage", 2, "USAGE", "no command given: `dcaguard --help` lists them")
        return 2
    try:
        with heard():
            refuse_strangers()
            outcome = app(args=rest, standalone_mode=False, prog_name="dcaguard")
    except TyperException as error:
        return _usage(error, rest)
    except Stopped as stop:
        complain(_name(rest), stop.exit_status, stop.code, "stopped; nothing more was done")
        return stop.exit_status
    except (Abort, KeyboardInterrupt):
        complain(_name(rest), 130, "INTERRUPTED", "stopped; nothing more was done")
        return 130
    except BrokenPipeError:
        return 0
    except Exception as error:  # noqa: BLE001 - the one place that turns a failure into an exit
        return _told(session, rest, error)
    return outcome if isinstance(outcome, int) else 0


def _usage(error: TyperException, rest: Sequence[str]) -> int:
    if type(error).__name__ == "NoArgsIsHelpError":
        return _no_command(error, rest)
    context = getattr(error, "ctx", None)
    where = context.command_path if context is not None else "dcaguard"
    complain("usage", 2, "USAGE", f"{error.format_message()} (see `{where} --help`)")
    return 2


def _no_command(error: TyperException, rest: Sequence[str]) -> int:
    """Show the help that lists a group's commands; a script gets the failure alone."""
    if current().json:
        where = " ".join(["dcaguard", *rest])
        complain("usage", 2, "USAGE", f"no command given: `{where} --help` lists them")
    else:
        say(error.format_message())
    return 2 if rest else 0


def _told(session: Session, rest: Sequence[str], error: Exception) -> int:
    """Tell a failure; one that can not even be told (a full disk behind stdout) is 74."""
    try:
        return _failed(session, _name(rest), error)
    except (OSError, AttributeError):
        with contextlib.suppress(OSError, AttributeError):
            sys.stderr.write("dcaguard: the answer could not be written; see `dcaguard status`\n")
        _close_stdout()
        return 74


def _failed(session: Session, name: str, error: Exception) -> int:
    from dcaguard.core.errors import DcaguardError

    if isinstance(error, OSError) and not isinstance(error, DcaguardError):
        place, why = error.filename or "a stream", error.strerror or str(error)
        told = f"{place}: could not be used: {why}: check its rights and the disk"
        complain(name, 74, "IO", told)
        return 74
    if isinstance(error, DcaguardError):
        complain(name, int(error.exit_code), error.exit_code.name, str(error))
        return int(error.exit_code)
    kind = type(error).__name__
    told = f"a bug stopped this command ({kind}): nothing more was done; please report it"
    complain(name, 70, "INTERNAL", told)
    if session.verbose:
        import traceback

        traceback.print_exception(error, file=sys.stderr)
    return 70


def _name(rest: Sequence[str]) -> str:
    """Return the name of this line's document: the same for success and failure."""
    words = [word for word in rest if not word.startswith("-")]
    if not words:
        return "usage"
    named = {group.name: group.typer_instance for group in app.registered_groups}
    group = named.get(words[0])
    if group is None or words[0] == "credentials" or len(words) == 1:
        return words[0]
    commands = [command.name for command in group.registered_commands]
    commands += [inner.name for inner in group.registered_groups]
    return f"{words[0]}-{words[1]}" if words[1] in commands else words[0]
