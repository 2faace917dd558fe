"""The embedded exchange: exact money, no borrowing, nothing bought twice, nothing forgotten."""

import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcaguard.adapters.clock import FixedClock
from dcaguard.adapters.venues.dry import DryVenue
from dcaguard.adapters.venues.paper import PaperVenue
from dcaguard.core.account import Proof
from dcaguard.core.money import ZERO
from dcaguard.core.order import Absence, Order, Placed, PlaceKind, Status, client_order_id

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
PRICES = {"BTC": "60000", "ETH": "3000", "DOGE": "0.08"}


def paper(path: Path | None = None, **more: Any) -> PaperVenue:
    prices = more.pop("prices", PRICES)

    def price_of(asset: str) -> tuple[Decimal, datetime, str] | None:
        return (Decimal(prices[asset]), NOON, f"series px.{asset}") if asset in prices else None

    how: dict[str, Any] = {"fee": Decimal("0.001"), "spread": Decimal("0.0005")} | more
    balances = {"USDT": Decimal(1000)}
    return PaperVenue("paper", balances, price_of, state_path=path, clock=FixedClock(NOON), **how)


def order(slot: str = "one", **changes: Any) -> Order:
    base = Order(
        client_order_id=client_order_id("paper", "plan", slot, "BTC/USDT", 1),
        run_id="run",
        strategy="plan",
        slot=slot,
        symbol="BTC/USDT",
        account="paper",
        type="limit-ioc",
        amount=Decimal("0.004"),
        limit_price=Decimal(60600),
        max_quote=Decimal(250),
        created_at=NOON,
    )
    return replace(base, **changes)


def held(venue: PaperVenue) -> dict[str, Decimal]:
    return {holding.asset: holding.total for holding in venue.look().holdings}


def test_a_quote_is_half_a_spread_to_each_side_and_keeps_the_prices_time() -> None:
    quote = paper().quotes(["BTC/USDT"])["BTC/USDT"]
    assert (quote.bid, quote.ask) == (Decimal(59985), Decimal(60015))
    assert (quote.at, quote.source) == (NOON, "series px.BTC")


def test_a_purchase_costs_the_ask_and_a_fee_in_quote() -> None:
    venue = paper()
    placed = venue.place(order())
    assert placed.kind is PlaceKind.ACCEPTED
    assert placed.report is not None
    assert placed.report.status is Status.FILLED
    assert placed.report.cost == Decimal("240.06")
    assert placed.report.fills[0].fee_amount == Decimal("0.24006")
    assert held(venue) == {"BTC": Decimal("0.004"), "USDT": Decimal("759.69994")}


def test_an_order_below_the_ask_gets_nothing() -> None:
    placed = paper().place(order(limit_price=Decimal("60014.99")))
    assert placed.report is not None
    assert (placed.report.status, placed.report.filled) == (Status.PARTIAL_CLOSED, ZERO)


def test_an_order_at_the_ask_is_filled() -> None:
    placed = paper().place(order(limit_price=Decimal(60015)))
    assert placed.report is not None
    assert placed.report.status is Status.FILLED


def test_a_thin_book_fills_in_part() -> None:
    placed = paper(depth_quote=Decimal(100)).place(order())
    assert placed.report is not None
    assert placed.report.status is Status.PARTIAL_CLOSED
    assert placed.report.filled == Decimal("0.00166625")
    assert placed.report.cost <= 100


def test_the_same_client_id_never_trades_twice(tmp_path: Path) -> None:
    venue = paper(tmp_path / "paper.db")
    venue.place(order())
    again = venue.place(order())
    assert (again.kind, again.code) == (PlaceKind.UNKNOWN, "DUPLICATE")
    other = paper(tmp_path / "paper.db").place(order(amount=Decimal("0.003")))
    assert other.kind is PlaceKind.UNKNOWN
    assert held(venue)["BTC"] == Decimal("0.004")


def test_a_later_run_finds_the_order_and_the_money(tmp_path: Path) -> None:
    first = paper(tmp_path / "paper.db")
    placed = first.place(order())
    first.close()
    second = paper(tmp_path / "paper.db")
    assert second.find(order()).reports == (placed.report,)
    assert second.prove_absence(order("two")).absence is Absence.NOT_FOUND
    assert held(second)["USDT"] == Decimal("759.69994")
    assert len(second.trades("BTC/USDT", NOON)) == 1
    assert second.trades("BTC/USDT", NOON + timedelta(seconds=1)) == []
    assert stat.S_IMODE((tmp_path / "paper.db").stat().st_mode) == 0o600


def test_a_cent_too_little_is_refused_for_funds() -> None:
    amount, limit = Decimal("0.016"), Decimal("62437.57")
    need = amount * limit * Decimal("1.001")
    assert Decimal(1000) < need < Decimal("1000.01")
    much = order(amount=amount, limit_price=limit, max_quote=Decimal(2000))
    assert paper().place(much).kind is PlaceKind.REJECTED_FUNDS
    enough = replace(much, limit_price=Decimal("62437.56"))
    assert paper().place(enough).kind is PlaceKind.ACCEPTED


def test_below_the_smallest_order_is_a_filter() -> None:
    small = order(amount=Decimal("0.00008"))
    assert paper().place(small).kind is PlaceKind.REJECTED_FILTER
    assert paper().place(replace(small, amount=Decimal("0.00009"))).kind is PlaceKind.ACCEPTED


