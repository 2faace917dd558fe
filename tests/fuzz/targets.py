"""What coverage-guided fuzzing is pointed at: bytes in, an assertion out when they break it."""

import functools
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from dcaguard.core.config_schedule import Schedule
from dcaguard.core.config_starter import CONFIG, STRATEGIES
from dcaguard.core.slots import instant_of, interval, newest_slot, next_slots, parse_slot
from dcaguard.core.strategy import Strategy
from tests.fuzz.limits import in_time

_STATUS = (200, 400, 401, 403)
NOW = datetime(2025, 3, 3, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Target:
    """One parser: what it is begun with, and how it is tried."""

    seeds: Callable[[], Sequence[bytes]]
    play: Callable[[bytes], None]


@functools.cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="dcaguard-fuzz-"))


def _config_seeds() -> list[bytes]:
    from tests.fuzz.configs import FULL

    return [b"c" + CONFIG.encode(), b"c" + FULL.encode()] + [
        b"s" + text.encode() for text in STRATEGIES.values()
    ]


def _config(data: bytes) -> None:
    from tests.fuzz.configs import tried

    if data[:1] == b"s":
        tried(_folder(), CONFIG.encode(), data[1:])
    else:
        tried(_folder(), data[1:])


def _order_scenes(venue: str) -> list[Any]:
    from tests.fuzz.tape import scenes

    return [scenes(venue)[call] for call in ("place", "find", "absence", "trades", "quotes")]


def _questions(scene: Any) -> list[Any]:
    from tests.fuzz.tape import LISTS

    return [key for key in scene.asked if key[1] not in LISTS]


def _order_seeds(venue: str) -> list[bytes]:
    """Return each good reply behind three bytes: its scene, its place, its status."""
    return [
        bytes([number, at, 0]) + scene.replies[key].body
        for number, scene in enumerate(_order_scenes(venue))
        for at, key in enumerate(_questions(scene))
    ]


def _order(venue: str, data: bytes) -> None:
    from tests.fuzz.tape import Kept
    from tests.fuzz.venue_cases import judge_reply

    if len(data) < 3:
        return
    known = _order_scenes(venue)
    scene = known[data[0] % len(known)]
    keys = _questions(scene)
    key = keys[data[1] % len(keys)]
    reply = Kept(_STATUS[data[2] % len(_STATUS)], data[3:], scene.replies[key].headers)
    judge_reply(scene, {key: reply}, f"{venue} {scene.call} {key}")


def _guard_seeds() -> list[bytes]:
    from tests.fuzz.guard_cases import violating

    return [at.to_bytes(2, "big") + told.body.encode() for at, told in enumerate(violating())]


def _guard(data: bytes) -> None:
    from tests.fuzz.guard_cases import look, violating

    known = violating()
    told = known[int.from_bytes(data[:2], "big") % len(known)]
    in_time(lambda: look(told.venue, told.answers | {told.key: data[2:]}))


def _pages() -> list[Any]:
    from tests.fuzz.source_cases import good

    return [(told, part) for told in good() for part in told.pages]


def _source_seeds() -> list[bytes]:
    return [bytes([at]) + told.pages[part].encode() for at, (told, part) in enumerate(_pages())]


def _source(data: bytes) -> None:
    from tests.fuzz.source_cases import tried

    known = _pages()
    told, part = known[(data[0] if data else 0) % len(known)]
    tried(told, part, data[1:])


def _import(data: bytes) -> None:
    from tests.fuzz.source_cases import imported

    imported(_folder(), data)


def _schedule(data: bytes) -> None:
    """Read lines of cron, zone and slot; a schedule that is valid can be walked."""
    cron, _, rest = data.decode("utf-8", "replace").partition("\n")
    zone, _, slot = rest.partition("\n")
    in_time(lambda: _walked(cron, zone))
    try:
        in_time(lambda: parse_slot("weekly", slot))
    except (ValueError, KeyError, OSError, OverflowError):
        return


def _walked(cron: str, zone: str) -> None:
    try:
        rule = Schedule(cron=cron, timezone=zone)
    except ValidationError:
        return
    named = Strategy.model_validate(
        {"name": "weekly", "account": "paper", "quote": "USDT", "schedule": rule,
         "budget": {"per_slot": 1}, "buy": [{"symbol": "BTC/USDT", "weight": 1}]}
    )  # fmt: skip
    for found in (*next_slots(named, NOW, 3), newest_slot(named, NOW)):
        if found is not None:
            assert interval(named, found).total_seconds() > 0
            assert parse_slot("weekly", found.id).instant == found.instant
            assert instant_of(found.local, ZoneInfo(zone)) == found.instant


TARGETS = {
    "config": Target(_config_seeds, _config),
    **{
        f"order-{venue}": Target(
            functools.partial(_order_seeds, venue), functools.partial(_order, venue)
        )
        for venue in ("binance", "kraken", "coinbase")
    },
    "guard": Target(_guard_seeds, _guard),
    "sources": Target(_source_seeds, _source),
    "import": Target(
        lambda: [b"as_of,value\n2025-02-24,1\n", b"as_of,value,observed_at\n2025-02-24,-1e3,\n"],
        _import,
    ),
    "schedule": Target(
        lambda: [b"0 9 * * MON\nEurope/Berlin\n2025-03-03T09:00+01:00[Europe/Berlin]",
                 b"*/5 1-3,7 L 1-6/2 FRI#2\nAsia/Kathmandu\n2025-03-03T09:00[UTC]"],
        _schedule,
    ),
}  # fmt: skip
