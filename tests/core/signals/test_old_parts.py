"""A signal of two series is unknown where one of them has ended; it votes on nothing old."""

import numpy as np
import pytest

from dcaguard.core.history import DAY, HOUR, Column, History, moment
from dcaguard.core.signals.evaluate import evaluate
from dcaguard.core.signals.params import GateConfig, SignalsConfig
from dcaguard.core.signals.rate_repricing import rate_repricing
from dcaguard.core.signals.state import SignalState, Stance
from tests.core.signals.synthetic import FLOWS_LAG, RATES_LAG, START, daily, sessions

DAYS = 400
FLOW, ASSETS, PRICE = "etf.btc.flow_usd", "etf.btc.aum_usd", "px.BTC"
YIELD, RATE, MEAN = "us2y", "effr", "effr.month"
QUIET = 2e7 * np.sin(np.arange(float(DAYS)))
FLOWS = sessions(np.where(np.arange(DAYS) >= DAYS - 10, -3e8, QUIET), FLOWS_LAG)


def begun(source: Column, days: int) -> Column:
    """Return the rows of the first days."""
    return source.keep(source.as_of < START + days * DAY)


def told(name: str, columns: dict[str, Column], day: int = DAYS) -> SignalState:
    at = moment(START + day * DAY + 14 * HOUR)
    found = evaluate(History(columns), at, SignalsConfig(), GateConfig())
    return next(s for s in found if s.name == name)


def means(days: int) -> Column:
    """Return the means of months, each known on the fifth of the next one."""
    whole = daily(np.full(days, 4.0))
    months = whole.as_of.astype("datetime64[us]").astype("datetime64[M]")
    first = whole.keep(np.append(True, months[1:] != months[:-1]))
    known = (months[np.append(True, months[1:] != months[:-1])] + 1).astype("datetime64[D]")
    return Column(first.as_of, known.astype(np.int64) * DAY + 4 * DAY, first.value)


def test_old_assets_give_way_to_an_estimate_and_an_old_price_to_nothing() -> None:
    assets, price = daily(np.full(DAYS, 3e10)), daily(np.full(DAYS, 1e5))
    fresh = told("etf-outflow", {FLOW: FLOWS, ASSETS: assets, PRICE: price})
    assert "estimated" not in fresh.reason
    old = told("etf-outflow", {FLOW: FLOWS, ASSETS: begun(assets, 40), PRICE: price})
    assert "AUM estimated" in old.reason
    assert old.value is not None
    assert fresh.value == pytest.approx(113e9 / 30e9 * old.value)
    assert fresh.vote
    ended = {FLOW: FLOWS, ASSETS: begun(assets, 40), PRICE: begun(price, 100)}
    nothing = told("etf-outflow", ended)
    assert (nothing.state, nothing.vote, nothing.score) == (Stance.UNKNOWN, False, None)
    assert PRICE in nothing.missing
    assert told("etf-outflow", ended, 90).state is Stance.CALM


def test_a_few_days_without_assets_are_measured_by_the_last_ones() -> None:
    assets, price = daily(np.full(DAYS, 3e10)), daily(np.full(DAYS, 1e5))
    known = told("etf-outflow", {FLOW: FLOWS, ASSETS: begun(assets, DAYS - 7), PRICE: price})
    assert "estimated" not in known.reason


@pytest.mark.parametrize("name", [RATE, MEAN])
def test_means_of_months_last_until_the_next_is_long_due(name: str) -> None:
    rates = sessions(4 + 0.001 * np.arange(float(DAYS)), RATES_LAG)
    assert told("rate-repricing", {YIELD: rates, name: means(DAYS)}).state is Stance.CALM
    # The last mean is of April 2021: it stands in until the middle of June.
    ended = {YIELD: rates, name: means(61)}
    known = rate_repricing(History(ended), SignalsConfig().rate_repricing).as_of
    assert (known[-1] - START) // DAY == 31 + 75
    assert told("rate-repricing", ended, 31 + 76).state is Stance.CALM
    silent = told("rate-repricing", ended)
    assert (silent.state, silent.vote, silent.score) == (Stance.UNKNOWN, False, None)
    assert silent.missing[0] == RATE


def test_a_daily_policy_rate_that_has_ended_hides_no_mean_that_lives() -> None:
    rates = sessions(4 + 0.001 * np.arange(float(DAYS)), RATES_LAG)
    policy = begun(sessions(np.full(DAYS, 4.0), RATES_LAG), 100)
    assert told("rate-repricing", {YIELD: rates, RATE: policy}, 101).state is Stance.CALM
    assert told("rate-repricing", {YIELD: rates, RATE: policy}).state is Stance.UNKNOWN
    both = {YIELD: rates, RATE: policy, MEAN: means(DAYS)}
    assert told("rate-repricing", both).state is Stance.CALM


def test_a_step_that_was_made_while_the_policy_rate_was_unknown_is_no_repricing() -> None:
    rates = sessions(np.full(DAYS, 4.0), RATES_LAG)
    policy = sessions(np.where(np.arange(DAYS) < 320, 4.0, 3.5), RATES_LAG)
    holed = policy.keep((policy.as_of < START + 300 * DAY) | (policy.as_of >= START + 330 * DAY))
    track = rate_repricing(History({YIELD: rates, RATE: holed}), SignalsConfig().rate_repricing)
    assert not track.vote.any()
    assert np.nanmax(np.abs(track.detail["h20"])) < 1e-9


@pytest.mark.parametrize(("name", "factor"), [(ASSETS, 1e-3), (PRICE, 1e-3)])
def test_flows_beyond_a_fifth_of_the_assets_are_measured_by_a_slip(
    name: str, factor: float
) -> None:
    columns = {FLOW: FLOWS, ASSETS: daily(np.full(DAYS, 1e11)), PRICE: daily(np.full(DAYS, 8e4))}
    if name == PRICE:
        del columns[ASSETS]
    assert told("etf-outflow", columns).vote
    whole = columns[name]
    late = np.where(whole.as_of >= START + (DAYS - 20) * DAY, factor, 1.0)
    columns[name] = Column(whole.as_of, whole.observed_at, whole.value * late)
    slipped = told("etf-outflow", columns)
    assert (slipped.state, slipped.vote, slipped.score) == (Stance.UNKNOWN, False, None)
    assert name in slipped.missing
