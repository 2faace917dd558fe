"""What the looking commands call: wiring and one use case each; none of them takes the lock."""

from collections.abc import Sequence

from dcaguard.app.plan import Plan
from dcaguard.app.plan import plan as plan_ahead
from dcaguard.app.status import Status
from dcaguard.app.status import status as stand
from dcaguard.app.survey import Survey, survey
from dcaguard.app.why import Why
from dcaguard.app.why import why as tell
from dcaguard.cli.calls import new_run_id
from dcaguard.cli.session import Session, show
from dcaguard.cli.times import parse_as_of
from dcaguard.core.account import Proof
from dcaguard.core.errors import ConfigError, ExitCode, gravest
from dcaguard.wiring import as_it_stood, load, opened


def survey_accounts(session: Session, accounts: Sequence[str]) -> tuple[Survey, str, ExitCode]:
    """Look at accounts; return what was found, the base currency and the exit code."""
    loaded = load(session.config)
    for name in accounts:
        if name not in loaded.config.accounts:
            from dcaguard.core.config_values import nearest

            msg = (
                f"--account {name}: no such account: {nearest(name, list(loaded.config.accounts))}"
            )
            raise ConfigError(msg)
    with opened(loaded, write=False) as world:
        found = survey(world, accounts, world.clock.now())
        return found, world.config.base_currency, gravest([e.exit_code for e in found.errors])


def guard_report(session: Session, *, unwind: bool, as_of: str | None) -> int:
    """Show the leverage and caps report; violations are also written to the journal."""
    from dcaguard.app.guard import guard_now, guard_then
    from dcaguard.render.look import guard_json, guard_text, overall

    loaded = load(session.config)
    if as_of is not None:
        return _stored_guard(session, as_of, guard_then)
    with opened(loaded) as world:
        found = guard_now(world, new_run_id())
        base = world.config.base_currency
    results = {overall(view, found.extra.get(name, ())) for name, view in found.views.items()}
    codes = [e.exit_code for e in found.errors]
    if results & {Proof.VIOLATED, Proof.CANNOT_TELL}:
        codes.append(ExitCode.NOPERM if found.stopping else ExitCode.OK)
    code = gravest(codes)
    parts = (found.views, found.extra, found.caps, found.failures)
    body = guard_json(*parts, base)
    text = guard_text(*parts, unwind=unwind)
    if unwind:
        body["unwind"] = found.unwind_json()
    elif not found.stopping and not found.errors:
        text += "\n\nnext: `dcaguard run --dry-run` rehearses the next buy"
    show("guard", body, text, exit_code=int(code), code=code.name)
    return int(code)


def _stored_guard(session: Session, as_of: str, guard_then: object) -> int:
    from dcaguard.render.guard_then import then_json, then_text

    moment = parse_as_of(as_of)
    assert callable(guard_then)
    with opened(load(session.config), as_of=moment, write=False) as world:
        found = guard_then(as_it_stood(world, moment), moment)
    show("guard", then_json(found), then_text(found))
    return 0


def make_plan(session: Session, slots: int, as_of: str | None) -> Plan:
    """Return what the next run would do."""
    moment = parse_as_of(as_of) if as_of is not None else None
    with opened(load(session.config), as_of=moment, write=False) as world:
        return plan_ahead(world, world.clock.now(), slots)


def read_status(session: Session, as_of: str | None, *, dry: bool) -> Status:
    """Return where everything stands."""
    moment = parse_as_of(as_of) if as_of is not None else None
    with opened(load(session.config, tolerant=True), as_of=moment, write=False) as world:
        stood = as_it_stood(world, moment) if moment is not None else None
        return stand(world, world.clock.now(), dry=dry, stood=stood)


def tell_why(session: Session, slot: str | None, *, dry: bool) -> Why:
    """Return the story of a slot."""
    with opened(load(session.config, tolerant=True), write=False) as world:
        return tell(world, slot, dry=dry)
