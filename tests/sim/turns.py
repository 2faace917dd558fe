"""Simulated processes side by side: one runs at a time, and the seed says which goes on.

Each process has a thread of its own, but no two threads ever run at once: at every point that a
process passes, the baton stays or goes to another one. So a year is the same every time.
"""

from collections.abc import Callable, Sequence
from random import Random
from threading import Semaphore, Thread

Work = Callable[[], None]


class _Runner:
    """One process's thread, waiting for the baton."""

    def __init__(self, starts_at: int, work: Work) -> None:
        self.starts_at = starts_at  # the point of the group from which it may begin
        self.work = work
        self.baton = Semaphore(0)


class Turns:
    """One group of processes; `stay` is how likely the running one goes on at a point."""

    def __init__(self, rng: Random, stay: float) -> None:
        self._rng = rng
        self._stay = stay
        self._alive: list[_Runner] = []
        self._running: _Runner | None = None
        self._points = 0
        self._all_ended = Semaphore(0)
        self._error: BaseException | None = None

    def run(self, works: Sequence[tuple[int, Work]]) -> None:
        """Run all of them to their end; raises what the first that failed has raised."""
        self._alive = [_Runner(starts_at, work) for starts_at, work in works]
        threads = [Thread(target=self._live, args=(one,), daemon=True) for one in self._alive]
        for thread in threads:
            thread.start()
        self._pass_on()
        self._all_ended.acquire()
        for thread in threads:
            thread.join()
        if self._error is not None:
            raise self._error

    def point(self) -> bool:
        """Let the seed choose who goes on; False when this process must not."""
        self._points += 1
        mine = self._running
        assert mine is not None
        if self._error is None and self._rng.random() >= self._stay:
            chosen = self._rng.choice(self._ready())
            if chosen is not mine:
                self._give(chosen)
                mine.baton.acquire()
        return self._error is None

    def _live(self, mine: _Runner) -> None:
        mine.baton.acquire()
        try:
            if self._error is None:
                mine.work()
        except BaseException as error:  # noqa: BLE001 - the group's caller raises it
            self._error = self._error or error
        self._alive.remove(mine)
        self._pass_on()

    def _ready(self) -> list[_Runner]:
        """Return the processes that may go on; the next to begin when all others have ended."""
        ready = [one for one in self._alive if one.starts_at <= self._points]
        return ready or [min(self._alive, key=lambda one: one.starts_at)]

    def _pass_on(self) -> None:
        if self._alive:
            self._give(self._rng.choice(self._ready()))
        else:
            self._all_ended.release()

    def _give(self, chosen: _Runner) -> None:
        self._running = chosen
        chosen.baton.release()
