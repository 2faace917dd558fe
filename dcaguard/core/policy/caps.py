"""Limits the owner set, counted on holdings, open and unknown orders and the order in hand.

A limit can only stop a purchase, never cause one. Everything is in the base currency.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from dcaguard.core.config import Caps
from dcaguard.core.money import ZERO, times
from dcaguard.core.portfolio import Portfolio
from dcaguard.core.reason import Code, Reason, because


@dataclass(frozen=True, slots=True)
class CapUse:
    """One limit and how much of it is used before the order in hand."""

    cap: str  # its key: "day_max", "asset_weight_max.BTC"
    code: Code
    limit_base: Decimal
    used_base: Decimal
    grows: bool = True  # False: buying moves money inside it, so the order does not add to it

    @property
    def left_base(self) -> Decimal:
        """What may still be bought under this limit; never negative."""
        return max(self.limit_base - self.used_base, ZERO)

    def passed_by(self, order_base: Decimal) -> bool:
        """Tell whether an order of this size would pass the limit."""
        return self.used_base + (order_base if self.grows else ZERO) > self.limit_base


@dataclass(frozen=True, slots=True)
class Spend:
    """Money that left, or that at worst may still leave, for one order."""

    at: datetime  # when it was sent
    account: str
    asset: str
    value_base: Decimal
    pending: bool  # not settled: its worst case counts in every window, however old
    in_balances: bool  # the balances that were read show it already
    sent_since: bool = False  # since they were read: they neither show nor lock it
    fills: tuple[tuple[datetime, Decimal], ...] = ()  # when it was executed, with each one's value

    def since(self, start: datetime) -> Decimal:
        """Return what counts in a window that began at `start`.

        Sent before and executed after, an order counts in both windows: in the one of its sending
        whole, since it was permitted there, and in the other as far as the money left there.
        """
        if self.pending or self.at >= start:
            return self.value_base
        return sum((value for at, value in self.fills if at >= start), ZERO)


@dataclass(frozen=True, slots=True)
class Windows:
    """Where the current day, ISO week and calendar month began, as UTC instants."""

    day: datetime
    week: datetime
    month: datetime

    @property
    def first(self) -> datetime:
        """The instant since which money counts in any of them."""
        return min(self.day, self.week, self.month)


def windows(now: datetime, timezone: str) -> Windows:
    """Return the windows that hold `now`, in the owner's zone."""
    zone = ZoneInfo(timezone)
    today = now.astimezone(zone).date()

    def start(day: date) -> datetime:
        return datetime.combine(day, time(), zone).astimezone(UTC)

    return Windows(
        day=start(today),
        week=start(today - timedelta(days=today.weekday())),
        month=start(today.replace(day=1)),
    )


@dataclass(frozen=True, slots=True)
class Buying:
    """What is about to be bought, and against what its caps are counted."""

    account: str
    asset: str
    spends: Sequence[Spend]
    portfolio: Portfolio
    cash_base: Decimal  # quote balances of the account, with what is locked for orders
    locked_base: Decimal  # what of them is locked for orders, whoever placed those
    windows: Windows


def uses(caps: Caps, buying: Buying) -> tuple[CapUse, ...]:
    """Return every limit that applies to this purchase, with what is used of it."""
    spending = spending_uses(caps, buying.spends, buying.windows)
    return (*spending, *_reserve(caps, buying), *_weights(caps, buying))


def spending_uses(caps: Caps, spends: Sequence[Spend], span: Windows) -> tuple[CapUse, ...]:
    """Return the limits of one order, a day, a week and a month, with what is used of each."""
    rows = [CapUse("order_max", Code.CAP_ORDER, caps.order_max, ZERO)]
    since = (
        ("day_max", Code.CAP_DAY, caps.day_max, span.day),
        ("week_max", Code.CAP_WEEK, caps.week_max, span.week),
        ("month_max", Code.CAP_MONTH, caps.month_max, span.month),
    )
    for name, code, limit, start in since:
        if limit is not None:
            used = sum((spend.since(start) for spend in spends), ZERO)
            rows.append(CapUse(name, code, limit, used))
    return tuple(rows)


def _reserve(caps: Caps, buying: Buying) -> tuple[CapUse, ...]:
    if not caps.reserve_min:
        return ()
    own = [s for s in buying.spends if s.account == buying.account]
    since = sum((s.value_base for s in own if s.sent_since), ZERO)
    # What is locked may leave, for an order of the person's own as for one of ours.
    unseen = max(_unseen(buying, account=buying.account), buying.locked_base + since)
    room = buying.cash_base - caps.reserve_min
    return (CapUse("reserve_min", Code.CAP_RESERVE, max(room, ZERO), unseen),)


def _weights(caps: Caps, buying: Buying) -> tuple[CapUse, ...]:
    nav = max(buying.portfolio.nav_base, ZERO)
    values = buying.portfolio.asset_value_base
    rows = []
    share = caps.asset_ceiling(buying.asset)
    if share is not None:
        used = values.get(buying.asset, ZERO) + _unseen(buying, assets=(buying.asset,))
        name = f"asset_weight_max.{buying.asset}"
        rows.append(CapUse(name, Code.CAP_ASSET_WEIGHT, times(nav, share), used))
    share = caps.account_ceiling(buying.account)
    if share is not None:
        # Cash on the account is at the venue's risk as much as the coins, and buying turns one
        # into the other: the limit is on what lies there already.
        used = buying.portfolio.account_value_base.get(buying.account, ZERO)
        name = f"account_weight_max.{buying.account}"
        limit = times(nav, share)
        rows.append(CapUse(name, Code.CAP_ACCOUNT_WEIGHT, limit, used, grows=False))
    for group_name, group in caps.groups.items():
        if buying.asset in group.assets:
            used = sum((values.get(asset, ZERO) for asset in group.assets), ZERO)
            used += _unseen(buying, assets=group.assets)
            name = f"groups.{group_name}"
            rows.append(CapUse(name, Code.CAP_GROUP, times(nav, group.weight_max), used))
    return tuple(rows)


def _unseen(
    buying: Buying, *, account: str | None = None, assets: Sequence[str] | None = None
) -> Decimal:
    return sum(
        (
            spend.value_base
            for spend in buying.spends
            if not spend.in_balances
            and account in (None, spend.account)
            and (assets is None or spend.asset in assets)
        ),
        ZERO,
    )


def over(caps: Sequence[CapUse], order_base: Decimal) -> tuple[Reason, ...]:
    """Return a reason for each limit that an order of this size would pass."""
    return tuple(
        because(cap.code, cap=cap.cap, limit=cap.limit_base, used=cap.used_base, order=order_base)
        for cap in caps
        if order_base > ZERO and cap.passed_by(order_base)
    )


def room_base(caps: Sequence[CapUse]) -> Decimal | None:
    """Return the largest order that passes no limit; None when nothing limits it."""
    return min((cap.left_base for cap in caps if cap.grows), default=None)
