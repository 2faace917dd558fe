"""What lies across a hole in a series never counts as the change of a day, a week or a month."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcaguard.core.gate import Regime, fold
from dcaguard.core.history import DAY, HOUR, Column, History, micros, moment
from dcaguard.core.signals.altcoin_breadth import altcoin_breadth
from dcaguard.core.signals.board import tracks
from dcaguard.core.signals.etf_outflow import etf_outflow
from dcaguard.core.signals.everything_sold import everything_sold
from dcaguard.core.signals.liquidation_spike import liquidation_spike
from dcaguard.core.signals.params import (
    AltcoinBreadth,
    EtfOutflow,
    EverythingSold,
    GateConfig,
    LiquidationSpike,
    MegacapDrawdown,
    RateRepricing,
    Recovery,
    SignalsConfig,
    WhaleSelling,
)
from dcaguard.core.signals.rate_repricing import rate_repricing
from dcaguard.core.signals.recovery import liquidity
from dcaguard.core.signals.rolling import in_a_row, mean, sigma
from dcaguard.core.signals.sessions import is_weekday
from dcaguard.core.signals.spans import unbroken, whole
from dcaguard.core.signals.track import Track
from dcaguard.core.signals.whale_selling import whale_selling
from tests.core.signals.synthetic import START, Market, daily, only, sessions

DAYS, FIRST, LAST = 480, 300, 341  # the hole: days FIRST to LAST - 1
HOLE = START + FIRST * DAY, START + LAST * DAY
DEAR = ("dat.MSTR.price_usd", "dat.BMNR.price_usd", "dat.SBET.price_usd")
BITCOIN = ("px.BTC", "px.BTC.high", "px.BTC.low")


def holed(source: Column, first: int = FIRST, last: int = LAST) -> Column:
    """Return the rows but those of the days from `first` to before `last`."""
    inside = (source.as_of >= START + first * DAY) & (source.as_of < START + last * DAY)
    return source.keep(~inside)


def moved(source: Column, factor: float, more: float = 0.0, since: int = HOLE[1]) -> Column:
    """Return the rows with another level after the hole."""
    after = np.where(source.as_of >= since, source.value * factor + more, source.value)
    return Column(source.as_of, source.observed_at, after)


def market() -> History:
    """Return a market with a hole in every series, and assets so that none are estimated."""
    columns = dict(Market(3, DAYS).history().columns)
    columns["etf.btc.aum_usd"] = daily(np.full(DAYS, 1e11))
    for name in DEAR:  # so that no share is one of pennies at any level
        columns[name] = moved(columns[name], 1e3, since=0)
    return History({name: holed(c) for name, c in columns.items()})


def by_name(history: History) -> dict[str, Track]:
    return {t.spec.name: t for t in tracks(history, SignalsConfig())}


WHOLE = market()


@pytest.mark.parametrize(
    ("names", "factor", "more"),
    [
        (BITCOIN, 0.5, 0.0),
        (BITCOIN, 3.0, 0.0),
        (("oi.btc_usd",), 0.3, 0.0),
        (("px.NVDA", "px.MSFT", "px.AAPL"), 0.5, 0.0),
        (("px.SPX", "px.GOLD", "px.CSI300", "px.HSI"), 0.5, 0.0),
        (("px.ZEC", "px.XMR", "px.DASH"), 4.0, 0.0),
        (DEAR, 9.0, 0.0),
        (("stable.supply_usd",), 0.5, 0.0),
        (("lth.btc",), 0.5, 0.0),
        (("us2y",), 1.0, 3.59),
    ],
)
def test_another_level_after_a_hole_is_no_news(
    names: tuple[str, ...], factor: float, more: float
) -> None:
    other = History(
        {n: moved(c, factor, more) if n in names else c for n, c in WHOLE.columns.items()}
    )
    before, after = by_name(WHOLE), by_name(other)
    for name, track in before.items():
        found = after[name]
        assert found.value == pytest.approx(track.value, abs=1e-9, nan_ok=True), name
        assert np.array_equal(found.vote, track.vote), name
        assert np.array_equal(found.resumed, track.resumed), name
        assert np.array_equal(found.breaker, track.breaker), name


def test_a_market_that_moved_within_a_hole_buys_on() -> None:
    calm = 100 * np.exp(0.01 * np.random.default_rng(1).normal(0, 1, DAYS))
    close = moved(holed(daily(calm), FIRST, FIRST + 24), 0.8)
    close = Column(close.as_of, close.observed_at, np.where(close.as_of < HOLE[0], 100.0, 80.0))
    noise = 1 + 0.001 * np.random.default_rng(2).normal(0, 1, close.value.size)
    history = History({"px.BTC": Column(close.as_of, close.observed_at, close.value * noise)})
    config = only("liquidation_spike")
    moves = fold(history, moment(START + DAYS * DAY), config, GateConfig())[1]
    assert not [t for t in moves if t.regime in (Regime.COOLOFF, Regime.PAUSED)]
    track = liquidation_spike(history, LiquidationSpike())
    first = int(np.flatnonzero(track.as_of > HOLE[0])[0])
    assert np.isnan(track.value[first])
    assert not np.isnan(track.value[first + 1])
    # Sigma knows nothing of the step: the next day is weighed by what a day was before.
    assert abs(track.value[first + 1]) < 4
    assert track.value[first + 1] != 0


def test_each_row_after_a_hole_waits_for_as_many_rows_as_its_change_spans() -> None:
    found = by_name(WHOLE)
    waits = {"liquidation-spike": 1, "ret5": 5, "dd90": 89, "rv10": 10, "whale-selling": 6}
    for name, rows in waits.items():
        values = found[name].value[found[name].as_of >= HOLE[1]]
        unknown = np.isnan(values).tolist()
        assert unknown[: rows + 1] == [True] * rows + [False], name


def test_five_sessions_are_no_sum_and_heal_nothing_while_one_of_them_is_missing() -> None:
    flows = np.full(DAYS, 2e8)
    flows[FIRST - 5 : FIRST] = -2e9
    source = sessions(flows, 36 * HOUR)
    history = History({"etf.btc.flow_usd": source, "etf.btc.aum_usd": daily(np.full(DAYS, 1e11))})
    columns = {**history.columns, "etf.btc.flow_usd": holed(source)}
    track = etf_outflow(History(columns), EtfOutflow())
    after = np.flatnonzero(track.as_of >= HOLE[1])
    assert np.isnan(track.detail["five"][after]).tolist()[:5] == [True] * 4 + [False]
    assert not track.resumed[after[:5]].any()
    # A session behind the hole is not calm by itself: that the signal knows nothing is no zero.
    assert np.isnan(track.score(after[:4])).all()
    assert np.isnan(track.value[after[:4]]).all()
    assert track.memory.elevated[after[:5]].all()
    assert track.resumed[after[5]]


def test_old_coins_have_no_week_while_one_of_its_days_is_missing() -> None:
    columns = dict(Market(3, DAYS).history().columns)
    columns["cdd.btc"] = holed(columns["cdd.btc"])
    track = whale_selling(History(columns), WhaleSelling())
    after = (track.as_of >= HOLE[1]) & (track.as_of < HOLE[1] + 8 * DAY)
    assert np.isnan(track.detail["old"][after]).tolist() == [True] * 6 + [False] * 2


def test_days_before_a_hole_are_none_of_the_days_in_a_row_that_heal_breadth() -> None:
    falls = np.where(np.arange(DAYS) == FIRST - 2, 0.05, 0.6)
    low = np.where(np.arange(DAYS) == FIRST - 2, 0.9, 0.05)
    both = {"breadth.above_50dma": daily(falls), "breadth.at_30d_low": daily(low)}
    track = altcoin_breadth(History({n: holed(c) for n, c in both.items()}), AltcoinBreadth())
    after = np.flatnonzero(track.as_of >= HOLE[1])
    assert track.resumed[after[:3]].tolist() == [False, False, True]


def test_a_low_of_ten_days_is_none_across_a_hole() -> None:
    columns = dict(WHOLE.columns)
    columns["px.BTC"] = moved(columns["px.BTC"], 0.5)
    track = altcoin_breadth(History(columns), AltcoinBreadth())
    after = np.flatnonzero(track.as_of >= HOLE[1])
    calm = track.detail["at_low"] <= AltcoinBreadth().relief_at_low
    relief = track.detail["relief"][after[:9]]
    assert calm[after[:9]].any()
    assert np.isnan(relief[calm[after[:9]]]).all()


def test_liquidity_is_unknown_where_price_or_supply_have_a_hole() -> None:
    at = START + DAY * np.arange(FIRST - 2, LAST + 12, dtype=np.int64) + DAY
    names = ("px.BTC", "vol.BTC", "stable.supply_usd")
    for hole in (("px.BTC", "vol.BTC"), ("stable.supply_usd",)):
        whole_ones = Market(3, DAYS).history().columns
        columns = {n: holed(whole_ones[n]) if n in hole else whole_ones[n] for n in names}
        leg = liquidity(History(columns), Recovery(), at).leg
        known = ~np.isnan(leg)
        back = int(np.flatnonzero(at - DAY >= HOLE[1])[0])
        waits = 1 if "px.BTC" in hole else 7
        assert not known[back : back + waits].any()
        assert known[back + waits]


def sold(hole: tuple[int, int], name: str) -> list[bool]:
    """Return for the rows after a hole of some weekdays whether that market's fall is known."""
    rng = np.random.default_rng(5)
    source = daily(100 + rng.normal(0, 1, DAYS), 22 * HOUR)
    source = source.keep(is_weekday(source.as_of))
    history = History({name: holed(source, *hole)})
    track = everything_sold(history, EverythingSold(assets_min=3))
    after = track.as_of >= START + hole[1] * DAY
    return [bool(x) for x in track.detail["known"][after] > 0]


