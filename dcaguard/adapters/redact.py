"""One place that knows every live secret and lets none of them out, in any spelling."""

import base64
import contextlib
import io
import logging
import re
import sys
import traceback
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import IO, TextIO
from urllib.parse import quote, quote_plus

MARK = "[secret]"
# Shorter texts would hide ordinary words; no venue gives out a shorter key.
_LENGTH_MIN = 6
_TAIL = 8


class Redactor:
    """The registry of live secrets; `scrub` replaces each of their spellings."""

    def __init__(self) -> None:
        """Start with no secret known."""
        self._spellings: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, secret: str) -> None:
        """Register a secret: raw, URL-encoded, base64, hex and its tail are hidden from now on."""
        stripped = secret.strip()
        found = {s for s in _spellings(stripped) if len(s) >= _LENGTH_MIN}
        if not found <= self._spellings:
            self._spellings |= found
            self._pattern = None

    def add_all(self, secrets: Iterable[str]) -> None:
        """Register several secrets."""
        for secret in secrets:
            self.add(secret)

    def add_signature(self, signature: str) -> None:
        """Register the output of a signing, as it went over the wire."""
        self.add(signature)

    def scrub(self, text: str) -> str:
        """Return `text` with every spelling of every secret replaced."""
        if not self._spellings:
            return text
        if self._pattern is None:
            longest_first = sorted(self._spellings, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)
        return self._pattern.sub(MARK, text)

    def __repr__(self) -> str:
        """Tell how many spellings are known, never one of them."""
        return f"Redactor({len(self._spellings)} spellings)"


def _spellings(secret: str) -> set[str]:
    if len(secret) < _LENGTH_MIN:
        return set()
    raw = secret.encode()
    found = {
        secret,
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        repr(secret)[1:-1],
        secret.replace("\n", "\\n"),
        raw.hex(),
        *_base64(raw),
    }
    if len(secret) > 2 * _TAIL:
        found.add(secret[-_TAIL:])
    lines = [line.strip() for line in secret.splitlines()]
    if len(lines) > 1:  # a PEM key leaks one line at a time
        found |= {line for line in lines if len(line) > 2 * _TAIL and not line.startswith("-----")}
    with contextlib.suppress(ValueError):
        # A secret that is base64 itself is signed with as bytes: hide those too.
        decoded = base64.b64decode(secret, validate=True)
        if len(decoded) >= 2 * _TAIL:
            found.add(decoded.hex())
    return found


def _base64(raw: bytes) -> set[str]:
    """Return what base64 shows of `raw` alone and inside a longer text, at each alignment."""
    found: set[str] = set()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        found.add(encode(raw).decode().rstrip("="))
        for lead in (1, 2):
            inner = encode(b"\0" * lead + raw).decode().rstrip("=")
            # The first characters mix with what stands before, the last with what follows.
            found.add(inner[4:-1])
        found.add(encode(raw).decode().rstrip("=")[:-1])
    return found


_ESCAPES = {ord("\t"): "\\t", ord("\n"): "\\n", ord("\r"): "\\r"}
# Control characters, line separators and the marks that turn the direction of text around.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def safe_text(text: str, length_max: int = 500) -> str:
    """Return outside text for one terminal line: controls are spelled out, the rest is cut."""
    cut = text if len(text) <= length_max else text[:length_max] + "..."
    return _UNSAFE.sub(lambda m: _escaped(m[0]), cut)


def safe_block(text: str) -> str:
    """Return text of ours that may hold outside text: as `safe_text`, but lines and tabs stay."""
    return _UNSAFE.sub(lambda m: m[0] if m[0] in "\n\t" else _escaped(m[0]), text)


def _escaped(char: str) -> str:
    code = ord(char)
    if code in _ESCAPES:
        return _ESCAPES[code]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


class ScrubbedStream(io.TextIOBase):
    """A text stream that scrubs each line before it is written.

    Text is held back to the end of a line, so that a secret written in two parts is seen whole.
    """

    def __init__(self, inner: TextIO | IO[str], redactor: Redactor) -> None:
        """Write to `inner` what `redactor` lets through."""
        super().__init__()
        self._inner = inner
        self._redactor = redactor
        self._held = ""

    def write(self, text: str) -> int:
        """Write whole lines; keep the rest until its line ends or `flush`."""
        self._held += text
        cut = max(self._held.rfind("\n"), self._held.rfind("\r")) + 1
        if cut:
            whole, self._held = self._held[:cut], self._held[cut:]
            self._inner.write(self._redactor.scrub(whole))
        return len(text)

    def flush(self) -> None:
        """Write what is held back and flush."""
        if self._held:
            held, self._held = self._held, ""
            self._inner.write(self._redactor.scrub(held))
        self._inner.flush()

    def isatty(self) -> bool:
        """Tell whether a person reads it."""
        return self._inner.isatty()

    def fileno(self) -> int:
        """Return the descriptor below: for asking about the terminal, not for writing."""
        return self._inner.fileno()

    def writable(self) -> bool:
        """Tell that it can be written."""
        return True

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of the stream below."""
        return getattr(self._inner, "encoding", None) or "utf-8"

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        """How the stream below treats what it cannot encode."""
        return getattr(self._inner, "errors", None)


class ScrubbedRecords(logging.Filter):
    """A logging filter that lets each record through scrubbed, its traceback included."""

    def __init__(self, redactor: Redactor) -> None:
        """Scrub with `redactor`."""
        super().__init__()
        self._redactor = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        """Spell the record out once, scrubbed, so that no handler sees its arguments."""
        record.msg, record.args = self._redactor.scrub(record.getMessage()), None
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = self.crash(record.exc_info[1])
            record.exc_info = None
        return True

    def crash(self, error: BaseException) -> str:
        """Return the scrubbed traceback: places and messages, never local values."""
        return crash_text(error, self._redactor)


def crash_text(error: BaseException, redactor: Redactor) -> str:
    """Return a traceback for a bug report: scrubbed, escaped, without local values."""
    lines = traceback.TracebackException.from_exception(error, capture_locals=False).format()
    return safe_block(redactor.scrub("".join(lines)))


def install(redactor: Redactor) -> None:
    """Send stdout, stderr, logs and tracebacks of this process through `redactor`.

    The loggers of libraries are held at WARNING: their debug lines print signed requests.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, ScrubbedStream) or stream is None:
            continue
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
        setattr(sys, name, ScrubbedStream(stream, redactor))
    root = logging.getLogger()
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(ScrubbedRecords(redactor))
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for library in ("ccxt", "urllib3", "requests"):
        logging.getLogger(library).setLevel(logging.WARNING)
    sys.excepthook = _hook(redactor)


def _hook(
    redactor: Redactor,
) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    def show(_kind: type[BaseException], error: BaseException, _at: TracebackType | None) -> None:
        sys.stderr.write(crash_text(error, redactor))
        sys.stderr.flush()

    return show
