"""S3 and companies that fall silent: within its limit nobody's silence moves the score."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dcaguard.core.history import DAY, Column, History
from dcaguard.core.signals.params import TreasurySpiral
from dcaguard.core.signals.sessions import sessions_between
from dcaguard.core.signals.track import Track
from dcaguard.core.signals.treasury_spiral import treasury_spiral
from tests.core.signals.synthetic import START, daily

TICKERS = ("MSTR", "BMNR", "SBET", "NAKA")
DAYS, SILENT = 200, 150
PARAMS = TreasurySpiral(tickers=TICKERS)
LAST = np.full(20, START + (SILENT - 1) * DAY)  # the last row of who falls silent
AGES = sessions_between(LAST, START + DAY * np.arange(SILENT, SILENT + 20), weekdays=False)
WITHIN = [SILENT + n for n in range(20) if AGES[n] <= PARAMS.stale_price_sessions]

mnavs = st.floats(0.3, 3.0)
worths = st.floats(1e8, 1e11)


@st.composite
def companies(draw: st.DrawFn) -> dict[str, dict[str, float]]:
    """Return what each company shows from day to day, the same for long."""
    return {
        t: {
            "mnav": draw(mnavs),
            "nav_usd": draw(worths),
            "entry_usd": draw(worths),
            "price_usd": draw(st.floats(0.2, 400.0)),
            "holdings": draw(st.floats(100.0, 700_000.0)),
        }
        for t in TICKERS
    }


def columns(shown: dict[str, dict[str, float]], silent: str = "", parts: str = "") -> History:
    """Return the history; `silent` says nothing more from its day on."""
    rng = np.random.default_rng(7)
    bitcoin = 1e4 * np.exp(np.cumsum(rng.normal(0, 0.02, DAYS)))
    found: dict[str, Column] = {"px.BTC": daily(bitcoin)}
    for ticker, own in shown.items():
        for part, value in own.items():
            quiet = ticker == silent and parts in {"", part}
            # One of the coins' holders sells half way.
            x = np.full(DAYS, value)
            if part == "holdings" and ticker == "SBET":
                x[SILENT - 10 :] *= 0.9
            found[f"dat.{ticker}.{part}"] = daily(x[:SILENT] if quiet else x)
    return History(found)


def at(track: Track, day: float) -> tuple[float, bool, bool]:
    row = int(np.searchsorted(track.known_at, START + round(day * DAY), "right")) - 1
    return float(track.value[row]), bool(track.vote[row]), bool(track.resumed[row])


@given(companies(), st.sampled_from(TICKERS), st.sampled_from(("", "mnav", "nav_usd", "holdings")))
def test_a_company_that_falls_silent_moves_nothing_within_its_limit(
    shown: dict[str, dict[str, float]], silent: str, parts: str
) -> None:
    heard = treasury_spiral(columns(shown), PARAMS)
    without = treasury_spiral(columns(shown, silent, parts), PARAMS)
    for day in WITHIN:
        assert at(without, day) == at(heard, day)


def basket(largest: float, others: float) -> dict[str, dict[str, float]]:
    """Return one company of most of the coins, and three small ones, by their mNAV."""
    small = {"mnav": others, "nav_usd": 1e9, "entry_usd": 2e9, "price_usd": 0.9, "holdings": 1e4}
    large = {
        **small,
        "mnav": largest,
        "nav_usd": 3e10,
        "price_usd": 300.0,
        "entry_usd": 1e10 if largest > 1 else 9e10,
    }
    return {t: large if t == "MSTR" else small for t in TICKERS}


def votes(history: History) -> list[bool]:
    track = treasury_spiral(history, PARAMS)
    return [at(track, day)[1] for day in range(SILENT, SILENT + 30)]


def test_the_leaving_of_a_healthy_company_begins_no_vote() -> None:
    shown = basket(largest=2.0, others=0.5)
    assert not any(votes(columns(shown)))
    gone = treasury_spiral(columns(shown, "MSTR"), PARAMS)
    before, after = at(gone, SILENT)[0], at(gone, SILENT + 25)[0]
    assert after > before + PARAMS.vote_rise_30d
    assert after >= PARAMS.vote_score
    assert not any(votes(columns(shown, "MSTR")))


def test_the_leaving_of_a_sick_company_ends_no_alarm() -> None:
    shown = basket(largest=0.5, others=2.0)
    gone = treasury_spiral(columns(shown, "MSTR"), PARAMS)
    assert at(gone, SILENT + 25)[0] <= PARAMS.resume_score
    assert not at(gone, SILENT + 25)[2]
