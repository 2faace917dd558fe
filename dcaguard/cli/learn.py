"""Commands about signals: their states, where they come from, why the regime is what it is."""

from pathlib import Path
from typing import Annotated

import typer

from dcaguard.cli.session import current

_AS_OF = "As it was known then, from stored readings."
_FROM = "First day, such as 2025-02-01."


def add_to(app: typer.Typer) -> None:
    """Register this room's commands."""
    group = typer.Typer(
        help="The thirteen risk signals; alone it shows their states.\n\nExample: dcaguard signals",
        rich_markup_mode=None,
    )
    group.callback(invoke_without_command=True)(signals)
    group.command("fetch")(fetch)
    group.command("import")(import_file)
    group.command("history")(history)
    group.command("explain")(explain)
    group.command("sources")(sources)
    event = typer.Typer(
        help="Events that you saw yourself.\n\n"
        "Example: dcaguard signals event add --severity high --note 'my bank froze transfers'",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    event.command("add")(event_add)
    event.command("end")(event_end)
    group.add_typer(event, name="event")
    app.add_typer(group, name="signals")


def signals(
    context: typer.Context,
    as_of: Annotated[str | None, typer.Option("--as-of", help=_AS_OF)] = None,
) -> int:
    """Show the thirteen risk signals: state, score, freshness, sources and what is missing.

    Example: dcaguard signals --as-of 2025-02-27
    """
    from dcaguard.cli.learn_calls import show_list
    from dcaguard.core.errors import UsageError

    if context.invoked_subcommand is None:
        return show_list(current(), as_of)
    if as_of is not None:
        message = f"signals: --as-of belongs behind {context.invoked_subcommand}, where it has one"
        raise UsageError(message)
    return 0


def fetch(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Only these sources.")
    ] = None,
) -> int:
    """Ask the sources for new readings and write down what they brought.

    Example: dcaguard signals fetch farside fred
    """
    from dcaguard.cli.learn_calls import run_fetch

    return run_fetch(current(), names or [])


def import_file(
    series: Annotated[str, typer.Argument(help="The series, such as etf.btc.flow_usd.")],
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="as_of,value[,observed_at]")],
    revision: Annotated[
        bool, typer.Option("--revision", help="Values known otherwise become later readings.")
    ] = False,
    lag: Annotated[
        str | None,
        typer.Option(
            "--observed-at-lag", metavar="DURATION", help="From as_of until known: 12h, 1d, PT36H."
        ),
    ] = None,
) -> int:
    """Import readings from a CSV file, plain or gzip: all of its rows or none.

    Example: dcaguard signals import etf.btc.flow_usd flows.csv
    """
    from dcaguard.cli.learn_import import run_import

    return run_import(current(), series, file, lag, revision=revision)


def history(
    name: Annotated[str, typer.Argument(help="A signal, such as etf-outflow, or a series.")],
    start: Annotated[str | None, typer.Option("--from", metavar="DAY", help=_FROM)] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="Last day, included.")
    ] = None,
) -> int:
    """Show a signal day by day as it was known then, or the readings of a series.

    Example: dcaguard signals history etf-outflow --from 2025-02-01 --to 2025-02-28
    """
    from dcaguard.cli.learn_calls import show_history

    return show_history(current(), name, start, end)


def explain(
    as_of: Annotated[str | None, typer.Option("--as-of", help=_AS_OF)] = None,
) -> int:
    """Tell why the regime is what it is: blocks, contributions, and what would change it.

    Example: dcaguard signals explain --as-of 2025-02-27
    """
    from dcaguard.cli.learn_calls import show_explanation

    return show_explanation(current(), as_of)


def sources() -> int:
    """Show where each series comes from, and when its source last answered or failed.

    Example: dcaguard signals sources
    """
    from dcaguard.cli.learn_calls import show_sources

    return show_sources(current())


def event_end() -> int:
    """Take back every event of yours that still holds; what it did until now stays as it was.

    Example: dcaguard signals event end
    """
    from dcaguard.cli.learn_import import end_events_now

    return end_events_now(current())


def event_add(
    severity: Annotated[
        str,
        typer.Option(
            "--severity",
            metavar="low|medium|high",
            help="high: S8 votes, and at most half is bought until its end. medium: S8 scores 0.5 "
            "at least, without a vote. low: noted, nothing changes.",
        ),
    ],
    until: Annotated[
        str | None, typer.Option("--until", metavar="T", help="Its end, UTC; 14 days by default.")
    ] = None,
    note: Annotated[str, typer.Option("--note", help="What you saw, for the journal.")] = "",
) -> int:
    """Enter an event of your own: high halves buying until it ends, medium only weighs.

    Example: dcaguard signals event add --severity high --until 2025-03-10 --note "bank run"
    """
    from dcaguard.cli.learn_import import add_event_now

    return add_event_now(current(), severity, until, note)
