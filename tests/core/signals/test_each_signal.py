"""Each signal votes at its threshold and not a hair before it."""

from datetime import timedelta

import numpy as np
import pytest

from dcaguard.core.event import OperatorEvent, Severity
from dcaguard.core.gate import Regime, fold
from dcaguard.core.gate_explain import explain
from dcaguard.core.gate_facts import facts
from dcaguard.core.history import DAY, F64, Column, History, moment
from dcaguard.core.signals.evaluate import evaluate
from dcaguard.core.signals.megacap_drawdown import megacap_drawdown
from dcaguard.core.signals.params import GateConfig, MegacapDrawdown
from dcaguard.core.signals.state import SignalState, Stance
from tests.core.signals.synthetic import (
    CLOSE_LAG,
    FLOWS_LAG,
    RATES_LAG,
    START,
    daily,
    only,
    sessions,
)

GATE = GateConfig()


def state(history: History, name: str, day: float, *events: OperatorEvent) -> SignalState:
    """Return one signal `day` days after the start, alone in the config."""
    config = only(name.replace("-", "_"))
    found = evaluate(history, moment(START + round(day * DAY)), config, GATE, events)
    return next(s for s in found if s.name == name)


def flows(*last: float) -> History:
    """Return forty sessions without flow and then `last`, in millions; assets are 100 billion."""
    calm = np.zeros(56)
    values = np.concatenate([calm, np.array(last) * 1e6])
    assets = daily(np.full(90, 1e11))
    return History({"etf.btc.flow_usd": sessions(values, FLOWS_LAG), "etf.btc.aum_usd": assets})


@pytest.mark.parametrize(("flow", "vote"), [(-600.0, True), (-599.9, False)])
def test_one_days_outflow_votes_at_six_tenths_of_a_percent(flow: float, *, vote: bool) -> None:
    found = state(flows(flow), "etf-outflow", 57.6)
    assert found.vote == vote
    assert found.value == pytest.approx(flow / 1000)


@pytest.mark.parametrize(("flow", "vote"), [(-300.0, True), (-299.9, False)])
def test_a_weeks_outflow_votes_at_one_and_a_half_percent(flow: float, *, vote: bool) -> None:
    assert state(flows(*[flow] * 5), "etf-outflow", 61.6).vote == vote


def test_a_flow_is_not_known_before_half_past_noon_of_the_next_day() -> None:
    assert not state(flows(-900.0), "etf-outflow", 57 + 12.49 / 24).vote
    assert state(flows(-900.0), "etf-outflow", 57 + 12.5 / 24).vote


def test_an_outflow_stays_elevated_until_two_sessions_satisfy_the_resume_condition() -> None:
    # Monday to Friday, a weekend that is no session, Monday. Friday is the first to satisfy it.
    history = flows(-900.0, 200.0, 200.0, 200.0, 200.0, 0.0, 0.0, 50.0)
    found = [state(history, "etf-outflow", day).state for day in (57.6, 58.6, 61.6, 64.6)]
    assert found == [Stance.ELEVATED, Stance.ELEVATED, Stance.ELEVATED, Stance.CALM]


def test_assets_are_estimated_from_the_price_when_no_series_has_them() -> None:
    history = flows(-700.0)
    price = daily(np.full(90, 1e5))
    estimated = History({"etf.btc.flow_usd": history.series("etf.btc.flow_usd"), "px.BTC": price})
    found = state(estimated, "etf-outflow", 57.6)
    assert found.vote
    assert found.value == pytest.approx(-100 * 7e8 / (1.13e6 * 1e5))
    assert "AUM estimated" in found.reason


def test_old_flows_are_stale_after_two_sessions_and_unknown_after_three() -> None:
    # The newest row is of Friday 2021-04-23; the following sessions bring nothing.
    history = flows()
    found = [state(history, "etf-outflow", day) for day in (58.6, 59.6, 60.6)]
    assert [s.stale for s in found] == [False, True, False]
    assert [s.state for s in found] == [Stance.CALM, Stance.CALM, Stance.UNKNOWN]
    assert found[2].score is None
    assert found[2].contribution is None


