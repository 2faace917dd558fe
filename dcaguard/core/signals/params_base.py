"""What every table of thresholds shares: frozen, finite, no unknown key, nothing guessed."""

from decimal import Decimal
from typing import Annotated, Self, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Negative = Annotated[float, Field(lt=0, allow_inf_nan=False)]
# Beyond these a slip of the keyboard is likelier than a wish: 5000 days are 13 years.
Weight = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1, le=5000)]
Whole = Annotated[int, Field(ge=0, le=5000)]
Names = Annotated[tuple[str, ...], Field(min_length=1)]


def _is_number(asked: object) -> bool:
    """Tell whether an annotation asks for a number, or for one or nothing."""
    return asked in (int, float) or any(_is_number(part) for part in get_args(asked))


class Params(BaseModel):
    """Frozen; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @field_validator("*", mode="before")
    @classmethod
    def _as_written(cls, value: object, info: ValidationInfo) -> object:
        """Take true and false for switches and numbers for numbers: "no" is neither."""
        asked = cls.model_fields[info.field_name or ""].annotation
        if asked is bool and not isinstance(value, bool):
            msg = "write true or false, without quotes"
            raise ValueError(msg)
        plain = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
        if _is_number(asked) and not plain and value is not None:
            msg = "write a number, without quotes"
            raise ValueError(msg)
        return value

    def _in_order(self, *pairs: tuple[str, str]) -> Self:
        """Refuse a pair whose first value is above its second."""
        for low, high in pairs:
            if getattr(self, low) > getattr(self, high):
                msg = (
                    f"{low} {getattr(self, low)} is above {high} {getattr(self, high)}: "
                    f"lower {low} or raise {high}"
                )
                raise ValueError(msg)
        return self


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
            msg = f"rank_min {self.rank_min} is above rank_window {self.rank_window}: lower it"
            raise ValueError(msg)
        return self


class RankedInSessions(Ranked):
    """Ranked over exchange sessions: two years of them."""

    rank_window: Count = Field(default=504, description="sessions of own past that are ranked")
