"""Drives an unmodified ccxt class with replies chosen by URL, as ccxt's own tests do."""

import copy
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import ccxt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from dcaguard.adapters.venues.guard_reader import read_account
from dcaguard.adapters.venues.profiles import PROFILES
from dcaguard.core.account import AccountView
from dcaguard.core.market import Market

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
Answers = dict[str, Any]
WALLET = "0x" + "1" * 40


def _pem() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()


PEM = _pem()


def exchange(venue: str) -> Any:
    """Return an offline instance that could sign."""
    secret = PEM if venue == "coinbase" else "c2VjcmV0"
    made = getattr(ccxt, venue)(
        {
            "apiKey": "account-key",
            "secret": secret,
            "password": "pass",
            "uid": "1",
            "walletAddress": WALLET,
            "enableRateLimit": False,
        }
    )
    if venue == "bitvavo":
        made.secret = "secret"
    return made


def answer(answers: Mapping[str, Any], url: str, body: object) -> Any:
    """Return the reply whose path matches, the one with the most matching needles first."""
    parts = urlsplit(url)
    said = f"{unquote(parts.query)} {body or ''}"
    best: tuple[int, Any] | None = None
    for key, reply in answers.items():
        path, *needles = key.split(" ")
        if path == parts.path and all(n in said for n in needles):
            score = len(needles)
            if best is None or score > best[0]:
                best = (score, reply)
    if best is None:
        raise AssertionError(f"no reply for {parts.path} {said}")
    return best[1]


def look(
    venue: str,
    answers: Mapping[str, Any],
    *,
    markets: Mapping[str, Market] | None = None,
    raw: bool = False,
) -> AccountView:
    """Read an account whose replies are `answers`; an exception among them is raised.

    With `raw` the reply text goes through ccxt's `last_http_response`, as over a socket.
    """
    made = exchange(venue)

    def fetch(url: str, method: str = "GET", headers: object = None, body: object = None) -> Any:
        reply = answer(answers, url, body)
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, str) and raw:
            made.last_http_response = reply
            return json.loads(reply)
        return copy.deepcopy(reply)

    made.fetch = fetch
    return read_account(made, PROFILES[venue], account="main", now=NOON, markets=markets or {})


def changed(answers: Answers, key: str, change: Callable[[Any], Any]) -> Answers:
    """Return the answers with one reply changed; `change` edits in place or returns anew."""
    copied = copy.deepcopy(answers)
    result = change(copied[key])
    if result is not None:
        copied[key] = result
    return copied
