"""Lengths of time, zones and local moments as a person types them, each with one meaning."""

import re
from datetime import date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BeforeValidator, WithJsonSchema

from dcaguard.core.config_values import likeness

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


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    WithJsonSchema({"type": "string", "examples": ["60s", "18h", "3d", "P7D"]}),
]


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
        near = max(available_timezones(), key=lambda name: likeness(value, name))
        raise ValueError(f'no zone is called {value[:40]!r}: did you mean "{near}"?') from None
    return value


Zone = Annotated[str, BeforeValidator(zone_name)]


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
