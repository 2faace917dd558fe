"""Where the simulation takes the place of threads and of readings; everything else is shipped.

What is pure and asked for often is remembered: the starts of days, weeks and months, and digests of
configs, which never change within a year. Digests of situations and orders, which nothing here
compares, are left out.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache
from typing import Any, Self
from unittest import mock

from dcaguard.app.folding import Folded, Ground
from dcaguard.core.arming import arming_digest
from dcaguard.core.config import Config
from dcaguard.core.gate_state import GateState, Regime
from dcaguard.core.policy.caps import windows
from dcaguard.core.strategy import Strategy


class OneThread:
    """An executor that works at once: the order of events is the scheduler's alone."""

    def __init__(self, max_workers: int) -> None:
        assert max_workers > 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left running."""

    def map(self, work: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        return iter([work(item) for item in items])


def folded(ground: Ground, _gate: object, _key: str) -> Folded:
    """Return the regime that the scheduler has drawn, as if readings had said so."""
    regime = Regime(ground.world.halt.sim.regime)  # type: ignore[attr-defined]
    since = ground.at.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    return Folded(GateState(regime=regime, since=since))


def gate_key(_ground: Ground, gate: object) -> str:
    """Return the name of a folded state: one per gate, for folded states are drawn, not kept."""
    return str(id(gate))


def undigested(_value: object) -> str:
    """Stand for a digest that is written and never read."""
    return "0" * 64


class _Remembered:
    """A pure function of a config and a strategy, computed once for each pair."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], tuple[object, object, str]] = {}

    def __call__(self, config: Config, strategy: Strategy) -> str:
        key = (id(config), id(strategy))
        if key not in self._known:
            # The values are kept beside the digest, so that their ids stay theirs.
            self._known[key] = (config, strategy, arming_digest(config, strategy))
            while len(self._known) > _KEPT_MAX:
                self._known.pop(next(iter(self._known)))
        return self._known[key][2]


_KEPT_MAX = 16
remembered_windows = lru_cache(maxsize=64)(windows)


@contextmanager
def seams() -> Iterator[None]:
    """Put the simulation's thread and regime in place."""
    with (
        mock.patch("dcaguard.app.asking.ThreadPoolExecutor", OneThread),
        mock.patch("dcaguard.app.look.ThreadPoolExecutor", OneThread),
        mock.patch("dcaguard.app.sight.folded", folded),
        mock.patch("dcaguard.app.sight.gate_key", gate_key),
        mock.patch("dcaguard.app.slots.arming_digest", _Remembered()),
        mock.patch("dcaguard.app.counting.windows", remembered_windows),
        mock.patch("dcaguard.app.decisions.digest", undigested),
        mock.patch("dcaguard.app.act.digest", undigested),
    ):
        yield