def prices(last_return: float, days: int = 140) -> F64:
    """Return closes whose log returns are +1 %, -1 %, ... and then `last_return`."""
    steps = np.where(np.arange(days) % 2 == 0, 0.01, -0.01)
    steps[-1] = last_return
    return 1e4 * np.exp(np.cumsum(steps))  # type: ignore[no-any-return]


SIGMA = float(np.std([0.01, -0.01] * 45, ddof=1))


@pytest.mark.parametrize(("sigmas", "vote"), [(-3.001, True), (-2.999, False)])
def test_a_one_day_fall_of_three_sigmas_votes(sigmas: float, *, vote: bool) -> None:
    history = History({"px.BTC": daily(prices(sigmas * SIGMA))})
    assert state(history, "liquidation-spike", 140).vote == vote


@pytest.mark.parametrize(("longs", "vote"), [(1e9, True), (2e7, False)])
def test_with_a_feed_the_fall_needs_liquidations(longs: float, *, vote: bool) -> None:
    feed = 2e7 * np.exp(0.1 * np.sin(np.arange(140.0)))
    feed[-1] = longs
    history = History({"px.BTC": daily(prices(-4 * SIGMA)), "liq.long_usd": daily(feed)})
    assert state(history, "liquidation-spike", 140).vote == vote


def test_a_spike_is_elevated_two_days_at_least_and_five_at_most() -> None:
    closes = np.concatenate([prices(-4 * SIGMA), prices(0.01, 10) / 1e4 * prices(-4 * SIGMA)[-1]])
    history = History({"px.BTC": daily(closes)})
    spells = [state(history, "liquidation-spike", 140 + n).state for n in (0, 1, 1.9, 5.1)]
    assert spells == [Stance.ELEVATED] * 3 + [Stance.CALM]


def rates(*last: float, cut: float = 0.0) -> History:
    """Return a two-year yield at 4 % and then `last`; the policy rate is cut on the last day."""
    values = np.concatenate([np.full(60, 4.0), np.array(last)])
    policy = np.full(values.size, 4.0)
    policy[-1] -= cut
    return History({"us2y": sessions(values, RATES_LAG), "effr": sessions(policy, RATES_LAG)})


@pytest.mark.parametrize(("level", "vote"), [(4.151, True), (4.149, False)])
def test_fifteen_basis_points_in_a_week_vote(level: float, *, vote: bool) -> None:
    assert state(rates(level, level), "rate-repricing", 63.6).vote == vote


def test_a_cut_by_the_central_bank_is_not_a_hawkish_surprise() -> None:
    assert not state(rates(4.0, 4.0, cut=0.5), "rate-repricing", 63.6).vote


@pytest.mark.parametrize(("leader", "others", "vote"), [(0.84, 0.92, True), (0.86, 0.86, False)])
def test_megacaps_vote_when_basket_and_leader_have_both_fallen(
    leader: float, others: float, *, vote: bool
) -> None:
    # Slowly, over forty sessions: the fall counts, not the shock.
    slope = np.concatenate([np.zeros(90), np.linspace(0, 1, 56), np.ones(2)])
    noise = 0.004 * np.where(np.arange(148) % 2 == 0, 1, -1)
    fall = {"NVDA": leader, "MSFT": others, "AAPL": others}
    history = History(
        {f"px.{s}": sessions(np.exp(slope * np.log(x) + noise), CLOSE_LAG) for s, x in fall.items()}
    )
    assert state(history, "megacap-drawdown", 148).vote == vote


