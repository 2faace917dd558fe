"""What came is what was asked for: clean text of the right kind, numbers with all their digits."""

import csv
import io
import json
import re
from decimal import Decimal
from email.message import Message
from typing import NoReturn

from dcaguard.core.errors import DataInvalidError

_CHALLENGES = (
    "<title>just a moment",
    "_cf_chl_opt",
    "attention required! | cloudflare",
    "enable javascript and cookies to continue",
    "verify you are human",
    "proof of work",
    "proof-of-work",
)
_ENCODINGS = frozenset({"utf-8", "utf8", "us-ascii", "ascii", "utf-8-sig", ""})
_TAGS = re.compile(r"\s*<(!doctype|html|head|body|script|\?xml)", re.IGNORECASE)


class NotThereError(DataInvalidError):
    """The server knows no such page (404): the address has changed, or there is nothing to tell."""


def checked_text(where: str, kind: str, content_type: str, body: bytes) -> str:
    """Return the text of a page of `kind` (json, csv, html).

    DataInvalidError (65) for an empty page, another charset, NUL bytes, a bot challenge, or a
    web page where data was asked for (many servers send those with status 200).
    """
    if not body.strip():
        _refuse(where, "an empty page came", "try again later")
    charset = _charset(content_type)
    if charset not in _ENCODINGS:
        _refuse(where, f"the charset is {charset[:20]!r}, not UTF-8", "the page was not used")
    if b"\0" in body:
        _refuse(where, "NUL bytes came", "the page was not used")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        _refuse(where, "bytes came that are not UTF-8", "the page was not used")
    if any(mark in text[:20_000].lower() for mark in _CHALLENGES):
        _refuse(where, "a bot challenge came", "import the series from a file")
    if kind != "html" and _TAGS.match(text):
        _refuse(where, f"a web page came where {kind} was asked for", "check the address and key")
    if kind == "html" and text.lstrip()[:1] in {"{", "["}:
        _refuse(where, "JSON came where a web page was asked for", "the page was not used")
    return text


def exact_json(where: str, text: str) -> object:
    """Return the document with every number as Decimal; NaN and cut documents are refused (65)."""
    try:
        return json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError, ArithmeticError):
        _refuse(where, "the JSON is cut or broken", "try again later")


def csv_rows(where: str, text: str) -> list[list[str]]:
    """Return the rows of a CSV page; one that is none is refused (65)."""
    try:
        return list(csv.reader(io.StringIO(text)))
    except csv.Error:
        _refuse(where, "the table is not CSV", "the page was not used")


def _no_constant(name: str) -> NoReturn:
    msg = f"{name} is not a number"
    raise ValueError(msg)


def _charset(content_type: str) -> str:
    message = Message()
    message["Content-Type"] = content_type or "text/plain"
    found = message.get_content_charset()
    return found if isinstance(found, str) else ""


def _refuse(where: str, what: str, remedy: str) -> NoReturn:
    msg = f"{where}: {what}: {remedy}"
    raise DataInvalidError(msg)
