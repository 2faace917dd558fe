"""One place that knows every live secret and lets none of them out, in any spelling."""

import io
import logging
import re
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from threading import Lock
from types import TracebackType
from typing import IO, TextIO
from urllib.parse import quote

from dcaguard.core.spellings import LENGTH_MIN, TAIL, spellings

MARK = "[secret]"
# Outside text is cut before it is shown: a piece of a long secret is hidden by its head, with all
# that follows.
_HEAD = 16
_FOLLOWS = r"[\w+/=%-]*"
# What can be a name, an id, a time or an amount of ours. A short secret may well stand in one by
# chance, and a record whose own names are changed is broken.
_NAME = re.compile(r"[\w.:|/+\-\[\]@~,]*")
# The half of a person's own passphrase may be an ordinary word, which stands in many texts.
_WORD = re.compile(r"[a-z_-]+|[A-Z_-]+|[A-Z][a-z_-]+")
_SIGNATURES_MAX = 200


class Redactor:
    """The registry of live secrets; `scrub` replaces each of their spellings."""

    def __init__(self) -> None:
        """Start with no secret known."""
        self._lock = Lock()  # accounts are asked side by side
        self._lasting: frozenset[str] = frozenset()
        self._signed: deque[str] = deque(maxlen=_SIGNATURES_MAX)
        self._spellings: frozenset[str] = frozenset()
        self._known: _Known | None = None

    def add(self, secret: str) -> None:
        """Register a secret: raw, in URLs, JSON, base64, hex, and its ends are hidden."""
        found = {s for s in spellings(secret.strip()) if len(s) >= LENGTH_MIN}
        with self._lock:
            self._lasting |= found
            self._changed()

    def add_all(self, secrets: Iterable[str]) -> None:
        """Register several secrets."""
        for secret in secrets:
            self.add(secret)

    def add_signature(self, signature: str) -> None:
        """Register the output of a signing, as it went over the wire; the newest are kept."""
        with self._lock:
            if signature not in self._signed:
                self._signed += [signature, quote(signature, safe="")]
                self._changed()

    def scrub(self, text: str) -> str:
        """Return `text` with every spelling of every secret replaced."""
        known = self._those_known()
        return known.any.sub(MARK, text) if known.may_stand_in(text) else text

    def scrub_record(self, text: str) -> str:
        """Return one value of a record scrubbed: names and amounts lose only a long secret."""
        if not _NAME.fullmatch(text):
            return self.scrub(text)
        known = self._those_known()
        return known.long.sub(MARK, text) if known.may_stand_in(text) else text

    def _changed(self) -> None:
        self._spellings = self._lasting | {s for s in self._signed if len(s) >= LENGTH_MIN}
        self._known = None

    def _those_known(self) -> "_Known":
        with self._lock:
            if self._known is None:
                self._known = _Known(self._spellings)
            return self._known

    def __repr__(self) -> str:
        """Tell how many spellings are known, never one of them."""
        return f"Redactor({len(self._spellings)} spellings)"


class _Known:
    """What is hidden at one time, and the patterns that find it."""

    def __init__(self, spelled: Iterable[str]) -> None:
        self._spelled = sorted(spelled, key=len, reverse=True)
        whole = [s for s in self._spelled if len(s) >= _HEAD and s[0] != "-"]
        # Of a shorter secret half is told: the rest of it is short enough to be guessed.
        heads = {s[: min(_HEAD, len(s) // 2)] for s in whole}
        self._heads = {h for h in heads if len(h) == _HEAD or not _WORD.fullmatch(h)}
        self._lowered = [s.lower() for s in (*self._spelled, *self._heads)]

    def may_stand_in(self, text: str) -> bool:
        """Tell cheaply whether `text` is worth a pattern; most text holds no secret."""
        lowered = text.lower()
        return any(spelling in lowered for spelling in self._lowered)

    @cached_property
    def any(self) -> re.Pattern[str]:
        """Finds every spelling, the longest first."""
        return self._any_of(self._spelled, self._heads)

    @cached_property
    def long(self) -> re.Pattern[str]:
        """Finds those that no name or amount of ours can hold by chance."""
        long = [s for s in self._spelled if len(s) >= _HEAD]
        return self._any_of(long, {head for head in self._heads if len(head) == _HEAD})

    def _any_of(self, spelled: Sequence[str], heads: AbstractSet[str]) -> re.Pattern[str]:
        # A head hides all that follows it, so it goes before what is shorter: a key may begin as
        # it ends.
        whole = [re.escape(s) for s in spelled if len(s) > TAIL]
        cut = [re.escape(head) + _FOLLOWS for head in sorted(heads, key=len, reverse=True)]
        short = [re.escape(s) for s in spelled if len(s) <= TAIL]
        return re.compile("|".join((*whole, *cut, *short)) or "(?!)", re.IGNORECASE)


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
