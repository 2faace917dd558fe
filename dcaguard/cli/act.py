"""Commands that buy, stop and settle: run, arm, halt, resume, resolve."""

from typing import Annotated

import typer

from dcaguard.cli.session import current, show


def add_to(app: typer.Typer) -> None:
    """Register this room's commands."""
    app.command("run")(run)
    app.command("arm")(arm)
    app.command("halt")(halt)
    app.command("resume")(resume)
    app.command("resolve")(resolve)


def run(
    strategies: Annotated[list[str] | None, typer.Argument(help="Only these strategies.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Decide and rehearse; send nothing, keep slots.")
    ] = False,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="As if it were then; with --dry-run or paper.")
    ] = None,
    no_fetch: Annotated[
        bool, typer.Option("--no-fetch", help="Do not refresh signal sources first.")
    ] = False,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="0 nothing due, 10 bought, 11 held.")
    ] = False,
) -> int:
    """Do one pass: recover, look, decide, write it down, act. Safe to call every five minutes.

    Example: dcaguard run --dry-run
    """
    from dcaguard.cli.calls import run_once
    from dcaguard.render.run import run_json, run_text

    result = run_once(
        current(),
        strategies or [],
        dry_run=dry_run,
        as_of=as_of,
        fetch=not no_fetch,
        detailed=detailed_exitcode,
    )
    code = result.exit_code
    show("run", run_json(result), run_text(result), exit_code=int(code), code=code.name)
    return int(code)


def arm(
    strategy: Annotated[str, typer.Argument(help="The strategy to confirm.")],
    yes: Annotated[bool, typer.Option("--yes", help="Confirm without asking.")] = False,
) -> int:
    """Confirm policy and strategy for live buying; any later edit needs it again.

    Example: dcaguard arm btc-eth-weekly
    """
    from dcaguard.cli.calls import arm_strategy

    return arm_strategy(current(), strategy, yes=yes)


def halt(
    reason: Annotated[str, typer.Option("--reason", help="Why, for the journal.")] = "",
) -> int:
    """Stop all buying until a person resumes; look-ups go on.

    Example: dcaguard halt --reason "selling the house"
    """
    from dcaguard.cli.calls import set_halt

    journalled = set_halt(current(), reason or "no reason given")
    text = "halted: nothing is bought until `dcaguard resume --confirm`"
    show("halt", {"halted": True, "reason": reason, "journalled": journalled}, text)
    return 0


def resume(
    confirm: Annotated[bool, typer.Option("--confirm", help="Really resume.")] = False,
    account: Annotated[
        str | None, typer.Option("--account", help="Also acknowledge this account's lock.")
    ] = None,
) -> int:
    """Lift the halt; with --account, acknowledge a LOCKED venue as well.

    Example: dcaguard resume --confirm
    """
    from dcaguard.cli.calls import lift_halt
    from dcaguard.core.errors import UsageError

    if not confirm:
        message = "resume: nothing was changed: say `dcaguard resume --confirm` to lift the halt"
        raise UsageError(message)
    lift_halt(current(), account)
    text = "resumed" + (f"; the lock of {account} is acknowledged" if account else "")
    show("resume", {"halted": False, "account": account}, text)
    return 0


def resolve(
    order: Annotated[str, typer.Argument(help="The client order id, or its beginning.")],
    abandon: Annotated[
        bool, typer.Option("--abandon", help="Give it up, if nothing speaks against it.")
    ] = False,
    as_bought: Annotated[
        bool,
        typer.Option("--as-bought", help="Count it as bought, at its worst case: for ever."),
    ] = False,
) -> int:
    """Settle an order whose outcome is not known, with the evidence shown.

    --as-bought is right when nothing else can tell: the login is gone, or the venue shows nothing
    and it can not be proved that nothing was bought. Money may have been spent, and it is better to
    count too much than to buy twice. What the venue shows of the order is recorded instead.

    Example: dcaguard resolve 9c1f0a
    """
    from dcaguard.cli.calls import resolve_order

    return resolve_order(current(), order, abandon=abandon, as_bought=as_bought)
