"""Loading: the search order, every mistake in one line with its remedy, and no secret repeated."""

import json
import re
import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from dcaguard.adapters.config import load_config
from dcaguard.core.config import Config
from dcaguard.core.config_example import example_toml
from dcaguard.core.config_forbidden import find_leverage, find_secrets
from dcaguard.core.config_mistakes import sentences
from dcaguard.core.config_show import (
    json_schema,
    schema_text,
    show_json,
    show_text,
    strategy_schema,
)
from dcaguard.core.config_starter import CONFIG, STRATEGIES
from dcaguard.core.errors import ConfigError, NoInputError, NotPermittedError
from dcaguard.core.slots import newest_slot, next_slots
from tests.fuzz.limits import in_time

REPOSITORY = Path(__file__).parents[2]
WEEKLY = STRATEGIES["weekly"]


def folder(tmp_path: Path, config: str = CONFIG, **strategies: str) -> Path:
    (tmp_path / "config.toml").write_text(config)
    (tmp_path / "strategies").mkdir(exist_ok=True)
    for name, text in strategies.items():
        (tmp_path / "strategies" / f"{name}.toml").write_text(text)
    return tmp_path


def lines(tmp_path: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_config(None, {}, tmp_path)
    return str(caught.value).splitlines()


def test_the_search_goes_flag_then_environment_then_here_then_the_users_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = {}
    for name in ("flag", "environ", "here", "home/dcaguard"):
        place = tmp_path / name
        place.mkdir(parents=True)
        places[name] = folder(place) / "config.toml"
    monkeypatch.setattr(
        "platformdirs.user_config_dir", lambda _app: str(tmp_path / "home/dcaguard")
    )
    environ = {"DCAGUARD_CONFIG": str(places["environ"])}
    here = tmp_path / "here"
    assert load_config(places["flag"], environ, here).path == places["flag"]
    assert load_config(None, environ, here).path == places["environ"]
    assert load_config(None, {}, here).path == places["here"]
    loaded = load_config(None, {}, tmp_path)
    assert loaded.path == places["home/dcaguard"]
    assert loaded.base_dir == tmp_path / "home/dcaguard"
    places["home/dcaguard"].unlink()
    with pytest.raises(NoInputError, match="dcaguard init"):
        load_config(None, {}, tmp_path)


def test_a_named_file_that_is_missing_or_a_folder_is_66(tmp_path: Path) -> None:
    folder(tmp_path)
    with pytest.raises(NoInputError, match="no such file"):
        load_config(Path("none.toml"), {}, tmp_path)
    with pytest.raises(NoInputError, match="is a folder"):
        load_config(tmp_path, {}, tmp_path)
    with pytest.raises(NoInputError, match="no such file"):
        load_config(None, {"DCAGUARD_CONFIG": "none.toml"}, tmp_path)


def test_amounts_are_exact_decimals_from_the_text(tmp_path: Path) -> None:
    text = CONFIG.replace("order_max = 500", "order_max = 0.1")
    loaded = load_config(None, {}, folder(tmp_path, text))
    assert loaded.config.policy.caps.order_max == Decimal("0.1")


def test_a_byte_order_mark_and_windows_lines_are_taken(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "config.toml").write_bytes(b"\xef\xbb\xbf" + CONFIG.replace("\n", "\r\n").encode())
    assert load_config(None, {}, tmp_path).config.base_currency == "USD"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"x = 1\x00", "NUL"),
        (b"x = '\xff'", "not UTF-8"),
        (b"x = [", "is not TOML"),
        (b"x = 1\nx = 2", "is not TOML"),
        (b"x = " + b"9" * 5000, "a number is too long"),
        (b"x = " + b"[" * 5000, "not TOML|nested"),
        (b"# " + b"x" * 300_000, "larger than"),
    ],
)
def test_files_that_cannot_be_a_config_get_one_clear_line(
    tmp_path: Path, raw: bytes, said: str
) -> None:
    (tmp_path / "config.toml").write_bytes(raw)
    (line,) = lines(tmp_path)
    assert re.search(said, line)
    assert line.startswith(str(tmp_path / "config.toml"))


