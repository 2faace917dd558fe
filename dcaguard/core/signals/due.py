"""Whether a day has brought its row: a day on which nothing came says nothing of itself."""

import numpy as np

from dcaguard.core.history import DAY, I64
from dcaguard.core.signals.track import Freshness, Rows, Track

# What is usual is the third quartile of so many rows: one that was late makes no later one due so,
# and the days of a week in which a weekend hides the age do not make the others late.
_USUAL_ROWS = 7
# Among so many looks lie that many rows, where a track has a look for each hour.
_LOOKS = 400


def late(track: Track, at: int, since: int) -> bool:
    """Tell whether at midnight `at` a track lacks a row, or a part of it that spoke since then."""
    parts = track.parts or ((Rows(track.known_at, track.as_of, {}), track.spec.fresh),)
    return any(
        overdue(rows.known_at, rows.as_of, fresh, at) and _spoke(rows, fresh, at, since)
        for rows, fresh in parts
    )


def _spoke(rows: Rows, fresh: Freshness, at: int, since: int) -> bool:
    """Tell whether the newest row known at `at` was no older at `since` than it may be."""
    newest = rows.as_of[rows.index_at(np.array([at]))]
    return bool((fresh.age(newest, np.array([since])) <= fresh.unknown)[0])


def overdue(known_at: I64, as_of: I64, fresh: Freshness, at: int) -> bool:
    """Tell whether at midnight `at` a row is missing that would usually have come by then.

    None is while the newest came within the last day, or is no older than its like are when they
    are first seen at a midnight: over a weekend no session is missing.
    """
    now, a_day_ago = (int(np.searchsorted(known_at, t, "right")) for t in (at, at - DAY))
    if not a_day_ago or as_of[now - 1] > as_of[a_day_ago - 1]:
        return False
    begin = max(0, now - _LOOKS)
    days, first = np.unique(as_of[begin:now], return_index=True)
    if begin and days.size > 1:  # when the first of them was first seen lies further back
        days, first = days[1:], first[1:]
    midnights = -(-known_at[begin + first] // DAY) * DAY
    # Of rows that came together only the newest was ever looked at.
    newest = np.append(midnights[1:] != midnights[:-1], True)
    days, midnights = days[newest][-_USUAL_ROWS:], midnights[newest][-_USUAL_ROWS:]
    ages = fresh.age(np.append(days, as_of[now - 1]), np.append(midnights, at))
    usual = np.sort(ages[:-1])[3 * days.size // 4]
    return bool(ages[-1] > usual + fresh.rests)
