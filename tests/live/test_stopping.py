"""Ctrl-C and SIGTERM at every step: one order at most, and none whose outcome is not kept."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

from tests.live.conftest import LOOK_UPS, Live
from tests.live.test_lost_replies import WITNESS
from tests.venues.wire.cases import PUBLIC_PATHS

HELD_SECONDS = 3  # how long the venue holds its answer back while the signal comes
BALANCES = {
    "binance": "/api/v3/account$",
    "kraken": "/BalanceEx$",
    "coinbase": "/brokerage/accounts$",
}
STATUS_OF = {signal.SIGINT: 130, signal.SIGTERM: 143}


@pytest.fixture(autouse=True)
def _ctrl_c_is_heard() -> Iterator[None]:
    """A suite started in the background inherits a Ctrl-C that is ignored, and its children too."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def _hold(live: Live, step: str) -> Callable[[], bool]:
    """Hold one answer back; return what tells that its request has arrived."""
    name, before = live.case.name, len(live.server.requests)
    match: tuple[str, str] = (".*", LOOK_UPS[name])
    after = 0
    match step:
        case "clock":
            match = ("GET", "ime$" if name != "binance" else PUBLIC_PATHS[name])
        case "balances":
            match = (".*", BALANCES[name])
        case "witness":
            after = WITNESS[name] - 1
        case "order":
            match = live.case.order_match
    fault = live.server.fault(match, "delay", seconds=HELD_SECONDS, times=1, after=after)
    return lambda: bool(fault.struck) and len(live.server.requests) > before


def _stopped(live: Live, step: str, how: signal.Signals) -> subprocess.Popen[str]:
    """Start a pass and send it a signal while the venue holds back the answer of one step."""
    arrived = _hold(live, step)
    child = live.space.start()
    until = time.monotonic() + 120
    while not arrived():
        assert child.poll() is None, child.communicate()
        assert time.monotonic() < until
        time.sleep(0.02)
    time.sleep(0.2)
    child.send_signal(how)
    return child


@pytest.mark.parametrize("step", ["clock", "balances", "witness"])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda one: one.name)
def test_a_stop_before_the_order_sends_nothing_and_keeps_the_slot(
    live: Live, step: str, how: signal.Signals
) -> None:
    child = _stopped(live, step, how)
    out, err = child.communicate(timeout=120)
    assert child.returncode == STATUS_OF[how], out + err
    assert '"INTERRUPTED"' in out or '"TERMINATED"' in out
    assert live.posts == 0
    assert set(live.statuses) <= {"INTENT"}
    live.server.clear_faults()
    assert live.run().code == 0
    assert (live.posts, live.statuses) == (1, ["FILLED"])
    assert live.books_agree()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda one: one.name)
def test_a_stop_while_the_order_is_out_waits_for_its_outcome(
    live: Live, how: signal.Signals
) -> None:
    child = _stopped(live, "order", how)
    time.sleep(0.3)
    child.send_signal(how)  # an impatient second one changes nothing
    out, err = child.communicate(timeout=120)
    assert child.returncode == STATUS_OF[how], out + err
    assert "its outcome is written down first" in err
    assert (live.posts, live.statuses, live.fills) == (1, ["FILLED"], 1)
    assert live.books_agree()
    assert live.space.call("audit", "verify").code == 0
    assert live.run().code == 0
    assert live.posts == 1


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda one: one.name)
def test_a_stop_while_a_lost_order_is_looked_for_is_as_safe(
    live: Live, how: signal.Signals
) -> None:
    live.fault_on_order("close", times=1)
    match, after = (".*", LOOK_UPS[live.case.name]), WITNESS[live.case.name]
    found = live.server.fault(match, "delay", seconds=HELD_SECONDS, times=1, after=after)
    child = live.space.start()
    while not found.struck:
        assert child.poll() is None, child.communicate()
        time.sleep(0.02)
    child.send_signal(how)
    out, err = child.communicate(timeout=120)
    assert child.returncode == STATUS_OF[how], out + err
    assert (live.posts, live.statuses) == (1, ["FILLED"])
    assert live.books_agree()
