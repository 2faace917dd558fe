"""Slots: each exactly once, in every zone, whatever the clocks do."""

import time
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from dcaguard.core.schedule import (
    DueSlots,
    Slot,
    due,
    instant_of,
    interval,
    lateness_max,
    newest_slot,
    next_slots,
    parse_slot,
    slots_between,
)
from dcaguard.core.strategy import Strategy


def strategy(**schedule: object) -> Strategy:
    return Strategy.model_validate(
        {
            "name": "s",
            "account": "paper",
            "quote": "USDT",
            "schedule": schedule,
            "budget": {"per_slot": "10"},
            "buy": [{"symbol": "BTC/USDT", "weight": "1"}],
        }
    )


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def ids(slots: tuple[Slot, ...]) -> list[str]:
    return [slot.id for slot in slots]


DAILY = strategy(cron="0 9 * * *")
WEEKLY = strategy(cron="0 9 * * MON", timezone="Europe/Berlin")


def transitions(zone: ZoneInfo, first: int, last: int) -> list[datetime]:
    """Return the instants (to the second) at which the zone's offset changes."""
    found = []
    at, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last, 1, 1, tzinfo=UTC)
    while at < end:
        step = at + timedelta(days=7)
        if at.astimezone(zone).utcoffset() != step.astimezone(zone).utcoffset():
            low, high = at, step
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low).total_seconds() // 2)
                same = middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            found.append(high)
        at = step
    return found


def test_a_slot_is_named_by_local_time_offset_and_zone() -> None:
    slot = next_slots(WEEKLY, utc("2025-03-01"), 1)[0]
    assert slot.id == "2025-03-03T09:00+01:00[Europe/Berlin]"
    assert slot.key == "2025-03-03T09:00[Europe/Berlin]"
    assert slot.instant == utc("2025-03-03T08:00")


def test_ids_and_keys_are_read_back_as_the_same_slot() -> None:
    for slot in next_slots(
        strategy(cron="30 * * * *", timezone="Europe/Berlin"), utc("2025-03-29T20:00"), 12
    ):
        assert parse_slot("s", slot.id).key == slot.key
        assert parse_slot("s", slot.key) == slot


@pytest.mark.parametrize("text", ["2025-03-03T09:00", "x[Europe/Berlin]", "2025-03-03T09:00[UTC"])
def test_what_names_no_slot_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"slot|isoformat"):
        parse_slot("s", text)


def test_a_local_time_that_the_clock_skips_is_the_next_instant_that_exists() -> None:
    plan = strategy(cron="30 2 * * *", timezone="Europe/Berlin")
    slots = tuple(slots_between(plan, utc("2025-03-29T12:00"), utc("2025-03-31T12:00")))
    assert [s.instant for s in slots] == [utc("2025-03-30T01:00"), utc("2025-03-31T00:30")]
    assert ids(slots)[0] == "2025-03-30T02:30+01:00[Europe/Berlin]"


def test_a_local_time_that_comes_twice_is_one_slot_at_its_first_coming() -> None:
    plan = strategy(cron="30 2 * * *", timezone="Europe/Berlin")
    slots = tuple(slots_between(plan, utc("2025-10-25T12:00"), utc("2025-10-27T12:00")))
    assert [s.instant for s in slots] == [utc("2025-10-26T00:30"), utc("2025-10-27T01:30")]


def test_a_skipped_slot_that_meets_another_gives_way_to_the_one_on_the_clock() -> None:
    plan = strategy(cron="0 * * * *", timezone="Europe/Berlin")
    slots = tuple(slots_between(plan, utc("2025-03-29T23:30"), utc("2025-03-30T02:30")))
    assert [s.local.hour for s in slots] == [1, 3, 4]


def test_two_skipped_slots_that_meet_each_other_are_one() -> None:
    plan = strategy(cron="15,45 * * * *", timezone="Europe/Berlin")
    slots = tuple(slots_between(plan, utc("2025-03-30T00:30"), utc("2025-03-30T01:30")))
    assert [s.local.isoformat()[11:16] for s in slots] == ["01:45", "02:15", "03:15"]


