"""Independent sources that contradict each other on a day: none of them is believed blindly."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from dcaguard.core.money import plain
from dcaguard.core.reading import IMPORTED, Reading
from dcaguard.core.reading_problem import Flaw, Problem
from dcaguard.core.series import lookup

# Sources may differ by this share of the larger value, or by the floor of the kind of series.
_TOLERANCE = Decimal("0.1")
_FLOORS = {
    "etf": Decimal(50_000_000),
    "price": Decimal(0),
    "volatility": Decimal(0),
    "rates": Decimal("0.25"),
}
_Day = tuple[str, date]
_ByGroup = dict[str, Reading]


def disagreements(
    readings: Iterable[Reading], group_of: Mapping[str, str], known: Iterable[Reading] = ()
) -> list[Problem]:
    """Return days on which `readings` contradict each other, or what is `known` of other groups.

    `group_of` maps a source's name to its independence group; mirrors of one table never
    confirm or contradict each other, and a source may correct itself. Series whose sources measure
    different things (samples of coins, one exchange or many) are not compared.
    """
    days: dict[_Day, _ByGroup] = {}
    for reading in readings:
        days.setdefault(_day(reading), {})[_group(reading, group_of)] = reading
    before = _last_words(days, group_of, known)
    found = []
    for (series, day), new in days.items():
        about = lookup(series)
        if about is not None and about.group in _FLOORS:
            floor, where = _FLOORS[about.group], f"{series} {day}"
            old = {g: r for g, r in before.get((series, day), {}).items() if g not in new}
            found.append(_contradiction(where, new, floor) or _refuted(where, new, old, floor))
    return [problem for problem in found if problem is not None]


def _day(reading: Reading) -> _Day:
    return reading.series, reading.as_of.date()


def _group(reading: Reading, group_of: Mapping[str, str]) -> str:
    return group_of.get(reading.source, reading.source)


def _last_words(
    days: Mapping[_Day, _ByGroup], group_of: Mapping[str, str], known: Iterable[Reading]
) -> dict[_Day, _ByGroup]:
    """Return what each group said last of the days; a person's word ends all that was before it."""
    found: dict[_Day, _ByGroup] = {}
    for reading in sorted(known, key=lambda r: r.observed_at):
        if (day := _day(reading)) in days:
            said = found.setdefault(day, {})
            if reading.source.startswith(IMPORTED):
                said.clear()
            said[_group(reading, group_of)] = reading
    return found


def _contradiction(where: str, new: _ByGroup, floor: Decimal) -> Problem | None:
    low = min(new.values(), key=lambda r: r.value)
    high = max(new.values(), key=lambda r: r.value)
    if _agree(low, high, floor):
        return None
    what = f"{low.source} says {plain(low.value)}, {high.source} says {plain(high.value)}"
    return Problem(where, Flaw.INVALID, what, "neither is used until they agree")


def _refuted(where: str, new: _ByGroup, old: _ByGroup, floor: Decimal) -> Problem | None:
    for said in new.values():
        for before in old.values():
            if said.source.startswith(f"{before.source}."):
                continue  # a table's own earlier word, from when its readings had no name
            if not _agree(said, before, floor):
                what = (
                    f"{said.source} says {plain(said.value)}, but {plain(before.value)} is known "
                    f"from {before.source}"
                )
                remedy = (
                    "what is known stays and the new value is not used until they agree; to decide "
                    "it yourself, import that day with --revision"
                )
                return Problem(where, Flaw.INVALID, what, remedy)
    return None


def _agree(one: Reading, other: Reading, floor: Decimal) -> bool:
    allowed = max(floor, _TOLERANCE * max(abs(one.value), abs(other.value)))
    return abs(one.value - other.value) <= allowed
