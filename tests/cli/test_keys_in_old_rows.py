"""What an older program let into a record is not shown: any command knows the configured keys."""

import json
from pathlib import Path

import pytest

from tests.cli.documents import CONFIG, STRATEGY
from tests.live.workspace import Workspace

KEY = "kQH5HW8p1uGOVjbgWA7FunAmGO8lsSUX"
ACCOUNT = """
[accounts.main]
exchange = "binance"
live = true
credentials = "file:main.keys.toml"
"""
SOURCE = """
[sources.coinglass]
enabled = true
credentials = "file:main.keys.toml"
"""


def test_a_place_that_can_not_be_told_stops_no_look(tmp_path: Path) -> None:
    space = Workspace(tmp_path)
    table = ACCOUNT.replace("main.keys.toml", "~nobody-of-this-name/keys.toml")
    space.write("config.toml", CONFIG + table)
    space.write("strategies/daily.toml", STRATEGY)
    assert space.call("status").code == 0


@pytest.mark.parametrize("table", [ACCOUNT, SOURCE], ids=["account", "source"])
@pytest.mark.parametrize("words", [("status",), ("status", "--json")], ids=" ".join)
def test_a_key_in_an_old_record_is_not_shown(
    tmp_path: Path, table: str, words: tuple[str, ...]
) -> None:
    space = Workspace(tmp_path)
    space.write("config.toml", CONFIG + table)
    space.write("strategies/daily.toml", STRATEGY)
    space.write("main.keys.toml", f'api_key = "{KEY}"\nsecret = "{KEY[::-1]}"\n')
    (tmp_path / "main.keys.toml").chmod(0o600)
    reason = {"at": "2025-03-03T09:00:00Z", "reason": f"the venue said {KEY}: refused"}
    space.write("HALT", json.dumps(reason))
    told = space.call(*words)
    assert "[secret]: refused" in told.out + told.err
    assert KEY not in told.out + told.err
