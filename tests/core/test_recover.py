"""What a look-up settles: an error is not absence, and absence is proved late and twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D  # noqa: N817

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcaguard.core.order import Absence, LookUp, Order, Status, VenueReport
from dcaguard.core.recover import (
    Known,
    absence_proved,
    as_held,
    judge,
    proof_possible_at,
    together,
)

SENT = datetime(2025, 3, 3, 9, tzinfo=UTC)
WINDOW = 60
LATE = SENT + timedelta(seconds=WINDOW) + timedelta(minutes=10)
ORDER = Order(
    client_order_id="0" * 32,
    run_id="r",
    strategy="plan",
    slot="s",
    symbol="BTC/USDT",
    account="main",
    type="limit-ioc",
    amount=D(1),
    limit_price=D(100),
    max_quote=D(100),
    created_at=SENT - timedelta(hours=1),
    status=Status.UNKNOWN,
    sent_at=SENT,
)
FILLED = VenueReport("0" * 32, "v1", Status.FILLED, D(1), D(100), (), fills_complete=True)
NOT_FOUND = LookUp(absence=Absence.NOT_FOUND)
NO_ANSWER = LookUp(absence=Absence.NO_ANSWER)


def known(answer: LookUp, now: datetime = LATE) -> Known:
    return judge(ORDER, answer, now, WINDOW).known


def test_absence_says_something_only_after_the_receive_window_and_ten_minutes() -> None:
    assert proof_possible_at(ORDER, WINDOW) == LATE
    assert known(NOT_FOUND, LATE - timedelta(microseconds=1)) is Known.STILL_UNKNOWN
    assert known(NOT_FOUND, LATE) is Known.ASK_FOR_PROOF


def test_an_order_without_a_time_of_sending_counts_from_when_it_was_written() -> None:
    unsent = replace(ORDER, sent_at=None)
    assert proof_possible_at(unsent, WINDOW) == LATE - timedelta(hours=1)


def test_a_found_order_is_found_at_any_time() -> None:
    found = judge(ORDER, LookUp((FILLED,)), SENT, WINDOW)
    assert (found.known, found.report) == (Known.FOUND, FILLED)


def test_two_orders_with_one_id_are_told_apart_from_one() -> None:
    assert known(LookUp((FILLED, replace(FILLED, venue_order_id="v2")))) is Known.FOUND_TWICE


@pytest.mark.parametrize("answer", [NO_ANSWER, LookUp()])
def test_an_error_or_an_empty_answer_is_never_absence(answer: LookUp) -> None:
    found = judge(ORDER, answer, LATE + timedelta(days=99), WINDOW)
    assert (found.known, found.report) == (Known.STILL_UNKNOWN, None)
    assert found.why


def test_one_proof_is_none_and_two_lie_a_minute_apart() -> None:
    assert not absence_proved([], LATE)
    assert not absence_proved([LATE], LATE + timedelta(seconds=59, microseconds=999_999))
    assert absence_proved([LATE], LATE + timedelta(seconds=60))


def test_the_oldest_proof_is_the_one_that_counts() -> None:
    recent = LATE + timedelta(seconds=70)
    assert absence_proved([recent, LATE], LATE + timedelta(seconds=75))


instants = st.integers(-10, 10).map(lambda n: LATE + timedelta(seconds=n))


@given(
    st.sampled_from([NOT_FOUND, NO_ANSWER, LookUp((FILLED,)), LookUp((FILLED, FILLED))]), instants
)
def test_proof_is_asked_for_exactly_when_the_venue_said_no_and_it_is_late_enough(
    answer: LookUp, now: datetime
) -> None:
    asked = known(answer, now) is Known.ASK_FOR_PROOF
    assert asked == (answer is NOT_FOUND and now >= LATE)


def test_one_report_is_itself() -> None:
    assert together([FILLED]) is FILLED


@pytest.mark.parametrize(
    ("one", "two", "both"),
    [
        (Status.FILLED, Status.FILLED, Status.FILLED),
        (Status.FILLED, Status.OPEN, Status.OPEN),
        (Status.FILLED, Status.REJECTED, Status.FILLED),
        (Status.PARTIAL_CLOSED, Status.FILLED, Status.FILLED),
        (Status.PARTIAL_CLOSED, Status.REJECTED, Status.PARTIAL_CLOSED),
        (Status.REJECTED, Status.REJECTED, Status.REJECTED),
    ],
)
def test_two_orders_under_one_id_count_together(one: Status, two: Status, both: Status) -> None:
    second = replace(FILLED, status=two, filled=D("0.5"), cost=D(49), fills_complete=False)
    found = together([replace(FILLED, status=one), second])
    assert (found.status, found.filled, found.cost) == (both, D("1.5"), D(149))
    assert not found.fills_complete


def test_an_order_found_larger_than_ours_counts_as_it_stands_with_our_share_of_fee() -> None:
    ours = replace(ORDER, amount=D("0.5"), limit_price=D(100), max_quote=D("50.05"))
    theirs = replace(FILLED, amount=D("1.2"), limit_price=D(110))
    held = as_held(ours, theirs)
    assert (held.amount, held.limit_price, held.max_quote) == (D("1.2"), D(110), D("132.132"))


@pytest.mark.parametrize(
    "told", [(None, None), (D("0.5"), None), (None, D(100)), (D("0.5"), D(100)), (D(0), D(0))]
)
def test_an_order_found_as_ours_or_told_in_part_stays_as_it_is(
    told: tuple[D | None, D | None],
) -> None:
    ours = replace(ORDER, amount=D("0.5"), limit_price=D(100), max_quote=D("50.05"))
    assert as_held(ours, replace(FILLED, amount=told[0], limit_price=told[1])) == ours


def test_two_orders_of_one_id_ask_for_both_amounts_at_the_dearer_limit() -> None:
    one = replace(FILLED, amount=D(1), limit_price=D(100))
    both = together([one, replace(one, venue_order_id="v2", limit_price=D(101))])
    assert (both.amount, both.limit_price) == (D(2), D(101))
    assert together([one, replace(FILLED, venue_order_id="v2")]).amount is None
