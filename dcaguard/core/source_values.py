"""Values in a source's table, checked where they are read: secrets are only ever referred to."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict

from dcaguard.core.series import lookup, nearest

_REFERENCE = re.compile(r"(keyring:[^/\s]+/\S+|file:\S.*|systemd:[A-Za-z0-9_.-]+|env:[A-Za-z_]\w*)")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def checked_reference(text: str) -> str:
    """Return `text` when it refers to a secret; ValueError (without the text) when it is one."""
    if _REFERENCE.fullmatch(text) is None:
        # The text may be the secret itself, so it is not repeated.
        msg = (
            "a secret does not belong in the config: write keyring:SERVICE/NAME, file:PATH, "
            "systemd:NAME or env:PREFIX"
        )
        raise ValueError(msg)
    return text


def checked_url(text: str) -> str:
    """Return `text` when it is https (http on loopback) and holds no login; else ValueError."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        msg = "needs an address such as https://example.org"
        raise ValueError(msg)
    if parts.username or parts.password:
        msg = "an address with a login in it is a secret: use credentials = instead"
        raise ValueError(msg)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        msg = "plain http is allowed on loopback only: use https"
        raise ValueError(msg)
    return text


def checked_series(text: str) -> str:
    """Return `text` when a series is called so; ValueError names the nearest."""
    if lookup(text) is None:
        msg = f"{text[:60]!r} is not a known series: did you mean {nearest(text)}?"
        raise ValueError(msg)
    return text


Reference = Annotated[str, AfterValidator(checked_reference)]
Url = Annotated[str, AfterValidator(checked_url)]
SeriesName = Annotated[str, AfterValidator(checked_series)]


class SourceTable(BaseModel):
    """A table under `[sources]`; no message repeats what was written in it."""

    # An input that fails may be a secret pasted into the wrong place.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
