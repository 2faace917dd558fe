"""S13 eligibility: which assets earn their place. It refuses new buys and never sells."""

from datetime import datetime

import numpy as np

from dcaguard.core.history import DAY, F64, I64, History, micros
from dcaguard.core.signals.params import Eligibility

_QUARTER_DAYS, _YEAR_DAYS = 90, 365
# Of 90 days this many must have a reading; the rest is taken as their mean.
_READ_MIN = 60


def eligible(asset: str, history: History, at: datetime, params: Eligibility) -> str | None:
    """Return None when new buys of `asset` may go on, else the sentence that refuses them."""
    if not params.enabled or asset in params.always:
        return None
    as_of, revenue = history.visible(f"rev.{asset}.usd_day", at)
    today = micros(at) // DAY
    if not as_of.size or today - int(as_of[-1]) // DAY - 1 > params.stale_days:
        return f"{asset}: no revenue reading (rev.{asset}.usd_day) of the last days"
    newest = _window(as_of, revenue, today, 0)
    older = _window(as_of, revenue, today, _QUARTER_DAYS)
    if newest is None:
        return f"{asset}: fewer than {_READ_MIN} of the last {_QUARTER_DAYS} days have revenue"
    yearly = newest * _YEAR_DAYS
    checks = (
        _earns(asset, yearly, params),
        _priced(asset, history, at, yearly, params),
        _kept(asset, newest, older, params),
        _shared(asset, history, at, today),
        _listed(asset, history, at, today, params),
    )
    return next((reason for reason in checks if reason), None)


def _window(as_of: I64, value: F64, today: int, skip: int) -> float | None:
    """Return the mean a day over 90 days that end `skip` days ago; None with too few readings."""
    age = today - as_of // DAY - 1
    inside = (age >= skip) & (age < skip + _QUARTER_DAYS)
    if np.count_nonzero(inside) < _READ_MIN:
        return None
    return float(value[inside].mean())


def _earns(asset: str, yearly: float, params: Eligibility) -> str | None:
    if yearly >= params.revenue_min_usd_per_year:
        return None
    return (
        f"{asset}: revenue {yearly:,.0f} USD a year, "
        f"at least {params.revenue_min_usd_per_year:,.0f} asked"
    )


def _priced(
    asset: str, history: History, at: datetime, yearly: float, params: Eligibility
) -> str | None:
    as_of, cap = history.visible(f"mcap.{asset}", at)
    if not as_of.size or micros(at) // DAY - int(as_of[-1]) // DAY - 1 > params.stale_days:
        return f"{asset}: no market value reading (mcap.{asset}) of the last days"
    multiple = float(cap[-1]) / yearly if yearly > 0 else float("inf")
    if multiple <= params.market_cap_to_revenue_max:
        return None
    return (
        f"{asset}: worth {multiple:.0f} years of revenue, "
        f"at most {params.market_cap_to_revenue_max:.0f} asked"
    )


def _kept(asset: str, newest: float, older: float | None, params: Eligibility) -> str | None:
    if older is None:
        return f"{asset}: no revenue readings of the 90 days before the last 90"
    if newest >= params.revenue_kept_min * older:
        return None
    return f"{asset}: revenue fell to {newest / older:.0%} of the 90 days before"


def _shared(asset: str, history: History, at: datetime, today: int) -> str | None:
    as_of, paid = history.visible(f"rev.{asset}.holders_usd_day", at)
    mean = _window(as_of, paid, today, 0) if as_of.size else None
    if mean is None:
        return f"{asset}: no reading of what holders earn (rev.{asset}.holders_usd_day)"
    return None if mean > 0 else f"{asset}: its holders earn nothing"


def _listed(
    asset: str, history: History, at: datetime, today: int, params: Eligibility
) -> str | None:
    as_of, _ = history.visible(f"px.{asset}", at)
    days = today - int(as_of[0]) // DAY if as_of.size else 0
    if days >= params.listed_days_min:
        return None
    return f"{asset}: prices known for {days} days, {params.listed_days_min} asked"
