"""How far the venue's clock is from ours, and whether it runs evenly."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from dcaguard.adapters.venues.line import Answer, Line
from dcaguard.adapters.venues.orders.checking import (
    ContradictionError,
    UnclearError,
    instant_ms,
    instant_seconds,
    table,
)
from dcaguard.adapters.venues.orders.path import NoAnswerError, answered
from dcaguard.adapters.venues.quotes import called, http_date

_HALF_A_SECOND = timedelta(milliseconds=500)


def skew_seconds(line: Line) -> float:
    """Return venue time minus ours, half the round trip taken off; NoAnswerError when not told.

    Two samples are taken; a jump between them counts as skew, for a clock that jumps is wrong.
    """
    first, second = _sample(line), _sample(line)
    return max((first, second, second - first), key=abs)


def _sample(line: Line) -> float:
    read = _READERS.get(line.exchange.id, _unified)
    try:
        told = read(line)
    except (UnclearError, ContradictionError) as error:
        raise NoAnswerError("time", Answer(200, None, str(error))) from None
    reply = line.session.last
    assert reply is not None  # it was just read
    # The session's own times: ccxt may have waited for its rate limit before the request.
    middle = reply.asked_at + timedelta(seconds=reply.took_seconds / 2)
    return (told - middle).total_seconds()


def _binance(line: Line) -> datetime:
    body = answered("GET time", line.ask("publicGetTime", {}))
    return instant_ms(table(body, "time"), "serverTime")


def _kraken(line: Line) -> datetime:
    body = table(answered("GET Time", line.ask("publicGetTime", {})), "Time")
    # Whole seconds: on average half of one has passed since.
    return instant_seconds(table(body.get("result"), "result"), "unixtime") + _HALF_A_SECOND


def _coinbase(line: Line) -> datetime:
    body = answered("GET time", line.ask("v3PublicGetBrokerageTime", {}))
    return instant_ms(table(body, "time"), "epochMillis")


def _unified(line: Line) -> datetime:
    """Read through ccxt's fetch_time, or the HTTP Date of a public reply."""
    if line.exchange.has.get("fetchTime"):
        found = called(line, "fetch_time")
        return instant_ms({"time": found}, "time")
    called(line, "fetch_markets")
    return http_date(line) + _HALF_A_SECOND


_READERS: Mapping[str, Callable[[Line], datetime]] = {
    "binance": _binance,
    "kraken": _kraken,
    "coinbase": _coinbase,
}
