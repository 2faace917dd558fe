"""One spelling for everything that is hashed."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal as D  # noqa: N817
from enum import Enum, IntEnum, StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcaguard.core.canonical import canonical_json, digest, instant, jsonable, parse_instant

BERLIN = timezone(timedelta(hours=1))


class Color(StrEnum):
    RED = "red"


class Number(IntEnum):
    ONE = 1


class Odd(Enum):
    PAIR = (D("1.0"), "x")


@dataclass(frozen=True, slots=True)
class Point:
    y: D
    x: D


def test_an_instant_is_utc_with_a_z() -> None:
    assert instant(datetime(2025, 3, 3, 9, tzinfo=BERLIN)) == "2025-03-03T08:00:00Z"
    assert instant(datetime(2025, 3, 3, 8, 0, 0, 5, UTC)) == "2025-03-03T08:00:00.000005Z"


@pytest.mark.parametrize("make", [instant, lambda at: parse_instant(at.isoformat())])
def test_a_time_without_a_zone_is_no_instant(make: Any) -> None:
    with pytest.raises(ValueError, match="zone"):
        make(datetime(2025, 3, 3))  # noqa: DTZ001


@given(st.datetimes(timezones=st.sampled_from([UTC, BERLIN]), min_value=datetime(1990, 1, 1)))  # noqa: DTZ001
def test_an_instant_reads_back_as_itself(at: datetime) -> None:
    assert parse_instant(instant(at)) == at
    assert parse_instant(instant(at)).tzinfo is UTC


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        (None, None),
        (True, True),
        ("text", "text"),
        (Color.RED, "red"),
        (Number.ONE, 1),
        (Odd.PAIR, ["1", "x"]),
        (3, 3),
        (0.5, 0.5),
        (D("1.50"), "1.5"),
        (datetime(2025, 3, 3, 8, tzinfo=UTC), "2025-03-03T08:00:00Z"),
        (date(2025, 3, 3), "2025-03-03"),
        (timedelta(minutes=1.5), "PT90S"),
        ({D("1.0"): (1, [2])}, {"1": [1, [2]]}),
        (frozenset({"b", "a"}), ["a", "b"]),
        ({2, 1}, [1, 2]),
        (Point(D(2), D("1.0")), {"x": "1", "y": "2"}),
    ],
)
def test_each_kind_of_value_has_its_spelling(value: object, spelled: object) -> None:
    found = jsonable(value)
    assert found == spelled
    assert type(found) is type(spelled)


@pytest.mark.parametrize("value", [object(), b"bytes", Point, 1j])
def test_anything_else_is_refused_by_name(value: object) -> None:
    with pytest.raises(TypeError, match="cannot spell"):
        jsonable(value)


def test_keys_are_sorted_and_nothing_is_padded() -> None:
    assert canonical_json({"b": D("2.0"), "a": [Point(D(1), D(2))]}) == (
        '{"a":[{"x":"2","y":"1"}],"b":"2"}'
    )
    assert canonical_json("é\n") == '"é\\n"'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_json_can_not_spell_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical_json({"x": value})


def test_a_digest_is_of_the_spelling_in_utf8() -> None:
    assert digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert digest({"a": D("1.0")}) == digest({"a": D(1)}) == digest({"a": "1"})
    assert digest({"a": 1}) != digest({"a": "1"})


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False,
                                                                      allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(values)
def test_spelling_what_was_read_back_changes_nothing(value: object) -> None:
    text = canonical_json(value)
    assert canonical_json(json.loads(text)) == text


@given(st.dictionaries(st.text(), values, max_size=5))
def test_the_order_of_keys_changes_no_digest(value: dict[str, object]) -> None:
    assert digest(dict(reversed(value.items()))) == digest(value)
