"""Every child process of every test is listened to; a key that is heard fails that test.

The one place is `subprocess.Popen`: all helpers that run the command go through it. What a forked
command says (see `tests/sim/zygote.py`) is handed to the watch by hand.
"""

import os
import subprocess
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.canary.watch import WATCH


class WatchedPopen(subprocess.Popen[Any]):
    """A child whose output, folder, command line and environment are listened to."""

    def __init__(self, args: Any, *rest: Any, **how: Any) -> None:
        """Start it as ever."""
        folder = how.get("cwd")
        if folder is not None:
            WATCH.starts(Path(folder))
        super().__init__(args, *rest, **how)
        environ = how.get("env")
        given = {"cmdline": str(args), "environ": str(os.environ if environ is None else environ)}
        WATCH.runs(self, given)

    def communicate(self, *rest: Any, **how: Any) -> tuple[Any, Any]:
        """Return what it said, after listening to it."""
        out, err = super().communicate(*rest, **how)
        WATCH.text("stdout", out)
        WATCH.text("stderr", err)
        return out, err


@pytest.fixture(scope="session", autouse=True)
def _listening() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "Popen", WatchedPopen)
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail the phase in which a key was heard."""
    report = yield
    place = getattr(item, "funcargs", {}).get("tmp_path")
    if call.when == "call" and place is not None:
        WATCH.starts(place)
    for name, text in report.sections:
        WATCH.text(name.lower(), text)
    leaks = WATCH.drain()
    if leaks:
        report.outcome = "failed"
        report.longrepr = "\n".join(sorted(set(leaks)))
    return report
