"""The kinds of value a person types: exact, finite, named by unit, and told plainly when wrong."""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Annotated

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
    scored = sorted(((likeness(word, other), other) for other in known), reverse=True)
    if scored and scored[0][0] >= _LIKE:
        return f'did you mean "{scored[0][1]}"?'
    words = ", ".join(sorted(other for _, other in scored))
    return f"known: {words}" if words else "there is none"


def likeness(word: str, other: str) -> float:
    """Return 0 to 1; the order of a name's parts does not count (max_order, order_max)."""
    turned, other_turned = (
        "_".join(sorted(re.split("[_-]", text.lower()))) for text in (word, other)
    )
    straight = SequenceMatcher(None, word, other).ratio()
    return max(straight, SequenceMatcher(None, turned, other_turned).ratio())


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


# A century of days. Slots and days are counted one by one: without a limit, without an end.
COUNT_MAX = 36_525


def at_least(minimum: int) -> AfterValidator:
    """Return the check that a whole number lies between `minimum` and COUNT_MAX."""

    def check(value: int) -> int:
        if value < minimum:
            raise ValueError(f"is {value}: must be at least {minimum}")
        if value > COUNT_MAX:
            raise ValueError(f"is too large: must be {COUNT_MAX} or less")
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


def _matches(pattern: str, wanted: str) -> Callable[[object], str]:
    regex = re.compile(pattern)

    def check(value: object) -> str:
        if isinstance(value, str) and regex.fullmatch(value):
            return value
        raise ValueError(f"is not {wanted}")

    return check


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