def test_nothing_is_placed_without_a_price_or_on_a_strange_symbol() -> None:
    venue = paper()
    assert venue.place(order(symbol="SOL/USDT")).kind is PlaceKind.NOT_SENT
    assert venue.place(order(symbol="BTC/USTD")).kind is PlaceKind.NOT_SENT
    assert list(venue.markets(["BTC/USDT", "BTC/USTD", "BTC", "USDT/USDT"])) == ["BTC/USDT"]
    assert list(paper(assets={"ETH"}).markets(["BTC/USDT", "ETH/USDT"])) == ["ETH/USDT"]
    assert venue.quotes(["SOL/USDT"]) == {}


def test_a_cheap_coin_has_a_fine_price_step() -> None:
    venue = paper()
    quote = venue.quotes(["DOGE/USDT"])["DOGE/USDT"]
    assert (quote.bid, quote.ask) == (Decimal("0.07998"), Decimal("0.08002"))
    assert venue.markets(["DOGE/USDT"])["DOGE/USDT"].price_step == Decimal("1E-6")


def test_every_leverage_check_is_proved() -> None:
    checks = paper().look().checks
    assert {check.result for check in checks} == {Proof.PROVED}
    assert {"debt", "key-rights"} <= {check.check for check in checks}


def test_a_resting_order_holds_its_money_and_fills_when_the_price_comes() -> None:
    prices = dict(PRICES)
    venue = paper(prices=prices)
    low = order(type="post-only", limit_price=Decimal(50000))
    assert venue.place(low).report is not None
    usdt = next(holding for holding in venue.look().holdings if holding.asset == "USDT")
    assert (usdt.free, usdt.used) == (Decimal("799.8"), Decimal("200.2"))
    assert venue.find(low).reports[0].status is Status.OPEN
    prices["BTC"] = "49000"
    found = venue.find(low).reports[0]
    assert (found.status, found.cost) == (Status.FILLED, Decimal(200))


def test_a_cancelled_order_frees_its_money() -> None:
    venue = paper()
    low = order(type="post-only", limit_price=Decimal(50000))
    venue.place(low)
    assert venue.cancel(low).reports[0].status is Status.PARTIAL_CLOSED
    assert {holding.used for holding in venue.look().holdings} == {ZERO}


def test_post_only_that_would_take_is_refused() -> None:
    assert paper().place(order(type="post-only")).kind is PlaceKind.WOULD_TAKE


def test_a_market_order_never_spends_more_than_it_may() -> None:
    dear = order(type="market", limit_price=Decimal(60000), max_quote=Decimal(240))
    placed = paper().place(dear)
    assert placed.report is not None
    spent = placed.report.cost + placed.report.fills[0].fee_amount
    assert Decimal(239) < spent <= Decimal(240)


def test_prices_are_counted_in_the_base_currency() -> None:
    found = paper().prices(["BTC", "USDT", "SOL"], "USD")
    assert found == {"BTC": Decimal(60000), "USDT": Decimal(1)}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 800_000)), max_size=12))
def test_money_is_neither_made_nor_lost_nor_borrowed(tries: list[tuple[int, int]]) -> None:
    venue = paper()
    for slot, size in tries:
        amount = Decimal(size) * Decimal("1E-8")
        venue.place(order(str(slot), amount=amount, max_quote=Decimal(10_000)))
    fills = venue.trades("BTC/USDT", NOON)
    assert len({fill.client_order_id for fill in fills}) == len(fills)
    spent = sum((fill.cost + fill.fee_amount for fill in fills), ZERO)
    assert held(venue)["USDT"] == Decimal(1000) - spent >= 0
    assert held(venue).get("BTC", ZERO) == sum((fill.amount for fill in fills), ZERO)


class Watched(PaperVenue):
    """A venue that would notice an order."""

    sent = 0

    def place(self, order: Order) -> Placed:
        type(self).sent += 1
        return super().place(order)


def test_a_dry_run_fills_at_the_real_quote_and_sends_nothing() -> None:
    Watched.sent = 0

    def price_of(asset: str) -> tuple[Decimal, datetime, str] | None:
        return (Decimal(60000), NOON, "px") if asset == "BTC" else None

    real = Watched(
        "main", {"USDT": Decimal(1000)}, price_of, fee=Decimal("0.001"), spread=Decimal("0.0005"),
        state_path=None, clock=FixedClock(NOON),
    )  # fmt: skip
    dry = DryVenue(real, FixedClock(NOON))
    assert dry.find(order()).absence is Absence.NOT_FOUND
    placed = dry.place(order())
    assert placed.report is not None
    assert placed.report.cost == Decimal("240.06")
    assert dry.find(order()).reports == (placed.report,)
    assert dry.place(order()).kind is PlaceKind.UNKNOWN
    assert dry.cancel(order()).reports[0].status is Status.FILLED
    assert Watched.sent == 0
    assert real.find(order()).absence is Absence.NOT_FOUND
    assert "dry run" in dry.can_trade_live
    assert {holding.asset for holding in dry.look().holdings} == {"USDT"}


def test_a_dry_run_never_takes_a_real_order_for_a_simulated_one() -> None:
    real = paper()
    assert real.place(order()).report is not None
    assert DryVenue(real, FixedClock(NOON)).find(order()).reports == ()


@pytest.mark.parametrize(
    "changes", [{"limit_price": Decimal("60600.001")}, {"max_quote": Decimal(1)}]
)
def test_a_dry_run_refuses_what_the_live_path_would_refuse(changes: dict[str, Any]) -> None:
    dry = DryVenue(paper(), FixedClock(NOON))
    assert dry.place(order(**changes)).kind is PlaceKind.NOT_SENT
