"""Runs one loopback exchange in a process of its own, until it is terminated."""

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from tests.venues.wire import EXCHANGES
from tests.venues.wire.faults import Fault


def main() -> int:
    """Parse the flags, serve, wait for SIGTERM or SIGINT."""
    flags = argparse.ArgumentParser(prog="python -m tests.venues.wire")
    flags.add_argument("--exchange", choices=sorted(EXCHANGES), required=True)
    flags.add_argument("--port", type=int, default=0)
    flags.add_argument("--state", type=Path, required=True)
    flags.add_argument("--faults", default="[]", help="JSON list of faults, as in faults.py")
    asked = flags.parse_args()
    faults = [Fault(**x) for x in json.loads(asked.faults)]
    ended = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    with EXCHANGES[asked.exchange](state=asked.state, faults=faults).start(asked.port):
        ended.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
