"""ETF days from any provider: a day counts when its main funds have reported and it adds up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from dcaguard.core.money import plain
from dcaguard.core.observed import is_nyse_session
from dcaguard.core.reading_checks import Flaw, Problem, parts_problem

# The five largest funds of each asset; the total means nothing while one of them is unreported.
MAIN_FUNDS: Final[Mapping[str, frozenset[str]]] = {
    "btc": frozenset({"IBIT", "FBTC", "BITB", "ARKB", "GBTC"}),
    "eth": frozenset({"ETHA", "FETH", "ETHW", "ETHE", "ETH"}),
}

# A hole among the newest sessions may still be filled, so nothing after it is taken yet.
_UNSETTLED_SESSIONS = 3


@dataclass(frozen=True, slots=True)
class FlowDay:
    """One row of a provider's table, in USD; None is unreported."""

    day: date
    total_usd: Decimal | None
    funds_usd: Mapping[str, Decimal | None]

    def is_complete(self, main: frozenset[str]) -> bool:
        """Return whether the total and every main fund are reported."""
        return self.total_usd is not None and all(
            self.funds_usd.get(fund) is not None for fund in main
        )


@dataclass(frozen=True, slots=True)
class Settled:
    """Complete days in their order, the days the provider does not know, and contradictions."""

    days: list[FlowDay]
    holes: frozenset[date]
    problems: list[Problem]


def settled(source: str, days: Sequence[FlowDay], asset: str) -> Settled:
    """Return the days whose totals may be believed; holidays and pending rows are no readings."""
    sessions = [row for row in days if is_nyse_session(row.day)]
    main = MAIN_FUNDS[asset]
    holes = [row.day for row in sessions if not row.is_complete(main)]
    newest = {row.day for row in sorted(sessions, key=lambda r: r.day)[-_UNSETTLED_SESSIONS:]}
    unsettled = min((day for day in holes if day in newest), default=None)
    taken = [
        row
        for row in sessions
        if row.is_complete(main) and (unsettled is None or row.day < unsettled)
    ]
    wrong = [found for row in taken if (found := _sum_problem(source, row)) is not None]
    wrong += [_closed_problem(source, row) for row in days if row.total_usd and row not in sessions]
    return Settled(taken, frozenset(holes), wrong)


def _closed_problem(source: str, row: FlowDay) -> Problem:
    what = f"a flow of {plain(row.total_usd or Decimal(0))} on a day without a session in New York"
    remedy = "the page's dates have changed: not used"
    return Problem(f"{source}: {row.day}", Flaw.INVALID, what, remedy)


def _sum_problem(source: str, row: FlowDay) -> Problem | None:
    known = {name: value for name, value in row.funds_usd.items() if value is not None}
    total = row.total_usd if row.total_usd is not None else Decimal(0)
    return parts_problem(f"{source}: {row.day}", total, known)


def without_trailing_zeros(days: Sequence[tuple[date, Decimal]]) -> list[tuple[date, Decimal]]:
    """Return totals without the zeros at the end: they are days that nobody has reported yet.

    A zero with later values after it is a real one, a zero of a holiday none; another value there
    stays, for the checks to refuse.
    """
    kept = sorted(days)
    while kept and kept[-1][1] == 0:
        kept.pop()
    return [(day, value) for day, value in kept if value or is_nyse_session(day)]
