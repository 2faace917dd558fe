"""S1 etf-outflow: money leaves the US spot Bitcoin ETFs faster than it is used to."""

from collections.abc import Mapping

import numpy as np

from dcaguard.core.history import DAY, F64, I64, NEVER, Bools, Column, History
from dcaguard.core.signals.memory import Scores, ranked_score, remember, short_past
from dcaguard.core.signals.params import EtfOutflow
from dcaguard.core.signals.rolling import in_a_row, ratio, total
from dcaguard.core.signals.sessions import on_sessions, session_number
from dcaguard.core.signals.spans import sum_of
from dcaguard.core.signals.state import Block
from dcaguard.core.signals.track import (
    Calendar,
    Freshness,
    Rows,
    Spec,
    Track,
    derive,
    lookup,
    never_read,
)

FLOW, ASSETS, PRICE = "etf.btc.flow_usd", "etf.btc.aum_usd", "px.BTC"
_WEEK = 5
# Net assets come with the flows of each session, the price with each day: what is older than a
# few of them is not of that time.
_ASSETS_REACH, _PRICE_REACH = 10 * DAY, 4 * DAY
# No session ever moved a fiftieth of the assets; a flow beyond a fifth is measured by a slip.
_FLOW_MAX = 0.2


def etf_outflow(history: History, params: EtfOutflow) -> Track:
    """Return S1. Flows in percent of assets; without an assets series these are estimated."""
    spec = _spec(params)
    # A zero that a table writes for a closed day is no session without flow.
    flow = on_sessions(history.series(FLOW))
    if not flow.as_of.size:
        return never_read(spec, (FLOW,))
    rows = derive(flow, _sums)
    assets, estimated = _assets(history, params, rows.as_of, rows.known_at)
    measured = ~np.isnan(assets) & _believable(rows, assets)
    if not measured.any():
        return never_read(spec, (ASSETS, PRICE))
    lacks = () if measured[-1] else (PRICE if estimated[-1] else ASSETS,)
    # A flow without assets to measure it by says nothing: it is no row.
    rows, assets, estimated = rows.keep(measured), assets[measured], estimated[measured]
    one = 100 * ratio(rows.columns["flow"], assets)
    five = 100 * ratio(rows.columns["five"], assets)
    vote = (five <= params.vote_5d_pct) | (one <= params.vote_1d_pct)
    key = session_number(rows.as_of)
    calmer = (five >= params.resume_5d_pct) & (rows.columns["inflows"] >= params.resume_inflows_min)
    resumed = in_a_row(calmer, key) >= params.resume_sessions
    # Before the first five sessions one tells; behind a hole that would be calm without a word.
    begins = rows.columns["begins"] > 0
    value = np.where(begins, one, five)
    return Track(
        spec=spec,
        known_at=rows.known_at,
        as_of=rows.as_of,
        value=value,
        score=_scores(ranked_score(-five, key, vote, params), begins & ~np.isnan(one), vote),
        short=short_past(-five, key, params),
        vote=vote,
        resumed=resumed,
        breaker=np.zeros(vote.size, bool),
        counted=np.ones(vote.size, bool),
        memory=remember(vote, resumed, key, params.hold_sessions),
        expires=np.full(vote.size, NEVER),
        detail={**rows.columns, "one": one, "five": five, "estimated": estimated},
        reason=lambda row: _reason(row, params),
        missing=(*(() if ASSETS in history.columns else (ASSETS,)), *lacks),
    )


def _scores(ranked: Scores, alone: Bools, vote: Bools) -> Scores:
    """Return the scores by rank; where one session's flow is all there is, by its vote alone."""

    def scores(rows: I64) -> F64:
        score = ranked(rows)
        return np.where(alone[rows] & np.isnan(score), vote[rows].astype(float), score)

    return Scores(ranked.known | alone, scores)


def _spec(params: EtfOutflow) -> Spec:
    fresh = Freshness(Calendar.NEW_YORK, params.stale_sessions, params.unknown_sessions)
    return Spec("etf-outflow", "S1", Block.FLOWS, params.weight, "% of AUM, 5 sessions", fresh)


def _sums(as_of: I64, flow: F64) -> dict[str, F64]:
    return {
        "flow": flow,
        "five": sum_of(flow, session_number(as_of), _WEEK),
        "inflows": total((flow >= 0).astype(float), _WEEK),
        "begins": (np.arange(flow.size) < _WEEK - 1).astype(float),
    }


def _assets(history: History, params: EtfOutflow, as_of: I64, known_at: I64) -> tuple[F64, F64]:
    """Return (assets in USD as known with each row, 1.0 where they are an estimate)."""
    end_of_day = as_of // DAY * DAY + DAY - 1
    reported = lookup(history.series(ASSETS), end_of_day, known_at, _ASSETS_REACH)
    prices: Column = history.series(PRICE)
    price = lookup(prices, end_of_day, known_at, _PRICE_REACH)
    estimate = params.btc_held_estimate * price
    known = reported > 0
    return np.where(known, reported, estimate), (~known).astype(float)


def _believable(rows: Rows, assets: F64) -> Bools:
    """Tell where flows are no larger a part of the assets than flows can be: else units differ."""
    flows = np.fmax(np.abs(rows.columns["flow"]), np.abs(rows.columns["five"]))
    return np.asarray(~(flows > _FLOW_MAX * assets))


def _reason(row: Mapping[str, float], params: EtfOutflow) -> str:
    base = " (AUM estimated)" if row["estimated"] else ""
    return (
        f"one session {row['one']:+.2f} %, five sessions {row['five']:+.2f} % of AUM{base}; "
        f"votes at {params.vote_1d_pct:+.2f} % or {params.vote_5d_pct:+.2f} %, heals from "
        f"{params.resume_5d_pct:+.2f} % with {params.resume_inflows_min} of 5 sessions in"
    )
