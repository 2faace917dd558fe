"""Which rows truly follow each other: what lies across a hole is no change of a day.

Asked of every change, return and sum over rows, so that one that a hole has stretched is unknown.
"""

import numpy as np

from dcaguard.core.history import DAY, F64, I64, Bools
from dcaguard.core.signals.rolling import before, log_returns, ratio, total

# Of the rows of a long window one in ten may be missing: a high or a mean stays what it says.
_MISSING_SHARE = 10


def day_number(as_of: I64) -> I64:
    """Return the number of each row's UTC day: the clock of a series with a row on every day."""
    return as_of // DAY


def unbroken(clock: I64, steps: int, spare: int = 0) -> Bools:
    """Tell for each row whether the `steps` rows before it are as many ticks of `clock` away.

    `spare` more are a market's own holidays. A row with fewer rows before it is asked about those.
    """
    rows = np.arange(clock.size)
    first = np.maximum(rows - steps, 0)
    return np.asarray(clock - clock[first] <= rows - first + spare)


def whole(clock: I64, size: int) -> Bools:
    """Tell for each row whether of the window of `size` rows that it ends few are missing."""
    return unbroken(clock, size - 1, size // _MISSING_SHARE)


def change(x: F64, clock: I64, steps: int, spare: int = 0) -> F64:
    """Return x - x `steps` ticks earlier; NaN across a hole."""
    return _known(x - before(x, steps), clock, steps, spare)


def gain(x: F64, clock: I64, steps: int, spare: int = 0) -> F64:
    """Return x / x `steps` ticks earlier - 1; NaN across a hole."""
    return _known(ratio(x, before(x, steps)) - 1, clock, steps, spare)


def returns(close: F64, clock: I64, steps: int = 1, spare: int = 0) -> F64:
    """Return ln(close / close `steps` ticks earlier); NaN across a hole."""
    return _known(log_returns(close, steps), clock, steps, spare)


def sum_of(x: F64, clock: I64, size: int) -> F64:
    """Return the sum of `size` values on as many ticks; NaN where one of them is missing."""
    return _known(total(x, size), clock, size - 1, 0)


def _known(x: F64, clock: I64, steps: int, spare: int) -> F64:
    return np.where(unbroken(clock, steps, spare), x, np.nan)
