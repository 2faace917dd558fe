"""The owner's limits: what counts, since when, and to the cent."""

# Decimal(100) equals 100, which the type checker does not know of tuples.
# mypy: disable-error-code="comparison-overlap"

from datetime import UTC, datetime, timedelta
from decimal import Decimal as D  # noqa: N817
from fractions import Fraction as F  # noqa: N817
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcaguard.core.config import Caps, Group
from dcaguard.core.policy.caps import (
    Buying,
    CapUse,
    Spend,
    Windows,
    over,
    room_base,
    uses,
    windows,
)
from dcaguard.core.portfolio import Portfolio
from dcaguard.core.reason import Code

NOON = datetime(2025, 3, 5, 12, tzinfo=UTC)  # a Wednesday
SPAN = windows(NOON, "UTC")


def portfolio(nav: Any = 1000, **parts: dict[str, D]) -> Portfolio:
    return Portfolio(
        valued=(),
        nav_base=D(nav),
        gross_base=D(nav),
        asset_value_base=parts.get("assets", {}),
        account_value_base=parts.get("accounts", {}),
        unpriced=(),
        unpriced_debt=(),
    )


def spend(value: Any, at: datetime = NOON, **parts: Any) -> Spend:
    usual: dict[str, Any] = {
        "account": "main",
        "asset": "BTC",
        "pending": False,
        "in_balances": True,
    }
    given = usual | parts
    return Spend(at, value_base=D(value), **given)


def buying(*spends: Spend, **parts: Any) -> Buying:
    given: dict[str, Any] = {
        "account": "main",
        "asset": "BTC",
        "portfolio": portfolio(),
        "cash_base": D(500),
        "locked_base": D(0),
        "windows": SPAN,
    }
    return Buying(spends=spends, **(given | parts))


def caps(**parts: Any) -> Caps:
    return Caps(**({"order_max": D(100), "month_max": D(1000)} | parts))


def use(name: str, limits: Caps, about: Buying) -> CapUse:
    (found,) = [one for one in uses(limits, about) if one.cap == name]
    return found


# --- windows --------------------------------------------------------------------------------------


def test_day_week_and_month_begin_at_the_owners_midnight() -> None:
    found = windows(datetime(2025, 3, 5, 23, 30, tzinfo=UTC), "Europe/Berlin")
    assert found == Windows(
        day=datetime(2025, 3, 5, 23, tzinfo=UTC),  # already Thursday in Berlin
        week=datetime(2025, 3, 2, 23, tzinfo=UTC),
        month=datetime(2025, 2, 28, 23, tzinfo=UTC),
    )


def test_a_window_that_spans_a_clock_change_begins_at_local_midnight_all_the_same() -> None:
    found = windows(datetime(2025, 4, 1, 12, tzinfo=UTC), "Europe/Berlin")
    assert found.week == datetime(2025, 3, 30, 22, tzinfo=UTC)
    found = windows(datetime(2025, 3, 30, 12, tzinfo=UTC), "Europe/Berlin")
    assert found.day == datetime(2025, 3, 29, 23, tzinfo=UTC)


