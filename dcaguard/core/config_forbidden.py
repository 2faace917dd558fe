"""What a config may never hold: a secret, or anything that would allow or set leverage."""

import re
from collections.abc import Iterator, Mapping

LEVERAGE_SENTENCE = "leverage is never allowed, there is nothing to set: remove it"
SECRETS_BELONG = (
    "a secret does not belong here: remove it, give the key a new secret at the venue,"
    " and store that with `dcaguard credentials set ACCOUNT`"
)

_SECRET_KEYS = re.compile(
    r"(api|secret|private|access|signing|auth|client)?(key|secret|token)(id|value|text|pem)?"
    r"|(api)?(secret|password|passphrase|passwd|mnemonic|seed|seedphrase|pin|totp|otp)(key)?"
    r"|(api|private|secret|access)key.*|walletprivatekey|cookie|authorization"
)
_LEVERAGE_KEYS = re.compile(
    r".*(leverage|margin|borrow|loan).*"
    r"|defaulttype|sideeffecttype|tdmode|accounttype|positionmode|hedged|hedgemode"
    r"|futures?|perpetuals?|derivatives?|short(ing)?"
)
# Keys of ours that only sound like it, and tables whose keys are names a person chose.
_OUR_KEYS = frozenset({"policy.leverage", "gate.weights.leverage"})
_NAME_TABLES = frozenset(
    {"accounts", "holdings", "policy.caps.groups", "sources.csv", "sources.json"}
)
_REFERENCES = ("keyring:", "file:", "systemd:", "env:")
_TOKEN = re.compile(r"[A-Za-z0-9+=_-]{32,}")
_LOGIN = re.compile(r"://[^/@\s]*:[^/@\s]+@")
_HEX = re.compile(r"(0x)?[0-9a-fA-F]{32,}")

Tree = Mapping[str, object]


def find_secrets(data: Tree) -> list[str]:
    """Return the dotted keys whose name or value is a secret; values are never returned."""
    return [
        path
        for path, key, value in walk(data)
        if _looks_secret(key)
        or (isinstance(value, str) and (_secret_key(path, key) or _looks_secret(value)))
    ]


def find_leverage(data: Tree, leverage_keys: frozenset[str]) -> list[str]:
    """Return the dotted keys that would allow or set leverage, margin or borrowing.

    `leverage_keys` are the keys that `[policy.leverage]` really has.
    """
    return [path for path, key, _ in walk(data) if _sets_leverage(path, key, leverage_keys)]


def walk(data: object, path: str = "") -> Iterator[tuple[str, str, object]]:
    """Yield (dotted path, key, value) of every key and list item below `data`."""
    items: list[tuple[str, object]] = []
    if isinstance(data, Mapping):
        items = [(str(key), value) for key, value in data.items()]
    elif isinstance(data, list):
        items = [(str(index), value) for index, value in enumerate(data)]
    for key, value in items:
        shown = "..." if _looks_secret(key) else key
        below = f"{path}.{shown}" if path else shown
        yield below, key, value
        yield from walk(value, below)


def _squeezed(key: str) -> str:
    return re.sub(r"[^a-z]", "", key.lower())


def _named_by_a_person(path: str) -> bool:
    parent = path.rpartition(".")[0]
    return parent in _NAME_TABLES or parent.startswith("holdings.")


def _secret_key(path: str, key: str) -> bool:
    return not _named_by_a_person(path) and _SECRET_KEYS.fullmatch(_squeezed(key)) is not None


def _sets_leverage(path: str, key: str, leverage_keys: frozenset[str]) -> bool:
    if path in _OUR_KEYS or _named_by_a_person(path) or path.startswith("sources."):
        return False
    if path.startswith("policy.leverage."):
        below = path.removeprefix("policy.leverage.")
        return below.partition(".")[0] not in leverage_keys
    return _LEVERAGE_KEYS.fullmatch(_squeezed(key)) is not None


def _looks_secret(text: str) -> bool:
    """Tell whether a text has a part that only a key generator writes."""
    if "-----BEGIN" in text or _LOGIN.search(text):
        return True
    if text.startswith(_REFERENCES):
        return False
    return any(_HEX.fullmatch(t) or _mixed(t) for t in _TOKEN.findall(text))


def _mixed(token: str) -> bool:
    kinds = (str.islower, str.isupper, str.isdigit)
    return all(any(kind(c) for c in token) for kind in kinds)