def test_a_config_that_anybody_may_write_is_77(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "config.toml").chmod(0o666)
    with pytest.raises(NotPermittedError, match="chmod o-w"):
        load_config(None, {}, tmp_path)


def test_all_mistakes_of_all_files_are_told_together_one_line_each(tmp_path: Path) -> None:
    config = CONFIG.replace("order_max = 500", "order_max = -5\nmax_orderr = 3")
    config = config.replace('"UTC"', '"BST"')
    weekly = WEEKLY.replace("weight = 0.3", "weight = 0.29").replace("MON", "XYZ")
    found = lines(folder(tmp_path, config, weekly=weekly, other="x = ["))
    assert len(found) == 6
    keys = [line.removeprefix(str(tmp_path) + "/").split(": ")[:2] for line in found]
    assert ["config.toml", "timezone"] in keys
    assert ["config.toml", "policy.caps.order_max"] in keys
    assert ["config.toml", "policy.caps.max_orderr"] in keys
    assert ["strategies/weekly.toml", "buy"] in keys
    assert ["strategies/weekly.toml", "schedule.cron"] in keys
    assert any('did you mean "order_max"' in line for line in found)


@pytest.mark.parametrize(
    "secret_line",
    [
        'api_key = "canaryValue"',
        'secret = "canaryValue"',
        'note = "canaryValue0canaryValue1canaryValue2"',
        'password = "canaryValue"',
        'base_url = "https://user:canaryValue@example.org"',
    ],
)
def test_a_secret_is_refused_and_never_repeated(tmp_path: Path, secret_line: str) -> None:
    text = CONFIG.replace(
        'exchange = "paper"', f'exchange = "paper"\n{secret_line}\nx = "canaryValue"'
    )
    found = lines(folder(tmp_path, text))
    assert "canaryValue" not in "\n".join(found)
    assert "credentials set" in found[0]
    assert "accounts.paper." in found[0]


def test_a_broken_reference_is_refused_and_never_repeated(tmp_path: Path) -> None:
    text = CONFIG + '[accounts.main]\nexchange = "kraken"\ncredentials = "canaryValue"\n'
    found = lines(folder(tmp_path, text))
    assert "canaryValue" not in found[0]
    assert "keyring:SERVICE/NAME" in found[0]


@pytest.mark.parametrize(
    "line",
    ["leverage = 2", 'marginMode = "cross"', "[accounts.paper.options]\ndefaultType = 'margin'"],
)
def test_anything_that_would_allow_leverage_is_refused_with_the_sentence(
    tmp_path: Path, line: str
) -> None:
    text = CONFIG.replace('prices = "series" ', f'prices = "series"\n{line}\n# ')
    assert any("leverage is never allowed" in found for found in lines(folder(tmp_path, text)))


def test_leverage_in_a_strategy_is_refused_too(tmp_path: Path) -> None:
    weekly = WEEKLY + "[order]\nleverage = 3\n"
    (line,) = lines(folder(tmp_path, weekly=weekly))
    assert "leverage is never allowed" in line


def test_a_newer_schema_is_told_alone(tmp_path: Path) -> None:
    text = CONFIG.replace("schema = 1", "schema = 2\nnew_key = 1")
    (line,) = lines(folder(tmp_path, text))
    assert "newer than this program" in line


def test_a_strategy_has_the_name_of_its_file_and_shares_it_with_none(tmp_path: Path) -> None:
    found = lines(folder(tmp_path, other=WEEKLY, weekly=WEEKLY))
    assert len(found) == 2
    assert 'write name = "other"' in found[0]
    assert "other.toml has the same name" in found[1]


