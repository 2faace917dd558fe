"""A threshold that would switch a signal off without a word, or crash it, is refused."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from dcaguard.core.signals.params import GateConfig, SignalsConfig


@pytest.mark.parametrize(
    ("signal", "wrong", "said"),
    [
        ("etf-outflow", {"enabled": "no"}, "true or false"),
        ("etf-outflow", {"enabled": 0}, "true or false"),
        ("etf-outflow", {"weight": "1"}, "write a number"),
        ("etf-outflow", {"weight": True}, "write a number"),
        ("etf-outflow", {"weight": 1001}, "1000"),
        ("etf-outflow", {"rank_window": 5001}, "5000"),
        ("etf-outflow", {"vote_5d_pct": 1.5}, "less than 0"),
        ("etf-outflow", {"vote_1d_pct": 0}, "less than 0"),
        ("etf-outflow", {"stale_sessions": 4}, "stale_sessions 4 is above unknown_sessions 3"),
        ("etf-outflow", {"resume_5d_pct": -2}, "vote_5d_pct -1.5 is above resume_5d_pct -2"),
        ("liquidation-spike", {"sigma_days": 10**9}, "5000"),
        ("liquidation-spike", {"open_interest_fall_pct": 10}, "less than 0"),
        ("treasury-spiral", {"tickers": []}, "at least 1"),
        ("treasury-spiral", {"resume_score": 0.7}, "resume_score 0.7 is above vote_score"),
        ("rate-repricing", {"resume_20d_bp": 30}, "resume_20d_bp 30.0 is above vote_20d_bp"),
        ("megacap-drawdown", {"shares": []}, "at least 1"),
        ("megacap-drawdown", {"leader": "TSLA"}, "'TSLA' is not among shares"),
        ("megacap-drawdown", {"vote_basket_pct": 10}, "less than 0"),
        ("everything-sold", {"resume_sigmas": 1.1}, "resume_sigmas 1.1 is above vote_sigmas"),
        ("everything-sold", {"breaker_sigmas": 0.5}, "vote_sigmas 1.0 is above breaker_sigmas"),
        ("whale-selling", {"resume_z": 3}, "resume_z 3.0 is above vote_z"),
        ("privacy-rotation", {"coins": ["ZEC"]}, "coins_min 2 is above the 1 coins"),
        ("privacy-rotation", {"resume_rank": 0.99}, "resume_rank 0.99 is above vote_rank"),
        ("altcoin-breadth", {"resume_above_50dma": 0.05}, "is above resume_above_50dma"),
        ("venue-custody", {"peg_caution": 0.05}, "peg_caution 0.05 is above peg_stop"),
        ("venue-custody", {"concentration_max": "0.5"}, "write a number"),
    ],
)
def test_a_threshold_that_can_not_be_meant_is_refused(
    signal: str, wrong: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        SignalsConfig.model_validate({signal: wrong})


@pytest.mark.parametrize("wrong", [{"enter": True}, {"enter": "0.6"}, {"enabled": "false"}])
def test_the_gate_takes_nothing_for_what_it_only_resembles(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="write"):
        GateConfig.model_validate(wrong)
    with pytest.raises(ValidationError, match="1000"):
        GateConfig.model_validate({"weights": {"flows": 1001}})


def test_decimals_whole_numbers_and_lists_are_taken_as_the_file_has_them() -> None:
    made = SignalsConfig.model_validate(
        {"etf-outflow": {"weight": Decimal("0.5"), "vote_5d_pct": -2, "enabled": False}}
    )
    assert (made.etf_outflow.weight, made.etf_outflow.vote_5d_pct) == (0.5, -2.0)
    assert not made.etf_outflow.enabled
    assert GateConfig.model_validate({"enter": Decimal("0.65")}).enter == 0.65
    shares = {"shares": ["NVDA", "AMZN"]}
    made = SignalsConfig.model_validate({"megacap-drawdown": shares})
    assert made.megacap_drawdown.shares == ("NVDA", "AMZN")
    assert SignalsConfig.model_validate(SignalsConfig().model_dump()) == SignalsConfig()
