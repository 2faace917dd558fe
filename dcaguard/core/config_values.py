"""The kinds of value a person types: exact, finite, named by unit, and told plainly when wrong."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StrictBool, StrictInt

from dcaguard.core.money import ONE, ZERO, parse_decimal, plain

_LIKE = 0.6  # below this a suggestion would be a guess

Switch = StrictBool
Count = StrictInt


class Mistakes(ValueError):  # noqa: N818 - several mistakes of one table, told together
    """What is wrong between the keys of one table: (key inside the table, sentence) each."""

    def __init__(self, *items: tuple[str, str]) -> None:
        """Keep each mistake apart, so that each gets its own line."""
        super().__init__("; ".join(text for _, text in items))
        self.items = items

    @classmethod
    def check(cls, *items: tuple[str, str] | None) -> None:
        """Raise one error with every item that is not None."""
        found = [item for item in items if item is not None]
        if found:
            raise cls(*found)


class Typed(BaseModel):
    """One table a person typed: frozen, every key known."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def changed(self, keys: Iterable[str]) -> list[str]:
        """Return which of `keys` were typed with another value than their default."""
        fields = type(self).model_fields
        return [
            key
            for key in keys
            if key in self.model_fields_set
            and getattr(self, key) != fields[key].get_default(call_default_factory=True)
        ]


def nearest(word: str, known: Iterable[str]) -> str:
    """Return 'did you mean "x"?', or the known words, to end a sentence about an unknown one."""
    scored = sorted(((_likeness(word, other), other) for other in known), reverse=True)
    if scored and scored[0][0] >= _LIKE:
        return f'did you mean "{scored[0][1]}"?'
    words = ", ".join(sorted(other for _, other in scored))
    return f"known: {words}" if words else "there is none"


def _likeness(word: str, other: str) -> float:
    """Return 0 to 1; the order of a name's parts does not count (max_order, order_max)."""
    turned = ["_".join(sorted(re.split("[_-]", text.lower()))) for text in (word, other)]
    return max(SequenceMatcher(None, word, other).ratio(), SequenceMatcher(None, *turned).ratio())


def exact(value: object) -> Decimal:
    """Return the exact finite number that was typed; ValueError says what to write instead."""
    if isinstance(value, bool | float):
        raise ValueError(
            f"is {value!r}, not an exact number: write it as digits, such as 250 or 0.5"
        )
    number = parse_decimal(value)
    if number is not None:
        return number
    if isinstance(value, str) and value.strip().endswith("%"):
        raise ValueError("is a percentage: write the share instead, such as 0.20 for 20 percent")
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError("is not finite: write a number")
    raise ValueError("is not a number that can be real: write digits, such as 250 or 0.5")


def _within(test: Callable[[Decimal], bool], wanted: str) -> Callable[[Decimal], Decimal]:
    def check(value: Decimal) -> Decimal:
        if not test(value):
            raise ValueError(f"is {plain(value)}: must be {wanted}")
        return value

    return check


def at_least(minimum: int) -> AfterValidator:
    """Return the check that a whole number is not below `minimum`."""

    def check(value: int) -> int:
        if value < minimum:
            raise ValueError(f"is {value}: must be {minimum} or more")
        return value

    return AfterValidator(check)


Number = Annotated[Decimal, BeforeValidator(exact)]
Positive = Annotated[Number, AfterValidator(_within(lambda v: v > ZERO, "above 0"))]
NotNegative = Annotated[Number, AfterValidator(_within(lambda v: v >= ZERO, "0 or more"))]
Share = Annotated[Number, AfterValidator(_within(lambda v: ZERO <= v <= ONE, "from 0 to 1"))]
OpenShare = Annotated[
    Number, AfterValidator(_within(lambda v: ZERO < v < ONE, "above 0 and below 1"))
]
AtLeastOne = Annotated[Number, AfterValidator(_within(lambda v: v >= ONE, "1 or more"))]


_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SHORT = re.compile(r"(\d{1,9})([smhdw])")
_ISO = re.compile(
    r"P(?:(?P<w>\d{1,6})W)?(?:(?P<d>\d{1,6})D)?"
    r"(?:T(?=\d)(?:(?P<h>\d{1,6})H)?(?:(?P<m>\d{1,6})M)?(?:(?P<s>\d{1,9})S)?)?"
)


def parse_duration(value: object) -> timedelta:
    """Return the length of time that '18h', '3d' or 'P7D' spells.

    Months and years are refused: they have no one length; a cron line says what is meant.
    """
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
    elif isinstance(value, str):
        seconds = _seconds(value.strip())
    else:
        raise ValueError('is not a length of time: write text such as "18h", "3d" or "P7D"')
    if not 0 < seconds <= 36500 * 86400:
        raise ValueError("must be longer than nothing and shorter than a century")
    return timedelta(seconds=seconds)