@given(st.datetimes(datetime(2001, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_now_lies_in_its_own_windows_and_they_nest(now: datetime) -> None:
    found = windows(now, "America/New_York")
    assert max(found.week, found.month) <= found.day <= now
    assert now - found.day <= timedelta(hours=25)
    assert now - found.week <= timedelta(days=7, hours=1)
    assert now - found.month <= timedelta(days=31, hours=1)


# --- spending -------------------------------------------------------------------------------------


def test_without_optional_caps_only_order_and_month_count() -> None:
    assert [one.cap for one in uses(caps(), buying())] == ["order_max", "month_max"]


@pytest.mark.parametrize(
    ("name", "begin"), [("day_max", SPAN.day), ("week_max", SPAN.week), ("month_max", SPAN.month)]
)
def test_a_window_counts_from_its_first_instant_on(name: str, begin: datetime) -> None:
    limits = caps(day_max=D(500), week_max=D(500))
    inside, outside = spend(30, begin), spend(7, begin - timedelta(microseconds=1))
    assert use(name, limits, buying(inside, outside)).used_base == D(30)


def test_an_order_sent_before_counts_in_a_window_as_far_as_it_was_executed_there() -> None:
    begin, before = SPAN.day, SPAN.day - timedelta(microseconds=1)
    late = spend(100, before, fills=((before, D("59.99")), (begin, D("40.01"))))
    found = uses(caps(day_max=D(500), week_max=D(500)), buying(late))
    assert {one.cap: one.used_base for one in found if one.used_base} == {
        "day_max": D("40.01"),
        "week_max": D(100),
        "month_max": D(100),
    }
    over_night = spend(100, begin, fills=((begin, D("40.01")),))
    assert use("day_max", caps(day_max=D(500)), buying(over_night)).used_base == D(100)


def test_what_is_not_settled_counts_in_every_window_however_old() -> None:
    old = spend(30, NOON - timedelta(days=400), pending=True, in_balances=False)
    found = uses(caps(day_max=D(500), week_max=D(500)), buying(old))
    assert {one.cap: one.used_base for one in found} == {
        "order_max": 0,
        "day_max": 30,
        "week_max": 30,
        "month_max": 30,
    }


def test_spending_is_counted_over_all_accounts_and_assets() -> None:
    other = spend(40, account="other", asset="ETH")
    assert use("month_max", caps(), buying(other, spend(2))).used_base == D(42)


# --- reserve --------------------------------------------------------------------------------------


def test_a_reserve_of_zero_is_no_cap() -> None:
    assert "reserve_min" not in {one.cap for one in uses(caps(), buying())}


def test_the_reserve_leaves_what_is_above_it() -> None:
    found = use("reserve_min", caps(reserve_min=D(420)), buying())
    assert (found.code, found.limit_base, found.left_base) == (Code.CAP_RESERVE, 80, 80)
    assert not found.passed_by(D(80))
    assert found.passed_by(D("80.01"))


def test_cash_below_the_reserve_leaves_nothing() -> None:
    found = use("reserve_min", caps(reserve_min=D("500.01")), buying())
    assert (found.limit_base, found.left_base) == (0, 0)


def test_the_reserve_counts_what_the_balances_do_not_show_yet_on_this_account() -> None:
    spends = (
        spend(30, in_balances=False),
        spend(5, in_balances=True),
        spend(9, account="other", in_balances=False),
    )
    found = use("reserve_min", caps(reserve_min=D(400)), buying(*spends))
    assert (found.used_base, found.left_base) == (30, 70)


def test_what_is_locked_for_a_persons_own_order_does_not_stay_on_the_account() -> None:
    found = use("reserve_min", caps(reserve_min=D(400)), buying(locked_base=D(40)))
    assert (found.used_base, found.left_base) == (40, 60)


def test_our_own_resting_order_is_not_counted_twice_and_what_came_after_the_look_is_added() -> None:
    spends = (
        spend(30, in_balances=False, pending=True),
        spend(5, in_balances=False, sent_since=True),
    )
    found = use("reserve_min", caps(reserve_min=D(400)), buying(*spends, locked_base=D(30)))
    assert (found.used_base, found.left_base) == (35, 65)


# --- weights --------------------------------------------------------------------------------------


def test_an_assets_weight_counts_holdings_and_orders_that_do_not_show_yet() -> None:
    limits = caps(asset_weight_max={"BTC": D("0.3")})
    about = buying(
        spend(20, in_balances=False),
        spend(5),
        spend(9, asset="ETH", in_balances=False),
        portfolio=portfolio(assets={"BTC": D(200), "ETH": D(700)}),
    )
    found = use("asset_weight_max.BTC", limits, about)
    assert (found.code, found.limit_base, found.used_base) == (Code.CAP_ASSET_WEIGHT, 300, 220)


def test_default_holds_for_assets_without_a_weight_of_their_own() -> None:
    limits = caps(asset_weight_max={"BTC": D(1), "default": D("0.1")})
    assert use("asset_weight_max.ETH", limits, buying(asset="ETH")).limit_base == D(100)
    assert use("asset_weight_max.BTC", limits, buying()).limit_base == D(1000)


def test_a_negative_nav_leaves_no_room_for_any_share() -> None:
    limits = caps(asset_weight_max={"default": D(1)}, account_weight_max={"default": D(1)})
    about = buying(portfolio=portfolio(nav=-5))
    shares = [one for one in uses(limits, about) if "weight" in one.cap]
    assert [one.limit_base for one in shares] == [0, 0]


def test_an_account_weight_is_on_what_lies_there_and_buying_adds_nothing() -> None:
    limits = caps(account_weight_max={"default": D("0.8")})
    full = buying(portfolio=portfolio(accounts={"main": D(800)}))
    found = use("account_weight_max.main", limits, full)
    assert not found.passed_by(D(10**6))
    above = buying(portfolio=portfolio(accounts={"main": D("800.01")}))
    assert use("account_weight_max.main", limits, above).passed_by(D("0.01"))


def test_a_group_is_counted_together_and_only_for_its_members() -> None:
    limits = caps(groups={"alts": Group(assets=("ETH", "SOL"), weight_max=D("0.2"))})
    held = portfolio(assets={"ETH": D(50), "SOL": D(60), "BTC": D(500)})
    about = buying(
        spend(7, asset="SOL", in_balances=False),
        spend(9, in_balances=False),
        asset="ETH",
        portfolio=held,
    )
    found = use("groups.alts", limits, about)
    assert (found.code, found.limit_base, found.used_base) == (Code.CAP_GROUP, 200, 117)
    assert "groups.alts" not in {one.cap for one in uses(limits, buying(portfolio=held))}


# --- reasons and room -----------------------------------------------------------------------------


def test_an_order_that_reaches_a_cap_passes_and_a_cent_more_does_not() -> None:
    rows = [CapUse("day_max", Code.CAP_DAY, D(100), D("40.01"))]
    assert over(rows, D("59.99")) == ()
    (found,) = over(rows, D(60))
    assert found.code is Code.CAP_DAY
    assert found.detail == {"cap": "day_max", "limit": "100", "used": "40.01", "order": "60"}


def test_an_order_of_nothing_passes_no_cap() -> None:
    assert over([CapUse("day_max", Code.CAP_DAY, D(100), D(200))], D(0)) == ()


def test_room_is_the_smallest_of_what_grows_and_none_when_nothing_does() -> None:
    still = CapUse("account", Code.CAP_ACCOUNT_WEIGHT, D(1), D(0), grows=False)
    rows = [CapUse("a", Code.CAP_DAY, D(100), D(30)), CapUse("b", Code.CAP_WEEK, D(90), D(60))]
    assert room_base([*rows, still]) == D(30)
    assert room_base([CapUse("a", Code.CAP_DAY, D(100), D(130))]) == D(0)
    assert room_base([still]) is None


# --- told a second time ---------------------------------------------------------------------------

money = st.sampled_from([D(0), D("0.01"), D("99.99"), D(100), D("100.01"), D(300)])
instants = st.sampled_from(
    [
        NOON,
        *(
            begin + timedelta(microseconds=off)
            for begin in (SPAN.day, SPAN.week, SPAN.month)
            for off in (-1, 0)
        ),
    ]
)


@st.composite
def buyings(draw: Any) -> Buying:
    asset = st.sampled_from(["BTC", "ETH", "SOL"])
    account = st.sampled_from(["main", "other"])
    rows = st.builds(
        Spend, instants, account, asset, money, st.booleans(), st.booleans(), st.booleans()
    )
    values = st.dictionaries(asset, money)
    return buying(
        *draw(st.lists(rows, max_size=4)),
        account=draw(account),
        asset=draw(asset),
        portfolio=portfolio(
            draw(st.sampled_from([D(-1), D(0), D(1000), D("1000.01")])),
            assets=draw(values),
            accounts=draw(st.dictionaries(account, money)),
        ),
        cash_base=draw(money),
        locked_base=draw(money),
    )


@st.composite
def limits(draw: Any) -> Caps:
    share = st.sampled_from([D(0), D("0.1"), D("0.3"), D(1)])
    return caps(
        order_max=D(100),
        day_max=draw(st.sampled_from([None, D(200)])),
        week_max=draw(st.sampled_from([None, D(300)])),
        month_max=D(400),
        reserve_min=draw(money),
        asset_weight_max=draw(st.dictionaries(st.sampled_from(["BTC", "default"]), share)),
        account_weight_max=draw(st.dictionaries(st.sampled_from(["main", "default"]), share)),
        groups=draw(
            st.sampled_from([{}, {"alts": Group(assets=("ETH", "SOL"), weight_max=D("0.2"))}])
        ),
    )


def broken(c: Caps, b: Buying, order: D) -> set[str]:  # noqa: C901 - a table of the owner's words
    """Say which caps an order would pass, straight from the owner's words."""
    if order == 0:
        return set()
    found = set()
    spent = {
        name: sum(F(s.value_base) for s in b.spends if s.pending or s.at >= begin)
        for name, begin in (
            ("day_max", b.windows.day),
            ("week_max", b.windows.week),
            ("month_max", b.windows.month),
        )
    }
    for name, used in (("order_max", F(0)), *spent.items()):
        limit = getattr(c, name)
        if limit is not None and used + F(order) > F(limit):
            found.add(name)
    unseen = [s for s in b.spends if not s.in_balances]
    if c.reserve_min:
        here = [s for s in b.spends if s.account == b.account]
        ours = sum(F(s.value_base) for s in here if s in unseen)
        locked = F(b.locked_base) + sum(F(s.value_base) for s in here if s.sent_since)
        if max(ours, locked) + F(order) > F(max(b.cash_base - c.reserve_min, D(0))):
            found.add("reserve_min")
    nav = F(max(b.portfolio.nav_base, D(0)))

    def held(*assets: str) -> F:
        shown = sum(F(b.portfolio.asset_value_base.get(a, 0)) for a in assets)
        return F(shown) + sum(F(s.value_base) for s in unseen if s.asset in assets)

    weights = c.asset_weight_max
    if b.asset in weights or "default" in weights:
        share = weights.get(b.asset, weights.get("default"))
        assert share is not None
        if held(b.asset) + F(order) > nav * F(share):
            found.add(f"asset_weight_max.{b.asset}")
    weights = c.account_weight_max
    if b.account in weights or "default" in weights:
        share = weights.get(b.account, weights.get("default"))
        assert share is not None
        if F(b.portfolio.account_value_base.get(b.account, 0)) > nav * F(share):
            found.add(f"account_weight_max.{b.account}")
    for name, group in c.groups.items():
        if b.asset in group.assets and held(*group.assets) + F(order) > nav * F(group.weight_max):
            found.add(f"groups.{name}")
    return found


@given(limits(), buyings(), money)
def test_an_order_passes_exactly_the_caps_that_a_second_count_says(
    c: Caps, b: Buying, order: D
) -> None:
    rows = uses(c, b)
    assert {reason.detail["cap"] for reason in over(rows, order)} == broken(c, b, order)


@given(limits(), buyings())
def test_the_room_is_the_largest_order_that_passes_no_growing_cap(c: Caps, b: Buying) -> None:
    rows = [one for one in uses(c, b) if one.grows]
    room = room_base(rows)
    assert room is not None
    fits = all(one.used_base + room <= one.limit_base for one in rows)
    assert fits or room == 0
    assert over(rows, room + D("0.01"))
