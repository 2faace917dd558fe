"""What the acting commands call: wiring, one use case, and the halt around it."""

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from dcaguard.app.run import Request, Result, run_pass
from dcaguard.app.world import World
from dcaguard.cli.session import Session, show, tell
from dcaguard.cli.times import parse_as_of
from dcaguard.core.errors import ConfigError, DcaguardError, UsageError
from dcaguard.wiring import load, opened, place_of, refuse_shared_folders


def new_run_id() -> str:
    """Return a run's id: 32 hex digits, unique on any machine."""
    return os.urandom(16).hex()


def known_strategies(world: World, names: Sequence[str]) -> tuple[str, ...]:
    """Return the names, or raise ConfigError (78) for one that no file defines."""
    for name in names:
        if name not in world.strategies:
            from dcaguard.core.config_values import nearest

            hint = nearest(name, list(world.strategies))
            msg = f"strategies/{name}.toml: no strategy is called {name!r}: {hint}"
            raise ConfigError(msg)
    return tuple(names)


def run_once(
    session: Session,
    strategies: Sequence[str],
    *,
    dry_run: bool,
    as_of: str | None,
    fetch: bool,
    detailed: bool,
) -> Result:
    """Do one pass on the configured workspace."""
    loaded = load(session.config, tolerant=True)
    moment = parse_as_of(as_of) if as_of is not None else None
    if not dry_run:
        refuse_shared_folders(loaded)
    with opened(loaded, as_of=moment) as world:
        names = known_strategies(world, strategies)
        if moment is not None and not dry_run:
            _only_paper(world, names)
        request = Request(
            run_id=new_run_id(),
            strategies=names,
            dry_run=dry_run,
            fetch=fetch and moment is None,
            detailed_exit=detailed,
        )
        return run_pass(world, request)


def _only_paper(world: World, names: Sequence[str]) -> None:
    """Refuse a made-up time for anything that could reach a real account."""
    for name in names or world.strategies:
        account = world.strategies[name].account
        if not world.is_paper(account):
            msg = (
                f"--as-of: strategy {name} buys on account {account}, which is not paper: "
                "add --dry-run, or name only paper strategies"
            )
            raise UsageError(msg)


def arm_strategy(session: Session, name: str, *, yes: bool) -> int:
    """Show what would be armed, ask unless told not to, and write the confirmation."""
    import typer

    from dcaguard.app.arm import arm, what_is_armed
    from dcaguard.render.arm import arm_json, arm_text, armed_text

    with opened(load(session.config)) as world:
        known_strategies(world, [name])
        about = what_is_armed(world, name)
        if not yes:
            if session.json:
                msg = "arm: `--json` can not ask: add --yes once you have read `dcaguard plan`"
                raise UsageError(msg)
            tell(arm_text(about))
            typer.confirm("Arm it?", abort=True, err=True)
        armed = arm(world, about)
    show("arm", arm_json(about, armed), armed_text(about, armed))
    return 0


def set_halt(session: Session, reason: str) -> bool:
    """Set the halt at once; return whether it could be journalled.

    A stop must work when little else does: beside a config that no longer loads, or while another
    run is at work. That run looks at the halt again right before it sends anything.
    """
    from dcaguard.adapters.config import find_config
    from dcaguard.wiring.place import halts_of

    places = [*halts_of(find_config(session.config, os.environ, Path.cwd()))]
    refused = _set_at(places, reason)
    shared = _shared_halt(session)
    if shared is not None and shared not in places:
        places.append(shared)
        refused += _set_at([shared], reason)
    nowhere = len(refused) == len(places)
    for error in refused[1:] if nowhere else refused:
        tell(f"the halt could not be set everywhere: {error}")
    if nowhere:
        raise refused[0]
    try:
        with opened(load(session.config, tolerant=True)) as world:
            world.journal.append("halt", "person", {"reason": reason}, world.clock.now())
    except DcaguardError as error:
        tell(f"the halt is set, but could not be journalled: {error}")
        return False
    return True


def _set_at(places: Sequence[Path], reason: str) -> list[DcaguardError]:
    """Set the halt at every place; return why it could not be set at some. One is enough."""
    from dcaguard.adapters.halt import HaltFile

    refused = []
    for place in places:
        try:
            HaltFile(place).set(reason)
        except DcaguardError as error:
            refused.append(error)
    return refused


def _shared_halt(session: Session) -> Path | None:
    """Return where the stop of all that share a journal stands; None for a config that is broken.

    Why it does not load is told when the halt is journalled.
    """
    from dcaguard.wiring.place import HALT

    try:
        return place_of(load(session.config, tolerant=True)).journal.with_name(HALT)
    except DcaguardError:
        return None


def lift_halt(session: Session, account: str | None) -> None:
    """Write the resumption down, then remove the halt; acknowledge a locked venue.

    A strategy with mistakes does not keep the others halted.
    """
    loaded = load(session.config, tolerant=True)
    for line in loaded.broken:
        tell(f"left out: {line}")
    with opened(loaded) as world:
        now = world.clock.now()
        if account is not None:
            if account not in world.config.accounts:
                from dcaguard.core.config_values import nearest

                hint = nearest(account, list(world.config.accounts))
                msg = f"--account {account}: no such account: {hint}"
                raise ConfigError(msg)
            venue = world.config.accounts[account].exchange
            body: dict[str, object] = {"account": account, "venue": venue, "acknowledged_at": now}
            world.journal.append("acknowledge", account, body, now)
        world.journal.append("resume", "person", {"account": account}, now)
        world.halt.clear()


def resolve_order(session: Session, prefix: str, *, abandon: bool, as_bought: bool) -> int:
    """Ask the venue about one order and show every answer; end it by a person's word if told."""
    from dcaguard.app.resolve import Word, resolve
    from dcaguard.render.resolve import resolve_json, resolve_text

    if abandon and as_bought:
        msg = (
            "resolve: --abandon says that it never arrived, --as-bought that it may have: name one"
        )
        raise UsageError(msg)
    word = Word.ABANDON if abandon else Word.AS_BOUGHT if as_bought else None
    with opened(load(session.config)) as world:
        found = resolve(world, prefix, new_run_id(), word)
    code = found.exit_code
    show("resolve", resolve_json(found), resolve_text(found), exit_code=int(code), code=code.name)
    return int(code)


def as_of_or_none(text: str | None) -> datetime | None:
    """Return the instant that `--as-of` names, or None."""
    return parse_as_of(text) if text is not None else None
