"""Money that was paid in another coin counts in every limit, or the purchase waits and says so."""

# Decimal(100) equals 100, which the type checker does not know of tuples.
# mypy: disable-error-code="comparison-overlap"

from collections.abc import Mapping, Sequence
from decimal import Decimal as D  # noqa: N817
from pathlib import Path
from typing import Any

import pytest

from dcaguard.adapters.venues.paper import PaperVenue
from tests.app.space import Space, following, space_in, strategy_text

COINS = 'USDT = "1000", USDC = "1000", EUR = "1000"'
PRICES = PaperVenue.prices


def switching(folder: Path, coin: str, **parts: Any) -> Space:
    """Return a paper workspace whose strategy has bought one slot of 100 in a coin."""
    space = space_in(folder, fee=0, balances=COINS, **parts)
    space.prices("2025-03-03", 9, 50000)
    space.read("px.EUR", [(day, "1.25") for day in following("2025-03-02", 10)])
    pay_in(space, coin)
    assert space.at("2025-03-03").bought == 100
    return space


def pay_in(space: Space, coin: str, budget: str = "total = 300") -> None:
    text = strategy_text(buys=((f"BTC/{coin}", "1.0"),), budget=budget)
    space.write("strategies/plan.toml", text.replace('quote = "USDT"', f'quote = "{coin}"'))


def without_euro(venue: PaperVenue, assets: Sequence[str], base_currency: str) -> Mapping[str, D]:
    """Answer as a venue that does not price the euro."""
    return PRICES(venue, [one for one in assets if one != "EUR"], base_currency)


@pytest.mark.parametrize(
    ("coin", "left"),
    [
        ("USDC", 50),  # at par: one to one
        ("EUR", 25),  # 100 EUR were 125 USDT
    ],
)
def test_a_total_goes_on_when_the_quote_moves_to_another_coin(
    tmp_path: Path, coin: str, left: int
) -> None:
    space = switching(tmp_path, coin)
    pay_in(space, "USDT", "total = 150")
    assert space.at("2025-03-04").bought == left
    assert space.at("2025-03-05").codes == ["STRATEGY_SPENT"]


def test_a_total_with_money_in_a_coin_without_a_rate_waits_and_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = switching(tmp_path, "EUR")
    pay_in(space, "USDT")
    with monkeypatch.context() as patched:
        patched.setattr(PaperVenue, "prices", without_euro)
        space.prices("2025-04-08", 1, 50000)
        # In April no window holds the euros any more; the total does.
        found = space.at("2025-04-08")
    assert (found.codes, found.exit) == (["RATE_UNKNOWN"], 65)
    assert found.detail("RATE_UNKNOWN") == {"quote": "EUR"}


@pytest.mark.parametrize("how", ["no total", "a new name"])
def test_what_is_said_of_a_coin_of_the_past_under_a_total_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    space = switching(tmp_path, "EUR")
    pay_in(space, "USDT")
    monkeypatch.setattr(PaperVenue, "prices", without_euro)
    space.prices("2025-04-08", 2, 50000)
    told = space.at("2025-04-08").text
    assert "`budget.total` never does: take it out, or give what is left" in told
    pay_in(space, "USDT", "" if how == "no total" else "total = 150")
    if how == "a new name":
        plan = tmp_path / "strategies" / "plan.toml"
        space.write("strategies/second.toml", plan.read_text().replace('"plan"', '"second"'))
        plan.unlink()
    assert space.at("2025-04-09").bought == 100


def test_windows_with_money_in_a_coin_that_the_venue_prices_go_on(tmp_path: Path) -> None:
    space = switching(tmp_path, "EUR", caps="order_max = 200\nmonth_max = 230")
    pay_in(space, "USDT", "")
    assert space.at("2025-03-04").bought == 100
    third = space.at("2025-03-05")
    assert third.codes == ["CAP_MONTH"]
    assert D(third.detail("CAP_MONTH")["used"]) == 225


def test_windows_with_money_in_a_coin_without_a_rate_wait_and_name_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = switching(tmp_path, "EUR")
    pay_in(space, "USDT", "")
    with monkeypatch.context() as patched:
        patched.setattr(PaperVenue, "prices", without_euro)
        found = space.at("2025-03-04")
    assert found.detail("RATE_UNKNOWN") == {"quote": "EUR"}
    assert space.at("2025-03-04T09:10").bought == 100


def test_status_shows_what_is_left_only_where_every_coin_has_a_rate(tmp_path: Path) -> None:
    space = switching(tmp_path, "USDC")
    pay_in(space, "USDT", "total = 150")
    (told,) = space.call("status", "--json").json["strategies"]
    assert (told["spent_quote"], told["left_quote"]) == ("100.00", "50.00")
    pay_in(space, "EUR", "total = 150")
    (told,) = space.call("status", "--json").json["strategies"]
    assert (told["spent_quote"], told["left_quote"]) == ("0.00", None)
    shown = space.call("status").out
    assert "spent 0.00 EUR, and what it paid in USDC, which has no rate here" in shown


def test_coins_at_par_count_one_to_one_whatever_the_base_currency(tmp_path: Path) -> None:
    space = switching(tmp_path, "USDC")
    config = (tmp_path / "config.toml").read_text()
    space.write("config.toml", config.replace("schema = 1", 'schema = 1\nbase_currency = "EUR"'))
    pay_in(space, "USDT", "total = 150")
    (told,) = space.call("status", "--json").json["strategies"]
    assert (told["spent_quote"], told["left_quote"]) == ("100.00", "50.00")
