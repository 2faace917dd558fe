"""Every block that no venue can end, a person can: the order then counts as bought, for ever."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal as D  # noqa: N817
from pathlib import Path
from uuid import uuid4

import pytest

from dcaguard.app import book as books
from dcaguard.app.by_word import may_be_bought
from dcaguard.app.resolve import Resolved, Word, resolve
from dcaguard.app.why import why
from dcaguard.core.errors import ExitCode
from dcaguard.core.purse import Purse
from dcaguard.render.why import why_text
from tests.app.live_space import LiveSpace, live_space
from tests.live.workspace import account_text, keys_text
from tests.venues.wire.exchange import WireExchange

DAY = timedelta(days=1)
LATER = timedelta(seconds=700)
PARTS = {"budget": "total = 150\n", "price": 'staleness = "3d"\n'}
WAY_OUT = "`dcaguard resolve ORDER --as-bought` ends it"
WORST = D("99.584485")  # of the order, fee included


def lost(folder: Path, server: WireExchange, *, bought: bool = False) -> LiveSpace:
    """Return a workspace whose one order lost its reply; it arrived only if `bought`."""
    space = live_space(folder, server, "plan", **PARTS)
    space.arm("plan")
    server.fault(("POST", "/api/v3/order$"), "close" if bought else "close-before-reading", times=1)
    if bought:
        server.fault(("GET", "/api/v3/(order|allOrders)$"), "status", status=500, after=1, times=3)
    assert space.passed().exit_code == 80
    server.clear_faults()
    return space


def say(space: LiveSpace, ahead: timedelta = LATER, word: Word = Word.AS_BOUGHT) -> Resolved:
    (found,) = space.rows("SELECT client_order_id FROM orders LIMIT 1")
    with space.world(ahead) as world:
        return resolve(world, str(found[0]), uuid4().hex, word)


def statuses(space: LiveSpace) -> list[str]:
    return [str(row[0]) for row in space.rows("SELECT status FROM orders")]


def renamed(space: LiveSpace, server: WireExchange) -> None:
    space.edit("config.toml", "[accounts.main]", "[accounts.alt]")
    space.edit("strategies/plan.toml", '"main"', '"alt"')
    space.arm("plan")
    del server


def of_a_new_key(space: LiveSpace, server: WireExchange) -> None:
    server.make_credentials()
    space.write("main.keys.toml", keys_text(server.credentials))


def with_money_moved_by_hand(space: LiveSpace, server: WireExchange) -> None:
    server.fund("spot", "BTC", "0.01")
    server.fund("spot", "USDT", "900")
    del space


def through_another_address(space: LiveSpace, server: WireExchange) -> None:
    space.edit("config.toml", "127.0.0.1", "localhost")
    space.arm("plan")
    del server


@pytest.mark.parametrize(
    "block", [renamed, of_a_new_key, with_money_moved_by_hand, through_another_address]
)
def test_a_block_that_no_venue_ends_names_the_way_out_and_it_works(
    tmp_path: Path, server: WireExchange, block: Callable[[LiveSpace, WireExchange], None]
) -> None:
    space = lost(tmp_path, server)
    block(space, server)
    found = space.passed(ahead=LATER)
    (problem,) = found.problems
    assert problem.message.endswith(WAY_OUT)
    assert problem.message.count(str(space.rows("SELECT client_order_id FROM orders")[0][0])) == 1
    said = say(space)
    assert (said.exit_code, statuses(space)) == (0, ["PARTIAL_CLOSED"])
    assert "counted as bought, by a person: 99.584485 USDT" in said.message
    again = space.passed(ahead=LATER)
    assert (again.exit_code, len(server.posts())) == (0, 1)  # its slot is used up
    (bought,) = space.passed(ahead=DAY).decided
    assert bought.decision.buy_quote == D(150) - WORST  # and it counts in the total


def test_an_order_of_a_symbol_that_is_delisted_can_be_ended(
    tmp_path: Path, server: WireExchange
) -> None:
    space = lost(tmp_path, server)
    market = server.ledger.markets.pop("BTC/USDT")
    (space.folder / "cache.db").unlink()
    (problem,) = space.passed(ahead=LATER).problems
    assert "BTC/USDT is not listed on binance" in problem.message
    assert problem.message.endswith(WAY_OUT)
    assert say(space).exit_code == 0
    assert statuses(space) == ["PARTIAL_CLOSED"]
    server.ledger.markets["BTC/USDT"] = market


def moved(space: LiveSpace, server: WireExchange, kraken: WireExchange) -> tuple[str, str]:
    """Lead the account to another exchange; return its table there, and the one before."""
    before = account_text("main", "binance", server.base_url)
    now = account_text("main", "kraken", kraken.base_url)
    space.edit("config.toml", before, now)
    space.write("main.keys.toml", keys_text(kraken.credentials))
    return now, before


def purse(space: LiveSpace) -> Purse:
    with space.world() as world:
        return books.purse(world.journal, "plan", "BTC/USDT")


def test_nothing_of_an_order_by_word_carries_and_it_counts_in_the_total(
    tmp_path: Path, server: WireExchange, kraken: WireExchange
) -> None:
    space = lost(tmp_path, server, bought=True)
    before = purse(space)
    moved(space, server, kraken)
    assert say(space).exit_code == 0
    assert purse(space) == before
    with space.world() as world:
        assert sum(books.spent_by_payer(world.journal, "plan", "USDT").values()) == WORST
        assert may_be_bought(world.journal, "plan", "BTC/USDT") == D("0.00197")
        (row,) = world.journal.entries("as-bought")
        assert "was sent to binance" in str(row.body["evidence"])


def test_fills_that_show_later_correct_what_a_person_said(
    tmp_path: Path, server: WireExchange, kraken: WireExchange
) -> None:
    space = lost(tmp_path, server, bought=True)
    now, before = moved(space, server, kraken)
    assert say(space).exit_code == 0
    told_why, told_trades = texts(space)
    assert "counted as bought, by a person" in told_why
    assert "counted as bought, by a person: 99.58" in told_trades
    space.edit("config.toml", now, before)
    space.write("main.keys.toml", keys_text(server.credentials))
    found = space.passed(ahead=LATER)
    assert any("a late fill is recorded" in note for note in found.notes)
    assert statuses(space) == ["FILLED"]
    with space.world() as world:
        assert sum(books.spent_by_payer(world.journal, "plan", "USDT").values()) == D("98.5")
        assert books.bought_total(world.journal, "plan", "BTC/USDT") == D("0.00197")
        assert may_be_bought(world.journal, "plan", "BTC/USDT") == 0
    assert purse(space).carry == WORST - D("98.5")
    assert "counted as bought" not in texts(space)[1]
    assert space.call("audit", "verify").code == 0


def texts(space: LiveSpace) -> tuple[str, str]:
    """Return what `why` and `audit trades` say."""
    with space.world() as world:
        told_why = why_text(why(world, None, dry=False))
    return told_why, space.call("audit", "trades").out


def test_what_the_venue_shows_is_recorded_and_nothing_is_assumed(
    tmp_path: Path, server: WireExchange
) -> None:
    space = lost(tmp_path, server, bought=True)
    said = say(space)
    assert (said.exit_code, statuses(space)) == (0, ["FILLED"])
    assert "nothing is assumed" in said.message
    with space.world() as world:
        assert not list(world.journal.entries("as-bought"))
    assert "nothing to settle" in say(space).message


def test_what_the_venue_shows_and_contradicts_is_no_matter_of_words(
    tmp_path: Path, server: WireExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dcaguard.core.errors import ReconcileError

    def contradicted(*_: object) -> None:
        raise ReconcileError("the venue shows it with other values.")

    space = lost(tmp_path, server, bought=True)
    monkeypatch.setattr("dcaguard.app.answers.record_all", contradicted)
    said = say(space)
    assert (said.exit_code, statuses(space)) == (ExitCode.RECONCILE, ["UNKNOWN"])


def test_an_order_that_rests_can_not_be_counted_as_bought(
    tmp_path: Path, server: WireExchange
) -> None:
    space = live_space(tmp_path, server, "plan", **PARTS)
    plan = (space.folder / "strategies/plan.toml").read_text()
    space.write("strategies/plan.toml", plan + '[order]\ntype = "post-only"\nttl = "PT2H"\n')
    space.arm("plan")
    space.passed()
    assert statuses(space) == ["OPEN"]
    assert "nothing is assumed" in say(space, timedelta(0)).message
    assert statuses(space) == ["OPEN"]


def test_a_target_counts_what_an_order_by_word_may_have_bought(
    tmp_path: Path, server: WireExchange
) -> None:
    space = lost(tmp_path, server)
    sizing = '[sizing]\nmode = "value-averaging"\n'
    plan = (space.folder / "strategies/plan.toml").read_text()
    space.write("strategies/plan.toml", plan + sizing)
    space.edit("strategies/plan.toml", "total = 150", "total = 1000")
    space.arm("plan")
    of_a_new_key(space, server)
    assert say(space).exit_code == 0
    (found,) = space.passed(ahead=DAY).decided
    assert found.decision.buy_quote < D(110)  # two slots' target, less what may be there
