"""Plain members beside the signals: VIX and the OFR stress index, and stablecoin supply."""

from dcaguard.core.history import DAY, History
from dcaguard.core.signals.params import EverythingSold, WhaleSelling
from dcaguard.core.signals.rolling import ratio
from dcaguard.core.signals.sessions import on_sessions
from dcaguard.core.signals.state import Block
from dcaguard.core.signals.track import (
    Calendar,
    Freshness,
    Rows,
    Spec,
    Track,
    derive,
    lookup,
    member,
    never_read,
)

VIX, OFR, STABLECOINS = "vix", "ofr.fsi", "stable.supply_usd"
# The OFR publishes about two business days late.
_OFR_STALE_SESSIONS = 5
_SUPPLY_DAYS = 30


def macro_gauges(history: History, params: EverythingSold) -> tuple[Track, ...]:
    """Return VIX and OFR FSI, ranked by level. They leave with S6 when it is disabled."""
    limit = params.stale_sessions
    vix = Spec("vix", "", Block.MACRO, params.vix_weight, "points", _sessions(limit))
    ofr = Spec(
        "ofr-fsi", "", Block.MACRO, params.ofr_weight, "index", _sessions(_OFR_STALE_SESSIONS)
    )
    return (
        _level(history, vix, VIX, params, "VIX {:.1f}"),
        _level(history, ofr, OFR, params, "OFR financial stress {:+.2f} (0 is normal)"),
    )


def _sessions(limit: int) -> Freshness:
    return Freshness(Calendar.NEW_YORK, limit, limit)


def _level(history: History, spec: Spec, name: str, params: EverythingSold, words: str) -> Track:
    source = on_sessions(history.series(name))
    if not source.as_of.size:
        return never_read(spec, (name,))
    rows = derive(source, lambda _, x: {"value": x})
    return member(spec, rows, rows.columns["value"], params, lambda row: words.format(row["value"]))


def stablecoin_supply(history: History, params: WhaleSelling) -> Track:
    """Return the 30-day change of stablecoin supply; it shrinks when money leaves."""
    fresh = Freshness(Calendar.DAYS, params.stale_days, params.stale_days)
    spec = Spec("stablecoin-supply", "", Block.FLOWS, params.stablecoin_weight, "% in 30 d", fresh)
    source = history.series(STABLECOINS)
    if not source.as_of.size:
        return never_read(spec, (STABLECOINS,))
    rows = derive(source, lambda _, x: {"now": x})
    earlier = lookup(source, rows.as_of - _SUPPLY_DAYS * DAY, rows.known_at, 3 * DAY)
    change = 100 * (ratio(rows.columns["now"], earlier) - 1)
    own = Rows(rows.known_at, rows.as_of, {"value": change})
    return member(
        spec, own, -change, params, lambda row: f"stablecoin supply {row['value']:+.2f} % in 30 d"
    )
