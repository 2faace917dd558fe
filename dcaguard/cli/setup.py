"""Commands that set a workspace up: init, demo, credentials, config."""

from pathlib import Path
from typing import Annotated

import typer

from dcaguard.cli.session import current, show


def add_to(app: typer.Typer) -> None:
    """Register this room's commands."""
    app.command("init")(init)
    app.command("demo")(demo)
    credentials = group("Where keys live.\n\nExample: dcaguard credentials check")
    credentials.command("set")(credentials_set)
    credentials.command("check")(credentials_check)
    app.add_typer(credentials, name="credentials")
    config = group("The config as read.\n\nExample: dcaguard config validate")
    config.command("show")(config_show)
    config.command("validate")(config_validate)
    config.command("schema")(config_schema)
    app.add_typer(config, name="config")
    app.command("help")(help_page)


def group(text: str) -> typer.Typer:
    """Return a group of commands with this help."""
    return typer.Typer(help=text, no_args_is_help=True, rich_markup_mode=None)


def init(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder to set up.")
    ] = Path(),
) -> int:
    """Write config.toml, strategies/ and a .gitignore; never overwrite anything.

    Example: dcaguard init my-plan
    """
    from dcaguard.adapters.workspace import init_workspace

    done = init_workspace(directory)
    lines = [f"wrote {path}" for path in done.written] + [f"kept {path}" for path in done.kept]
    there = "" if directory == Path() else f"cd {directory} && "
    lines.append(
        f"next: {there}dcaguard signals fetch exchange && dcaguard plan   "
        "(the account is paper: no key needed, only prices)"
    )
    lines.append(
        "for a real account: edit config.toml, then `dcaguard credentials set ACCOUNT`, "
        "`dcaguard guard`, `dcaguard run --dry-run`, `live = true`, `dcaguard arm STRATEGY`"
    )
    body = {"written": [str(p) for p in done.written], "kept": [str(p) for p in done.kept]}
    show("init", body, "\n".join(lines))
    return 0


def demo(
    directory: Annotated[
        Path | None, typer.Option("--dir", help="Where to leave the workspace to explore.")
    ] = None,
    speed: Annotated[
        float,
        typer.Option("--speed", min=0, help="Recorded days a second; 0 is as fast as it goes."),
    ] = 0.0,
) -> int:
    """Replay recorded real days through the real pipeline: no config, no key, no network.

    Example: dcaguard demo --dir demo-workspace
    """
    from dcaguard.cli.demo import run_demo

    return run_demo(directory, speed)


def credentials_set(
    account: Annotated[str, typer.Argument(help="The account in config.toml.")],
) -> int:
    """Read an account's secrets without echo into its 0600 file or the keyring, and test them.

    Example: dcaguard credentials set main
    """
    from dcaguard.cli.credentials import set_credentials

    return set_credentials(current(), account)


def credentials_check(
    account: Annotated[str | None, typer.Argument(help="Only this account.")] = None,
) -> int:
    """Test each key's rights at the venue: view and trade spot, and nothing more.

    Example: dcaguard credentials check
    """
    from dcaguard.cli.credentials import check_credentials

    return check_credentials(current(), account)


def config_show() -> int:
    """Print the effective config without secrets.

    Example: dcaguard config show
    """
    from dcaguard.core.config_show import show_json, show_text
    from dcaguard.wiring import load

    loaded = load(current().config)
    parts = (loaded.config, loaded.strategies)
    body = {"path": str(loaded.path), **show_json(*parts)}
    show("config-show", body, f"# {loaded.path}\n{show_text(*parts)}")
    return 0


def config_validate() -> int:
    """Check config and strategies; every mistake is one line. No network.

    Example: dcaguard config validate
    """
    from dcaguard.wiring import load

    loaded = load(current().config)
    names = sorted(loaded.strategies)
    text = f"{loaded.path}: valid; strategies: {', '.join(names) or 'none'}"
    show("config-validate", {"path": str(loaded.path), "strategies": names}, text)
    return 0


def config_schema(
    strategy: Annotated[
        bool, typer.Option("--strategy", help="The schema of strategies/NAME.toml instead.")
    ] = False,
) -> int:
    """Print the JSON Schema of config.toml or of a strategy.

    Example: dcaguard config schema
    """
    import json

    from dcaguard.cli.schema import schema_of

    schema = schema_of(strategy=strategy)
    show("config-schema", {"json_schema": schema}, json.dumps(schema, indent=2))
    return 0


def help_page(
    topic: Annotated[str | None, typer.Argument(help="A page's name; none lists them.")] = None,
) -> int:
    """Print a long help page shipped inside the package.

    Example: dcaguard help recovery
    """
    from dcaguard.cli.pages import page, pages
    from dcaguard.core.errors import NoInputError

    names = pages()
    if topic is None:
        show("help", {"topics": names}, "\n".join(["topics:", *(f"  {name}" for name in names)]))
        return 0
    if topic not in names:
        message = f"help {topic}: there is no such page: choose from {', '.join(names)}"
        raise NoInputError(message)
    text = page(topic)
    show("help", {"topic": topic, "text": text}, text)
    return 0
