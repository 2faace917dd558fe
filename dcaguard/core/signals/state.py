"""What a signal says at one instant. UNKNOWN is neither calm nor danger; the gate decides."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Stance(StrEnum):
    """The three things a signal can say."""

    CALM = "CALM"
    ELEVATED = "ELEVATED"
    UNKNOWN = "UNKNOWN"


class Block(StrEnum):
    """Signals that speak of the same thing. SAFETY stands outside the composite."""

    LEVERAGE = "LEVERAGE"
    FLOWS = "FLOWS"
    MACRO = "MACRO"
    STRUCTURE = "STRUCTURE"
    SAFETY = "SAFETY"


SCORED_BLOCKS = (Block.LEVERAGE, Block.FLOWS, Block.MACRO, Block.STRUCTURE)


@dataclass(frozen=True, slots=True)
class SignalState:
    """One signal, or one plain member of a block, at one instant."""

    name: str  # "etf-outflow"
    number: str  # "S1"; "" for a plain member such as "vix"
    block: Block
    state: Stance
    score: float | None  # 0 to 1; None when unknown
    vote: bool  # the pause condition is true now
    counts: bool  # true now or within its hold: what the three-vote rule counts
    breaker: bool  # so extreme that it pauses by itself
    value: float | None  # in `unit`
    unit: str
    as_of: datetime | None  # of the newest row
    observed_at: datetime | None  # when that row became known
    weight: float  # within the block; 0 when it does not count
    contribution: float | None  # to the composite; None when unknown or not counted
    reason: str  # one sentence with the numbers
    stale: bool  # older than it should be, its last score still counts
    short_history: bool  # too few points to rank: 1 while it votes, else 0
    resumed: bool  # the resume condition is true now
    since: datetime | None  # of the vote that began this elevated spell
    missing: tuple[str, ...]  # series never read
    scarce: bool = False  # fresh, but there was never enough of it to say anything
    unread: bool = False  # what it needs besides was never read
    gone: bool = False  # silent for so long that it counts as never read
