"""Commands that prove what was done: audit trades, decisions, verify, backup."""

from pathlib import Path
from typing import Annotated

import typer

from dcaguard.cli.session import current, show

_DRY = "Read the journal of simulated orders."


def add_to(app: typer.Typer) -> None:
    """Register this room's commands."""
    group = typer.Typer(
        help="Prove what was done and why.\n\nExample: dcaguard audit verify",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command("trades")(trades)
    group.command("decisions")(decisions)
    group.command("verify")(verify)
    group.command("backup")(backup)
    app.add_typer(group, name="audit")


def trades(
    strategy: Annotated[str | None, typer.Option("--strategy", help="Only this one.")] = None,
    account: Annotated[str | None, typer.Option("--account", help="Only this one.")] = None,
    dry: Annotated[bool, typer.Option("--dry", help=_DRY)] = False,
) -> int:
    """List every order with its fills, oldest first.

    Example: dcaguard audit trades
    """
    from dcaguard.cli.audits import list_trades, other_hint
    from dcaguard.render.audit import trades_json, trades_text

    found = list_trades(current(), strategy, account, dry=dry)
    hint = "" if found else other_hint(current(), dry=dry)
    text = trades_text(found) + (f"\n{hint}" if hint else "")
    show("audit-trades", {**trades_json(found), "notes": [hint] if hint else []}, text)
    return 0


def decisions(
    strategy: Annotated[str | None, typer.Option("--strategy", help="Only this one.")] = None,
    verdict: Annotated[
        str | None, typer.Option("--verdict", help="Only WAIT, BUY, PAUSE or DENY.")
    ] = None,
    dry: Annotated[bool, typer.Option("--dry", help=_DRY)] = False,
) -> int:
    """List every decision with its reasons, oldest first.

    Example: dcaguard audit decisions --verdict PAUSE
    """
    from dcaguard.cli.audits import list_decisions, other_hint
    from dcaguard.render.audit import decisions_json, decisions_text

    found = list_decisions(current(), strategy, verdict, dry=dry)
    hint = "" if found else other_hint(current(), dry=dry)
    text = decisions_text(found) + (f"\n{hint}" if hint else "")
    show("audit-decisions", {**decisions_json(found), "notes": [hint] if hint else []}, text)
    return 0


def verify(dry: Annotated[bool, typer.Option("--dry", help=_DRY)] = False) -> int:
    """Check the whole journal: chain, head, triggers, totals and invariants.

    Example: dcaguard audit verify
    """
    from dcaguard.cli.audits import verify_journal
    from dcaguard.render.audit import verify_json, verify_text

    report = verify_journal(current(), dry=dry)
    code = report.exit_code
    show(
        "audit-verify",
        verify_json(report),
        verify_text(report),
        exit_code=int(code),
        code=code.name,
    )
    return int(code)


def backup(
    dest: Annotated[
        Path | None, typer.Argument(help="The file to write; none names it by the time.")
    ] = None,
    dry: Annotated[bool, typer.Option("--dry", help=_DRY)] = False,
) -> int:
    """Copy the journal safely while it may be in use, verify the copy and name it.

    Example: dcaguard audit backup backups/dcaguard-2025-03.db
    """
    from dcaguard.cli.audits import back_up
    from dcaguard.render.audit import backup_json, backup_text

    report = back_up(current(), dest, dry=dry)
    show("audit-backup", backup_json(report), backup_text(report))
    return 0