def markets(fall: dict[str, float], vix: float = 20.0) -> History:
    """Return markets with returns of +-1 % that then lose `fall` sigmas over five bars."""
    found = {"vix": sessions(np.full(151, vix), CLOSE_LAG)}
    for name in ("px.BTC", "px.SPX", "px.GOLD"):
        make = daily if name == "px.BTC" else lambda v: sessions(v, CLOSE_LAG)
        wanted = make(np.ones(151)).as_of.size
        steps = np.where(np.arange(wanted) % 2 == 0, 0.01, -0.01)
        steps[-5:] = -fall[name] * 0.01 * np.sqrt(5) / 5
        base = make(np.ones(151))
        found[name] = type(base)(base.as_of, base.observed_at, np.exp(np.cumsum(steps)))
    return History(found)


def test_everything_sold_needs_all_three_to_fall() -> None:
    all_fall = {"px.BTC": 1.15, "px.SPX": 1.15, "px.GOLD": 1.15}
    found = state(markets(all_fall), "everything-sold", 151)
    assert found.vote
    assert not found.breaker
    assert not state(markets({**all_fall, "px.GOLD": 0.5}), "everything-sold", 151).vote


def test_the_extreme_of_everything_sold_pauses_by_itself() -> None:
    crash = markets({"px.BTC": 2.0, "px.SPX": 2.0, "px.GOLD": 2.0})
    regime, moves = fold(crash, moment(START + 151 * DAY), only("everything_sold"), GATE)
    assert regime.regime is Regime.PAUSED
    assert moves[-1].reasons[0] == (
        "breaker: everything-sold (Bitcoin, shares and gold fell together)"
    )


@pytest.mark.parametrize(("vix", "regime"), [(40.0, Regime.PAUSED), (39.9, Regime.NORMAL)])
def test_vix_alone_breaks_at_forty(vix: float, regime: Regime) -> None:
    history = History({"vix": sessions(np.full(30, vix), CLOSE_LAG)})
    found, _ = fold(history, moment(START + 20 * DAY), only("everything_sold"), GATE)
    assert found.regime is regime


def test_a_breaker_that_stands_is_named_in_what_would_change_the_pause() -> None:
    def told(last: float) -> list[str]:
        vix = np.append(np.full(15, 41.0), np.full(15, last))
        history, at = History({"vix": sessions(vix, CLOSE_LAG)}), moment(START + 17 * DAY)
        state, _ = fold(history, at, only("everything_sold"), GATE)
        assert state.regime is Regime.PAUSED
        found = explain(state, history, only("everything_sold"), GATE)
        return [x for x in found.next if "breaker stands" in x]

    assert told(39.0) == []
    (named,) = told(45.0)
    assert named.startswith("S6's breaker stands (VIX, at 40): no day counts towards the end")


def test_vix_that_counts_alone_does_not_make_its_block_unknown() -> None:
    """With one of five markets S6 cannot be measured: it counts as disabled, not as missing."""
    history = History(
        {"vix": sessions(np.full(30, 20.0), CLOSE_LAG), "px.BTC": daily(prices(0.01))}
    )
    found = evaluate(history, moment(START + 20 * DAY), only("everything_sold"), GATE)
    weights = {s.name: s.weight for s in found}
    assert weights["everything-sold"] == 0
    assert weights["vix"] == 0.75


def whales(last: float, awake: float) -> History:
    days = 220
    net, old = 1000 * np.sin(np.arange(days) * 1.3), 1e6 * (2 + np.sin(np.arange(days) * 0.7))
    net[-7:] += last
    old[-7:] *= awake
    return History(
        {
            "ex.btc.inflow": daily(5000 + net),
            "ex.btc.outflow": daily(np.full(days, 5000.0)),
            "ex.btc.supply": daily(np.full(days, 2e6)),
            "cdd.btc": daily(old),
        }
    )


@pytest.mark.parametrize(
    ("last", "awake", "vote"), [(900, 3, True), (900, 1, False), (0, 3, False)]
)
def test_inflow_to_exchanges_votes_only_with_old_coins(
    last: float, awake: float, *, vote: bool
) -> None:
    assert state(whales(last, awake), "whale-selling", 220).vote == vote