@pytest.mark.parametrize(
    ("name", "weekdays", "known"),
    [
        ("px.CSI300", 7, True),  # the New Year's week and the day after
        ("px.CSI300", 15, False),
        ("px.HSI", 15, False),
        ("px.GOLD", 2, True),
        ("px.GOLD", 5, False),
        ("px.SPX", 1, False),
    ],
)
def test_a_market_may_keep_its_own_holidays_and_no_more(
    name: str, weekdays: int, *, known: bool
) -> None:
    monday = 308  # START is a Monday
    days = weekdays + 2 * (weekdays // 5)
    assert sold((monday, monday + days), name)[:4] == [known] * 4


def test_bonds_may_rest_on_a_day_on_which_shares_trade() -> None:
    columbus = (micros(datetime(2021, 10, 11, tzinfo=UTC)) - START) // DAY
    rates = sessions(4 + 0.001 * np.arange(float(DAYS)), 37 * HOUR)
    policy = sessions(np.full(DAYS, 4.0), 37 * HOUR)
    for last, known in ((columbus + 1, True), (columbus + 15, False)):
        columns = {"us2y": holed(rates, columbus, last), "effr": policy}
        track = rate_repricing(History(columns), RateRepricing())
        after = np.flatnonzero(track.as_of >= START + last * DAY)
        assert bool(np.isnan(track.detail["h5"][after[0]])) != known
        assert bool(np.isnan(track.detail["h20"][after[0]])) != known


def test_the_basket_has_no_high_while_a_tenth_of_its_sessions_is_missing() -> None:
    names = ("px.NVDA", "px.MSFT", "px.AAPL")
    config, found = MegacapDrawdown(), {}
    for days in (3, 40):
        columns = {n: holed(WHOLE.series(n), 250, 250 + days) for n in names}
        only_these = History(
            {n: c.first(int((c.as_of < HOLE[0]).sum())) for n, c in columns.items()}
        )
        track = next(
            t for t in tracks(only_these, only("megacap_drawdown")) if t.spec.number == "S5"
        )
        found[days] = np.isnan(track.value[track.as_of >= START + (250 + days) * DAY])
    assert config.high_sessions == 60
    assert not found[3].any()
    assert found[40].all()


def test_a_change_in_thirty_days_is_unknown_where_nothing_was_heard_thirty_days_before() -> None:
    track = by_name(WHOLE)["treasury-spiral"]
    after = (track.as_of >= HOLE[1]) & (track.as_of < HOLE[1] + 25 * DAY)
    assert np.isnan(track.detail["rise"][after]).all()
    assert not np.isnan(track.detail["rise"][track.as_of >= HOLE[1] + 40 * DAY]).any()


@given(
    gaps=st.lists(st.integers(1, 4), min_size=1, max_size=40),
    steps=st.integers(1, 6),
    spare=st.integers(0, 3),
)
def test_unbroken_is_asked_of_the_ticks_between_first_and_last(
    gaps: list[int], steps: int, spare: int
) -> None:
    clock = np.cumsum(np.array(gaps, np.int64))
    for row, found in enumerate(unbroken(clock, steps, spare).tolist()):
        begin = max(0, row - steps)
        assert found == (int(clock[row] - clock[begin]) <= row - begin + spare)


def test_of_a_whole_window_one_row_in_ten_may_be_missing() -> None:
    clock = np.append(np.arange(30), 30 + np.array([1, 2, 3]))
    assert whole(clock, 10).all()
    assert not whole(clock + (clock > 30), 10)[30:].any()


def test_sigma_and_mean_take_one_more_of_the_past_for_what_is_not_known() -> None:
    x = np.array([1.0, 2.0, 4.0, np.nan, 8.0])
    assert sigma(x, 3)[4] == np.std([2.0, 4.0, 8.0], ddof=1)
    assert mean(x, 3)[3] == np.mean([1.0, 2.0, 4.0])
    assert np.isnan(sigma(x, 3)[:2]).all()
    assert np.isnan(sigma(np.full(4, np.nan), 3)).all()


def test_a_row_of_days_ends_where_one_is_missing() -> None:
    key = np.array([1, 2, 2, 4, 5, 6])
    assert in_a_row(np.ones(6, bool), key).tolist() == [1, 2, 2, 1, 2, 3]


def test_a_vote_right_behind_a_hole_scores_one_and_a_calm_session_nothing() -> None:
    days = sessions(np.zeros(DAYS), 36 * HOUR).as_of
    quiet = 1e8 * np.sin(np.arange(float(DAYS)))
    hole = FIRST + 1  # a session
    for worst, scored in ((-1.1e9, [np.nan, 1.0]), (-1e8, [np.nan, np.nan])):
        flows = quiet.copy()
        flows[hole + 2] = worst
        source = holed(sessions(flows, 36 * HOUR), hole, hole + 1)
        columns = {"etf.btc.flow_usd": source, "etf.btc.aum_usd": daily(np.full(DAYS, 1e11))}
        track = etf_outflow(History(columns), EtfOutflow())
        after = np.flatnonzero(track.as_of > START + hole * DAY)[:2]
        assert START + hole * DAY in days
        assert track.score(after) == pytest.approx(scored, nan_ok=True)
        assert track.score.known[after].tolist() == [not np.isnan(x) for x in scored]


def test_rates_that_jump_in_a_week_behind_a_hole_score_their_vote() -> None:
    rates = sessions(np.full(DAYS, 4.0) + 0.01 * np.sin(np.arange(float(DAYS))), 37 * HOUR)
    shocked = np.where(rates.as_of >= START + (LAST + 12) * DAY, rates.value + 0.5, rates.value)
    source = holed(Column(rates.as_of, rates.observed_at, shocked), LAST - 9, LAST)
    policy = sessions(np.full(DAYS, 4.0), 37 * HOUR)
    track = rate_repricing(History({"us2y": source, "effr": policy}), RateRepricing())
    row = int(np.flatnonzero(track.vote)[0])
    assert np.isnan(track.detail["h20"][row])
    assert track.score(np.array([row])) == pytest.approx([1.0])
