"""Recorded real days through the real pipeline: only the clock comes from the data."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from dcaguard.app.decided import Decided
from dcaguard.app.run import Request, Result, run_pass
from dcaguard.app.world import World
from dcaguard.core.canonical import digest
from dcaguard.core.money import ONE, ZERO, times
from dcaguard.core.performance import Bought, Outcome, difference, outcome, plain_buy
from dcaguard.core.reading import Reading
from dcaguard.core.reason import Verdict

FIRST = date(2024, 6, 1)
LAST = date(2025, 4, 14)
HOUR_UTC = 13  # after the morning's ETF totals and the afternoon's rates are known


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch of days on which nothing was bought."""

    first: date
    last: date
    days: int
    regime: str
    why: str


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What the demo ends with."""

    days: int
    bought_days: int
    smaller_days: int
    paused_days: int
    pauses: tuple[Pause, ...]
    ours: Outcome
    plain: Outcome
    difference: Decimal  # share of plain DCA's terminal wealth
    backlog_quote: Decimal
    last_price: Decimal
    verdicts: tuple[tuple[date, str, Decimal], ...]  # day, regime, quote bought
    record_outflow: Decimal


def days() -> Iterator[date]:
    """Yield every day of the replay."""
    day = FIRST
    while day <= LAST:
        yield day
        day += timedelta(days=1)


def instant_of(day: date) -> datetime:
    """Return when a day's pass is done, UTC."""
    return datetime(day.year, day.month, day.day, HOUR_UTC, tzinfo=UTC)


def replay(
    world: World, move_clock: Callable[[datetime], None], on_day: Callable[[date, Result], None]
) -> list[Result]:
    """Run one full pass a day; each sees only what was known by then."""
    results = []
    for day in days():
        move_clock(instant_of(day))
        run_id = digest(["demo", day])[:32]
        result = run_pass(world, Request(run_id=run_id, fetch=False))
        results.append(result)
        on_day(day, result)
    return results


def report(world: World, results: Sequence[Result], readings: Sequence[Reading]) -> DemoReport:
    """Return what was bought, when it paused and why, and what the pauses cost or saved."""
    strategy = next(iter(world.strategies.values()))
    account = world.account(strategy.account)
    half_spread = account.spread / 2
    last_price = newest(readings, "px.BTC", instant_of(LAST) + timedelta(days=1))
    plain, verdicts = [], []
    for result in results:
        bid_ask = newest(readings, "px.BTC", result.as_of)
        ask = times(bid_ask, ONE + half_spread)
        plain.append(plain_buy(strategy.budget.per_slot, ask, account.fee))
        spent = sum((d.decision.buy_quote for d in result.decided), ZERO)
        verdicts.append((result.as_of.date(), result.regime, spent))
    start = strategy.budget.per_slot * len(results)
    fills = world.journal.fills()
    ours = outcome([Bought(f.cost + f.fee_amount, f.amount) for f in fills], start, last_price)
    base = outcome(plain, start, last_price)
    purse = world.journal.latest("purse", f"{strategy.name}|{strategy.buy[0].symbol}")
    flows = [r.value for r in readings if r.series == "etf.btc.flow_usd"]
    return DemoReport(
        days=len(results),
        bought_days=sum(1 for _, _, spent in verdicts if spent),
        smaller_days=sum(1 for r in results if any(_smaller(d) for d in r.decided)),
        paused_days=sum(1 for _, _, spent in verdicts if not spent),
        pauses=tuple(pauses(results)),
        ours=ours,
        plain=base,
        difference=difference(ours, base),
        backlog_quote=Decimal(str(purse.body["backlog"])) if purse else ZERO,
        last_price=last_price,
        verdicts=tuple(verdicts),
        record_outflow=min(flows),
    )


def _smaller(decided: Decided) -> bool:
    decision = decided.decision
    return decision.verdict is Verdict.BUY and decision.withheld_quote > ZERO


def newest(readings: Sequence[Reading], series: str, at: datetime) -> Decimal:
    """Return the newest value of a series that was known at an instant."""
    known = [r for r in readings if r.series == series and r.observed_at <= at]
    return max(known, key=lambda r: r.as_of).value


def pauses(results: Sequence[Result]) -> Iterator[Pause]:
    """Yield each stretch of passes that bought nothing because of the gate."""
    open_pause: Pause | None = None
    for result in results:
        day = result.as_of.date()
        held = [d for d in result.decided if d.decision.verdict is Verdict.PAUSE]
        if not held:
            if open_pause is not None:
                yield open_pause
            open_pause = None
            continue
        if open_pause is None:
            why = str(held[0].decision.reasons[0].detail.get("why", ""))
            open_pause = Pause(day, day, 1, result.regime, why)
        else:
            open_pause = replace(open_pause, last=day, days=open_pause.days + 1)
    if open_pause is not None:
        yield open_pause
