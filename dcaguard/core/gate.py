"""The regime as a pure fold over readings: the same answer however it is cut into steps."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from dcaguard.core.event import Event
from dcaguard.core.gate_facts import Facts, facts, instants, pauses
from dcaguard.core.gate_locks import Trust, venue_trust
from dcaguard.core.gate_moves import Now, step
from dcaguard.core.gate_record import transition
from dcaguard.core.gate_silence import may_end, stays_cautious
from dcaguard.core.gate_state import RULE_VERSION, GateState, Regime, Transition
from dcaguard.core.gate_venues import coin_states, guard_venues
from dcaguard.core.history import History, micros, moment
from dcaguard.core.signals.params import GateConfig, SignalsConfig
from dcaguard.core.signals.venue_custody import Expiry, Safety, expiries

__all__ = [
    "RULE_VERSION",
    "GateState",
    "Regime",
    "Transition",
    "advance",
    "binding",
    "effective",
    "expired",
    "fold",
    "share",
]


def fold(
    history: History,
    until: datetime,
    signals: SignalsConfig,
    gate: GateConfig,
    events: Sequence[Event] = (),
) -> tuple[GateState, tuple[Transition, ...]]:
    """Return the state at `until` and every transition since the first reading."""
    return advance(GateState(), history, until, signals, gate, events)


def advance(
    state: GateState,
    history: History,
    until: datetime,
    signals: SignalsConfig,
    gate: GateConfig,
    events: Sequence[Event] = (),
) -> tuple[GateState, tuple[Transition, ...]]:
    """Move `state` over every instant after its own, up to `until`.

    `history` holds all readings, the old ones too: signals remember. A reading that became known
    late but counts as observed before `state.evaluated_at` needs a new fold.
    """
    after = micros(state.evaluated_at) if state.evaluated_at is not None else None
    every = instants(history, signals, events, _looked_back(state, after), micros(until))
    at = every if after is None else every[every > after]
    if not at.size:
        return state, ()
    if not gate.enabled:
        since = state.since if state.regime is Regime.NORMAL else None
        last = moment(int(at[-1]))
        return GateState(since=since or moment(int(at[0])), evaluated_at=last), ()
    # Readings and events after `until` are not looked at: they are not known then.
    known = facts(history, signals, gate, events, every)
    state, moved = _walk(state, known, gate, signals, every.size - at.size)
    if signals.venue_custody.enabled:
        state, locked = guard_venues(state, history, signals.venue_custody, (gate, events), at)
        state = replace(
            state,
            quote_coins=coin_states(history, signals.venue_custody, at[-1:]),
            expiries=expiries(history, signals.venue_custody, int(at[-1])),
        )
        moved = tuple(sorted((*moved, *locked), key=lambda t: t.at))
    return replace(state, evaluated_at=moment(int(at[-1]))), moved


def _looked_back(state: GateState, after: int | None) -> int | None:
    """Return after which instant to look: within a spell all of it, for what fell silent in it."""
    if after is None or state.since is None or state.regime not in (Regime.PAUSED, Regime.CAUTION):
        return after
    return min(after, micros(state.since) - 1)


def _walk(
    state: GateState, known: Facts, gate: GateConfig, signals: SignalsConfig, begin: int
) -> tuple[GateState, tuple[Transition, ...]]:
    """Step over the instants from position `begin` on; those before it were stepped over."""
    moved: list[Transition] = []
    if state.since is None:
        state = replace(state, since=moment(int(known.at[0])))
    restless = known.pause | known.cautious | (known.shock > 0)
    for position in range(begin, known.at.size):
        if state.regime is Regime.NORMAL and not restless[position]:
            continue  # nothing that could move it: most instants of most years
        if position > begin:
            state = _left(state, known, position - 1)
        now = _now(state, known, position, gate, signals)
        after = step(state, now, gate)
        if after.regime is not state.regime:
            written = transition(state.regime, after, known, position, gate)
            moved.append(written)
            after = replace(after, why=written.reasons)
        state = after
    return _left(state, known, known.at.size - 1), tuple(moved)


def _left(state: GateState, known: Facts, position: int) -> GateState:
    """Let the members that are gone leave the pause rule where it is false without them."""
    gone = int(known.gone[position])
    left = state.left & gone if known.pause[position] else gone
    return state if left == state.left else replace(state, left=left)


def _now(
    state: GateState, known: Facts, position: int, gate: GateConfig, signals: SignalsConfig
) -> Now:
    at, daily = moment(int(known.at[position])), bool(known.daily[position])
    cautious, eased, since = bool(known.cautious[position]), False, state.since or at
    # Ends are counted at 00:00 only, and no spell is kept up by silence beyond the longest pause.
    if daily and state.regime is Regime.PAUSED:
        eased = may_end(known, since, position, gate, signals.recovery)
    if daily and state.regime is Regime.CAUTION and at - since < timedelta(gate.max_pause_days):
        cautious = stays_cautious(known, since, position, gate)
    return Now(
        at=at,
        daily=daily,
        pause=pauses(known, position, gate, signals.altcoin_breadth, state.left),
        cautious=cautious,
        shock=int(known.shock[position]),
        eased=eased,
        unknown=int(known.unknown[position]),
        high=int(known.high[position]),
    )


def effective(
    state: GateState, at: datetime, venue: str | None = None, quote: str | None = None
) -> Regime:
    """Return the regime that holds for one venue and quote coin: LOCKED stands above all."""
    if venue is not None and venue_trust(state.locks, venue, at) is Trust.LOCKED:
        return Regime.LOCKED
    if dict(state.quote_coins).get(quote or "") in (Safety.STOP, Safety.UNKNOWN):
        return Regime.LOCKED
    return state.regime if expired(state, at, venue, quote) is None else Regime.LOCKED


def expired(
    state: GateState, at: datetime, venue: str | None = None, quote: str | None = None
) -> Expiry | None:
    """Return what was read of the venue or the quote coin and is too old; None when nothing is.

    Of what was never read nothing is asked; a lock that a person must lift stands beside this.
    """
    asked = (venue, quote)
    return next((e for e in state.expiries if e.subject in asked and at > e.until), None)


def share(
    state: GateState,
    gate: GateConfig,
    at: datetime,
    venue: str | None = None,
    quote: str | None = None,
) -> Decimal:
    """Return the share of a tranche, 0 to 1, that may be bought now on this venue with this coin.

    A quote coin whose peg was never read does not bind here; whether that may be is the
    caller's to decide.
    """
    if effective(state, at, venue, quote) is Regime.LOCKED:
        return Decimal(0)
    shares = [_regime_share(state, gate)]
    if venue is not None and venue_trust(state.locks, venue, at) is Trust.PROBING:
        shares.append(_decimal(gate.probe_share))
    if dict(state.quote_coins).get(quote or "") is Safety.CAUTION:
        shares.append(_decimal(gate.caution_share))
    return min(shares)


def binding(
    choices: Sequence[tuple[GateState, GateConfig]],
    at: datetime,
    venue: str | None = None,
    quote: str | None = None,
) -> tuple[GateState, GateConfig]:
    """Return the state that lets the least through, the first of those that let as much through.

    A gate with lower thresholds pauses earlier, so its forced probe comes earlier too: of itself
    it is not the stricter one at every instant.
    """
    return min(choices, key=lambda one: share(one[0], one[1], at, venue, quote))


def _regime_share(state: GateState, gate: GateConfig) -> Decimal:
    if not gate.enabled or state.regime is Regime.NORMAL:
        return Decimal(1)
    if state.regime is Regime.CAUTION:
        return _decimal(gate.caution_share)
    if state.regime is Regime.PROBE:
        return _decimal(gate.probe_share_forced if state.forced else gate.probe_share)
    return Decimal(0)


def _decimal(value: float) -> Decimal:
    return Decimal(str(value))
