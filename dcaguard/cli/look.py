"""Commands that look and change nothing: balances, guard, plan, status, why."""

from typing import Annotated

import typer

from dcaguard.cli.session import current, show, show_rest

_AS_OF = "As it stood then, from stored data."


def add_to(app: typer.Typer) -> None:
    """Register this room's commands."""
    app.command("balances")(balances)
    app.command("guard")(guard)
    app.command("plan")(plan)
    app.command("status")(status)
    app.command("why")(why)


def balances(
    account: Annotated[
        list[str] | None, typer.Option("--account", help="Only this account; may be repeated.")
    ] = None,
) -> int:
    """Show what is held, owed, locked and earning, per account and in total, with NAV.

    Example: dcaguard balances --account main
    """
    from dcaguard.cli.looks import survey_accounts
    from dcaguard.render.look import Held, balances_json, balances_text

    found, base, code = survey_accounts(current(), account or [])
    held = Held(found.views, found.kinds, found.portfolio, found.pretend, base, found.failures)
    show(
        "balances",
        balances_json(held),
        balances_text(held),
        exit_code=int(code),
        code=code.name,
    )
    return int(code)


def guard(
    unwind: Annotated[
        bool, typer.Option("--unwind", help="The steps that would close each finding; sends none.")
    ] = False,
    as_of: Annotated[str | None, typer.Option("--as-of", help=_AS_OF)] = None,
) -> int:
    """Show whether the absence of leverage is proved, violated, or cannot be told; and the caps.

    Example: dcaguard guard --unwind
    """
    from dcaguard.cli.looks import guard_report

    return guard_report(current(), unwind=unwind, as_of=as_of)


def plan(
    slots: Annotated[
        int, typer.Option("--slots", min=0, max=1000, help="How many coming slots.")
    ] = 5,
    as_of: Annotated[str | None, typer.Option("--as-of", help=_AS_OF)] = None,
) -> int:
    """Show what the next run would do and why, then the slots after it with local dates.

    Example: dcaguard plan --slots 10
    """
    from dcaguard.cli.looks import make_plan
    from dcaguard.render.plan import plan_json, plan_text

    found = make_plan(current(), slots, as_of)
    show("plan", plan_json(found), plan_text(found))
    return 0


def status(
    as_of: Annotated[str | None, typer.Option("--as-of", help=_AS_OF)] = None,
    dry: Annotated[
        bool, typer.Option("--dry", help="Read the journal of simulated orders.")
    ] = False,
) -> int:
    """Show regime, backlog, next slots, spent and left under each cap; works with no network.

    Example: dcaguard status
    """
    from dcaguard.cli.looks import read_status
    from dcaguard.render.status import status_json, status_text

    found = read_status(current(), as_of, dry=dry)
    return show_rest("status", status_json(found), status_text(found), found.broken)


def why(
    slot: Annotated[
        str | None, typer.Argument(help="A slot's id or local date; none is the newest.")
    ] = None,
    dry: Annotated[
        bool, typer.Option("--dry", help="Read the journal of simulated orders.")
    ] = False,
) -> int:
    """Tell the full story of a slot, bought or not.

    Example: dcaguard why 2025-03-03
    """
    from dcaguard.cli.looks import tell_why
    from dcaguard.render.why import why_json, why_text

    found = tell_why(current(), slot, dry=dry)
    return show_rest("why", why_json(found), why_text(found), found.broken)
