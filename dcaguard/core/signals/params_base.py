"""What every table of thresholds shares: frozen, finite, no unknown key."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
# Ten years in days: a window without end would ask for memory without end.
_COUNT_MAX = 3660
Count = Annotated[int, Field(ge=1, le=_COUNT_MAX)]
Whole = Annotated[int, Field(ge=0, le=_COUNT_MAX)]


class Params(BaseModel):
    """Frozen; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class SignalParams(Params):
    """What every signal has."""

    enabled: bool = Field(default=True, description="false: leaves its block, asks for no data")


class Ranked(SignalParams):
    """A signal whose score is a causal rank within its own past."""

    rank_window: Count = Field(default=365, description="points of own past that are ranked")
    rank_min: Count = Field(default=120, description="fewer points: score 1 on a vote, else 0")

    @model_validator(mode="after")
    def _window_holds_the_minimum(self) -> Self:
        if self.rank_min > self.rank_window:
            msg = f"rank_min {self.rank_min} is above rank_window {self.rank_window}"
            raise ValueError(msg)
        return self


class RankedInSessions(Ranked):
    """Ranked over exchange sessions: two years of them."""

    rank_window: Count = Field(default=504, description="sessions of own past that are ranked")