def _seconds(text: str) -> int:
    short = _SHORT.fullmatch(text)
    if short:
        return int(short[1]) * _UNITS[short[2]]
    iso = _ISO.fullmatch(text)
    if iso and any(iso.groupdict().values()):
        return sum(int(n) * _UNITS[unit] for unit, n in iso.groupdict().items() if n)
    if re.fullmatch(r"P(\d+Y)?(\d+M)?(\d+D)?(T.*)?", text) and re.match(r"P\d+[YM]|P.*\dM", text):
        raise ValueError(
            "counts months or years, which have no one length:"
            ' use cron instead, such as "0 9 1 * *" for the first of each month'
        )
    raise ValueError('is not a length of time: write "18h", "3d" or "P7D"')


def spell_duration(value: timedelta) -> str:
    """Return the shortest spelling `parse_duration` reads back: '7d', '18h', '60s'."""
    seconds = int(value.total_seconds())
    for unit in ("d", "h", "m"):
        if seconds % _UNITS[unit] == 0:
            return f"{seconds // _UNITS[unit]}{unit}"
    return f"{seconds}s"


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]


_ZONE_HINTS = {
    "BST": '"Europe/London" or "Asia/Dhaka"',
    "EST": '"America/New_York" or "Australia/Sydney"',
    "EST5": '"America/New_York"',
    "EST5EDT": '"America/New_York"',
    "EDT": '"America/New_York"',
    "CST": '"America/Chicago" or "Asia/Shanghai"',
    "CST6CDT": '"America/Chicago"',
    "MST": '"America/Denver" or "America/Phoenix"',
    "MST7MDT": '"America/Denver"',
    "PST": '"America/Los_Angeles"',
    "PST8PDT": '"America/Los_Angeles"',
    "HST": '"Pacific/Honolulu"',
    "IST": '"Asia/Kolkata", "Europe/Dublin" or "Asia/Jerusalem"',
    "CET": '"Europe/Berlin"',
    "CEST": '"Europe/Berlin"',
    "MET": '"Europe/Berlin"',
    "EET": '"Europe/Helsinki"',
    "WET": '"Europe/Lisbon"',
    "GMT": '"UTC" or "Europe/London"',
    "GB": '"Europe/London"',
    "Z": '"UTC"',
    "JST": '"Asia/Tokyo"',
}


def zone_name(value: object) -> str:
    """Return an IANA zone name that means one place (or UTC); ValueError names one to use."""
    if not isinstance(value, str):
        raise ValueError('is not a zone: write an IANA name such as "Europe/Berlin" or "UTC"')
    if value == "UTC":
        return value
    area, _, city = value.partition("/")
    if not city or area in {"Etc", "posix", "right", "SystemV"}:
        hint = _ZONE_HINTS.get(value.upper(), 'such as "Europe/Berlin" or "UTC"')
        raise ValueError(
            f"{value[:40]!r} is an abbreviation or a fixed offset, not a place:"
            f" write the IANA name, {hint}"
        )
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = max(available_timezones(), key=lambda name: _likeness(value, name))
        raise ValueError(f'no zone is called {value[:40]!r}: did you mean "{near}"?') from None
    return value


def _matches(pattern: str, wanted: str) -> Callable[[object], str]:
    regex = re.compile(pattern)

    def check(value: object) -> str:
        if isinstance(value, str) and regex.fullmatch(value):
            return value
        raise ValueError(f"is not {wanted}")

    return check


Zone = Annotated[str, BeforeValidator(zone_name)]
Asset = Annotated[
    str,
    BeforeValidator(
        _matches(r"[A-Z0-9][A-Z0-9.]{0,19}", 'an asset code: write it in capitals, such as "BTC"')
    ),
]
Name = Annotated[
    str,
    BeforeValidator(
        _matches(
            r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}",
            "a name: use letters, digits, - and _, 64 at most",
        )
    ),
]
Symbol = Annotated[
    str,
    BeforeValidator(
        _matches(
            r"[A-Z0-9][A-Z0-9.]{0,19}/[A-Z0-9][A-Z0-9.]{0,19}",
            'a spot symbol: write BASE/QUOTE in capitals, such as "BTC/USDT"',
        )
    ),
]


def local_moment(value: object) -> date | datetime:
    """Return a date, or a local date and time without offset, as typed in TOML or as ISO text."""
    if isinstance(value, str):
        try:
            value = (
                datetime.fromisoformat(value)
                if len(value) > len("2025-01-06")
                else (date.fromisoformat(value))
            )
        except ValueError:
            raise ValueError("is not a date: write 2025-01-06 or 2025-01-06T09:00:00") from None
    if not isinstance(value, date):
        raise ValueError("is not a date: write 2025-01-06 or 2025-01-06T09:00:00")
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            raise ValueError("has an offset: write the local time, the schedule's zone is used")
        return value.replace(microsecond=0)
    return value


LocalMoment = Annotated[date | datetime, BeforeValidator(local_moment)]
