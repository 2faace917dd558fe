"""Closes what a process leaves open by default: file modes, core dumps, other processes' eyes."""

import contextlib
import ctypes
import importlib.util
import os
import sys
from pathlib import Path

from dcaguard.core.errors import NotPermittedError

_PR_SET_DUMPABLE = 4
# Through these pass keys and orders.
_CARRIERS = ("ccxt", "certifi", "http", "requests", "socket", "ssl", "urllib3")


def harden_process() -> None:
    """Make new files private, forbid core dumps, and refuse debuggers where Linux can.

    A system that refuses one of these still runs: they are a second fence, not the first.
    """
    os.umask(0o077)
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # not on every platform

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def refuse_strangers() -> None:
    """Refuse (77) a module of PYTHONPATH in the place of one that carries keys and orders."""
    told = os.environ.get("PYTHONPATH", "")
    places = {Path(place).resolve() for place in told.split(os.pathsep) if place}
    # What lies beside this package came with it, and is trusted as it is.
    places.discard(_holder(__package__.partition(".")[0]))
    if not places or sys.flags.ignore_environment:
        return
    for name in _CARRIERS:
        place = _holder(name)
        if place in places:
            msg = (
                f"PYTHONPATH: {place} holds a module {name!r} of its own, through which keys and "
                "orders would pass: unset PYTHONPATH and run again"
            )
            raise NotPermittedError(msg)


def _holder(name: str) -> Path | None:
    """Return the folder that a top-level module is found in."""
    spec = importlib.util.find_spec(name)
    if spec is None:
        return None
    inner = spec.submodule_search_locations
    if inner:
        return Path(inner[0]).resolve().parent
    return Path(spec.origin).resolve().parent if spec.origin else None
