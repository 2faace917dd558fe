"""Asking a venue through unmodified ccxt, and believing only the raw text that came back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dcaguard.adapters.venues.egress import EgressRefusedError, TransportError
from dcaguard.adapters.venues.session import GuardedSession, Reply
from dcaguard.core.errors import DcaguardError
from dcaguard.ports import Clock

# "Slow down" at every venue; what they say of an order is nothing.
RATE_LIMITED = frozenset({418, 429})


@dataclass(frozen=True, slots=True)
class Answer:
    """One question's outcome. `trouble` is '' only for a 200 with well-formed JSON."""

    status: int | None  # HTTP status, None when no reply came
    body: object  # JSON with exact numbers; None when there is none
    trouble: str
    transient: bool = False

    @property
    def well_formed(self) -> bool:
        """Tell whether this answer says anything."""
        return self.trouble == ""


class Line:
    """One account's way to its venue: signs through ccxt, reads raw."""

    def __init__(self, exchange: Any, session: GuardedSession, clock: Clock) -> None:
        self.exchange = exchange
        self.session = session
        self.clock = clock

    def ask(self, method: str, params: Mapping[str, object]) -> Answer:
        """Call one of ccxt's implicit methods and return what the venue itself said.

        ccxt's own judgement of the reply is ignored: it differs by version and by host.
        """
        self.session.last = None
        try:
            getattr(self.exchange, method)(dict(params))
        except EgressRefusedError:
            raise
        except TransportError as error:
            return Answer(None, None, str(error), transient=error.transient)
        except DcaguardError as error:
            return Answer(None, None, str(error))
        except Exception as error:  # noqa: BLE001 (whatever ccxt thinks of it, the text decides)
            if self.session.last is None:
                # Its text is not shown: a signing error may quote the key.
                return Answer(None, None, f"could not be asked ({type(error).__name__})")
        return read_answer(self.session.last)

    def last_status(self) -> int | None:
        """Return the HTTP status of the last reply, None when none came."""
        last = self.session.last
        return last.status if last is not None else None

    def market_id(self, symbol: str) -> str:
        """Return the venue's own name of a symbol whose market was loaded."""
        return str(self.exchange.market(symbol)["id"])


def read_answer(reply: Reply | None) -> Answer:
    """Return the reply as exact JSON, with what is wrong with it if anything is."""
    if reply is None:
        return Answer(None, None, "no reply")
    body = exact_json(reply.text)
    if reply.status in RATE_LIMITED:
        return Answer(reply.status, body, f"rate limit (HTTP {reply.status})", transient=True)
    if reply.status != 200:
        return Answer(reply.status, body, f"HTTP {reply.status}")
    if body is None:
        return Answer(reply.status, None, "HTTP 200 without readable JSON")
    return Answer(reply.status, body, "")


def exact_json(text: str) -> object:
    """Return JSON with decimals exact, or None when it is not JSON or names a key twice.

    A number that no decimal can hold (an exponent of twenty digits) makes it no JSON. NaN and
    Infinity come back as text, so that whoever needs a number finds it impossible.
    """
    try:
        return json.loads(
            text, parse_float=Decimal, parse_constant=str, object_pairs_hook=_unique_keys
        )
    except (ValueError, ArithmeticError, RecursionError):
        return None


def _unique_keys(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        msg = "a key stands twice"
        raise ValueError(msg)
    return found