def test_every_zone_has_each_daily_slot_exactly_once_around_each_change() -> None:
    checked = 0
    for name in sorted(n for n in available_timezones() if "/" in n and not n.startswith("Etc/")):
        zone = ZoneInfo(name)
        for change in transitions(zone, 2024, 2036):
            shown = change.astimezone(zone)
            for clock in ((shown - timedelta(minutes=30)), shown, shown + timedelta(minutes=20)):
                cron = f"{clock.minute} {clock.hour} * * *"
                plan = strategy(cron=cron, timezone=name)
                slots = list(
                    slots_between(plan, change - timedelta(days=3), change + timedelta(days=3))
                )
                days = [s.local.date() for s in slots]
                span = (days[-1] - days[0]).days + 1
                assert len(set(days)) == len(days) == span, (name, change, cron)
                assert all(a.instant < b.instant for a, b in pairwise(slots))
                assert len({s.key for s in slots}) == len(slots)
                checked += 1
    assert checked > 3000


def test_instants_are_where_the_zone_says_or_at_the_end_of_the_gap() -> None:
    for name in ("Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "America/Santiago"):
        zone = ZoneInfo(name)
        for change in transitions(zone, 2024, 2036):
            local = change.astimezone(zone).replace(tzinfo=None) - timedelta(hours=3)
            last = None
            for _ in range(72):
                at = instant_of(local, zone)
                shown = at.astimezone(zone).replace(tzinfo=None)
                assert shown == local or (at == change and shown > local)
                assert last is None or at >= last
                last, local = at, local + timedelta(minutes=5)


def test_whole_days_keep_the_time_of_day() -> None:
    plan = strategy(
        every="P7D", start=datetime.fromisoformat("2025-03-24T09:00"), timezone="Europe/Berlin"
    )
    assert ids(next_slots(plan, utc("2025-03-01"), 2)) == [
        "2025-03-24T09:00+01:00[Europe/Berlin]",
        "2025-03-31T09:00+02:00[Europe/Berlin]",
    ]


def test_hours_are_elapsed_time() -> None:
    plan = strategy(
        every="36h", start=datetime.fromisoformat("2025-03-29T09:00"), timezone="Europe/Berlin"
    )
    one, two, three = next_slots(plan, utc("2025-03-29"), 3)
    assert two.instant - one.instant == three.instant - two.instant == timedelta(hours=36)
    assert two.id == "2025-03-30T22:00+02:00[Europe/Berlin]"


@pytest.mark.parametrize("every", ["15m", "30m", "1h", "45m", "7h"])
def test_elapsed_slots_never_share_a_name_when_an_hour_comes_twice(every: str) -> None:
    plan = strategy(every=every, start=date(2025, 10, 20), timezone="Europe/Berlin")
    slots = list(slots_between(plan, utc("2025-10-25T12:00"), utc("2025-10-26T12:00")))
    assert len({s.key for s in slots}) == len(slots)
    assert len({s.instant for s in slots}) == len(slots)


def test_a_window_far_from_the_start_begins_on_the_same_grid() -> None:
    for every in ("P7D", "36h", "90m"):
        plan = strategy(
            every=every,
            start=datetime.fromisoformat("2020-01-01T03:00"),
            timezone="America/New_York",
        )
        whole = [
            s
            for s in slots_between(plan, utc("2020-01-01"), utc("2025-01-10"))
            if s.instant > utc("2025-01-01")
        ]
        assert whole == list(slots_between(plan, utc("2025-01-01"), utc("2025-01-10")))
        assert whole


def test_start_and_end_are_included_and_slots_counts_from_start() -> None:
    plan = strategy(cron="0 9 * * *", start=date(2025, 1, 6), end=date(2025, 1, 8))
    assert [s.local.day for s in slots_between(plan, utc("2024-12-01"), utc("2025-02-01"))] == [
        6,
        7,
        8,
    ]
    plan = strategy(cron="0 9 * * *", start=date(2025, 1, 6), slots=2)
    assert [s.local.day for s in slots_between(plan, utc("2024-12-01"), utc("2025-02-01"))] == [
        6,
        7,
    ]
    assert next_slots(plan, utc("2025-01-07T09:00"), 3) == ()
    assert newest_slot(plan, utc("2035-01-01")).local.day == 7  # type: ignore[union-attr]


def test_the_bounds_of_a_window_are_open_below_and_closed_above() -> None:
    nine = utc("2025-01-06T09:00")
    assert [s.instant for s in slots_between(DAILY, nine - timedelta(days=1), nine)] == [nine]


def test_before_the_first_slot_there_is_no_newest() -> None:
    plan = strategy(cron="0 9 * * *", start=date(2025, 1, 6))
    assert newest_slot(plan, utc("2025-01-06T08:59")) is None
    assert due(plan, utc("2025-01-06T08:59"), looked_at=None) == DueSlots()


def test_a_yearly_slot_is_found_years_later() -> None:
    plan = strategy(cron="0 0 29 2 *")
    assert newest_slot(plan, utc("2027-06-01")).local == datetime.fromisoformat("2024-02-29T00:00")  # type: ignore[union-attr]


def test_lateness_is_a_quarter_of_the_interval_and_three_days_at_most() -> None:
    slot = newest_slot(DAILY, utc("2025-01-06T10:00"))
    assert slot is not None
    assert lateness_max(DAILY, slot) == timedelta(hours=6)
    monthly = strategy(cron="0 9 1 * *")
    first = newest_slot(monthly, utc("2025-01-06"))
    assert first is not None
    assert interval(monthly, first) == timedelta(days=31)
    assert lateness_max(monthly, first) == timedelta(days=3)
    given = strategy(cron="0 9 1 * *", lateness_max="18h")
    assert lateness_max(given, first) == timedelta(hours=18)


def test_never_looked_at_looks_back_only_as_far_as_lateness() -> None:
    assert [s.local.day for s in due(DAILY, utc("2025-01-06T15:00"), looked_at=None).due] == [6]
    assert due(DAILY, utc("2025-01-06T15:00:01"), looked_at=None) == DueSlots()


def looked(text: str, plan: Strategy = DAILY) -> Slot:
    slot = newest_slot(plan, utc(text))
    assert slot is not None
    return slot


def test_a_slot_stays_open_until_the_next_one() -> None:
    before = looked("2025-01-06T09:00")
    assert due(DAILY, utc("2025-01-07T08:59:59"), looked_at=before).due == (before,)
    after = due(DAILY, utc("2025-01-07T09:00"), looked_at=before)
    assert [s.local.day for s in after.due] == [7]
    assert after.missed == ()


def test_a_slot_that_was_closed_does_not_come_back() -> None:
    closed = looked("2025-01-06T09:00")
    at = utc("2025-01-06T20:00")
    assert due(DAILY, at, looked_at=closed, still_open=False) == DueSlots()


def test_the_last_slot_of_a_schedule_closes_too() -> None:
    plan = strategy(cron="0 9 * * *", start=date(2025, 1, 1), end=date(2025, 1, 6))
    last = looked("2025-01-06T09:00", plan)
    assert due(plan, utc("2025-01-07T08:00"), looked_at=last).due == (last,)
    assert due(plan, utc("2025-01-07T09:00"), looked_at=last) == DueSlots()


def test_asleep_for_ten_days_one_late_slot_is_due_and_the_others_are_missed() -> None:
    found = due(DAILY, utc("2025-01-16T20:00"), looked_at=looked("2025-01-06T09:00"))
    assert [s.local.day for s in found.due] == [16]
    assert [s.local.day for s in found.missed] == list(range(7, 16))


def test_waking_in_time_for_a_slot_does_not_buy_yesterdays_too() -> None:
    found = due(DAILY, utc("2025-01-16T09:05"), looked_at=looked("2025-01-06T09:00"))
    assert [s.local.day for s in found.due] == [16]
    assert len(found.missed) == 9


def test_skip_lets_go_of_what_is_late_and_keeps_what_is_in_time() -> None:
    plan = strategy(cron="0 9 * * *", on_missed="skip")
    late = due(plan, utc("2025-01-08T15:01"), looked_at=looked("2025-01-06T09:00"))
    assert late.due == ()
    assert [s.local.day for s in late.missed] == [7, 8]
    in_time = due(plan, utc("2025-01-08T15:00"), looked_at=looked("2025-01-06T09:00"))
    assert [s.local.day for s in in_time.due] == [8]


def test_all_catches_up_as_many_as_allowed_and_the_newest_first() -> None:
    plan = strategy(cron="0 9 * * *", on_missed="all", all_max=2)
    late = due(plan, utc("2025-01-10T20:00"), looked_at=looked("2025-01-06T09:00"))
    assert [s.local.day for s in late.due] == [9, 10]
    assert [s.local.day for s in late.missed] == [7, 8]
    in_time = due(plan, utc("2025-01-10T09:30"), looked_at=looked("2025-01-06T09:00"))
    assert [s.local.day for s in in_time.due] == [8, 9, 10]


def test_a_clock_that_runs_backwards_gives_nothing_twice() -> None:
    ahead = looked("2025-01-09T09:00")
    for text in ("2025-01-06T09:00", "2025-01-08T10:00", "2025-01-09T08:59:59"):
        assert due(DAILY, utc(text), looked_at=ahead) == DueSlots()


def test_the_first_arming_looks_back_within_lateness() -> None:
    at = utc("2025-01-06T14:00")
    armed = utc("2025-01-06T13:00")
    assert [s.local.day for s in due(DAILY, at, looked_at=None, armed_at=armed).due] == [6]
    late = utc("2025-01-06T15:01")
    seen = looked("2025-01-06T09:00")
    assert due(DAILY, late, looked_at=seen, armed_at=late) == DueSlots()


def test_after_an_edit_only_slots_after_the_new_arming_count() -> None:
    seen = looked("2025-01-06T09:00")
    armed = utc("2025-01-06T10:00")
    again = {"looked_at": seen, "armed_at": armed, "first_arming": False}
    assert due(DAILY, utc("2025-01-06T11:00"), **again) == DueSlots()  # type: ignore[arg-type]
    next_day = due(DAILY, utc("2025-01-07T09:00"), **again)  # type: ignore[arg-type]
    assert [s.local.day for s in next_day.due] == [7]


def test_a_tzdata_release_that_moves_a_slot_does_not_repeat_it() -> None:
    seen = looked("2025-01-06T09:00")
    moved = Slot(seen.strategy, seen.local, seen.zone, seen.instant - timedelta(hours=1))
    found = due(DAILY, utc("2025-01-06T09:30"), looked_at=moved, still_open=False)
    assert found == DueSlots()


@pytest.mark.parametrize("local_zone", ["America/Los_Angeles", "Pacific/Kiritimati", "UTC"])
def test_the_machines_own_zone_changes_no_slot(
    local_zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [(s.id, s.instant) for s in next_slots(WEEKLY, utc("2025-03-01"), 40)]
    monkeypatch.setenv("TZ", local_zone)
    time.tzset()
    try:
        after = [(s.id, s.instant) for s in next_slots(WEEKLY, utc("2025-03-01"), 40)]
    finally:
        monkeypatch.undo()
        time.tzset()
    assert after == before


def test_looking_every_five_minutes_opens_each_slot_once_whatever_the_pauses() -> None:
    """Runs come at uneven times for three weeks; each slot is due, missed, or before the start."""
    for gaps in ((5,), (5, 700), (2000,), (5, 5, 9000), (61, 1441)):
        at, end = utc("2025-03-20"), utc("2025-04-10")
        seen: Slot | None = None
        opened: list[str] = []
        missed: list[str] = []
        turn = 0
        while at < end:
            found = due(DAILY, at, looked_at=seen)
            assert len(found.due) <= 1
            missed += [s.key for s in found.missed]
            opened += [s.key for s in found.due if s != seen]
            newest = [*found.missed, *found.due][-1:]
            seen = newest[0] if newest else seen
            at += timedelta(minutes=gaps[turn % len(gaps)])
            turn += 1
        assert len(set(opened + missed)) == len(opened + missed)
        assert seen is not None
        between = slots_between(DAILY, parse_slot("s", opened[0]).instant, seen.instant)
        assert {s.key for s in between} <= set(opened + missed)
