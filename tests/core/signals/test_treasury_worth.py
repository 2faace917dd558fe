"""mNAV from shares, price and coins: only from what was known, never across a split of shares."""

import numpy as np
import pytest

from dcaguard.core.history import DAY, HOUR, Column, History, column, moment
from dcaguard.core.signals.params import SignalsConfig, TreasurySpiral
from dcaguard.core.signals.treasury_spiral import treasury_spiral
from dcaguard.core.signals.treasury_worth import worth
from tests.core.signals.synthetic import CLOSE_LAG, START, daily, sessions

DAYS = 60
PARAMS = TreasurySpiral(tickers=("MSTR",))
SHARES = 250e6


def filed(day: int, count: float, lag_days: int = 5) -> Column:
    at = np.array([START + day * DAY], np.int64)
    return column(at, at + lag_days * DAY, np.array([count]))


def parts(**changed: Column) -> History:
    """Return a company worth 1.5 times its coins: 100 USD a share, 20,000 BTC at 833,333 USD."""
    usual = {
        "dat.MSTR.price_usd": sessions(np.full(DAYS, 100.0), CLOSE_LAG),
        "dat.MSTR.shares": filed(-30, SHARES),
        "dat.MSTR.holdings": daily(np.full(DAYS, 20_000.0)),
        "px.BTC": daily(np.full(DAYS, 1e6 / 1.2)),
    }
    return History({**usual, **{name.replace("__", "."): c for name, c in changed.items()}})


def reckoned(history: History, params: TreasurySpiral = PARAMS) -> list[float]:
    return [float(x) for x in worth(history, "MSTR", params).columns["x"]] or [float("nan")]


def test_it_is_shares_times_price_over_the_coins_worth_from_the_close_after_all_are_known() -> None:
    found = worth(parts(), "MSTR", PARAMS)
    assert set(np.round(found.columns["x"], 9)) == {1.5}
    assert found.known_at[0] >= START + DAY, "the first holdings are known after the first close"
    assert set(found.columns["diluted"]) == {0.0}


def test_diluted_shares_come_first_from_the_day_their_report_was_filed() -> None:
    history = parts(dat__MSTR__diluted_shares=filed(10, 2 * SHARES, lag_days=20))
    found = worth(history, "MSTR", PARAMS)
    before = found.known_at < START + 30 * DAY
    assert set(found.columns["diluted"][before]) == {0.0}
    assert set(found.columns["diluted"][~before]) == {1.0}
    assert found.columns["x"][before][-1] == pytest.approx(1.5)
    assert found.columns["x"][~before][-1] == pytest.approx(3.0)


def test_a_coin_other_than_bitcoin_is_priced_as_itself() -> None:
    params = TreasurySpiral(tickers=("MSTR",), coins={"MSTR": "ETH"})
    assert np.isnan(reckoned(parts(), params)).all(), "the price of ETH was never read"
    history = parts(px__ETH=daily(np.full(DAYS, 1e6 / 0.6)))
    assert reckoned(history, params)[-1] == pytest.approx(0.75)


def test_without_holdings_the_providers_sum_of_the_last_days_serves() -> None:
    known = parts(
        dat__MSTR__holdings=daily(np.empty(0)), dat__MSTR__nav_usd=daily(np.full(50, 2.5e10))
    )
    found = worth(known, "MSTR", PARAMS)
    fresh = found.known_at < START + 53 * DAY
    assert found.columns["x"][fresh][-1] == pytest.approx(1.0)
    assert np.isnan(found.columns["x"][~fresh]).all()


@pytest.mark.parametrize("missing", ["dat.MSTR.shares", "dat.MSTR.holdings", "px.BTC"])
def test_a_part_that_was_never_read_leaves_it_unknown(missing: str) -> None:
    history = parts()
    rest = History({name: c for name, c in history.columns.items() if name != missing})
    assert np.isnan(reckoned(rest)).all()


def test_a_count_of_shares_does_not_hold_longer_than_the_next_report_may_take() -> None:
    assert np.isnan(reckoned(parts(dat__MSTR__shares=filed(-180, SHARES)))[-1])
    assert not np.isnan(reckoned(parts(dat__MSTR__shares=filed(-120, SHARES)))[-1])


def test_a_split_of_the_share_is_unknown_until_the_new_count_is_filed() -> None:
    price = np.full(DAYS, 100.0)
    price[20:] = 10.0
    count = column(
        np.array([START - 30 * DAY, START + 35 * DAY], np.int64),
        np.array([START - 25 * DAY, START + 40 * DAY], np.int64),
        np.array([SHARES, 10 * SHARES]),
    )
    history = parts(dat__MSTR__price_usd=sessions(price, CLOSE_LAG), dat__MSTR__shares=count)
    found = worth(history, "MSTR", PARAMS)
    day = (found.known_at - START) // DAY
    split = (day >= 20) & (day < 40)
    assert np.isnan(found.columns["x"][split]).all()
    assert found.columns["x"][day < 20][-1] == pytest.approx(1.5)
    assert found.columns["x"][day >= 40] == pytest.approx(1.5)


def test_what_becomes_known_later_changes_nothing_that_was_said_before() -> None:
    rng = np.random.default_rng(7)
    price = 100 * np.exp(np.cumsum(rng.normal(0, 0.2, DAYS)))
    revised = np.array([START + 12 * DAY], np.int64)
    holdings = daily(20_000 + rng.normal(0, 500, DAYS))
    late = column(
        np.concatenate([holdings.as_of, revised]),
        np.concatenate([holdings.observed_at, revised + 25 * DAY]),
        np.concatenate([holdings.value, [15_000.0]]),
    )
    history = parts(
        dat__MSTR__price_usd=sessions(price, CLOSE_LAG),
        dat__MSTR__holdings=late,
        dat__MSTR__diluted_shares=filed(20, 1.2 * SHARES),
    )
    whole = treasury_spiral(history, PARAMS)
    for day in range(0, DAYS, 3):
        at = START + day * DAY + 23 * HOUR
        cut = treasury_spiral(history.until(moment(at)), PARAMS)
        kept = whole.known_at <= at
        assert np.array_equal(whole.known_at[kept], cut.known_at)
        for name in ("given", "diluted", "undiluted", "discount"):
            if cut.known_at.size:
                assert np.array_equal(whole.detail[name][kept], cut.detail[name], equal_nan=True)


def test_a_given_mnav_wins_and_the_sentence_says_which_was_used() -> None:
    cheap = parts(dat__MSTR__price_usd=sessions(np.full(DAYS, 50.0), CLOSE_LAG))
    own = treasury_spiral(cheap, PARAMS)
    row = {name: float(values[-1]) for name, values in own.detail.items()}
    assert (row["discount"], row["undiluted"], own.missing) == (1.0, 1.0, ())
    assert own.reason(row).endswith("mNAV of 1 from shares outstanding")
    given = History({**cheap.columns, "dat.MSTR.mnav": daily(np.full(DAYS, 1.3))})
    track = treasury_spiral(given, PARAMS)
    row = {name: float(values[-1]) for name, values in track.detail.items()}
    assert (row["discount"], row["given"], row["undiluted"]) == (0.0, 1.0, 0.0)
    assert track.reason(row).endswith("mNAV of 1 given")


def test_a_basket_without_any_part_was_never_read() -> None:
    track = treasury_spiral(History({"px.BTC": daily(np.full(DAYS, 1e5))}), PARAMS)
    assert track.known_at.size == 0
    assert "dat.MSTR.mnav" in track.missing
    assert SignalsConfig().treasury_spiral.coins["BMNR"] == "ETH"
