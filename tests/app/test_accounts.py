"""Several accounts in one pass: each is read, none waits for another's thread or failure."""

# Decimal(100) equals 100, which the type checker does not know of tuples.
# mypy: disable-error-code="comparison-overlap"

from decimal import Decimal as D  # noqa: N817
from pathlib import Path

from tests.app.space import Space, space_in, strategy_text
from tests.canary.keys import kraken_keys
from tests.live.workspace import account_text, keys_text

SECOND = '[accounts.second]\nexchange = "paper"\nprices = "series"\nbalances = { USDT = "5000" }\n'


def two_accounts(folder: Path, more: str = SECOND) -> Space:
    space = space_in(folder, fee=0, rest=more)
    space.prices("2025-03-03", 3)
    return space


def test_two_paper_accounts_are_bought_on_in_one_pass(tmp_path: Path) -> None:
    space = two_accounts(tmp_path)
    space.write("strategies/other.toml", strategy_text("other", account="second"))
    found = space.at("2025-03-03")
    assert [(d["account"], d["verdict"]) for d in found.doc["decisions"]] == [
        ("second", "BUY"),
        ("paper", "BUY"),
    ]
    rows = space.rows("SELECT DISTINCT account FROM balances ORDER BY account")
    assert rows == [("paper",), ("second",)]


def test_an_account_that_no_strategy_uses_does_not_stand_in_the_way(tmp_path: Path) -> None:
    space = two_accounts(tmp_path)
    assert space.at("2025-03-03").verdict == "BUY"


def test_balances_and_guard_show_a_paper_account_beside_others(tmp_path: Path) -> None:
    space = two_accounts(tmp_path)
    told = space.call("balances", "--json").json
    assert (told["nav"], len(told["accounts"]), told["errors"]) == ("105000", 2, [])
    guard = space.call("guard", "--json").json
    assert {a["account"]: a["result"] for a in guard["accounts"]} == {
        "paper": "PROVED",
        "second": "PROVED",
    }


def test_a_dead_account_of_another_kind_does_not_stop_the_paper_one(tmp_path: Path) -> None:
    dead = account_text("main", "kraken", "http://127.0.0.1:9", live=False)
    space = two_accounts(tmp_path, dead)
    space.write("main.keys.toml", keys_text(kraken_keys()))
    assert space.at("2025-03-03").verdict == "BUY"
    told = space.call("balances", "--json").json
    assert [a["account"] for a in told["accounts"]] == ["paper"]
    assert [e["where"] for e in told["errors"]] == ["main"]


def test_shares_of_nav_count_every_paper_account(tmp_path: Path) -> None:
    weights = "order_max = 5000\nmonth_max = 100000\nasset_weight_max = { BTC = 0.00099 }"
    alone = space_in(tmp_path / "alone", fee=0, caps=weights)
    alone.prices("2025-03-03", 1)
    assert alone.at("2025-03-03").codes == ["CAP_ASSET_WEIGHT"]  # 100 of 100000
    both = space_in(tmp_path / "both", fee=0, caps=weights, rest=SECOND)
    both.prices("2025-03-03", 1)
    assert both.at("2025-03-03").bought == D(100)  # 100 of 105000
