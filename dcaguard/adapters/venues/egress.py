"""What may leave the process: known hosts, known paths, and one order per permit."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from urllib.parse import parse_qsl, unquote, urlsplit

from dcaguard.core.errors import ExitCode, NotPermittedError, ProtocolError, VenueUnavailableError

# No profile and no order path can open these, whatever it lists: they move or borrow money.
_NEVER_WRITTEN = re.compile(
    r"withdraw|transfer|borrow|repay|loan|leverage|margin-?(type|mode|order)|margin/order"
    r"|convert|allocate|stake|subaccount|sub-account|batchorders|editorder",
    re.IGNORECASE,
)
# An order body that has one of these is not the plain spot purchase that was decided.
_NEVER_IN_AN_ORDER = frozenset(
    {"leverage", "marginmode", "margin_type", "sideeffecttype", "isisolated", "reduceonly"}
    | {"reduce_only", "close", "tdmode", "isleverage", "autoborrow", "auto_borrow"}
)

# Keys, signatures and tokens are longer than any other header's words.
_SIGNATURE_MIN = 40
_SIGNED = re.compile(r"(?:^|&)sign(?:ature)?=([^&]+)", re.IGNORECASE)

# A fence that only a bug, or a strange ccxt, runs into.
REPORT = "Nothing was sent; please report it."


class EgressRefusedError(NotPermittedError):
    """A request that is not on the venue's list; it was refused before any socket."""


class RedirectRefusedError(ProtocolError):
    """The venue's server pointed elsewhere; keys and orders are never carried there."""


class TransportError(VenueUnavailableError):
    """The exchange of bytes failed. `touched` tells whether any byte of the request went out."""

    def __init__(self, sentence: str, *, touched: bool, transient: bool = False) -> None:
        super().__init__(sentence)
        self.touched = touched
        self.transient = transient
        if transient:
            self.exit_code = ExitCode.TEMPFAIL


class Passage(Enum):
    """How a request may pass."""

    FREE = auto()
    PERMIT = auto()


@dataclass(frozen=True, slots=True)
class Rule:
    """One method and the whole path (a regular expression) that it may reach."""

    method: str
    path: str

    def allows(self, method: str, path: str) -> bool:
        """Tell whether this rule names the request."""
        return method == self.method and re.fullmatch(self.path, path) is not None


@dataclass(frozen=True, slots=True)
class Egress:
    """Everything one venue's session may reach. Empty means nothing may leave."""

    origins: frozenset[str]  # "https://api.kraken.com", "http://127.0.0.1:8080"
    free: tuple[Rule, ...]  # reads, and cancelling our own order
    order: tuple[Rule, ...] = ()  # only with a permit

    def passage(self, method: str, url: str) -> Passage:
        """Return how `url` may be requested; EgressRefusedError when it may not at all."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        # A path is judged as the server will read it: no escapes and no dots that climb.
        path = parts.path
        if origin not in self.origins:
            raise _refused(method, f"{origin}{path}", "its host is not this venue's")
        if unquote(path) != path or ".." in path or "//" in path:
            raise _refused(method, path, "its path is written in a roundabout way")
        if method != "GET" and _NEVER_WRITTEN.search(path):
            raise _refused(method, path, "it could move or borrow money")
        if any(rule.allows(method, path) for rule in self.order):
            return Passage.PERMIT
        if any(rule.allows(method, path) for rule in self.free):
            return Passage.FREE
        raise _refused(method, path, "it is not on this venue's list")


@dataclass(slots=True)
class Permit:
    """The right to send one order once. `fields` must stand in the body exactly as decided."""

    client_order_id: str
    fields: Mapping[str, str]
    also: frozenset[str] = field(default_factory=frozenset)  # further names that may appear
    spent: bool = False

    def spend(self, body: bytes | str | None) -> None:
        """Use the permit for this body; EgressRefusedError when used before or not as decided."""
        if self.spent:
            raise _refused("POST", "order", "this order was sent already")
        # Spent before it is examined: nothing gets a second try with another body.
        self.spent = True
        said = body_fields(body)
        for name, value in self.fields.items():
            if said.get(name) != value:
                raise _refused("POST", "order", f"its {name} is not what was decided")
        for name in said:
            if name.lower() in _NEVER_IN_AN_ORDER or (
                name not in self.fields and name not in self.also
            ):
                raise _refused("POST", "order", f"it holds {name!r}, which was not decided")


def body_fields(body: bytes | str | None) -> dict[str, str]:
    """Return the leaves of a form or JSON body by name; a repeated name is refused."""
    text = body.decode() if isinstance(body, bytes) else body or ""
    if text.lstrip().startswith(("{", "[")):
        return dict(_unique(_leaves("", json.loads(text))))
    return dict(_unique(parse_qsl(text, keep_blank_values=True)))


def _unique(pairs: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise _refused("POST", "order", "a name stands in it twice")
    return pairs


def _leaves(name: str, value: object) -> list[tuple[str, str]]:
    match value:
        case dict():
            return [leaf for key, inner in value.items() for leaf in _leaves(str(key), inner)]
        case list():
            return [leaf for inner in value for leaf in _leaves(name, inner)]
        case bool():
            return [(name, str(value).lower())]
        case _:
            return [(name, str(value))]


def _refused(method: str, what: str, why: str) -> EgressRefusedError:
    sentence = f"{method} {what} was refused before it left this process: {why}. {REPORT}"
    return EgressRefusedError(sentence)


_QUERY = re.compile(r"(\bhttps?://[^\s?'\"]+|(?<=\s)/[^\s?'\"]*)\?[^\s'\"]*")


def without_queries(text: str) -> str:
    """Return `text` with every URL cut at its '?': signatures travel in queries."""
    return _QUERY.sub(r"\1?...", text)


def signatures(url: str, kwargs: Mapping[str, object]) -> Iterator[str]:
    """Yield what signs a request, or goes with it as a key: a venue may repeat it in its answer."""
    headers = kwargs.get("headers")
    for value in headers.values() if isinstance(headers, dict) else ():
        yield from (word for word in str(value).split() if len(word) >= _SIGNATURE_MIN)
    for text in (urlsplit(url).query, kwargs.get("data")):
        if isinstance(text, str):
            yield from _SIGNED.findall(text)
