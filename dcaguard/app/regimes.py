"""The regime's moves, written into the journal once, with all that they were made of."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from dcaguard.app.sight import Sight
from dcaguard.app.world import World
from dcaguard.core.canonical import parse_instant
from dcaguard.core.gate import RULE_VERSION, GateState, Transition
from dcaguard.ports import Entry, Journal


def journal_regimes(world: World, sight: Sight) -> None:
    """Write the regime's moves that the journal does not have yet, in one transaction.

    A pass at a time of the person's own choice is no news to a live account of the same journal.
    """
    if world.simulated_time and any(map(world.is_live, world.config.accounts)):
        return
    state, journal = sight.state(), world.journal
    last = _last_until(journal, sight.at)
    since = None if last is None else _moved_at(last)
    news = [t for t in sight.transitions if since is None or t.at > since]
    stands = None if last is None else str(last.body["regime"])
    rows: list[tuple[str, dict[str, object]]] = [
        (t.subject or "market", regime_body(t)) for t in news
    ]
    if not any(t.subject == "" for t in news) and stands not in {state.regime.value, None}:
        # Readings that arrived late changed the past: say so instead of rewriting it.
        rows.append(("market", _reopened(state, stands, sight)))
    elif stands is None and not rows and state.since is not None:
        rows.append(("market", _reopened(state, None, sight)))
    if rows:
        with journal.transaction():
            for subject, body in rows:
                journal.append("regime", subject, body, sight.at)


def _last_until(journal: Journal, at: datetime) -> Entry | None:
    """Return the newest row that is not ahead of `at`: a look ahead on paper is not known yet."""
    last = journal.latest("regime", "market")
    if last is None or _moved_at(last) <= at:
        return last
    rows = [row for row in journal.entries("regime", "market") if _moved_at(row) <= at]
    return rows[-1] if rows else None


def _moved_at(row: Entry) -> datetime:
    return parse_instant(str(row.body["at"]))


def regime_body(move: Transition) -> dict[str, object]:
    """Return a transition as it stands in the journal, with all that it was made of."""
    composite = "" if move.composite is None else f"{move.composite:.4f}"
    return {
        "at": move.at,
        "regime": move.regime,
        "previous": move.previous,
        "subject": move.subject,
        "composite": composite,
        "blocks": {k: None if v is None else f"{v:.4f}" for k, v in move.blocks.items()},
        "contributions": {k: f"{v:.4f}" for k, v in move.contributions.items()},
        "votes": move.votes,
        "reasons": move.reasons,
        "inputs": _plain_inputs(move.inputs),
        "rule_version": move.rule_version,
    }


def _plain_inputs(inputs: Mapping[str, object]) -> dict[str, object]:
    return {
        name: {k: f"{v:.10g}" if isinstance(v, float) else v for k, v in row.items()}
        for name, row in inputs.items()
        if isinstance(row, Mapping)
    }


def _reopened(state: GateState, previous: str | None, sight: Sight) -> dict[str, object]:
    why: Sequence[str] = state.why or ("first look",)
    if previous is not None:
        why = ("readings that arrived late changed what holds", *state.why)
    return {
        "at": sight.at,
        "regime": state.regime,
        "previous": previous,
        "subject": "",
        "composite": sight.composite,
        "blocks": {},
        "contributions": {},
        "votes": (),
        "reasons": why,
        "inputs": {},
        "rule_version": RULE_VERSION,
    }
