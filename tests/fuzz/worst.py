"""Plays the greediest inputs one after the other, for a process whose memory is measured."""

import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from dcaguard.core.config_starter import CONFIG
from tests.fuzz.configs import WHOLE, spoiled, tried
from tests.fuzz.source_cases import good
from tests.fuzz.source_cases import tried as source_tried
from tests.fuzz.spoiling import BODIES
from tests.fuzz.tape import VENUES, Kept, scenes
from tests.fuzz.venue_cases import judge_reply

Work = Callable[[], object]
MIB = 1024 * 1024
GREEDY = (
    b"[" * (4 * MIB - 10),
    b'{"a":' * (MIB // 2),
    b'{"data":"' + b"x" * (4 * MIB - 100) + b'"}',
    b"[" + b"0," * (MIB // 2) + b"0]",
    b"9" * (4 * MIB - 10),
    b'{"code":"' + b"9" * (3 * MIB) + b'"}',
    b" " * (6 * MIB),
)


def configs() -> Iterator[tuple[str, Work]]:
    """Load every whole-file nonsense."""
    lines = sum("=" in line and not line.startswith("#") for line in CONFIG.splitlines())
    folder = Path(tempfile.mkdtemp())
    for way in range(len(WHOLE)):
        yield f"config {way}", partial(tried, folder, spoiled(CONFIG, (lines, way)))


def venues() -> Iterator[tuple[str, Work]]:
    """Answer calls of every venue with every greedy body."""
    for name in VENUES:
        for call in ("place", "find", "quotes", "trades"):
            scene = scenes(name)[call]
            for at, body in enumerate(GREEDY):
                told = f"{name} {call} {at}"
                yield told, partial(judge_reply, scene, {scene.asked[-1]: Kept(200, body)}, told)


def sources() -> Iterator[tuple[str, Work]]:
    """Serve greedy pages and deep ones to every source."""
    for told in good():
        for part in told.pages:
            for at, body in enumerate((*GREEDY[:4], BODIES["deep-closed"](b""))):
                yield f"{told.name} {part} {at}", partial(source_tried, told, part, body)


ROOMS = {"configs": configs, "venues": venues, "sources": sources}


def apart(work: Work) -> int:
    """Do the work in a child of its own; return its largest resident memory in MiB."""
    child = os.fork()
    if not child:
        code = 1
        try:
            work()
            code = 0
        except BaseException:  # noqa: BLE001 - the child ends here, whatever it was
            traceback.print_exc()
        finally:
            os._exit(code)
    _, status, usage = os.wait4(child, 0)
    assert status == 0
    return usage.ru_maxrss // (MIB if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    peak, name = max((apart(work), name) for name, work in ROOMS[sys.argv[1]]())
    print(peak, name)  # noqa: T201 - what the test reads
