"""A warm process that forks one child per command, so that hundreds of crashes take seconds.

Reads one JSON job per line (`folder`, `words`, `at`, `how`), forks a child that runs the command
in that folder with its edges wrapped, and answers with what became of it. A job with `twice` runs
two children side by side; with `strace`, nothing is wrapped and strace holds the child from its
first call on.
"""

import contextlib
import ctypes
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.sim.crash_edges import Edges

_PR_SET_PTRACER = 0x59616D61
_TRACERS: dict[int, "subprocess.Popen[str]"] = {}


def _warm() -> None:
    """Import what every command needs, once."""
    import dcaguard.adapters.journal.opening
    import dcaguard.adapters.venues.ccxt_venue
    import dcaguard.app.run
    import dcaguard.cli.act
    import dcaguard.cli.main  # noqa: F401
    from dcaguard.adapters.venues.loader import load_class

    load_class("binance")


def _child(job: dict[str, Any], out: int, err: int, held: int) -> None:
    """Become the command; never return."""
    code = 70
    try:
        _traceable()
        os.read(held, 1)
        os.chdir(job["folder"])
        os.environ["HOME"] = job["folder"]
        os.dup2(out, 1)
        os.dup2(err, 2)
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115 - the child's own
        sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115
        edges = Edges(job["at"], job["how"])
        if "strace" not in job:
            edges.install()
        from dcaguard.cli.main import main

        sys.argv = ["dcaguard", *job["words"]]
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        sys.stdout.flush()
        sys.stderr.flush()
        if job.get("count"):
            Path(job["count"]).write_text(json.dumps(edges.names))
    finally:
        os._exit(code)


def _start(job: dict[str, Any]) -> tuple[int, Any, Any]:
    out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115 - closed by _end
    held, release = os.pipe()
    pid = os.fork()
    if pid == 0:
        _child(job, out.fileno(), err.fileno(), held)
    if "strace" in job:
        _attach(pid, job["strace"])
    os.write(release, b"x")
    os.close(held)
    os.close(release)
    return pid, out, err


def _traceable() -> None:
    """Let a process beside this one trace it, where that must be allowed."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PTRACER, ctypes.c_ulong(-1))


def _attach(pid: int, options: list[str]) -> None:
    """Start strace on a child and wait until it holds it; it ends with the child."""
    command = ["strace", "-f", *options, "-p", str(pid)]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert tracer.stderr is not None
    for line in tracer.stderr:
        if "attached" in line:
            break
    else:
        raise RuntimeError("strace did not attach")
    _TRACERS[pid] = tracer


def _end(pid: int, out: Any, err: Any) -> dict[str, Any]:
    _, status = os.waitpid(pid, 0)
    if pid in _TRACERS:
        _TRACERS.pop(pid).communicate()  # its file is whole when it has ended
    texts = []
    for file in (out, err):
        file.seek(0)
        texts.append(file.read().decode())
        file.close()
    return {"code": os.waitstatus_to_exitcode(status), "out": texts[0], "err": texts[1]}


def serve() -> None:
    """Answer jobs until the input ends."""
    _warm()
    for line in sys.stdin:
        job = json.loads(line)
        started = [_start(job) for _ in range(2 if job.get("twice") else 1)]
        print(json.dumps([_end(*one) for one in started]), flush=True)  # noqa: T201


if __name__ == "__main__":
    serve()