@pytest.mark.parametrize(("awake", "resumed"), [(3.0, False), (0.3, True)])
def test_old_coins_that_fall_silent_keep_their_last_word_for_healing(
    awake: float, *, resumed: bool
) -> None:
    columns = dict(whales(-2000, awake).columns)
    columns["cdd.btc"] = columns["cdd.btc"].keep(columns["cdd.btc"].as_of < START + 215 * DAY)
    found = state(History(columns), "whale-selling", 220)
    assert "rank unknown" in found.reason
    assert found.resumed == resumed
    del columns["cdd.btc"]
    assert state(History(columns), "whale-selling", 220).resumed


def test_a_low_before_the_high_recovers_nothing_of_the_fall_from_it() -> None:
    config = MegacapDrawdown()
    # A deep low, the high of the window, a fall by a fifth; then a quarter of it comes back.
    path = np.repeat([100.0, 50.0, 100.0, 90.0, 80.0, 85.0, 100.0], [70, 10, 7, 7, 7, 7, 7])

    def recovered(days: int) -> float:
        columns = {f"px.{s}": sessions(path[:days], CLOSE_LAG) for s in config.shares}
        return float(megacap_drawdown(History(columns), config).detail["recovered"][-1])

    found = [recovered(days) for days in (94, 101, 108, 115)]
    assert found == pytest.approx([0.0, 0.0, 0.25, 1.0], abs=1e-9)


def test_a_persons_grave_event_votes_for_its_life_and_halves_buys_but_does_not_pause() -> None:
    history = History({"px.BTC": daily(prices(0.01, 60))})
    begin = moment(START + 30 * DAY)
    event = OperatorEvent(Severity.HIGH, begin, None, "founder arrested")
    found = [state(history, "regulation", day, event) for day in (29.9, 30, 43.9, 44.1)]
    assert [s.vote for s in found] == [False, True, True, False]
    assert found[3].weight == 0
    short = OperatorEvent(Severity.HIGH, begin, begin + timedelta(days=2), "")
    assert not state(history, "regulation", 32.1, short).vote
    quiet = OperatorEvent(Severity.LOW, begin, None, "rumour")
    assert state(history, "regulation", 31, quiet).weight == 0
    config = only("regulation")
    at = [fold(history, moment(START + d * DAY), config, GATE, [event])[0].regime for d in (29, 31)]
    assert at == [Regime.NORMAL, Regime.CAUTION]


def test_the_reason_names_the_gravest_event_that_lasts_and_no_event_that_has_ended() -> None:
    history = History({"px.BTC": daily(prices(0.01, 60))})
    begin, day = moment(START + 30 * DAY), timedelta(days=1)
    events = [
        OperatorEvent(Severity.HIGH, begin + day, begin + 3 * day, "founder arrested"),
        OperatorEvent(Severity.MEDIUM, begin, begin + 5 * day, "bank slow" + "." * 200),
        OperatorEvent(Severity.LOW, begin, begin + 9 * day, "rumour"),
    ]
    middling, grave, after, over = (
        state(history, "regulation", at, *events) for at in (30.5, 32, 34, 36)
    )
    for told in (middling, after):
        assert "medium severity" in told.reason
        assert "bank slow" in told.reason
        assert len(told.reason) < 300
        assert (told.score, told.vote) == (0.5, False)
    assert "high severity" in grave.reason
    assert "founder arrested" in grave.reason
    assert not {"person", "rumour"} & set(over.reason.split())


def breadth(above: float, at_low: float, beats: float = 0.5, last: float = 0.01) -> History:
    shares = {"above_50dma": above, "at_30d_low": at_low, "beats_btc_7d": beats}
    series = {f"breadth.{n}": daily(np.append(np.full(139, 0.5), v)) for n, v in shares.items()}
    return History({**series, "px.BTC": daily(prices(last))})


@pytest.mark.parametrize(
    ("above", "at_low", "vote"), [(0.10, 0.50, True), (0.11, 0.50, False), (0.10, 0.49, False)]
)
def test_breadth_votes_when_few_stand_and_half_lie(
    above: float, at_low: float, *, vote: bool
) -> None:
    assert state(breadth(above, at_low), "altcoin-breadth", 140).vote == vote


