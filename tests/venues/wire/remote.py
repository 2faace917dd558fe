"""Drives an exchange that runs in a process of its own, with the methods it has in this one."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from tests.venues.wire.exchange import WireExchange

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS_MAX = 20.0
SCRIPTING = (
    "market book fees fund debt position resting rights mode access clock_offset maintenance"
    " script fault clear_faults late_fill foreign_trade"
)
CALLS = frozenset([*SCRIPTING.split(), "posts", "orders", "trades", "balance", "free"])
DECIMALS = frozenset({"balance", "free"})


def answer_call(exchange: "WireExchange", asked: dict[str, Any]) -> object:
    """Run one control call in the exchange's process; the result is JSON types."""
    name = asked["call"]
    if name == "requests":
        return exchange.requests
    if name not in CALLS:
        raise ValueError(f"no control call is named {name!r}")
    if name == "fault" and "refuse" in (asked.get("kwargs", {}).get("kind"), *asked["args"][1:2]):
        # This very reply needs the port that the fault is going to close.
        call = partial(exchange.fault, *asked["args"], **asked["kwargs"])
        Timer(0.1, call).start()
        return None
    result = getattr(exchange, name)(*asked.get("args", ()), **asked.get("kwargs", {}))
    if isinstance(result, Decimal):
        return format(result, "f")
    return result if isinstance(result, list | str | None) else str(result)


class RemoteExchange:
    """A running exchange process. Every scripting and asking method of WireExchange works."""

    def __init__(self, process: subprocess.Popen[bytes], state: Path) -> None:
        self._process = process
        self._state = state
        found = json.loads(state.read_text())
        self.base_url: str = found["base_url"]
        self.credentials: dict[str, str] = found["credentials"]
        self.log_file = state.with_name(f"{state.name}.log")

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in CALLS:
            raise AttributeError(name)

        def call(*args: Any, **kwargs: Any) -> Any:
            result = self._call(name, args, kwargs)
            return Decimal(result) if name in DECIMALS else result

        return call

    @property
    def requests(self) -> list[dict[str, Any]]:
        return list(self._call("requests", (), {}))

    def _call(self, name: str, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        body = json.dumps({"call": name, "args": args, "kwargs": kwargs}, default=str)
        host = self.base_url.removeprefix("http://")
        connection = HTTPConnection(host, timeout=30)
        try:
            connection.request("POST", "/__control__", body)
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        if "error" in answer:
            raise ValueError(answer["error"])
        return answer["result"]

    def stop(self) -> None:
        """End the process that this object started."""
        self._process.terminate()
        self._process.wait(10)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def spawn(exchange: str, state: Path, port: int = 0, faults: Sequence[Any] = ()) -> RemoteExchange:
    """Start `python -m tests.venues.wire` and wait until it listens."""
    command = [sys.executable, "-m", "tests.venues.wire", "--exchange", exchange]
    command += ["--port", str(port), "--state", str(state), "--faults", json.dumps(list(faults))]
    before = state.stat().st_mtime_ns if state.exists() else -1
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=ROOT, env=env)
    until = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < until and process.poll() is None:
        if state.exists() and state.stat().st_mtime_ns > before:
            return RemoteExchange(process, state)
        time.sleep(0.02)
    process.terminate()
    raise RuntimeError(f"{exchange} did not start")
