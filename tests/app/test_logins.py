"""An account's name stays while a person edits what stands behind it; its orders do not move."""

from dataclasses import replace
from decimal import Decimal as D  # noqa: N817
from pathlib import Path
from uuid import uuid4

import pytest

from dcaguard.app.context import Pass
from dcaguard.app.logins import unresolved
from dcaguard.app.sent import record_login, sent_from
from dcaguard.core.order import UNRESOLVED, Fill, Status
from dcaguard.core.portfolio import Kind
from tests.app.live_space import LiveSpace, live_space, told
from tests.app.lost_orders import (
    DAY,
    LATER,
    PAPER,
    TIGHT,
    by_an_older_program,
    later,
    other_login,
    statuses,
    with_lost_reply,
)
from tests.live.workspace import account_text, keys_text
from tests.venues.wire.exchange import WireExchange


@pytest.mark.parametrize("renewed", [False, True])
def test_an_order_that_lost_its_account_blocks_every_account_of_its_exchange(
    tmp_path: Path, server: WireExchange, kraken: WireExchange, renewed: bool
) -> None:
    space = with_lost_reply(tmp_path, server)
    main = account_text("main", "binance", server.base_url)
    alt = account_text("alt", "binance", server.base_url)
    kept = "" if renewed else account_text("main", "kraken", kraken.base_url)
    space.edit("config.toml", main, kept + alt)
    space.edit("strategies/plan.toml", '"main"', '"alt"')
    if renewed:
        server.make_credentials()
    space.write("main.keys.toml", keys_text(kraken.credentials))
    space.write("alt.keys.toml", keys_text(server.credentials))
    space.arm("plan")
    found = space.passed(ahead=DAY)
    assert told(found) == {"WAIT plan": ["ORDER_UNRESOLVED"]}
    assert len(server.posts()) == 1


@pytest.mark.parametrize("older", [False, True])
def test_an_order_that_lost_its_account_blocks_no_paper(
    tmp_path: Path, server: WireExchange, monkeypatch: pytest.MonkeyPatch, older: bool
) -> None:
    if older:
        by_an_older_program(monkeypatch)
    space = with_lost_reply(tmp_path, server)
    paper = PAPER.replace("main", "sheet")
    space.edit("config.toml", account_text("main", "binance", server.base_url), paper)
    space.edit("strategies/plan.toml", '"main"', '"sheet"')
    (reasons,) = told(space.passed(ahead=DAY)).values()
    assert "ORDER_UNRESOLVED" not in reasons


def test_an_order_is_another_accounts_own_affair_while_that_is_its_login(
    tmp_path: Path, server: WireExchange
) -> None:
    alt = account_text("alt", "binance", server.base_url)
    space = live_space(tmp_path, server, "plan", accounts=alt, price=TIGHT["price"])
    space.arm("plan")
    server.fault(("POST", "/api/v3/order$"), "close-before-reading", times=1)
    space.write("alt.keys.toml", keys_text(other_login(server).credentials))
    assert space.passed().exit_code == 80
    with space.world() as world:
        run = Pass(world, uuid4().hex, world.clock.now(), dry_run=False)
        rows = [len(unresolved(run, run.book(name), name)) for name in ("main", "alt")]
        assert rows == [1, 0]
    space.write("alt.keys.toml", keys_text(server.credentials))
    with space.world() as world:
        run = Pass(world, uuid4().hex, world.clock.now(), dry_run=False)
        assert len(unresolved(run, run.book("alt"), "alt")) == 1


def bought_under_another_name(space: LiveSpace, server: WireExchange) -> None:
    """Write down what the login of the lost order bought since, while its account was `alt`."""
    bought = server.foreign_trade("BTC/USDT", "buy", "0.001", "50000")
    server.ledger.orders[bought].client_id = "ab" * 16
    (trade,) = server.trades()
    with space.world() as world:
        run = Pass(world, uuid4().hex, world.clock.now(), dry_run=False)
        run.begin()
        (lost,) = world.journal.orders(status=UNRESOLVED)
        login = sent_from(world.journal, lost)
        assert login is not None
        order = replace(
            lost,
            client_order_id="ab" * 16,
            run_id=run.run_id,
            strategy="other",
            account="alt",
            status=Status.INTENT,
            sent_at=None,
        )
        world.journal.add_order(order, order.slot, "0" * 64, run.now)
        record_login(world.journal, order, login, Kind.REAL, run.now)
        fill = Fill(
            "alt", "BTC/USDT", trade["trade_id"], order.client_order_id, "BUY", D("0.001"),
            D(50000), D(50), D(trade["fee"]), trade["fee_asset"], run.now,
        )  # fmt: skip
        world.journal.add_fill(fill, run.now)
        for status in (Status.SENDING, Status.FILLED):
            world.journal.move_order(order.client_order_id, status, run.now)
        run.end(0, "OK")


