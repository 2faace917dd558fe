"""Where the simulation takes the place of threads and of readings; everything else is shipped."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest import mock

from dcaguard.app.sight import Sight
from dcaguard.core.gate_state import GateState, Regime


class OneThread:
    """An executor that works at once: the order of events is the scheduler's alone."""

    def __init__(self, max_workers: int) -> None:
        assert max_workers > 0

    def __enter__(self) -> "OneThread":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left running."""

    def map(self, work: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        return iter([work(item) for item in items])


def folded(sight: Sight, _gate: object, _key: str) -> tuple[GateState, tuple[()]]:
    """Return the regime that the scheduler has drawn, as if readings had said so."""
    regime = Regime(sight.world.halt.sim.regime)  # type: ignore[attr-defined]
    since = sight.at.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    return GateState(regime=regime, since=since), ()


@contextmanager
def seams() -> Iterator[None]:
    """Put the simulation's thread and regime in place."""
    with (
        mock.patch("dcaguard.app.recover.ThreadPoolExecutor", OneThread),
        mock.patch("dcaguard.app.look.ThreadPoolExecutor", OneThread),
        mock.patch("dcaguard.app.sight.folded", folded),
    ):
        yield
