"""How the regime moves: one table, and the conditions and changes that its rows name."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dcaguard.core.gate_state import GateState, Regime
from dcaguard.core.signals.params import GateConfig


@dataclass(frozen=True, slots=True)
class Now:
    """The facts of one instant."""

    at: datetime
    daily: bool
    pause: bool
    cautious: bool
    shock: int
    eased: bool
    unknown: int
    high: int


Condition = Callable[[GateState, Now, GateConfig], bool]
Change = Callable[[GateState, Now, GateConfig], GateState]


def _age(state: GateState, now: Now) -> timedelta:
    return now.at - state.since if state.since is not None else timedelta(0)


def _pause_rule(_state: GateState, now: Now, _gate: GateConfig) -> bool:
    return now.pause


def _retripped(state: GateState, now: Now, _gate: GateConfig) -> bool:
    # A forced probe begins while the old alarm may still ring: only a new one ends it.
    return now.pause and (state.armed or not state.forced)


def _shocked(state: GateState, now: Now, _gate: GateConfig) -> bool:
    return now.shock > state.shock


def _cautious(_state: GateState, now: Now, _gate: GateConfig) -> bool:
    return now.cautious


def _calmed(state: GateState, now: Now, gate: GateConfig) -> bool:
    return now.daily and state.calm_days >= gate.caution_exit_days


def _healed(state: GateState, now: Now, gate: GateConfig) -> bool:
    hold = timedelta(days=state.hold_days or gate.hold_days)
    return now.daily and _age(state, now) >= hold and state.calm_days >= gate.exit_days


def _overdue(state: GateState, now: Now, gate: GateConfig) -> bool:
    return now.daily and _age(state, now) >= timedelta(days=gate.max_pause_days)


def _probe_over(state: GateState, now: Now, _gate: GateConfig) -> bool:
    return now.daily and state.probe_until is not None and now.at >= state.probe_until


def _probe_over_cautious(state: GateState, now: Now, gate: GateConfig) -> bool:
    return _probe_over(state, now, gate) and now.cautious


def _probe_over_paused(state: GateState, now: Now, gate: GateConfig) -> bool:
    return _probe_over(state, now, gate) and now.pause


def _cooled(state: GateState, now: Now, _gate: GateConfig) -> bool:
    return state.cooloff_until is not None and now.at >= state.cooloff_until


def _cooled_in_probe(state: GateState, now: Now, gate: GateConfig) -> bool:
    probing = state.probe_until is not None and now.at < state.probe_until
    return _cooled(state, now, gate) and probing


def _cooled_cautious(state: GateState, now: Now, gate: GateConfig) -> bool:
    return _cooled(state, now, gate) and now.cautious


def _begin_pause(state: GateState, now: Now, gate: GateConfig) -> GateState:
    # From PROBE the market broke again: the next pause holds twice as long, within a limit.
    again = state.probe_until is not None
    hold = min(2 * (state.hold_days or gate.hold_days), gate.hold_days_max)
    return replace(
        state,
        hold_days=hold if again else gate.hold_days,
        tripped=now.high,
        probe_until=None,
        cooloff_until=None,
        shock=max(state.shock, now.shock),
    )


def _begin_probe(state: GateState, now: Now, gate: GateConfig) -> GateState:
    until = now.at + timedelta(days=gate.probe_days)
    return replace(state, probe_until=until, forced=False, armed=True)


def _begin_forced(state: GateState, now: Now, gate: GateConfig) -> GateState:
    until = now.at + timedelta(days=gate.probe_days)
    return replace(state, probe_until=until, forced=True, armed=False)


def _begin_cooloff(state: GateState, now: Now, gate: GateConfig) -> GateState:
    until = now.at + timedelta(hours=gate.cooloff_hours)
    if state.regime is Regime.COOLOFF and state.since is not None:
        until = min(until, state.since + timedelta(days=gate.cooloff_days_max))
    return replace(state, cooloff_until=until, shock=now.shock)


def _begin_plain(state: GateState, _now: Now, _gate: GateConfig) -> GateState:
    return replace(state, hold_days=0, probe_until=None, cooloff_until=None, forced=False)


def _go_on(state: GateState, _now: Now, _gate: GateConfig) -> GateState:
    return replace(state, cooloff_until=None)


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table: the first whose condition holds is taken."""

    before: Regime
    condition: Condition
    after: Regime
    change: Change


N, C, P, B, O = (  # noqa: E741 - the table reads as a table only with short names
    Regime.NORMAL,
    Regime.CAUTION,
    Regime.PAUSED,
    Regime.PROBE,
    Regime.COOLOFF,
)
MOVES: tuple[Move, ...] = (
    Move(N, _pause_rule, P, _begin_pause),
    Move(N, _shocked, O, _begin_cooloff),
    Move(N, _cautious, C, _begin_plain),
    Move(C, _pause_rule, P, _begin_pause),
    Move(C, _shocked, O, _begin_cooloff),
    Move(C, _calmed, N, _begin_plain),
    Move(P, _healed, B, _begin_probe),
    Move(P, _overdue, B, _begin_forced),
    Move(B, _retripped, P, _begin_pause),
    Move(B, _shocked, O, _begin_cooloff),
    # A forced probe may run its days with the old alarm on; then the alarm counts again.
    Move(B, _probe_over_paused, P, _begin_pause),
    Move(B, _probe_over_cautious, C, _begin_plain),
    Move(B, _probe_over, N, _begin_plain),
    Move(O, _pause_rule, P, _begin_pause),
    # A second shock while cooling: the hours begin again.
    Move(O, _shocked, O, _begin_cooloff),
    Move(O, _cooled_in_probe, B, _go_on),
    Move(O, _cooled_cautious, C, _begin_plain),
    Move(O, _cooled, N, _begin_plain),
)
_FROM = {regime: tuple(m for m in MOVES if m.before is regime) for regime in Regime}


def step(state: GateState, now: Now, gate: GateConfig) -> GateState:
    """Return the state after one instant."""
    state = _count(state, now)
    for move in _FROM[state.regime]:
        if move.condition(state, now, gate):
            after = move.change(state, now, gate)
            if move.after is state.regime:
                return after
            return replace(after, regime=move.after, since=now.at, calm_days=0)
    return state


def _count(state: GateState, now: Now) -> GateState:
    """Count daily closes towards the exit; the blocks that tripped must be known to count."""
    if state.regime is Regime.PROBE and not state.armed and not now.pause:
        state = replace(state, armed=True)
    if not now.daily or state.regime not in (Regime.PAUSED, Regime.CAUTION):
        return state
    if state.regime is Regime.PAUSED:
        calm = now.eased and not (state.tripped & now.unknown)
    else:
        calm = not now.cautious
    days = state.calm_days + 1 if calm else 0
    return state if days == state.calm_days else replace(state, calm_days=days)
