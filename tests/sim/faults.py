"""What may go wrong in one simulated year, how often, and the kill that ends a process."""

from dataclasses import dataclass
from random import Random


class SimKill(BaseException):
    """The process is gone; nothing of it runs on."""


class Violated(Exception):  # noqa: N818 - what it says is what happened
    """The simulated world broke a promise."""


@dataclass(slots=True)
class Faults:
    """Probabilities: per port call for `kill` and `person`, per event for the rest."""

    kill: float = 0.0
    overlap: float = 0.0  # two or three processes at a time
    person: float = 0.0
    cancel: float = 0.0  # one of the ways a cancel goes wrong
    post: float = 0.0  # one of the ways a POST goes wrong
    ask: float = 0.0  # a look-up without an answer
    look: float = 0.0  # balances without an answer, or with half of one
    trades: float = 0.0  # trades told twice or late
    clock: float = 0.0  # a step of the host's clock before a pass
    late: float = 0.0  # nobody runs anything for a while
    loss: float = 0.0  # the journal is lost or restored from a copy, per week
    debt: float = 0.0
    blind: float = 0.0  # a stale replica answers look-ups for a while


def drawn(rng: Random, *, two_hosts: bool) -> Faults:
    """Return one year's weather: some kinds are absent, the others are rare or frequent."""
    found = Faults()
    scale = {
        "kill": 0.03,
        "overlap": 0.2,
        "person": 0.004,
        "post": 0.4,
        "cancel": 0.5,
        "ask": 0.3,
        "look": 0.15,
        "trades": 0.5,
        "clock": 0.1,
        "late": 0.15,
        "debt": 0.05,
    }
    for name, most in scale.items():
        if rng.random() < 0.7:
            setattr(found, name, rng.random() * most)
    if two_hosts:
        found.overlap = 0.5  # the same timer on both machines
    elif rng.random() < 0.15:
        found.loss = 0.05
    else:
        # Together with a lost journal or a second one no witness could see the order.
        found.blind = 0.3
    return found
