"""One spoiled reply to one call of the venue adapter, and what may come of it."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dcaguard.core.errors import DcaguardError
from dcaguard.core.order import Placed
from tests.fuzz.limits import in_time
from tests.fuzz.orders import CODES, as_before, judged
from tests.fuzz.spoiling import Spoil, named, spoiled
from tests.fuzz.tape import VENUES, Kept, Key, Scene, played, refusals, scenes

STATUSES = (200, 200, 200, 200, 400, 401, 403, 404, 408, 409, 418, 429, 500, 502, 503, 520, 302)
DATES = (None, "", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 -1200",
         "Mon, 01 Jan 0001 00:00:00 +1400", "yesterday", "Fri, 99 Abc 2025 99:99:99 GMT",
         "Mon, 03 Mar 99999 00:00:00 GMT")  # fmt: skip
_WORDS_MAX = 4000


@dataclass(frozen=True)
class Case:
    """Numbers that name a scene, one of its replies and what is done to that reply."""

    scene: int
    reply: int
    spoils: tuple[Spoil, ...]
    status: int = 0
    date: int = 0


def every_scene(name: str) -> list[Scene]:
    """Return the scenes of one venue: each call on good replies, and refusals of the order."""
    return [*scenes(name).values(), *refusals(name, *CODES[name])]


ALL = tuple(VENUES)


def chosen(name: str, case: Case) -> tuple[Scene, Key, Kept]:
    """Return the scene, the question and its spoiled reply."""
    known = every_scene(name)
    scene = known[case.scene % len(known)]
    key = scene.asked[case.reply % len(scene.asked)]
    good = scene.replies[key]
    body = good.body
    for spoil in case.spoils:
        body = spoiled(body, spoil)
    change = STATUSES[case.status % len(STATUSES)]
    status = good.status if change == 200 else change
    date = DATES[case.date % len(DATES)]
    headers = dict(good.headers) if date is None else {**good.headers, "Date": date}
    return scene, key, Kept(status, body, headers)


def tried(name: str, case: Case) -> None:
    """Play the case; AssertionError when something other than a value or our own error comes."""
    scene, key, reply = chosen(name, case)
    told = f"{name} {scene.call}: {key} {reply.status} {words(scene, key, case)}"
    judge_reply(scene, {key: reply}, told)


def judge_reply(scene: Scene, changed: Mapping[Key, Kept], told: str) -> None:
    """Play one scene with changed replies and hold the outcome against what they say."""
    try:
        outcome = in_time(lambda: played(scene, changed))
    except DcaguardError as error:
        text = str(error)
        assert text, told
        assert "\n" not in text, told
        assert len(text) < _WORDS_MAX, told
        return
    wrong = _insane(outcome)
    assert not wrong, f"{wrong} in {told}"
    if isinstance(outcome, Placed):
        post = ("POST", scene.server.ORDER_POST, "")
        if post in changed:
            assert not judged(scene, changed[post], outcome), f"{outcome} {told}"
        assert not as_before(scene, outcome), f"{outcome} {told}"


def words(scene: Scene, key: Key, case: Case) -> list[str]:
    """Return what was done, in words."""
    body, found = scene.replies[key].body, []
    for spoil in case.spoils:
        found.append(named(spoil, body))
        body = spoiled(body, spoil)
    return found


def _insane(value: object) -> str:
    """Return the first number or time in an outcome that is none, or ''."""
    match value:
        case Decimal():
            return "" if value.is_finite() else f"{value} as an amount"
        case float():
            return "" if math.isfinite(value) else f"{value} as a number"
        case datetime():
            return "" if value.tzinfo is not None else f"{value} without a zone"
        case str():
            return "" if len(value) < _WORDS_MAX else "a text without end"
        case Mapping():
            return next(filter(None, map(_insane, value.values())), "")
        case Sequence():
            return next(filter(None, map(_insane, value)), "")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        inner = (getattr(value, field.name) for field in dataclasses.fields(value))
        return next(filter(None, map(_insane, inner)), "")
    return ""