def test_a_balance_is_weighed_with_what_its_login_bought_under_another_name(
    tmp_path: Path, server: WireExchange
) -> None:
    space = live_space(tmp_path, server, "plan", **TIGHT)
    space.arm("plan")
    server.fault(("POST", "/api/v3/order$"), "close-before-reading", times=1)
    assert space.passed().exit_code == 80
    bought_under_another_name(space, server)
    for ahead in LATER:
        later(space, ahead)
    assert statuses(space) == ["ABANDONED", "FILLED"]


@pytest.mark.parametrize(("budget", "month_max"), [("", 150), ("total = 150\n", 2000)])
def test_what_real_money_bought_counts_after_its_account_became_another_kind(
    tmp_path: Path, server: WireExchange, budget: str, month_max: int
) -> None:
    caps = f"order_max = 100\nmonth_max = {month_max}\n"
    space = live_space(tmp_path, server, "plan", budget=budget, caps=caps, price=TIGHT["price"])
    space.arm("plan")
    assert told(space.passed()) == {"BUY plan": []}
    main = account_text("main", "binance", server.base_url)
    space.edit("config.toml", main, PAPER + account_text("alt", "binance", server.base_url))
    space.write("alt.keys.toml", keys_text(server.credentials))
    space.edit("strategies/plan.toml", '"main"', '"alt"')
    assert space.arm("plan").no_past
    (found,) = space.passed(ahead=DAY).decided
    assert found.decision.buy_quote <= D("51.5")  # 98.5 of the 150 are spent


def test_an_order_without_an_outcome_blocks_its_login_under_a_new_name(
    tmp_path: Path, server: WireExchange
) -> None:
    space = with_lost_reply(tmp_path, server)
    space.edit("config.toml", "[accounts.main]", "[accounts.alt]")
    space.edit("strategies/plan.toml", '"main"', '"alt"')
    space.arm("plan")
    found = space.passed(ahead=DAY)
    assert told(found) == {"WAIT plan": ["ORDER_UNRESOLVED"]}
    assert (found.exit_code, len(server.posts())) == (80, 1)


def test_one_login_under_two_names_buys_nothing_while_one_of_them_is_silent(
    tmp_path: Path, server: WireExchange
) -> None:
    other = account_text("alt", "binance", "http://127.0.0.1:9")
    space = live_space(tmp_path, server, "plan", accounts=other)
    space.write("alt.keys.toml", keys_text(server.credentials))
    space.arm("plan")
    assert told(space.passed()) == {"WAIT plan": ["CREDENTIALS_UNUSABLE"]}
    assert server.posts() == []


def test_a_balance_is_weighed_as_it_was_right_before_the_order_left(
    tmp_path: Path, server: WireExchange
) -> None:
    """A run that could not send wrote other balances down, and a person brought money since."""
    space = live_space(tmp_path, server, "plan", **TIGHT)
    space.arm("plan")
    server.fault(("GET", "/api/v3/(order|allOrders)$"), "status", status=503)
    space.passed()
    assert statuses(space) == ["INTENT"]
    server.clear_faults()
    server.fund("spot", "USDT", 1500)
    server.script("GET", "/api/v3/order", {"code": -2013, "msg": "Order does not exist."}, 400)
    server.script("GET", "/api/v3/allOrders", [])
    server.script("GET", "/api/v3/myTrades", [])
    server.fault(("POST", "/api/v3/order$"), "close", times=1)
    assert space.passed().exit_code == 80
    assert [later(space, ahead) for ahead in LATER] == [80, 80]
    assert statuses(space) == ["UNKNOWN"]


def test_ended_orders_that_are_never_answered_for_hold_up_no_others(
    tmp_path: Path, server: WireExchange
) -> None:
    names = [f"plan{number}" for number in range(7)]
    space = live_space(tmp_path, server, *names, price=TIGHT["price"])
    for name in names:
        space.arm(name)
    assert len(space.passed().decided) == 7
    server.fault(("GET", "/api/v3/(order|allOrders)$"), "status", status=500)
    later(space, LATER[0])
    server.clear_faults()
    later(space, LATER[0])
    asked = {row[0] for row in space.rows("SELECT subject FROM journal WHERE kind = 'asked-again'")}
    with space.world() as world:
        ids = [order.client_order_id for order in world.journal.orders()]
    assert (len(ids), len(asked)) == (7, 5)
    assert set(ids[5:]) <= asked
