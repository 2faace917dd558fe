"""Statistics over a trailing window: the value of a row never depends on a later row."""

from bisect import bisect_left, insort
from collections.abc import Callable
from math import nan

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from dcaguard.core.history import F64, I64, Bools

# Rows are worked out with their windows in pieces that fit into a cache.
_CHUNK = 512
# Rescales the distance between the quartiles to a standard deviation of a normal law.
_IQR_TO_SIGMA = 1.349
_MAD_TO_SIGMA = 1.4826


def before(x: F64, steps: int = 1) -> F64:
    """Return each row's value `steps` rows earlier, NaN at the start."""
    if steps == 0:
        return x
    return np.concatenate([np.full(min(steps, x.size), np.nan), x[:-steps]])


def mean(x: F64, size: int) -> F64:
    """Return the mean of the last `size` known values; NaN until there are that many."""
    return _of_known(x, size, lambda rows: rows.mean(axis=1))


def total(x: F64, size: int) -> F64:
    """Return the sum of the last `size` values; NaN until there are that many."""
    return _by_pieces(x, size, lambda rows: rows.sum(axis=1))


def sigma(x: F64, size: int) -> F64:
    """Return the sample standard deviation of the last `size` known values; NaN until then.

    What is not known, a return across a hole, leaves no gap: one more of the past stands in.
    """
    if size < 2:  # one value has no deviation
        return np.full(x.size, np.nan)
    return _of_known(x, size, lambda rows: rows.std(axis=1, ddof=1))


def _of_known(x: F64, size: int, reduce: Callable[[F64], F64]) -> F64:
    """Return `reduce` of the last `size` known values at each row."""
    is_known = ~np.isnan(x)
    # The last is for the rows before any value is known.
    found = np.append(_by_pieces(x[is_known], size, reduce), np.nan)
    return np.asarray(found[np.cumsum(is_known) - 1])


def highest(x: F64, size: int) -> F64:
    """Return the maximum of the last `size` values, or of as many as there are."""
    return _by_pieces(x, size, lambda rows: np.fmax.reduce(rows, axis=1))


def lowest(x: F64, size: int) -> F64:
    """Return the minimum of the last `size` values, or of as many as there are."""
    return _by_pieces(x, size, lambda rows: np.fmin.reduce(rows, axis=1))


def _by_pieces(
    x: F64, size: int, reduce: Callable[[F64], F64], numbers: int = 1, first: int = 0
) -> F64:
    """Return `reduce` of each row's last `size` values, a few rows at a time.

    It returns one number for each row, or a row of `numbers`; NaN for the rows before `first`.

    Each piece is copied to be contiguous: a sum over a row is then the same however many rows
    there are, and what it needs stays in the cache.
    """
    found = np.full(x.size if numbers == 1 else (x.size, numbers), np.nan)
    if x.size:
        view = sliding_window_view(np.concatenate([np.full(size - 1, np.nan), x]), size)
        for start in range(first, x.size, _CHUNK):
            part = slice(start, start + _CHUNK)
            found[part] = reduce(np.array(view[part], order="C"))
    return found


def log_returns(close: F64, steps: int = 1) -> F64:
    """Return ln(close / close `steps` rows earlier); NaN for prices that are not positive."""
    safe = np.where(close > 0, close, np.nan)
    return np.log(safe) - np.log(before(safe, steps))


