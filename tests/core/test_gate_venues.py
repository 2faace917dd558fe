"""What was read of a venue or a quote coin is trusted for its hours and not a minute longer."""

from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from dcaguard.core.event import Acknowledgement
from dcaguard.core.gate import GateState, Regime, effective, expired, fold, share
from dcaguard.core.history import History, micros, moment
from dcaguard.core.reading import Reading
from dcaguard.core.signals.params import GateConfig, SignalsConfig
from dcaguard.core.signals.venue_custody import Safety, venue_status
from tests.core.signals.synthetic import START

GATE, SIGNALS = GateConfig(), SignalsConfig()
BEGIN = moment(START)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
RESERVES = ("cex.kraken.tvl_usd", "cex.kraken.inflow_24h_usd")


def read(series: str, value: str, hours: float) -> Reading:
    """Return a value that is true now and known from now on."""
    now = BEGIN + hours * HOUR
    return Reading(series, now, now, Decimal(value), "test", "")


def worth(*hours: float) -> list[Reading]:
    return [read(s, v, h) for h in hours for s, v in zip(RESERVES, ("1e9", "0"), strict=True)]


def state_at(rows: list[Reading], at: datetime, *people: Acknowledgement) -> GateState:
    known = History.of(row for row in rows if row.observed_at <= at)
    state, _ = fold(known, at, SIGNALS, GATE, people)
    return GateState.from_json(state.to_json())


def holds(rows: list[Reading], at: datetime, quote: str = "USDT") -> Regime:
    return effective(state_at(rows, at), at, "kraken", quote)


def told(rows: list[Reading], at: datetime) -> Safety:
    known = History.of(row for row in rows if row.observed_at <= at)
    instant = np.array([micros(at)], np.int64)
    return venue_status(known, "kraken", None, SIGNALS.venue_custody, instant)[0].state


@pytest.mark.parametrize(
    ("series", "value", "hours"),
    [
        ("cex.kraken.tvl_usd", "1e9", 24),
        ("cex.kraken.clean_usd", "1e9", 24),
        ("venue.kraken.failures", "0", 1),
        ("venue.kraken.withdraw.BTC", "1", 1),
    ],
)
def test_a_venue_is_safe_for_its_hours_then_unknown_and_safe_again_once_it_is_read(
    series: str, value: str, hours: int
) -> None:
    first = [read(series, value, 2.1)]
    limit = first[0].observed_at + hours * HOUR
    again = Reading(series, limit + HOUR, limit + HOUR, Decimal(value), "test", "")
    for rows, at, regime, safety in (
        (first, limit, Regime.NORMAL, Safety.SAFE),
        (first, limit + MINUTE, Regime.LOCKED, Safety.UNKNOWN),
        (first, limit + 400 * HOUR, Regime.LOCKED, Safety.UNKNOWN),
        ([*first, again], limit + HOUR - MINUTE, Regime.LOCKED, Safety.UNKNOWN),
        ([*first, again], limit + HOUR, Regime.NORMAL, Safety.SAFE),
    ):
        assert (holds(rows, at), told(rows, at)) == (regime, safety)
    state = state_at(first, limit + MINUTE)
    assert share(state, GATE, limit + MINUTE, "kraken", "USDT") == 0
    assert share(state, GATE, limit + MINUTE, "binance", "USDT") == 1
    old = expired(state, limit + MINUTE, "kraken", "USDT")
    assert old is not None
    assert old.reason.startswith(f"{series} is older than {hours} h")
    assert "signals fetch" in old.reason
    assert not state.locks  # nothing that a person would have to acknowledge


def test_the_oldest_of_what_was_read_of_a_venue_decides() -> None:
    rows = [*worth(0, 20), read("cex.kraken.clean_usd", "1e9", 0)]
    assert holds(rows, BEGIN + 24 * HOUR) is Regime.NORMAL
    assert holds(rows, BEGIN + 24 * HOUR + MINUTE) is Regime.LOCKED
    old = expired(state_at(rows, BEGIN + 25 * HOUR), BEGIN + 25 * HOUR, "kraken")
    assert old is not None
    assert old.series == "cex.kraken.clean_usd"


def test_of_what_was_never_read_nothing_is_asked() -> None:
    rows = [read("cex.binance.tvl_usd", "1e9", 0), read("px.BTC", "50000", 0)]
    at = BEGIN + 300 * HOUR
    assert holds(rows, at) is Regime.NORMAL
    assert told(rows, at) is Safety.NEVER_READ
    assert effective(state_at(rows, at), at, "binance") is Regime.LOCKED


def test_a_quote_coin_is_too_old_from_its_minute_on_not_from_the_next_instant() -> None:
    rows = [read("peg.USDT", "1.0", 1)]  # 26 hours later it is 03:00: no instant of the gate
    assert holds(rows, BEGIN + 27 * HOUR) is Regime.NORMAL
    assert holds(rows, BEGIN + 27 * HOUR + MINUTE) is Regime.LOCKED
    assert holds(rows, BEGIN + 27 * HOUR + MINUTE, "USDC") is Regime.NORMAL


def test_a_days_value_is_trusted_from_the_end_of_its_day_and_a_late_one_no_longer() -> None:
    day = Reading("cex.kraken.tvl_usd", BEGIN, BEGIN + 24 * HOUR, Decimal(10**9), "test", "")
    late = Reading("cex.kraken.tvl_usd", BEGIN, BEGIN + 99 * HOUR, Decimal(10**9), "test", "")
    assert holds([day], BEGIN + 48 * HOUR) is Regime.NORMAL
    assert holds([day], BEGIN + 48 * HOUR + MINUTE) is Regime.LOCKED
    assert holds([late], BEGIN + 99 * HOUR) is Regime.LOCKED


def test_an_alarm_that_was_seen_locks_as_before_and_a_fresh_calm_reading_does_not_lift_it() -> None:
    rows = [*worth(0), read("cex.kraken.inflow_24h_usd", "-8e7", 1), *worth(40)]
    for hours in (1, 30, 41):
        state = state_at(rows, BEGIN + hours * HOUR)
        assert [lock.venue for lock in state.locks if lock.lifted_at is None] == ["kraken"]
        assert effective(state, BEGIN + hours * HOUR, "kraken") is Regime.LOCKED
    person = Acknowledgement("kraken", BEGIN + 41 * HOUR)
    state = state_at(rows, BEGIN + 42 * HOUR, person)
    assert effective(state, BEGIN + 42 * HOUR, "kraken") is Regime.NORMAL
    # What lies beyond the hours of the last reading is unknown again, acknowledged or not.
    late = BEGIN + 64 * HOUR + MINUTE
    assert effective(state_at(rows, late, person), late, "kraken") is Regime.LOCKED


def test_without_the_signal_or_the_gate_nothing_is_too_old() -> None:
    at = BEGIN + 300 * HOUR
    off = SIGNALS.model_copy(
        update={"venue_custody": SIGNALS.venue_custody.model_copy(update={"enabled": False})}
    )
    history = History.of(worth(0))
    assert effective(fold(history, at, off, GATE)[0], at, "kraken") is Regime.NORMAL
    plain = GateConfig(enabled=False)
    assert effective(fold(history, at, SIGNALS, plain)[0], at, "kraken") is Regime.NORMAL
