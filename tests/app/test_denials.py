"""Only the login that sent an order can say that it never arrived there."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.app.live_space import live_space, told
from tests.app.lost_orders import (
    DAY,
    LATER,
    PAPER,
    TIGHT,
    abandon,
    by_an_older_program,
    later,
    log_in,
    statuses,
    two_logins,
    with_lost_reply,
    with_renewed_key,
)
from tests.live.workspace import account_text, keys_text, strategy_text
from tests.venues.wire.exchange import WireExchange


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


def test_a_login_can_not_deny_an_order_by_the_trades_that_it_made_itself(
    tmp_path: Path, server: WireExchange
) -> None:
    space = live_space(tmp_path, server, "plan", price=TIGHT["price"])
    first, second = two_logins(space, server)
    log_in(space, server, second)
    server.fault(("POST", "/api/v3/order$"), "close", times=1)
    server.fault(("GET", "/api/v3/(order|allOrders)$"), "status", status=500, after=3, times=3)
    assert later(space, DAY) == 80
    server.clear_faults()
    log_in(space, server, first)
    assert [later(space, DAY + ahead) for ahead in LATER] == [80, 80]
    given_up = abandon(space, DAY + LATER[1])
    assert "it was sent with another key of account main" in given_up.message
    assert statuses(space) == ["FILLED", "UNKNOWN"]
    log_in(space, server, second)
    later(space, DAY + LATER[1])
    assert statuses(space) == ["FILLED", "FILLED"]


def test_a_login_can_not_deny_an_order_that_rests_at_another_one(
    tmp_path: Path, server: WireExchange
) -> None:
    space = live_space(tmp_path, server, "plan", price=TIGHT["price"])
    first, second = two_logins(space, server)
    rests = '[order]\ntype = "post-only"\nttl = "PT2H"\n'
    space.write("strategies/plan.toml", strategy_text("plan", "main", "USDT", plan=rests))
    space.arm("plan")
    log_in(space, server, second)
    later(space, DAY)
    log_in(space, server, first)
    late = DAY + timedelta(hours=3)
    found = space.passed(ahead=late)
    assert "it was sent with another key of account main" in found.problems[0].message
    assert "not given up" in abandon(space, late).message
    assert statuses(space) == ["FILLED", "UNKNOWN"]


def test_a_trade_that_can_not_be_asked_for_is_told_as_such(
    tmp_path: Path, server: WireExchange
) -> None:
    space = live_space(tmp_path, server, "plan", price=TIGHT["price"])
    two_logins(space, server)
    server.fault(("POST", "/api/v3/order$"), "close-before-reading", times=1)
    assert later(space, DAY) == 80
    with_renewed_key(space, server)
    server.fault(("GET", "/api/v3/myTrades$"), "status", status=503)
    found = space.passed(ahead=DAY + LATER[0])
    assert "could not be asked for the newest known trade" in found.problems[0].message


def test_an_order_is_found_through_another_address_of_its_exchange(
    tmp_path: Path, server: WireExchange
) -> None:
    space = with_lost_reply(tmp_path, server)
    space.edit("config.toml", "127.0.0.1", "localhost")
    later(space, LATER[0])
    assert statuses(space) == ["FILLED"]


def test_another_address_of_its_exchange_can_not_deny_an_order(
    tmp_path: Path, server: WireExchange
) -> None:
    space = live_space(tmp_path, server, "plan", **TIGHT)
    space.arm("plan")
    server.fault(("POST", "/api/v3/order$"), "close-before-reading", times=1)
    assert space.passed().exit_code == 80
    space.edit("config.toml", "127.0.0.1", "localhost")
    assert [later(space, ahead) for ahead in LATER] == [80, 80]
    assert "put base_url back" in abandon(space).message
    assert statuses(space) == ["UNKNOWN"]


def test_nothing_denies_an_order_of_an_older_program_without_a_known_trade(
    tmp_path: Path, server: WireExchange, kraken: WireExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_an_older_program(monkeypatch)
    space = with_lost_reply(tmp_path, server)
    old = account_text("main", "binance", server.base_url)
    space.edit("config.toml", old, account_text("main", "kraken", kraken.base_url))
    space.edit("strategies/plan.toml", "USDT", "USD")
    space.edit("strategies/plan.toml", "BTC/USDT", "BTC/USD")
    space.write("main.keys.toml", keys_text(kraken.credentials))
    assert [later(space, ahead) for ahead in LATER] == [80, 80]
    assert "an older program sent it" in abandon(space).message
    assert statuses(space) == ["UNKNOWN"]


def test_a_known_trade_lets_an_account_deny_an_order_of_an_older_program(
    tmp_path: Path, server: WireExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_an_older_program(monkeypatch)
    space = live_space(tmp_path, server, "plan", price=TIGHT["price"])
    two_logins(space, server)
    server.fault(("POST", "/api/v3/order$"), "close-before-reading", times=1)
    assert later(space, DAY) == 80
    for ahead in LATER:
        later(space, DAY + ahead)
    assert statuses(space) == ["ABANDONED", "FILLED"]
