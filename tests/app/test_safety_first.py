"""A run asks the sources before it decides, and decides on what they have just said."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

from dcaguard.adapters.config import load_config
from dcaguard.app.plan import plan
from dcaguard.app.run import Request, Result, run_pass
from dcaguard.app.signals import explain_signals
from dcaguard.app.world import FetchReport, World
from dcaguard.core.reading import Reading
from dcaguard.wiring import opened
from tests.app.space import Space, moment, space_in

SLOT = moment("2025-03-10")


def pegged(folder: Path) -> Space:
    """Return a paper workspace in which the peg was read a week before the slot."""
    space = space_in(folder, fee=0, gate="enabled = true")
    space.prices("2025-03-03", 20)
    space.read("peg.USDT", [("2025-03-02", "1.0")])
    return space


def asked(world: World) -> World:
    """Return the world with one source that needs two seconds and then says that all is well."""

    def fetch(names: Sequence[str], _budget: float) -> list[FetchReport]:
        world.clock.sleep(2)
        now = world.clock.now()
        return [FetchReport(n, [Reading("peg.USDT", now, now, Decimal(1), n, "")]) for n in names]

    return replace(world, fetch=fetch, source_names=lambda: ["okx"])


def one_pass(space: Space, *, fetch: bool) -> Result:
    loaded = load_config(space.folder / "config.toml", {}, space.folder)
    with opened(loaded, as_of=SLOT) as world:
        return run_pass(asked(world), Request(uuid4().hex, (), dry_run=False, fetch=fetch))


def test_what_a_run_has_just_fetched_counts_in_the_same_run(tmp_path: Path) -> None:
    (found,) = one_pass(pegged(tmp_path), fetch=True).decided
    assert found.decision.verdict == "BUY"


def test_a_peg_that_is_too_old_pauses_with_its_reason_and_exits_0(tmp_path: Path) -> None:
    space = pegged(tmp_path)
    result = one_pass(space, fetch=False)
    (found,) = result.decided
    (reason,) = found.decision.reasons
    assert (found.decision.verdict, reason.code, result.exit_code) == ("PAUSE", "VENUE_LOCKED", 0)
    assert "peg.USDT is older than 26 h" in str(reason.detail["why"])


def test_plan_and_explain_say_what_is_too_old(tmp_path: Path) -> None:
    space = pegged(tmp_path)
    loaded = load_config(space.folder / "config.toml", {}, space.folder)
    with opened(loaded, as_of=SLOT, write=False) as world:
        planned = str(plan(world, SLOT, 1))
        told = explain_signals(world).explanation.next[0]
    assert "peg.USDT is older than 26 h" in planned
    assert told.startswith("USDT is UNKNOWN: peg.USDT is older than 26 h")
