"""What each signal needs is what its rule reads, and windows hold the days they name."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from dcaguard.app.signals_about import ABOUT, needs
from dcaguard.app.signals_history import Window, daily, nearest_name, only, signal_called
from dcaguard.core.explain import Watched
from dcaguard.core.explain_custody import custody_told
from dcaguard.core.gate_locks import Lock
from dcaguard.core.history import History
from dcaguard.core.reading import Reading
from dcaguard.core.series import lookup
from dcaguard.core.signals.evaluate import evaluate
from dcaguard.core.signals.params import GateConfig, SignalsConfig, VenueCustody
from dcaguard.core.signals.state import Stance

NOON = datetime(2025, 2, 27, 12, tzinfo=UTC)
MIDNIGHT = datetime(2025, 2, 27, tzinfo=UTC)
HOUR = timedelta(hours=1)
WATCHED = Watched(venues=("okx",), coins=("USDT",), assets=("UNI",))
CONFIG = SignalsConfig()


def reading(series: str, value: str, known: datetime) -> Reading:
    return Reading(series, known, known, Decimal(value), "test", "0" * 64)


@pytest.mark.parametrize("name", [about.name for about in ABOUT])
def test_every_series_that_a_signal_needs_is_a_known_series(name: str) -> None:
    rows = needs(name, CONFIG, WATCHED)
    assert any(need.required for need in rows)
    assert [need.series for need in rows if lookup(need.series) is None] == []


def test_what_a_rule_misses_on_an_empty_history_is_among_what_is_said_to_be_needed() -> None:
    for state in evaluate(History({}), NOON, CONFIG, GateConfig()):
        if state.number:
            told = {need.series for need in needs(state.name, CONFIG, WATCHED)}
            assert state.missing
            assert set(state.missing) <= told, state.name


def test_a_window_holds_each_midnight_and_its_own_end() -> None:
    day = timedelta(days=1)
    assert daily(Window(MIDNIGHT - day, NOON)) == [MIDNIGHT - day, MIDNIGHT, NOON]
    assert daily(Window(MIDNIGHT, MIDNIGHT)) == [MIDNIGHT]
    assert daily(Window(NOON - HOUR, NOON)) == [NOON]
    assert daily(Window(NOON, NOON - HOUR)) == []


def test_a_signal_is_found_by_name_and_by_number_in_any_case() -> None:
    for name in ("etf-outflow", "ETF-Outflow", "s1", "S1"):
        found = signal_called(name)
        assert found is not None
        assert found.number == "S1"
    assert signal_called("px.BTC") is None
    assert nearest_name("regulatoin") == "regulation"
    assert nearest_name("px.btc") == "px.BTC"


def test_one_signal_alone_leaves_on_only_what_it_listens_to() -> None:
    def enabled(name: str) -> set[str]:
        about = signal_called(name)
        assert about is not None
        config = only(CONFIG, about)
        return {f for f in type(config).model_fields if getattr(config, f).enabled}

    assert enabled("S6") == {"everything_sold"}
    assert enabled("S11") == {"recovery", "etf_outflow", "whale_selling"}


def custody(rows: list[Reading], watched: Watched = WATCHED) -> Stance:
    return custody_told(watched, History.of(rows), NOON, VenueCustody()).state


def test_custody_is_calm_only_when_everything_in_use_was_read_and_is_well() -> None:
    peg = reading("peg.USDT", "1.0001", NOON - HOUR)
    worth = reading("cex.okx.tvl_usd", "10000000000", NOON - HOUR)
    quiet = reading("cex.okx.inflow_24h_usd", "-100000000", NOON - HOUR)
    assert custody([]) is Stance.UNKNOWN
    assert custody([peg]) is Stance.UNKNOWN
    assert custody([peg, worth, quiet]) is Stance.CALM
    assert custody([peg], Watched(coins=("USDT",))) is Stance.CALM


def test_custody_is_elevated_by_an_outflow_a_peg_or_a_lock() -> None:
    peg = reading("peg.USDT", "1.0001", NOON - HOUR)
    worth = reading("cex.okx.tvl_usd", "10000000000", NOON - HOUR)
    leaving = reading("cex.okx.inflow_24h_usd", "-700000000", NOON - HOUR)
    staying = reading("cex.okx.inflow_24h_usd", "-699999999", NOON - HOUR)
    broken = reading("peg.USDT", "0.98", NOON - HOUR)
    assert custody([peg, worth, leaving]) is Stance.ELEVATED
    assert custody([peg, worth, staying]) is Stance.CALM
    assert custody([broken, worth, staying]) is Stance.ELEVATED
    lock = Lock("okx", NOON - HOUR, NOON - HOUR, "coins leave within a day")
    locked = Watched(WATCHED.venues, WATCHED.coins, WATCHED.assets, (lock,))
    assert custody([peg, worth, staying], locked) is Stance.ELEVATED
    lifted = Lock(lock.venue, lock.since, lock.rang_at, lock.reason, NOON)
    free = Watched(WATCHED.venues, WATCHED.coins, WATCHED.assets, (lifted,))
    assert custody([peg, worth, staying], free) is Stance.CALM


def test_custody_reads_nothing_that_became_known_later() -> None:
    rows = [reading("peg.USDT", "1.0", NOON - HOUR), reading("peg.USDT", "0.9", NOON + HOUR)]
    assert custody(rows, Watched(coins=("USDT",))) is Stance.CALM