def ratio(left: F64, right: F64) -> F64:
    """Return left / right, NaN where right is zero or unknown: never infinite."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = left / right
    return np.where(np.isfinite(found), found, np.nan)


def group_of(key: I64) -> tuple[I64, I64]:
    """Return (group of each row, last row of each group) for rows that share a key."""
    ends = np.append(key[1:] != key[:-1], True)[: key.size]
    return np.cumsum(ends) - ends, np.flatnonzero(ends)


def points_of(x: F64, key: I64, window: int) -> I64:
    """Return how many points the window of each row holds, in which it would be ranked."""
    group, last = group_of(key)
    known = ~np.isnan(x[last])
    earlier = (np.cumsum(known) - known)[group]
    return np.asarray(np.minimum(earlier, window - 1) + 1)


def rank(x: F64, key: I64, window: int, minimum: int, rows: I64 | None = None) -> tuple[F64, I64]:
    """Return (share of its window that is at or below x, how many points the window held).

    For all rows, or for just `rows`: comparing is what costs, and one instant looks at one row.

    The window is x itself and the final values of the `window` - 1 keys before its own, so a
    second look at one day never counts twice. NaN where there are fewer than `minimum` points;
    the middle, 0.5, where all are equal: x is then no worse than any other day.
    """
    group, last = group_of(key)
    known = ~np.isnan(x[last])
    finals = x[last][known]
    earlier = (np.cumsum(known) - known)[group]
    if rows is not None:
        x, earlier = x[rows], earlier[rows]
    padded = np.concatenate([np.full(window - 1, np.inf), finals])
    shares = np.full(x.size, np.nan)
    points = np.minimum(earlier, window - 1) + 1
    view = sliding_window_view(padded, window - 1) if window > 1 else np.empty((finals.size + 1, 0))
    for start in range(0, x.size, _CHUNK):
        part = slice(start, start + _CHUNK)
        below = _windows_of(view, earlier[part]) <= x[part, None]
        counts = np.add.reduce(below.view(np.uint8), axis=1, dtype=np.uint32) + 1
        shares[part] = counts / points[part]
        # Only the highest can be like all others; they are few.
        top = start + np.flatnonzero(counts == points[part])
        shares[top[~np.any(view[earlier[top]] < x[top, None], axis=1)]] = 0.5
    shares[np.isnan(x) | (points < minimum)] = np.nan
    return shares, points


def _windows_of(view: F64, rows: I64) -> F64:
    """Return view[rows]; without copying when they follow each other, as daily rows do."""
    first, last = int(rows[0]), int(rows[-1])
    if last - first == rows.size - 1 and bool(np.all(rows[1:] > rows[:-1])):
        return view[first : last + 1]
    return view[rows]


def score_of_rank(share: F64) -> F64:
    """Return 0 for the calmer half of the past, then rising to 1 for its worst point."""
    return np.clip((share - 0.5) / 0.5, 0.0, 1.0)


def in_a_row(condition: Bools, key: I64) -> I64:
    """Return for how many keys in a row the condition has held, its own key included.

    A key that is missing ends the row: on that day nobody saw the condition hold.
    """
    if not condition.size:
        return np.empty(0, np.int64)
    group, last = group_of(key)
    finals = condition[last]
    numbers = np.arange(finals.size)
    follows = np.append(False, np.diff(key[last]) <= 1)
    broken = np.where(finals, np.where(follows, -1, numbers - 1), numbers)
    lengths = np.where(finals, numbers - np.maximum.accumulate(broken), 0)
    earlier = np.where(follows, np.append(0, lengths[:-1]), 0)[group]
    return np.where(condition, earlier + 1, 0)


def robust_z(x: F64, window: int, minimum: int) -> F64:
    """Return (x - median) / sigma of the `window` values before it, sigma by median deviation."""

    def middles(rows: F64) -> F64:
        found, past, enough = _with_enough(rows, minimum, 2)
        middle = _medians(past)
        found[enough, 0] = middle
        found[enough, 1] = _medians(np.abs(past - middle[:, None])) * _MAD_TO_SIGMA
        return found

    middle, spread = _by_pieces(before(x), window, middles, 2).T
    return ratio(x - middle, spread)


def trailing_median(x: F64, window: int, minimum: int, first: int = 0) -> F64:
    """Return the median of the `window` known values before each row; NaN below `minimum`.

    Rows before `first` are left out, NaN: sorting is what costs, and one instant looks at one row.
    """

    def middles(rows: F64) -> F64:
        found, past, enough = _with_enough(rows, minimum, 1)
        found[enough, 0] = _medians(past)
        return found[:, 0]

    known, earlier = _known(x)
    past = before(np.append(known, np.nan))
    begin = int(earlier[first]) if first < x.size else past.size
    found = _by_pieces(past, window, middles, first=begin)[earlier]
    found[:first] = np.nan
    return found


def _known(x: F64) -> tuple[F64, I64]:
    """Return (the known values, how many of them come before each row)."""
    is_known = ~np.isnan(x)
    return x[is_known], np.cumsum(is_known) - is_known


def _with_enough(rows: F64, minimum: int, numbers: int) -> tuple[F64, F64, Bools]:
    """Return (a place for what is found, the rows that hold enough values, which these are)."""
    enough = np.count_nonzero(~np.isnan(rows), axis=1) >= max(minimum, 1)
    found = np.full((len(rows), numbers), np.nan)
    return found, rows if enough.all() else rows[enough], enough


def _medians(rows: F64) -> F64:
    """Sort each row and return its median without its NaN, which come last; each has a value."""
    rows.sort(axis=1)
    if not np.isnan(rows[:, -1]).any():
        size = rows.shape[1]
        return np.asarray((rows[:, (size - 1) // 2] + rows[:, size // 2]) / 2)
    numbers, known = np.arange(len(rows)), np.count_nonzero(~np.isnan(rows), axis=1)
    return np.asarray((rows[numbers, (known - 1) // 2] + rows[numbers, known // 2]) / 2)


def order_statistics(x: F64, window: int, shares: tuple[float, ...]) -> F64:
    """Return shape (n, len(shares)): quantiles of the `window` known values before each row.

    Kept in a sorted list that slides along: several times faster than sorting every window.
    """
    known, earlier = _known(x)
    values, ordered = known.tolist(), list[float]()
    found = [[nan] * len(shares)]
    for count, value in enumerate(values[:window], start=1):
        insort(ordered, value)
        found.append([ordered[round(share * (count - 1))] for share in shares])
    places = [round(share * (window - 1)) for share in shares]
    for gone, value in zip(values, values[window:], strict=False):
        del ordered[bisect_left(ordered, gone)]
        insort(ordered, value)
        found.append([ordered[place] for place in places])
    return np.array(found)[earlier]


def quartile_z(x: F64, window: int, minimum: int) -> F64:
    """Return (x - median) / sigma of the `window` values before it, sigma by the quartiles."""
    low, middle, high = order_statistics(x, window, (0.25, 0.5, 0.75)).T
    known = np.cumsum(~np.isnan(x)) - ~np.isnan(x)
    return np.where(known >= minimum, ratio(x - middle, (high - low) / _IQR_TO_SIGMA), np.nan)
