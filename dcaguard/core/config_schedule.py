"""A schedule as typed: when the slots are in nominal local time, and what lateness means."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal, Self

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, Field, model_validator

from dcaguard.core.config_time import Duration, LocalMoment, Zone
from dcaguard.core.config_values import (
    Count,
    Mistakes,
    Typed,
    at_least,
)

_CRON_FIELDS = 5
# Nominal local times: the schedule's zone says when they are.
_LONG_AGO = datetime.fromisoformat("1970-01-01")
_SOME_DAY = datetime.fromisoformat("2024-01-01")
_FAR_AWAY = datetime.fromisoformat("2500-01-01")


def five_fields(expression: str) -> str:
    """Return a cron line that fires at some time; ValueError says what is wrong with it."""
    if len(expression.split()) != _CRON_FIELDS:
        raise ValueError(
            'is not five fields: write minute hour day month weekday, such as "0 9 * * MON"'
        )
    try:
        next(CronSim(expression, _SOME_DAY))
    except CronSimError as error:
        raise ValueError(f'is no cron line ({error}): write one such as "0 9 * * MON"') from None
    except (StopIteration, RuntimeError):
        raise ValueError("never fires: there is no such date") from None
    return expression


class Schedule(Typed):
    """When the strategy's slots are, in nominal local time."""

    cron: Annotated[str, AfterValidator(five_fields)] | None = Field(
        None, description='five fields, such as "0 9 * * MON"; or `every` with `start`'
    )
    every: Duration | None = Field(
        None, description="whole days keep the local time of day, hours are elapsed time"
    )
    timezone: Zone = Field("UTC", description="IANA name of the slots' local time")
    start: LocalMoment | None = Field(None, description="first day, or first local time")
    end: LocalMoment | None = Field(None, description="last day or local time, included")
    slots: Annotated[Count, at_least(1)] | None = Field(None, description="how many slots in all")
    on_missed: Literal["newest", "skip", "all"] = Field(
        "newest", description="what becomes of slots nobody looked at: newest, skip or all"
    )
    all_max: Annotated[Count, at_least(1)] | None = Field(
        None, description='with on_missed = "all": at most this many, the newest'
    )
    lateness_max: Duration | None = Field(
        None, description="unset: a quarter of the interval, at most 3 days"
    )

    @model_validator(mode="after")
    def says_when_once(self) -> Self:
        """Refuse schedules that say when in no way, in two ways, or not at all."""
        both = self.cron is not None and self.every is not None
        neither = self.cron is None and self.every is None
        Mistakes.check(
            ("", "has no cron and no every: add cron or every with start") if neither else None,
            ("every", "cron is given too: keep one of them") if both else None,
            ("start", "is missing: `every` counts from it")
            if self.every is not None and self.start is None
            else None,
            ("every", "is shorter than a minute: write 1m or more")
            if self.every is not None and self.every < timedelta(minutes=1)
            else None,
            ("slots", "counts from `start`, which is missing: add start")
            if self.slots is not None and self.start is None
            else None,
            ("all_max", 'is missing: on_missed = "all" needs it')
            if self.on_missed == "all" and self.all_max is None
            else None,
            ("all_max", 'does nothing without on_missed = "all": remove it')
            if self.on_missed != "all" and self.all_max is not None
            else None,
            ("start", "is out of range: write a day from 1970 to 2499")
            if self.start is not None and not _LONG_AGO <= self.first < _FAR_AWAY
            else None,
            ("end", "is before start: no slot is left")
            if self.start is not None and self.end is not None and self.last < self.first
            else None,
        )
        return self

    @property
    def first(self) -> datetime:
        """Return the first nominal local time that counts (naive); 1970 when unset."""
        return _moment(self.start, time.min) if self.start else _LONG_AGO

    @property
    def last(self) -> datetime:
        """Return the last nominal local time that counts (naive); far away when unset."""
        return min(_moment(self.end, time.max), _FAR_AWAY) if self.end else _FAR_AWAY


def _moment(value: date, clock: time) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, clock)