@pytest.mark.parametrize(("beats", "relieved"), [(0.60, True), (0.59, False)])
def test_a_low_that_others_do_not_follow_gives_relief(beats: float, *, relieved: bool) -> None:
    history = breadth(0.4, 0.10, beats, last=-0.05)
    assert ("relief" in state(history, "altcoin-breadth", 140).reason) == relieved


def test_relief_that_fell_silent_can_not_raise_the_composite_that_pauses() -> None:
    history = breadth(0.4, 0.10, 0.60, last=-0.05)
    columns = dict(history.columns)
    silent = columns["breadth.beats_btc_7d"].keep(columns["px.BTC"].as_of < START + 130 * DAY)
    at = np.array([START + 140 * DAY], np.int64)

    def taken_off(known: dict[str, Column]) -> float:
        found = facts(History(known), only("altcoin_breadth"), GATE, (), at).composite
        return float(found.heard.blocks[3, 0] - found.heard.total[0])

    assert taken_off(columns) == pytest.approx(0.10)
    # It was not given when the silence began, and its silence gives it as little.
    assert taken_off({**columns, "breadth.beats_btc_7d": silent}) == 0
    eased = {**columns, "px.BTC": columns["px.BTC"]}
    at = np.array([START + 150 * DAY], np.int64)
    assert taken_off(eased) == pytest.approx(0.10)  # all silent since: the last word stands
    at = np.array([START + 180 * DAY], np.int64)
    assert taken_off(eased) == 0 or np.isnan(taken_off(eased))


def test_treasuries_vote_when_cheap_companies_sell() -> None:
    def company(mnav: float, sold: float) -> dict[str, F64]:
        held = np.full(60, 1000.0)
        held[-10:] -= sold
        price = np.full(60, 10.0)
        return {"mnav": np.full(60, mnav), "price_usd": price, "holdings": held}

    def history(mnav: float, sold: float) -> History:
        return History(
            {
                f"dat.{t}.{part}": sessions(values, CLOSE_LAG)
                for t in ("MSTR", "BMNR", "SBET")
                for part, values in company(mnav, sold).items()
            }
        )

    found = state(history(0.8, 5), "treasury-spiral", 60)
    assert found.vote
    assert found.score == pytest.approx((0.3 * 1 + 0.2 * 1) / 0.6)
    assert not state(history(0.8, 0), "treasury-spiral", 60).vote
    assert not state(history(1.2, 5), "treasury-spiral", 60).vote


def test_privacy_coins_vote_when_they_run_while_bitcoin_falls() -> None:
    days = 200
    falling = 1e4 * np.exp(-0.002 * np.arange(days))
    run = np.where(np.arange(days) > days - 15, 0.05, -0.001)
    coins = {f"px.{c}": daily(100 * np.exp(np.cumsum(run))) for c in ("ZEC", "XMR")}
    assert state(History({"px.BTC": daily(falling), **coins}), "privacy-rotation", days).vote
    rising = daily(falling[::-1].copy())
    assert not state(History({"px.BTC": rising, **coins}), "privacy-rotation", days).vote
    one = {"px.BTC": daily(falling), "px.ZEC": coins["px.ZEC"]}
    assert state(History(one), "privacy-rotation", days).state is Stance.UNKNOWN


def test_a_short_past_scores_one_on_a_vote_and_nothing_otherwise() -> None:
    found = state(flows(-900.0), "etf-outflow", 57.6), state(flows(0.0), "etf-outflow", 57.6)
    assert [(s.short_history, s.score) for s in found] == [(True, 1.0), (True, 0.0)]


def test_a_signal_that_was_never_read_says_which_series_it_lacks() -> None:
    found = state(History({}), "rate-repricing", 10)
    assert (found.state, found.weight, found.missing) == (Stance.UNKNOWN, 0, ("us2y", "effr"))
