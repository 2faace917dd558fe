"""A resting order is watched to its end; what it leaves over is carried or bought once more."""

import pytest

from tests.live.conftest import Live, Open
from tests.live.test_lost_replies import WITNESS

TTL_SECONDS = 600
RESTING = '[order]\ntype = "post-only"\nttl = "10m"\nfallback = "{}"\n'


def _resting(opened: Open, name: str, fallback: str = "limit-ioc") -> Live:
    live = opened(name, folder=name, plan=RESTING.format(fallback))
    assert live.run().code == 0
    assert live.statuses == ["OPEN"]
    return live


def _carry(live: Live) -> float:
    rows = live.space.rows(
        "SELECT json_extract(body, '$.data.carry') FROM journal WHERE kind = 'purse' "
        "ORDER BY seq DESC LIMIT 1"
    )
    return float(rows[0][0]) if rows else 0.0


def test_the_rest_of_a_resting_order_is_bought_by_one_further_order(opened: Open) -> None:
    for name in ("binance", "kraken", "coinbase"):
        live = _resting(opened, name)
        live.later(TTL_SECONDS - 30)
        assert live.run().code == 0
        assert (live.statuses, live.posts) == (["OPEN"], 1)
        live.later(TTL_SECONDS + 1)
        assert live.run().code == 0
        assert live.statuses == ["PARTIAL_CLOSED", "FILLED"]
        slots = [row[0] for row in live.space.rows("SELECT slot FROM orders ORDER BY created_at")]
        assert slots[1] == f"{slots[0]}+fallback"
        live.run()
        assert live.run().code == 0
        assert live.posts == 2
        assert live.books_agree()
        assert live.space.call("audit", "verify").code == 0


def test_without_a_fallback_the_rest_is_carried(opened: Open) -> None:
    live = _resting(opened, "binance", "none")
    live.later(TTL_SECONDS + 1)
    assert live.run().code == 0
    assert (live.statuses, live.posts) == (["PARTIAL_CLOSED"], 1)
    assert _carry(live) == 100


def test_a_part_that_filled_is_kept_and_only_the_rest_is_bought(opened: Open) -> None:
    live = _resting(opened, "binance")
    order = live.server.orders()[0]["order_id"]
    live.server.late_fill(order, "0.001", "49990")
    live.later(TTL_SECONDS + 1)
    assert live.run().code == 0
    assert live.statuses == ["PARTIAL_CLOSED", "FILLED"]
    amounts = [float(row[0]) for row in live.space.rows("SELECT amount FROM fills")]
    assert len(amounts) == 2
    assert sum(amounts) < 0.002
    assert live.books_agree()


def test_an_order_that_fills_while_it_rests_is_recorded(opened: Open) -> None:
    live = _resting(opened, "kraken")
    live.server.book(live.case.symbol, [["49900", "1"]], [["49980", "1"]])
    assert live.run().code == 0
    assert (live.statuses, live.fills, live.posts) == (["FILLED"], 1, 1)
    assert live.books_agree()


def test_no_rest_is_bought_while_the_first_order_may_still_fill(opened: Open) -> None:
    live = _resting(opened, "binance")
    live.server.fault(("DELETE", "/api/v3/order$"), "close-before-reading")
    live.later(TTL_SECONDS + 1)
    assert live.run().code == 80
    assert (live.statuses, live.posts) == (["OPEN"], 1)
    live.server.clear_faults()
    assert live.run().code == 0
    assert live.posts == 2


def test_a_halt_cancels_and_does_not_buy_the_rest(opened: Open) -> None:
    live = _resting(opened, "binance")
    assert live.space.call("halt").code == 0
    live.later(TTL_SECONDS + 1)
    assert live.run().code == 82
    assert (live.statuses, live.posts) == (["PARTIAL_CLOSED"], 1)
    assert _carry(live) == 100
    assert live.space.call("resume", "--confirm").code == 0
    assert live.run().code == 0
    assert live.posts == 2


def test_a_simulated_order_rests_and_ends_without_a_request(opened: Open) -> None:
    live = opened("binance", arm=False, plan=RESTING.format("none"))
    config = live.space.folder / "config.toml"
    config.write_text(config.read_text().replace("live = true", "live = false"))
    assert live.run().code == 0
    for seconds in (TTL_SECONDS + 1, TTL_SECONDS + 700):
        live.later(seconds)
        found = live.run()
        assert found.code == 0, found.out
    assert live.posts == 0
    shown = live.space.call("audit", "trades", "--dry", "--json")
    assert shown.code == 0
    assert "OPEN" not in shown.out


def test_a_late_fill_of_a_closed_order_is_recorded_and_carries_less(live: Live) -> None:
    live.fault_on_order("partial", share="0.5", times=1)
    assert live.run().code == 0
    assert (live.statuses, live.fills) == (["PARTIAL_CLOSED"], 1)
    carried = _carry(live)
    order = live.server.orders()[0]
    live.server.late_fill(order["order_id"], "0.0005", "50000")
    found = live.run()
    assert found.code == 0, found.out
    assert live.fills == 2
    assert live.books_agree()
    late = live.server.trades()[-1]
    fee = float(late["fee"]) if late["fee_asset"] == live.case.quote else 0  # it is money too
    assert abs(carried - _carry(live) - 25 - fee) < 0.01
    assert live.space.call("audit", "verify").code == 0


def test_a_partial_fill_is_closed_with_exact_trades(live: Live) -> None:
    live.fault_on_order("partial", share="0.5", times=1)
    assert live.run().code == 0
    assert (live.statuses, live.posts) == (["PARTIAL_CLOSED"], 1)
    assert live.books_agree()
    assert live.space.call("audit", "verify").code == 0


def test_a_trade_delivered_twice_is_one_row(live: Live) -> None:
    live.server.fault((".*", "."), "twice")
    assert live.run().code == 0
    assert (live.statuses, live.fills) == (["FILLED"], 1)
    assert live.books_agree()


def test_an_order_placed_by_hand_is_not_ours(live: Live) -> None:
    live.server.foreign_trade(live.case.symbol, "buy", "0.001", "50000")
    assert live.run().code == 0
    assert (live.posts, live.fills) == (1, 1)
    ours = {row[0] for row in live.space.rows("SELECT client_order_id FROM fills")}
    assert ours == {live.order_id}


def test_an_intent_whose_strategy_is_gone_is_given_up(live: Live) -> None:
    live.fault_on_look_ups("rate-limit", status=429, after=WITNESS[live.case.name] - 1, times=1)
    assert live.run().code == 75
    (live.space.folder / "strategies/plan.toml").unlink()
    assert live.run().code == 0
    assert (live.statuses, live.posts) == (["ABANDONED"], 0)


def test_where_no_pair_names_the_dollar_a_coin_at_par_prices_the_euro(opened: Open) -> None:
    live = opened("binance", arm=False, top='base_currency = "EUR"\n')
    live.server.book("EUR/USDT", [["1.0999", "100000"]], [["1.1001", "100000"]])
    assert live.space.call("arm", "plan", "--yes").code == 0
    found = live.run()
    assert (found.code, live.statuses) == (0, ["FILLED"])
    told = live.space.call("balances", "--json")
    usdt = next(h for h in told.json["accounts"][0]["holdings"] if h["asset"] == "USDT")
    assert float(usdt["value"]) == pytest.approx(float(usdt["total"]) / 1.1, rel=0.001)
