"""Closes what a process leaves open by default: file modes, core dumps, other processes' eyes."""

import contextlib
import ctypes
import os
import sys

_PR_SET_DUMPABLE = 4


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
