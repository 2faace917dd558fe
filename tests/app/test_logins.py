"""An account's name stays while a person edits what stands behind it; its orders do not move."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal as D  # noqa: N817
from pathlib import Path

import pytest

from dcaguard.app.resolve import Resolved, resolve
from tests.app.live_space import LiveSpace, binance, live_space, told
from tests.live.workspace import account_text, keys_text
from tests.venues.wire.cases import CASES
from tests.venues.wire.exchange import WireExchange

DAY = timedelta(days=1)
LATER = (timedelta(seconds=700), timedelta(seconds=800))
TIGHT = {"caps": "order_max = 100\nmonth_max = 150\n", "price": 'staleness = "3d"\n'}
PAPER = '[accounts.main]\nexchange = "paper"\nbalances = { USDT = "1000" }\n'


@pytest.fixture
def server() -> Iterator[WireExchange]:
    with binance() as running:
        yield running


@pytest.fixture
def kraken() -> Iterator[WireExchange]:
    with next(one for one in CASES if one.name == "kraken").start() as running:
        running.fund("spot", "USD", 1000)
        yield running


def with_lost_reply(folder: Path, server: WireExchange) -> LiveSpace:
    """Return a workspace whose one order was executed while its reply and all look-ups failed."""
    space = live_space(folder, server, "plan", **TIGHT)
    space.arm("plan")
    server.fault(("POST", "/api/v3/order$"), "close", times=1)
    server.fault(("GET", "/api/v3/(order|allOrders)$"), "status", status=500, after=1, times=3)
    assert space.passed().exit_code == 80
    assert space.rows("SELECT status FROM orders") == [("UNKNOWN",)]
    server.clear_faults()
    return space


def later(space: LiveSpace, ahead: timedelta) -> int:
    return int(space.passed(ahead=ahead).exit_code)


def abandon(space: LiveSpace) -> Resolved:
    (found,) = space.rows("SELECT client_order_id FROM orders")
    with space.world(LATER[1]) as world:
        return resolve(world, str(found[0]), "0" * 32, abandon=True)


def statuses(space: LiveSpace) -> list[str]:
    return sorted(str(row[0]) for row in space.rows("SELECT status FROM orders"))


def test_another_exchange_under_the_same_name_can_not_deny_an_order(
    tmp_path: Path, server: WireExchange, kraken: WireExchange
) -> None:
    space = with_lost_reply(tmp_path, server)
    old = account_text("main", "binance", server.base_url)
    space.edit("config.toml", old, account_text("main", "kraken", kraken.base_url))
    space.edit("strategies/plan.toml", "USDT", "USD")
    space.edit("strategies/plan.toml", "BTC/USDT", "BTC/USD")
    space.write("main.keys.toml", keys_text(kraken.credentials))
    assert [later(space, ahead) for ahead in LATER] == [80, 80]
    given_up = abandon(space)
    assert (given_up.exit_code, statuses(space)) == (80, ["UNKNOWN"])
    assert "was sent to binance" in given_up.message


def test_the_paper_exchange_can_not_deny_a_real_order(tmp_path: Path, server: WireExchange) -> None:
    space = with_lost_reply(tmp_path, server)
    space.edit("config.toml", account_text("main", "binance", server.base_url), PAPER)
    assert [later(space, ahead) for ahead in LATER] == [80, 80]
    assert statuses(space) == ["UNKNOWN"]


def with_renewed_key(space: LiveSpace, server: WireExchange) -> dict[str, str]:
    """Give the account a new key of the same login, and return the one before it."""
    before = dict(server.credentials)
    server.make_credentials()
    space.write("main.keys.toml", keys_text(server.credentials))
    return before


def test_another_key_denies_nothing_while_it_shows_no_trade_that_is_known(
    tmp_path: Path, server: WireExchange
) -> None:
    space = live_space(tmp_path, server, "plan", **TIGHT)
    space.arm("plan")
    server.fault(("POST", "/api/v3/order$"), "close-before-reading", times=1)
    assert space.passed().exit_code == 80
    before = with_renewed_key(space, server)
    assert [later(space, ahead) for ahead in LATER] == [80, 80]
    given_up = abandon(space)
    assert "it was sent with another key of account main" in given_up.message
    assert statuses(space) == ["UNKNOWN"]
    server.credentials = before
    space.write("main.keys.toml", keys_text(before))
    for ahead in (LATER[1], LATER[1] + timedelta(seconds=100)):
        later(space, ahead)
    assert statuses(space) == ["ABANDONED"]


def test_a_renewed_key_that_shows_a_known_trade_speaks_for_the_same_login(
    tmp_path: Path, server: WireExchange
) -> None:
    space = live_space(tmp_path, server, "plan", price=TIGHT["price"])
    space.arm("plan")
    assert told(space.passed()) == {"BUY plan": []}
    server.fault(("POST", "/api/v3/order$"), "close-before-reading", times=1)
    assert later(space, DAY) == 80
    with_renewed_key(space, server)
    for ahead in LATER:
        later(space, DAY + ahead)
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
