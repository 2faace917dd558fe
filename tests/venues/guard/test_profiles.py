"""The profiles as a set: complete, loaded one by one, and told in one table."""

import re
import subprocess
import sys

import pytest

from dcaguard.adapters.venues.profiles import PROFILES, venue_table
from dcaguard.core.config import VENUES
from dcaguard.core.policy import rules

from .driver import exchange


def test_all_fifteen_venues_have_a_profile() -> None:
    assert len(PROFILES) == 15
    assert [PROFILES[name].exchange for name in VENUES] == list(VENUES)
    with pytest.raises(KeyError):
        PROFILES["nowhere"]


def test_only_three_order_paths_are_tested() -> None:
    live = [name for name, profile in PROFILES.items() if profile.order_path_tested]
    assert live == ["binance", "kraken", "coinbase"]


@pytest.mark.parametrize("name", VENUES)
def test_a_profile_is_well_formed(name: str) -> None:
    profile = PROFILES[name]
    made = exchange(name)
    seen: set[str] = set()
    for probe in profile.probes:
        assert callable(getattr(made, probe.call)), probe.call
        assert re.compile(probe.path)  # type: ignore[truthy-bool]
        assert probe.name not in seen, "a name is used once"
        for earlier in (probe.after, probe.each.probe if probe.each else ""):
            assert not earlier or earlier in seen, "what is waited for comes first"
        seen.add(probe.name)
        if probe.modes:
            tables = [p.mode.table for p in profile.probes if p.mode]
            assert tables
            assert probe.modes <= set(tables[0].values()) | {"classic"}
    assert {rules.DEBT, rules.KEY_RIGHTS, rules.POSITIONS} <= _spoken_of(name)
    assert 0 < profile.receive_window_seconds <= 150
    assert profile.order_types <= {"limit-ioc", "post-only", "market"}
    assert profile.client_order_id_style in {"hex32", "uuid", "t-hex26", "0x-hex32", "integer"}


@pytest.mark.parametrize("name", VENUES)
def test_each_kind_of_finding_has_its_way_out_by_hand(name: str) -> None:
    profile = PROFILES[name]
    checks = {c for p in profile.probes for c in p.spec(()).checks}
    closable = checks - {rules.BALANCES, rules.TOKENS}
    assert closable <= set(profile.manual)


def _spoken_of(name: str) -> set[str]:
    profile = PROFILES[name]
    read = {c for p in profile.probes for c in p.spec(()).checks}
    return read | set(profile.cannot_prove) | {n.check for n in profile.not_covered}


def test_the_table_says_for_each_venue_what_can_be_proved() -> None:
    table = venue_table()
    assert [row["exchange"] for row in table] == list(VENUES)
    by_name = {row["exchange"]: row for row in table}
    assert by_name["binance"]["debt"] == "proves"
    assert by_name["gate"]["key-rights"] == "can not prove"
    assert by_name["bitvavo"]["positions"] == "not covered"
    assert by_name["kraken"]["live"] == "yes"
    assert len({tuple(row) for row in table}) == 1, "every row has the same columns"


def test_profiles_and_reader_load_without_ccxt() -> None:
    code = (
        "import sys; import dcaguard.adapters.venues.guard_reader;"
        "from dcaguard.adapters.venues.profiles import venue_table; venue_table();"
        "sys.exit('ccxt' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
