"""The main job without a key: a workspace, recorded days, a page at the end."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path

from dcaguard.app.demo import FIRST, LAST, DemoReport, days, instant_of, replay, report
from dcaguard.app.run import Result
from dcaguard.cli.session import show, tell
from dcaguard.core.errors import CantCreateError
from dcaguard.core.reading import Reading
from dcaguard.wiring import Loaded, load, opened_on_clock

_DEFAULT = Path("dcaguard-demo")


def run_demo(directory: Path | None, speed: float) -> int:
    """Make the workspace, replay the days, show the page, leave everything to explore."""
    from dcaguard.adapters.demo_workspace import demo_workspace
    from dcaguard.render.demo import demo_json, demo_text

    folder = directory or _DEFAULT
    if folder.exists() and any(folder.iterdir()):
        msg = f"{folder}: exists and is not empty: name another folder with --dir"
        raise CantCreateError(msg)
    config = demo_workspace(folder)
    found = _replay(load(config), speed)
    show("demo", demo_json(found, folder), demo_text(found, folder))
    return 0


def _replay(loaded: Loaded, speed: float) -> DemoReport:
    from dcaguard.adapters.clock import FixedClock, SystemClock
    from dcaguard.adapters.demo_tables import demo_readings

    clock = FixedClock(instant_of(FIRST))
    readings: list[Reading] = demo_readings()
    with ExitStack() as stack:
        world = stack.enter_context(opened_on_clock(loaded, clock))
        world.journal.add_readings(readings, clock.now())
        tick = stack.enter_context(_progress())

        def on_day(day: date, result: Result) -> None:
            tick(day, result)
            if speed > 0:
                SystemClock().sleep(1 / speed)

        def move(at: datetime) -> None:
            clock.move_to(at)

        results = replay(world, move, on_day)
        return report(world, results, readings)


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[date, Result], None]]:
    """Yield what shows a day's progress: a bar on a terminal, a line a month elsewhere."""
    total = (LAST - FIRST).days + 1
    if not sys.stderr.isatty():
        seen: set[str] = set()

        def line(day: date, result: Result) -> None:
            month = f"{day:%Y-%m}"
            if month not in seen:
                seen.add(month)
                tell(f"{month}  {result.regime}")

        yield line
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total} days"),
        TimeRemainingColumn(),
    )
    from rich.console import Console

    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task("replay", total=total)

        def step(day: date, result: Result) -> None:
            bar.update(task, advance=1, description=f"{day} {result.regime:<8}")

        yield step


__all__ = ["days", "run_demo"]