def test_two_strategies_may_buy_the_same_symbol(tmp_path: Path) -> None:
    second = WEEKLY.replace('name = "weekly"', 'name = "second"')
    assert (
        len(load_config(None, {}, folder(tmp_path, weekly=WEEKLY, second=second)).strategies) == 2
    )


def test_a_market_order_is_refused_where_every_order_has_a_limit(tmp_path: Path) -> None:
    market = f'{WEEKLY}\n[order]\ntype = "market"\n'
    assert len(load_config(None, {}, folder(tmp_path, weekly=market)).strategies) == 1
    config = CONFIG.replace("[accounts.paper]", '[accounts.paper]\nexchange = "kraken"\n', 1)
    config = config.replace('exchange = "paper"', "", 1)
    text = "\n".join(line for line in config.splitlines() if not line.startswith("balances"))
    (line,) = lines(folder(tmp_path, text, weekly=market))
    assert "order.type: market orders have no price limit" in line


def test_hidden_files_are_no_strategies(tmp_path: Path) -> None:
    folder(tmp_path, weekly=WEEKLY)
    (tmp_path / "strategies" / ".weekly.toml").write_text("x = [")
    assert list(load_config(None, {}, tmp_path).strategies) == ["weekly"]


def test_what_is_shown_is_valid_and_means_the_same(tmp_path: Path) -> None:
    loaded = load_config(None, {}, folder(tmp_path, weekly=WEEKLY))
    shown = show_text(loaded.config, {})
    assert Config.model_validate(tomllib.loads(shown, parse_float=Decimal)) == loaded.config
    document = show_json(loaded.config, loaded.strategies)
    assert json.loads(json.dumps(document))["strategies"]["weekly"]["budget"]["per_slot"] == "250"
    assert "[[buy]]" in show_text(loaded.config, loaded.strategies)


def test_a_notification_address_is_not_shown(tmp_path: Path) -> None:
    text = CONFIG + '[notify]\nurls = ["env:X", "tgram://12345/678"]\n'
    loaded = load_config(None, {}, folder(tmp_path, text))
    shown = show_text(loaded.config, {}) + json.dumps(show_json(loaded.config, {}))
    assert "tgram" not in shown
    assert "env:X" in shown


def test_the_example_in_the_repository_is_the_generated_one() -> None:
    assert (REPOSITORY / "config.example.toml").read_text() == example_toml()


def test_the_example_is_valid_as_it_stands_and_with_every_line_switched_on() -> None:
    text = example_toml()
    switched_on = re.sub(r"(?m)^#(?=\S)", "", text)
    assert switched_on != text
    for version in (text, switched_on):
        Config.model_validate(tomllib.loads(version, parse_float=Decimal))


def test_no_key_of_ours_is_taken_for_a_secret_or_for_leverage(tmp_path: Path) -> None:
    switched_on = re.sub(r"(?m)^#(?=\S)", "", example_toml())
    assert load_config(None, {}, folder(tmp_path, switched_on, weekly=WEEKLY)).strategies


def test_a_file_in_the_place_of_the_strategies_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    (tmp_path / "strategies").write_text("")
    (line,) = lines(tmp_path)
    assert "is not a folder" in line


def test_the_shipped_schemas_are_the_generated_ones_and_accept_the_starter() -> None:
    shipped = REPOSITORY / "dcaguard" / "schemas"
    assert (shipped / "config.json").read_text() == schema_text(json_schema())
    assert (shipped / "strategy.json").read_text() == schema_text(strategy_schema())
    jsonschema.validate(tomllib.loads(CONFIG), json_schema())
    for text in STRATEGIES.values():
        jsonschema.validate(tomllib.loads(text), strategy_schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**tomllib.loads(CONFIG), "x": 1}, json_schema())


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.decimals(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    path=st.sampled_from(
        [
            "timezone",
            "accounts.paper",
            "policy.caps.order_max",
            "policy",
            "gate",
            "notify.urls",
            "accounts.paper.balances",
            "policy.universe.assets",
            "holdings",
            "policy.caps.groups",
        ]
    ),
    value=_VALUES,
)
def test_any_value_anywhere_is_taken_or_told_never_a_crash(path: str, value: object) -> None:
    data = tomllib.loads(CONFIG, parse_float=Decimal)
    *parents, last = path.split(".")
    table = data
    for part in parents:
        table = table.setdefault(part, {})
    table[last] = value
    find_secrets(data)
    find_leverage(data, frozenset())
    told: list[tuple[str, str]] = []
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        told = sentences(error, Config)
        config = None
    assert (config is None) == bool(told)
    assert all(sentence for _, sentence in told)


