"""Eligibility, valuation and thresholds: values at the line and a hair beyond it."""

from decimal import Decimal

import numpy as np
import pytest
from pydantic import ValidationError

from dcaguard.core.history import DAY, History, moment
from dcaguard.core.signals.eligibility import eligible
from dcaguard.core.signals.params import Eligibility, GateConfig, SignalsConfig
from dcaguard.core.signals.valuation import ahr999, drawdown_from_high, mayer, rungs_reached
from tests.core.signals.synthetic import START, daily

DAYS = 400
NOW = moment(START + DAYS * DAY)


def asset(
    revenue: float = 100_000.0,
    older: float = 100_000.0,
    cap: float = 1e9,
    holders: float = 1.0,
    listed: int = DAYS,
) -> History:
    days = np.append(np.full(DAYS - 90, older), np.full(90, revenue))
    return History(
        {
            "rev.UNI.usd_day": daily(days),
            "rev.UNI.holders_usd_day": daily(np.full(DAYS, holders)),
            "mcap.UNI": daily(np.full(DAYS, cap)),
            "px.UNI": daily(np.ones(listed), start=START + (DAYS - listed) * DAY),
        }
    )


def test_an_earning_coin_may_be_bought() -> None:
    assert eligible("UNI", asset(), NOW, Eligibility()) is None


@pytest.mark.parametrize(
    ("history", "said"),
    [
        (asset(revenue=54_794.0, older=50_000.0), "20,000,000 asked"),
        (asset(cap=1.4601e9), "years of revenue"),
        (asset(older=200_001.0), "fell to 50%"),
        (asset(holders=0.0), "holders earn nothing"),
        (asset(listed=364), "364 days"),
        (History({}), "no revenue reading"),
    ],
)
def test_each_rule_alone_refuses_and_says_which(history: History, said: str) -> None:
    reason = eligible("UNI", history, NOW, Eligibility())
    assert reason is not None
    assert said in reason


def test_just_inside_every_rule_is_allowed() -> None:
    edge = asset(revenue=100_000.0, older=200_000.0, cap=1.46e9, holders=0.01, listed=365)
    assert eligible("UNI", edge, NOW, Eligibility()) is None
    assert (
        eligible("UNI", asset(revenue=54_795.0), NOW, Eligibility(market_cap_to_revenue_max=100))
        is None
    )


def test_old_revenue_is_no_revenue() -> None:
    later = moment(START + (DAYS + 15) * DAY)
    assert "no revenue reading" in str(eligible("UNI", asset(), later, Eligibility()))


def test_the_policys_own_coins_need_no_revenue() -> None:
    assert eligible("BTC", History({}), NOW, Eligibility()) is None
    assert eligible("UNI", History({}), NOW, Eligibility(enabled=False)) is None


def test_valuation_is_not_known_before_two_hundred_days_or_with_an_old_price() -> None:
    short = History({"px.BTC": daily(np.full(199, 100.0))})
    assert ahr999(short, moment(START + 199 * DAY)) is None
    full = History({"px.BTC": daily(np.full(200, 100.0))})
    assert mayer(full, moment(START + 200 * DAY)) == 1.0
    assert mayer(full, moment(START + 204 * DAY)) is None
    assert drawdown_from_high(full, "BTC", moment(START + 204 * DAY), 365) is None


def test_a_drawdown_is_measured_from_the_high_within_its_days() -> None:
    closes = np.array([200.0, 100.0, 80.0])
    history = History({"px.BTC": daily(closes)})
    now = moment(START + 3 * DAY)
    assert drawdown_from_high(history, "BTC", now, 365) == pytest.approx(0.6)
    assert drawdown_from_high(history, "BTC", now, 2) == pytest.approx(0.2)
    assert drawdown_from_high(history, "BTC", moment(START), 365) is None


@pytest.mark.parametrize(
    ("drawdown", "rungs"), [(None, 0), (0.1999, 0), (0.2, 1), (0.35, 2), (0.5, 3)]
)
def test_each_rung_is_reached_exactly_at_its_fall(drawdown: float | None, rungs: int) -> None:
    assert rungs_reached(drawdown) == rungs


@pytest.mark.parametrize(
    "wrong",
    [
        {"exit": 0.6},
        {"enter": 0.45},
        {"hold_days": 15},
        {"max_pause_days": 13},
        {"enter": float("nan")},
        {"weights": {"leverage": 0, "flows": 0, "macro": 0, "structure": 0}},
        {"leverage": 2},
    ],
)
def test_thresholds_that_contradict_each_other_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        GateConfig.model_validate(wrong)


def test_tables_carry_the_public_names_and_take_exact_decimals() -> None:
    table = {"etf-outflow": {"vote_5d_pct": Decimal("-1.25")}}
    assert SignalsConfig.model_validate(table).etf_outflow.vote_5d_pct == -1.25
    names = SignalsConfig().model_dump(by_alias=True)
    assert "everything-sold" in names
    assert len(names) == 13
