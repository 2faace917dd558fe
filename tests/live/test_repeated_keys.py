"""A venue, or a proxy before it, that repeats the keys it was sent: they get nowhere."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.canary.watch import WATCH
from tests.live.conftest import Live, Open
from tests.venues.wire.faults import Fault
from tests.venues.wire.messages import WireReply, WireRequest

SIGNED = ("x-mbx-apikey", "api-key", "api-sign", "authorization")
COMMANDS = ("guard", "balances", "credentials check", "why", "why --json", "status", "run")


def repeat(server: Any, where: Callable[[WireRequest], bool]) -> list[str]:
    """Have a server answer signed requests with all that signed them; return what that was."""
    usual, sent = server.execute, list[str]()

    def execute(request: WireRequest, faults: Sequence[Fault] = ()) -> WireReply:
        given = sorted(request.headers.items(), reverse=True)  # a signature before its key
        signed = {k: v for k, v in given if k.lower() in SIGNED}
        if not signed or not where(request):
            reply: WireReply = usual(request, faults)
            return reply
        sent.extend(value.removeprefix("Bearer ") for value in signed.values())
        told = {"code": -2015, "msg": json.dumps(signed), "sent": {**signed, **request.params}}
        return WireReply(told, 400)

    server.execute = execute
    return sent


def everywhere(_request: WireRequest) -> bool:
    return True


def at_the_order(live: Live) -> Callable[[WireRequest], bool]:
    asks = ("order", "Order")
    return lambda request: any(word in request.path for word in asks)


@pytest.mark.parametrize("place", ["everywhere", "orders"])
def test_keys_that_are_repeated_are_in_no_row_no_file_and_no_answer(live: Live, place: str) -> None:
    sent = repeat(live.server, everywhere if place == "everywhere" else at_the_order(live))
    said = [live.run("--verbose")]
    said += [live.space.call(*words.split()) for words in COMMANDS]
    assert sent
    for ran in said:
        assert [key[:20] for key in sent if key[:30] in ran.out + ran.err] == []
    for path in live.space.folder.iterdir():
        if path.is_file() and not path.name.endswith("keys.toml"):
            written = path.read_bytes()
            assert [key[:20] for key in sent if key[:30].encode() in written] == [], path.name
    assert live.space.call("audit", "verify").code == 0
    assert WATCH.drain() == []


def test_a_key_in_the_words_of_a_refusal_is_not_written_down(opened: Open) -> None:
    live = opened("kraken")
    key = live.server.credentials["apiKey"]
    live.fault_on_order("error", code=f"EGeneral:Invalid arguments:{key}", times=1)
    assert live.run().code == 76
    assert live.statuses == ["REJECTED"]
    assert key[:20].encode() not in live.space.journal.read_bytes()
    told = "SELECT kind FROM journal WHERE body LIKE '%arguments:[secret]%'"
    assert ("order-move",) in live.space.rows(told)
    assert live.space.call("audit", "verify").code == 0