def test_a_key_with_a_line_end_writes_no_line_of_its_own(tmp_path: Path) -> None:
    folder(tmp_path, CONFIG + '\n"x\\n/etc/config.toml: all is well\\u001b[31m" = 1\n')
    (line,) = lines(tmp_path)
    assert r"x\n/etc/config.toml: all is well\x1b[31m: no such key" in line


@pytest.mark.parametrize(
    "text",
    ["a" + ".a" * 60_000 + " = 1", "[a" + ".a" * 60_000 + "]", "[a" + ".b" * 30 + "]\nx = 1"],
)
def test_a_key_of_endless_parts_is_refused_at_once(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.toml").write_text(text)
    (line,) = in_time(lambda: lines(tmp_path))
    assert "nested too deeply" in line


def test_of_very_many_mistakes_the_first_are_told(tmp_path: Path) -> None:
    folder(tmp_path, CONFIG + "".join(f"\n[t{number}]" for number in range(15_000)))
    told = in_time(lambda: lines(tmp_path))
    assert 100 <= len(told) <= 110
    assert any("mistakes more: correct these first" in line for line in told)


def test_a_window_without_end_is_refused_before_it_takes_memory(tmp_path: Path) -> None:
    folder(tmp_path, CONFIG + "\n[signals.etf-outflow]\nrank_window = 5001\n")
    (line,) = lines(tmp_path)
    assert "signals.etf-outflow.rank_window" in line
    assert "less than or equal to 5000" in line


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        ('every = "P1D"\nstart = 2025-01-01\nslots = 36526', "must be 36525 or less"),
        ('every = "P1D"\nstart = 0001-01-01', "from 1970 to 2499"),
        ('every = "P1D"\nstart = 9999-12-31', "from 1970 to 2499"),
    ],
)
def test_a_schedule_beyond_any_calendar_is_refused(
    tmp_path: Path, schedule: str, said: str
) -> None:
    before, _, rest = WEEKLY.partition("[schedule]")
    after = rest[rest.index("\n[") :]
    folder(tmp_path, weekly=f"{before}[schedule]\n{schedule}\n{after}")
    assert said in "\n".join(lines(tmp_path))


@pytest.mark.parametrize(
    "schedule",
    [
        'cron = "0 9 * * MON"\nend = 9999-12-31',
        'cron = "0 9 1 1 *"\nstart = 1970-01-01\nslots = 36525',
        'cron = "0 0 29 2 MON"\nstart = 1970-01-01\nslots = 36525',
        'cron = "* * * * *"\nstart = 1970-01-01\nslots = 36525',
    ],
)
def test_a_schedule_that_outlasts_the_calendar_can_be_walked(tmp_path: Path, schedule: str) -> None:
    before, _, rest = WEEKLY.partition("[schedule]")
    after = rest[rest.index("\n[") :]
    folder(tmp_path, weekly=f"{before}[schedule]\n{schedule}\n{after}")
    weekly = load_config(None, {}, tmp_path).strategies["weekly"]
    now = datetime(2025, 3, 3, 12, tzinfo=UTC)
    assert in_time(lambda: newest_slot(weekly, now)) or weekly.schedule.slots
    in_time(lambda: next_slots(weekly, now, 3))
