"""S2 with several feeds: each against its own past, none against another, and days it lacks."""

import numpy as np
import pytest

from dcaguard.core.history import F64, Column, History
from dcaguard.core.signals.params import SignalsConfig
from dcaguard.core.signals.state import SignalState, Stance
from tests.core.signals.synthetic import daily
from tests.core.signals.test_each_signal import SIGMA, prices, state

GATE, HTX, ALL = "liq.gate.BTC.long_usd", "liq.htx.BTC.long_usd", "liq.long_usd"
DAYS = 140


def wave(level: float, last: float, days: int = DAYS) -> F64:
    """Return a feed that swings a little about its level, and its last day."""
    feed: F64 = level * np.exp(0.1 * np.sin(np.arange(float(days))))
    feed[-1] = last
    return feed


def spike(feeds: dict[str, Column], sigmas: float = -4.0, day: float = DAYS) -> SignalState:
    history = History({"px.BTC": daily(prices(sigmas * SIGMA)), **feeds})
    return state(history, "liquidation-spike", day)


@pytest.mark.parametrize("scale", [1e-2, 1.0, 1e2])
def test_a_venue_is_measured_against_its_own_past_whatever_the_size_of_the_others(
    scale: float,
) -> None:
    loud = {GATE: daily(scale * wave(2e6, 2e8)), ALL: daily(wave(2e7, 2e7))}
    assert spike(loud).vote
    assert "at gate (votes from 3.5)" in spike(loud).reason
    calm = {GATE: daily(scale * wave(2e6, 2e6)), ALL: daily(wave(2e7, 2e7))}
    assert not spike(calm).vote


def test_a_feed_that_begins_later_is_no_spike_of_the_others() -> None:
    begun = daily(np.full(20, 5e9), start=DAYS - 20)
    found = spike({ALL: daily(wave(2e7, 2e7)), HTX: begun})
    assert not found.vote
    assert "at htx" not in found.reason


def test_the_feed_of_all_is_named_as_before() -> None:
    found = spike({ALL: daily(wave(2e7, 1e9)), GATE: daily(wave(2e6, 2e6))})
    assert found.vote
    assert " at " not in found.reason.split(";")[1]


def test_a_spike_at_one_venue_without_a_fall_is_no_vote() -> None:
    assert not spike({GATE: daily(wave(2e6, 2e8))}, sigmas=-2.9).vote


@pytest.mark.parametrize(("lacking", "vote"), [(1, True), (0, False)])
def test_a_feed_that_lacks_the_day_of_the_fall_says_nothing_against_it(
    lacking: int, *, vote: bool
) -> None:
    feed = daily(wave(2e6, 2e6)[: DAYS - lacking])
    found = spike({GATE: feed})
    assert found.vote == vote
    assert ("price alone votes" in found.reason) == vote


def test_it_heals_when_every_feed_that_is_known_is_calm_again() -> None:
    closes = np.concatenate([prices(-4 * SIGMA), prices(0.01, 4) / 1e4 * prices(-4 * SIGMA)[-1]])
    after = np.concatenate([wave(2e6, 2e8), np.full(4, 2e6)])
    still = np.concatenate([wave(3e6, 3e8), np.full(4, 3e7)])

    def at(*feeds: F64) -> Stance:
        named = dict(zip((GATE, HTX), map(daily, feeds), strict=False))
        history = History({"px.BTC": daily(closes), **named})
        return state(history, "liquidation-spike", DAYS + 3).state

    assert at(after) is Stance.CALM
    assert at(after, still) is Stance.ELEVATED
    assert at(still, after) is Stance.ELEVATED


def test_a_feed_is_named_as_sources_name_it() -> None:
    with pytest.raises(ValueError, match="venue_feeds"):
        SignalsConfig.model_validate({"liquidation-spike": {"venue_feeds": ["liq.long_usd"]}})
