"""One read through ccxt's implicit method: answered from the right address, or not answered."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from dcaguard.adapters.venues.line import exact_json
from dcaguard.adapters.venues.profile import Probe

_CODE_KEYS: tuple[str, ...] = (
    "code",
    "retCode",
    "ret_code",
    "err-code",
    "err_code",
    "error_code",
    "errorCode",
)
_CODE_KEYS += ("label", "reason", "error", "status")
_HTTP_NOT_FOUND = 404


class Outcome(StrEnum):
    """How a read ended."""

    ANSWERED = "ANSWERED"
    NO_ACCOUNT = "NO_ACCOUNT"  # the venue says that there is no such account
    NOT_OFFERED = "NOT_OFFERED"  # the host knows no such address (a product it does not offer)
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `body` has exact numbers; `why` is one sentence without the signed URL."""

    outcome: Outcome
    body: object = None
    why: str = ""
    code: str = ""


@dataclass(slots=True)
class _Heard:
    status: int = 0
    text: str | None = None


def ask(
    exchange: Any, probe: Probe, params: Mapping[str, object], scrub: Callable[[str], str] = str
) -> Reply:
    """Send one read and return how it ended, scrubbed where it is a sentence; never raises."""
    with _listening(exchange) as heard:
        try:
            returned = getattr(exchange, probe.call)(dict(params))
        except Exception as error:  # noqa: BLE001 - whatever it was, we were not answered
            _remember(exchange, heard)
            return _refused(probe, heard, error, scrub)
        _remember(exchange, heard)
        astray = _astray(exchange, probe)
        if astray:
            return Reply(Outcome.FAILED, why=astray)
        return _answered(probe, heard, returned, scrub)


@contextmanager
def _listening(exchange: Any) -> Iterator[_Heard]:
    """Keep the status and the exact text of the reply, which ccxt does not hand out on errors."""
    heard = _Heard()
    usual = exchange.on_rest_response

    def listen(code: int, reason: object, *rest: object) -> object:
        heard.status = code
        text = usual(code, reason, *rest)
        heard.text = text if isinstance(text, str) else None
        return text

    exchange.last_http_response = None
    exchange.last_request_url = None
    exchange.on_rest_response = listen
    try:
        yield heard
    finally:
        del exchange.on_rest_response


def _remember(exchange: Any, heard: _Heard) -> None:
    if heard.text is None and isinstance(exchange.last_http_response, str):
        heard.text = exchange.last_http_response


def _astray(exchange: Any, probe: Probe) -> str:
    """Tell whether the read went elsewhere: a silent fallback to another wallet is an error."""
    url = exchange.last_request_url
    if not isinstance(url, str) or not url:
        return "no request was made"
    path = urlsplit(url).path
    if not re.fullmatch(probe.path, path):
        return f"the read went to {path}, not to {probe.path}"
    return ""


def _answered(probe: Probe, heard: _Heard, returned: object, scrub: Callable[[str], str]) -> Reply:
    try:
        text = heard.text
        if text is None:
            text = json.dumps(returned, default=str)
    except (ValueError, TypeError, RecursionError):
        return Reply(Outcome.FAILED, why="the reply is no JSON")
    body = exact_json(text)
    if body is None and text.strip() != "null":
        return Reply(Outcome.FAILED, why="the reply is no JSON, or names a key twice")
    if body is None or body in ("", {}):
        return Reply(Outcome.FAILED, body, "the reply is empty")
    code = _refusal_code(probe, body)
    if code:
        return _no_account(code, body)
    if _is_error(probe, body):
        said = _piece(json.dumps(body, default=str), scrub)
        return Reply(Outcome.FAILED, body, f"the venue refused: {said}")
    return Reply(Outcome.ANSWERED, body)


def _is_error(probe: Probe, body: object) -> bool:
    """Tell a refusal that came without an exception: nothing but a code and a message."""
    if not isinstance(body, dict) or "data" in body or "result" in body:
        return False
    coded = any(key in body for key in _CODE_KEYS)
    named = {part for rows in probe.rows for part in rows.at.split(".")[:1]}
    return coded and not named & set(body) and bool({"msg", "message", "detail"} & set(body))


def _no_account(code: str, body: object) -> Reply:
    why = f"the venue says there is no such account ({code})"
    return Reply(Outcome.NO_ACCOUNT, body, why, code)


def _refusal_code(probe: Probe, body: object) -> str:
    if isinstance(body, dict):
        for key in _CODE_KEYS:
            value = body.get(key)
            if isinstance(value, str | int) and str(value) in probe.no_account:
                return str(value)
    return ""


def _refused(probe: Probe, heard: _Heard, error: Exception, scrub: Callable[[str], str]) -> Reply:
    said = heard.text if heard.text is not None else str(error)
    for code in probe.no_account:
        if re.search(rf"(?<![\w.-]){re.escape(code)}(?![\w])", said):
            return _no_account(code, None)
    lost = heard.status == _HTTP_NOT_FOUND or (not heard.status and " 404 " in f" {said} ")
    if lost and probe.secondary:
        return Reply(Outcome.NOT_OFFERED, None, "this host does not offer the product (HTTP 404)")
    return Reply(Outcome.FAILED, None, _why(heard, error, scrub))


def _why(heard: _Heard, error: Exception, scrub: Callable[[str], str]) -> str:
    """Name the error without ccxt's message, which holds the signed URL."""
    parts = [type(error).__name__]
    if heard.status:
        parts.append(f"HTTP {heard.status}")
    if heard.text:
        parts.append(_piece(heard.text, scrub))
    return ", ".join(parts)


def _piece(text: str, scrub: Callable[[str], str]) -> str:
    """Return the beginning of what was said; scrubbed first, since a key may stand at the cut."""
    return " ".join(scrub(text).split())[:120]
