"""An order's life: one table of moves, one id for ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcaguard.core.order import MOVES, RESERVING, UNRESOLVED, Status, client_order_id, may_move

ENDED = {Status.FILLED, Status.PARTIAL_CLOSED, Status.REJECTED, Status.ABANDONED}


def test_an_id_is_32_hex_and_the_same_on_every_machine() -> None:
    found = client_order_id("main", "plan", "2025-03-03T09:00[Europe/Berlin]", "BTC/USDT", 1)
    assert found == "5af6025965458c38eafc7f7853ecd416"


NAMES = ["main", "plan", "2025-03-03T09:00[UTC]", "BTC/USDT"]


@pytest.mark.parametrize("changed", range(4))
def test_each_part_of_its_name_makes_another_id(changed: int) -> None:
    account, strategy, slot, symbol = NAMES
    parts = [name + "x" if n == changed else name for n, name in enumerate(NAMES)]
    first = client_order_id(account, strategy, slot, symbol, 1)
    assert client_order_id(parts[0], parts[1], parts[2], parts[3], 1) != first
    assert client_order_id(account, strategy, slot, symbol, 2) != first


@given(st.text(), st.text(), st.text())
def test_names_that_run_together_are_kept_apart(left: str, right: str, slot: str) -> None:
    whole = client_order_id(left + right, "", slot, "s", 1)
    if right and "\x1f" not in left + right:
        assert client_order_id(left, right, slot, "s", 1) != whole


def test_every_status_has_a_row_and_moves_only_to_statuses() -> None:
    assert set(MOVES) == set(Status)
    assert may_move(Status.INTENT, Status.SENDING)
    assert not may_move(Status.SENDING, Status.INTENT)


def test_nothing_ever_goes_back_to_intent_and_only_an_intent_is_sent() -> None:
    """So no order is sent twice, whatever happens to it."""
    assert all(Status.INTENT not in after for after in MOVES.values())
    assert [before for before, after in MOVES.items() if Status.SENDING in after] == [Status.INTENT]


def test_what_ended_never_becomes_abandoned_and_only_what_took_nothing_may_be_in_doubt() -> None:
    for before in ENDED:
        assert not MOVES[before] & {Status.ABANDONED, Status.SENDING}
    doubted = {before for before in ENDED if Status.UNKNOWN in MOVES[before]}
    assert doubted == {Status.REJECTED, Status.ABANDONED}


def test_a_filled_order_is_the_end() -> None:
    assert MOVES[Status.FILLED] <= {Status.FILLED}


@pytest.mark.parametrize(
    "before", [Status.ABANDONED, Status.REJECTED, Status.PARTIAL_CLOSED, Status.UNKNOWN]
)
def test_a_late_fill_is_never_hidden(before: Status) -> None:
    assert may_move(before, Status.FILLED)


def test_an_order_that_may_have_been_sent_can_be_settled_every_way() -> None:
    for before in UNRESOLVED:
        settled = MOVES[before]
        assert settled >= ENDED


def test_money_counts_as_leaving_until_the_order_ended() -> None:
    assert set(Status) - ENDED == RESERVING
    assert UNRESOLVED < RESERVING
