"""Spoiled replies of binance, kraken and coinbase, through unmodified ccxt and our own parsers."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dcaguard.core.order import PlaceKind
from tests.fuzz.orders import REJECTED
from tests.fuzz.spoiling import BODIES, NAMES, Spoil
from tests.fuzz.tape import VENUES, Kept, played, scenes
from tests.fuzz.venue_cases import DATES, STATUSES, Case, every_scene, judge_reply, tried

NUMBERS = st.integers(0, 2**16 - 1)
SPOILS: st.SearchStrategy[tuple[Spoil, ...]] = st.lists(
    st.tuples(NUMBERS, NUMBERS), max_size=3
).map(tuple)
CASES = st.builds(
    Case, NUMBERS, NUMBERS, SPOILS,
    st.one_of(st.just(0), st.integers(0, len(STATUSES) - 1)),
    st.one_of(st.just(0), st.integers(0, len(DATES) - 1)),
)  # fmt: skip
always = settings(
    derandomize=True, max_examples=60, suppress_health_check=list(HealthCheck), database=None
)


@pytest.mark.parametrize("name", VENUES)
@always
@given(case=CASES)
def test_a_spoiled_reply_is_a_value_or_our_own_error(name: str, case: Case) -> None:
    tried(name, case)


@pytest.mark.parametrize("name", VENUES)
@always
@given(refusal=NUMBERS, reply=NUMBERS, spoils=SPOILS, status=st.integers(0, len(STATUSES) - 1))
def test_a_spoiled_answer_to_the_order_proves_nothing_that_it_does_not_say(
    name: str, refusal: int, reply: int, spoils: tuple[Spoil, ...], status: int
) -> None:
    places = [at for at, scene in enumerate(every_scene(name)) if scene.call == "place"]
    tried(name, Case(places[refusal % len(places)], reply, spoils, status))


@pytest.mark.parametrize("name", VENUES)
@pytest.mark.parametrize("way", BODIES)
def test_a_reply_to_the_order_that_is_no_reply_leaves_it_unknown(name: str, way: str) -> None:
    scene = scenes(name)["place"]
    key = ("POST", scene.server.ORDER_POST, "")
    body = BODIES[way](scene.replies[key].body)
    placed = played(scene, {key: Kept(200, body)})
    if way == "bom":  # a mark before good JSON is still not the reply that was promised
        assert placed.kind not in REJECTED
        return
    assert placed.kind in {PlaceKind.UNKNOWN, PlaceKind.IMPOSSIBLE}, placed


@pytest.mark.long
@pytest.mark.parametrize("name", VENUES)
@pytest.mark.parametrize("call", [*scenes("kraken")])
def test_every_place_of_every_reply_in_every_way(name: str, call: str) -> None:
    import random

    chance = random.Random(f"{name} {call}")
    scene = scenes(name)[call]
    number = next(at for at, one in enumerate(every_scene(name)) if one.call == call)
    for _ in range(40 * len(NAMES)):
        spoil = (chance.randrange(2**16), chance.randrange(2**16))
        tried(name, Case(number, chance.randrange(len(scene.asked)), (spoil,)))
    judge_reply(scene, {}, f"{name} {call}")
