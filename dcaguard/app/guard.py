"""The leverage report: looked up now and written down, or as the journal had it at an instant."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dcaguard.app.context import Pass
from dcaguard.app.gather import findings_of, record_view
from dcaguard.app.limits import Limit
from dcaguard.app.status import spending_caps
from dcaguard.app.survey import Survey, survey
from dcaguard.app.world import World
from dcaguard.core.account import AccountView, CheckResult
from dcaguard.core.errors import DcaguardError
from dcaguard.core.policy.leverage import unwind


@dataclass(frozen=True, slots=True)
class GuardReport:
    """A survey with what it stops."""

    views: Mapping[str, AccountView]
    extra: Mapping[str, tuple[CheckResult, ...]]
    caps: tuple[Limit, ...]
    failures: Mapping[str, str]
    errors: tuple[DcaguardError, ...]
    stopping: Mapping[str, tuple[CheckResult, ...]]  # by account; empty when nothing stops buying

    def unwind_json(self) -> list[dict[str, object]]:
        """Return every step that would close a finding, in the order to be done. None is sent."""
        return [
            {"account": name, "text": step.text, "action": dict(step.action)}
            for name, view in self.views.items()
            for step in unwind(view)
        ]


def guard_now(world: World, run_id: str) -> GuardReport:
    """Look at every account, write balances and violations down, and say what stops buying."""
    now = world.clock.now()
    found: Survey = survey(world, (), now)
    run = Pass(world, run_id, now, dry_run=False)
    world.journal.begin_run(run_id, "command", world.version, world.config_digest, now)
    with world.journal.transaction():
        for name, view in found.views.items():
            record_view(world.journal, view, run, found.extra.get(name, ()))
    world.journal.end_run(0, "OK", now)
    stopping = {n: r for n, r in findings_of(world.config, found.looked).items() if r}
    return GuardReport(
        views=found.views,
        extra=found.extra,
        caps=found.caps,
        failures=found.failures,
        errors=found.errors,
        stopping=stopping,
    )


@dataclass(frozen=True, slots=True)
class StoredGuard:
    """What the journal says of each account at an instant."""

    at: datetime
    accounts: Mapping[str, Mapping[str, object]]  # the newest balances row
    violations: Mapping[str, Mapping[str, object]]  # the newest violations row, if any
    base_currency: str
    caps: tuple[Limit, ...]  # on spending, as the journal stood


def guard_then(world: World, at: datetime) -> StoredGuard:
    """Return the newest balances and violations that were written until an instant."""
    balances: dict[str, Mapping[str, object]] = {}
    violations: dict[str, Mapping[str, object]] = {}
    for name in world.config.accounts:
        for entry in world.journal.entries("balances", name):
            if entry.at <= at:
                balances[name] = {"at": entry.at, **entry.body}
                violations.pop(name, None)
        for entry in world.journal.entries("violations", name):
            if entry.at <= at and entry.at >= balances.get(name, {}).get("at", entry.at):  # type: ignore[operator]
                violations[name] = {"at": entry.at, **entry.body}
    caps = spending_caps(world, at)
    return StoredGuard(at, balances, violations, world.config.base_currency, caps)
