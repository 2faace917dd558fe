"""A strategy is data; it can ask for less than the policy allows, never for more."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from dcaguard.core.config import Config
from dcaguard.core.config_agreement import at_par, disagreements
from dcaguard.core.config_mistakes import sentences
from dcaguard.core.strategy import Strategy

BASE: dict[str, object] = {
    "name": "s",
    "account": "paper",
    "quote": "USDT",
    "schedule": {"cron": "0 9 * * MON"},
    "budget": {"per_slot": "250"},
    "buy": [{"symbol": "BTC/USDT", "weight": "0.7"}, {"symbol": "ETH/USDT", "weight": "0.3"}],
}
POLICY: dict[str, object] = {
    "caps": {"order_max": "175", "month_max": "2000"},
    "universe": {"allow": ["BTC", "ETH"]},
}
CONFIG: dict[str, object] = {
    "accounts": {"paper": {"exchange": "paper"}, "main": {"exchange": "kraken"}},
    "policy": POLICY,
}


def strategy(**changes: object) -> Strategy:
    return Strategy.model_validate({**BASE, **changes})


def config(**changes: object) -> Config:
    return Config.model_validate({**CONFIG, **changes})


def mistakes(**changes: object) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        strategy(**changes)
    return dict(sentences(caught.value, Strategy))


def test_the_base_case_is_valid_and_agrees() -> None:
    assert strategy().buy[0].base == "BTC"
    assert disagreements(config(), strategy()) == []


@pytest.mark.parametrize("weights", [("0.7", "0.29"), ("0.7", "0.31"), ("0.33333", "0.66666")])
def test_weights_must_sum_to_exactly_one_and_the_sum_is_named(weights: tuple[str, str]) -> None:
    buy = [
        {"symbol": f"{s}/USDT", "weight": w} for s, w in zip(("BTC", "ETH"), weights, strict=True)
    ]
    total = sum(map(Decimal, weights), Decimal(0))
    assert f"sum to {total}" in mistakes(buy=buy)["buy"]


def schedule(**keys: object) -> dict[str, object]:
    return {"schedule": {"cron": None, **keys}}


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"schedule": {}}, "schedule"),
        (
            {"schedule": {"cron": "0 9 * * MON", "every": "1d", "start": "2025-01-06"}},
            "schedule.every",
        ),
        ({"schedule": {"every": "1d"}}, "schedule.start"),
        ({"schedule": {"every": "30s", "start": "2025-01-06"}}, "schedule.every"),
        ({"schedule": {"every": "P1M", "start": "2025-01-06"}}, "schedule.every"),
        ({"schedule": {"cron": "0 0 9 * * MON"}}, "schedule.cron"),
        ({"schedule": {"cron": "@daily"}}, "schedule.cron"),
        ({"schedule": {"cron": "61 9 * * *"}}, "schedule.cron"),
        ({"schedule": {"cron": "0 9 31 2 *"}}, "schedule.cron"),
        ({"schedule": {"cron": "0 9 * * *", "slots": 3}}, "schedule.slots"),
        ({"schedule": {"cron": "0 9 * * *", "start": "2025-01-06", "slots": 0}}, "schedule.slots"),
        (
            {"schedule": {"cron": "0 9 * * *", "start": "2025-01-06", "end": "2025-01-05"}},
            "schedule.end",
        ),
        ({"schedule": {"cron": "0 9 * * *", "on_missed": "all"}}, "schedule.all_max"),
        ({"schedule": {"cron": "0 9 * * *", "all_max": 2}}, "schedule.all_max"),
        ({"schedule": {"cron": "0 9 * * *", "timezone": "EST"}}, "schedule.timezone"),
        ({"schedule": {"cron": "0 9 * * *", "on_missed": "newst"}}, "schedule.on_missed"),
        ({"budget": {"per_slot": "0"}}, "budget.per_slot"),
        ({"budget": {"per_slot": "-1"}}, "budget.per_slot"),
        ({"budget": {"per_slot": 0.1}}, "budget.per_slot"),
        ({"budget": {"per_slot": "10", "total": "9.99"}}, "budget.total"),
        ({"buy": []}, "buy"),
        ({"buy": [{"symbol": "BTC/USDT:USDT", "weight": "1"}]}, "buy.0.symbol"),
        ({"buy": [{"symbol": "btc/usdt", "weight": "1"}]}, "buy.0.symbol"),
        ({"buy": [{"symbol": "BTC/USD", "weight": "1"}]}, "buy.0.symbol"),
        ({"buy": [{"symbol": "BTC/USDT", "weight": "0.5"}] * 2}, "buy"),
        ({"buy": [{"symbol": "BTC/USDT", "weight": "2"}]}, "buy.0.weight"),
        ({"stage": [{"drawdown": "0.2", "multiplier": "1.5"}] * 2}, "stage"),
        ({"stage": [{"drawdown": "1", "multiplier": "1.5"}]}, "stage.0.drawdown"),
        ({"stage": [{"drawdown": "0.2", "multiplier": "0"}]}, "stage.0.multiplier"),
        ({"pause": {"ladder": ["0.3", "0.2"]}}, "pause.ladder"),
        ({"pause": {"ladder": ["0.2", "0.2"]}}, "pause.ladder"),
        ({"pause": {"enter": "0.4", "exit": "0.4"}}, "pause.exit"),
        ({"pause": {"catch_up_multiple": "0.5"}}, "pause.catch_up_multiple"),
        ({"pause": {"mode": "defr"}}, "pause.mode"),
        ({"valuation": {"metric": "p/e", "above": "1"}}, "valuation.metric"),
        ({"sizing": {"target_growth": "10"}}, "sizing.target_growth"),
        ({"order": {"ttl": "5m"}}, "order.ttl"),
        ({"order": {"type": "stop"}}, "order.type"),
        ({"name": "../x"}, "name"),
        ({"extra": 1}, "extra"),
    ],
)
def test_each_mistake_is_told_at_its_key(changes: dict[str, object], key: str) -> None:
    found = mistakes(**changes)
    assert list(found) == [key]
    assert ":" in found[key] or "must be" in found[key]


def test_several_mistakes_are_told_together() -> None:
    found = mistakes(budget={"per_slot": "0"}, order={"type": "x"}, name="")
    assert set(found) == {"budget.per_slot", "order.type", "name"}


def test_an_order_at_the_cap_agrees_and_a_cent_above_names_both() -> None:
    assert disagreements(config(), strategy()) == []
    found = disagreements(config(), strategy(budget={"per_slot": "250.02"}))
    assert found[0][0] == "budget.per_slot"
    assert "175.014 USDT" in found[0][1]
    assert "order_max = 175 USD" in found[0][1]


def test_an_order_in_a_currency_without_a_known_rate_is_left_to_the_run() -> None:
    foreign = strategy(quote="EUR", buy=[{"symbol": "BTC/EUR", "weight": "1"}])
    assert disagreements(config(), foreign) == []
    assert not at_par(config(), "EUR")
    assert at_par(config(base_currency="EUR"), "EUR")
    assert not at_par(config(base_currency="EUR"), "USDT")


def test_what_the_universe_does_not_hold_is_named() -> None:
    buy = [{"symbol": "DOGE/USDT", "weight": "1"}]
    found = disagreements(config(), strategy(buy=buy, budget={"per_slot": "10"}))
    assert [key for key, _ in found] == ["buy.0.symbol"]
    assert "DOGE" in found[0][1]


def test_an_unknown_account_names_the_nearest() -> None:
    assert 'did you mean "paper"' in disagreements(config(), strategy(account="papr"))[0][1]


@pytest.mark.parametrize(
    ("pause", "key"),
    [
        ({"enter": "0.61"}, "pause.enter"),
        ({"exit": "0.41"}, "pause.exit"),
        ({"enter": "0.4"}, "pause.exit"),
    ],
)
def test_a_looser_gate_than_the_policys_is_refused(pause: dict[str, object], key: str) -> None:
    assert [k for k, _ in disagreements(config(), strategy(pause=pause))] == [key]


def test_a_gate_as_tight_as_the_policys_is_taken() -> None:
    assert disagreements(config(), strategy(pause={"enter": "0.60", "exit": "0.40"})) == []


def test_the_second_opinion_may_not_be_the_accounts_own_venue() -> None:
    asked = config(policy={**POLICY, "price": {"second_opinion": "main"}})
    own = strategy(
        account="main",
        quote="USD",
        buy=[{"symbol": "BTC/USD", "weight": "1"}],
        budget={"per_slot": "10"},
    )
    assert [key for key, _ in disagreements(asked, own)] == ["account"]
    assert disagreements(asked, strategy()) == []


def test_a_second_opinion_must_be_of_another_venue() -> None:
    alone = {"main": {"exchange": "kraken"}}
    for name in ("kraken", "main", "krakn", "paper"):
        with pytest.raises(ValidationError) as caught:
            config(accounts=alone, policy={**POLICY, "price": {"second_opinion": name}})
        found = dict(sentences(caught.value, Config))
        assert list(found) == ["policy.price.second_opinion"]


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        (
            {"policy": {**POLICY, "caps": {"order_max": "-1", "month_max": "1"}}},
            "policy.caps.order_max",
        ),
        (
            {"policy": {**POLICY, "caps": {"order_max": "0", "month_max": "1"}}},
            "policy.caps.order_max",
        ),
        (
            {"policy": {**POLICY, "caps": {"order_max": "2", "month_max": "1"}}},
            "policy.caps.order_max",
        ),
        (
            {"policy": {**POLICY, "caps": {"order_max": "2", "day_max": "1.99", "month_max": "9"}}},
            "policy.caps.order_max",
        ),
        (
            {"policy": {**POLICY, "caps": {"order_max": "1", "week_max": "10", "month_max": "9"}}},
            "policy.caps.week_max",
        ),
        ({"policy": {**POLICY, "caps": {"order_max": "1"}}}, "policy.caps.month_max"),
        ({"holdings": {"paper": {"BTC": "1"}}}, "holdings.paper"),
        ({"schema": 2}, "schema"),
        ({"schema": True}, "schema"),
        ({"timezone": "BST"}, "timezone"),
        ({"accounts": {}}, "accounts"),
        ({"gate": {"entr": 0.5}}, "gate.entr"),
        ({"signals": {"etf-outflw": {}}}, "signals.etf-outflw"),
        ({"sources": {"farsid": {}}}, "sources.farsid"),
        (
            {"policy": {**POLICY, "leverage": {"accept_cannot_tell": ["mian:usdm"]}}},
            "policy.leverage.accept_cannot_tell",
        ),
    ],
)
def test_each_mistake_of_a_config_is_told_at_its_key(changes: dict[str, object], key: str) -> None:
    with pytest.raises(ValidationError) as caught:
        config(**changes)
    found = dict(sentences(caught.value, Config))
    assert list(found) == [key]


def test_ceilings_fall_back_to_the_default_and_then_to_none() -> None:
    caps = {"order_max": "1", "month_max": "1", "asset_weight_max": {"BTC": "1", "default": "0.1"}}
    made = config(policy={**POLICY, "caps": caps}).policy.caps
    assert made.asset_ceiling("BTC") == 1
    assert made.asset_ceiling("SOL") == Decimal("0.1")
    assert made.account_ceiling("paper") is None
