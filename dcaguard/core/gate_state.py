"""Where the gate stands, and what it wrote down when it moved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from dcaguard.core.canonical import jsonable, parse_instant
from dcaguard.core.gate_locks import Lock
from dcaguard.core.signals.venue_custody import Expiry, Safety

# Grows when the same readings may give another regime.
RULE_VERSION = "gate/6"


class Regime(StrEnum):
    """How much of a tranche may be bought. LOCKED is of one venue or quote coin."""

    NORMAL = "NORMAL"
    CAUTION = "CAUTION"
    PAUSED = "PAUSED"
    PROBE = "PROBE"
    COOLOFF = "COOLOFF"
    LOCKED = "LOCKED"


@dataclass(frozen=True, slots=True)
class GateState:
    """Where the gate stands after its newest instant. Enough to go on from; JSON round trip."""

    regime: Regime = Regime.NORMAL
    since: datetime | None = None  # None before the first instant
    evaluated_at: datetime | None = None
    hold_days: int = 0  # least length of the present or next pause; 0: the configured one
    calm_days: int = 0  # daily closes in a row without the regime's condition
    forced: bool = False  # this PROBE was forced by the longest pause, not earned
    armed: bool = True  # the pause rule was false since this PROBE began
    probe_until: datetime | None = None
    cooloff_until: datetime | None = None
    shock: int = 0  # as_of (microseconds) of the newest shock that was acted on
    tripped: int = 0  # bit set of the blocks that brought the pause
    left: int = 0  # bit set of the silent members that have left the pause rule
    why: tuple[str, ...] = ()
    locks: tuple[Lock, ...] = ()
    quote_coins: tuple[tuple[str, Safety], ...] = ()
    expiries: tuple[Expiry, ...] = ()  # of each venue and quote coin of which something was read

    def to_json(self) -> dict[str, object]:
        """Return the state in JSON's own types; `from_json` gives the same state back."""
        found = jsonable(self)
        assert isinstance(found, dict)
        return found

    @classmethod
    def from_json(cls, body: Mapping[str, object]) -> Self:
        """Return the state that `to_json` wrote; KeyError or ValueError for anything else."""
        return cls(
            regime=Regime(str(body["regime"])),
            since=_instant(body["since"]),
            evaluated_at=_instant(body["evaluated_at"]),
            hold_days=_int(body["hold_days"]),
            calm_days=_int(body["calm_days"]),
            forced=bool(body["forced"]),
            armed=bool(body["armed"]),
            probe_until=_instant(body["probe_until"]),
            cooloff_until=_instant(body["cooloff_until"]),
            shock=_int(body["shock"]),
            tripped=_int(body["tripped"]),
            left=_int(body["left"]),
            why=tuple(str(w) for w in _list(body["why"])),
            locks=tuple(_lock(row) for row in _list(body["locks"])),
            quote_coins=tuple(_coin(row) for row in _list(body["quote_coins"])),
            expiries=tuple(_expiry(row) for row in _list(body["expiries"])),
        )


@dataclass(frozen=True, slots=True)
class Transition:
    """One move with all that it was made of, so that it can be replayed."""

    at: datetime
    regime: Regime
    previous: Regime
    subject: str  # "" for the market; the venue for a lock
    composite: float | None
    blocks: Mapping[str, float | None]  # None: unknown; a block without members is left out
    contributions: Mapping[str, float]  # to the composite, largest first
    votes: tuple[str, ...]
    reasons: tuple[str, ...]
    inputs: Mapping[str, object]  # per signal: value, as_of, observed_at
    rule_version: str = RULE_VERSION


def _instant(value: object) -> datetime | None:
    return None if value is None else parse_instant(str(value))


def _int(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        msg = f"{value!r} is not a whole number"
        raise ValueError(msg)
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list | tuple):
        msg = f"{value!r} is not a list"
        raise ValueError(msg)
    return list(value)


def _lock(row: object) -> Lock:
    assert isinstance(row, Mapping)
    return Lock(
        venue=str(row["venue"]),
        since=parse_instant(str(row["since"])),
        rang_at=parse_instant(str(row["rang_at"])),
        reason=str(row["reason"]),
        lifted_at=_instant(row["lifted_at"]),
        probe_until=_instant(row["probe_until"]),
    )


def _expiry(row: object) -> Expiry:
    assert isinstance(row, Mapping)
    return Expiry(
        subject=str(row["subject"]),
        series=str(row["series"]),
        hours=_int(row["hours"]),
        until=parse_instant(str(row["until"])),
    )


def _coin(row: object) -> tuple[str, Safety]:
    name, safety = _list(row)
    return str(name), Safety(str(safety))
