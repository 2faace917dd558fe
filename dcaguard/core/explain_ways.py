"""The ways into and out of a regime that no composite shows: shocks, breakers, events, silence."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dcaguard.core.event import Event, OperatorEvent, Severity
from dcaguard.core.gate_facts import Facts
from dcaguard.core.gate_silence import ceiling, missed, stands
from dcaguard.core.history import micros
from dcaguard.core.signals.everything_sold import BREAKERS
from dcaguard.core.signals.params import GateConfig, SignalsConfig


def ways_in(config: SignalsConfig, gate: GateConfig) -> tuple[str, ...]:
    """Say what begins COOLOFF or PAUSED by itself, for the signals that are switched on."""
    said = []
    spike, sold = config.liquidation_spike, config.everything_sold
    if spike.enabled:
        said.append(
            f"COOLOFF for {gate.cooloff_hours} hours on a shock (S2: Bitcoin falls "
            f"{spike.shock_sigmas:g} sigma in a day); {gate.cooloff_days_max} days at most, "
            "however many shocks follow"
        )
    if sold.enabled:
        said.append(
            f"PAUSED at once on a breaker (S6: Bitcoin, shares and gold each fall "
            f"{sold.breaker_sigmas:g} sigma, or VIX {sold.breaker_vix:g})"
        )
    return tuple(said)


def active_events(events: Sequence[Event], at: datetime, config: SignalsConfig) -> tuple[str, ...]:
    """Name each grave event of a person's that lasts, and its end: till then CAUTION at least."""
    if not config.regulation.enabled:
        return ()
    life = timedelta(days=config.regulation.event_expire_days)
    grave = [e for e in events if isinstance(e, OperatorEvent) and e.severity is Severity.HIGH]
    lasting = [(e, e.until or e.since + life) for e in grave]
    return tuple(
        f"your event ({e.note or 'without a note'}) lasts until {end:%Y-%m-%d %H:%M} UTC: "
        "CAUTION does not end before, and its daily closes count from then on"
        for e, end in lasting
        if e.since <= at < end
    )


def standing(known: Facts, since: datetime, config: SignalsConfig) -> tuple[str, ...]:
    """Name each breaker that stands: while one does, no day counts towards the end of a pause."""
    begin, sold = int(known.at.searchsorted(micros(since))), config.everything_sold
    limits = {"j3": f"{sold.breaker_sigmas:g} sigma each", "vix": f"{sold.breaker_vix:g}"}
    return tuple(
        f"S6's breaker stands ({BREAKERS[name]}, at {limits[name]}): no day counts towards the end "
        "before it is read below that"
        for s in known.samples
        for name, x in s.breaks().items()
        if stands(x[begin:])
    )


def unheard(known: Facts, since: datetime, gate: GateConfig) -> tuple[str, ...]:
    """Say which members are silent now that spoke in the pause: they hold up its end."""
    position = known.at.size - 1
    names = missed(known, ceiling(known, since, position, gate), since, position)
    if not names:
        return ()
    sentence = (
        f"silent: {', '.join(names)}; no day without them counts towards the end, "
        f"at most {gate.max_pause_days} days: `signals sources` says why, `signals fetch` asks "
        "again, `signals import` brings them by hand"
    )
    return (sentence,)
