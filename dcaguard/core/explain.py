"""Each of the thirteen signals at one instant: ten that score, and three that stand beside them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np

from dcaguard.core.gate_locks import Lock
from dcaguard.core.history import Column, History, micros, moment
from dcaguard.core.signals.eligibility import eligible
from dcaguard.core.signals.params import Eligibility, Recovery
from dcaguard.core.signals.recovery import liquidity
from dcaguard.core.signals.state import Block, SignalState, Stance


class Age(StrEnum):
    """How far the newest row behind a signal can be trusted."""

    FRESH = "FRESH"
    STALE = "STALE"  # older than it should be; its last score still counts
    EXPIRED = "EXPIRED"  # so old that it is no data
    SHORT_HISTORY = "SHORT_HISTORY"  # fresh, but there was never enough of it
    NEVER_READ = "NEVER_READ"
    DISABLED = "DISABLED"


@dataclass(frozen=True, slots=True)
class Told:
    """What one signal says at one instant, whichever kind of signal it is."""

    name: str
    number: str  # "S1"; "" for a plain member of a block
    block: Block | None  # None: outside every block
    state: Stance
    age: Age
    reason: str
    score: float | None = None  # 0 to 1
    vote: bool = False  # the condition to pause is true now
    value: float | None = None  # in `unit`
    unit: str = ""
    as_of: datetime | None = None
    observed_at: datetime | None = None
    contribution: float | None = None  # to the composite
    missing: tuple[str, ...] = ()  # series never read


@dataclass(frozen=True, slots=True)
class Watched:
    """What this workspace depends on: venues, quote coins, assets that must earn revenue."""

    venues: tuple[str, ...] = ()
    coins: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    locks: tuple[Lock, ...] = ()


def told(state: SignalState) -> Told:
    """Return a scored signal, or a plain member, as every place shows it."""
    return Told(
        name=state.name,
        number=state.number,
        block=state.block,
        state=state.state,
        age=_age(state),
        reason=state.reason,
        score=state.score,
        vote=state.vote,
        value=state.value,
        unit=state.unit,
        as_of=state.as_of,
        observed_at=state.observed_at,
        contribution=state.contribution,
        missing=state.missing,
    )


def _age(state: SignalState) -> Age:
    if state.observed_at is None or state.unread:
        return Age.NEVER_READ
    if state.state is Stance.UNKNOWN:
        return Age.SHORT_HISTORY if state.scarce else Age.EXPIRED
    return Age.STALE if state.stale else Age.FRESH


def disabled(name: str, number: str, block: Block | None) -> Told:
    """Return a signal that a person switched off: it asks for nothing and counts for nothing."""
    reason = f"switched off: [signals.{name}] enabled = false"
    return Told(name, number, block, Stance.UNKNOWN, Age.DISABLED, reason)


def recovery_told(
    scored: Sequence[SignalState], history: History, at: datetime, params: Recovery
) -> Told:
    """Return S11: whether enough of ETF flows, whales and liquidity has healed.

    ELEVATED means that a pause could not end on it yet; it never begins one. Fewer known legs
    than it needs are UNKNOWN, and then the composite alone decides.
    """
    known = history.until(at)
    by_name = {state.name: state for state in scored}
    leg = liquidity(known, params, np.array([micros(at)], np.int64)).leg
    book = float(leg[0])
    legs = {
        "ETF flows": _healed(by_name.get("etf-outflow")),
        "whales": _healed(by_name.get("whale-selling")),
        "liquidity": None if np.isnan(book) else book == 1.0,
    }
    counted = [leg for leg in legs.values() if leg is not None]
    true = sum(counted)
    words = {True: "healed", False: "not healed", None: "not known"}
    reason = ", ".join(f"{name} {words[leg]}" for name, leg in legs.items())
    state = Stance.CALM if true >= params.legs_min else Stance.ELEVATED
    if len(counted) < params.legs_min:
        state = Stance.UNKNOWN
    as_of, observed_at = newest(
        known, ("stable.supply_usd", "depth.BTC", "etf.btc.flow_usd", "ex.btc.inflow")
    )
    return Told(
        "recovery", "S11", None, state, _age_of_legs(state, as_of, at, params),
        f"{reason}; {params.legs_min} of 3 needed to end a pause",
        value=float(true) if counted else None, unit="legs healed",
        as_of=as_of, observed_at=observed_at,
    )  # fmt: skip


def _age_of_legs(state: Stance, as_of: datetime | None, at: datetime, params: Recovery) -> Age:
    """Return the age of S11: with a fresh row too few legs are known, and nothing has expired."""
    age = age_of(state, as_of)
    fresh = as_of is not None and (at.date() - as_of.date()).days - 1 <= params.stale_days
    return Age.SHORT_HISTORY if age is Age.EXPIRED and fresh else age


def _healed(state: SignalState | None) -> bool | None:
    if state is None or state.state is Stance.UNKNOWN:
        return None
    return state.state is Stance.CALM or state.resumed


def _earned(assets: Sequence[str]) -> str:
    """Say of assets that nothing is held against them."""
    return (
        f"{assets[0]} earns its place" if len(assets) == 1 else f"{', '.join(assets)} earn theirs"
    )


def eligibility_told(watched: Watched, history: History, at: datetime, params: Eligibility) -> Told:
    """Return S13 over the assets that must earn revenue, and those whose revenue was read.

    ELEVATED: one of them fails and is not bought. UNKNOWN: readings are missing.
    """
    known = history.until(at)
    read = {n.split(".")[1] for n in known.columns if n.startswith("rev.")} - set(params.always)
    assets = sorted({*watched.assets, *read})
    strict = params.model_copy(update={"enabled": True, "always": ()})
    refused = {a: why for a in assets if (why := eligible(a, known, at, strict)) is not None}
    dark = [a for a in refused if _not_readable(a, known, at, strict)]
    failed = [a for a in refused if a not in dark]
    state = Stance.ELEVATED if failed else Stance.UNKNOWN if dark or not assets else Stance.CALM
    free = ", ".join(params.always)
    reason = "; ".join(refused[a] for a in (failed or dark))
    if not assets:
        reason = (
            f"no revenue was ever read (rev.ASSET.usd_day, from the source defillama); {free} need "
            "none, so nothing waits for it"
        )
    names = [f"rev.{asset}.usd_day" for asset in assets]
    as_of, observed_at = newest(known, names)
    return Told(
        "eligibility", "S13", None, state, age_of(state, as_of),
        reason or _earned(assets),
        value=float(len(failed)) if assets else None, unit="assets refused",
        as_of=as_of, observed_at=observed_at,
        missing=tuple(n for n in names if n not in known.columns),
    )  # fmt: skip


def _not_readable(asset: str, history: History, at: datetime, params: Eligibility) -> bool:
    """Tell whether it is refused for want of readings: with every threshold open it still is."""
    paid = history.series(f"rev.{asset}.holders_usd_day")
    opened = Column(paid.as_of, paid.observed_at, np.maximum(paid.value, 1.0))
    earning = History({**history.columns, f"rev.{asset}.holders_usd_day": opened})
    thresholds = {
        "revenue_min_usd_per_year": 0.0,
        "market_cap_to_revenue_max": float("inf"),
        "revenue_kept_min": 0.0,
        "listed_days_min": 1,
    }
    return eligible(asset, earning, at, params.model_copy(update=thresholds)) is not None


def newest(history: History, names: Iterable[str]) -> tuple[datetime | None, datetime | None]:
    """Return (as_of, observed_at) of the newest row among these series; None without any."""
    found: list[tuple[int, int]] = []
    for name in names:
        column = history.series(name)
        if column.as_of.size:
            row = int(np.argmax(column.as_of))
            found.append((int(column.as_of[row]), int(column.observed_at[row])))
    if not found:
        return None, None
    as_of, observed_at = max(found)
    return moment(as_of), moment(observed_at)


def age_of(state: Stance, as_of: datetime | None) -> Age:
    """Return the age of a signal that has no freshness of its own."""
    if as_of is None:
        return Age.NEVER_READ
    return Age.EXPIRED if state is Stance.UNKNOWN else Age.FRESH
