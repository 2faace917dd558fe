"""What a person types: exact numbers, lengths of time, zones, names; each mistake has a remedy."""

from datetime import timedelta
from decimal import Decimal

import pytest
from pydantic import TypeAdapter, ValidationError

from dcaguard.core.config import Account
from dcaguard.core.config_forbidden import find_leverage, find_secrets
from dcaguard.core.config_places import journal_path, safe_url
from dcaguard.core.config_time import local_moment, parse_duration, spell_duration, zone_name
from dcaguard.core.config_values import (
    exact,
    nearest,
)


@pytest.mark.parametrize("value", [Decimal("0.1"), "0.1", " 0.1 ", "1e-1"])
def test_numbers_are_exact(value: object) -> None:
    assert exact(value) == Decimal("0.1")


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (0.1, "not an exact number"),
        (True, "not an exact number"),
        ("20%", "0.20 for 20 percent"),
        (Decimal("NaN"), "not finite"),
        (Decimal("Infinity"), "not finite"),
        (Decimal("1e999"), "can be real"),
        ("ten", "write digits"),
        (None, "write digits"),
        ([], "write digits"),
    ],
)
def test_what_is_no_exact_number_is_told_so(value: object, hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        exact(value)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("18h", 64800),
        ("3d", 259200),
        ("60s", 60),
        ("2w", 1209600),
        ("P7D", 604800),
        ("P1W", 604800),
        ("PT18H", 64800),
        ("P1DT12H", 129600),
        ("PT90M", 5400),
        ("PT1H30M5S", 5405),
    ],
)
def test_lengths_of_time_are_read(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)
    assert parse_duration(spell_duration(timedelta(seconds=seconds))).total_seconds() == seconds


@pytest.mark.parametrize("text", ["P1M", "P1Y", "P1Y6M", "P1M3D"])
def test_months_and_years_point_to_cron(text: str) -> None:
    with pytest.raises(ValueError, match="use cron"):
        parse_duration(text)


@pytest.mark.parametrize(
    "value", ["", "P", "PT", "7", "7 d", "-1d", "1.5h", "0s", "P0D", 7.5, "99999d"]
)
def test_other_texts_are_no_length_of_time(value: object) -> None:
    with pytest.raises(ValueError, match=r'write "18h"|write text|must be longer'):
        parse_duration(value)


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"])
def test_zones_that_mean_one_place_are_taken(name: str) -> None:
    assert zone_name(name) == name


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("BST", "Europe/London"),
        ("EST5", "America/New_York"),
        ("EST", "America/New_York"),
        ("MST", "America/Denver"),
        ("EST5EDT", "America/New_York"),
        ("CET", "Europe/Berlin"),
        ("Etc/GMT+5", "IANA name"),
        ("+01:00", "IANA name"),
        ("UTC+1", "IANA name"),
        ("Europe/Berln", 'did you mean "Europe/Berlin"'),
        ("../etc/passwd", "IANA name|did you mean"),
        ("Europe/../../x", "did you mean"),
        ("", "IANA name"),
    ],
)
def test_ambiguous_and_unknown_zones_are_refused_with_a_name_to_use(name: str, hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        zone_name(name)


@pytest.mark.parametrize("value", ["2025-13-01", "soon", 5, "2025-01-06T09:00:00+01:00"])
def test_what_is_no_local_moment_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"date|offset"):
        local_moment(value)


def test_the_nearest_word_is_named_whatever_the_order_of_its_parts() -> None:
    assert nearest("max_orderr", ["order_max", "day_max"]) == 'did you mean "order_max"?'
    assert nearest("qqq", ["b", "a"]) == "known: a, b"


@pytest.mark.parametrize(
    "url", ["https://example.org", "http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:9"]
)
def test_https_and_loopback_addresses_are_taken(url: str) -> None:
    assert safe_url(url + "/") == url


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org",
        "http://127.0.0.1.example.org",
        "http://10.0.0.1",
        "ftp://example.org",
        "https://u:p@example.org",
        "https://example.org?x=1",
        "https://",
        "x",
        "http://localhost.evil.org",
        "https://example.org:99999",
    ],
)
def test_addresses_that_could_leak_a_key_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        safe_url(url)


def account(**keys: object) -> Account:
    return TypeAdapter(Account).validate_python(keys)


