"""What shows later of an order that a person ended by their word corrects it, or is told."""

from datetime import timedelta
from decimal import Decimal as D  # noqa: N817
from pathlib import Path

from dcaguard.app import book as books
from tests.app.live_space import LiveSpace, live_space
from tests.app.test_by_word import PARTS, moved, say, statuses
from tests.live.workspace import account_text, keys_text
from tests.venues.wire.exchange import WireExchange

HOURS = timedelta(hours=3)
RESTING = '[order]\ntype = "post-only"\nttl = "PT2H"\n'


def resting(folder: Path, server: WireExchange) -> LiveSpace:
    """Return a workspace whose one order rests at the venue."""
    space = live_space(folder, server, "plan", **PARTS)
    plan = (space.folder / "strategies/plan.toml").read_text()
    space.write("strategies/plan.toml", plan + RESTING)
    space.arm("plan")
    space.passed()
    assert statuses(space) == ["OPEN"]
    return space


def put_back(space: LiveSpace, server: WireExchange, now: str, before: str) -> None:
    space.edit("config.toml", now, before)
    space.write("main.keys.toml", keys_text(server.credentials))


def spent(space: LiveSpace) -> D:
    with space.world() as world:
        return sum(books.spent_by_payer(world.journal, "plan", "USDT").values(), D(0))


def test_a_resting_order_that_nobody_can_be_asked_about_is_ended_by_word(
    tmp_path: Path, server: WireExchange, kraken: WireExchange
) -> None:
    space = resting(tmp_path, server)
    moved(space, server, kraken)
    assert space.passed(ahead=HOURS).exit_code == 80
    said = say(space, HOURS)
    assert (said.exit_code, statuses(space)) == (0, ["PARTIAL_CLOSED"]), said.message
    assert spent(space) > 0


def test_what_rests_after_all_is_cancelled_and_corrected_when_its_login_is_back(
    tmp_path: Path, server: WireExchange, kraken: WireExchange
) -> None:
    space = resting(tmp_path, server)
    now, before = moved(space, server, kraken)
    assert say(space, HOURS).exit_code == 0
    put_back(space, server, now, before)
    space.passed(ahead=HOURS)
    (order,) = server.ledger.orders.values()
    assert order.status == "canceled"
    assert (statuses(space), spent(space)) == (["PARTIAL_CLOSED"], D(0))


def test_what_is_shown_as_resting_though_it_was_cancelled_is_told(
    tmp_path: Path, server: WireExchange, kraken: WireExchange
) -> None:
    space = resting(tmp_path, server)
    now, before = moved(space, server, kraken)
    assert say(space, HOURS).exit_code == 0
    put_back(space, server, now, before)
    server.fault(("DELETE", "/api/v3/order$"), "status", status=500)
    for _ in range(3):
        (problem,) = space.passed(ahead=HOURS).problems
        assert "should rest no longer" in problem.message
    assert account_text("main", "binance", server.base_url) in before
