"""Markets, quotes, prices, clock and account, read over real HTTP."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from dcaguard.adapters.clock import FixedClock, SystemClock
from dcaguard.adapters.venues.opening import open_ccxt_venue
from dcaguard.core.errors import ConfigError, TryAgainError, VenueUnavailableError
from dcaguard.core.market import Market
from dcaguard.core.order import Absence, PlaceKind
from tests.adapters.venues.conftest import WIRES, Joined, join


def test_a_market_has_exact_steps_and_an_unknown_symbol_is_absent(joined: Joined) -> None:
    found = joined.venue.markets([joined.symbol, "NO/NE"])
    assert list(found) == [joined.symbol]
    market = found[joined.symbol]
    assert isinstance(market, Market)
    assert market.spot
    assert market.active
    assert not market.leveraged_token
    assert Decimal("1E-8") <= market.amount_step <= Decimal("0.001")
    assert Decimal(0) < market.taker_fee < Decimal("0.02")
    assert market.cost_min is not None


def test_markets_are_asked_for_once_a_day(joined: Joined, tmp_path: Path) -> None:
    joined.venue.markets([joined.symbol])
    before = len(joined.server.requests)
    again = join(joined.venue.exchange, joined.server, tmp_path)
    assert joined.symbol in again.markets([joined.symbol])
    assert len(joined.server.requests) == before
    clock = FixedClock(SystemClock().now() + timedelta(hours=25))
    name = joined.venue.exchange
    later = open_ccxt_venue(
        "main", name, {}, base_url=joined.server.base_url, sandbox=False,
        cache_path=tmp_path / "cache.db", clock=clock,
    )  # fmt: skip
    later.markets([joined.symbol])
    assert len(joined.server.requests) > before


def test_a_quote_has_both_sides_and_a_fresh_time(joined: Joined) -> None:
    quote = joined.venue.quotes([joined.symbol])[joined.symbol]
    assert (quote.bid, quote.ask) == (Decimal(60000), Decimal(60010))
    assert abs((joined.clock.now() - quote.at).total_seconds()) < 5


def test_an_old_book_shows_its_age(joined: Joined) -> None:
    joined.server.book(joined.symbol, [["60000", "1"]], [["60010", "1"]], age_seconds=600)
    quote = joined.venue.quotes([joined.symbol])[joined.symbol]
    assert (joined.clock.now() - quote.at).total_seconds() > 500


def test_crossed_and_one_sided_books_are_returned_as_they_are(joined: Joined) -> None:
    joined.server.book(joined.symbol, [["60100", "1"]], [["60010", "1"]])
    crossed = joined.venue.quotes([joined.symbol])[joined.symbol]
    assert crossed.bid is not None
    assert crossed.ask is not None
    assert crossed.bid > crossed.ask
    joined.server.book(joined.symbol, [], [["60010", "1"]])
    assert joined.venue.quotes([joined.symbol])[joined.symbol].bid is None


def test_prices_are_the_middle_of_the_venues_own_pairs(joined: Joined) -> None:
    base, quote = joined.symbol.split("/")
    found = joined.venue.prices([base, quote, "NONE"], quote)
    assert found == {base: Decimal(60005), quote: Decimal(1)}


def test_the_clock_is_near_and_an_offset_or_a_jump_shows(joined: Joined) -> None:
    assert abs(joined.venue.clock_skew_seconds()) < 1
    joined.server.clock_offset(5)
    assert 4 < joined.venue.clock_skew_seconds() < 6


def test_a_clock_that_jumps_between_two_questions_is_skewed(joined: Joined) -> None:
    joined.server.clock_offset(0, 5)
    assert abs(joined.venue.clock_skew_seconds()) > 1


def test_maintenance_and_rate_limits_are_told_apart(joined: Joined) -> None:
    joined.venue.markets([joined.symbol])
    joined.server.fault((".*", "."), "status", status=503)
    with pytest.raises(VenueUnavailableError):
        joined.venue.quotes([joined.symbol])
    with pytest.raises(VenueUnavailableError):
        joined.venue.clock_skew_seconds()
    joined.server.clear_faults()
    joined.server.fault((".*", "."), "rate-limit", status=429)
    with pytest.raises(TryAgainError):
        joined.venue.quotes([joined.symbol])


def test_the_account_is_read_through_the_profile_within_the_allowed_paths(joined: Joined) -> None:
    view = joined.venue.look()
    quote = joined.symbol.split("/")[1]
    held = {holding.asset: holding.total for holding in view.holdings if holding.wallet == "spot"}
    assert held[quote] == Decimal(1000)
    assert not [line for line in view.unread if "refused" in line]
    assert not [check for check in view.checks if "refused before" in check.detail]


@pytest.mark.parametrize("name", sorted(WIRES))
def test_without_a_key_there_is_no_order_path(name: str, tmp_path: Path) -> None:
    kind, symbol = WIRES[name]
    with kind() as server:
        server.book(symbol, [["60000", "1"]], [["60010", "1"]])
        venue = open_ccxt_venue(
            "eye", name, {}, base_url=server.base_url, sandbox=False,
            cache_path=tmp_path / "cache.db", clock=SystemClock(),
        )  # fmt: skip
        assert symbol in venue.quotes([symbol])
        assert "no credentials" in venue.can_trade_live
        order = Joined(server, venue, symbol, SystemClock()).order()
        assert venue.place(order).kind is PlaceKind.NOT_SENT
        assert venue.find(order).absence is Absence.NO_ANSWER
        with pytest.raises(ConfigError):
            venue.trades(symbol, order.created_at)
        assert server.posts() == []


def test_an_unwritable_cache_hides_no_market(joined: Joined, tmp_path: Path) -> None:
    venue = join(joined.venue.exchange, joined.server, tmp_path / "missing")
    assert joined.symbol in venue.markets([joined.symbol])
    before = len(joined.server.requests)
    assert list(venue.markets(["NO/NE", joined.symbol])) == [joined.symbol]
    assert len(joined.server.requests) == before