@pytest.mark.parametrize(
    "keys",
    [
        {"exchange": "paper", "live": True},
        {"exchange": "paper", "credentials": "env:X"},
        {"exchange": "kraken", "balances": {"USD": "1"}},
        {"exchange": "kraken", "fee": "0"},
        {"exchange": "kraken", "live": True},
        {"exchange": "paper", "prices": "krakn"},
        {"exchange": "paper", "prices": "paper"},
        {"exchange": "krakn"},
        {"exchange": "kraken", "credentials": "abcdef"},
        {"exchange": "kraken", "credentials": "file:"},
        {"exchange": "paper", "fee": "1.1"},
        {"exchange": "paper", "balances": {"usd": "1"}},
        {"exchange": "paper", "balances": {"USD": "-1"}},
        {"exchange": "kraken", "live": "yes"},
        {"exchange": "kraken", "live": 1},
    ],
)
def test_accounts_that_contradict_themselves_are_refused(keys: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        account(**keys)


@pytest.mark.parametrize(
    "key",
    [
        "api_key",
        "apiKey",
        "secret",
        "API-SECRET",
        "password",
        "passphrase",
        "private_key",
        "token",
        "mnemonic",
        "seed_phrase",
        "accessKey",
        "secret_key",
        "walletPrivateKey",
        "clientSecret",
    ],
)
def test_keys_named_like_secrets_are_found(key: str) -> None:
    assert find_secrets({"accounts": {"main": {key: "x"}}}) == [f"accounts.main.{key}"]


@pytest.mark.parametrize(
    "value",
    ["-----BEGIN EC PRIVATE KEY-----", "0x" + "ab" * 32, "ab" * 16, "Zx9" * 12, "https://u:p@h/"],
)
def test_values_that_only_a_key_generator_writes_are_found(value: str) -> None:
    assert find_secrets({"notify": {"urls": ["env:X", value]}}) == ["notify.urls.1"]
    assert find_secrets({value: {"x": 1}}) == ["..."]


def test_ordinary_configs_hold_no_secret() -> None:
    ordinary = {
        "accounts": {
            "secret": {"credentials": "file:/a/very/long/path/Key0123456789Key0123456789"}
        },
        "sources": {"kalshi": {"series_ticker": "KXFEDDECISION"}},
        "description": "150 USDT each Monday, 1.5 times from 20 percent below the high.",
        "name": "btc-eth-weekly-with-a-long-name-2025-and-more",
        "base_url": "https://a-rather-long-host-name-for-a-proxy.example.org/path",
    }
    assert find_secrets(ordinary) == []


@pytest.mark.parametrize(
    "key",
    [
        "leverage",
        "max_leverage",
        "margin",
        "marginMode",
        "isMargin",
        "borrow",
        "auto_borrow",
        "loan",
        "defaultType",
        "sideEffectType",
        "tdMode",
        "futures",
        "hedged",
        "short",
    ],
)
def test_anything_that_sets_leverage_is_found_wherever_it_stands(key: str) -> None:
    known = frozenset({"on_violation"})
    assert find_leverage({"accounts": {"main": {"options": {key: 1}}}}, known)
    assert find_leverage({"order": {key: 1}}, known)
    assert find_leverage({"policy": {"leverage": {key: 1}}}, known)


def test_names_a_person_chose_and_our_own_tables_set_no_leverage() -> None:
    ours = {
        "policy": {"leverage": {"on_violation": "stop-all"}},
        "gate": {"weights": {"leverage": 1}},
        "accounts": {"margin": {"exchange": "paper"}},
        "holdings": {"loan": {"BTC": 1}},
        "sources": {"exchange": {"swap": "BTC/USDT:USDT"}},
    }
    assert find_leverage(ours, frozenset({"on_violation"})) == []


@pytest.mark.parametrize("path", ["dcaguard.db", "/var/lib/x.y/a.sqlite", "../out.db", "x.dry.db"])
def test_a_journal_may_have_a_name_of_its_own(path: str) -> None:
    assert journal_path(path) == path


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        *[(path, "with an ending") for path in ("HALT", "dcaguard", ".", "..", "a/", ".db", "a.")],
        *[(f"a.{ending}", "another kind") for ending in ("lock", "head", "ballast", "toml")],
        *[(path, "another kind") for path in ("cache.db", "b/Cache.DB", "a.HEAD", "a.db-journal")],
    ],
)
def test_a_journal_has_no_other_files_name(path: str, hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        journal_path(path)
