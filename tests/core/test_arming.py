"""Arming: any change of meaning needs it again, a change of spelling does not."""

import tomllib
from decimal import Decimal

import pytest

from dcaguard.core.arming import arming_digest, config_digest
from dcaguard.core.config import Config
from dcaguard.core.strategy import Strategy

CONFIG = """
[accounts.main]
exchange = "kraken"
credentials = "env:MAIN"
[accounts.other]
exchange = "paper"
[policy.caps]
order_max = 500
month_max = 2000
[policy.universe]
allow = ["BTC"]
"""
STRATEGY = """
name = "s"
account = "main"
quote = "USD"
[schedule]
cron = "0 9 * * MON"
[budget]
per_slot = 50
[[buy]]
symbol = "BTC/USD"
weight = 1
"""


def digest(config: str = CONFIG, strategy: str = STRATEGY) -> str:
    return arming_digest(
        Config.model_validate(tomllib.loads(config, parse_float=Decimal)),
        Strategy.model_validate(tomllib.loads(strategy, parse_float=Decimal)),
    )


def test_a_digest_is_64_hex_and_the_same_again() -> None:
    assert digest() == digest()
    assert len(digest()) == 64
    assert set(digest()) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("order_max = 500", "order_max = 500.00 # the same"),
        ("order_max = 500", 'order_max = "500"\nreserve_min = 0'),
        ('exchange = "paper"', 'exchange = "paper"\nfee = 0.002'),
        ("[policy.caps]", "[notify]\nurls = []\n[policy.caps]"),
    ],
)
def test_spelling_defaults_and_other_accounts_do_not_count(old: str, new: str) -> None:
    assert digest(CONFIG.replace(old, new)) == digest()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("order_max = 500", "order_max = 500.01"),
        ('"env:MAIN"', '"env:ELSE"'),
        ('exchange = "kraken"', 'exchange = "kraken"\nlive = true'),
        ('exchange = "kraken"', 'exchange = "kraken"\nbase_url = "https://example.org"'),
        ("[policy.caps]", "[gate]\nenter = 0.61\n[policy.caps]"),
        ("[policy.caps]", "[signals.etf-outflow]\nenabled = false\n[policy.caps]"),
        ("[policy.caps]", "[policy.price]\ncollar = 0.02\n[policy.caps]"),
    ],
)
def test_every_change_of_policy_gate_signals_or_account_counts(old: str, new: str) -> None:
    assert digest(CONFIG.replace(old, new)) != digest()


SECOND = CONFIG.replace("[policy.caps]", '[policy.price]\nsecond_opinion = "{}"\n[policy.caps]')
ELSE = '[accounts.third]\nexchange = "binance"\ncredentials = "env:THIRD"\n'
ELSEWHERE = ELSE + 'base_url = "https://example.org"\n'


@pytest.mark.parametrize("named", ["third", "binance"])
def test_where_the_second_opinion_is_asked_counts(named: str) -> None:
    config = SECOND.format(named)
    assert digest(config + ELSEWHERE) != digest(config + ELSE)
    assert digest(CONFIG + ELSEWHERE) == digest(CONFIG + ELSE)  # without a second opinion


def test_coins_kept_elsewhere_count_and_a_place_without_any_does_not() -> None:
    some = digest(CONFIG + '[holdings.cold]\nBTC = "1"\n')
    assert len({digest(), some, digest(CONFIG + '[holdings.cold]\nBTC = "1.01"\n')}) == 3
    assert digest(CONFIG + "[holdings.cold]\n") == digest()


def test_a_config_in_another_currency_counts() -> None:
    assert digest('base_currency = "EUR"\n' + CONFIG) != digest()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("per_slot = 50", "per_slot = 51"),
        ("0 9 * * MON", "0 9 * * TUE"),
        ('name = "s"', 'name = "t"'),
    ],
)
def test_every_change_of_the_strategy_counts(old: str, new: str) -> None:
    assert digest(strategy=STRATEGY.replace(old, new)) != digest()


def test_the_config_digest_covers_other_accounts_too() -> None:
    parsed = [
        Config.model_validate(tomllib.loads(text, parse_float=Decimal))
        for text in (
            CONFIG,
            CONFIG.replace('exchange = "paper"', 'exchange = "paper"\nfee = 0.002'),
        )
    ]
    assert config_digest(parsed[0], {}) != config_digest(parsed[1], {})
